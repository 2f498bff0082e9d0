"""What payers agreed to pay: fee schedules imported in editions, contracts kept, prices carved out of them."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from uuid import UUID

from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, refuse, service
from steward.insurance.logic.fee_files import FeeFile, FeeFileError, parse_list, parse_rvu
from steward.insurance.models import CarveOut, Contract, FeeEdition, FeeRow, FeeSchedule, Payer, Plan
from steward.insurance.states import Place, ScheduleKind
from steward.insurance.types import CarveOutData, ContractData, EditionData
from steward.registry.logic.names import name_key
from steward.registry.services import changed, refusing, stand

#: Ten times the base; beyond it a percent was typed as a number of dollars.
PERCENT_LIMIT_PPM = 10_000_000
CODE, MODIFIER = re.compile(r"[A-Z0-9]{2,12}", re.ASCII), re.compile(r"[A-Z0-9]{2}", re.ASCII)


# ---- schedules ----
@service("insurance.create_schedule", "payer.write", says="added a fee schedule")
def create_schedule(
    call: Call, *, name: str, kind: str = ScheduleKind.LIST, payer: Payer | None = None, uid: UUID | None = None
) -> FeeSchedule:
    """Add a fee schedule without prices; import an edition next. Refuses name, kind, `exists`."""
    if not name_key(name):
        raise refuse("name", "The schedule's name is missing.", "Name it as the contract does.", "name")
    if kind not in ScheduleKind.values:
        raise refuse("kind", "A schedule holds prices or relative values.", "Choose one of them.", "kind")
    row = FeeSchedule(name=name.strip(), kind=kind, payer=payer)
    if uid is not None:
        row.uid = uid
    with refusing("exists", "A schedule of that name is already here.", "Import a new edition into it.", "name"):
        row.save()
    return row


@service("insurance.make_standard", "payer.write", says="chose the practice's own fees")
def make_standard(call: Call, *, schedule: FeeSchedule) -> FeeSchedule:
    """Make this price list the practice's own fees: what charge entry charges. The one before stays a list like any other.

    Refuses `kind` (relative values), `payer` (a list of one payer's), `ended`.
    """
    row = FeeSchedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    if row.kind != ScheduleKind.LIST:
        raise refuse("kind", "The practice's own fees are a price list.", "Choose a list of prices.", "schedule")
    if row.payer_id is not None:
        raise refuse("payer", "This list is one payer's.", "Choose a list that is for everybody.", "schedule")
    if row.ended_on is not None:
        raise refuse("ended", "This list has ended.", "Choose one in use.", "schedule")
    FeeSchedule.objects.filter(standard=True).exclude(pk=row.pk).update(standard=False)
    row.standard = True
    row.save(update_fields=["standard"])
    note(row, fields=["standard"])
    return row


@service("insurance.import_edition", "payer.write", says="imported a fee schedule")
def import_edition(call: Call, *, schedule: FeeSchedule, data: EditionData) -> FeeEdition:
    """Import a file as the schedule's edition from a day on; one imported before for the same day is superseded.

    Refuses every fault of the file, `factor` (relative values without a conversion factor), `same` (the very same file
    holds from that day already).
    """
    file = _read(schedule, data)
    digest = hashlib.sha256(data.content).hexdigest()
    old = FeeEdition.objects.filter(schedule=schedule, starts_on=data.starts_on, superseded_at=None).first()
    factor = (data.conversion_e4 or file.conversion_e4) if schedule.kind == ScheduleKind.RVU else None
    if schedule.kind == ScheduleKind.RVU and not factor:
        fix = "Type the year's factor: the file does not name one for all its rows."
        raise refuse("factor", "The conversion factor is missing.", fix, "conversion")
    row = FeeEdition(
        schedule=schedule, starts_on=data.starts_on, imported_at=call.now, file_name=data.file_name[:200], sha256=digest,
        row_count=len(file.fees), conversion_e4=factor, work_gpci_e3=data.work_gpci_e3, pe_gpci_e3=data.pe_gpci_e3,
        mp_gpci_e3=data.mp_gpci_e3,
    )  # fmt: skip
    if old is not None:
        _supersede(call, old, row)
    with refusing("same", "Another edition for that day came in this moment.", "Look at it, then import again."):
        row.save()
    FeeRow.objects.bulk_create(_fee_rows(row, file), batch_size=1000)
    note(row, refs=[schedule])
    return row


def _read(schedule: FeeSchedule, data: EditionData) -> FeeFile:
    try:
        return parse_rvu(data.content) if schedule.kind == ScheduleKind.RVU else parse_list(data.content)
    except FeeFileError as error:
        raise Refused(*(Refusal(one.code, f"{one}.", one.fix, "file") for one in error.faults)) from error


def _supersede(call: Call, old: FeeEdition, new: FeeEdition) -> None:
    names = ("sha256", "conversion_e4", "work_gpci_e3", "pe_gpci_e3", "mp_gpci_e3")
    if all(getattr(old, name) == getattr(new, name) for name in names):
        raise refuse("same", "This very file holds from that day already.", "Nothing is left to do.", "file")
    old.superseded_at = call.now
    old.save(update_fields=["superseded_at"])


def _fee_rows(edition: FeeEdition, file: FeeFile) -> list[FeeRow]:
    names = (
        "facility_cents", "nonfacility_cents", "work_e2", "pe_facility_e2", "pe_nonfacility_e2", "mp_e2", "multiple",
        "global_days",
    )  # fmt: skip
    return [
        FeeRow(edition=edition, code=code, modifier=modifier, **{name: getattr(fee, name) for name in names})
        for (code, modifier), fee in sorted(file.fees.items())
    ]


# ---- contracts ----
def _contract_faults(data: ContractData) -> list[Refusal]:
    faults = []
    if not name_key(data.name):
        faults.append(Refusal("name", "The contract's name is missing.", "Name it as people do.", "name"))
    if not data.source.strip():
        faults.append(Refusal("source", "The source is missing.", "Name the paper it rests on.", "source"))
    if data.ends_on is not None and data.ends_on < data.starts_on:
        faults.append(Refusal("dates", "It ends before it starts.", "Check both days.", "ends_on"))
    percents = {
        "percent": data.percent_ppm, "unlisted": data.unlisted_ppm or 0, "second": data.second_ppm, "later": data.later_ppm
    } | {"modifiers": max(data.modifiers.values(), default=0)}  # fmt: skip
    for field, ppm in percents.items():
        if not 0 <= ppm <= PERCENT_LIMIT_PPM:
            faults.append(Refusal("percent", "A percent lies between 0 and 1,000.", "Type 110 for 110 %.", field))
    if any(not MODIFIER.fullmatch(modifier) for modifier in data.modifiers):
        faults.append(Refusal("modifiers", "A modifier has two characters.", "Write 50=150, 80=16.", "modifiers"))
    return faults


def _contract_values(data: ContractData) -> dict[str, object]:
    return {
        "payer_id": data.payer, "plan_id": data.plan, "name": data.name.strip(), "schedule_id": data.schedule,
        "percent_ppm": data.percent_ppm, "unlisted_ppm": data.unlisted_ppm, "lesser_of_charge": data.lesser_of_charge,
        "second_ppm": data.second_ppm, "later_ppm": data.later_ppm, "modifiers": dict(data.modifiers),
        "filing_limit_days": data.filing_limit_days, "appeal_limit_days": data.appeal_limit_days,
        "starts_on": data.starts_on, "ends_on": data.ends_on, "source": data.source.strip(),
    }  # fmt: skip


_OVERLAP = ("overlap", "Another contract of this payer and plan holds on some of these days.",
            "End the other one the day before this one starts.", "starts_on")  # fmt: skip


def _refuse_overlap(row: Contract) -> None:
    """Lock the payer, then look, so that two contracts entered at once see each other. The guards say the same."""
    Payer.objects.select_for_update().get(pk=row.payer_id)
    last = row.ends_on or date.max
    others = Contract.objects.filter(payer=row.payer_id, plan=row.plan_id, voided_on=None, starts_on__lte=last)
    if any(one.ends_on is None or one.ends_on >= row.starts_on for one in others.exclude(pk=row.pk)):
        raise refuse(*_OVERLAP)


def _own_plan(data: ContractData) -> None:
    if data.plan is not None and not Plan.objects.filter(pk=data.plan, payer=data.payer).exists():
        raise refuse("plan", "This plan is another payer's.", "Choose one of this payer's plans.", "plan")


@service("insurance.create_contract", "payer.write", says="entered a contract")
def create_contract(call: Call, *, data: ContractData, uid: UUID | None = None) -> Contract:
    """Enter a contract. Refuses name, source, dates, percent, modifiers, plan, `overlap`."""
    stand(_contract_faults(data))
    _own_plan(data)
    row = Contract(**_contract_values(data))
    if uid is not None:
        row.uid = uid
    _refuse_overlap(row)
    with refusing(*_OVERLAP):
        row.save()
    return row


@service("insurance.update_contract", "payer.write", says="corrected a contract")
def update_contract(call: Call, *, contract: Contract, data: ContractData) -> Contract:
    """Correct a contract; new terms from a day on are a new contract. Refuses as `create_contract`, `payer`, `voided`."""
    stand(_contract_faults(data))
    if contract.voided_on is not None:
        raise refuse("voided", "This contract was voided.", "Enter a new one.")
    if data.payer != contract.payer_id:
        raise refuse("payer", "A contract stays with its payer.", "Enter it for the other payer.")
    _own_plan(data)
    fields = changed(contract, _contract_values(data))
    _refuse_overlap(contract)
    with refusing(*_OVERLAP):
        contract.save()
    note(contract, fields=fields)
    return contract


@service("insurance.end_contract", "payer.write", says="ended a contract")
def end_contract(call: Call, *, contract: Contract, on: date) -> Contract:
    """Set the last day a contract holds. Refuses `dates` before its first day, `voided`, `overlap`."""
    if contract.voided_on is not None:
        raise refuse("voided", "This contract was voided.", "Nothing is left to do.")
    if on < contract.starts_on:
        raise refuse("dates", "It would end before it starts.", "Void it if it was never right.", "on")
    contract.ends_on = on
    _refuse_overlap(contract)
    with refusing(*_OVERLAP):
        contract.save(update_fields=["ends_on"])
    note(contract, fields=["ends_on"])
    return contract


@service("insurance.void_contract", "payer.write", says="voided a contract")
def void_contract(call: Call, *, contract: Contract, reason: str) -> Contract:
    """Say that a contract never was. It stays readable. Refuses `reason`, `voided`."""
    if not reason.strip():
        raise refuse("reason", "A reason is missing.", "Say what was wrong.", "reason")
    if contract.voided_on is not None:
        raise refuse("voided", "This contract was already voided.", "Nothing is left to do.")
    contract.voided_on, contract.void_reason = call.today, reason.strip()[:200]
    contract.save(update_fields=["voided_on", "void_reason"])
    note(contract, fields=["voided_on"], reason=reason)
    return contract


# ---- carve-outs ----
def _carve_faults(data: CarveOutData) -> list[Refusal]:
    faults = []
    if not CODE.fullmatch(data.code):
        faults.append(Refusal("code", "This is no service code.", "Type it as it is billed.", "code"))
    if data.modifier and not MODIFIER.fullmatch(data.modifier):
        faults.append(Refusal("modifier", "A modifier has two characters.", "Check it, or leave it empty.", "modifier"))
    if data.place not in ("", *Place.values):
        faults.append(Refusal("place", "This place is not known.", "Choose one, or none for both.", "place"))
    if (data.cents is None) == (data.charge_ppm is None):
        fix = "Type an amount, or a percent of the charge."
        faults.append(Refusal("price", "A carve-out has one price.", fix, "cents"))
    if (data.cents or 0) < 0 or not 0 <= (data.charge_ppm or 0) <= PERCENT_LIMIT_PPM:
        faults.append(Refusal("price", "This price cannot be.", "Check the amount or the percent.", "cents"))
    if data.ends_on is not None and data.ends_on < data.starts_on:
        faults.append(Refusal("dates", "It ends before it starts.", "Check both days.", "ends_on"))
    return faults


@service("insurance.add_carve_out", "payer.write", says="carved out a price")
def add_carve_out(call: Call, *, contract: Contract, data: CarveOutData) -> CarveOut:
    """Give a code a price of its own. Refuses code, modifier, place, price, dates, `exists`."""
    stand(_carve_faults(data))
    row = CarveOut(
        contract=contract, code=data.code, modifier=data.modifier, place=data.place, cents=data.cents,
        charge_ppm=data.charge_ppm, starts_on=data.starts_on, ends_on=data.ends_on,
    )  # fmt: skip
    with refusing("exists", "This code already has a carve-out from that day.", "End that one first.", "code"):
        row.save()
    return row


@service("insurance.end_carve_out", "payer.write", says="ended a carved-out price")
def end_carve_out(call: Call, *, carve_out: CarveOut, on: date) -> CarveOut:
    """Set the last day of a carve-out. Refuses `dates` before its first day."""
    if on < carve_out.starts_on:
        raise refuse("dates", "It would end before it starts.", "Choose a later day.", "on")
    carve_out.ends_on = on
    carve_out.save(update_fields=["ends_on"])
    note(carve_out, fields=["ends_on"])
    return carve_out
