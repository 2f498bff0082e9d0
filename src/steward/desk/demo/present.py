"""The last days, as the manager finds them: closes signed by two people, today's drawers open, a file held, one refused."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from steward.banking import services as banking
from steward.banking.models import Drawer
from steward.banking.services.closing import log_mail, prepare_day_close, sign_day_close
from steward.banking.services.drawers import open_drawer
from steward.banking.services.receipts import take_receipt
from steward.billing import importers as billing_files
from steward.billing.logic.remittance_writer import Envelope, write
from steward.billing.models import WorkItem
from steward.billing.selectors.visits import day_facts
from steward.billing.services import compensation
from steward.billing.services.decisions import write_off
from steward.budget import services as budget
from steward.budget.logic.drivers import BudgetLine
from steward.budget.selectors import booked
from steward.core.access.models import User
from steward.core.calendar import is_bank_day
from steward.core.clock import at_local
from steward.core.ids import new_uid
from steward.core.imports import Options
from steward.core.money import round_half_up
from steward.desk.demo import plan
from steward.desk.demo.office import as_person
from steward.desk.demo.payer import DemoClaim, DemoLine, remittance
from steward.frontdesk.models import Visit
from steward.frontdesk.selectors import kept_visits
from steward.insurance.selectors import copay_cents, covering_many
from steward.ledger import services as ledger
from steward.ledger.types import LineDraft
from steward.people.models import Provider

if TYPE_CHECKING:
    from steward.desk.demo.build import World

CLOSED_DAYS = 10


def build_present(world: World) -> None:
    """The last ten bank days closed but for yesterday's second signature; today under way."""
    days = [world.as_of - timedelta(days=n) for n in range(1, 30)]
    past = sorted([d for d in days if is_bank_day(d)][:CLOSED_DAYS])
    for n, day in enumerate(past):
        _close(world, day, sign=day != past[-1])
        world.tell("Closing the last days", n + 1, len(past))
    if is_bank_day(world.as_of) and _opened(world) <= world.now:
        _morning(world)
    _odd_files(world)
    _scheduled(world)
    _budgeted(world)
    _contracted(world)
    _asked(world)


def _close(world: World, day: date, *, sign: bool) -> None:
    evening = at_local(day, _time(17, 30), world.zone)
    closer = as_person(world, world.users["biller2"], evening)
    facts = day_facts(day, closer.clock)
    for site, opener, witness in zip(
        world.places.sites, ("frontdesk", "frontdesk3"), ("biller2", "frontdesk4"), strict=True
    ):
        log_mail(as_person(world, world.users[opener], evening), site=site, witness=world.users[witness], day=day)
    reasons = {"visits": "Charges are entered tomorrow morning"} if facts.visits_without_charge else {}
    prepare_day_close(closer, day=day, facts=facts, reasons=reasons)
    if sign:
        signer = as_person(world, world.users["administrator"], evening + timedelta(minutes=25))
        sign_day_close(signer, day=day, facts=facts)


def _time(hour: int, minute: int) -> time:
    return time(hour, minute)


def _opened(world: World) -> datetime:
    """When the drawers are opened today."""
    return at_local(world.as_of, _time(7, 45), world.zone)


def _morning(world: World) -> None:
    """Today: both front desks opened a drawer and took the copays of those who came."""
    visits = [v for v in kept_visits(world.as_of, world.as_of) if v.appointment.arrived_at]
    cashiers = {}
    for drawer, name in zip(Drawer.objects.order_by("id"), ("frontdesk", "frontdesk3"), strict=False):
        session = open_drawer(as_person(world, world.users[name], _opened(world)), drawer=drawer, float_cents=200_00)
        cashiers[drawer.site_id] = session.cashier
    for visit in sorted(visits, key=lambda v: (v.appointment.arrived_at, v.pk)):  # receipts are numbered as they are given
        _copay(world, visit, cashiers[visit.site_id])


def _copay(world: World, visit: Visit, cashier: User) -> None:
    pair = (visit.patient.party_id, visit.service_date)
    cover = next(iter(covering_many([pair]).get(pair, [])), None)
    cents = copay_cents(cover) if cover else 0
    if not cents or visit.appointment.arrived_at is None:
        return
    tender = world.chance.choices(("card", "cash", "check"), (60, 28, 12))[0]
    take_receipt(
        as_person(world, cashier, visit.appointment.arrived_at), tender=tender, cents=cents, party=visit.patient.party,
        check_no="1187" if tender == "check" else "", for_ref=f"visit:{visit.uid}", purpose="Copay",
        visit_of=visit.patient.party,
    )  # fmt: skip


def _odd_files(world: World) -> None:
    """What every biller meets: a remittance for somebody else, and one that does not add up."""
    payer = plan.PAYERS[1][0]
    stranger = DemoClaim(
        "X-10021", "SAMPLE", "JO", "A1", "1234567893", world.as_of - timedelta(days=20), (DemoLine("1", "T1015", (), 14_500, 1),)
    )
    other = remittance(payer, ("Other Clinic PC", "1093817465", "221000099"), [stranger], world.as_of, "BH990011", world.chance)
    ours = remittance(payer, (plan.PRACTICE.name, plan.PRACTICE.npi, plan.PRACTICE.tin), [stranger], world.as_of, "BH88213", world.chance)
    envelope = Envelope(payer.edi_id, plan.PRACTICE.submitter_id, min(at_local(world.as_of, time(6), world.zone), world.now), 90)
    # what the payer says it paid is 3.95 more than its claims add up to
    said, wrong = (f"*{cents // 100}.{cents % 100:02}*C*" for cents in (ours.paid_cents, ours.paid_cents + 395))
    broken = write([ours], envelope).decode().replace(said, wrong, 1).encode()
    call = as_person(world, world.users["biller"], world.now)
    for content, name in ((write([other], envelope), "BH990011.835"), (broken, "BH88213.835")):
        billing_files.run(call, kind="835", content=content, name=name, options=Options())


def _scheduled(world: World) -> None:
    """What will post itself from next month on: a cover paid ahead, and the loan of a machine. Signed by the owner."""
    keeper, owner = (as_person(world, world.users[role], world.now) for role in ("bookkeeper", "owner"))
    first = (world.as_of.replace(day=1) + timedelta(days=32)).replace(day=1)
    cover = ledger.ScheduleData(
        "spread", "Malpractice cover of the year", first, (LineDraft(account="6200", cents=2_640_000), LineDraft(account="1300", cents=-2_640_000)),
        steps=12,
    )  # fmt: skip
    loan = ledger.ScheduleData(
        "loan", "Ultrasound loan", first + timedelta(days=4),
        (LineDraft(account="2600", memo="Principal"), LineDraft(role="interest_expense", memo="Interest"), LineDraft(role="bank_operating")),
        steps=48, total_cents=3_850_000, rate_ppm=72_500,
    )  # fmt: skip
    for data in (cover, loan):
        row = ledger.make_schedule(keeper, uid=new_uid(), data=data)
        ledger.sign_schedule(owner, uid=row.uid, approve=True)
    _planned(world, first)


def _budgeted(world: World) -> None:
    """This year's plan: what the whole months came to on average, in hundreds; signed by the owner."""
    keeper, owner = (as_person(world, world.users[role], world.now) for role in ("bookkeeper", "owner"))
    year = date(world.as_of.year, 1, 1)
    whole = [one for one in booked(year) if one.month < world.as_of.month]
    if not whole:
        return
    months = range(min(one.month for one in whole), 13)
    seen = world.as_of.month - months[0]
    sums: dict[str, int] = {}
    for one in whole:
        sums[one.account] = sums.get(one.account, 0) + one.cents
    row = budget.draft_budget(
        keeper, uid=new_uid(), name=f"Budget {year.year}", first_on=year,
        assumptions="Visits, rates and staff as in the months before; no new provider.",
    )  # fmt: skip
    hundreds = {account: round_half_up(cents, seen * 10_000) * 10_000 for account, cents in sums.items()}
    budget.put_lines(keeper, uid=row.uid, lines=[BudgetLine(a, "", "", month, cents) for a, cents in hundreds.items() for month in months])
    budget.submit_budget(keeper, uid=row.uid)
    budget.sign_budget(owner, uid=row.uid, approve=True)


def _contracted(world: World) -> None:
    """Each provider's terms since the year began, and overhead shared by what each brought."""
    owner = as_person(world, world.users["owner"], world.now)
    year = date(world.as_of.year, 1, 1)
    compensation.put_overhead(owner, starts_on=year, basis="revenue")
    for n, row in enumerate(Provider.objects.order_by("id")):
        if row.started_on <= world.as_of and row.ended_on is None:
            month, share, above = (0, 420_000, 0) if n % 2 else (900_000, 250_000, 2_500_000)
            compensation.make_contract(
                owner, provider=row, starts_on=year, month_cents=month, share_ppm=share, threshold_cents=above
            )  # fmt: skip


def _planned(world: World, first: date) -> None:
    """What the bank will feel, the floor, and the forecast made of it this morning."""
    chief = as_person(world, world.users["administrator"], world.now)
    friday = world.as_of + timedelta(days=(4 - world.as_of.weekday()) % 7 or 7)
    for name, kind, cents, day, every in (
        ("Net pay", "payroll", -1_840_000, friday, "two_weeks"),
        ("Federal payroll tax deposit", "tax", -612_000, friday + timedelta(days=5), "two_weeks"),
        ("Rent", "rent", -780_000, first, "month"), ("Vaccines", "bill", -450_000, first + timedelta(days=9), "month"),
        ("Owner's draw", "draw", -500_000, first + timedelta(days=14), "month"),
    ):  # fmt: skip
        banking.plan_flow(chief, data=banking.FlowData(name, kind, cents, day, every))
    banking.set_floor(chief, cents=2_500_000)
    banking.make_forecast(as_person(world, world.users["bookkeeper"], world.now))


def _asked(world: World) -> None:
    """Two signatures wait: an accrual of the bookkeeper for the owner, a denial the biller gives up for the administrator."""
    keeper = as_person(world, world.users["bookkeeper"], world.now)
    supplies, owed = LineDraft(role="supplies_expense", cents=412_50), LineDraft(role="ap", cents=-412_50)
    draft = ledger.draft_journal(keeper, uid=new_uid(), date=world.as_of, memo="Gloves delivered, bill to come", lines=(supplies, owed))
    ledger.submit_journal(keeper, uid=draft.uid)
    given_up = WorkItem.objects.filter(closed_at=None, carc="29", charge__isnull=False).order_by("id").last()
    if given_up is not None and given_up.claim is not None and given_up.charge is not None:
        write_off(
            as_person(world, world.users["biller"], world.now), charge=given_up.charge, role="denial_writeoff",
            cents=given_up.amount_cents, reason="Filed too late; the payer upheld it", payer=given_up.claim.payer,
        )  # fmt: skip
