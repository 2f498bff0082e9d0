"""Taking a payment, and taking it back."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from steward.banking import postings
from steward.banking.logic.cards import looks_like_card
from steward.banking.models import DepositLine, DrawerSession, Receipt
from steward.banking.postings import Where
from steward.banking.services.books import post, refuse_closed_day
from steward.banking.services.drawers import cash_in, hold, require_open
from steward.banking.states import SessionState, Tender
from steward.core.ids import new_uid
from steward.core.numbers import next_number
from steward.core.service import Call, note, refuse, service
from steward.ledger import services as ledger
from steward.ledger.selectors.registers import lines_of_item
from steward.ledger.types import MAX_CENTS, LineDraft
from steward.registry.models import Party


@service("banking.take_receipt", "receipt.take", says="took a payment")
def take_receipt(
    call: Call,
    *,
    tender: str,
    cents: int,
    party: Party | None = None,
    credit: LineDraft | None = None,
    session: DrawerSession | None = None,
    check_no: str = "",
    card_last4: str = "",
    approval: str = "",
    purpose: str = "",
    for_ref: str = "",
    visit_of: Party | None = None,
    guarantor: Party | None = None,
) -> Receipt:
    """Take one payment into one's own open drawer and post it.

    Cash goes to `drawer`, a check to `undeposited`, a card to `card_clearing`; the credit is the party's prepayment
    (`patient_prepaid`, item `receipt:UID`) unless `credit` names another line, whose cents are set here. Card numbers
    are never taken: only the last four digits.

    A payment for a visit (`for_ref` ``visit:UID``) brings two facts of who asks: the patient whose visit it is
    (`visit_of`) and who answers for that patient's bills (`guarantor`). Only these two pay it; the prepayment is the
    patient's, whoever paid. Refuses `tender`, `amount`, `check_no`, `card`, `party`, `other_patient`, `no_drawer`,
    `old_drawer`, `day_closed`.
    """
    _refuse_bad(tender, cents, check_no, card_last4)
    _refuse_card_numbers(check_no=check_no, approval=approval, purpose=purpose, for_ref=for_ref)
    if party is None and credit is None:
        raise refuse("party", _("Say who pays."), _("Choose the patient."), field="party")
    _refuse_other_patient(for_ref, party, visit_of, guarantor)
    number = next_number("banking.receipt")
    mine = own_session(call, session)
    uid = new_uid()
    receipt = Receipt(
        uid=uid, number=number, session=mine, day=call.today, taken_at=call.now, by_id=call.user_id, tender=tender,
        cents=cents, party=party, check_no=check_no.strip(), card_last4=card_last4, approval=approval[:20],
        purpose=purpose[:120], for_ref=for_ref[:80],
    )  # fmt: skip
    where = Where(entity=mine.drawer.entity_id, site=mine.drawer.site_id)
    line = _credit_line(receipt, visit_of or party, credit, where)
    receipt.entry = post(
        call, "take", uid, lines=postings.receipt(tender, cents, receipt.item, where, line, holder=mine.item),
        day=call.today, memo=f"Receipt {number}", journal="receipts", source="receipt",
    )  # fmt: skip
    receipt.save(force_insert=True)
    note(receipt, fields=["cents", "tender"])
    return receipt


def _refuse_other_patient(for_ref: str, party: Party | None, visit_of: Party | None, guarantor: Party | None) -> None:
    """One patient's money is never put to another's visit: the sub-ledger of both would be wrong."""
    if not for_ref.startswith("visit:") and visit_of is None:
        return
    payers = {one.pk for one in (visit_of, guarantor) if one is not None}
    if visit_of is None or party is None or party.pk not in payers:
        message = _("This visit is another patient's.")
        fix = _("Take the payment from the visit itself, or from whoever answers for its patient's bills.")
        raise refuse("other_patient", message, fix, field="party")


def _credit_line(receipt: Receipt, party: Party | None, credit: LineDraft | None, where: Where) -> LineDraft:
    if credit is None:
        credit = LineDraft(role="patient_prepaid", party=party.pk if party else None, party_role="patient")
    return replace(
        credit, item=credit.item or receipt.item, entity=credit.entity or where.entity, site=credit.site or where.site
    )


def _refuse_bad(tender: str, cents: int, check_no: str, card_last4: str) -> None:
    if tender not in Tender.values:
        raise refuse("tender", _("A payment is cash, check or card."), _("Choose one."), field="tender")
    if not 0 < cents <= MAX_CENTS:
        raise refuse("amount", _("A payment is more than 0.00."), _("Type the amount the patient gave."), field="cents")
    if tender == Tender.CHECK and not check_no.strip():
        raise refuse("check_no", _("A check has a number."), _("Read it from the check."), field="check_no")
    if card_last4 and (len(card_last4) != 4 or not card_last4.isdigit()):
        message = _("Only the last four digits of a card are kept.")
        raise refuse("card", message, _("Type four digits, or leave it empty."), field="card_last4")


def _refuse_card_numbers(**typed: str) -> None:
    """No field of a payment takes a card's number."""
    for field, text in typed.items():
        if looks_like_card(text):
            message = _("This looks like a card number; it is never kept.")
            raise refuse("card_number", message, _("Type the last four digits beside the card."), field=field)


def own_session(call: Call, session: DrawerSession | None) -> DrawerSession:
    """The caller's own open drawer of today, held until the commit; the system's own calls may name any.

    Refuses `no_drawer`, `drawer_counted`, `not_your_drawer`, `old_drawer`, `day_closed`.
    """
    rows = DrawerSession.objects.select_related("drawer")
    if session is None:
        session = rows.filter(cashier_id=call.user_id, state=SessionState.OPEN).first()
    if session is None:
        raise refuse("no_drawer", _("You have no open drawer."), _("Open a drawer first; its float is counted once."))
    session = hold(session)
    require_open(session)
    if call.user_id is not None and session.cashier_id != call.user_id:
        raise refuse("not_your_drawer", _("This drawer belongs to a colleague."), _("Take it into your own drawer."))
    if session.day != call.today:
        message = _("Your drawer of %s was never counted.") % session.day.isoformat()
        raise refuse("old_drawer", message, _("Count it, then open it again for today."))
    refuse_closed_day(call.today)
    return session


@service("banking.void_receipt", "receipt.void", says="voided a receipt", about=lambda **kw: kw["receipt"])
def void_receipt(call: Call, *, receipt: Receipt, reason: str) -> Receipt:
    """Take back a payment of one's own drawer while it is open: the reversal is posted, the receipt keeps its number.

    Refuses `voided`, `no_reason`, `drawer_counted`, `deposited`, `batched`, `applied` when any of the payment was applied
    to charges or given back (take that back first), `charged` when the processor has taken it from a card on file, and
    `no_cash` when its cash has left the drawer.
    """
    receipt = Receipt.objects.select_for_update().select_related("session").get(pk=receipt.pk)
    if receipt.voided_at:
        raise refuse("voided", _("Receipt %s was voided before.") % receipt.number, _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("A void needs a reason."), _("Say why."), field="reason")
    _refuse_gone(receipt)
    entry = ledger.reverse(call, number=receipt.entry or 0, date=call.today, reason=reason.strip()[:150]).number
    receipt.voided_at, receipt.voided_by_id = call.now, call.user_id or receipt.by_id
    receipt.void_reason, receipt.void_entry = reason.strip()[:200], entry
    receipt.save(update_fields=["voided_at", "voided_by", "void_reason", "void_entry"])
    note(receipt, fields=["voided_at"], reason=reason)
    return receipt


def _refuse_gone(receipt: Receipt) -> None:
    """A payment is taken back whole, and only while its money is where it was put."""
    session = hold(receipt.session)
    require_open(session)
    if receipt.for_ref.startswith("card:"):  # its processor keeps what it took, whatever is written here
        raise refuse("charged", _("The card's processor has taken this money."), _("Refund it instead."))
    if receipt.batch_id:
        raise refuse("batched", _("Its card batch is closed."), _("Refund it instead."))
    if DepositLine.objects.filter(item=receipt.item, deposit__voided_at=None).exists():
        raise refuse("deposited", _("It lies in a locked deposit."), _("Refund it instead."))
    held = [line.cents for line in lines_of_item(receipt.item) if line.account.role == "patient_prepaid"]
    if held and sum(held) != -receipt.cents:
        message = _("A part of it was applied to charges or given back.")
        raise refuse("applied", message, _("Take the application back first."))
    if receipt.tender == Tender.CASH and cash_in(session) < receipt.cents:
        message = _("Its cash is no longer in the drawer.")
        raise refuse("no_cash", message, _("Have cash handed over to your drawer first."))
