"""What schedules there are, what of them was posted, and what is due: derived from their terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.ledger.logic.schedules import LOAN, SPREAD, Step, day_of, due_numbers, next_month, plan
from steward.ledger.models import Line, Schedule, ScheduleLine, ScheduleStep
from steward.ledger.types import LineDraft


@dataclass(frozen=True, slots=True)
class Due:
    """A running schedule with the steps still to be posted, oldest first."""

    schedule: Schedule
    lines: tuple[LineDraft, ...]
    steps: tuple[Step, ...]


def schedules(subject: Subject) -> QuerySet[Any]:
    """Every schedule with how many of its steps are posted, for lists, export and search."""
    rows = Schedule.objects.annotate(posted=Count("posted_steps")).select_related("drafted_by")
    return scoped(subject, "books.read", rows)


def schedule(subject: Subject, uid: UUID) -> Schedule | None:
    """One schedule; None when it is not there or not for this person."""
    rows = Schedule.objects.select_related("drafted_by", "approved_by", "document")
    return scoped(subject, "books.read", rows).filter(uid=uid).first()


def next_day(row: Any) -> date | None:
    """The day of the next step of a schedule with ``posted``; None when nothing comes any more."""
    if row.state not in ("waiting", "active") or (row.steps is not None and row.posted >= row.steps):
        return None
    return day_of(row.terms(()), row.posted + 1)


def lines_of(rows: Sequence[Schedule]) -> dict[int, tuple[LineDraft, ...]]:
    """The lines of each schedule, as posting understands them. One query."""
    found: dict[int, list[LineDraft]] = defaultdict(list)
    for line in ScheduleLine.objects.filter(schedule__in=rows).select_related("account").order_by("schedule_id", "n"):
        found[line.schedule_id].append(
            LineDraft(account=line.account.code, cents=line.cents, entity=line.entity_id, site=line.site_id,
                      department=line.department_id, memo=line.memo)
        )  # fmt: skip
    return {row.pk: tuple(found[row.pk]) for row in rows}


def due(until: date) -> list[Due]:
    """What running schedules have to post up to ``until``. Three queries."""
    rows = list(Schedule.objects.filter(state__in=("active", "ended"), first_on__lte=until).order_by("id"))
    lines, posted = lines_of(rows), _posted(rows)
    found = []
    for row in rows:
        end = min(until, row.ended_on) if row.ended_on else until
        steps = due_numbers(list(plan(row.terms(tuple(line.cents for line in lines[row.pk])), end)), posted[row.pk])
        if steps:
            found.append(Due(row, lines[row.pk], tuple(steps)))
    return found


def _posted(rows: Sequence[Schedule]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for pk, n in ScheduleStep.objects.filter(schedule__in=rows).values_list("schedule_id", "n"):
        found[pk].add(n)
    return found


def releases_due(until: date) -> list[ScheduleStep]:
    """Posted steps of accruals whose month is over by ``until`` and that nobody has taken back. One query."""
    rows = ScheduleStep.objects.filter(schedule__released=True, entry__date__lt=until, entry__reversed_by=None)
    steps = rows.select_related("schedule", "entry").order_by("entry__number")
    late = [step for step in steps if next_month(step.entry.date) <= until]
    return [step for step in late if step.entry_id not in _taken_back(late)] if late else []


def _taken_back(steps: Sequence[ScheduleStep]) -> set[int]:
    """Entries that somebody took back by hand: the very lines turned round, on the first of the next month or later. Two queries."""
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    own = Line.objects.filter(entry__in=[step.entry_id for step in steps])
    for entry, account, cents in own.values_list("entry_id", "account_id", "cents"):
        lines[entry].append((account, cents))
    since = min(next_month(step.entry.date) for step in steps)
    hand: dict[int, tuple[date, list[tuple[int, int]]]] = {}
    rows: Any = Line.objects.filter(date__gte=since, entry__journal="manual", entry__reverses=None, entry__reversed_by=None)
    for entry, day, account, cents in rows.values_list("entry_id", "date", "account_id", "cents"):
        hand.setdefault(entry, (day, []))[1].append((account, -cents))
    turned = [(day, sorted(shape)) for day, shape in hand.values()]
    found: set[int] = set()
    for step in steps:
        match = next((one for one in turned if one[0] >= next_month(step.entry.date) and one[1] == sorted(lines[step.entry_id])), None)
        if match is not None:
            turned.remove(match)  # one by hand takes one back
            found.add(step.entry_id)
    return found


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of the plan as the page shows it: the step, and the entry it became (None: still to come)."""

    step: Step
    posted: ScheduleStep | None
    late: bool

    @property
    def moved_cents(self) -> int:
        """Debits of the step."""
        return sum(cents for cents in self.step.cents if cents > 0)


def plan_rows(row: Schedule, lines: Sequence[LineDraft], until: date, today: date) -> list[PlanRow]:
    """The plan up to ``until`` with what was posted of it. One query."""
    posted = {one.n: one for one in row.posted_steps.select_related("entry__reversed_by")}
    end = min(until, row.ended_on) if row.ended_on else until
    running = row.state in ("active", "ended")
    return [
        PlanRow(step, posted.get(step.n), running and step.n not in posted and step.day < today)
        for step in plan(row.terms(tuple(line.cents for line in lines)), end)
    ]


@dataclass(frozen=True, slots=True)
class LoanStep:
    """A payment of a loan as agreed, for whoever looks whether it was booked so: accounts by code, cents positive."""

    name: str
    day: date
    loan: str
    interest: str
    principal_cents: int
    interest_cents: int
    posted: bool


def loan_steps(since: date, until: date) -> list[LoanStep]:
    """The payments of running loans between two days. Three queries."""
    rows = list(Schedule.objects.filter(kind=LOAN, state__in=("active", "ended"), first_on__lte=until).order_by("id"))
    lines, posted = lines_of(rows), _posted(rows)
    return [
        LoanStep(row.name, step.day, lines[row.pk][0].account or "", lines[row.pk][1].account or "", step.cents[0], step.cents[1],
                 step.n in posted[row.pk])
        for row in rows
        for step in plan(row.terms(()), min(until, row.ended_on) if row.ended_on else until)
        if step.day >= since
    ]  # fmt: skip


def unfinished(subject: Subject) -> QuerySet[Any]:
    """Schedules that ended before their last step: what is left of them stands on an account."""
    return schedules(subject).filter(state="ended", kind__in=(SPREAD, LOAN))
