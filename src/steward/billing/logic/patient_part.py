"""Where the patient's part of a claim stands, computed and never stored (facts of billing, "Claim life cycle", last row)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PatientPart:
    """``stage`` is ``DUE`` (nobody was asked yet), ``STATEMENT``, ``PLAN``, ``BAD_DEBT``, ``COLLECTIONS`` or ``CLOSED``;
    ``statements`` counts those that stand and ask for a charge of the claim, the latest made on ``last_on``."""

    stage: str
    statements: int = 0
    last_on: date | None = None


def patient_part(
    due_cents: int, given_up_cents: int, *, statements: Sequence[date], plan: bool, agency: bool
) -> PatientPart | None:
    """The stage from what is open (``due_cents``) and given up as bad debt, both in cents; None where a patient never was asked.

    ``plan``: the guarantor pays by agreed instalments; ``agency``: what was given up lies with a collection agency. What is
    open comes first: a payment that came back opens what was given up or closed.
    """
    if due_cents > 0:
        stage = "PLAN" if plan else "STATEMENT" if statements else "DUE"
    elif given_up_cents > 0:
        stage = "COLLECTIONS" if agency else "BAD_DEBT"
    elif statements:
        stage = "CLOSED"
    else:
        return None
    return PatientPart(stage, len(statements), max(statements, default=None))
