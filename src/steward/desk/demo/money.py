"""A year of money: charges at check-out, copays and deposits, remittances by payer, the bank's files, the last days' closes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from steward.banking.models import BankAccount, Drawer
from steward.banking.selectors.statements import bank_accounts
from steward.banking.services.accounts import make_drawer
from steward.banking.services.history import PastDay, PastPayment, enter_history
from steward.billing import importers as billing_files
from steward.billing.logic.remittance_writer import Envelope, write
from steward.billing.services.charges import enter_charges_many
from steward.billing.services.prepaid import apply_visit_payments
from steward.billing.types import ChargeData, ClaimData
from steward.core.calendar import is_bank_day
from steward.core.clock import FixedClock, at_local
from steward.core.imports import Options
from steward.core.service import Call
from steward.desk.demo import bank, plan
from steward.desk.demo.payer import DemoClaim, DemoLine, DemoPayer, remittance
from steward.frontdesk.models import Visit
from steward.frontdesk.selectors import kept_visits, reasons
from steward.insurance.models import Coverage
from steward.insurance.selectors import copay_cents, covering_many

if TYPE_CHECKING:
    from steward.desk.demo.build import World

FLOAT_CENTS = 200_00
CARD_FEE_PPM = 27_000
OPENING_BANK_CENTS = 148_250_00


def build_money(world: World) -> None:
    """Day by day, so that numbers, dates and the audit log run as they would have; committed month by month."""
    account, drawers = _open_money(world)
    visits = _visits_by_day(world)
    waiting: dict[str, list[DemoClaim]] = defaultdict(list)
    first = world.as_of.replace(day=1) - timedelta(days=365)
    days = [d for d in _days(min([first, *visits]), world.as_of) if is_bank_day(d)]
    months = _months(days)
    made = _Count()
    for n, month in enumerate(months):
        with transaction.atomic():
            for week in _weeks(month):
                made.receipts += _desk(world, week, visits, drawers, account)
                for day in week:
                    made.claims += _charges(world, day, visits.get(day, []), waiting)
                    made.remittances += _remittances(world, day, waiting)
            bank.month(world, at(world, month[-1]), account, month)
        world.tell("Charges, remittances, bank", n + 1, len(months))
    world.counts |= {"visits": sum(map(len, visits.values())), **made.as_dict()}


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


def _covers(visits: list[Visit]) -> dict[int, Coverage | None]:
    asked = {(v.patient.party_id, v.service_date): v for v in visits}
    rows = covering_many(asked)
    return {visit.pk: next(iter(rows.get(pair, [])), None) for pair, visit in asked.items()}


def _charges(world: World, day: date, visits: list[Visit], waiting: dict[str, list[DemoClaim]]) -> int:
    """Charges of the day's visits; today's last one is still to be entered, so that the close has something to find."""
    visits = [v for v in visits if not v.no_charge_reason]
    if day == world.as_of:
        visits = visits[:-1]
    if not visits:
        return 0
    covers = _covers(visits)
    data, claims = [], []
    for visit in visits:
        cover = covers.get(visit.pk)
        claim = _claim(world, visit, cover)
        claims.append((cover.plan.payer.code if cover else "", claim))
        data.append(_data(world, visit, claim, cover))
    enter_charges_many(at(world, day), data=data)
    paid_themselves = [claim.number for code, claim in claims if not code]
    if paid_themselves:
        apply_visit_payments(at(world, day), refs=paid_themselves)
    for code, claim in claims:
        if code and world.chance.random() > 0.015:  # some claims a payer never answers
            waiting[code].append(claim)
    return len(data)


def _claim(world: World, visit: Visit, cover: Coverage | None) -> DemoClaim:
    ref = f"CH{visit.pk:07d}"
    lines = plan.FEES[world.reason_of[visit.pk]]
    return DemoClaim(
        ref, visit.patient.party.last_name, visit.patient.party.first_name, cover.member_id if cover else "",
        visit.provider.npi, visit.service_date,
        tuple(DemoLine(f"{ref}-{n}", code, mods, cents, 1) for n, (code, mods, cents) in enumerate(lines, 1)),
        copay_cents(cover) if cover else 0,
    )  # fmt: skip


def _data(world: World, visit: Visit, claim: DemoClaim, cover: Coverage | None) -> ClaimData:
    diagnosis = world.chance.choice(plan.DIAGNOSES[world.reason_of[visit.pk]])
    return ClaimData(
        patient=visit.patient_id, provider=visit.provider_id, service_date=visit.service_date, ref=claim.number,
        payer=cover.plan.payer_id if cover else None, visit=visit.pk, site=visit.site_id, member_id=claim.member_id,
        charges=tuple(
            ChargeData(line.code, line.cents, line.modifiers, diagnoses=(diagnosis,), line_ref=line.control) for line in claim.lines
        ),
    )  # fmt: skip


def _remittances(world: World, day: date, waiting: dict[str, list[DemoClaim]]) -> int:
    """Every payer pays every other week on its own weekday what it has had for its usual time."""
    made = 0
    for payer, _copay, _weight in plan.PAYERS:
        if day.isocalendar().week % 2 or day.weekday() != payer.weekday:
            continue
        ripe = [c for c in waiting[payer.code] if c.service_date <= day - timedelta(days=payer.lag_days)]
        if not ripe:
            continue
        waiting[payer.code] = [c for c in waiting[payer.code] if c not in set(ripe)]
        content = _file(world, payer, ripe, day)
        result = billing_files.run(
            at(world, day), kind="835", content=content, name=f"{payer.code}-{day:%Y%m%d}.835", options=Options()
        )
        if result.status != "posted":
            raise RuntimeError(f"the demo's own remittance was {result.status}: {result.message} {result.parts}")
        made += 1
    return made


def _file(world: World, payer: DemoPayer, claims: list[DemoClaim], day: date) -> bytes:
    payee = (plan.PRACTICE.name, plan.PRACTICE.npi, plan.PRACTICE.tin)
    trace = f"{payer.edi_id}{day:%y%m%d}"
    answered = remittance(payer, payee, claims, day, trace, world.chance)
    control = int(f"{day:%y%m%d}") * 10 + [p.code for p, _c, _w in plan.PAYERS].index(payer.code)
    sent = min(at_local(day, time(6), world.zone), world.now)
    return write([answered], Envelope(payer.edi_id, plan.PRACTICE.submitter_id, sent, control))


def _desk(world: World, month: list[date], visits: dict[date, list[Visit]], drawers: list[Drawer], account: BankAccount) -> int:
    """The desk's past days of a month; the demo's own last day is opened live."""
    days = []
    for day in month:
        if day == world.as_of:
            continue
        for n, drawer in enumerate(drawers):
            own = [v for v in visits.get(day, []) if v.site_id == drawer.site_id]
            payments = _payments(world, own)
            if payments:
                days.append(_past_day(world, day, drawer, n, payments))
    if days:
        return enter_history(at(world, month[-1]), days=days, bank_account=account).receipts
    return 0


def _past_day(world: World, day: date, drawer: Drawer, n: int, payments: tuple[PastPayment, ...]) -> PastDay:
    over = world.chance.choice((0,) * 18 + (-100, 25, -500))
    cashiers = (("frontdesk", "frontdesk2"), ("frontdesk3", "frontdesk4"))[n]
    gross = sum(p.cents for p in payments if p.tender == "card")
    return PastDay(
        drawer=drawer.pk, day=day, cashier=world.users[cashiers[day.toordinal() % 2]].pk, depositor=world.users["biller"].pk,
        opened_at=at_local(day, time(7, 45), world.zone), counted_at=at_local(day, time(17, 10), world.zone), payments=payments,
        over_cents=over if any(p.tender == "cash" for p in payments) else 0, card_fee_cents=gross * CARD_FEE_PPM // 1_000_000,
    )  # fmt: skip


def _payments(world: World, visits: list[Visit]) -> tuple[PastPayment, ...]:
    """Copays by cash, check or card; a patient without a policy pays the visit. Some forget."""
    covers, found = _covers(visits), []
    for visit in visits:
        cover = covers.get(visit.pk)
        cents = copay_cents(cover) if cover else sum(c for _s, _m, c in plan.FEES[world.reason_of[visit.pk]])
        if not cents or world.chance.random() < 0.12:
            continue
        tender = world.chance.choices(("card", "cash", "check"), (62, 26, 12))[0]
        check = str(world.chance.randrange(1001, 9999)) if tender == "check" else ""
        when = visit.appointment.arrived_at or at_local(visit.service_date, time(9), world.zone)
        found.append(PastPayment(tender, cents, visit.patient.party_id, when, check, f"visit:{visit.uid}"))
    return tuple(sorted(found, key=lambda p: p.taken_at))

