"""The values other rooms and screens hand to billing's services. Numbers named like a model are its primary keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from steward.billing.logic.entry import Visit as EntryVisit


@dataclass(frozen=True)
class ChargeData:
    """One service line. ``charge_cents`` is the line's total; ``line_ref`` empty is given the next number."""

    code: str
    charge_cents: int
    modifiers: tuple[str, ...] = ()
    units: str = "1"
    diagnoses: tuple[str, ...] = ()
    pointers: tuple[int, ...] = (1,)
    line_ref: str = ""
    service_date: dt.date | None = None  # None: the claim's
    place: str = "11"
    ndc: str = ""
    ndc_quantity: str = ""  # of the drug, in ``ndc_unit``; empty: 1
    ndc_unit: str = ""  # F2, GR, ME, ML, UN; empty: UN
    note: str = ""


@dataclass(frozen=True)
class ClaimData:
    """A claim to be entered: who was seen, by whom, where, and the charges.

    ``patient``, ``provider``, ``payer``, ``visit`` are keys of frontdesk, people and insurance; ``payer`` None is self-pay
    unless ``payer_of_day`` asks the coverage of the day of service. ``ref`` empty is given the next number. ``copay_cents``
    is a copay taken elsewhere (charge files); a copay of the desk is banking's receipt. ``no_claim``: the patient pays and
    asked that no plan be told; no payer is asked for, whatever covers the day. ``details`` (all texts, empty ones left out):
    referring, ordering and supervising as ``<role>_npi``, ``_last_name``, ``_first_name``; locum_npi, locum_since; incident_to,
    split_shared (Y); referral_number; accident_type, _date, _state; medicare_reason (SBR05); onset, clia, note, attachment_*.
    """

    patient: int
    provider: int
    service_date: dt.date
    charges: tuple[ChargeData, ...]
    ref: str = ""
    payer: int | None = None
    payer_of_day: bool = False
    visit: int | None = None
    entity: int | None = None  # None: the provider's
    site: int | None = None  # None: the visit's, or the first
    member_id: str = ""
    auth_number: str = ""
    abn_on_file: bool = False
    copay_cents: int = 0
    details: dict[str, str] = field(default_factory=dict)
    no_claim: bool = False


@dataclass(frozen=True)
class VisitCharges:
    """A visit's charges as typed, with who did them (``provider`` a key of people, None: who saw the patient), the payer's
    number of what it authorised, and ``silent``: the patient pays and asked that no plan be told."""

    typed: EntryVisit
    provider: int | None = None
    auth_number: str = ""
    silent: bool = False


@dataclass(frozen=True)
class EnteredClaim:
    """What entering gave: the claim's uid and number, its charges' sum, and the first and last entry."""

    uid: UUID
    ref: str
    charge_cents: int
    duplicate: bool = False


@dataclass(frozen=True)
class RemittanceResult:
    """What became of one ST: ``state`` posted, held, duplicate or refused; cents are the cash side that was posted.

    ``problems`` are (code, message, fix).
    """

    ref: str
    state: str
    posted_cents: int = 0
    uid: UUID | None = None
    problems: tuple[tuple[str, str, str], ...] = ()
