"""Sharing what an account holds without a site or department: by weights, to the cent, as an entry by hand that somebody else signs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from steward.core.money import allocate, format_cents
from steward.core.service import Call, refuse, service
from steward.ledger.selectors.allocations import DIMENSIONS, unassigned
from steward.ledger.services.journals import JournalState, draft_journal, submit_journal
from steward.ledger.types import LineDraft


@service("ledger.allocate_balance", "journal.write", says="drafted the sharing of an account's balance")
def allocate_balance(
    call: Call, *, uid: UUID, account: str, first: date, last: date, by: str, weights: Mapping[int, int]
) -> JournalState:  # fmt: skip
    """Draft and submit the entry that takes what ``account`` holds without a ``by`` (``site`` or ``department``) between two days and gives
    it to them by ``weights`` (primary key -> whole number), by largest remainder, dated the last day. The account's sum stays.

    Refuses ``by``, ``span``, ``nothing`` (it holds nothing without one) and ``weights`` (none above 0); what journals refuse besides.
    """
    if by not in DIMENSIONS:
        raise refuse("by", _("A balance is shared by site or by department."), _("Choose one of the two."), field="by")
    if first > last:
        raise refuse("span", _("The first day comes after the last."), _("Turn them round."), field="first")
    cents = unassigned(account, by, first, last)
    if not cents:
        raise refuse("nothing", _("The account holds nothing without one in these days."), _("Choose another account or span."), field="account")
    given = {pk: weight for pk, weight in weights.items() if weight}
    if not given or min(given.values()) < 0:
        raise refuse("weights", _("The shares give nobody anything."), _("Give at least one a share above 0."), field="weights")
    parts = dict(zip(given, allocate(cents, list(given.values())), strict=True))
    lines = [LineDraft(account=account, cents=-cents)]
    lines += [
        LineDraft(account=account, cents=part, site=pk if by == "site" else None, department=pk if by == "department" else None)
        for pk, part in parts.items() if part
    ]  # fmt: skip
    span = f"{first.isoformat()} to {last.isoformat()}"
    memo = _("Shared by %(by)s: %(cents)s of %(account)s, %(span)s") % {
        "by": by, "cents": format_cents(cents, true_minus=False), "account": account, "span": span,
    }  # fmt: skip
    draft_journal(call, uid=uid, date=last, memo=memo[:200], lines=lines)
    return submit_journal(call, uid=uid)
