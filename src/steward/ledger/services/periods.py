"""Opening, closing, locking and reopening months.

Whoever changes a period takes the head of the chain first and the period's row second, as posting does: a post in flight is
finished before the checks look, and a later one meets the closed door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.separation import perform
from steward.core.refusals import Refusal, Refused, refuse
from steward.core.service import Call, note, service
from steward.ledger.logic.chain import GENESIS, seal_event
from steward.ledger.logic.close_list import list_result, rows, waivers
from steward.ledger.logic.periods import LOCKED, TRANSITIONS, Month, PeriodError, blocking, waive
from steward.ledger.models import Period, PeriodEvent
from steward.ledger.posting import take_head
from steward.ledger.selectors.closing import close_acts, close_checks
from steward.ledger.services.posting import from_guard
from steward.ledger.types import CheckResult


@dataclass(frozen=True, slots=True)
class PeriodState:
    """What a close, lock or reopening came to."""

    period: str
    state: str
    checks: tuple[CheckResult, ...] = ()


@service("ledger.open_period", "period.soft_close", says="opened a period")
def open_period(call: Call, *, year: int, month: int) -> Period:
    """The period of that month, made if it is not there. Never reopens a closed one."""
    try:
        wanted = Month.parse(f"{year:04d}-{month:02d}")
    except PeriodError as error:
        raise refuse("period", str(error), _("Write it as 2026-10.")) from error
    period, _made = Period.objects.get_or_create(year=wanted.year, month=wanted.month)
    note(period)
    return period


@service("ledger.open_year", "period.soft_close", says="opened a fiscal year")
def open_year(call: Call, *, first_month: str, months: int = 12) -> int:
    """Open ``months`` months from ``first_month`` (``2026-01``) on; how many were made. Safe to repeat."""
    first = _month(first_month)
    wanted = [first.plus(n) for n in range(months)]
    have = {(p.year, p.month) for p in Period.objects.filter(year__gte=first.year, year__lte=wanted[-1].year)}
    made = Period.objects.bulk_create(
        Period(year=m.year, month=m.month) for m in wanted if (m.year, m.month) not in have
    )
    note(refs=[f"period:{p}" for p in made] or ["period:none"])
    return len(made)


@service("ledger.close_period", "period.soft_close", says="closed a period to ordinary posting")
def close_period(call: Call, *, period: str, results: Sequence[CheckResult] = ()) -> PeriodState:
    """Close a month softly: only manual and adjusting entries still go in. Checks are noted, none stands in the way."""
    return _change(call, "close", period, results, "")


@service("ledger.lock_period", "period.close", says="locked a period")
def lock_period(call: Call, *, period: str, results: Sequence[CheckResult] = ()) -> PeriodState:
    """Lock a month for good. ``results`` are what other rooms found; the ledger adds its own checks.

    Refuses ``not_ready`` with one refusal a failed check that nobody let stand (``close_list.waive_check``), ``close_list`` among
    them while lines of a list that was begun are not signed, and ``separation`` for whoever let one stand.
    """
    return _change(call, "lock", period, results, "")


@service("ledger.reopen_period", "period.close", says="reopened a period")
def reopen_period(call: Call, *, period: str, reason: str) -> PeriodState:
    """Open a closed or locked month again. Refuses ``no_reason``."""
    if not reason.strip():
        raise refuse("no_reason", _("Reopening needs a reason."), _("Say what has to be put right."), field="reason")
    return _change(call, "reopen", period, (), reason.strip())


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except PeriodError as error:
        raise refuse("period", str(error), _("Write it as 2026-10."), field="period") from error


def _change(
    call: Call, verb: str, name: str, results: Sequence[CheckResult], reason: str
) -> PeriodState:
    month = _month(name)
    take_head()
    period = Period.objects.select_for_update().filter(year=month.year, month=month.month).first()
    if period is None:
        raise refuse("no_period", _("The books have no period %s.") % month, _("Open it first."), field="period")
    starts, ends = TRANSITIONS[verb]
    if period.state == ends:
        return PeriodState(str(month), period.state)  # done before: a retry is no fault
    if period.state not in starts:
        message = _("Period %(period)s is %(state)s.") % {"period": month, "state": period.state}
        raise refuse("period_state", message, _("Reopen it first."), field="period")
    checks: tuple[CheckResult, ...] = ()
    if verb != "reopen":
        checks = _judged(month, [*close_checks(month, thorough=ends == LOCKED), *results])
        if ends == LOCKED and (bad := blocking(checks)):
            raise Refused(*(_not_ready(month, check) for check in bad))
        if ends == LOCKED and any(check.waived for check in checks):
            perform(call, "lock_period", period)
    _write(call, period, ends, reason, checks)
    note(period, fields=["state"], reason=reason)
    return PeriodState(str(month), ends, checks)


def _judged(month: Month, results: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """The checks with what people let stand, and the list of lines as one more."""
    acts = close_acts(month)
    return waive([*results, list_result(rows(results, acts), acts)], waivers(acts))


#: What helps where no reason does: reviews after the fact.
REVIEWS: Final = {
    "owner_review": __("The owner reads them under Approvals, Reviews; no reason replaces it."),
    "posted_files": __("A second person answers the reviews under Approvals; no reason replaces it."),
    "close_list": __("Sign each line on the month's page; what cannot be put right is let stand there, with a reason."),
    "reversals": __("A second person answers the reviews under Approvals; no reason replaces it."),
}


def _not_ready(month: Month, check: CheckResult) -> Refusal:
    message = _("Period %(period)s is not ready to be locked: %(evidence)s") % {
        "period": month,
        "evidence": check.evidence,
    }
    if check.waivable:
        fix = _("Put it right, or have somebody else let it stand on the month's page, with a reason (%s).") % check.id
    else:
        fix = str(REVIEWS.get(check.id, _("Put it right; no reason replaces it.")))
    return Refusal("not_ready", message, fix, check.id)


def _write(call: Call, period: Period, state: str, reason: str, checks: Sequence[CheckResult]) -> None:
    last = PeriodEvent.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
    event = PeriodEvent(
        period=period, version=period.version + 1, from_state=period.state, to_state=state, by_id=call.user_id,
        at=call.now, reason=reason, checks=[asdict(check) for check in checks], prev_hash=last,
    )  # fmt: skip
    event.hash = seal_event(last, event.sealed_parts())
    try:
        event.save(force_insert=True)
        period.state, period.version = state, period.version + 1
        period.save(update_fields=["state", "version"])
    except DatabaseError as error:
        raise from_guard(error)
