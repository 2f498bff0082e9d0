"""Claims go out: chosen, scrubbed, written into one file a payer, remembered; and what comes back of them is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from steward.billing.logic.outgoing import institutional, professional
from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.model import Problem
from steward.billing.models import Batch, Claim, Submission, SubmissionEvent, Waiver, WorkItem
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.scrubbing import blocking, problems_of
from steward.billing.selectors.sending import due
from steward.billing.selectors.submissions import last_sent
from steward.billing.services.work import close_for
from steward.billing.states import REJECTED, STAGES, Sending, WorkKind
from steward.core.access.models import Office
from steward.core.files.services import store
from steward.core.numbers import reserve
from steward.core.refusals import refuse
from steward.core.service import Call, note, service
from steward.core.x12.write import Envelope
from steward.insurance.models import Payer
from steward.registry.selectors import contacts_of, practice

SERIES: Final = "billing.interchange"
MOST: Final = 5_000  # claims a file, as payers take them (TR3 837P, 2.2)
WRITERS: Final[dict[str, Callable[[Sequence[OutgoingClaim], Envelope, str], str]]] = {
    "P": professional.write, "I": institutional.write,
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """A claim that did not go out, and why."""

    claim: int
    ref: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Written:
    """The files written, and the claims held back."""

    batches: tuple[Batch, ...]
    held: tuple[Held, ...]


@dataclass(frozen=True)
class Ready:
    """A claim that may go out: as what, to whom, and its value."""

    wanted: Wanted
    payer: Payer
    value: OutgoingClaim


@service("billing.write_claims", "claim.send", says="wrote claims for payers")
def write_claims(
    call: Call, *, payer: Payer | None = None, claims: Sequence[Claim] = (), wanted: Sequence[Wanted] = ()
) -> Written:
    """Write every claim that is due (or of ``claims``, or exactly ``wanted``) as 837 files, one a payer and form.

    What the scrub finds wrong stays behind with its problems. Nothing is written twice: a claim that is out comes again
    only when a person took it back, when it was rejected and corrected, or as a replacement. Refuses ``submitter`` (the
    practice has no number or phone of its own to send under).
    """
    ready, held = gather(call, list(wanted) or due(payer=payer, claims=[row.pk for row in claims] or None))
    batches = _write(call, ready) if ready else []
    note(refs=[f"batch:{batch.number}" for batch in batches] or ["batch:none"])
    return Written(tuple(batches), tuple(held))


def gather(call: Call, asked: Sequence[Wanted]) -> tuple[list[Ready], list[Held]]:
    """Claims as they would leave, and those the scrub holds."""
    values = outgoing(asked)
    told = problems_of(list(values.values()), call.today)
    ready, held = [], []
    payers = {row.code: row for row in Payer.objects.all()}
    for one in asked:
        value = values.get(one.claim)
        if value is None:
            continue
        problems = told.get(value.ref, ())
        if blocking(problems):
            held.append(Held(one.claim, value.ref, problems))
        else:
            ready.append(Ready(one, payers[value.policy.payer.code], value))
    return ready, held


@dataclass(frozen=True)
class Sender:
    """Whom a file names as its submitter."""

    number: str
    name: str
    contact: str
    phone: str


def sender_of(value: OutgoingClaim) -> Sender:
    """The practice as it sends; ``value`` is a claim it sends, whose site may lend its phone. Refuses ``submitter``."""
    office, own = Office.objects.get(pk=1), practice()
    assert own is not None  # no claim without one
    _addresses, phones = contacts_of([own.party_id])
    phone = phones.get(own.party_id, "") or value.billing.phone
    number = office.submitter_id or own.npi or own.tin
    if not number or not phone:
        raise refuse(
            "submitter", _("The practice has no submitter number or no phone number."),
            _("Enter both in the practice's settings; every claim file names them."),
        )  # fmt: skip
    return Sender(number, office.name, _("Billing"), phone)


def _write(call: Call, ready: list[Ready]) -> list[Batch]:
    sender = sender_of(ready[0].value)
    ready.sort(key=lambda one: (one.payer.pk, one.value.form, one.value.billing.npi))
    parts = []
    for _key, group in groupby(ready, key=lambda one: (one.payer.pk, one.value.form)):
        own = list(group)
        parts += [own[start : start + MOST] for start in range(0, len(own), MOST)]
    numbers = reserve(SERIES, len(parts))
    at = call.now.astimezone(call.clock.zone)
    return [
        _batch(call, part, Envelope(sender.number, sender.name, sender.contact, sender.phone, part[0].value.policy.payer.edi_id,
                                    part[0].payer.name, at, n, n))
        for n, part in zip(numbers, parts, strict=True)
    ]  # fmt: skip


def _batch(call: Call, part: list[Ready], envelope: Envelope) -> Batch:
    form, payer = part[0].value.form, part[0].payer
    text = WRITERS[form]([one.value for one in part], envelope, f"B{envelope.interchange:09d}")
    name = f"837{form}-{envelope.interchange:09d}.x12"
    batch = Batch(number=envelope.interchange, form=form, payer=payer, name=name)
    return keep(call, part, batch, text.encode("ascii"))


def keep(call: Call, part: Sequence[Ready], batch: Batch, data: bytes) -> Batch:
    """Keep what was written for these claims, in its order, and that they are out; what waited to be sent again is done."""
    name = batch.name
    batch.claim_count, batch.charge_cents = len(part), sum(one.value.charge_cents for one in part)
    batch.written_at, batch.written_by_id = call.now, call.user_id
    batch.file = store(call, data=data, name=name, capability="charge.read")
    batch.save(force_insert=True)
    Submission.objects.bulk_create(
        [
            Submission(
                batch=batch, claim_id=one.wanted.claim, position=n, frequency=one.wanted.frequency,
                rank=one.wanted.rank, charge_cents=one.value.charge_cents, sent_at=call.now,
            )
            for n, one in enumerate(part, 1)
        ],
        batch_size=500,
    )  # fmt: skip
    sent = [one.wanted.claim for one in part]
    for start in range(0, len(sent), 500):
        rejected = WorkItem.objects.filter(kind=WorkKind.REJECTED_CLAIM, claim__in=sent[start : start + 500])
        close_for(call, rejected, _("Sent again in %s") % name)
    return batch


@service("billing.deliver_batch", "claim.send", says="put a claim file where the payer takes it")
def deliver(call: Call, *, batch: Batch, to: str) -> Batch:
    """Note that the bytes of ``batch`` lie where the payer or clearinghouse takes them. The caller wrote them first."""
    row = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    row.delivered_at, row.delivered_to = row.delivered_at or call.now, to[:300]
    row.save(update_fields=["delivered_at", "delivered_to"])
    note(row, fields=["delivered_at"])
    return row


@service("billing.recall_claim", "claim.send", says="took a sent claim back to be sent again")
def recall(call: Call, *, claim: Claim, reason: str) -> SubmissionEvent:
    """Let a claim go out again as it now stands: it was rejected, or the file never arrived.

    Refuses ``not_sent``, ``no_reason``, and ``out`` while the last word was that somebody took it: what was accepted is
    corrected by a replacement, not sent twice.
    """
    last = last_sent([claim.pk]).get(claim.pk, [])
    if not last or last[0].outcome == Sending.RECALLED:
        raise refuse("not_sent", _("This claim is not out."), _("It goes with the next file."))
    if last[0].outcome not in {*REJECTED, Sending.SENT}:
        raise refuse("out", _("The payer or clearinghouse has this claim."), _("Send a replacement instead."))
    if not reason.strip():
        raise refuse("no_reason", _("Taking a claim back needs a reason."), _("Say why."), field="reason")
    event = SubmissionEvent.objects.create(
        submission_id=last[0].submission, outcome=Sending.RECALLED, source="person", stage=STAGES["person"], codes=str(last[0].submission),
        words=reason.strip()[:300], at=call.now, by_id=call.user_id,
    )  # fmt: skip
    note(claim, reason=reason)
    return event


@service("billing.waive_warning", "claim.send", says="sent a claim in spite of a warning")
def waive(call: Call, *, claim: Claim, rule: str, where: str = "", reason: str, uid: UUID | None = None) -> Waiver:
    """Answer a warning of the scrub with a reason; errors cannot be waived. Refuses ``no_reason``, ``no_warning``."""
    if not reason.strip():
        raise refuse("no_reason", _("A warning is passed with a reason."), _("Say why."), field="reason")
    found = problems_of(list(outgoing([Wanted(claim.pk)]).values()), call.today).get(claim.ref, ())
    if not any(p.rule == rule and p.severity == "warning" for p in found):
        raise refuse("no_warning", _("The claim has no such warning."), _("Look at it again."))
    values: dict[str, Any] = {"reason": reason.strip()[:200], "at": call.now, "by_id": call.user_id}
    row, _made = Waiver.objects.get_or_create(claim=claim, rule=rule, where=where, defaults=values)
    note(claim, refs=[rule], reason=reason)
    return row
