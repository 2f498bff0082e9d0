"""What one ST..SE of an 835 says, as values. All amounts are integer cents with the sign the payer wrote.

Element names in the comments are those of ASC X12 005010X221A1. Values met ten thousand times a file are named tuples,
the cheapest frozen value Python has; ``details`` keeps the informational segments of a loop as written (delimiter
``*``), read on demand by the properties, because they move no money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

REMARK_ELEMENTS = {"MOA": ((3, 8),), "MIA": ((5, 6), (20, 24))}


class Adjustment(NamedTuple):
    """One CAS trio: group code (CO, PR, OA, PI, CR), reason (CARC), cents taken off the charge, quantity as written."""

    group: str
    reason: str
    cents: int
    quantity: str = ""


class Person(NamedTuple):
    """An NM1 of the claim: entity code (QC patient, IL subscriber, 74 corrected, 82 rendering, TT crossover...)."""

    role: str
    last: str
    first: str
    qualifier: str
    identifier: str


class ServiceLine(NamedTuple):
    """Loop 2110. ``code`` is the adjudicated code (SVC01); ``submitted_code`` the one we sent (SVC06), if it differs.

    ``control`` is REF*6R (our line reference), ``remarks`` the LQ*HE codes, ``segment`` the place in the file.
    """

    qualifier: str
    code: str
    modifiers: tuple[str, ...]
    charge_cents: int
    paid_cents: int
    units: str
    submitted_code: str
    submitted_modifiers: tuple[str, ...]
    control: str
    service_date: date | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    details: tuple[str, ...] = ()
    segment: int = 0


class ClaimPayment(NamedTuple):
    """Loop 2100. ``adjustments`` are those of the claim level only; the lines carry their own."""

    number: str
    status: str
    charge_cents: int
    paid_cents: int
    patient_cents: int
    filing: str
    payer_control: str
    facility: str
    frequency: str
    adjustments: tuple[Adjustment, ...]
    lines: tuple[ServiceLine, ...]
    details: tuple[str, ...] = ()
    segment: int = 0

    @property
    def people(self) -> tuple[Person, ...]:
        """NM1 segments of the claim, in file order."""
        rows = ([*text.split("*"), *[""] * 9] for text in self.details if text.startswith("NM1*"))
        return tuple(Person(e[1], e[3], e[4], e[8], e[9]) for e in rows)

    def person(self, role: str) -> Person | None:
        """The first NM1 with this entity code, if the payer sent one."""
        return next((person for person in self.people if person.role == role), None)

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """REF qualifier and value of the claim level."""
        return tuple((e[1], e[2]) for e in self._split("REF*") if len(e) > 2)

    @property
    def amounts(self) -> tuple[tuple[str, str], ...]:
        """AMT qualifier and amount as written: information only (RFI 2601), never posted."""
        return tuple((e[1], e[2]) for e in self._split("AMT*") if len(e) > 2)

    @property
    def service_date(self) -> date | None:
        """DTM*232, or the first line's date."""
        text = next((e[2] for e in self._split("DTM*") if len(e) > 2 and e[1] == "232"), "")
        return as_date(text) or next((line.service_date for line in self.lines if line.service_date), None)

    def _split(self, start: str) -> list[list[str]]:
        return [text.split("*") for text in self.details if text.startswith(start)]

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        """Claim-level and line-level adjustments, each once."""
        return self.adjustments + tuple(a for line in self.lines for a in line.adjustments)

    @property
    def all_remarks(self) -> frozenset[str]:
        """Remark codes of the claim (MIA, MOA) and of its lines (LQ)."""
        found = {remark for line in self.lines for remark in line.remarks}
        for text in self.details:
            for first, last in REMARK_ELEMENTS.get(text[:3], ()):
                found.update(code for code in text.split("*")[first:last] if code)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """One PLB pair. Positive cents reduce the payment, negative ones raise it (X221A1, 2.110)."""

    provider: str
    fiscal_period: str
    code: str
    reference: str
    cents: int
    segment: int = 0


@dataclass(frozen=True, slots=True)
class Remittance:
    """One ST..SE. ``paid_cents`` is BPR02, never negative; ``paid_on`` is BPR16, or DTM*405 where BPR16 is empty or no
    date; ``paid_on_text`` BPR16 as written.
    """

    control: str
    handling: str
    paid_cents: int
    credit_debit: str
    method: str
    originator: str
    paid_on: date | None
    paid_on_text: str
    trace: str
    trace_origin: str
    payer_name: str
    payer_id: str
    payer_refs: tuple[tuple[str, str], ...]
    payee_name: str
    payee_qualifier: str
    payee_id: str
    payee_refs: tuple[tuple[str, str], ...]
    claims: tuple[ClaimPayment, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]
    content_hash: str = ""
    segment: int = 0

    @property
    def payer_ein(self) -> str:
        """The payer's EIN out of TRN03 (``1`` + EIN), the one place the guide requires; empty if it is not that."""
        origin = self.trace_origin
        return origin[1:] if len(origin) == 10 and origin.startswith("1") and origin.isdigit() else ""

    @property
    def is_prenotification(self) -> bool:
        """BPR01=P: a test of the account, posts nothing."""
        return self.handling == "P"

    def payer_reference(self, qualifier: str) -> str:
        """The payer's REF with this qualifier (``2U`` the additional payer id); empty if absent."""
        return next((value for key, value in self.payer_refs if key == qualifier), "")

    def payee_reference(self, qualifier: str) -> str:
        """The payee's REF with this qualifier (``TJ`` the tax number); empty if absent."""
        return next((value for key, value in self.payee_refs if key == qualifier), "")


def as_date(text: str) -> date | None:
    """CCYYMMDD as a date, or None for anything else."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
