"""The values other rooms hand to the front desk. Numbers named like a model are its primary keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from steward.frontdesk.states import State
from steward.insurance.states import Relation
from steward.registry.types import PersonData


@dataclass(frozen=True)
class CoverageInput:
    """A coverage as the card and the patient tell it.

    The subscriber is, in this order: the patient when `relation` is self, the patient whose chart number is
    `subscriber_ref`, the party `subscriber`, or the person `subscriber_person` to enter.
    """

    plan: int
    member_id: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    rank: int = 1
    relation: str = Relation.SELF.value
    group_number: str = ""
    copay_cents: int | None = None
    subscriber: int | None = None
    subscriber_ref: str = ""
    subscriber_person: PersonData | None = None
    assigned: bool = True


@dataclass(frozen=True)
class RegistrationData:
    """A patient to be registered: patient, guarantor and subscribers, three roles of one person or of several.

    `party` registers somebody already known here (an employee, another patient's guarantor); `person` then corrects
    nothing. The guarantor is, in this order: the patient with chart `guarantor_ref`, the party `guarantor`, the person
    `guarantor_person` to enter, else the patient. An empty `chart` is given the next number.
    """

    person: PersonData
    chart: str = ""
    party: int | None = None
    guarantor: int | None = None
    guarantor_ref: str = ""
    guarantor_person: PersonData | None = None
    primary_provider: int | None = None
    site: int | None = None
    alert: str = ""
    coverages: tuple[CoverageInput, ...] = ()
    registered_on: dt.date | None = None  # None: today


@dataclass(frozen=True)
class BookingData:
    """Time to be promised. `starts_at` is an aware moment on five minutes; `minutes` None takes the reason's."""

    patient: int
    provider: int
    site: int
    reason: int
    starts_at: dt.datetime
    minutes: int | None = None
    place: int | None = None
    note: str = ""
    outside_hours: bool = False  # somebody said yes to a time in which the provider has no hours


@dataclass(frozen=True)
class PastAppointment:
    """An appointment as it went, for imports and the demo: its state and stamps come along and are checked, not made.
    """

    booking: BookingData
    state: str = State.BOOKED.value
    booked_at: dt.datetime | None = None  # None: when it starts
    stamps: tuple[tuple[str, dt.datetime], ...] = field(default=())  # ("arrived_at", moment), ...
    no_charge_reason: str = ""
    cancel_reason: str = ""
