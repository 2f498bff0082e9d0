"""Cards on file: kept with consent, charged through the processor, settled in its batches.

An attempt is noted and committed before the processor is asked, and answered in a transaction of its own: whatever breaks between
the two, the same key asks again, and the card is charged once.
"""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking.cards import APPROVED, Answer, LostAnswer, Processor, Settled
from steward.banking.logic.cards import looks_like_card
from steward.banking.models import DrawerSession, TerminalBatch
from steward.banking.services.deposits import close_terminal_batch
from steward.banking.services.receipts import own_session, take_receipt
from steward.billing.models import CardAttempt, CardOnFile, PaymentPlan, PlanCard
from steward.billing.selectors.statements import holds_on
from steward.billing.states import AttemptState, CardBrand
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service
from steward.frontdesk.models import Patient
from steward.ledger.types import MAX_CENTS
from steward.registry.models import Party


@service("billing.keep_card", "statement.send", says="kept a card on file")
def keep_card(
    call: Call, *, guarantor: Party, token: str, last4: str, brand: str, expires_on: date, consent: str
) -> CardOnFile:
    """Keep a card's token with the words its owner agreed to. Refuses ``card_number`` (anything that looks like one), ``token``,
    ``last4``, ``brand``, ``expired``, ``consent``, ``held`` and ``kept``.
    """
    if looks_like_card(token, consent, last4):
        message = _("This looks like a card number; it is never kept.")
        raise refuse("card_number", message, _("Take the card on the processor's page and paste its token."), field="token")
    if not token.startswith("tok_") or len(token) < 8:
        raise refuse("token", _("A token begins with tok_."), _("Paste it from the processor's page."), field="token")
    if len(last4) != 4 or not (last4.isascii() and last4.isdecimal()):
        raise refuse("last4", _("Only the last four digits of a card are kept."), _("Type four digits."), field="last4")
    if brand not in CardBrand.values:
        raise refuse("brand", _("This is no brand of card."), _("Choose one of the list."), field="brand")
    if expires_on < call.today:
        raise refuse("expired", _("This card has expired."), _("Ask for another."), field="expires_on")
    if not consent.strip():
        raise refuse("consent", _("A card is charged only with its owner's consent."), _("Write down what was agreed."), field="consent")
    _refuse_held(guarantor)
    row = CardOnFile(
        guarantor=guarantor, token=token, last4=last4, brand=brand, expires_on=expires_on, consent=consent.strip()[:300],
        consented_on=call.today, kept_by_id=call.user_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("kept", _("This card is on file already."), _("Nothing is left to do."), field="token") from error
    note(row, fields=["brand"])
    return row


def _refuse_held(guarantor: Party) -> None:
    """Who is bankrupt, in dispute or dead is not asked for money, by card neither."""
    if holds_on([guarantor.pk]) or guarantor.death_date is not None:
        raise refuse("held", _("The account is held."), _("Lift the hold first."))


@service("billing.end_card", "statement.send", says="took a card off file")
def end_card(call: Call, *, card: CardOnFile, reason: str) -> CardOnFile:
    """The consent ends: the card is charged no more. Refuses ``ended`` and ``no_reason``."""
    row = CardOnFile.objects.select_for_update(of=("self",)).get(pk=card.pk)
    if row.ended_at:
        raise refuse("ended", _("This card was taken off file before."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    row.ended_at, row.ended_by_id, row.end_reason = call.now, call.user_id, reason.strip()[:200]
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    note(row, fields=["ended_at"], reason=reason)
    return row


@service("billing.pay_plan_by_card", "statement.send", says="let a card pay a plan")
def pay_plan_by_card(call: Call, *, plan: PaymentPlan, card: CardOnFile) -> PlanCard:
    """Charge this card for the plan's instalments from today on. Refuses ``card`` (another's, ended), ``plan`` (ended)."""
    if card.guarantor_id != plan.guarantor_id or card.ended_at:
        raise refuse("card", _("This card does not stand for this account."), _("Choose another."), field="card")
    if plan.ended_at:
        raise refuse("plan", _("This plan has ended."), _("Agree another."))
    row, _new = PlanCard.objects.update_or_create(plan=plan, defaults={"card": card, "since": call.today})
    note(row, fields=["card"])
    return row


@service("billing.begin_card_charge", "receipt.take", says="asked a card for a payment")
def begin_charge(
    call: Call, *, card: CardOnFile, cents: int, plan: PaymentPlan | None = None, due_on: date | None = None, n: int = 1,
    session: DrawerSession | None = None,
) -> CardAttempt:  # fmt: skip
    """Note an attempt before the processor is asked. Refuses ``ended``, ``expired``, ``held``, ``amount``, ``asked`` (an attempt
    of this card has no answer yet), ``tried`` (somebody makes this attempt already) and, before any money moves, what
    ``take_receipt`` refuses of the drawer.
    """
    own_session(call, session)
    row = CardOnFile.objects.select_for_update(of=("self",)).select_related("guarantor").get(pk=card.pk)
    if row.ended_at:
        raise refuse("ended", _("This card was taken off file."), _("Ask for another."))
    if row.expires_on < call.today:
        raise refuse("expired", _("This card has expired."), _("Ask for another."))
    _refuse_held(row.guarantor)
    if not 0 < cents <= MAX_CENTS:
        raise refuse("amount", _("A payment is more than 0.00."), _("Type the amount."), field="cents")
    if row.attempts.filter(state=AttemptState.ASKED).exists():
        raise refuse("asked", _("An earlier payment by this card has no answer yet."), _("Ask the processor for it first."))
    found = CardAttempt(
        card=row, plan=plan, due_on=due_on, n=n, cents=cents, tried_on=call.today, asked_at=call.now, asked_by_id=call.user_id
    )
    try:
        with transaction.atomic():
            found.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("tried", _("This payment is being tried already."), _("Look at the account.")) from error
    note(found, fields=["cents"])
    return found


@service("billing.finish_card_charge", "receipt.take", says="took the processor's answer")
def finish_charge(call: Call, *, attempt: CardAttempt, answer: Answer, session: DrawerSession | None = None) -> CardAttempt:
    """Write down what the processor said; an approved payment is a receipt at once. Answered before, nothing changes.

    Refuses what ``take_receipt`` refuses of the drawer: the attempt then waits, and is asked again with the same key.
    """
    row = CardAttempt.objects.select_for_update(of=("self",)).select_related("card__guarantor", "plan").get(pk=attempt.pk)
    if row.state != AttemptState.ASKED:
        return row
    row.answered_at, row.message = call.now, clean(answer.message)
    row.reference = answer.reference if not is_number(answer.reference) else ""
    if answer.outcome == APPROVED:
        row.receipt = take_receipt(
            call, tender="card", cents=row.cents, party=_payer(row.card.guarantor), card_last4=row.card.last4, session=session,
            purpose=_("Payment plan") if row.plan else _("Card on file"), for_ref=f"card:{row.uid}",
        )  # fmt: skip
    row.state = AttemptState.APPROVED if answer.outcome == APPROVED else AttemptState.DECLINED
    row.save(update_fields=["answered_at", "message", "reference", "receipt", "state"])
    note(row, fields=["state"])
    return row


def is_number(text: str) -> bool:
    """Whether a reference is nothing but a card's number; one of letters and digits may hold a long run of digits by chance."""
    return not any(char.isalpha() for char in text) and looks_like_card(text)


def clean(text: str) -> str:
    """A processor's words, unless they hold a number: then none are kept."""
    return "" if looks_like_card(text) else text[:120]


def _payer(guarantor: Party) -> Party:
    """Whose prepayment it becomes: the guarantor's when she is a patient, else the first patient's she stands for."""
    rows = Patient.objects.filter(guarantor=guarantor).select_related("party").order_by("id")
    own = next((row.party for row in rows if row.party_id == guarantor.pk), None)
    first = rows.first()
    return own or (first.party if first else guarantor)


def ask_processor(call: Call, processor: Processor, attempt: CardAttempt, session: DrawerSession | None = None) -> CardAttempt:
    """Ask for one attempt and take the answer down; a lost answer leaves it waiting. No transaction is open while it is asked."""
    try:
        answer = processor.charge(token=attempt.card.token, cents=attempt.cents, key=attempt.uid)
    except LostAnswer:
        return attempt
    return finish_charge(call.with_key(None), attempt=attempt, answer=answer, session=session)


def charge_card(
    call: Call, processor: Processor, *, card: CardOnFile, cents: int, session: DrawerSession | None = None
) -> CardAttempt:
    """Charge a card on file now; the attempt as it stands afterwards. Refuses as ``begin_charge`` and ``finish_charge``."""
    return ask_processor(call, processor, begin_charge(call, card=card, cents=cents, session=session), session)


@service("billing.settle_cards", "deposit.make", says="took the processor's settlement")
def settle_cards(call: Call, *, settled: Settled) -> TerminalBatch:
    """Close a card batch of exactly the payments a processor's report names, its fee kept. Refuses ``unknown_payment`` and what
    ``close_terminal_batch`` refuses (``batch_differs`` when its total is another).
    """
    rows = {row.reference: row for row in CardAttempt.objects.filter(reference__in=settled.payments).select_related("receipt")}
    missing = [one for one in settled.payments if one not in rows or rows[one].receipt is None]
    if missing:
        message = _("The report names %(n)d payments nobody knows, the first is %(first)s.") % {"n": len(missing), "first": missing[0]}
        raise refuse("unknown_payment", message, _("Ask for the answers that are missing, then take the report again."))
    receipts = [row.receipt for row in rows.values() if row.receipt and row.receipt.batch_id is None]
    if sum(one.cents for one in receipts) != settled.gross_cents:
        message = _("The report says %(said)s, its payments are %(found)s.") % {
            "said": format_cents(settled.gross_cents), "found": format_cents(sum(one.cents for one in receipts)),
        }  # fmt: skip
        raise refuse("batch_differs", message, _("Find the payment that is missing on one side."))
    return close_terminal_batch(
        call, gross_cents=settled.gross_cents, fee_cents=settled.fee_cents, reference=settled.reference, receipts=receipts
    )
