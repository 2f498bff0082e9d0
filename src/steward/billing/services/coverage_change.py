"""Bringing claims to who should pay them after coverage changed with days in the past: in bulk, in one transaction.

The bill moves in the books with its revenue, so that each payer's figures stay its own; nothing a payer settled is moved:
that payer takes its money back first (facts of billing, "reversals").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from steward.billing import postings
from steward.billing.logic.coverage_change import Remedy
from steward.billing.models import Claim, Submission, SubmissionEvent, WorkItem
from steward.billing.selectors.coverage_change import Changed, changed
from steward.billing.selectors.outgoing import Wanted
from steward.billing.selectors.submissions import last_sent
from steward.billing.services import books
from steward.billing.services.corrections import REPLACEMENT, VOID, control_of, replace_claim
from steward.billing.services.submissions import write_claims
from steward.billing.services.work import close_for, open_work
from steward.billing.states import STAGES, Sending, WorkKind
from steward.core.refusals import refuse
from steward.core.service import Call, note, service
from steward.frontdesk.models import Patient
from steward.insurance.models import Payer

MOST: Final = 500
HAS_IT: Final = (Sending.ACCEPTED, Sending.IN_PROCESS, Sending.PENDED)


@dataclass
class Moved:
    """What was done: claims by remedy, files written, claims the scrub held, questions for a person."""

    by: dict[str, int] = field(default_factory=dict)
    files: int = 0
    held: int = 0
    asked: int = 0


@service("billing.follow_coverage", "claim.send", says="brought claims to who covers them")
def follow_coverage(call: Call, *, claims: Sequence[Claim], reason: str) -> Moved:
    """Do for each claim what its remedy says (``coverage_change.remedy``), and send what is to be sent.

    A claim a payer holds is voided there first where its number is known, else somebody is asked to; what a wrong payer paid
    is asked of a person. Claims that coverage does not touch (any more) are left alone. Refuses ``nothing``, ``too_many``,
    ``no_reason``.
    """
    if not claims:
        raise refuse("nothing", _("No claim was chosen."), _("Tick the claims first."))
    if len(claims) > MOST:
        raise refuse("too_many", _("At most %d claims at once.") % MOST, _("Choose fewer."))
    if not reason.strip():
        raise refuse("no_reason", _("Say what changed."), _("One sentence is enough."), "reason")
    pks = sorted(row.pk for row in claims)
    list(Claim.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
    done, send = Moved(), []
    for one in changed(call.subject, call.today, only=pks):
        done.by[one.remedy] = done.by.get(one.remedy, 0) + 1
        send += _REMEDIES[one.remedy](call, one, reason.strip(), done)
    if send:
        written = write_claims(call, wanted=send)
        done.files, done.held = done.files + len(written.batches), len(written.held)
    note(refs=[f"claim:{row.ref}" for row in claims], reason=reason)
    return done


def _move(call: Call, one: Changed, reason: str, done: Moved) -> list[Wanted]:
    if one.out:
        _void_there(call, one, done)
    cover = one.now[0] if one.now else None
    new = cover.plan.payer if cover else None
    _shift(call, one, one.claim.payer, new, reason)
    one.claim.payer, one.claim.member_id = new, cover.member_id if cover else ""
    one.claim.save(update_fields=["payer", "member_id"])
    _take_back(call, one.claim, reason)
    _close(call, one.claim, reason)
    return [Wanted(one.claim.pk)] if new else []


def _void_there(call: Call, one: Changed, done: Moved) -> None:
    """The payer that holds it learns that it is not its bill; one that rejected or denied it holds nothing."""
    last = last_sent([one.claim.pk]).get(one.claim.pk, [])
    if not last or last[0].outcome not in HAS_IT:
        return
    if control_of(one.claim, 1):
        written = replace_claim(call, claim=one.claim, frequency=VOID)
        done.files += len(written.batches)
        if written.batches:
            return
    words = _("%(payer)s has claim %(ref)s and should not: tell it to void it.")
    _ask(call, one, words % {"payer": one.was[0].name, "ref": one.claim.ref}, done)


def _shift(call: Call, one: Changed, old: Payer | None, new: Payer | None, reason: str) -> None:
    """Receivable and revenue of every charge, from one payer (or the patient) to another."""
    from steward.billing.selectors.facts import known_by_pk

    facts = next(iter(known_by_pk([one.claim.pk]).by_ref.values())).charges
    sides = (old.party_id if old else None, new.party_id if new else None)
    found = [postings.change_payer(charge, *sides) for charge in facts]
    lines = [line for posting in found for line in posting.lines]
    if lines:
        turn = WorkItem.objects.filter(claim=one.claim).count() + SubmissionEvent.objects.filter(submission__claim=one.claim).count()
        memo = _("Claim %(ref)s: %(why)s") % {"ref": one.claim.ref, "why": reason}
        event = f"follow:{sides[0]}:{sides[1]}:{call.now.isoformat()}:{turn}"
        books.post_drafts(call, [books.draft(event, one.claim.uid, day=call.today, memo=memo, journal="charges", source="claim", lines=lines)])


def _take_back(call: Call, claim: Claim, reason: str) -> None:
    """What went out before stands no more: the claim is due again."""
    known = SubmissionEvent.objects.filter(submission__claim=claim, outcome=Sending.RECALLED).values("submission")
    rows = Submission.objects.filter(claim=claim).exclude(pk__in=known)
    SubmissionEvent.objects.bulk_create(
        SubmissionEvent(
            submission=row, outcome=Sending.RECALLED, source="person", stage=STAGES["person"], codes=str(row.pk),
            words=reason[:300], at=call.now, by_id=call.user_id,
        )
        for row in rows
    )  # fmt: skip


def _member(call: Call, one: Changed, reason: str, done: Moved) -> list[Wanted]:
    """The right number: a replacement where the payer's number is known, sent anew where not."""
    one.claim.member_id = one.now[0].member_id
    one.claim.save(update_fields=["member_id"])
    control = control_of(one.claim, 1) if one.out else ""
    _close(call, one.claim, reason)
    if control:
        return [Wanted(one.claim.pk, 1, REPLACEMENT, control)]
    _take_back(call, one.claim, reason)
    return [Wanted(one.claim.pk)]


def _later(call: Call, one: Changed, reason: str, _done: Moved) -> list[Wanted]:
    """What is open of a later payer goes to the one that comes then, or to the patient; ``sending.due`` finds it next."""
    parties = {cover.plan.payer.party_id for cover in one.now}
    by_party = {row.party_id: row for row in one.was}
    first = one.claim.payer.party_id if one.claim.payer else None
    new = one.now[1].plan.payer if len(one.now) > 1 else None
    for party, cents in one.books.insurance_by_payer.items():
        if party and cents > 0 and party != first and (party not in parties or (new and party != new.party_id)):
            _shift(call, one, by_party.get(party), new, reason)
    return []


def _ask_back(call: Call, one: Changed, _reason: str, done: Moved) -> list[Wanted]:
    now = one.now[0].plan.payer.name if one.now else _("the patient")
    words = _("%(was)s settled claim %(ref)s, but %(now)s was to pay: ask %(was)s to take its money back, then send it on.")
    _ask(call, one, words % {"was": one.was[0].name, "ref": one.claim.ref, "now": now}, done)
    return []


def _ask(call: Call, one: Changed, reason: str, done: Moved) -> None:
    if not WorkItem.objects.filter(claim=one.claim, kind=WorkKind.COVERAGE, closed_at=None, reason=reason[:300]).exists():
        open_work(call, [{"kind": WorkKind.COVERAGE, "claim": one.claim, "reason": reason[:300], "amount_cents": one.cents, "due": call.today}])
    done.asked += 1


def _close(call: Call, claim: Claim, reason: str) -> None:
    kinds = (WorkKind.DENIAL, WorkKind.ELIGIBILITY, WorkKind.REJECTED_CLAIM, WorkKind.COVERAGE)
    close_for(call, WorkItem.objects.filter(claim=claim, kind__in=kinds, reason__isnull=False).exclude(
        kind=WorkKind.COVERAGE, opened_at=call.now), reason)  # fmt: skip


_REMEDIES = {
    Remedy.MOVE: _move, Remedy.PATIENT: _move, Remedy.MEMBER: _member, Remedy.LATER: _later, Remedy.ASK_BACK: _ask_back,
}  # fmt: skip


@service("billing.note_coverage_change", "coverage.write", says="asked who is to pay claims after a change of coverage")
def note_coverage_change(call: Call, *, patient: Patient, found: Sequence[Changed]) -> WorkItem | None:
    """Bring claims that a change of coverage touches to the billers' work list: one question a patient."""
    if not found or WorkItem.objects.filter(claim__patient=patient, kind=WorkKind.COVERAGE, closed_at=None).exists():
        return None
    cents = sum(one.cents for one in found)
    reason = _("Coverage changed: %d claims no longer go to who covers their day.") % len(found)
    row = {"kind": WorkKind.COVERAGE, "claim": found[0].claim, "reason": reason, "amount_cents": cents, "due": call.today}
    (item,) = open_work(call, [row])
    note(refs=[one.claim.uid for one in found])
    return item
