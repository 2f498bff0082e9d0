"""The lines of a month's close: who looks after each, who signed it, what may stand and why, what moved and why, the reports as
they were sent. Every act is written once and holds until the month is reopened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from steward.core.access.models import User
from steward.core.access.separation import perform
from steward.core.refusals import refuse
from steward.core.service import Call, note, service
from steward.ledger.logic.close_list import EXPLAINED, FROZEN, LINE_OF, OWNER, SIGNED, WAIVED, stamp
from steward.ledger.logic.periods import LOCKED, Month, PeriodError
from steward.ledger.models import CloseAct, Document, Period
from steward.ledger.posting import take_head
from steward.ledger.selectors.balances import trial_balance
from steward.ledger.selectors.closing import books_stamp, close_checks, moved
from steward.ledger.types import CheckResult


@service("ledger.assign_close", "period.soft_close", says="gave lines of a month's close to somebody")
def assign_close(call: Call, *, period: str, checks: Sequence[str], owner: User) -> None:
    """Make ``owner`` the one who looks after these lines of the month. Refuses ``no_line`` and a locked month."""
    row = _open(period)
    _write(call, row, [CloseAct(check_id=check, kind=OWNER, ref=str(owner.pk), words=owner.name) for check in _lines(checks)])


@service("ledger.sign_close", "period.soft_close", says="signed lines of a month's close")
def sign_close(
    call: Call, *, period: str, checks: Sequence[str], results: Sequence[CheckResult] = (), remark: str = ""
) -> None:
    """Sign lines: a machine's check must be green, a line of hand was looked at on the evidence it shows now. ``results`` are what
    other rooms found. Refuses ``no_line``, ``not_green`` naming each, and a locked month.
    """
    row, chosen = _open(period), _lines(checks)
    month = Month(row.year, row.month)
    found = {one.id: one for one in [*close_checks(month, thorough="verify" in chosen), *results]}
    red = [check for check in chosen if not LINE_OF[check].hand and not (check in found and found[check].ok)]
    if red:
        told = "; ".join(f"{LINE_OF[check].number} {found[check].evidence if check in found else ''}" for check in red)
        raise refuse("not_green", _("Not in order yet: %s") % told, _("Put it right, or have it waived with a reason."), field="checks")
    acts = []
    for check in chosen:
        evidence = found[check].evidence if check in found else ""
        acts.append(CloseAct(check_id=check, kind=SIGNED, words=remark.strip()[:400], evidence=evidence[:400], stamp=stamp(evidence)))
    _write(call, row, acts)


@service("ledger.waive_check", "period.close", says="let a check of a month's close stand")
def waive_check(call: Call, *, period: str, check: str, reason: str, results: Sequence[CheckResult] = ()) -> None:
    """Say why a check that is not green may stand. Whoever waives does not lock the month (separation of duties).

    Refuses ``no_reason``, ``no_check`` for what is not failing or no reason replaces, and a locked month.
    """
    row = _open(period)
    if not reason.strip():
        raise refuse("no_reason", _("Letting it stand needs a reason."), _("Say why it may stay."), field="reason")
    month = Month(row.year, row.month)
    asked = [*close_checks(month, thorough=False), *results]
    failing = next((one for one in asked if one.id == check and not one.ok and one.waivable), None)
    if failing is None:
        raise refuse("no_check", _("Nothing of this name stands in the way."), _("Choose one that is not green."), field="check")
    perform(call, "waive_close", row)
    _write(call, row, [CloseAct(check_id=check, kind=WAIVED, words=reason.strip()[:400], evidence=failing.evidence[:400])])


@service("ledger.explain_flux", "period.soft_close", says="explained what moved in a month")
def explain_flux(call: Call, *, period: str, words: Mapping[str, str]) -> None:
    """Say why accounts moved (code -> why). Refuses ``no_account`` for one that did not move beyond the limits."""
    row = _open(period)
    codes = {one.code for one in moved(Month(row.year, row.month))}
    told = {code: text.strip() for code, text in words.items() if text.strip()}
    if unknown := sorted(set(told) - codes):
        raise refuse("no_account", _("Account %s has nothing to explain.") % unknown[0], _("Leave it out."))
    _write(call, row, [CloseAct(check_id="flux", kind=EXPLAINED, ref=code, words=text[:400]) for code, text in told.items()])


@service("ledger.freeze_reports", "period.soft_close", says="froze the reports of a month")
def freeze_reports(call: Call, *, period: str, document: Document) -> None:
    """Keep ``document`` as the reports of the month; a posting into the month afterwards shows."""
    row = _open(period)
    balance = trial_balance(Month(row.year, row.month).last)
    _write(call, row, [CloseAct(check_id="frozen", kind=FROZEN, ref=document.sha256, words=document.name[:400], stamp=books_stamp(balance))])


def _open(name: str) -> Period:
    """The month, with the head of the chain held: nothing posts into it between the look and the signature."""
    try:
        month = Month.parse(name)
    except PeriodError as error:
        raise refuse("period", str(error), _("Write it as 2026-10."), field="period") from error
    take_head()
    row = Period.objects.select_for_update().filter(year=month.year, month=month.month).first()
    if row is None:
        raise refuse("no_period", _("The books have no period %s.") % month, _("Open it first."), field="period")
    if row.state == LOCKED:
        raise refuse("period_state", _("Period %s is locked: what was signed stands.") % month, _("Reopen it first."), field="period")
    return row


def _lines(checks: Sequence[str]) -> list[str]:
    chosen = list(dict.fromkeys(checks))
    if not chosen or any(check not in LINE_OF for check in chosen):
        raise refuse("no_line", _("Choose lines of the list."), _("Tick one or more."), field="checks")
    return chosen


def _write(call: Call, row: Period, acts: Sequence[CloseAct]) -> None:
    for act in acts:
        act.period, act.version, act.by_id, act.at = row, row.version, call.user_id, call.now
    CloseAct.objects.bulk_create(acts)
    note(row, fields=[f"{act.check_id}:{act.kind}" for act in acts], reason=acts[0].words if acts else "")
