"""What a payer answers about coverage, as values. Amounts are cents, shares of a bill parts a million, days dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from steward.core.x12.segments import Span, Unread


@dataclass(frozen=True, slots=True)
class Rejection:
    """One AAA: why the payer would not answer. ``reason`` is AAA03, ``follow_up`` AAA04; words are in :mod:`.words`.

    ``level`` says whom it concerns: ``payer``, ``provider``, ``subscriber``, ``patient`` or ``benefit``.
    """

    reason: str
    follow_up: str
    level: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A TRN: ``kind`` 2 is the number of our question come back, 1 the payer's own."""

    kind: str
    number: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Subscriber or patient as the payer has them on file."""

    last: str
    first: str
    middle: str = ""
    member_id: str = ""
    born: date | None = None
    sex: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody named with a benefit (loop 2120): another payer, a primary care provider, a vendor, whom to call."""

    role: str
    name: str
    identifier: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Benefit:
    """One EB with what hangs on it. Codes are X12's; empty where the payer said nothing.

    ``info`` is EB01 (1 active, A coinsurance, B copay, C deductible, G out of pocket, R other payer, ...), ``level`` EB02
    (IND, FAM), ``period`` EB06 (23 calendar year, 27 visit, 29 what remains, ...), ``network`` EB12 (Y, N, W both, U unknown),
    ``places`` the places of service it holds for, ``dates`` pairs of a DTP qualifier and its days.
    """

    info: str
    level: str
    services: tuple[str, ...]
    insurance: str
    plan: str
    period: str
    cents: int | None
    ppm: int | None
    counted: str
    quantity: str
    authorisation: str
    network: str
    procedure: tuple[str, ...]
    refs: tuple[tuple[str, str], ...]
    dates: tuple[tuple[str, Span], ...]
    messages: tuple[str, ...]
    places: tuple[str, ...]
    delivery: tuple[tuple[str, ...], ...]
    others: tuple[Other, ...]
    segment: int


@dataclass(frozen=True, slots=True)
class PatientAnswer:
    """What is said of one patient: ``dependent`` None when the subscriber is the patient."""

    traces: tuple[Trace, ...]
    subscriber: Member
    dependent: Member | None
    refs: tuple[tuple[str, str], ...]
    dates: tuple[tuple[str, Span], ...]
    rejections: tuple[Rejection, ...]
    benefits: tuple[Benefit, ...]

    @property
    def patient(self) -> Member:
        return self.dependent or self.subscriber

    @property
    def trace(self) -> str:
        """The number of our question, empty when it did not come back."""
        return next((one.number for one in self.traces if one.kind == "2"), "")

    @property
    def plan(self) -> str:
        """The plan's name as first said with coverage."""
        return next((one.plan for one in self.benefits if one.plan), "")

    @property
    def group(self) -> str:
        """The number of the group or employer."""
        return next((value for qualifier, value in self.refs if qualifier in ("6P", "1L")), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """One transaction. ``rejections`` concern the payer or the provider as a whole: then there are no patients.

    ``unread`` are values that could not be read; everything else stands.
    """

    reference: str
    control: str
    payer_name: str
    payer_id: str
    payer_phone: str
    provider_name: str
    provider_id: str
    rejections: tuple[Rejection, ...]
    patients: tuple[PatientAnswer, ...]
    unread: tuple[Unread, ...] = ()
