"""Payers and their plans, kept."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.insurance.models import Payer, PayerNumber, Plan
from steward.insurance.states import Filing, NumberKind
from steward.insurance.types import NumberData, PayerData, PlanData
from steward.registry.logic.identifiers import digits_of
from steward.registry.logic.names import name_key
from steward.registry.services import changed, create_party, refusing, stand
from steward.registry.types import OrganisationData

STANDARD = "Standard"


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
        "assignment": data.assignment,
        "institutional": data.institutional,
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


def _plan_values(data: PlanData) -> dict[str, object]:
    return {
        "name": data.name.strip(), "capitation": data.capitation, "copay_cents": data.copay_cents,
        "referral": data.referral,
    }  # fmt: skip


@service("insurance.create_plan", "payer.write", says="added a plan")
def create_plan(call: Call, *, payer: Payer, data: PlanData, uid: UUID | None = None) -> Plan:
    """Add a plan of a payer. Refuses name, copay, `exists`."""
    stand(_plan_faults(data))
    plan = Plan(payer=payer, **_plan_values(data))
    if uid is not None:
        plan.uid = uid
    with refusing("exists", "This payer already has a plan of that name.", "Use it, or name this one.", "name"):
        plan.save()
    return plan


@service("insurance.update_plan", "payer.write", says="corrected a plan")
def update_plan(call: Call, *, plan: Plan, data: PlanData) -> Plan:
    """Correct a plan. Refuses as `create_plan`."""
    stand(_plan_faults(data))
    fields = changed(plan, _plan_values(data))
    with refusing("exists", "This payer already has a plan of that name.", "Choose another name.", "name"):
        plan.save()
    note(plan, fields=fields)
    return plan


OWN_FIELDS = {NumberKind.EDI: "edi_id", NumberKind.REF2U: "ref2u", NumberKind.EIN: "ein"}


@service("insurance.add_number", "payer.write", says="added a number of a payer")
def add_number(call: Call, *, payer: Payer, data: NumberData) -> PayerNumber:
    """Say another number files know a payer by. Refuses kind, number, `exists` (it names a payer already, this or
    another: a file that carries it must never have two to choose from)."""
    number = data.number.strip()
    if data.kind not in NumberKind.values:
        raise refuse("kind", "This kind of number is not known.", "Choose one of the list.", "kind")
    if data.kind == NumberKind.EIN:
        number = _ein(number) or ""
    if not number or len(number) > 80:
        raise refuse("number", "This is not such a number.", "Copy it from the payer's letter or a file.", "number")
    kind = NumberKind(data.kind)
    known = Payer.objects.filter(**{OWN_FIELDS[kind]: number}).first()
    if known is not None:
        raise refuse("exists", f"This number is {known.name}'s already.", "Correct it there first.", "number")
    row = PayerNumber(payer=payer, kind=kind, number=number, note=data.note.strip()[:120])
    with refusing("exists", "This number names a payer already.", "End it there first.", "number"):
        row.save()
    note(row, refs=[payer])
    return row


@service("insurance.end_number", "payer.write", says="ended a number of a payer")
def end_number(call: Call, *, number: PayerNumber, on: date) -> PayerNumber:
    """A number no longer names its payer. Refuses `ended`."""
    if number.ended_on is not None:
        raise refuse("ended", "This number has already ended.", "Nothing is left to do.")
    number.ended_on = on
    number.save(update_fields=["ended_on"])
    note(number, fields=["ended_on"])
    return number
