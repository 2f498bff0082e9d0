"""Where the patient's part of a claim stands: one answer for each state of the books."""

from __future__ import annotations

from datetime import date

import pytest

from steward.billing.logic.patient_part import PatientPart, patient_part
from steward.billing.states import PatientStage

FIRST, LAST = date(2026, 3, 2), date(2026, 4, 6)


@pytest.mark.parametrize(
    ("due", "given_up", "days", "plan", "agency", "stage"),
    [
        (0, 0, (), False, False, None),
        (500, 0, (), False, False, "DUE"),
        (500, 0, (LAST, FIRST), False, False, "STATEMENT"),
        (500, 0, (LAST, FIRST), True, False, "PLAN"),
        (500, 300, (LAST, FIRST), False, True, "STATEMENT"),  # a payment that came back opened part of what was given up
        (0, 300, (LAST, FIRST), False, False, "BAD_DEBT"),
        (0, 300, (LAST, FIRST), False, True, "COLLECTIONS"),
        (0, 0, (LAST, FIRST), False, True, "CLOSED"),  # the agency collected all of it
        (-200, 0, (LAST, FIRST), False, False, "CLOSED"),
    ],
)
def test_each_stage(due: int, given_up: int, days: tuple[date, ...], plan: bool, agency: bool, stage: str | None) -> None:
    found = patient_part(due, given_up, statements=days, plan=plan, agency=agency)
    assert found == (PatientPart(stage, len(days), LAST if days else None) if stage else None)
    assert stage is None or stage in PatientStage.values
