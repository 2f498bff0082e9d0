"""What the front desk puts into the demo practice: families with coverage, a year behind and four weeks ahead.

Everything follows from the one `Random` it is given and the day it is built for; nothing asks the clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from zoneinfo import ZoneInfo

from steward.core.calendar import is_bank_day
from steward.core.clock import at_local
from steward.core.service import Call
from steward.frontdesk.models import Appointment, Patient, VisitReason
from steward.frontdesk.services import book_many, keep_reason, register_many
from steward.frontdesk.states import State
from steward.frontdesk.types import BookingData, CoverageInput, PastAppointment, RegistrationData
from steward.insurance.models import Plan
from steward.people.logic.sessions import Hours, slots
from steward.people.models import Provider
from steward.people.selectors import hours_between
from steward.registry.demo import DemoPlaces, invent_address, invent_person
from steward.registry.states import Language

REASONS = (("FU", "Follow-up", 20, 46), ("ACUTE", "Acute complaint", 20, 30), ("PHYS", "Annual physical", 40, 12),
           ("NEW", "New patient", 40, 8), ("SHOT", "Injection", 20, 4))  # fmt: skip
YEARLY = ("PHYS", "NEW")
WHY_CANCELLED = ("patient called, feels better", "moved to another day", "no transport", "provider away")
WHY_FREE = ("Injection follow-up within the visit's price", "Courtesy re-check", "Left before being seen")
FILL_PPM, NO_SHOW, CANCELLED = 375_000, 0.068, 0.072  # share of slots booked; MGMA 2023 no-shows 6.81 %

SPANISH_EVERY = 8  # families of whom one prefers Spanish

Tell = Callable[[int, int], None]


def quiet(_done: int, _of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class DemoPayers:
    """Plans and how often each is drawn; the last weight is that of patients who pay themselves."""

    plans: Sequence[Plan]
    weights: Sequence[int]
    medicare: int = -1  # index of the plan of patients of 65 and more; -1: none


def build_patients(
    call: Call,
    rng: Random,
    payers: DemoPayers,
    providers: Sequence[Provider],
    places: DemoPlaces,
    as_of: dt.date,
    count: int = 1500,
) -> list[Patient]:
    """About `count` patients in families; guarantors and subscribers are their parents and spouses."""
    rows: list[RegistrationData] = []
    while len(rows) < count:
        rows += _household(rng, payers, providers, places, as_of, len(rows) + 1)
    return register_many(call, data=rows)


def _born(rng: Random, as_of: dt.date, youngest: int, oldest: int) -> dt.date:
    return as_of - dt.timedelta(days=rng.randrange(youngest * 365 + 90, oldest * 365))


def _household(
    rng: Random, payers: DemoPayers, providers: Sequence[Provider], places: DemoPlaces, as_of: dt.date, first: int
) -> list[RegistrationData]:
    """One, two adults and their children; the first adult pays and mostly holds the policy."""
    adults = 1 if rng.random() < 0.45 else 2
    children = rng.choice((0, 0, 0, 1, 1, 2, 3)) if adults == 2 or rng.random() < 0.3 else 0
    old = rng.random() < 0.22 and not children
    ages = (65, 92) if old else (20, 64)
    address = invent_address(rng)
    provider, head = rng.choice(list(providers)), f"P{first:05d}"
    since = as_of - dt.timedelta(days=rng.randrange(380, 2200))
    parent = invent_person(rng, _born(rng, as_of, *ages), address=address)
    choice = (
        payers.medicare if old and payers.medicare >= 0 else rng.choices(range(len(payers.weights)), payers.weights)[0]
    )
    plan = payers.plans[choice] if choice < len(payers.plans) else None
    found = []
    for n in range(adults + children):
        born = parent.birth_date if n == 0 else _born(rng, as_of, *(ages if n < adults else (2, 17)))
        person = parent if n == 0 else invent_person(rng, born or as_of, last=parent.last_name, address=address)
        person = replace(person, language=Language.SPANISH.value) if first % SPANISH_EVERY == 0 else person
        relation = "18" if n == 0 or old else ("01" if n < adults else "19")
        found.append(
            RegistrationData(
                person,
                chart=f"P{first + n:05d}",
                guarantor_ref="" if n < adults else head,
                primary_provider=provider.pk,
                site=places.sites[0].pk if provider != providers[-1] else places.sites[1].pk,
                coverages=_covers(rng, plan, payers, relation, head, since, old=old),
                registered_on=since,
            )
        )
    return found


LETTERS = "ACDEFGHJKMNPQRTUVWXY"  # those a Medicare Beneficiary Identifier may have (CMS: no S, L, O, I, B, Z)
MBI = "CANnANnAAnn"  # C 1-9, A a letter, N a letter or digit, n a digit


def _member(rng: Random, *, medicare: bool) -> str:
    """A member number as the payer writes it."""
    if not medicare:
        return f"{rng.choice('ABCDEFGHJKMNPQRSTUVWXYZ')}{rng.randrange(10**8, 10**9)}"
    kinds = {"C": "123456789", "A": LETTERS, "N": LETTERS + "0123456789", "n": "0123456789"}
    return "".join(rng.choice(kinds[kind]) for kind in MBI)


def _covers(
    rng: Random, plan: Plan | None, payers: DemoPayers, relation: str, head: str, since: dt.date, *, old: bool
) -> tuple[CoverageInput, ...]:
    if plan is None:
        return ()
    member = _member(rng, medicare=plan.payer.filing == "MB")
    subscriber = "" if relation == "18" else head
    first = CoverageInput(plan.pk, member, since, relation=relation, subscriber_ref=subscriber,
                          group_number=f"G{rng.randrange(1000, 9999)}")  # fmt: skip
    others = [each for each in payers.plans if each.pk != plan.pk]
    if not (old and others and rng.random() < 0.55):
        return (first,)
    return (first, CoverageInput(rng.choice(others).pk, f"S{member}", since, rank=2))


def build_year(
    call: Call, rng: Random, patients: Sequence[Patient], as_of: dt.date, now: dt.datetime, zone: ZoneInfo,
    *, days_back: int = 365, days_ahead: int = 28, tell: Tell = quiet,
) -> list[Appointment]:  # fmt: skip
    """The appointments from a year before `as_of` to four weeks after it; about 6,500 kept visits at the usual filling.

    `now` parts the day itself: what began before it is done or under way, the rest is booked. `tell(done, of)` counts
    days.
    """
    reasons = [keep_reason(call, code=code, name=name, minutes=minutes) for code, name, minutes, _ in REASONS]
    first, last = as_of - dt.timedelta(days=days_back), as_of + dt.timedelta(days=days_ahead)
    hours = hours_between(first, last)
    days = [day for day in sorted(hours) if is_bank_day(day)]
    by_provider: dict[int, list[Patient]] = {}
    for patient in patients:
        by_provider.setdefault(patient.primary_provider_id or 0, []).append(patient)
    rows: list[PastAppointment] = []
    found: list[Appointment] = []
    came = Came()
    for n, day in enumerate(days, 1):
        came.today.clear()
        for rule in hours[day]:
            own = by_provider.get(rule.provider) or list(patients)
            rows += _session(rng, rule, day, own, reasons, now, zone, came)
        if len(rows) > 1500 or n == len(days):
            found += book_many(call, data=rows)
            rows = []
        tell(n, len(days))
    return found


@dataclass
class Came:
    """Who has an appointment on the day, and who had a physical within the year: nobody comes twice for either."""

    today: set[int] = field(default_factory=set)
    physical: set[int] = field(default_factory=set)

    def pick(self, rng: Random, patients: list[Patient]) -> Patient:
        """One of these who does not come yet on that day; the last one drawn when hardly anybody is left."""
        patient = rng.choice(patients)
        for _again in range(5):
            if patient.pk not in self.today:
                break
            patient = rng.choice(patients)
        self.today.add(patient.pk)
        return patient


def _session(
    rng: Random,
    rule: Hours,
    day: dt.date,
    patients: list[Patient],
    reasons: list[VisitReason],
    now: dt.datetime,
    zone: ZoneInfo,
    came: Came,
) -> Iterator[PastAppointment]:
    """One stretch of hours, slot by slot; a long visit takes two slots. Coming days fill up less, the farther the
    less.
    """
    ahead = (day - now.astimezone(zone).date()).days
    fill = FILL_PPM if ahead <= 0 else FILL_PPM * max(10, 100 - 4 * ahead) // 100
    skip = 0
    offered = slots(rule)
    for n, (starts, _ends) in enumerate(offered):
        if skip or rng.randrange(1_000_000) >= fill:
            skip = max(0, skip - 1)
            continue
        patient = came.pick(rng, patients)
        reason = rng.choices(reasons, [weight for *_, weight in REASONS])[0]
        if reason.code in YEARLY and patient.pk in came.physical:
            reason = reasons[0]
        if reason.minutes > rule.slot_minutes:
            if n + 1 == len(offered):
                reason = reasons[0]
            else:
                skip = 1
        if reason.code in YEARLY:
            came.physical.add(patient.pk)
        booking = BookingData(
            patient.pk, rule.provider, rule.site, reason.pk, at_local(day, starts, zone), place=rule.place
        )
        yield _went(rng, booking, reason.minutes, now)


def _went(rng: Random, booking: BookingData, minutes: int, now: dt.datetime) -> PastAppointment:
    """How an appointment went, seen from `now`."""
    starts = booking.starts_at
    booked = starts - dt.timedelta(days=rng.randrange(1, 29), minutes=rng.randrange(0, 300))
    booked = min(booked, now)
    draw = rng.random()
    if draw < CANCELLED:
        when = min(starts - dt.timedelta(hours=rng.randrange(3, 70)), now)
        stamps = (("cancelled_at", max(when, booked)),)
        return PastAppointment(booking, State.CANCELLED.value, booked, stamps, cancel_reason=rng.choice(WHY_CANCELLED))
    arrived = starts - dt.timedelta(minutes=rng.randrange(-6, 16))
    roomed = max(arrived, starts) + dt.timedelta(minutes=rng.randrange(1, 24))
    seen = roomed + dt.timedelta(minutes=rng.randrange(2, 15))
    gone = seen + dt.timedelta(minutes=rng.randrange(8, minutes + 8))
    if draw < CANCELLED + NO_SHOW and starts + dt.timedelta(minutes=30) < now:
        return PastAppointment(
            booking, State.NO_SHOW.value, booked, (("no_show_at", starts + dt.timedelta(minutes=30)),)
        )
    return _seen_from(rng, booking, booked, now, (arrived, roomed, seen, gone))


_STEPS = (
    ("arrived_at", State.ARRIVED),
    ("roomed_at", State.ROOMED),
    ("seen_at", State.SEEN),
    ("checked_out_at", State.CHECKED_OUT),
)


def _seen_from(
    rng: Random, booking: BookingData, booked: dt.datetime, now: dt.datetime, moments: tuple[dt.datetime, ...]
) -> PastAppointment:
    """As far as the visit has come by `now`."""
    done = [(name, moment, state) for (name, state), moment in zip(_STEPS, moments, strict=True) if moment <= now]
    if not done:
        state = (
            State.CONFIRMED if rng.random() < 0.4 and booking.starts_at - now < dt.timedelta(days=2) else State.BOOKED
        )
        return PastAppointment(
            booking, state.value, booked, (("confirmed_at", now),) if state == State.CONFIRMED else ()
        )
    free = rng.choice(WHY_FREE) if done[-1][2] == State.CHECKED_OUT and rng.random() < 0.006 else ""
    stamps = tuple((name, moment) for name, moment, _ in done)
    return PastAppointment(booking, done[-1][2].value, booked, stamps, no_charge_reason=free)
