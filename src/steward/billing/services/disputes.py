"""Payers asked for what they paid below contract, many services in one letter; services let go with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.billing.letters import dispute_letter
from steward.billing.models import Charge, Dispute, DisputeLine, UnderpaidDismissal
from steward.billing.selectors.appeals import address_of
from steward.billing.selectors.disputes import in_dispute
from steward.billing.selectors.statements import letterhead
from steward.billing.selectors.underpaid import Underpaid, underpaid_of
from steward.billing.services.corrections import control_of
from steward.billing.states import DISPUTE_ACTS, HowSent
from steward.core.numbers import next_number
from steward.core.outbox.services import queue
from steward.core.outbox.states import Kind
from steward.core.service import Call, note, refuse, service
from steward.insurance.models import Payer

SERIES = "billing.dispute"
MOST_LINES = 200


@service("billing.send_dispute", "remittance.post", says="asked a payer for what it paid below contract")
def send_dispute(call: Call, *, payer: Payer, charges: Sequence[Charge], how: str, answer_by: date) -> Dispute:
    """Write one letter about many services and send it (a letter goes into the outbox).

    What is short is computed again. Refuses ``how``, ``answer_by``, ``nothing``, ``too_many``, ``not_short`` and ``disputed``.
    """
    if how not in HowSent.values:
        raise refuse("how", _("This is no way to send it."), _("Choose one of the list."), field="how")
    if answer_by <= call.today:
        raise refuse("answer_by", _("The payer needs time to answer."), _("Choose a day to come."), field="answer_by")
    if not charges:
        raise refuse("nothing", _("No service was chosen."), _("Tick the services first."))
    if len(charges) > MOST_LINES:
        raise refuse("too_many", _("A letter holds at most %d services.") % MOST_LINES, _("Choose fewer."))
    number = next_number(SERIES)
    locked = list(Charge.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in charges]).order_by("pk"))
    short = {one.charge.pk: one for one in underpaid_of({row.pk for row in locked}) if one.payer == payer}
    gone = [row for row in charges if row.pk not in short]
    if gone:
        message = _("%s is not short of this payer any more.") % gone[0]
        raise refuse("not_short", message, _("Open the list again."))
    if in_dispute(short):
        raise refuse("disputed", _("A letter about one of them still waits for its answer."), _("Open that letter."))
    found = [short[row.pk] for row in charges]
    row = Dispute(
        number=number, payer=payer, asked_cents=sum(one.short_cents for one in found), told=_told(payer, found),
        made_at=call.now, made_by_id=call.user_id, sent_on=call.today, answer_by=answer_by, how=how,
    )  # fmt: skip
    if how == HowSent.LETTER:
        to = ", ".join([payer.name, *row.told["address"]])[:254]
        row.message = queue(call, kind=Kind.LETTER, to=to, subject=_("Payments below contract"), body=dispute_letter(row))
    row.save(force_insert=True)
    DisputeLine.objects.bulk_create(
        DisputeLine(dispute=row, charge=one.charge, allowed_cents=one.allowed_cents, expected_cents=one.expected_cents,
                    how=one.how[:300]) for one in found
    )  # fmt: skip
    note(row, refs=[one.charge.uid for one in found])
    return row


def _told(payer: Payer, found: Sequence[Underpaid]) -> dict[str, Any]:
    lines = [
        {"control": control_of(one.charge.claim, 1), "claim": one.charge.claim.ref, "patient": one.charge.claim.patient.party.name,
         "day": one.charge.service_date.isoformat(), "code": one.charge.code, "allowed": one.allowed_cents,
         "expected": one.expected_cents}
        for one in found
    ]  # fmt: skip
    return {**letterhead(), "payer": payer.name, "address": address_of(payer), "lines": lines}


@service("billing.end_dispute", "remittance.post", says="ended a letter about underpayment")
def end_dispute(call: Call, *, dispute: Dispute, state: str, reason: str) -> Dispute:
    """Say what became of a letter; refused or given up, its services are on the list again until they are let go.

    Refuses ``state`` and ``no_reason``.
    """
    row = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    if state not in DISPUTE_ACTS[row.state]:
        raise refuse("state", _("This letter is ended, or does not end like that."), _("Choose one of the list."), field="state")
    row.end_reason = _reason(reason)
    row.state, row.ended_on, row.ended_by_id = state, call.today, call.user_id
    row.save(update_fields=["state", "ended_on", "ended_by", "end_reason"])
    note(row, fields=["state"], reason=reason)
    return row


@service("billing.let_underpaid_go", "remittance.post", says="let an underpayment go")
def let_underpaid_go(call: Call, *, charge: Charge, reason: str) -> UnderpaidDismissal:
    """Let a service go that was paid below contract; it never comes back to the list. Refuses ``not_short``, ``let_go``, ``no_reason``."""
    (found,) = underpaid_of({charge.pk}) or (None,)
    if found is None:
        raise refuse("not_short", _("This service is not paid below contract."), _("Nothing is left to do."))
    row = UnderpaidDismissal(
        charge=charge, short_cents=found.short_cents, reason=_reason(reason), at=call.now, by_id=call.user_id
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("let_go", _("It was let go before."), _("Nothing is left to do.")) from error
    note(charge, fields=["underpaid"], reason=reason)
    return row


def _reason(text: str) -> str:
    if not text.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    return text.strip()[:200]
