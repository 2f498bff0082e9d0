"""Relative values of work from the practice's own imported PPRRVU files (FeeSchedule of kind ``rvu``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from steward.insurance.models import FeeEdition, FeeRow, FeeSchedule
from steward.insurance.states import ScheduleKind

CHUNK = 500


class WorkValues:
    """Work units by code, modifier and day; ``source`` names the schedule, empty when none was imported."""

    def __init__(self, source: str, editions: list[date], values: dict[tuple[date, str, str], int]) -> None:
        self.source, self._editions, self._values = source, editions, values

    def of(self, code: str, modifiers: Iterable[str], day: date) -> int | None:
        """Hundredths of a work unit for one unit of a service; None when the edition of that day does not know the code.

        A modifier with a row of its own (26, TC, 53) has its own value; others change nothing.
        """
        starts = next((one for one in reversed(self._editions) if one <= day), None)
        if starts is None:
            return None
        for modifier in (*modifiers, ""):
            if (found := self._values.get((starts, code, modifier))) is not None:
                return found
        return None


def work_values(codes: Iterable[str]) -> WorkValues:
    """The values of these codes from the first standing schedule of relative values that belongs to no payer.

    Two queries, and one a 500 codes.
    """
    rows = FeeSchedule.objects.filter(kind=ScheduleKind.RVU, ended_on=None).order_by("payer", "id")
    schedule = rows.filter(payer=None).first()
    if schedule is None:
        return WorkValues("", [], {})
    starts = dict(
        FeeEdition.objects.filter(schedule=schedule, superseded_at=None)
        .order_by("starts_on")
        .values_list("pk", "starts_on")
    )
    values: dict[tuple[date, str, str], int] = {}
    wanted = sorted(set(codes))
    for at in range(0, len(wanted), CHUNK):
        found = FeeRow.objects.filter(edition__in=starts, code__in=wanted[at : at + CHUNK], work_e2__isnull=False)
        for edition, code, modifier, work in found.values_list("edition", "code", "modifier", "work_e2"):
            values[starts[edition], code, modifier] = work or 0
    return WorkValues(schedule.name, sorted(set(starts.values())), values)
