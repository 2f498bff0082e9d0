"""Random histories: whatever is charged, written off, paid, applied, refunded and taken back, the cash basis balances, its
proof row holds to the cent, and its income is the money that moved.
"""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from steward.ledger.logic.cash_basis import OPEN, cash_balance, settle
from tests.ledger.cash_support import ACCOUNTS, HOW, ID, START, E, L, books, entry, money, rows, undone, view

ITEMS, RECEIPTS, BILLS = ("charge:1", "charge:2", ""), ("receipt:1", "receipt:2"), ("bill:1", "bill:2", "")
cents = st.integers(1, 30_000)
days = st.integers(0, 120)
item, receipt, bill = st.sampled_from(ITEMS), st.sampled_from(RECEIPTS), st.sampled_from(BILLS)
receivable = st.sampled_from(["ar_insurance", "ar_patient"])
cash = st.sampled_from(["bank_operating", "undeposited", "drawer", "eft_in_transit", "card_clearing"])
earned = st.sampled_from(["charges", "incentive_revenue", "4300"])
written = st.sampled_from(["contractual", "sequestration", "charity", "bad_debt", "denial_writeoff"])
spent = st.sampled_from(["6000", "5310", "wages"])
vendor = st.sampled_from([None, 7, 8])


def two(
    debit: st.SearchStrategy[str], credit: st.SearchStrategy[str], of: st.SearchStrategy[str]
) -> st.SearchStrategy[E]:
    return st.builds(lambda d, a, b, c, i: entry(d, L(a, c, i), L(b, -c, i)), days, debit, credit, cents, of)


def one(name: str) -> st.SearchStrategy[str]:
    return st.just(name)


charge = two(receivable, earned, item)
adjust = two(written, receivable, item)
pay = st.builds(lambda d, a, b, c, i: entry(d, L(a, c), L(b, -c, i)), days, cash, receivable, cents, item)
bounce = st.builds(lambda d, a, b, c, i: entry(d, L(b, c, i), L(a, -c)), days, cash, receivable, cents, item)
remit = st.builds(
    lambda d, c, w, u, i, p: entry(
        d, L("era_clearing", c + u, "remit:1"), L("ar_insurance", -c - w, i), L("contractual", w, i), L("unapplied", -u, "remit:1"),
        L("era_clearing", -c - u, "remit:1"), L("eft_in_transit", c + u - p, "remit:1"), L("recoupment_suspense", p, "remit:1")),
    days, cents, cents, cents, item, cents)  # fmt: skip
mixed = st.builds(
    lambda d, m, w, c, i: entry(d, L("undeposited", m), L("contractual", w, i), L("ar_patient", c, i), L("charges", -m - w - c, i)),
    days, cents, cents, st.integers(-30_000, 30_000), item)  # fmt: skip
share = st.builds(lambda d, c, i: entry(d, L("ar_patient", c, i), L("ar_insurance", -c, i)), days, cents, item)
prepay = st.builds(lambda d, a, c, r: entry(d, L(a, c), L("patient_prepaid", -c, r)), days, cash, cents, receipt)
use = st.builds(
    lambda d, c, r, i: entry(d, L("patient_prepaid", c, r), L("ar_patient", -c, i)), days, cents, receipt, item
)
aside = st.builds(lambda d, a, c, i: entry(d, L(a, c, i), L("credit_balance", -c, i)), days, receivable, cents, item)
refund = two(st.sampled_from(["patient_prepaid", "credit_balance"]), one("refunds_payable"), receipt)
refund_paid = st.builds(lambda d, a, c, r: entry(d, L("refunds_payable", c, r), L(a, -c)), days, cash, cents, receipt)
owed = st.builds(lambda d, a, c, i, v: entry(d, L(a, c, i), L("ap", -c, i, v)), days, spent, cents, bill, vendor)
paid = st.builds(lambda d, a, c, i, v: entry(d, L("ap", c, i, v), L(a, -c)), days, cash, cents, bill, vendor)
at_once = two(spent, cash, st.just(""))
STEPS = st.one_of(
    charge,
    charge,
    adjust,
    pay,
    pay,
    bounce,
    remit,
    mixed,
    share,
    prepay,
    use,
    aside,
    refund,
    refund_paid,
    owed,
    paid,
    at_once,
)


@st.composite
def histories(draw: st.DrawFn) -> list[E]:
    """Up to 25 events; each may be taken back later."""
    history = draw(st.lists(STEPS, max_size=25))
    for event in list(history):
        if draw(st.integers(0, 4)) == 0:
            history.append(undone(event, event.day + draw(st.integers(0, 30))))
    return history


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(0, 150))
def test_it_balances_proves_itself_and_is_the_money_that_moved(history, until):
    shown = view(history, until)
    assert shown.debit_cents == shown.credit_cents
    assert shown.proof.difference_cents == 0
    assert shown.proof.cash_income_cents == money(history, until)
    for row in shown.rows:
        if HOW[row.account.id] in OPEN:
            assert row.balance_cents == 0


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_read_changes_nothing(history, rnd):
    told = books(history)
    items, pools, loose = list(told.items), list(told.pools), list(told.loose)
    for part in (items, pools, loose):
        rnd.shuffle(part)
    again = cash_balance(START, ACCOUNTS, type(told)(told.sums, items, pools, loose))
    assert again == cash_balance(START, ACCOUNTS, told)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_taking_everything_back_leaves_nothing(history):
    assert rows(view([*history, *(undone(event, 400) for event in history)])) == {}


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 150), st.integers(0, 150))
def test_between_two_days_income_changes_by_the_money_alone(history, a, b):
    first, last = sorted((a, b))
    change = view(history, last).proof.cash_income_cents - view(history, first).proof.cash_income_cents
    assert change == money(history, last) - money(history, first)


@st.composite
def orderly(draw: st.DrawFn, items: tuple[str, ...], write_offs: bool) -> list[E]:
    """Charges of one account an item, then payments and write-offs that never go beyond what is open, in order of days."""
    history: list[E] = []
    left: dict[str, int] = defaultdict(int)
    of = dict(zip(items, ("charges", "4300", "incentive_revenue"), strict=False))
    for day in range(draw(st.integers(1, 25))):
        where = draw(st.sampled_from(items))
        act = draw(st.sampled_from(["charge", "pay", "write off"] if write_offs else ["charge", "pay"]))
        if act == "charge" or not left[where]:
            size = draw(cents)
            history.append(entry(day, L("ar_patient", size, where), L(of.get(where, "charges"), -size, where)))
            left[where] += size
            continue
        size = draw(st.integers(1, left[where]))
        other = L("bank_operating", size) if act == "pay" else L("contractual", size, where)
        history.append(entry(day, other, L("ar_patient", -size, where)))
        left[where] -= size
    return history


@settings(max_examples=80, deadline=None)
@given(orderly(("charge:1", "charge:2", "charge:3"), write_offs=True))
def test_each_account_only_grows_with_the_days_and_is_what_was_paid_on_it(history):
    """A brute-force oracle: per account, the payments on its items, counted."""
    before: dict[str, int] = {}
    for until in range(26):
        shown = rows(view(history, until))
        counted: dict[str, int] = defaultdict(int)
        of = {"charge:1": "charges", "charge:2": "4300", "charge:3": "incentive_revenue"}
        for event in history:
            if event.day <= until and event.lines[0].account == "bank_operating":
                counted[of[event.lines[1].item]] -= event.lines[0].cents
        assert {k: v for k, v in shown.items() if k != "bank_operating"} == dict(counted)
        assert all(shown.get(account, 0) <= cents for account, cents in before.items())
        before = {k: v for k, v in shown.items() if k != "bank_operating"}


def _by_pennies(history: list[E]) -> dict[str, int]:
    """Oldest first, cent by cent: every earned cent stands in a queue, every paid cent takes the first."""
    queue: list[str] = []
    found: dict[str, int] = defaultdict(int)
    for event in history:
        size = event.lines[0].cents
        if event.lines[0].account == "bank_operating":
            for account in queue[:size]:
                found[account] -= 1
            del queue[:size]
        else:
            queue += [event.lines[1].account] * size
    return dict(found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), earned, st.integers(1, 40)), max_size=30))
def test_without_items_the_oldest_cent_is_paid_first(drawn):
    history, left = [], 0
    for day, (charges, account, size) in enumerate(drawn):
        if charges or size > left:
            history.append(entry(day, L("ar_patient", size), L(account, -size)))
            left += size
        else:
            history.append(entry(day, L("bank_operating", size), L("ar_patient", -size)))
            left -= size
    shown = {k: v for k, v in rows(view(history)).items() if k != "bank_operating"}
    assert shown == _by_pennies(history)


lots = st.lists(st.tuples(st.integers(1, 4), st.integers(-5_000, 5_000)), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(lots, st.integers(-6_000, 6_000), st.integers(-8_000, 8_000), st.booleans())
def test_money_is_split_without_a_cent_lost(lots, adjusted, still_open, oldest_first):
    settled, beyond = settle(lots, adjusted, still_open, oldest_first=oldest_first)
    assert sum(settled.values()) + beyond == sum(c for _, c in lots) + adjusted - still_open
    if not adjusted and not still_open:
        gross: dict[int, int] = defaultdict(int)
        for account, size in lots:
            gross[account] += size
        assert {a: c for a, c in settled.items() if c} == {a: c for a, c in gross.items() if c and sum(gross.values())}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=5), st.data())
def test_the_shares_are_within_a_cent_of_the_exact_ones(sizes, data):
    left = data.draw(st.integers(0, sum(sizes)))
    settled, beyond = settle(list(enumerate(sizes)), 0, left)
    assert beyond == 0
    for account, size in enumerate(sizes):
        assert abs(settled[account] - Fraction(size * (sum(sizes) - left), sum(sizes))) < 1


def test_a_long_random_history_of_every_kind_of_account_balances():
    """Lines no rule foresaw: any accounts against any, items anywhere."""
    rnd = random.Random(20261123)
    names = [name for name in ID if not name[0].isdigit()]
    for _ in range(40):
        history = []
        for _n in range(60):
            size = [rnd.randrange(-9_000, 9_000) for _ in range(rnd.randrange(1, 4))]
            parts = [L(rnd.choice(names), c, rnd.choice(["", "a", "b"]), rnd.choice([None, 7]), 1) for c in size]
            history.append(
                entry(rnd.randrange(90), *parts, L(rnd.choice(names), -sum(size), rnd.choice(["", "a", "b"])))
            )
            if rnd.randrange(5) == 0:
                history.append(undone(history[-1], 90))
        shown = view(history)
        assert shown.debit_cents == shown.credit_cents
        assert shown.proof.difference_cents == 0
        assert not any(row.balance_cents for row in shown.rows if HOW[row.account.id] in OPEN)
