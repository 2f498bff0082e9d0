"""Estimates made and handed over. What was handed over is never edited: a new estimate replaces it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from steward.core.numbers import next_number
from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.insurance.logic.allowed import Expected
from steward.insurance.logic.estimate import Benefits, Owed, Service, patient_owes
from steward.insurance.models import Coverage, EligibilityCheck, Estimate, EstimateLine
from steward.insurance.selectors import benefits_for, copay_cents, expected_many
from steward.insurance.states import EstimateKind
from steward.insurance.types import EstimateData, EstimateItem, PricedLine
from steward.registry.services import refusing, stand

CODE = re.compile(r"[A-Z0-9]{2,12}", re.ASCII)
MOST_LINES, LIMIT_CENTS = 50, 100_000_000


def _faults(data: EstimateData) -> list[Refusal]:
    faults = []
    if not 1 <= len(data.items) <= MOST_LINES:
        faults.append(Refusal("items", _("Name the services."), _("One a line: code, charge, what it is."), "items"))
    for item in data.items:
        if not CODE.fullmatch(item.code) or item.units < 1 or not 0 <= item.charge_cents <= LIMIT_CENTS:
            fix = _("A code, units of one or more, and a charge that is not below zero.")
            faults.append(Refusal("items", _("%s cannot be estimated.") % item.code[:12], fix, "items"))
    if data.scheduled_on is not None and data.scheduled_on > data.service_day:
        fault = _("It was scheduled after the visit.")
        faults.append(Refusal("dates", fault, _("Check both days."), "scheduled_on"))
    return faults


@service("insurance.make_estimate", "coverage.write", says="estimated what a patient will owe")
def make_estimate(call: Call, *, data: EstimateData) -> Estimate:
    """Estimate what a patient will owe for one day: from contract and benefits with a coverage, else a good-faith estimate
    of the charges. Refuses items, dates, `coverage` (another patient's, or it does not hold that day), `replaced`."""
    stand(_faults(data))
    number = next_number("insurance.estimate")
    coverage = _own_coverage(data)
    check, owed, expected = _reckon(data, coverage)
    total = sum(item.charge_cents for item in data.items)
    row = Estimate(
        number=number, kind=EstimateKind.INSURED if coverage else EstimateKind.SELF_PAY, patient_id=data.patient,
        coverage=coverage, check_used=check, appointment=data.appointment, service_day=data.service_day,
        scheduled_on=data.scheduled_on, requested_on=data.requested_on, provider_name=data.provider_name[:200],
        provider_npi=data.provider_npi, diagnosis=data.diagnosis[:80], total_cents=total,
        patient_cents=min(owed.patient_cents, total), unknown=" ".join(owed.unknown), made_at=call.now,
        made_by_id=call.user_id, replaces_id=data.replaces,
    )  # fmt: skip
    with refusing("replaced", _("That estimate was replaced already."), _("Open the newer one.")):
        row.save()
    EstimateLine.objects.bulk_create(_lines(row, data.items, owed, expected))
    note(row)
    return row


def _own_coverage(data: EstimateData) -> Coverage | None:
    if data.coverage is None:
        return None
    rows = Coverage.objects.filter(pk=data.coverage, patient=data.patient, voided_on=None).select_related("plan__payer")
    found = rows.first()
    late = found is not None and found.ends_on is not None and found.ends_on < data.service_day
    if found is None or late or found.starts_on > data.service_day:
        raise refuse(
            "coverage", _("This coverage does not hold on that day."), _("Choose another, or none."), "coverage"
        )
    return found


def _reckon(
    data: EstimateData, coverage: Coverage | None
) -> tuple[EligibilityCheck | None, Owed, Sequence[Expected | None]]:
    """The answer that counts, what the patient owes, and what is expected of each service."""
    if coverage is None:
        services = [Service(item.charge_cents, item.charge_cents) for item in data.items]
        return None, patient_owes(services, Benefits(coinsurance_ppm=1_000_000)), [None for _item in data.items]
    plan = coverage.plan
    priced = expected_many(
        PricedLine(n, plan.payer_id, plan.pk, data.service_day, item.code, item.charge_cents, item.units, item.modifiers,
                   data.place, together="visit")
        for n, item in enumerate(data.items)
    )  # fmt: skip
    expected = [priced[n] for n in range(len(data.items))]
    check = benefits_for(coverage.pk, data.service_day)
    costs = check.benefits.get("costs", {}) if check else {}
    benefits = Benefits(
        costs.get("copay_cents", copay_cents(coverage) or None), costs.get("coinsurance_ppm"),
        costs.get("deductible_left_cents"), costs.get("out_of_pocket_left_cents"),
    )  # fmt: skip
    services = [
        Service(item.charge_cents, one.cents, item.copay) for item, one in zip(data.items, expected, strict=True)
    ]
    return check, patient_owes(services, benefits), expected


def _lines(
    row: Estimate, items: Sequence[EstimateItem], owed: Owed, expected: Sequence[Expected | None]
) -> list[EstimateLine]:
    return [
        EstimateLine(
            estimate=row, position=n, code=item.code, modifiers=":".join(item.modifiers)[:11], label=item.label[:120],
            units=item.units, charge_cents=item.charge_cents, allowed_cents=one.cents if one else None,
            patient_cents=share.patient_cents, how=one.words[:500] if one else "",
        )
        for n, (item, share, one) in enumerate(zip(items, owed.shares, expected, strict=True), 1)
    ]  # fmt: skip


@service("insurance.give_estimate", "coverage.write", says="handed an estimate over")
def give_estimate(call: Call, *, estimate: Estimate, on: date, how: str) -> Estimate:
    """Note when and how the patient got it: the evidence the law asks for, kept six years. Refuses `given`, `how`."""
    if estimate.given_on is not None:
        raise refuse("given", _("This estimate was handed over already."), _("Make a new one if it changed."))
    if not how.strip():
        raise refuse("how", _("Say how the patient got it."), _("By hand, by post, through the portal."), "how")
    estimate.given_on, estimate.given_how = on, how.strip()[:80]
    estimate.save(update_fields=["given_on", "given_how"])
    note(estimate, fields=["given_on"])
    return estimate
