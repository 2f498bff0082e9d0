"""A year of money: charges at check-out, copays and deposits, remittances by payer, the bank's files, the last days' closes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from steward.banking.models import BankAccount, Drawer
from steward.banking.selectors.statements import bank_accounts
from steward.banking.services.accounts import make_drawer
from steward.banking.services.history import PastDay, PastPayment, enter_history
from steward.billing.services.charges import enter_charges_many
from steward.billing.services.prepaid import apply_visit_payments
from steward.billing.types import ChargeData, ClaimData
from steward.core.calendar import add_bank_days, is_bank_day
from steward.core.clock import FixedClock, at_local
from steward.core.service import Call
from steward.desk.demo import bank, plan
from steward.desk.demo.followup import FollowUp
from steward.desk.demo.office import Office
from steward.desk.demo.patients import Patients
from steward.desk.demo.payer import DemoClaim, DemoLine
from steward.desk.demo.payers import Bill, Payers, open_desks
from steward.frontdesk.models import Visit
from steward.frontdesk.selectors import kept_visits, reasons
from steward.insurance.models import Coverage
from steward.insurance.selectors import copay_cents, covering_many

if TYPE_CHECKING:
    from steward.desk.demo.build import World

FLOAT_CENTS = 200_00
CARD_FEE_PPM = 27_000
OPENING_BANK_CENTS = 148_250_00


@dataclass
class Year:
    """What the months share: who was seen, whom each visit is charged to and when, payers and patients, and what was made."""

    world: World
    account: BankAccount
    drawers: list[Drawer]
    visits: dict[date, list[Visit]]
    covers: dict[int, list[Coverage]]
    charged_on: dict[date, list[Visit]]
    payers: Payers
    patients: Patients
    follow: FollowUp
    made: _Count
    own: list[str] = field(default_factory=list)  # claims of the week whose patients pay themselves


def build_money(world: World) -> None:
    """Day by day, so that numbers, dates and the audit log run as they would have; committed month by month."""
    year = _begin(world)
    first = world.as_of.replace(day=1) - timedelta(days=365)
    days = [d for d in _days(min([first, *year.visits]), world.as_of) if is_bank_day(d)]
    months = _months(days)
    office = Office(year.payers, year.patients, year.follow, days)
    for n, month in enumerate(months):
        with transaction.atomic():
            for week in _weeks(month):
                year.made.receipts += _desk(year, week)
                for day in week:
                    _day(year, office, day)
                _use(year, week[-1])
            bank.month(world, at(world, month[-1]), year.account, month)
        world.tell("Charges, remittances, bank", n + 1, len(months))
    world.counts |= {"visits": sum(map(len, year.visits.values())), **year.made.as_dict()}


def _begin(world: World) -> Year:
    account, drawers = _open_money(world)
    visits = _visits_by_day(world)
    payers, patients = open_desks(world), Patients(world)
    covers = _covers([visit for own in visits.values() for visit in own])
    return Year(
        world, account, drawers, visits, covers, _charged_on(world, visits), payers, patients, FollowUp(payers), _Count()
    )


def _day(year: Year, office: Office, day: date) -> None:
    """One day of billing: charges in, files out, answers and money in, and what the office does about them."""
    year.made.claims += _charges(year, day)
    office.files(day)
    year.made.remittances += year.payers.pay(at(year.world, day), day)
    year.patients.told(year.payers.bills)
    year.payers.bills = []
    office.evening(day)


class _Count:
    """How much was made."""

    claims = receipts = remittances = 0

    def as_dict(self) -> dict[str, int]:
        return {"claims": self.claims, "receipts": self.receipts, "remittances": self.remittances}


def at(world: World, day: date, hour: int = 17, minute: int = 40) -> Call:
    """The demo's call at an evening of the past; on the last day it stands at the demo's now."""
    moment = world.now if day == world.as_of else at_local(day, time(hour, minute), world.zone)
    return replace(world.call, clock=FixedClock(moment, world.zone))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _months(days: list[date]) -> list[list[date]]:
    found: dict[tuple[int, int], list[date]] = {}
    for day in days:
        found.setdefault((day.year, day.month), []).append(day)
    return list(found.values())


def _weeks(month: list[date]) -> list[list[date]]:
    found: dict[int, list[date]] = {}
    for day in month:
        found.setdefault(day.isocalendar().week, []).append(day)
    return list(found.values())


def _open_money(world: World) -> tuple[BankAccount, list[Drawer]]:
    account = next(iter(bank_accounts()))
    call = at(world, world.as_of - timedelta(days=395))
    bank.opening(world, call, account, OPENING_BANK_CENTS)
    sites = world.places.sites
    return account, [
        make_drawer(call, name=f"Front desk {n}", site=site, float_cents=FLOAT_CENTS) for n, site in enumerate(sites, 1)
    ]


def _visits_by_day(world: World) -> dict[date, list[Visit]]:
    found: dict[date, list[Visit]] = {}
    codes = {reason.pk: reason.code for reason in reasons()}
    for visit in kept_visits(world.as_of - timedelta(days=400), world.as_of):
        world.reason_of[visit.pk] = codes[visit.appointment.reason_id]
        if visit.appointment.checked_out_at is not None:
            found.setdefault(visit.service_date, []).append(visit)
    return found


def _covers(visits: list[Visit]) -> dict[int, list[Coverage]]:
    """Visit -> what covers its day, the first payer first."""
    rows = covering_many({(v.patient.party_id, v.service_date) for v in visits})
    return {v.pk: rows.get((v.patient.party_id, v.service_date), []) for v in visits}


def _charged_on(world: World, visits: dict[date, list[Visit]]) -> dict[date, list[Visit]]:
    """Most visits are charged the same evening, some one to four bank days later; those of the last days may be open still."""
    found: dict[date, list[Visit]] = {}
    for day in sorted(visits):
        for visit in visits[day]:
            lag = world.chance.choices((0, 1, 2, 4), (66, 22, 9, 3))[0]
            found.setdefault(add_bank_days(day, lag) if lag else day, []).append(visit)
    return found


def _charges(year: Year, day: date) -> int:
    """The charges entered on a day; of the last one, one is still to be entered, so that the close has something to find."""
    world = year.world
    visits = [v for v in year.charged_on.get(day, []) if not v.no_charge_reason]
    if day == world.as_of:
        visits = visits[:-1]
    if not visits:
        return 0
    data = []
    for visit in visits:
        covers = year.covers[visit.pk]
        cover = covers[0] if covers else None
        claim = _claim(world, visit, cover)
        year.patients.visits[claim.number] = visit
        data.append(_data(world, visit, claim, cover))
        if cover is None:
            year.own.append(claim.number)
            continue
        second = next(((c.plan.payer.code, c.member_id) for c in covers if c.rank > 1 and c.plan.payer_id != cover.plan.payer_id), None)
        year.payers.take(cover.plan.payer.code, claim, second)
    enter_charges_many(at(world, day), data=data)
    return len(data)


def _claim(world: World, visit: Visit, cover: Coverage | None) -> DemoClaim:
    ref = _ref(visit)
    lines = plan.FEES[world.reason_of[visit.pk]]
    return DemoClaim(
        ref, visit.patient.party.last_name, visit.patient.party.first_name, cover.member_id if cover else "",
        visit.provider.npi, visit.service_date,
        tuple(DemoLine(f"{ref}-{n}", code, mods, cents, 1) for n, (code, mods, cents) in enumerate(lines, 1)),
        copay_cents(cover) if cover else 0,
    )  # fmt: skip


def _data(world: World, visit: Visit, claim: DemoClaim, cover: Coverage | None) -> ClaimData:
    diagnosis = world.chance.choice(_diagnoses(world, visit))
    return ClaimData(
        patient=visit.patient_id, provider=visit.provider_id, service_date=visit.service_date, ref=claim.number,
        payer=cover.plan.payer_id if cover else None, visit=visit.pk, site=visit.site_id, member_id=claim.member_id,
        charges=tuple(
            ChargeData(line.code, line.cents, line.modifiers, diagnoses=(diagnosis,), line_ref=line.control) for line in claim.lines
        ),
    )  # fmt: skip


def _diagnoses(world: World, visit: Visit) -> tuple[str, ...]:
    reason, born = world.reason_of[visit.pk], visit.patient.party.birth_date
    child = born is not None and visit.service_date < date(born.year + 18, born.month, min(born.day, 28))
    if child and (world.as_of - visit.service_date).days > plan.UNMENDED_DAYS:
        return plan.CHILDREN.get(reason) or plan.DIAGNOSES[reason]
    return plan.DIAGNOSES[reason]


def _desk(year: Year, week: list[date]) -> int:
    """The desk's past days of a week, copays and what patients owed; the demo's own last day is opened live."""
    world, days = year.world, []
    paid = year.patients.payments(week)
    for day in week:
        if day == world.as_of:
            continue
        for n, drawer in enumerate(year.drawers):
            own = [v for v in year.visits.get(day, []) if v.site_id == drawer.site_id]
            bills = [one for visit, one in paid.get(day, []) if visit.site_id == drawer.site_id]
            payments = tuple(sorted([*_payments(year, own), *bills], key=lambda p: p.taken_at))
            if payments:
                days.append(_past_day(world, day, drawer, n, payments))
    year.own += dict.fromkeys(_ref(visit) for own in paid.values() for visit, _one in own)
    return enter_history(at(world, week[-1]), days=days, bank_account=year.account).receipts if days else 0


def _use(year: Year, day: date) -> None:
    """What was paid in a week for the patients' own part meets it at the week's end."""
    if year.own:
        apply_visit_payments(at(year.world, day), refs=list(dict.fromkeys(year.own)))
        year.patients.told([Bill(ref, day) for ref in year.own if ref not in year.patients.asked])
        year.own = []


def _ref(visit: Visit) -> str:
    return f"CH{visit.pk:07d}"


def _past_day(world: World, day: date, drawer: Drawer, n: int, payments: tuple[PastPayment, ...]) -> PastDay:
    over = world.chance.choice((0,) * 18 + (-100, 25, -500))
    cashiers = (("frontdesk", "frontdesk2"), ("frontdesk3", "frontdesk4"))[n]
    gross = sum(p.cents for p in payments if p.tender == "card")
    return PastDay(
        drawer=drawer.pk, day=day, cashier=world.users[cashiers[day.toordinal() % 2]].pk, depositor=world.users["biller"].pk,
        opened_at=at_local(day, time(7, 45), world.zone), counted_at=at_local(day, time(17, 10), world.zone), payments=payments,
        over_cents=over if sum(p.cents for p in payments if p.tender == "cash") > 10_00 else 0, card_fee_cents=gross * CARD_FEE_PPM // 1_000_000,
    )  # fmt: skip


def _payments(year: Year, visits: list[Visit]) -> list[PastPayment]:
    """Copays by cash, check or card; a patient without a policy pays the visit. Some forget."""
    world, found = year.world, []
    for visit in visits:
        cover = next(iter(year.covers[visit.pk]), None)
        cents = copay_cents(cover) if cover else sum(c for _s, _m, c in plan.FEES[world.reason_of[visit.pk]])
        if not cents or world.chance.random() < 0.12:
            continue
        tender = world.chance.choices(("card", "cash", "check"), (62, 26, 12))[0]
        check = str(world.chance.randrange(1001, 9999)) if tender == "check" else ""
        when = visit.appointment.arrived_at or at_local(visit.service_date, time(9), world.zone)
        found.append(PastPayment(tender, cents, visit.patient.party_id, when, check, f"visit:{visit.uid}"))
    return found
