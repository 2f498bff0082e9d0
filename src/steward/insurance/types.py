"""The values other rooms hand to insurance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steward.insurance.states import Filing, Relation

if TYPE_CHECKING:
    from steward.insurance.models import EligibilityCheck


@dataclass(frozen=True)
class PayerData:
    """A payer as imports name it; `code` is the contracts' `id`."""

    code: str
    name: str
    edi_id: str = ""
    ref2u: str = ""
    ein: str = ""
    filing: str = Filing.COMMERCIAL.value
    filing_limit_days: int | None = None
    assignment: bool = True
    institutional: bool = False


@dataclass(frozen=True)
class NumberData:
    """A further number of a payer; `kind` one of `states.NumberKind`."""

    kind: str
    number: str
    note: str = ""


@dataclass(frozen=True)
class PlanData:
    """A product of a payer."""

    name: str
    capitation: bool = False
    copay_cents: int = 0
    referral: bool = False


@dataclass(frozen=True)
class CoverageData:
    """A coverage; `patient` and `subscriber` are registry.Party, `plan` insurance.Plan primary keys."""

    patient: int
    plan: int
    subscriber: int
    member_id: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    relation: str = Relation.SELF.value
    group_number: str = ""
    rank: int = 1
    copay_cents: int | None = None
    assigned: bool = True


@dataclass(frozen=True)
class RuleData:
    """A white-listed adjustment; `payer` and `contract` primary keys, None for all."""

    group: str
    carc: str
    role: str
    starts_on: dt.date
    source: str
    ends_on: dt.date | None = None
    payer: int | None = None
    contract: int | None = None
    capitation_only: bool = False
    negative_only: bool = False
    confirmed: bool = True


@dataclass(frozen=True)
class ContractData:
    """The terms of a contract; `payer`, `plan`, `schedule` primary keys. `modifiers` maps a modifier to parts a million."""

    payer: int
    name: str
    starts_on: dt.date
    source: str
    ends_on: dt.date | None = None
    plan: int | None = None
    schedule: int | None = None
    percent_ppm: int = 1_000_000
    unlisted_ppm: int | None = None
    lesser_of_charge: bool = True
    second_ppm: int = 1_000_000
    later_ppm: int = 1_000_000
    modifiers: Mapping[str, int] = field(default_factory=dict)
    filing_limit_days: int | None = None
    appeal_limit_days: int | None = None


@dataclass(frozen=True)
class CarveOutData:
    """A price of its own inside a contract: `cents` a unit or `charge_ppm`, exactly one of the two."""

    code: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    modifier: str = ""
    place: str = ""
    cents: int | None = None
    charge_ppm: int | None = None


@dataclass(frozen=True)
class EditionData:
    """A file of a fee schedule and the day from which it holds; the factor and GPCIs are for relative values alone."""

    starts_on: dt.date
    content: bytes
    file_name: str = ""
    conversion_e4: int | None = None
    work_gpci_e3: int = 1000
    pe_gpci_e3: int = 1000
    mp_gpci_e3: int = 1000


@dataclass(frozen=True)
class PricedLine:
    """A service whose expected price is asked. `payer` and `plan` are primary keys, `together` names what the
    multiple-procedure percents run over (patient, provider and day, as the caller knows them); `place` is the two-digit
    place of service.
    """

    ref: Hashable
    payer: int
    plan: int | None
    day: dt.date
    code: str
    charge_cents: int
    units: int = 1
    modifiers: tuple[str, ...] = ()
    place: str = "11"
    together: Hashable = None


@dataclass(frozen=True)
class GrantData:
    """A referral or authorisation; `patient` a registry.Party, `payer` an insurance.Payer primary key. No number: asked for."""

    kind: str
    patient: int
    payer: int
    number: str = ""
    codes: tuple[str, ...] = ()
    units_allowed: int | None = None
    visits_allowed: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    referred_by: str = ""
    referred_npi: str = ""
    asked_on: dt.date | None = None
    granted_on: dt.date | None = None
    note: str = ""


@dataclass(frozen=True)
class Asking:
    """A coverage (primary key) to be asked about for a day of service; `appointment` is the front desk's uid."""

    coverage: int
    service_day: dt.date
    appointment: str | None = None


@dataclass(frozen=True)
class ManualAnswer:
    """What a payer said by telephone or on its website. `costs` as `logic.eligibility.Costs` names them: cents and ppm."""

    way: str
    service_day: dt.date
    answer: str
    costs: Mapping[str, int | None] = field(default_factory=dict)
    reference: str = ""
    note: str = ""
    appointment: str | None = None


@dataclass(frozen=True)
class Taken:
    """What became of one answer of a 271: `posted`, `duplicate`, or `refused` with its problem's code."""

    ref: str
    status: str
    check: EligibilityCheck | None = None
    problem: str = ""
    words: str = ""


@dataclass(frozen=True)
class EstimateItem:
    """A planned service; `charge_cents` is the line's total. `copay`: the visit's copay is for this one."""

    code: str
    charge_cents: int
    units: int = 1
    modifiers: tuple[str, ...] = ()
    label: str = ""
    copay: bool = False


@dataclass(frozen=True)
class EstimateData:
    """What is to be estimated. `patient` is a registry.Party, `coverage` an insurance.Coverage, `replaces` an
    insurance.Estimate primary key; without a coverage it is a good-faith estimate.
    """

    patient: int
    service_day: dt.date
    items: tuple[EstimateItem, ...]
    coverage: int | None = None
    place: str = "11"
    scheduled_on: dt.date | None = None
    requested_on: dt.date | None = None
    appointment: str | None = None
    provider_name: str = ""
    provider_npi: str = ""
    diagnosis: str = ""
    replaces: int | None = None
