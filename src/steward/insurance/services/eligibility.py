"""Asking payers whether patients are covered on the day of their visit, and keeping what they answer.

An answer never changes a coverage, and a failed question leaves it standing: only people end or correct policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import groupby

from django.utils.translation import gettext as _

from steward.core.access.models import Office
from steward.core.files.services import store
from steward.core.numbers import reserve
from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.core.x12.write import Envelope
from steward.insurance.logic.eligibility import (
    Answer,
    Inquiry,
    PatientAnswer,
    Person,
    costs,
    patient_summary,
    read_271,
    rejection_words,
    standing,
    write_270,
)
from steward.insurance.models import Coverage, EligibilityBatch, EligibilityCheck
from steward.insurance.states import Relation, Standing, Way
from steward.insurance.types import Asking, ManualAnswer, Taken
from steward.registry.models import Entity, Party
from steward.registry.selectors import practice
from steward.registry.services import stand

#: One series for every interchange that leaves the house, so that no two files carry the same ISA13.
INTERCHANGES, TRACES = "billing.interchange", "insurance.trace"
SERVICES = ("30", "98")
MOST, MOST_LINES = 2_000, 60
#: Replaced by the moment of writing.
BEFORE = datetime(2000, 1, 1, tzinfo=UTC)


# ---- by hand ----
def _manual_faults(data: ManualAnswer) -> list[Refusal]:
    faults = []
    if data.way not in Way.values or data.way == Way.X12:
        faults.append(Refusal("way", _("Say how the payer was asked."), _("Phone, website or card."), "way"))
    if data.answer not in Standing.values:
        faults.append(Refusal("answer", _("Say what the payer answered."), _("Choose one of the list."), "answer"))
    if any(cents is not None and cents < 0 for cents in data.costs.values()):
        faults.append(Refusal("costs", _("An amount is not below zero."), _("Leave it empty when not said."), "copay"))
    return faults


@service("insurance.record_answer", "coverage.write", says="recorded what a payer said of coverage")
def record_answer(call: Call, *, coverage: Coverage, data: ManualAnswer) -> EligibilityCheck:
    """Keep what a payer's website, its telephone or the card said for a day of service. Refuses way, answer, costs,
    `voided`."""
    stand(_manual_faults(data))
    if coverage.voided_on is not None:
        raise refuse("voided", _("This coverage was voided."), _("Enter the right one first."))
    row = EligibilityCheck(
        patient_id=coverage.patient_id, coverage=coverage, service_day=data.service_day, appointment=data.appointment,
        way=data.way, asked_at=call.now, asked_by_id=call.user_id, answered_at=call.now, answer=data.answer,
        benefits={"costs": {name: cents for name, cents in data.costs.items() if cents is not None}},
        reference=data.reference.strip()[:80], note=data.note.strip()[:300],
    )  # fmt: skip
    row.save()
    return row


# ---- 270 ----
@service("insurance.ask_eligibility", "coverage.write", says="asked payers about coverage")
def ask_eligibility(call: Call, *, asked: Sequence[Asking]) -> list[EligibilityBatch]:
    """Write one 270 a payer about these coverages, each for its day of service; the files are stored, not yet sent.

    Coverages of payers without a clearinghouse id are left out: they are asked by hand. Refuses `too_many`, `submitter`
    (the practice has no submitter id or NPI).
    """
    if len(asked) > MOST:
        raise refuse("too_many", _("At most %d questions at once.") % MOST, _("Ask about fewer days."))
    entity, sender = _sender()
    rows = {row.pk: row for row in _coverages(asked)}
    known = [one for one in asked if one.coverage in rows and rows[one.coverage].plan.payer.edi_id]
    known.sort(key=lambda one: (rows[one.coverage].plan.payer_id, one.service_day, one.coverage))
    groups = [list(own) for _payer, own in groupby(known, key=lambda one: rows[one.coverage].plan.payer_id)]
    numbers, traces = reserve(INTERCHANGES, len(groups)), iter(reserve(TRACES, len(known)))
    batches = []
    for control, own in zip(numbers, groups, strict=True):
        payer = rows[own[0].coverage].plan.payer
        checks = [_check(call, one, rows[one.coverage], f"E{next(traces):09d}") for one in own]
        envelope = replace(
            sender, receiver=payer.edi_id, receiver_name=payer.name, at=call.now.astimezone(call.clock.zone),
            interchange=control, group=control,
        )  # fmt: skip
        inquiries = [_inquiry(check, rows[check.coverage_id], entity) for check in checks]
        text = write_270(inquiries, envelope, _reference(control))
        batches.append(_store(call, control, checks, text))
    note(refs=batches)
    return batches


def _sender() -> tuple[Entity, Envelope]:
    """The practice as asker, and the envelope's sender half; the rest is filled in for each file."""
    entity, office = practice(), Office.objects.filter(pk=1).first()
    if entity is None or not entity.npi or office is None or not office.submitter_id:
        fix = _("Enter both in the office's settings.")
        raise refuse("submitter", _("The practice has no NPI or no submitter id."), fix)
    return entity, Envelope(office.submitter_id, office.name, office.name, "", "", "", BEFORE, 0, 0)


def _coverages(asked: Sequence[Asking]) -> list[Coverage]:
    wanted = {one.coverage for one in asked}
    rows = Coverage.objects.filter(pk__in=wanted, voided_on=None)
    return list(rows.select_related("plan__payer", "subscriber", "patient"))


def _check(call: Call, one: Asking, row: Coverage, trace: str) -> EligibilityCheck:
    return EligibilityCheck(
        patient_id=row.patient_id, coverage=row, service_day=one.service_day, appointment=one.appointment, way=Way.X12,
        trace=trace, asked_at=call.now, asked_by_id=call.user_id,
    )  # fmt: skip


def _reference(control: int) -> str:
    return f"EB{control:09d}"


def _inquiry(check: EligibilityCheck, row: Coverage, entity: Entity) -> Inquiry:
    payer, own = row.plan.payer, row.relation == Relation.SELF
    return Inquiry(
        trace=check.trace, origin=f"1{entity.tin}", payer_name=payer.name, payer_id=payer.edi_id,
        provider_name=entity.name, provider_npi=entity.npi, member_id=row.member_id, subscriber=_person(row.subscriber),
        on=check.service_day, services=SERVICES, dependent=None if own else _person(row.patient),
        relation="" if own else row.relation, group_number=row.group_number,
    )  # fmt: skip


def _person(party: Party) -> Person:
    return Person(party.last_name, party.first_name, party.birth_date, party.sex, party.middle_name)


def _store(call: Call, control: int, checks: list[EligibilityCheck], text: str) -> EligibilityBatch:
    name = f"270-{control:09d}.x12"
    batch = EligibilityBatch(control=control, written_at=call.now, file_name=name, check_count=len(checks))
    batch.save()
    for check in checks:
        check.batch = batch
    EligibilityCheck.objects.bulk_create(checks, batch_size=500)
    store(call, data=text.encode("ascii"), name=name, capability="coverage.read", link_to=batch, label="270")
    return batch


@service("insurance.note_placed", "coverage.write", says="put eligibility questions into the clearinghouse's folder")
def note_placed(call: Call, *, batches: Sequence[EligibilityBatch]) -> int:
    """Note that the clearinghouse's folder holds these files; how many."""
    EligibilityBatch.objects.filter(pk__in=[row.pk for row in batches]).update(placed_at=call.now)
    note(refs=list(batches))
    return len(batches)


# ---- 271 ----
@service("insurance.take_answers", "coverage.write", says="took payers' answers about coverage")
def take_answers(call: Call, *, content: bytes, name: str) -> list[Taken]:
    """Read a 271 and keep each answer with the question it names by its trace; what names none is told, never guessed.

    The same answer twice is a duplicate; a later, different one replaces what was kept (the file before stays stored).
    Raises steward.core.x12.read.X12Error for what is no 271.
    """
    answers = read_271(content)
    traces = {patient.trace for answer in answers for patient in answer.patients} - {""}
    found = EligibilityCheck.objects.filter(trace__in=traces).select_related("batch")
    checks = {row.trace: row for row in found}
    taken: list[Taken] = []
    for answer in answers:
        if answer.rejections and not answer.patients:
            taken += _refused_whole(call, answer)
        taken += [_take(call, patient, checks) for patient in answer.patients]
    kept = [one for one in taken if one.status == "posted"]
    if kept:
        store(call, data=content, name=name, capability="coverage.read", link_to=kept[0].check, label="271")
    note(refs=[one.check for one in kept if one.check])
    return taken


def _take(call: Call, patient: PatientAnswer, checks: dict[str, EligibilityCheck]) -> Taken:
    check = checks.get(patient.trace)
    if check is None:
        who = f"{patient.patient.first} {patient.patient.last}".strip()
        return Taken(patient.trace or who, "refused", problem="no_question")
    values = _said(patient, check)
    if check.answered_at is not None and all(getattr(check, name) == value for name, value in values.items()):
        return Taken(check.trace, "duplicate", check)
    for field, value in values.items():
        setattr(check, field, value)
    check.answered_at = call.now
    check.save(update_fields=[*values, "answered_at"])
    return Taken(check.trace, "posted", check)


def _said(patient: PatientAnswer, check: EligibilityCheck) -> dict[str, object]:
    """What is kept of an answer: active or not on the day of service, the patient's share, and the lines people read."""
    found = str(standing(patient, on=check.service_day))
    answer = {"active": Standing.ACTIVE, "inactive": Standing.INACTIVE, "not_covered": Standing.INACTIVE}.get(found)
    failure = "; ".join(
        dict.fromkeys(" ".join(rejection_words(one.reason, one.follow_up)) for one in patient.rejections)
    )
    share = asdict(costs(patient))
    doubts = list(share.pop("doubts"))
    benefits = {
        "costs": {name: value for name, value in share.items() if value is not None}, "doubts": doubts,
        "lines": patient_summary(patient, check.service_day)[:MOST_LINES], "plan": patient.plan, "group": patient.group,
    }  # fmt: skip
    return {"answer": str(answer or Standing.UNKNOWN), "benefits": benefits, "failure": failure[:500]}


def _refused_whole(call: Call, answer: Answer) -> list[Taken]:
    """The payer refused a whole transaction: every open question of that batch failed; the policies stay."""
    words = "; ".join(" ".join(rejection_words(one.reason, one.follow_up)) for one in answer.rejections)[:500]
    control = answer.reference.removeprefix("EB").partition("-")[0]
    rows = EligibilityCheck.objects.filter(batch__control=int(control), answered_at=None) if control.isdecimal() else []
    found = []
    for row in rows:
        row.answered_at, row.answer, row.failure = call.now, Standing.UNKNOWN, words
        row.save(update_fields=["answered_at", "answer", "failure"])
        found.append(Taken(row.trace, "posted", row))
    return found or [Taken(answer.reference or answer.payer_name, "refused", problem="no_question", words=words)]
