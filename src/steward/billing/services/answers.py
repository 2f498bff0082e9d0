"""What a payer answered, claim by claim: matched, posted, kept with its lines; and matched later by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from steward.billing.logic.remittance import Adjustment, ClaimPayment
from steward.billing.logic.remittance import Remittance as Read
from steward.billing.models import Charge, Claim, Remittance, RemittanceClaim, RemittanceLine, WorkItem
from steward.billing.postings import (
    ClaimResult,
    Kind,
    Outcome,
    Posting,
    RemittanceFacts,
    Work,
    apply_unapplied,
    match_later,
    post_remittance,
)  # fmt: skip
from steward.billing.selectors.facts import Known, claim_numbers, known_by_pk, known_claims, recoupable, strangers
from steward.billing.selectors.rules import categories
from steward.billing.selectors.source import read_again
from steward.billing.services import books
from steward.billing.services.holding import hold_charges, hold_claims
from steward.billing.services.work import close_for, open_work, settle
from steward.billing.states import RemittanceState, WorkKind
from steward.core.service import Call, note, refuse, service
from steward.insurance.selectors import write_off_rules

#: Work that a reversal by the payer answers: the adjustment it was about is gone.
REVERSED_WORK = (Kind.DENIAL, Kind.ELIGIBILITY, Kind.REVIEW, Kind.EXCESS_ADJUSTMENT, Kind.EXCESS_SHARE, Kind.COST_SHARE,
                 Kind.NO_ABN, Kind.CROSSOVER, Kind.OVERPAID)  # fmt: skip


STRANGER = (
    "The payer answers claim %s and names another patient, by name and member number. It was posted by the claim's number;"
    " compare both before the patient is asked for anything."
)


def post_read(call: Call, row: Remittance, read: Read) -> list[int]:
    """Match, post and keep every claim of ``read``; the numbers of the ledger entries. Part of the caller's service."""
    if row.payer is None:
        raise ValueError("a remittance is posted for a payer")
    refs, how = claim_numbers(read, row.payer)
    hold_claims(ref for ref in refs if ref)
    known = known_claims(ref for ref in refs if ref)
    facts = _facts(call, row, read, known, refs)
    posting = post_remittance(read, facts)
    numbers = books.post(call, "post", row.uid, posting=posting, day=call.today, memo=f"Remittance {row.trace}",
                         journal="remittance", source="remittance")  # fmt: skip
    answers = _keep(row, read, posting, known, refs, how)
    _supersede(call, row, posting, answers)
    open_work(call, (_work(row, work, answers, known) for work in posting.work))
    settle(call, _answered(posting, known), _("Nothing is open after remittance %s") % row.trace, row)
    open_work(call, [
        {"kind": WorkKind.STRANGER, "reason": STRANGER % refs[n], "amount_cents": answers[n].paid_cents, "due": call.today,
         "remittance": row, "answer": answers[n], "claim_id": answers[n].claim_id}
        for n in strangers(read, refs)
    ])  # fmt: skip
    return numbers


def _answered(posting: Posting, known: Known) -> list[int]:
    """The charges that a payer's answer reached."""
    return [known.charge_pk[uid] for result in posting.claims for _number, uid in result.matched]


def _facts(call: Call, row: Remittance, read: Read, known: Known, refs: Sequence[str]) -> RemittanceFacts:
    payer, entity = row.payer, row.entity_id
    if payer is None or entity is None:
        raise ValueError("a remittance is posted for a payer and an entity")
    rules = [rule if rule.payer is None else replace(rule, payer=payer.party_id) for rule in write_off_rules()
             if rule.payer in (None, payer.pk)]  # fmt: skip
    return RemittanceFacts(
        str(row.uid), call.today, payer.party_id, entity, tuple(known.by_ref.get(ref) for ref in refs), payer.filing,
        tuple(rules), recoupable(read, payer.party_id), categories(),
        min(read.paid_on, call.today) if read.paid_on else None,
    )  # fmt: skip


def _keep(
    row: Remittance, read: Read, posting: Posting, known: Known, refs: Sequence[str], how: Sequence[str]
) -> list[RemittanceClaim]:
    answers = [
        _answer(row, paid, result, known.claim_pk.get(refs[n]), how[n])
        for n, (paid, result) in enumerate(zip(read.claims, posting.claims, strict=True))
    ]
    RemittanceClaim.objects.bulk_create(answers, batch_size=500)
    lines = [
        line
        for answer, paid, result in zip(answers, read.claims, posting.claims, strict=True)
        for line in _lines(answer, paid, result, known)
    ]
    RemittanceLine.objects.bulk_create(lines, batch_size=500)
    return answers


def _answer(row: Remittance, paid: ClaimPayment, result: ClaimResult, claim: int | None, how: str) -> RemittanceClaim:
    return RemittanceClaim(
        remittance=row, position=result.index, number=paid.number[:50], status=paid.status[:2],
        charge_cents=paid.charge_cents, paid_cents=paid.paid_cents, patient_cents=paid.patient_cents,
        payer_control=paid.payer_control[:50], claim_id=claim, matched_by=how, rank=result.rank,
        outcome=result.outcome.value, unapplied_cents=result.unapplied_cents,
        adjustments=_written(paid.adjustments), remarks=" ".join(sorted(paid.all_remarks))[:200],
    )  # fmt: skip


def _lines(answer: RemittanceClaim, paid: ClaimPayment, result: ClaimResult, known: Known) -> Iterable[RemittanceLine]:
    charge_of = dict(result.matched)
    for number, line in enumerate(paid.lines):
        yield RemittanceLine(
            answer=answer, position=number, charge_id=known.charge_pk.get(charge_of.get(number, "")),
            code=":".join((line.code, *line.modifiers))[:48], charge_cents=line.charge_cents,
            paid_cents=line.paid_cents, adjustments=_written(line.adjustments),
        )  # fmt: skip


def _written(adjustments: Sequence[Adjustment]) -> str:
    return ";".join(f"{a.group}-{a.reason}:{a.cents}" for a in adjustments)


def _supersede(call: Call, row: Remittance, posting: Posting, answers: Sequence[RemittanceClaim]) -> None:
    """A reversal takes back what an earlier answer of this payer asked of people."""
    gone = [answers[r.index].claim_id for r in posting.claims if r.outcome is Outcome.REVERSED]
    if gone:
        earlier = WorkItem.objects.filter(claim__in=gone, kind__in=[kind.value for kind in REVERSED_WORK])
        close_for(
            call, earlier.filter(answer__remittance__payer=row.payer), _("Reversed by the payer in %s") % row.trace
        )


def _work(row: Remittance, work: Work, answers: Sequence[RemittanceClaim], known: Known) -> dict[str, Any]:
    answer = answers[work.claim] if work.claim is not None else None
    return {
        "kind": work.kind.value, "reason": work.reason[:300], "amount_cents": work.amount_cents, "due": work.due,
        "remittance": row, "answer": answer, "claim_id": answer.claim_id if answer else None,
        "charge_id": known.charge_pk.get(work.charge), "group": work.group[:2], "carc": work.carc[:5],
        "category": work.category[:20],
    }  # fmt: skip


@service("billing.match_unmatched", "remittance.post", says="matched a payment to a claim")
def match_unmatched(call: Call, *, answer: RemittanceClaim, claim: Claim) -> RemittanceClaim:
    """Post what a payer said of a claim it could not name: money out of ``unapplied``, adjustments as the map says.

    Refuses ``not_open`` (matched before, or its remittance taken back).
    """
    row = Remittance.objects.select_for_update(of=("self",)).get(pk=answer.remittance_id)
    answer = RemittanceClaim.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    unmatched = answer.outcome in (Outcome.UNMATCHED, Outcome.NOT_POSTED)
    if row.state != RemittanceState.POSTED or not unmatched:
        raise refuse("not_open", _("This payment is matched already."), _("Nothing is left to do."))
    hold_claims([claim.ref])
    read, known = read_again(row), known_by_pk([claim.pk])
    if read.is_prenotification:
        raise refuse("not_open", _("A prenotification moves no money."), _("Nothing is left to do."))
    refs = ["" if n != answer.position else claim.ref for n in range(len(read.claims))]
    posting = match_later(read, _facts(call, row, read, known, refs), answer.position)
    (result,) = posting.claims
    numbers = books.post(call, f"match:{claim.pk}:{len(answer.later_entries)}", answer.uid, posting=posting,
                         day=call.today, memo=f"Match of remittance {row.trace}", journal="remittance",
                         source="answer")  # fmt: skip
    _rewrite(answer, result, claim, numbers, read, known)
    close_for(call, WorkItem.objects.filter(answer=answer), _("Matched to claim %s") % claim.ref)
    by_position: list[Any] = [None] * len(read.claims)
    by_position[answer.position] = answer
    open_work(call, (_work(row, work, by_position, known) for work in posting.work))
    settle(call, _answered(posting, known), _("Nothing is open after remittance %s") % row.trace, row)
    note(answer, fields=["claim"])
    return answer


def _rewrite(
    answer: RemittanceClaim, result: ClaimResult, claim: Claim, numbers: list[int], read: Read, known: Known
) -> None:
    answer.claim, answer.matched_by, answer.rank = claim, "person", result.rank
    answer.outcome, answer.unapplied_cents = result.outcome.value, result.unapplied_cents
    answer.later_entries = [*answer.later_entries, *numbers]
    answer.save()
    for number, uid in result.matched:
        RemittanceLine.objects.filter(answer=answer, position=number).update(charge=known.charge_pk[uid])


@service("billing.apply_unapplied", "remittance.post", says="applied unapplied money to a charge")
def apply_unapplied_money(call: Call, *, answer: RemittanceClaim, charge: Charge, cents: int) -> RemittanceClaim:
    """Put money that waits in ``unapplied`` to a charge of a claim: Dr unapplied, Cr the payer's receivable.

    Refuses ``amount`` (more than waits, or than is open) and ``not_open``.
    """
    row = Remittance.objects.select_for_update(of=("self",)).get(pk=answer.remittance_id)
    answer = RemittanceClaim.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    if row.state != RemittanceState.POSTED or row.payer is None:
        raise refuse("not_open", _("This remittance is not posted."), _("Nothing is left to do."))
    hold_charges([charge.pk])  # before the books are read: two answers put to one charge at once see each other
    facts = next(
        f for f in next(iter(known_by_pk([charge.claim_id]).by_ref.values())).charges if f.uid == str(charge.uid)
    )
    open_cents = facts.balances.get(("ar_insurance", row.payer.party_id), 0)
    if not 0 < cents <= min(answer.unapplied_cents, open_cents):
        raise refuse(
            "amount", _("At most what waits and what is open can be applied."), _("Check the amount."), "cents"
        )
    posting = apply_unapplied(facts, row.item, row.entity_id, row.payer.party_id, cents)
    event = f"apply:{charge.pk}:{len(answer.later_entries)}"
    numbers = books.post(call, event, answer.uid, posting=posting, day=call.today,
                         memo=f"Money of remittance {row.trace} applied", journal="remittance", source="answer")  # fmt: skip
    answer.unapplied_cents -= cents
    answer.later_entries = [*answer.later_entries, *numbers]
    answer.save(update_fields=["unapplied_cents", "later_entries"])
    if not answer.unapplied_cents:
        close_for(call, WorkItem.objects.filter(Q(answer=answer, kind=Kind.UNMATCHED_LINE.value)
                                                | Q(answer=answer, kind=Kind.PAYER_MISMATCH.value)), _("Applied"))  # fmt: skip
    settle(call, [charge.pk], _("Nothing is open after remittance %s") % row.trace, row)
    note(answer, fields=["unapplied_cents"])
    return answer
