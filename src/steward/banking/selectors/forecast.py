"""What a forecast is made of: receivables with what came off them, what is planned, and how the last ones held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from steward.banking.logic.forecast import WEEKS, Item, Planned, Week, mape_ppm
from steward.banking.models import CashFloor, Forecast, PlannedFlow
from steward.banking.selectors.cash import BANK_ROLES
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.sql import marks, query
from steward.ledger.selectors.balances import account_ids, turnovers
from steward.ledger.selectors.open_lines import as_day
from steward.ledger.selectors.schedules import due

LOOK_BACK: Final = timedelta(days=400)
#: What a payment of a receivable is booked against: money, or money on its way.
MONEY_ROLES: Final = (
    "bank_operating", "bank_payroll", "undeposited", "drawer", "card_clearing", "era_clearing", "eft_in_transit", "unapplied",
    "patient_prepaid", "recoupment_suspense", "recoupment_payable",
)  # fmt: skip
PATIENTS: Final = ""
#: How many whole weeks before today say what is charged in a week.
FRESH_WEEKS: Final = 13


def receivables(today: date) -> list[Item]:
    """Every receivable of the last year with what came off it, money and the rest told apart. Three queries.

    An item begins on its first line for its debtor; what moves from a payer to the patient is a new receivable of the patient. Of an
    entry that credits receivables, the share booked against money is money.
    """
    since = today - LOOK_BACK
    shares = _money_shares(since, today)
    lines = query(
        """SELECT a.role, COALESCE(l.payer_id, 0), l.item, l.entry_id, l.date, l.cents FROM ledger_line l
           JOIN ledger_account a ON a.id = l.account_id
           WHERE a.role IN ('ar_insurance', 'ar_patient') AND NOT (l.item = '') AND l.date BETWEEN %s AND %s ORDER BY l.date, l.id""",
        since, today,
    )  # fmt: skip
    names = payer_names({payer for role, payer, *_rest in lines if role == "ar_insurance"})
    found: dict[tuple[str, int, str], list[tuple[int, date, int]]] = defaultdict(list)
    for role, payer, item, entry, day, cents in lines:
        found[role, payer if role == "ar_insurance" else 0, item].append((entry, as_day(day), int(cents)))
    items = (_item(names.get(key[1], "") if key[0] == "ar_insurance" else PATIENTS, rows, shares) for key, rows in found.items())
    return [one for one in items if one.cents > 0]


def _money_shares(since: date, today: date) -> dict[int, tuple[int, int]]:
    """Entry -> (debits against money, credits of receivables), cents."""
    sql = f"""SELECT l.entry_id,
                CAST(SUM(CASE WHEN a.role IN ({marks(MONEY_ROLES)}) AND l.cents > 0 THEN l.cents ELSE 0 END) AS bigint),
                CAST(SUM(CASE WHEN a.role IN ('ar_insurance', 'ar_patient') AND l.cents < 0 THEN -l.cents ELSE 0 END) AS bigint)
              FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
              WHERE l.date BETWEEN %s AND %s AND l.entry_id IN (SELECT x.entry_id FROM ledger_line x
                JOIN ledger_account b ON b.id = x.account_id
                WHERE b.role IN ('ar_insurance', 'ar_patient') AND x.cents < 0 AND x.date BETWEEN %s AND %s)
              GROUP BY l.entry_id"""  # noqa: S608 - made of our own constants
    return {entry: (int(money), int(off)) for entry, money, off in query(sql, *MONEY_ROLES, since, today, since, today)}


def _item(group: str, rows: list[tuple[int, date, int]], shares: dict[int, tuple[int, int]]) -> Item:
    off = []
    for entry, day, cents in rows:
        if cents < 0:
            money, all_off = shares.get(entry, (0, 0))
            off.append((day, -cents, min(-cents * money // all_off, -cents) if all_off else 0))
    return Item(group, rows[0][1], sum(cents for _e, _d, cents in rows if cents > 0), tuple(off))


def payer_names(ids: Iterable[int]) -> dict[int, str]:
    """Party ids as names. One query, none for nobody."""
    wanted = sorted({pk for pk in ids if pk})
    if not wanted:
        return {}
    return dict(query(f"SELECT id, name FROM registry_party WHERE id IN ({marks(wanted)})", *wanted))  # noqa: S608


def fresh(items: Iterable[Item], today: date) -> dict[str, int]:
    """What each group is charged a week, by the last whole weeks, cents."""
    start = today - timedelta(days=7 * FRESH_WEEKS)
    sums: dict[str, int] = defaultdict(int)
    for one in items:
        if start <= one.since < today:
            sums[one.group] += one.cents
    return {group: cents // FRESH_WEEKS for group, cents in sums.items()}


def flows(subject: Subject) -> QuerySet[Any]:
    """Planned flows for the list."""
    return scoped(subject, "cash.read", PlannedFlow.objects.all())


def planned(today: date) -> list[Planned]:
    """What is planned by hand and what the books will post by schedule on a bank account. Five queries."""
    by_hand = [
        Planned(one.name, one.kind, one.cents, one.first_on, one.every, one.until, str(one.uid))
        for one in PlannedFlow.objects.filter(ended_at=None).order_by("first_on", "id")
    ]
    return by_hand + _scheduled(today)


def _scheduled(today: date) -> list[Planned]:
    banks = bank_codes()
    found = []
    for one in due(today + timedelta(days=7 * WEEKS)):
        for step in one.steps:
            cents = sum(c for line, c in zip(one.lines, step.cents, strict=True) if line.account in banks)
            if cents:
                day = max(step.day, today + timedelta(days=1))
                found.append(Planned(one.schedule.name, one.schedule.kind, cents, day, ref=f"schedule:{one.schedule.uid}"))
    return found


def floor_cents() -> int:
    """What should never be missing; 0 until somebody set it."""
    return CashFloor.objects.order_by("-id").values_list("cents", flat=True).first() or 0


def latest() -> Forecast | None:
    """The latest forecast."""
    return Forecast.objects.select_related("made_by").order_by("-made_on", "-id").first()


def weeks_of(row: Forecast) -> list[Week]:
    """Its weeks as values."""
    return [
        Week(date.fromisoformat(w["first"]), date.fromisoformat(w["last"]), tuple((n, c) for n, c in w["receipts"]),
             tuple((n, c) for n, c in w["planned"]), w["closing_cents"], w["p10_cents"], w["p50_cents"], w["p90_cents"])
        for w in row.weeks
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A past forecast against the books: the day it was made, what it said of cash in the books after so many weeks, what was."""

    made_on: date
    weeks: int
    said_cents: int
    was_cents: int


def held(today: date, *, weeks: int = 1, last: int = 8) -> list[Held]:
    """How the last forecasts held after ``weeks`` weeks, the latest first; the first forecast of each day counts."""
    end = today - timedelta(days=7 * weeks)
    rows: dict[date, Forecast] = {}
    for row in Forecast.objects.filter(made_on__lte=end, made_on__gte=end - timedelta(days=120)).order_by("-made_on", "id"):
        rows.setdefault(row.made_on, row)
    chosen = list(rows.values())[:last]
    banks = set(account_ids(bank_codes(), by_code=True).values()) if chosen else set()
    return [
        Held(row.made_on, weeks, row.book_cents + row.weeks[weeks - 1]["closing_cents"] - row.opening_cents,
             _book_on(row.made_on + timedelta(days=7 * weeks), banks))
        for row in chosen
    ]  # fmt: skip


def _book_on(day: date, banks: set[int]) -> int:
    """What the books say lies on the bank accounts at the end of a past day. Two queries."""
    return sum(debit - credit for pk, (debit, credit) in turnovers(day).items() if pk in banks)


def bank_codes() -> set[str]:
    """The codes of the accounts that are banks. One query."""
    sql = f"""SELECT code FROM ledger_account WHERE role IN ({marks(BANK_ROLES)})
              OR id IN (SELECT account_id FROM banking_bankaccount)"""  # noqa: S608 - made of our own constants
    return {code for (code,) in query(sql, *BANK_ROLES)}


def error_ppm(rows: Iterable[Held]) -> int | None:
    """Mean absolute error in millionths of what was; None before the first week is over."""
    return mape_ppm((one.said_cents, one.was_cents) for one in rows)
