"""What a Synthea folder tells, in our words. Amounts are integer cents; moments are aware (the files write UTC)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from steward.billing.logic.synthea.folder import Fault


@dataclass(frozen=True, slots=True)
class Payer:
    """``code`` and ``filing`` are the crosswalk's."""

    key: str
    code: str
    name: str
    filing: str


@dataclass(frozen=True, slots=True)
class Practitioner:
    """``npi`` is no real one: it begins with 9, which no enumerated provider's does."""

    key: str
    npi: str
    last: str
    first: str


@dataclass(frozen=True, slots=True)
class Person:
    """``address`` (street, city, state, zip) is empty unless it is whole."""

    key: str
    chart: str
    last: str
    first: str
    born: dt.date
    died: dt.date | None
    sex: str
    address: tuple[str, str, str, str] | None


@dataclass(frozen=True, slots=True)
class Holding:
    """A coverage from ``starts`` until before ``ends``; ``owner`` (last, first) holds it when ``relation`` is not 18."""

    patient: str
    payer: str
    rank: int
    member: str
    relation: str
    owner: tuple[str, str] | None
    starts: dt.datetime
    ends: dt.datetime


@dataclass(frozen=True, slots=True)
class Encounter:
    """``visit`` names the visit reason; empty for what the appointment book does not hold (stays, emergencies)."""

    key: str
    patient: str
    provider: str
    starts: dt.datetime
    ends: dt.datetime
    visit: str
    place: str


@dataclass(frozen=True, slots=True)
class Service:
    """One charge; ``pointers`` are 1-based into the claim's diagnoses."""

    line_ref: str
    code: str
    cents: int
    units: str
    pointers: tuple[int, ...]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Bill:
    """One claim: payers by key, first and second, none for self-pay."""

    ref: str
    row: int
    patient: str
    provider: str
    encounter: str
    payers: tuple[str, ...]
    at: dt.datetime
    diagnoses: tuple[str, ...]
    services: tuple[Service, ...]

    @property
    def cents(self) -> int:
        return sum(one.cents for one in self.services)


@dataclass(frozen=True, slots=True)
class Folder:
    """``told_cents`` is the files' own sum of charges, added up before anything is turned; ``left_out`` says what stays behind."""

    payers: dict[str, Payer]
    providers: dict[str, Practitioner]
    people: dict[str, Person]
    holdings: tuple[Holding, ...]
    encounters: dict[str, Encounter]
    bills: tuple[Bill, ...]
    told_cents: int
    left_out_cents: dict[str, int]
    warnings: tuple[Fault, ...]
