"""What one person asks and another signs: write-offs and refunds. Posted the moment the last signature is given."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking import services as banking
from steward.banking.models import CashRefund, Receipt
from steward.banking.selectors.drawers import receipt_of_item
from steward.billing import postings
from steward.billing.models import Charge, Claim, Decision, Prepayment, RemittanceClaim, ReturnedPayment
from steward.billing.postings import ChargeFacts, Posting, Where
from steward.billing.selectors.claims import pieces_of_visits
from steward.billing.selectors.facts import known_by_pk
from steward.billing.selectors.others import paid_ahead
from steward.billing.selectors.refunds import refund_ref
from steward.billing.services import books
from steward.billing.services.holding import hold_charges, hold_paid
from steward.billing.services.returning import post_return, post_undo
from steward.billing.services.work import settle
from steward.billing.states import AttemptState, DecisionKind, WriteOff
from steward.core.access.separation import perform
from steward.core.approvals import logic as approval
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, request, subject, withdraw
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service
from steward.frontdesk.models import Patient
from steward.insurance.models import Payer
from steward.ledger.selectors import item_balances
from steward.ledger.types import LineDraft


@service("billing.write_off", "writeoff.request", says="asked for a write-off")
def write_off(
    call: Call, *, charge: Charge, role: str, cents: int, reason: str, payer: Payer | None = None
) -> Decision:
    """Ask to write off what is open on a charge, of ``payer`` or (None) of the patient; posts when signed.

    ``role`` is one of ``states.WriteOff``. Refuses ``role``, ``amount`` (more than is open), ``no_reason`` and what
    approvals refuse. Small balances need no second person where the rules say so.
    """
    if role not in WriteOff.values:
        raise refuse("role", _("This is no write-off account."), _("Choose one of the list."), field="role")
    facts = charge_facts(charge)
    open_cents = facts.balances.get(_side(payer), 0)
    if not 0 < cents <= open_cents:
        message = _("At most %s is open.") % format_cents(max(open_cents, 0))
        raise refuse("amount", message, _("Correct the amount."), field="cents")
    row = new_decision(call, DecisionKind.WRITE_OFF, charge, payer, charge.item, role, cents, reason)
    title = _("Write-off of %(amount)s on claim %(ref)s") % {"amount": format_cents(cents), "ref": charge.claim.ref}
    return _settled(call, row, _ask(call, row, title))


@service("billing.request_refund", "writeoff.request", says="asked for a refund")
def request_refund(
    call: Call, *, cents: int, reason: str, charge: Charge | None = None, payer: Payer | None = None,
    receipt_item: str = "", patient: Patient | None = None,
) -> Decision:  # fmt: skip
    """Ask to give money back: a charge's credit (of ``payer`` or the patient), or what is left of a receipt.

    Signed, it stands in ``refunds_payable`` until it is paid. Refuses ``source``, ``patient`` (the money is somebody else's by
    the books), ``amount``, ``no_reason`` and what approvals refuse.
    """
    if (charge is None) == (receipt_item == ""):
        raise refuse("source", _("A refund comes from a charge or from a receipt."), _("Choose one."), field="charge")
    if patient is not None and not _theirs(patient, charge, receipt_item):
        message = _("This money was not paid by the patient or for them.")
        raise refuse("patient", message, _("Choose the patient whose payment it is."), field="patient")
    if charge is not None:
        facts = charge_facts(charge)
        left = -facts.balances.get(_side(payer), 0) - facts.balances.get(("credit_balance", _party(payer)), 0)
        item, role = charge.item, "credit_balance"
    else:
        left = -item_balances([receipt_item]).get(receipt_item, {}).get("patient_prepaid", 0)
        item, role = receipt_item, "patient_prepaid"
    if not 0 < cents <= left:
        message = _("At most %s can be given back.") % format_cents(max(left, 0))
        raise refuse("amount", message, _("Correct the amount."), field="cents")
    who = patient or (charge.claim.patient if charge else None)
    row = new_decision(call, DecisionKind.REFUND, charge, payer, item, role, cents, reason, who)
    return _settled(call, row, _ask(call, row, _("Refund of %s") % format_cents(cents)))


def _theirs(patient: Patient, charge: Charge | None, receipt_item: str) -> bool:
    """Whether a credit is the patient's: of a charge of theirs, or what is left of a receipt of theirs or of their guarantor."""
    if charge is not None:
        return charge.claim.patient_id == patient.pk
    return receipt_item in {one.item for one in paid_ahead([patient.party_id, patient.guarantor_id])}


@service("billing.sign_decision", "approval.decide", says="decided on a write-off or refund")
def sign_decision(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> Decision:
    """The second person's yes (which posts) or no. Refuses what ``approvals.decide`` refuses, ``separation`` for whoever
    posted the charge or its payment, and ``amount`` when less is open by now.
    """
    row = Decision.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    waiting = asked.latest(uid, approval_kind(row)) if row else None
    if row is None or waiting is None:
        raise refuse("no_decision", _("Nothing waits under this name."), _("Open it from the approvals."))
    if approve:
        _keep_apart(call, row)
    done = decide(call, request=waiting, approve=approve, comment=comment)
    return _settled(call, row, done)


@service("billing.withdraw_decision", "approval.request", says="took a write-off or refund back before it was signed")
def withdraw_decision(call: Call, *, uid: UUID) -> Decision:
    """Take one's own open question back; the decision ends with it, and what it held is free. Refuses ``no_decision`` and what
    ``approvals.withdraw`` refuses."""
    row = Decision.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    waiting = asked.latest(uid, approval_kind(row)) if row else None
    if row is None or waiting is None:
        raise refuse("no_decision", _("Nothing waits under this name."), _("Open it from the approvals."))
    return _settled(call, row, withdraw(call, request=waiting))


@service("billing.apply_prepayment", "remittance.post", says="applied a prepayment")
def apply_prepayment(call: Call, *, receipt_item: str, charge: Charge, cents: int) -> Charge:
    """Put what is left of a receipt to a charge of the same patient, whose own or whose guarantor's money it is by the books.

    Refuses ``patient`` (somebody else's money, or nothing is left of it) and ``amount``.
    """
    hold_paid([receipt_item])
    hold_charges([charge.pk])
    facts, who = charge_facts(charge), charge.claim.patient
    held = next((one for one in paid_ahead([who.party_id, who.guarantor_id]) if one.item == receipt_item), None)
    if held is None:
        message = _("Nothing is left of this payment for this patient.")
        raise refuse("patient", message, _("Choose a payment of the patient or of the guarantor."), field="receipt_item")
    try:
        posting = postings.use_prepaid(held, facts, cents)
    except ValueError as error:
        message = _("A prepayment covers at most what is open, with what is left of it.")
        raise refuse("amount", message, _("Correct the amount."), field="cents") from error
    event = f"prepaid:{receipt_item}:{held.cents}"
    books.post(call, event, charge.uid, posting=posting, day=call.today, memo=f"Prepayment to claim {charge.claim.ref}",
               journal="receipts", source="charge")  # fmt: skip
    note(charge, fields=["prepaid"])
    return charge


def charge_facts(charge: Charge) -> ChargeFacts:
    """A charge as the books have it. Refuses ``voided``."""
    known = next(iter(known_by_pk([charge.claim_id]).by_ref.values()))
    found = next((facts for facts in known.charges if facts.uid == str(charge.uid)), None)
    if found is None:
        raise refuse("voided", _("This charge was voided."), _("Nothing is left to do."))
    return found


def _party(payer: Payer | None) -> int | None:
    return payer.party_id if payer else None


def _side(payer: Payer | None) -> tuple[str, int | None]:
    return ("ar_insurance" if payer else "ar_patient", _party(payer))


def new_decision(
    call: Call, kind: DecisionKind, charge: Charge | None, payer: Payer | None, item: str, role: str, cents: int,
    reason: str, patient: Patient | None = None,
) -> Decision:  # fmt: skip
    """A decision noted, not yet put before the rules. Refuses ``no_reason``."""
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    row = Decision(
        kind=kind, charge=charge, payer=payer, patient=patient, item=item, role=role, cents=cents,
        reason=reason.strip()[:200], asked_at=call.now, asked_by_id=call.user_id,
    )  # fmt: skip
    row.save(force_insert=True)
    note(row, fields=["cents"], reason=reason)
    return row


def put_before_rules(call: Call, row: Decision, title: str) -> Decision:
    """Ask for its signature; posted at once where no rule wants one. Refuses what approvals refuse."""
    return _settled(call, row, _ask(call, row, title))


def approval_kind(row: Decision | None) -> str:
    """The kind of approval a decision asks for."""
    if row is None:
        return "write_off"
    return "returned" if row.kind == DecisionKind.UNRETURNED else str(row.kind)


def _ask(call: Call, row: Decision, title: str) -> ApprovalRequest:
    return request(
        call, about=row, subject=_subject(call, row), title=title, url=reverse("billing:decision", args=[row.uid])
    )


def _subject(call: Call, row: Decision) -> approval.Subject:
    fields = {"item": row.item, "role": row.role, "payer": row.payer_id, "reason": row.reason}
    return subject(call, approval_kind(row), fields, amount_cents=row.cents, parties=_parties(row))


def _parties(row: Decision) -> tuple[tuple[str, int], ...]:
    """Who may not sign: whoever took the payment that is given back, and the patient when she works here."""
    if row.kind != DecisionKind.REFUND:
        return ()
    receipt, who = receipt_of_item(row.item), row.patient.party if row.patient else None
    taker = receipt.by_id if receipt else None
    found = (("payment_taker", taker), ("payee", who.user_id if who else None))
    return tuple((name, person) for name, person in found if person is not None)


def _settled(call: Call, row: Decision, done: ApprovalRequest) -> Decision:
    if done.approved and row.entry is None:
        row.entry = _post(call, row)
        row.save(update_fields=["entry"])
        if row.charge_id and row.kind == DecisionKind.WRITE_OFF:
            settle(call, [row.charge_id], _("Written off: %s") % row.reason)
    elif not done.waiting and not done.approved:
        row.rejected_at = call.now
        row.save(update_fields=["rejected_at"])
        # a no frees the receipt: it may be asked again
        why = _("Not approved or withdrawn")
        ReturnedPayment.objects.filter(decision=row, undone_at=None).update(undone_at=call.now, undo_reason=why)
    note(row)
    return row


def _post(call: Call, row: Decision) -> int:
    hold_paid([row.item])
    hold_charges([row.charge_id] if row.charge_id else [])
    if row.kind == DecisionKind.RETURNED:
        return post_return(call, row)
    if row.kind == DecisionKind.UNRETURNED:
        return post_undo(call, row)
    memo = f"{row.get_kind_display()}: {row.reason}"[:200]
    numbers = [
        number
        for n, posting in enumerate(_postings(row))
        for number in books.post(call, f"decision:{n}", row.uid, posting=posting, day=call.today, memo=memo,
                                 journal="charges", source="decision")
    ]  # fmt: skip
    return numbers[-1]


def _postings(row: Decision) -> list[Posting]:
    try:
        if row.charge is None:
            return [postings.refund(row.role, row.item, _left(row), _where(row))]
        facts = charge_facts(row.charge)
        if row.kind == DecisionKind.WRITE_OFF:
            return [postings.write_off(facts, _party(row.payer), row.role, row.cents)]
        aside = -facts.balances.get(("credit_balance", _party(row.payer)), 0)
        found = [] if aside >= row.cents else [postings.set_credit_aside(facts, _party(row.payer))]
        return [*found, postings.refund(row.role, row.item, row.cents, facts.where, _party(row.payer))]
    except ValueError as error:
        raise refuse("amount", _("Less is open by now."), _("Ask again with what is open."), field="cents") from error


def _left(row: Decision) -> int:
    """The sum, once more: what was left when it was asked may have been put to a charge meanwhile. Raises ValueError."""
    if row.cents > -item_balances([row.item]).get(row.item, {}).get(row.role, 0):
        raise ValueError("a refund gives back at most what is left of the payment")
    return row.cents


def _where(row: Decision) -> Where:
    """Whose books a receipt's refund stands in: those of the drawer it was paid into, or of the claim it came with."""
    patient = row.patient.party_id if row.patient else None
    receipt = receipt_of_item(row.item)
    if receipt is not None:
        return Where(entity=receipt.session.drawer.entity_id, patient=patient or receipt.party_id)
    held = Prepayment.objects.filter(uid=row.item.partition(":")[2]).values_list("claim__entity", flat=True).first()
    return Where(entity=held, patient=patient)


@service("billing.pay_refund", "refund.pay", says="paid a signed refund in cash")
def pay_refund(call: Call, *, uid: UUID) -> CashRefund:
    """Pay a signed refund to the patient out of one's own open drawer. Refuses ``not_signed``, ``payer`` (a payer is
    paid by check or transfer), ``card`` (a card was asked to take it back),
    ``separation`` for whoever signed it, and what ``banking.pay_refund`` refuses.
    """
    row = Decision.objects.select_for_update(of=("self",)).filter(uid=uid, kind=DecisionKind.REFUND).first()
    if row is None or row.entry is None:
        raise refuse("not_signed", _("No signed refund stands under this name."), _("Have it signed first."))
    who = row.patient.party if row.patient else None
    if row.payer_id or who is None:
        raise refuse("payer", _("Only a patient is given cash."), _("Pay it by check or transfer."))
    if row.card_refunds.exclude(state=AttemptState.DECLINED).exists():
        raise refuse("card", _("A card was asked to take this refund back."), _("Look at its answer first."))
    perform(call, "pay_refund", row)
    return banking.pay_refund(
        call, cents=row.cents, party=who, owed=owed_line(row), reason=row.reason, for_ref=refund_ref(row.uid)
    )


def owed_line(row: Decision) -> LineDraft:
    """The item and dimensions under which a signed refund stands in ``refunds_payable``; the payer of the money sets its cents."""
    where = charge_where(row.charge) if row.charge else _where(row)
    return LineDraft(
        item=row.item, entity=where.entity, site=where.site, provider=where.provider, party=where.patient,
        party_role="patient" if where.patient else "",
    )  # fmt: skip


def charge_where(charge: Charge) -> Where:
    """The ledger dimensions of a charge, voided or not."""
    claim = charge.claim
    return Where(claim.entity_id, claim.site_id, None, claim.provider.party_id, claim.patient.party_id)


def _keep_apart(call: Call, row: Decision) -> None:
    """Whoever posted the charge or took or posted a payment on it does not sign its write-off or refund."""
    if row.kind in (DecisionKind.RETURNED, DecisionKind.UNRETURNED):
        return  # nothing is given away: the bank has taken it already
    duty = "approve_refund" if row.kind == DecisionKind.REFUND else "approve_writeoff"
    if row.charge is None:
        receipt = receipt_of_item(row.item)
        behind = [receipt.session] if receipt else []
        perform(call, duty, row, *behind, *_claims_of(receipt))
        return
    told = RemittanceClaim.objects.filter(claim=row.charge.claim_id, live=True).select_related("remittance")
    perform(call, duty, row, row.charge.claim, *(answer.remittance for answer in told))


def _claims_of(receipt: Receipt | None) -> list[Claim]:
    """The claims of the visit a receipt was taken for: whoever posted their charges signs no refund of it."""
    kind, _colon, text = receipt.for_ref.partition(":") if receipt else ("", "", "")
    try:
        return list(pieces_of_visits([str(UUID(text))]).claims) if kind == "visit" else []
    except ValueError:
        return []
