"""A claim as it goes to a payer: everything the 837 says, and everything a scrub rule may ask, as one frozen value.

Amounts are integer cents, dates are dates, texts are as people wrote them; the writer alone knows X12. One value serves
the original (frequency 1), the replacement (7), the void (8) and the claim to the next payer (``prior``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PROFESSIONAL, INSTITUTIONAL = "P", "I"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; any part may be empty, which is for the scrub to say."""

    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""


@dataclass(frozen=True, slots=True)
class Human:
    """Patient or subscriber."""

    last: str
    first: str
    middle: str = ""
    born: date | None = None
    died: date | None = None
    sex: str = ""
    address: Address = Address()


@dataclass(frozen=True, slots=True)
class Clinician:
    """A person with an NPI: rendering, referring, supervising, operating."""

    npi: str
    last: str = ""
    first: str = ""
    taxonomy: str = ""


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """The legal entity that bills (loop 2010AA). ``zip`` needs nine digits there; see ``writing.nine_digits``."""

    name: str
    npi: str
    tin: str
    taxonomy: str = ""
    address: Address = Address()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PayerName:
    """A payer as an 837 names it: ``edi_id`` is the clearinghouse's number (NM109)."""

    name: str
    edi_id: str
    filing: str = "CI"
    ref2u: str = ""
    code: str = ""
    institutional: bool = False  # takes departments and health centres as 837I


@dataclass(frozen=True, slots=True)
class Policy:
    """The coverage under which the claim goes out. ``relation`` is X12 1069 (18 self); ``medicare_reason`` is SBR05, why
    Medicare comes second (12 working aged, 13 kidney disease, 15 workers' compensation, 43 disabled, ...). ``assigned``: the
    patient lets the plan pay the practice (CLM08, OI03); ``accepted``: the practice takes what the payer allows as payment in
    full (CLM07); ``referral``: the plan pays only what was referred."""

    payer: PayerName
    member_id: str
    rank: int
    relation: str
    subscriber: Human
    group_number: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    medicare_reason: str = ""
    assigned: bool = True
    accepted: bool = True
    referral: bool = False


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One CAS triplet of a payer that answered before."""

    group: str
    carc: str
    cents: int
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class PriorLine:
    """What a payer before this one said of one service line (SVD, CAS, DTP*573)."""

    paid_cents: int
    code: str
    modifiers: tuple[str, ...]
    units: str
    adjustments: tuple[Adjusted, ...]


@dataclass(frozen=True, slots=True)
class PriorPayer:
    """A payer before (or, with ``paid_cents`` None, after) this one in the order of benefits (loop 2320)."""

    policy: Policy
    paid_cents: int | None = None
    decided_on: date | None = None
    payer_control: str = ""
    adjustments: tuple[Adjusted, ...] = ()
    lines: tuple[PriorLine | None, ...] = ()  # in the order of the claim's lines; None: it said nothing of that one


@dataclass(frozen=True, slots=True)
class Drug:
    """LIN and CTP: what was given. ``unit`` is UN, ML, GR, F2 or ME."""

    ndc: str
    quantity: str = "1"
    unit: str = "UN"


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service. ``units`` as written (``1``, ``2.5``); ``pointers`` are 1-based into the claim's diagnoses."""

    ref: str
    code: str
    charge_cents: int
    day: date
    modifiers: tuple[str, ...] = ()
    units: str = "1"
    pointers: tuple[int, ...] = (1,)
    place: str = ""
    drug: Drug | None = None
    revenue: str = ""
    note: str = ""
    day_to: date | None = None


@dataclass(frozen=True, slots=True)
class Accident:
    """``kind`` AA auto, EM employment, OA other; an auto accident names its state."""

    kind: str
    day: date | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Locum:
    """Who stood in for the rendering provider (Q5, Q6), and since when without a break. Kept on file, never written."""

    npi: str
    since: date


@dataclass(frozen=True, slots=True)
class OutgoingClaim:
    """A claim to be scrubbed and written. ``control`` is the payer's own number of the claim it replaces or voids."""

    ref: str
    form: str
    charge_cents: int
    billing: BillingProvider
    policy: Policy
    patient: Human
    place: str
    diagnoses: tuple[str, ...]
    lines: tuple[ServiceLine, ...]
    rendering: Clinician | None = None
    referring: Clinician | None = None
    supervising: Clinician | None = None
    facility: tuple[str, str, Address] | None = None  # name, NPI, address, when it is not the billing provider's own
    others: tuple[PriorPayer, ...] = ()
    frequency: str = "1"
    control: str = ""
    authorisation: str = ""
    referral: str = ""
    clia: str = ""
    note: str = ""
    attachment: tuple[str, str, str] | None = None  # report type, how it is sent, its control number (PWK)
    more_attachments: tuple[tuple[str, str, str], ...] = ()
    accident: Accident | None = None
    onset: date | None = None
    bill_type: str = ""  # 837I: facility code, as 13
    admitted_on: date | None = None
    discharge_status: str = "01"
    patient_ref: str = ""
    attending: Clinician | None = None  # 837I: who answers for the care; left out, it is ``rendering``
    operating: Clinician | None = None
    visit_reasons: tuple[str, ...] = ()  # 837I: ICD-10 of why an unplanned visit was made, three at most
    admission_type: str = "3"
    admission_source: str = "1"
    incident_to: bool = False  # done by staff under the supervising provider (42 CFR 410.26)
    split_shared: bool = False  # a facility visit shared by physician and other practitioner (42 CFR 415.140)
    locum: Locum | None = None
    ordering: Clinician | None = None  # who ordered what another did (42 CFR 424.507); written on each line
    self_pay_restricted: bool = False  # paid by the patient, who asked that the plan not be told (45 CFR 164.522)

    @property
    def first_day(self) -> date:
        return min(line.day for line in self.lines)

    @property
    def last_day(self) -> date:
        return max(line.day_to or line.day for line in self.lines)
