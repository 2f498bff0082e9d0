"""The values other rooms hand to insurance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from steward.insurance.states import Filing, Relation


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


@dataclass(frozen=True)
class PlanData:
    """A product of a payer."""

    name: str
    capitation: bool = False
    copay_cents: int = 0


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


@dataclass(frozen=True)
class RuleData:
    """A white-listed adjustment; `payer` an insurance.Payer primary key or None for all."""

    group: str
    carc: str
    role: str
    starts_on: dt.date
    source: str
    ends_on: dt.date | None = None
    payer: int | None = None
    capitation_only: bool = False
    negative_only: bool = False
    confirmed: bool = True
