"""The verbs of insurance: payers and plans kept, coverage entered, ended and voided, adjustments white-listed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.insurance.logic.coverage import Cover, overlap
from steward.insurance.models import Coverage, Payer, Plan, WriteOffRule
from steward.insurance.states import AdjustmentGroup, Filing, Rank, Relation, WriteOffRole
from steward.insurance.types import CoverageData, PayerData, PlanData, RuleData
from steward.registry.logic.identifiers import digits_of
from steward.registry.logic.names import name_key
from steward.registry.services import changed, create_party, lock_party, refusing, stand
from steward.registry.types import OrganisationData

STANDARD = "Standard"
DEFAULT_RULES = Path(__file__).parent / "data" / "write_off_rules.toml"


def _ein(text: str) -> str | None:
    """Nine digits; a TRN03 carries them after a 1. None when it is neither."""
    digits = digits_of(text)
    if len(digits) == 10 and digits.startswith("1"):
        digits = digits[1:]
    return digits if len(digits) in (0, 9) else None


def _payer_faults(data: PayerData) -> list[Refusal]:
    faults = []
    if not re.fullmatch(r"[^\s,;:*~^]{1,40}", data.code):
        fix = "Use up to 40 letters, digits or hyphens without spaces."
        faults.append(Refusal("code", "This payer id cannot be used.", fix, "code"))
    if not name_key(data.name):
        faults.append(Refusal("name", "The payer's name is missing.", "Type it as on the card.", "name"))
    if data.filing not in Filing.values:
        faults.append(Refusal("filing", "This filing indicator is not known.", "CI is commercial.", "filing"))
    if _ein(data.ein) is None:
        faults.append(Refusal("ein", "This is not a tax number.", "Type its nine digits.", "ein"))
    return faults


def _payer_values(data: PayerData) -> dict[str, object]:
    return {
        "code": data.code,
        "name": data.name.strip(),
        "edi_id": data.edi_id.strip(),
        "ref2u": data.ref2u.strip(),
        "ein": _ein(data.ein) or "",
        "filing": data.filing,
        "filing_limit_days": data.filing_limit_days,
    }


@service("insurance.create_payer", "payer.write", says="added a payer")
def create_payer(call: Call, *, data: PayerData, uid: UUID | None = None) -> Payer:
    """Add a payer, its party and its standard plan. Refuses code, name, filing, ein, `exists` (the code is taken)."""
    stand(_payer_faults(data))
    party = create_party(call, data=OrganisationData(data.name))
    payer = Payer(party=party, **_payer_values(data))
    if uid is not None:
        payer.uid = uid
    with refusing("exists", "A payer with this id is already here.", "Use it, or choose another id.", "code"):
        payer.save()
    Plan.objects.create(payer=payer, name=STANDARD)
    return payer


@service("insurance.update_payer", "payer.write", says="corrected a payer")
def update_payer(call: Call, *, payer: Payer, data: PayerData) -> Payer:
    """Correct a payer. Refuses as `create_payer`."""
    stand(_payer_faults(data))
    fields = changed(payer, _payer_values(data))
    with refusing("exists", "Another payer has this id.", "Choose another id.", "code"):
        payer.save()
    if "name" in fields:
        party = payer.party
        changed(party, {"name": payer.name, "last_key": name_key(payer.name)})
        party.save()
    note(payer, fields=fields)
    return payer


@service("insurance.end_payer", "payer.write", says="ended a payer")
def end_payer(call: Call, *, payer: Payer, on: date) -> Payer:
    """End a payer: no new coverage with it. Refuses `ended`. Open claims go on."""
    if payer.ended_on is not None:
        raise refuse("ended", "This payer has already ended.", "Nothing is left to do.")
    payer.ended_on = on
    payer.save(update_fields=["ended_on"])
    note(payer, fields=["ended_on"])
    return payer


def _plan_faults(data: PlanData) -> list[Refusal]:
    faults = []
    if not name_key(data.name):
        faults.append(Refusal("name", "The plan's name is missing.", "Type it as on the card.", "name"))
    if data.copay_cents < 0:
        faults.append(Refusal("copay", "A copay is not below zero.", "Type what the card says, or 0.", "copay_cents"))
    return faults


@service("insurance.create_plan", "payer.write", says="added a plan")
def create_plan(call: Call, *, payer: Payer, data: PlanData, uid: UUID | None = None) -> Plan:
    """Add a plan of a payer. Refuses name, copay, `exists`."""
    stand(_plan_faults(data))
    plan = Plan(payer=payer, name=data.name.strip(), capitation=data.capitation, copay_cents=data.copay_cents)
    if uid is not None:
        plan.uid = uid
    with refusing("exists", "This payer already has a plan of that name.", "Use it, or name this one.", "name"):
        plan.save()
    return plan


@service("insurance.update_plan", "payer.write", says="corrected a plan")
def update_plan(call: Call, *, plan: Plan, data: PlanData) -> Plan:
    """Correct a plan. Refuses as `create_plan`."""
    stand(_plan_faults(data))
    values = {"name": data.name.strip(), "capitation": data.capitation, "copay_cents": data.copay_cents}
    fields = changed(plan, values)
    with refusing("exists", "This payer already has a plan of that name.", "Choose another name.", "name"):
        plan.save()
    note(plan, fields=fields)
    return plan


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
        "starts_on",
        "ends_on",
    )
    fields = changed(coverage, {name: getattr(new, name) for name in names})
    _refuse_overlap(coverage)
    with refusing(*_OVERLAP, _OVERLAP_FIX, "starts_on"):
        coverage.save()
    note(coverage, fields=fields)
    return coverage


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


def _rule_faults(data: RuleData) -> list[Refusal]:
    faults = []
    if data.group not in AdjustmentGroup.values or data.group == AdjustmentGroup.PATIENT:
        fix = "Use CO, OA or PI: what is the patient's is never written off by rule."
        faults.append(Refusal("group", "This group takes no rule.", fix, "group"))
    if not re.fullmatch(r"[A-Z]?[0-9]{1,4}", data.carc):
        faults.append(Refusal("carc", "This is not a reason code.", "Type it as the remittance has it: 45.", "carc"))
    if data.role not in WriteOffRole.values:
        faults.append(Refusal("role", "No account takes this adjustment.", "Choose one of the list.", "role"))
    if not data.source.strip():
        faults.append(Refusal("source", "The source is missing.", "Name the contract or rule it rests on.", "source"))
    if data.ends_on is not None and data.ends_on < data.starts_on:
        faults.append(Refusal("dates", "It ends before it starts.", "Check both days.", "ends_on"))
    return faults


@service("insurance.add_write_off_rule", "payer.write", says="white-listed an adjustment")
def add_write_off_rule(call: Call, *, data: RuleData) -> WriteOffRule:
    """White-list a pair of group and reason code. Refuses group, carc, role, source, dates, `exists`."""
    stand(_rule_faults(data))
    row = WriteOffRule(
        payer_id=data.payer,
        group=data.group,
        carc=data.carc,
        role=data.role,
        capitation_only=data.capitation_only,
        negative_only=data.negative_only,
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        source=data.source.strip(),
        confirmed=data.confirmed,
    )
    with refusing("exists", "This pair already has a rule from that day.", "End the other one first.", "carc"):
        row.save()
    return row


@service("insurance.end_write_off_rule", "payer.write", says="ended a white-listed adjustment")
def end_write_off_rule(call: Call, *, rule: WriteOffRule, on: date) -> WriteOffRule:
    """Set a rule's last day. Refuses `dates` before its first day."""
    if on < rule.starts_on:
        raise refuse("dates", "It would end before it starts.", "Choose a later day.", "on")
    rule.ends_on = on
    rule.save(update_fields=["ends_on"])
    note(rule, fields=["ends_on"])
    return rule


@service("insurance.load_default_rules", "payer.write", says="loaded the shipped adjustments")
def load_default_rules(call: Call) -> int:
    """White-list the shipped pairs that are not here yet. Gives how many were added; safe to repeat."""
    known = set(WriteOffRule.objects.filter(payer=None).values_list("group", "carc"))
    shipped = tomllib.loads(DEFAULT_RULES.read_text())["rule"]
    rows = [RuleData(**rule) for rule in shipped if (rule["group"], rule["carc"]) not in known]
    added = [add_write_off_rule(call, data=row) for row in rows]
    note(refs=added)
    return len(added)
