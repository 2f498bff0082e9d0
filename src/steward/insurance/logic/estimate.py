"""What a patient will owe for a visit, from what the contract allows and what the payer said of the benefits.

The copay is the patient's whole share of the services it is for (a visit); everything else takes what is left of the
deductible first, then the coinsurance; together never more than what is left out of pocket. What nobody said is named and
taken as nothing, and a service without a contract price is taken at its charge: the estimate says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steward.core.money import apply_rate


@dataclass(frozen=True, slots=True)
class Benefits:
    """The payer's answer; None: not said. Cents, and parts a million of the allowed amount."""

    copay_cents: int | None = None
    coinsurance_ppm: int | None = None
    deductible_left_cents: int | None = None
    out_of_pocket_left_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A planned service. ``allowed_cents`` None: no contract price. ``copay``: the copay is for this one."""

    charge_cents: int
    allowed_cents: int | None = None
    copay: bool = False

    @property
    def base_cents(self) -> int:
        return self.charge_cents if self.allowed_cents is None else self.allowed_cents


@dataclass(frozen=True, slots=True)
class Share:
    """The patient's part of one service, and what it is made of; ``spared_cents`` is what the out-of-pocket limit took off."""

    copay_cents: int = 0
    deductible_cents: int = 0
    coinsurance_cents: int = 0
    spared_cents: int = 0

    @property
    def patient_cents(self) -> int:
        return self.copay_cents + self.deductible_cents + self.coinsurance_cents - self.spared_cents


@dataclass(frozen=True, slots=True)
class Owed:
    """Shares in the order of the services, and codes of what was not known: ``allowed``, ``copay``, ``coinsurance``,
    ``deductible``, ``out_of_pocket``."""

    shares: tuple[Share, ...]
    unknown: tuple[str, ...] = ()

    @property
    def patient_cents(self) -> int:
        return sum(share.patient_cents for share in self.shares)


def patient_owes(services: Sequence[Service], benefits: Benefits) -> Owed:
    """The patient's share of each service of one visit. No amount below zero is taken."""
    copay, deductible = benefits.copay_cents or 0, benefits.deductible_left_cents or 0
    pocket = benefits.out_of_pocket_left_cents
    shares = []
    for service in services:
        base = max(service.base_cents, 0)
        if service.copay and benefits.copay_cents is not None:
            part = Share(copay_cents=min(copay, base))
            copay -= part.copay_cents
        else:
            taken = min(deductible, base)
            deductible -= taken
            rate = min(benefits.coinsurance_ppm or 0, 1_000_000)
            part = Share(deductible_cents=taken, coinsurance_cents=apply_rate(base - taken, rate))
        if pocket is not None:
            spared = max(part.patient_cents - pocket, 0)
            part = Share(part.copay_cents, part.deductible_cents, part.coinsurance_cents, spared)
            pocket -= part.patient_cents
        shares.append(part)
    return Owed(tuple(shares), _unknown(services, benefits))


def _unknown(services: Sequence[Service], benefits: Benefits) -> tuple[str, ...]:
    plain = any(not service.copay or benefits.copay_cents is None for service in services)
    asked = {
        "allowed": any(service.allowed_cents is None for service in services),
        "copay": any(service.copay for service in services) and benefits.copay_cents is None,
        "coinsurance": plain and benefits.coinsurance_ppm is None,
        "deductible": plain and benefits.deductible_left_cents is None,
        "out_of_pocket": benefits.out_of_pocket_left_cents is None,
    }
    return tuple(name for name, lacking in asked.items() if lacking)
