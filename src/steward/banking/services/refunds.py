"""Giving cash back out of one's own drawer, and taking that back while the drawer is open.

What is given back was asked for by one person and signed by another (billing's decisions); it then stands in
`refunds_payable` until somebody pays it. Source: facts, posting map ("refund: Dr credit balance, Cr refunds payable;
paid: Dr refunds payable, Cr ..."), with the drawer in the place of the bank.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking import postings
from steward.banking.models import CashRefund, DrawerSession
from steward.banking.postings import Where
from steward.banking.services.books import post
from steward.banking.services.drawers import cash_in, hold, require_open
from steward.banking.services.receipts import own_session
from steward.core.ids import new_uid
from steward.core.money import format_cents
from steward.core.numbers import next_number
from steward.core.service import Call, note, refuse, service
from steward.ledger import services as ledger
from steward.ledger.selectors import item_balances
from steward.ledger.types import LineDraft
from steward.registry.models import Party

SERIES = "banking.refund"


@service("banking.pay_refund", "refund.pay", says="paid a refund in cash")
def pay_refund(
    call: Call, *, cents: int, party: Party, owed: LineDraft, reason: str, for_ref: str,
    session: DrawerSession | None = None,
) -> CashRefund:  # fmt: skip
    """Pay `cents` > 0 to `party` out of one's own open drawer, and number the voucher.

    `owed` is the line it settles: role `refunds_payable` with item and dimensions, its cents set here. `for_ref` is paid
    once (`paid`). Refuses `amount` beyond what stands there, `no_cash` beyond what lies in the drawer, `other_entity`,
    `no_reason`, and what `take_receipt` refuses of the drawer.
    """
    number = next_number(SERIES)
    mine = own_session(call, session)
    _refuse_unpayable(mine, cents, owed, reason)
    uid = new_uid()
    where = Where(entity=mine.drawer.entity_id, site=mine.drawer.site_id)
    owed = replace(owed, role="refunds_payable", entity=where.entity, site=owed.site or where.site)
    refund = CashRefund(
        uid=uid, number=number, session=mine, day=call.today, paid_at=call.now, by_id=call.user_id, cents=cents, party=party,
        item=owed.item, for_ref=for_ref[:80], reason=reason.strip()[:200],
    )  # fmt: skip
    refund.entry = post(
        call, "refund", uid, lines=postings.cash_refund(cents, mine.item, where, owed), day=call.today,
        memo=f"Refund {number} paid in cash", journal="receipts", source="cashrefund",
    )  # fmt: skip
    try:
        with transaction.atomic():
            refund.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("paid", _("This refund was paid already."), _("Look at its voucher.")) from error
    note(refund, fields=["cents"], reason=reason)
    return refund


def _refuse_unpayable(session: DrawerSession, cents: int, owed: LineDraft, reason: str) -> None:
    if not reason.strip():
        raise refuse("no_reason", _("A refund has a reason."), _("Say why."), field="reason")
    stands = -item_balances([owed.item]).get(owed.item, {}).get("refunds_payable", 0)
    if not 0 < cents <= stands:
        message = _("At most %s is to be given back here.") % format_cents(max(stands, 0))
        raise refuse("amount", message, _("Have the refund asked for and signed first."), field="cents")
    if owed.entity not in (None, session.drawer.entity_id):
        message = _("This drawer belongs to another legal entity.")
        raise refuse("other_entity", message, _("Pay it from a drawer of the entity that was paid."))
    if cents > cash_in(session):
        message = _("There is not so much cash in your drawer.")
        raise refuse("no_cash", message, _("Have cash handed over to your drawer first."), field="cents")


@service("banking.take_back_refund", "refund.pay", says="took a cash refund back", about=lambda **kw: kw["refund"])
def take_back_refund(call: Call, *, refund: CashRefund, reason: str) -> CashRefund:
    """The cash was not handed over, or came back: reverse it while one's own drawer is open. The number stays used.

    It is then to be paid again. Refuses `voided`, `no_reason`, `drawer_counted`.
    """
    refund = CashRefund.objects.select_for_update(of=("self",)).select_related("session").get(pk=refund.pk)
    if refund.voided_at:
        raise refuse("voided", _("Refund %s was taken back before.") % refund.number, _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why."), field="reason")
    require_open(hold(refund.session))
    entry = ledger.reverse(call, number=refund.entry or 0, date=call.today, reason=reason.strip()[:150]).number
    refund.voided_at, refund.voided_by_id = call.now, call.user_id or refund.by_id
    refund.void_reason, refund.void_entry = reason.strip()[:200], entry
    refund.save(update_fields=["voided_at", "voided_by", "void_reason", "void_entry"])
    note(refund, fields=["voided_at"], reason=reason)
    return refund
