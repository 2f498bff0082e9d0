"""What a signed return posts. Apart from asking for it, because the signature's service (``decisions``) comes here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.banking.models import Receipt
from steward.banking.services.deposits import Expected, cancel_expected, expect
from steward.banking.services.payouts import join_chargeback
from steward.banking.services.returns import note_return_booked
from steward.billing import postings
from steward.billing.models import Decision, ReturnedPayment
from steward.billing.postings import Where
from steward.billing.selectors.others import owed_cents, uid_of
from steward.billing.selectors.returned import receipt_facts
from steward.billing.services import books
from steward.billing.services.holding import hold_others, hold_paid
from steward.billing.services.others import OtherData, post_other, post_void
from steward.billing.states import OtherKind
from steward.core.service import Call, note, refuse
from steward.frontdesk.models import Patient
from steward.registry.models import Party


def debtor_of(receipt: Receipt) -> tuple[Party | None, Patient | None]:
    """Who owes the fee of a payment that came back: whoever paid, when a patient or an account; else the patient paid for."""
    party = receipt.party
    if party is None:
        return None, None
    patient = Patient.objects.filter(party=party).select_related("party").first()
    patient = patient or Patient.objects.filter(guarantor=party).select_related("party").order_by("id").first()
    return (patient.party, patient) if patient else (party, None)


def post_return(call: Call, decision: Decision) -> int:
    """Post a return and its fee, and tell banking what the bank will show; the number of its entry. Refuses ``amount``."""
    hold_paid([decision.item])
    row = ReturnedPayment.objects.select_related("receipt__session__drawer__site", "receipt__party").get(decision=decision)
    drawer = row.receipt.session.drawer
    bank = Where(entity=drawer.entity_id, site=drawer.site_id)
    try:
        posting = postings.payment_returned(receipt_facts(row.receipt), decision.role, row.item, bank)
    except ValueError as error:
        message = _("The books do not say where all of this payment went.")
        raise refuse("amount", message, _("Look at the receipt's item in the books.")) from error
    memo = f"{row.kind} of receipt {row.receipt.number}"
    numbers = books.post(call, "returned", row.uid, posting=posting, day=call.today, memo=memo, journal="receipts",
                         source="returnedpayment")  # fmt: skip
    expect(call, expected=Expected(
        "other", row.receipt.check_no or str(row.receipt.number), -row.cents, row.returned_on, decision.role, row.item,
        drawer.entity_id, f"Returned: receipt {row.receipt.number}",
    ))  # fmt: skip
    note_return_booked(call, receipt=row.receipt, item=row.item)
    join_chargeback(call, receipt=row.receipt, item=row.item)
    debtor, patient = debtor_of(row.receipt)
    if row.fee_cents and debtor is not None:
        row.fee = post_other(call, OtherData(OtherKind.RETURNED, debtor, row.fee_cents, patient=patient, site=drawer.site))
        row.save(update_fields=["fee"])
    return numbers[-1]


def post_undo(call: Call, decision: Decision) -> int:
    """Undo a return: its entry and its unpaid fee reversed, the bank line not expected any more; the number of the reversal.

    Refuses ``undone`` and ``matched`` once the bank showed it.
    """
    rows = ReturnedPayment.objects.select_for_update(of=("self",)).select_related("decision", "fee")
    row = rows.get(uid=uid_of(decision.item))
    if row.undone_at or row.decision.entry is None:
        raise refuse("undone", _("This was undone before."), _("Nothing is left to do."))
    hold_others([row.fee_id] if row.fee_id else [])
    cancel_expected(call, item=row.item)
    entry = books.undo(call, [row.decision.entry], reason=decision.reason)[0]
    if row.fee and not row.fee.voided_at and owed_cents(row.fee) == row.fee.total_cents:
        post_void(call, row.fee, decision.reason)
    row.undone_at, row.undone_by_id, row.undo_reason = call.now, decision.asked_by_id, decision.reason
    row.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    note(row, fields=["undone_at"], reason=decision.reason)
    return entry
