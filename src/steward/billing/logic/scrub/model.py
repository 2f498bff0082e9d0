"""What the scrub reads and says: dated rules, the world they may ask, and the problems they find. All frozen, all pure.

Codes are kept without dots, in capitals. Days are dates; both ends of a span count, ``None`` as an end means that it still
runs. Amounts are integer cents. A code set that was not imported is ``None`` (pattern only; it never holds a claim).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

ERROR, WARNING, INFO = "error", "warning", "info"
SEVERITIES = (ERROR, WARNING, INFO)  # holds the claim; goes with a reason; only said

Parameter = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as data. ``payers`` (their codes), ``filings`` (SBR09) and ``forms`` (P, I) narrow it, empty = all; the days are
    days of service. ``message`` may name ``{line}`` and what its check tells; ``check`` and ``parameters`` say what is asked.
    ``confirmed``: somebody read the source, or checked the list against a published one, on ``checked_on``."""

    id: str
    family: str
    severity: str
    title: str
    message: str
    fix: str
    source: str
    check: str
    valid_from: date
    valid_to: date | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    payers: tuple[str, ...] = ()
    filings: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    on: bool = True
    checked_on: date | None = None
    confirmed: bool = False

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def speaks(self, day: date) -> bool:
        """Whether it holds or warns of any claim of ``day`` or later: on, not over, and more than a word beside it."""
        return self.on and self.severity != INFO and (self.valid_to is None or self.valid_to >= day)


@dataclass(frozen=True, slots=True)
class Problem:
    """What one rule found at one place. ``code`` is the check's name (stable while ids are the practice's own); ``line`` is
    1-based, 0 for the claim as a whole; ``where`` is for a person, as ``line 2, modifiers``."""

    rule: str
    severity: str
    code: str
    message: str
    fix: str
    where: str
    line: int = 0

    @property
    def holds(self) -> bool:
        return self.severity == ERROR


@dataclass(frozen=True, slots=True)
class Span:
    """From when till when a code may be used. ``leaf`` False: a header that needs more characters. ``side`` R, L, B (both),
    U (unspecified) or empty, as the public ICD-10-CM description says."""

    valid_from: date
    valid_to: date | None = None
    leaf: bool = True
    side: str = ""

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


CodeSet = Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Ptp:
    """One NCCI procedure-to-procedure edit. ``indicator`` 0 never together, 1 with a modifier, 9 not in use."""

    valid_from: date
    valid_to: date | None
    indicator: str

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Mue:
    """Medically unlikely edit: at most ``value`` units; ``indicator`` 1 a line, 2 a day by policy, 3 a day, clinical."""

    value: int
    indicator: str
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class AddOn:
    """A primary code of an add-on code. ``type`` 1: paid only beside one of its primaries; 2: the payer says beside which
    (``primary`` is empty); 3: beside these and others that the payer names."""

    primary: str
    type: str
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class PastLine:
    """A service line of another claim of the patient. ``provider`` is the rendering NPI (the billing one where none)."""

    day: date
    code: str
    modifiers: tuple[str, ...]
    provider: str
    claim_ref: str
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """An authorisation or a referral. ``codes`` empty = all services; ``units`` None = without a limit; ``used`` is what
    other claims took (units of service for an authorisation, visits for a referral)."""

    number: str
    starts_on: date
    ends_on: date | None = None
    codes: tuple[str, ...] = ()
    units: int | None = None
    used: int = 0


@dataclass(frozen=True, slots=True)
class InForce:
    """A coverage of the patient, as the insurance room knows it. ``payer`` is the payer's code."""

    rank: int
    payer: str
    member_id: str
    starts_on: date
    ends_on: date | None = None
    voided: bool = False

    def holds_on(self, day: date) -> bool:
        return not self.voided and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside the claim that a rule may ask. Mappings of people are keyed by ``patient_ref``; who is not in them
    is unknown, and what is unknown never holds a claim.

    ``speaks`` tells on which days an imported list (``icd10``, ``hcpcs``, ``cpt``) is the word on what exists; a list that is not in
    it is so on every day. On other days what a list does not name is unknown.

    ``authorisation_codes`` and ``referral_payers`` come from contracts, ``global_days`` from the practice's own fee schedule
    file, ``clia`` tells the kind of a certificate (``waiver`` or another), ``excluded`` since when an NPI is on the OIG list,
    ``addons`` an add-on code's primary codes with their days. ``filing_limits`` are days by payer; ``filing_days``, by claim
    number, are the days of the contract that holds for it, and go before."""

    today: date
    icd10: CodeSet | None = None
    hcpcs: CodeSet | None = None
    cpt: CodeSet | None = None
    ptp: Mapping[tuple[str, str], tuple[Ptp, ...]] = field(default_factory=dict)
    mue: Mapping[str, tuple[Mue, ...]] = field(default_factory=dict)
    addons: Mapping[str, tuple[AddOn, ...]] = field(default_factory=dict)
    global_days: Mapping[str, int] = field(default_factory=dict)
    taxonomies: frozenset[str] | None = None
    history: Mapping[str, tuple[PastLine, ...]] = field(default_factory=dict)
    coverages: Mapping[str, tuple[InForce, ...]] = field(default_factory=dict)
    authorisations: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    referrals: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    authorisation_codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    referral_payers: frozenset[str] = frozenset()
    filing_limits: Mapping[str, int] = field(default_factory=dict)
    filing_days: Mapping[str, int] = field(default_factory=dict)
    excluded: Mapping[str, date] = field(default_factory=dict)
    clia: Mapping[str, str] = field(default_factory=dict)
    speaks: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)

    def speaks_on(self, kind: str, day: date) -> bool:
        """Whether the imported list ``kind`` is the word on what exists on ``day``."""
        spans = self.speaks.get(kind)
        return spans is None or any(span.holds_on(day) for span in spans)
