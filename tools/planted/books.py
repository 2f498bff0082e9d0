"""Errors in the books: 6, 16 to 18, 21 to 26, 32, 33, 35, 43 to 46. Each planter plants its error and an innocent twin."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, time, timedelta

from planted.world import NEUTRAL, Planted, World, line, planted
from steward.ledger import services
from steward.ledger.models import ScheduleStep
from steward.ledger.services import ScheduleData
from steward.registry.services import create_entity
from steward.registry.types import EntityData


def duplicate_posting(w: World) -> list[Planted]:
    """One source booked twice; the twins: another account under the same source, and a second one taken back."""
    cents, day, ref = w.cents(), w.ago(20), f"doc-{w.uid()}"
    pair = (line("1190", cents), line(NEUTRAL, -cents))
    first = w.post(day, *pair, source="planted.bill", ref=ref)
    second = w.post(day, *pair, source="planted.bill", ref=ref)
    w.post(day, line("1310", cents), line(NEUTRAL, -cents), source="planted.bill", ref=ref)
    twin = f"doc-{w.uid()}"
    w.post(day, *pair, source="planted.bill", ref=twin)
    again = w.post(day, *pair, source="planted.bill", ref=twin)
    services.reverse(w.system(), number=again, date=w.today, reason="entered twice")
    return [planted("duplicate_posting", ("entry", first), ("entry", second), ("source", f"planted.bill:{ref}"))]


def suspense_not_cleared(w: World) -> list[Planted]:
    """Forty days in suspense; the twin ten days."""
    cents, item = w.cents(), f"bill:{w.uid()}"
    w.post(w.ago(40), line("suspense", cents, item=item), line(NEUTRAL, -cents))
    w.post(w.ago(10), line("suspense", cents, item=f"bill:{w.uid()}"), line(NEUTRAL, -cents))
    return [planted("suspense_not_cleared", ("item", item))]


def negative_cash(w: World) -> list[Planted]:
    """Petty cash below zero for three days; the twin is paid out and filled up on one day."""
    cents, day = w.cents(), w.ago(30)
    w.post(day, line("petty_cash", cents), line(NEUTRAL, -cents))
    w.post(day + timedelta(days=1), line("petty_cash", -cents - 500), line(NEUTRAL, cents + 500))
    w.post(day + timedelta(days=4), line("petty_cash", 900), line(NEUTRAL, -900))
    w.post(day, line("drawer", -cents), line(NEUTRAL, cents))
    w.post(day, line("drawer", cents), line(NEUTRAL, -cents))
    return [planted("negative_cash", ("account", "1000"), ("day", (day + timedelta(days=1)).isoformat()))]


def wrong_normal_side(w: World) -> list[Planted]:
    """Stock of office supplies below zero; the twin: card clearing, which may stand on either side."""
    cents = w.cents()
    w.post(w.ago(5), line("1220", -cents), line(NEUTRAL, cents))
    w.post(w.ago(5), line("card_clearing", -cents), line(NEUTRAL, cents))
    return [planted("wrong_normal_side", ("account", "1220"))]


def _month(w: World, back: int, day: int) -> date:
    """A working day near the ``day`` th of the month that lies ``back`` months before today's."""
    n = w.today.year * 12 + w.today.month - 1 - back
    found = date(n // 12, n % 12 + 1, min(day, monthrange(n // 12, n % 12 + 1)[1]))
    return found - timedelta(days=max(0, found.weekday() - 4))


def missing_recurring(w: World) -> list[Planted]:
    """Three months in a row and not in the last; the twins: one that goes on, one of two months only."""
    cents = w.cents()
    name, other, third = (f"{word} {w.rnd.choice(('north', 'south', 'west'))}" for word in ("Landscaping", "Waste", "Alarm"))
    last = 0
    for back in (4, 3, 2):
        last = w.by_hand(_month(w, back, 14), name, line("6020", cents), line("2100", -cents))
    for back in (4, 3, 2, 1):
        w.by_hand(_month(w, back, 14), other, line("6320", cents + back), line("2100", -cents - back))
    for back in (3, 2):
        w.by_hand(_month(w, back, 14), third, line("6010", cents), line("2100", -cents))
    month = _month(w, 1, 14)
    evidence = (("entry", last), ("month", f"{month:%Y-%m}"))
    return [planted("missing_recurring", *evidence, entry=[("6020", cents), ("2100", -cents)])]


def _schedule(w: World, data: ScheduleData, *, until: date | None = None) -> str:
    row = services.make_schedule(w.call("bookkeeper"), uid=w.uid(), data=data)
    services.sign_schedule(w.call("owner"), uid=row.uid, approve=True)
    services.post_schedules(w.system(), until=until)
    return str(row.uid)


def accrual_not_released(w: World) -> list[Planted]:
    """An accrual of last month still stands; its twin was taken back. Posted up to the day before it was due back."""
    cents = w.cents()
    end = _month(w, 1, 31)
    end = date(end.year, end.month, monthrange(end.year, end.month)[1])

    def accrued(name: str, code: str) -> ScheduleData:
        return ScheduleData("recurring", name, end, (line(code, cents), line("2100", -cents)), steps=1, released=True)

    _schedule(w, accrued("Utilities accrued", "6010"))
    ref = _schedule(w, accrued("Telephone accrued", "6110"), until=end)

    entry = ScheduleStep.objects.get(schedule__uid=ref).entry
    return [planted("accrual_not_released", ("entry", entry.number), ("schedule", ref), entry=[("6110", -cents), ("2100", cents)])]


def loan_split(w: World) -> list[Planted]:
    """A whole payment booked to the loan; the twin was split by its schedule."""
    day = _month(w, 1, 5)
    w.post(day, line(NEUTRAL, 4_800_000), line("2600", -4_800_000))
    terms = (line("2600", 0), line("interest_expense", 0), line("2050", 0))
    split = ScheduleData("loan", "Laser loan", day, terms, every_months=3, steps=8, total_cents=2_400_000, rate_ppm=60_000)
    _schedule(w, split, until=day)
    # the first payment of the same loan, at another bank, entered by a hand that did not split it
    whole, interest = 106_369, 12_000  # level payment of 24,000.00 at 6 % over 24 months; 6 % of it for one month
    row = services.make_schedule(
        w.call("bookkeeper"), uid=w.uid(),
        data=ScheduleData("loan", "Scanner loan", w.today + timedelta(days=4), terms, steps=24, total_cents=2_400_000, rate_ppm=60_000),
    )  # fmt: skip
    services.sign_schedule(w.call("owner"), uid=row.uid, approve=True)
    number = w.post(w.ago(2), line("2600", whole), line("2050", -whole))
    return [planted("loan_split", ("entry", number), entry=[("6700", interest), ("2600", -interest)])]


def prepaid_expensed(w: World) -> list[Planted]:
    """A year's premium in one month; the twins: a month's premium, a yearly inspection."""
    cents, day = 12 * w.cents(10_000, 30_000), w.ago(15)
    to = date(day.year + 1, day.month, 1) - timedelta(days=1)
    words = f"Malpractice policy {day:%Y-%m-01} to {to.isoformat()}"
    number = w.post(day, line("6200", cents), line("2000", -cents), journal="bank", memo=words)
    w.post(day, line("6210", cents), line("2000", -cents), journal="bank", memo="Premium for the month")
    w.post(day, line("6020", cents), line("2000", -cents), journal="bank", memo="Annual fire inspection")
    rest = cents - cents // 12
    return [planted("prepaid_expensed", ("entry", number), ("account", "6200"), entry=[("1300", rest), ("6200", -rest)])]


def capex_expensed(w: World) -> list[Planted]:
    """A thing that lasts as office supplies; the twins: its repair, and one below the limit."""
    cents, day = w.cents(25_000, 90_000), w.ago(12)
    words, right = w.rnd.choice((("Ultrasound, portable", "1500"), ("Server and firewall", "1520"), ("Reception counter", "1510")))
    number = w.post(day, line("6800", cents), line("2000", -cents), journal="bank", memo=words)
    w.post(day, line("6030", cents), line("2000", -cents), journal="bank", memo=f"Repair: {words}")
    w.post(day, line("6800", 90_003), line("2000", -90_003), journal="bank", memo="Laptop for the front desk")
    return [planted("capex_expensed", ("entry", number), ("account", "6800"), entry=[(right, cents), ("6800", -cents)])]


def expense_capitalised(w: World) -> list[Planted]:
    """A service contract as equipment; the twin: equipment bought in two lines, together above the limit."""
    cents, day = w.cents(26_000, 60_000), w.ago(12)
    number = w.post(day, line("1500", cents), line("2000", -cents), journal="bank", memo="Calibration of the centrifuge")
    w.post(day, line("1510", 150_003), line("1510", 140_001), line("2000", -290_004), journal="bank", memo="Waiting room seats")
    return [planted("expense_capitalised", ("entry", number), ("account", "1500"), entry=[("6030", cents), ("1500", -cents)])]


def misclassified(w: World) -> list[Planted]:
    """One bill of twelve on another account; the twin is billed on two accounts by turns."""
    who, other = ("".join(w.rnd.choice("bcdfghklmnprstvw") for _ in range(8)) for _ in range(2))
    drafts = []
    for n in range(12):
        day, cents = w.ago(40 + 3 * n), w.cents(100, 900)
        drafts.append(w.draft(day, line("6120", cents), line("2000", -cents), journal="bank", memo=f"ACH {who} billing {n:03}"))
        turn = "6310" if n % 2 else "6300"
        drafts.append(w.draft(day, line(turn, cents), line("2000", -cents), journal="bank", memo=f"ACH {other} advice {n:03}"))
    w.post_many(drafts)
    cents = w.cents(100, 900)
    odd = w.post(w.ago(20), line("6600", cents), line("2000", -cents), journal="bank", memo=f"ACH {who} billing 099")
    return [planted("misclassified", ("entry", odd), ("account", "6600"), entry=[("6120", cents), ("6600", -cents)])]


def round_amounts(w: World) -> list[Planted]:
    """Ten round entries of one person among odd ones of another, who is the twin."""
    numbers = []
    for n in range(10):
        cents = w.rnd.randrange(1, 40) * 10_000
        numbers.append(w.by_hand(w.ago(30 + n), f"Estimate {n}", line("6320", cents), line("2100", -cents), role="biller_lead"))
        odd = w.cents()
        w.by_hand(w.ago(30 + n), f"Invoice {n} of many", line("6320", odd), line("2100", -odd))
    return [planted("round_amounts", *(("entry", number) for number in numbers))]


def benford(w: World) -> list[Planted]:
    """A thousand amounts that begin with 49; the twin grows as things grow."""
    drafts = []
    for code, draw in (("5320", lambda: 49_000 + w.rnd.randrange(1_000)), ("5330", lambda: int(10 ** w.rnd.uniform(3, 6)))):
        for _ in range(25):
            lines = [line(code, draw()) for _ in range(60)]
            low = [line(code, 150 + w.rnd.randrange(99))] if code == "5320" else []
            lines += low
            drafts.append(w.draft(w.ago(60), *lines, line(NEUTRAL, -sum(one.cents for one in lines)), journal="stock"))
    w.post_many(drafts)
    return [planted("benford", ("account", "5320"))]


def weekend_or_night_posting(w: World) -> list[Planted]:
    """Posted on a Saturday; the twin on the Friday before, late in the afternoon."""
    cents, friday = w.cents(), w.ago(14)
    friday += timedelta(days=4 - friday.weekday())
    lines = (line("6850", cents), line("2100", -cents))
    number = w.by_hand(friday, "Postage", *lines, posted=w.at(friday + timedelta(days=1), time(11)))
    w.by_hand(friday, "Courier", *lines, posted=w.at(friday, time(17, 30)))
    return [planted("weekend_or_night_posting", ("entry", number))]


def manual_je_to_cash_or_revenue(w: World) -> list[Planted]:
    """Income moved by hand; the twin moves a cost."""
    cents, day = w.cents(), w.ago(9)
    number = w.by_hand(day, "Other income", line("1190", cents), line("4300", -cents))
    w.by_hand(day, "Other cost", line("6990", cents), line("2100", -cents))
    return [planted("manual_je_to_cash_or_revenue", ("entry", number))]


def backdated(w: World) -> list[Planted]:
    """Dated eight days back; the twin five."""
    cents, posted = w.cents(), w.ago(7)
    lines = (line("6110", cents), line("2100", -cents))
    number = w.by_hand(posted - timedelta(days=8), "Phone", *lines, posted=w.at(posted))
    w.by_hand(posted - timedelta(days=5), "Internet", *lines, posted=w.at(posted))
    return [planted("backdated", ("entry", number))]


def intercompany_mismatch(w: World) -> list[Planted]:
    """One entity says that it is owed more than the other owes; the twin, both sides booked, lies before it."""
    other = create_entity(w.system(), data=EntityData(code=f"E{w.rnd.randrange(10**6)}", name=f"Imaging {w.rnd.getrandbits(24):x}", tin="", npi=""))
    cents, more, day = w.cents(), w.cents(), w.ago(20)
    w.post(day, line("due_from", cents), line(NEUTRAL, -cents))
    w.post(day, line(NEUTRAL, cents, entity=other.pk), line("due_to", -cents, entity=other.pk))
    w.post(w.ago(10), line("due_from", more), line(NEUTRAL, -more))
    names = [("entity", w.entity.party.name), ("entity", other.party.name)]
    return [planted("intercompany_mismatch", *names, ("day", w.ago(10).isoformat()))]


def budget_overrun(w: World) -> list[Planted]:
    """Marketing far over its month; the twin, over by less than the threshold."""
    from steward.budget import services as budget
    from steward.budget.logic.drivers import BudgetLine
    from steward.ledger.models import Account

    keeper, year = w.call("bookkeeper"), w.today.year
    row = budget.draft_budget(keeper, uid=w.uid(), name=f"Plan {year}", first_on=date(year, 1, 1))
    small = {"6600": 100_000, "6500": 100_000}
    codes = Account.objects.filter(kind="expense").values_list("code", flat=True)
    lines = [BudgetLine(code, "", "", month, small.get(code, 1_000_000_000)) for code in codes for month in range(1, 13)]
    budget.put_lines(keeper, uid=row.uid, lines=lines)
    budget.submit_budget(keeper, uid=row.uid)
    budget.sign_budget(w.call("owner"), uid=row.uid, approve=True)
    month = w.today.replace(day=1)
    w.post(month, line("6600", 5_000_007), line(NEUTRAL, -5_000_007), journal="bank", memo="Radio spots")
    w.post(month, line("6500", 100_000 + 40_003), line(NEUTRAL, -140_003), journal="bank", memo="State board")
    return [planted("budget_overrun", ("account", "6600"), ("budget", f"Plan {year}"))]


PLANTS: Sequence[object] = (
    duplicate_posting, suspense_not_cleared, negative_cash, wrong_normal_side, missing_recurring, accrual_not_released, loan_split,
    prepaid_expensed, capex_expensed, expense_capitalised, misclassified, weekend_or_night_posting, manual_je_to_cash_or_revenue,
    backdated, intercompany_mismatch, budget_overrun, round_amounts, benford,
)  # fmt: skip
