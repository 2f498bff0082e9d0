"""Coverage entered, corrected, ended and voided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.insurance.logic.coverage import Cover, overlap
from steward.insurance.models import Coverage, Plan
from steward.insurance.states import Rank, Relation
from steward.insurance.types import CoverageData
from steward.registry.services import changed, lock_party, refusing, stand


def _coverage_faults(data: CoverageData) -> list[Refusal]:
    faults = []
    if not data.member_id.strip():
        faults.append(Refusal("member_id", "The member number is missing.", "Copy it from the card.", "member_id"))
    if data.rank not in Rank.values:
        faults.append(Refusal("rank", "Coverage is first, second or third.", "Choose one of them.", "rank"))
    if data.relation not in Relation.values:
        faults.append(
            Refusal("relation", "This relation is not known.", "18 is self, 01 spouse, 19 child.", "relation")
        )
    if (data.relation == Relation.SELF) != (data.patient == data.subscriber):
        fix = "Choose self when the patient holds the policy, else the person who does and how they are related."
        faults.append(Refusal("subscriber", "Relation and subscriber do not agree.", fix, "subscriber"))
    if data.ends_on is not None and data.ends_on < data.starts_on:
        faults.append(Refusal("dates", "It ends before it starts.", "Check both days.", "ends_on"))
    if data.copay_cents is not None and data.copay_cents < 0:
        faults.append(Refusal("copay", "A copay is not below zero.", "Type what the card says.", "copay_cents"))
    return faults


def _coverage_row(data: CoverageData) -> Coverage:
    return Coverage(
        patient_id=data.patient,
        plan_id=data.plan,
        subscriber_id=data.subscriber,
        relation=data.relation,
        member_id=data.member_id.strip(),
        group_number=data.group_number.strip(),
        rank=data.rank,
        copay_cents=data.copay_cents,
        assigned=data.assigned,
        starts_on=data.starts_on,
        ends_on=data.ends_on,
    )


def _cover(row: Coverage) -> Cover:
    return Cover(row.pk or 0, row.rank, row.starts_on, row.ends_on, row.voided_on is not None)


_OVERLAP = ("overlap", "Another coverage of this rank holds on some of these days.")
_OVERLAP_FIX = "End the other one the day before this one starts, or choose another rank."


def _refuse_overlap(row: Coverage) -> None:
    """Lock the patient, then look: two coverages entered at once must see each other. The guards say the same."""
    lock_party(row.patient_id)
    others = Coverage.objects.filter(patient_id=row.patient_id, rank=row.rank, voided_on=None)
    found = overlap(_cover(row), map(_cover, others))
    if found is not None:
        raise refuse(*_OVERLAP, _OVERLAP_FIX, "starts_on")


@service("insurance.add_coverage", "coverage.write", says="entered coverage")
def add_coverage(call: Call, *, data: CoverageData, uid: UUID | None = None) -> Coverage:
    """Enter a coverage of a patient.

    Refuses member_id, rank, relation, subscriber (self that is not, and the other way round), dates, copay, `overlap`
    (same rank, some day in common), `ended` (the payer has ended before it starts).
    """
    stand(_coverage_faults(data))
    plan = Plan.objects.select_related("payer").get(pk=data.plan)
    if plan.payer.ended_on is not None and plan.payer.ended_on <= data.starts_on:
        raise refuse("ended", f"{plan.payer.name} ended on {plan.payer.ended_on}.", "Choose another payer.", "plan")
    row = _coverage_row(data)
    if uid is not None:
        row.uid = uid
    _refuse_overlap(row)
    with refusing(*_OVERLAP, _OVERLAP_FIX, "starts_on"):
        row.save()
    return row


@service("insurance.add_coverages_many", "coverage.write", says="entered many coverages")
def add_coverages_many(call: Call, *, data: Sequence[CoverageData]) -> list[Coverage]:
    """Enter many coverages in bulk; refusals as `add_coverage` with the row's index in the field. Overlaps are refused
    by the database's guards, for the whole call."""
    stand(
        Refusal(fault.code, fault.message, fault.fix, f"{index}.{fault.field}")
        for index, each in enumerate(data)
        for fault in _coverage_faults(each)
    )
    rows = [_coverage_row(each) for each in data]
    with refusing(*_OVERLAP, "Give each patient one coverage of a rank on a day."):
        Coverage.objects.bulk_create(rows, batch_size=500)
    note(refs=rows)
    return rows


@service("insurance.update_coverage", "coverage.write", says="corrected coverage")
def update_coverage(call: Call, *, coverage: Coverage, data: CoverageData) -> Coverage:
    """Correct a coverage. Refuses as `add_coverage`, `patient` (a coverage does not move), `voided`."""
    stand(_coverage_faults(data))
    if coverage.voided_on is not None:
        raise refuse("voided", "This coverage was voided.", "Enter a new one.")
    if data.patient != coverage.patient_id:
        raise refuse("patient", "A coverage stays with its patient.", "Void it and enter it for the other patient.")
    new = _coverage_row(data)
    names = (
        "plan_id",
        "subscriber_id",
        "relation",
        "member_id",
        "group_number",
        "rank",
        "copay_cents",
        "assigned",
        "starts_on",
        "ends_on",
    )
    fields = changed(coverage, {name: getattr(new, name) for name in names})
    _refuse_overlap(coverage)
    with refusing(*_OVERLAP, _OVERLAP_FIX, "starts_on"):
        coverage.save()
    note(coverage, fields=fields)
    return coverage


@service("insurance.order_benefits", "coverage.write", says="put coverages into another order")
def order_benefits(call: Call, *, first: Coverage, second: Coverage, reason: str) -> list[Coverage]:
    """Let two coverages of a patient change places: ``first`` pays where ``second`` did and the other way round.

    One of them is out of force for the moment between, inside the transaction, so that two of a rank never meet. Refuses
    ``patient`` (not the same, or one coverage twice), ``voided``, ``reason`` and ``overlap`` with a third one.
    """
    if first.pk == second.pk or first.patient_id != second.patient_id:
        raise refuse("patient", "These are not two coverages of one patient.", "Choose two of one patient.")
    if not reason.strip():
        raise refuse("reason", "A reason is missing.", "Say who told you the order: patient, payer, birthday rule.", "reason")
    lock_party(first.patient_id)
    rows = {row.pk: row for row in Coverage.objects.select_for_update(of=("self",)).filter(pk__in=[first.pk, second.pk])}
    one, other = rows[first.pk], rows[second.pk]
    if one.voided_on or other.voided_on:
        raise refuse("voided", "One of them was voided.", "Choose coverages that stand.")
    ranks = one.rank, other.rank
    with refusing(*_OVERLAP, _OVERLAP_FIX, "rank"):
        one.voided_on = call.today
        one.save(update_fields=["voided_on"])
        other.rank = ranks[0]
        other.save(update_fields=["rank"])
        one.voided_on, one.rank = None, ranks[1]
        one.save(update_fields=["voided_on", "rank"])
    note(one, fields=["rank"], refs=[one.uid, other.uid], reason=reason)
    return [one, other]


@service("insurance.end_coverage", "coverage.write", says="ended coverage")
def end_coverage(call: Call, *, coverage: Coverage, on: date) -> Coverage:
    """Set the last day covered. Refuses `dates` when it lies before the first, `voided`."""
    if coverage.voided_on is not None:
        raise refuse("voided", "This coverage was voided.", "Enter a new one.")
    if on < coverage.starts_on:
        raise refuse("dates", "It would end before it starts.", "Void it if it was never right.", "on")
    if coverage.ends_on is not None and on > coverage.ends_on:
        return update_coverage(call, coverage=coverage, data=_data_of(coverage, on))
    coverage.ends_on = on
    coverage.save(update_fields=["ends_on"])
    note(coverage, fields=["ends_on"])
    return coverage


def _data_of(row: Coverage, ends_on: date | None) -> CoverageData:
    return CoverageData(
        row.patient_id,
        row.plan_id,
        row.subscriber_id,
        row.member_id,
        row.starts_on,
        ends_on,
        row.relation,
        row.group_number,
        row.rank,
        row.copay_cents,
        row.assigned,
    )


@service("insurance.void_coverage", "coverage.write", says="voided coverage")
def void_coverage(call: Call, *, coverage: Coverage, reason: str) -> Coverage:
    """Say that a coverage never was. It stays readable. Refuses `reason` when none is given, `voided`."""
    if not reason.strip():
        raise refuse("reason", "A reason is missing.", "Say what was wrong.", "reason")
    if coverage.voided_on is not None:
        raise refuse("voided", "This coverage was already voided.", "Nothing is left to do.")
    coverage.voided_on, coverage.void_reason = call.today, reason.strip()
    coverage.save(update_fields=["voided_on", "void_reason"])
    note(coverage, fields=["voided_on"], reason=reason)
    return coverage
