"""A payment that came back: asked for, posted when signed, undone when it was a mistake or was made good."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking.logic.cards import looks_like_card
from steward.banking.models import Receipt
from steward.banking.states import Tender
from steward.billing.logic.other_charges import returned_cap
from steward.billing.models import AccountHolder, ReturnedPayment
from steward.billing.selectors.returned import deposited, undo_waits
from steward.billing.selectors.rules import policy
from steward.billing.services import decisions
from steward.billing.services.others import never_asked
from steward.billing.services.returning import debtor_of
from steward.billing.states import DecisionKind, ReturnKind
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service

KINDS = {Tender.CHECK: ReturnKind.CHECK, Tender.CARD: ReturnKind.CHARGEBACK}


@service("billing.return_payment", "remittance.post", says="noted that a payment came back")
def return_payment(
    call: Call, *, receipt: Receipt, reason: str, returned_on: date | None = None, fee_cents: int = 0
) -> ReturnedPayment:
    """Note that a check was returned or a card payment charged back; posts when signed, at once where no rule asks for a second person.

    Refuses ``tender`` (cash), ``voided``, ``not_deposited``, ``returned`` (it came back before), ``day``, ``no_reason``, ``card``,
    and of the fee ``no_cap``, ``cap``, ``medicaid``, ``debtor``.
    """
    row = Receipt.objects.select_for_update(of=("self",)).select_related("session__drawer__site", "party").get(pk=receipt.pk)
    day = returned_on or call.today
    _refuse_receipt(row, day, call.today, reason)
    if fee_cents:
        _refuse_fee(row, fee_cents, day)
    kind = KINDS[Tender(row.tender)]
    patient = getattr(row.party, "patient", None) if row.party else None
    role = "card_clearing" if kind == ReturnKind.CHARGEBACK else "eft_in_transit"
    decision = decisions.new_decision(
        call, DecisionKind.RETURNED, None, None, row.item, role, row.cents, reason, patient
    )  # fmt: skip
    found = ReturnedPayment(
        receipt=row, kind=kind, cents=row.cents, reason=reason.strip()[:200], returned_on=day, fee_cents=fee_cents, decision=decision
    )
    try:
        with transaction.atomic():
            found.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("returned", _("This payment came back before."), _("Look at its receipt.")) from error
    decisions.put_before_rules(call, decision, _("%(kind)s of %(amount)s") % {
        "kind": kind.label, "amount": format_cents(row.cents)})  # fmt: skip
    note(found, fields=["cents"], reason=reason)
    found.refresh_from_db()
    return found


def _refuse_receipt(row: Receipt, day: date, today: date, reason: str) -> None:
    if row.tender not in KINDS:
        raise refuse("tender", _("Cash does not come back."), _("Void the receipt or refund it."))
    if row.voided_at:
        raise refuse("voided", _("This receipt was voided."), _("Nothing is left to do."))
    if not deposited(row):
        fix = _("Void the receipt while it is still here.")
        raise refuse("not_deposited", _("Its money has not left for the bank yet."), fix)
    if not row.day <= day <= today:
        raise refuse("day", _("It came back between its day and today."), _("Correct the day."), field="returned_on")
    if looks_like_card(reason):
        raise refuse("card", _("This looks like a card number."), _("Never type card numbers here."), field="reason")


def _refuse_fee(row: Receipt, fee_cents: int, day: date) -> None:
    """A fee is asked only where a law allows one, and never of a member of Medicaid."""
    rules, site = policy(), row.session.drawer.site
    if row.tender == Tender.CARD:
        most: int | None = rules.chargeback_cents
    else:
        most = returned_cap(rules.returned, site.state, row.cents, day)
    if most is None:
        message = _("No cap for returned checks is known in %s.") % (site.state or _("this site's state"))
        fix = _("Put the state's rule into other_charges.toml in the data folder, or ask for no fee.")
        raise refuse("no_cap", message, fix, field="fee_cents")
    if not 0 < fee_cents <= most:
        message = _("At most %s may be asked for.") % format_cents(most)
        raise refuse("cap", message, _("Correct the fee."), field="fee_cents")
    debtor, patient = debtor_of(row)
    if debtor is None or (patient is None and not AccountHolder.objects.filter(party=debtor, ended_on=None).exists()):
        raise refuse("debtor", _("Nobody is known to owe the fee."), _("Leave the fee out."), field="fee_cents")
    if patient and never_asked(patient.party_id, day, rules.returned_never):
        raise refuse("medicaid", _("A member of Medicaid is not charged for it."), _("Leave the fee out."), field="fee_cents")


@service("billing.undo_return", "remittance.post", says="undid a returned payment")
def undo_return(call: Call, *, returned: ReturnedPayment, reason: str) -> ReturnedPayment:
    """It had not come back, or was made good: everything stands as if it had been paid. An unpaid fee goes with it.

    Posted when signed, by the rules of the return itself; at once where no rule asks for a second person. Refuses ``undone``,
    ``waits`` (a signature is still asked for, of the return or of its undoing), ``no_reason``, and ``matched`` once the bank
    showed it.
    """
    row = ReturnedPayment.objects.select_for_update(of=("self",)).select_related("decision", "receipt").get(pk=returned.pk)
    if row.undone_at:
        raise refuse("undone", _("This was undone before."), _("Nothing is left to do."))
    if row.decision.entry is None or undo_waits(row):
        raise refuse("waits", _("It waits for a signature."), _("Have it decided first."))
    asked = row.decision
    decision = decisions.new_decision(call, DecisionKind.UNRETURNED, None, None, row.item, asked.role, row.cents, reason, asked.patient)
    title = _("Undo the return of receipt %(number)s, %(amount)s") % {
        "number": row.receipt.number, "amount": format_cents(row.cents)}  # fmt: skip
    decisions.put_before_rules(call, decision, title)
    row.refresh_from_db()
    note(row, fields=["undone_at"], reason=reason)
    return row
