"""A small payer: answers claims as payers do (contracts, deductibles, coinsurance, sequestration, denials), always in balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from steward.billing.logic.remittance import Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServiceLine
from steward.core.money import allocate, apply_rate

DENIALS = ("16", "29", "50", "97", "197")


@dataclass(frozen=True, slots=True)
class DemoLine:
    """One charge line as the practice billed it."""

    control: str
    code: str
    modifiers: tuple[str, ...]
    cents: int
    units: int


@dataclass(frozen=True, slots=True)
class DemoClaim:
    """One claim as the practice billed it; ``copay_cents`` is what the plan asks at the visit."""

    number: str
    last: str
    first: str
    member_id: str
    provider_npi: str
    service_date: date
    lines: tuple[DemoLine, ...]
    copay_cents: int = 0

    @property
    def cents(self) -> int:
        return sum(line.cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class DemoPayer:
    """How a payer behaves, in ppm. ``filing`` is the claim filing indicator, ``allowed_ppm`` its contract."""

    code: str
    name: str
    ein: str
    edi_id: str
    filing: str
    allowed_ppm: int
    denial_ppm: int = 45_000
    deductible_ppm: int = 60_000
    coinsurance_ppm: int = 0
    sequestration: bool = False
    weekday: int = 2
    lag_days: int = 16


def remittance(
    payer: DemoPayer,
    payee: tuple[str, str, str],
    claims: Sequence[DemoClaim],
    paid_on: date,
    trace: str,
    chance: Random,
) -> Remittance:
    """One ST for these claims. ``payee`` is (name, NPI, TIN). BPR02 = sum(CLP04) - sum(PLB)."""
    answers = tuple(_answer(payer, claim, chance) for claim in claims)
    total = sum(a.paid_cents for a in answers)
    adjustments: tuple[ProviderAdjustment, ...] = ()
    if total > 100_00 and chance.random() < 0.06:  # interest paid on a late claim: negative PLB raises the payment
        adjustments = (
            ProviderAdjustment(payee[1], f"{paid_on.year}1231", "L6", claims[0].number, -chance.randrange(45, 640)),
        )
    paid = total - sum(a.cents for a in adjustments)
    return Remittance(
        control="0001", handling="I" if paid else "H", paid_cents=paid, credit_debit="C", method="ACH" if paid else "NON",
        originator="1" + payer.ein, paid_on=paid_on, paid_on_text=f"{paid_on:%Y%m%d}", trace=trace, trace_origin="1" + payer.ein,
        payer_name=payer.name.upper(), payer_id=payer.edi_id, payer_refs=(("2U", payer.edi_id),),
        payee_name=payee[0].upper(), payee_qualifier="XX", payee_id=payee[1], payee_refs=(("TJ", payee[2]),),
        claims=answers, provider_adjustments=adjustments,
    )  # fmt: skip


def _answer(payer: DemoPayer, claim: DemoClaim, chance: Random) -> ClaimPayment:
    draw = chance.randrange(1_000_000)
    if draw < payer.denial_ppm:
        reason = chance.choice(DENIALS)
        lines = tuple(_line(line, claim, (("CO", reason, line.cents),)) for line in claim.lines)
        return _claim(payer, claim, lines, chance)
    early = claim.service_date.month <= 4
    deductible = draw < payer.denial_ppm + payer.deductible_ppm * (3 if early else 1)
    return _claim(payer, claim, _paid_lines(payer, claim, deductible=deductible), chance)


def _paid_lines(payer: DemoPayer, claim: DemoClaim, *, deductible: bool) -> tuple[ServiceLine, ...]:
    allowed = [apply_rate(line.cents, payer.allowed_ppm) for line in claim.lines]
    copay = 0 if deductible else min(claim.copay_cents, sum(allowed))
    copays = allocate(copay, allowed) if copay else [0] * len(allowed)
    found = []
    for line, allow, pay in zip(claim.lines, allowed, copays, strict=True):
        entries: list[tuple[str, str, int]] = [("CO", "45", line.cents - allow)]
        left = allow - pay
        if deductible:
            entries.append(("PR", "1", allow))
            left = 0
        else:
            coinsurance = apply_rate(left, payer.coinsurance_ppm)
            entries += [("PR", "3", pay), ("PR", "2", coinsurance)]
            left -= coinsurance
        if payer.sequestration:
            entries.append(("CO", "253", apply_rate(left, 20_000)))
        found.append(_line(line, claim, tuple(e for e in entries if e[2])))
    return tuple(found)


def _line(line: DemoLine, claim: DemoClaim, entries: tuple[tuple[str, str, int], ...]) -> ServiceLine:
    taken = sum(cents for _group, _reason, cents in entries)
    return ServiceLine(
        qualifier="HC", code=line.code, modifiers=line.modifiers, charge_cents=line.cents, paid_cents=line.cents - taken,
        units=str(line.units), submitted_code="", submitted_modifiers=(), control=line.control, service_date=claim.service_date,
        adjustments=tuple(Adjustment(*e) for e in entries), remarks=(),
    )  # fmt: skip


def _claim(payer: DemoPayer, claim: DemoClaim, lines: tuple[ServiceLine, ...], chance: Random) -> ClaimPayment:
    paid = sum(line.paid_cents for line in lines)
    patient = sum(a.cents for line in lines for a in line.adjustments if a.group == "PR")
    return ClaimPayment(
        number=claim.number, status="1", charge_cents=claim.cents, paid_cents=paid,
        patient_cents=patient, filing=payer.filing, payer_control=f"{payer.edi_id[:4]}{chance.randrange(10**9):09}", facility="11",
        frequency="1", adjustments=(), lines=lines,
        details=(
            f"NM1*QC*1*{claim.last}*{claim.first}****MI*{claim.member_id}".upper(),
            f"NM1*82*1******XX*{claim.provider_npi}",
        ),
    )  # fmt: skip
