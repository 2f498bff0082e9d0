"""What posting must be told. The caller reads it from the books and the registers; nothing here asks for more.

Ids are primary keys of ``registry.Party`` (patient, payer, provider), ``registry.Entity``, ``Site`` and ``Department``.
Balances are those of the ledger by the charge's item, debit positive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from steward.insurance.logic.writeoffs import Rule

from ..logic.denials import NO_CATEGORIES, Categories

#: (role, payer or None) -> cents
Balances = Mapping[tuple[str, int | None], int]


@dataclass(frozen=True, slots=True)
class Where:
    """The dimensions every line of a charge carries."""

    entity: int | None = None
    site: int | None = None
    department: int | None = None
    provider: int | None = None
    patient: int | None = None


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """One charge line as it stands. ``line_ref`` is what we sent as REF*6R."""

    uid: str
    code: str
    charge_cents: int
    where: Where = Where()
    modifiers: tuple[str, ...] = ()
    line_ref: str = ""
    service_date: date | None = None
    balances: Balances = field(default_factory=dict)

    @property
    def item(self) -> str:
        """The ledger item of the charge."""
        return f"charge:{self.uid}"


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """Who pays in which rank. ``filing`` is the claim filing indicator (``MB`` Medicare, ``MC`` Medicaid...), ``contract``
    the insurance.Contract that held on the day of service, if one did, and ``appeal_days`` its limit to appeal."""

    rank: int
    payer: int
    filing: str = "CI"
    capitation: bool = False
    contract: int | None = None
    appeal_days: int | None = None


@dataclass(frozen=True, slots=True)
class PrepaidFacts:
    """A receipt taken for this claim's visit that is not used up."""

    item: str
    cents: int
    entity: int | None = None
    patient: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A claim of ours: its charges, who covers it, what the patient has prepaid for it."""

    ref: str
    charges: tuple[ChargeFacts, ...]
    coverages: tuple[CoverageFacts, ...]
    prepaid: tuple[PrepaidFacts, ...] = ()
    abn_on_file: bool = False

    def coverage(self, rank: int) -> CoverageFacts | None:
        """The coverage of this rank."""
        return next((cover for cover in self.coverages if cover.rank == rank), None)

    def next_after(self, rank: int) -> CoverageFacts | None:
        """Who pays after ``rank``; None: the patient."""
        later = [cover for cover in self.coverages if cover.rank > rank]
        return min(later, key=lambda cover: cover.rank) if later else None


@dataclass(frozen=True, slots=True)
class Recoupable:
    """An open recoupment payable (or credit balance) that a PLB reference names; cents are what is still owed."""

    role: str
    item: str
    cents: int


@dataclass(frozen=True, slots=True)
class RemittanceFacts:
    """Who pays and receives. ``claims`` is aligned with ``remittance.claims``; None where no claim of ours was found.

    ``answered_on`` is the day the payer answered, from which appeals are counted; None: ``day``, the day of posting.
    """

    uid: str
    day: date
    payer: int
    entity: int
    claims: tuple[ClaimFacts | None, ...]
    filing: str = "CI"
    rules: Sequence[Rule] = ()
    recoupable: Mapping[str, Recoupable] = field(default_factory=dict)
    categories: Categories = NO_CATEGORIES
    answered_on: date | None = None

    @property
    def item(self) -> str:
        """The ledger item of the remittance: clearing, money in transit, unapplied, suspense."""
        return f"remit:{self.uid}"
