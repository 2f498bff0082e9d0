"""The cash basis, derived from the accrual lines by settlement allocation (docs/decisions/017-cash-basis.md).

Lines of one ``item`` settle each other. Of an item, what was earned less what was written off less what is still open is
what money has settled; that much of its revenue (or expense, or asset bought) is shown, the rest is not. Lines without an
item settle oldest first: with all receivables of their entity, with all payables of their entity and vendor.

Sums carry no order and no history: the view of a day is a function of the lines up to that day, so a reversal needs no
rule of its own. Cents of accounts are debit positive as everywhere in the ledger; ``earned`` amounts are turned round, so
that revenue is positive and expense negative. The proof of every view, to the cent::

    accrual income - change in receivables + change in payables + change in receipts held - assets not paid = cash income

What a receivable brought forward from before the books (its other side is equity) counts as no change and, once paid, as
charges: nobody knows from what service it came.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from steward.core.money import allocate, round_half_up
from steward.ledger.logic.balance import AccountHead, TrialBalance, trial_balance


class Treatment(StrEnum):
    """What the cash basis does with an account; the words are those of ``cash_basis.toml``."""

    KEPT = "kept"
    RECEIVABLE = "receivable"
    PAYABLE = "payable"
    RECEIPT = "receipt"
    ADJUSTMENT = "adjustment"
    INCOME = "income"
    BOUGHT = "bought"
    FORWARD = "forward"


OPEN: Final = frozenset({Treatment.RECEIVABLE, Treatment.PAYABLE})
#: What an open account may defer.
DEFERRED: Final = frozenset({Treatment.INCOME, Treatment.ADJUSTMENT, Treatment.BOUGHT, Treatment.FORWARD})
_BY_KIND: Final = {
    "revenue": Treatment.INCOME, "expense": Treatment.INCOME, "liability": Treatment.KEPT,
    "asset": Treatment.BOUGHT, "equity": Treatment.FORWARD,
}  # fmt: skip

#: Lines that settle each other: an item, or the pool (entity, treatment, vendor) of lines without one.
Group = str | tuple[int, Treatment, int | None]
#: (account, earned cents)
Lot = tuple[int, int]


@cache
def _table() -> tuple[dict[str, Treatment], dict[str, Treatment]]:
    data = tomllib.loads((Path(__file__).parent / "cash_basis.toml").read_text())
    roles = {role: Treatment(name) for name, said in data.items() for role in said["roles"]}
    codes = {code: Treatment(name) for name, said in data.items() for code in said.get("codes", ())}
    return roles, codes


def treatment(account: AccountHead) -> Treatment:
    """What the cash basis does with this account. Source: ``cash_basis.toml``."""
    roles, codes = _table()
    if account.role in roles:
        return roles[account.role]
    if not account.role and account.code in codes:
        return codes[account.code]
    return _BY_KIND[account.kind]


@dataclass(frozen=True, slots=True)
class LooseLine:
    """A line of an entry in which something deferred has no item of its own, so that the entry says what belongs together.

    ``day``, ``number`` and ``n`` place it in time; ``party`` matters for payables alone (the vendor).
    """

    day: date
    number: int
    n: int
    account: int
    cents: int
    item: str = ""
    entity: int = 0
    party: int | None = None
    reversal: bool = False


@dataclass(frozen=True, slots=True)
class Books:
    """The lines up to a day, summed as far as order does not matter.

    ``sums``: account -> (debits, credits). ``items``: (item, account, cents) of open, income and adjustment accounts, one row
    a pair or several. ``pools``: (entity, account, party, cents) of open lines without an item. ``loose``: the
    lines on open and deferred accounts of entries that have both, where a deferred one has no item, is bought or is equity.
    """

    sums: Mapping[int, tuple[int, int]]
    items: Iterable[tuple[str, int, int]] = ()
    pools: Iterable[tuple[int, int, int | None, int]] = ()
    loose: Iterable[LooseLine] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof row, cents. Changes are since the beginning of the books, less what was brought forward."""

    accrual_income_cents: int
    receivables_change_cents: int
    payables_change_cents: int
    receipts_held_change_cents: int
    assets_unpaid_cents: int
    cash_income_cents: int

    @property
    def difference_cents(self) -> int:
        """0, or the view is wrong."""
        return self.expected_cents - self.cash_income_cents

    @property
    def expected_cents(self) -> int:
        """The left side of the proof row."""
        return (
            self.accrual_income_cents - self.receivables_change_cents + self.payables_change_cents
            + self.receipts_held_change_cents - self.assets_unpaid_cents
        )  # fmt: skip

    def as_json(self) -> dict[str, int | bool]:
        """The row of ``steward books trial-balance --basis cash``."""
        return {
            "accrual_income_cents": self.accrual_income_cents,
            "receivables_change_cents": self.receivables_change_cents,
            "payables_change_cents": self.payables_change_cents,
            "deferrals_change_cents": self.receipts_held_change_cents,
            "assets_unpaid_cents": self.assets_unpaid_cents,
            "cash_income_cents": self.cash_income_cents,
            "difference_cents": self.difference_cents,
            "ok": self.difference_cents == 0,
        }


@dataclass(frozen=True, slots=True)
class CashBalance(TrialBalance):
    """A trial balance on the cash basis, with its proof."""

    proof: Proof

    def as_json(self) -> dict[str, Any]:
        """The contract's shape and the proof row."""
        return {**TrialBalance.as_json(self), "proof": self.proof.as_json()}


def settle(
    lots: Sequence[Lot], adjusted: int, still_open: int, *, oldest_first: bool = False
) -> tuple[dict[int, int], int]:
    """How much of each account of ``lots`` money has settled, and what money came beyond that (all earned cents).

    ``adjusted`` is what was written off (earned, so normally against the sign of the lots), ``still_open`` what is
    receivable (debit positive). Money is earned + adjusted - open. It settles at most what was earned less what was written
    off; several accounts share by largest remainder, or oldest first.
    """
    gross = _by_account(lots)
    whole = sum(gross.values())
    money = whole + adjusted - still_open
    sign = 1 if whole >= 0 else -1
    written_off = min(max(-adjusted * sign, 0), whole * sign)
    settled = min(max(money * sign, 0), whole * sign - written_off)
    if oldest_first and len(gross) > 1:
        gross = _oldest(lots, sign, settled + written_off)
    return _split(sign * settled, gross), money - sign * settled


def _by_account(lots: Iterable[Lot]) -> dict[int, int]:
    gross: dict[int, int] = {}
    for account, cents in lots:
        gross[account] = gross.get(account, 0) + cents
    return gross


def _oldest(lots: Sequence[Lot], sign: int, size: int) -> dict[int, int]:
    """The lots that ``size`` cents (not negative) reach, oldest first, per account. What runs against the sign of the whole
    takes back the latest lots of its own account; what then still runs against it is reached at once.
    """
    left = [cents * sign for _, cents in lots]
    stacks: dict[int, list[int]] = defaultdict(list)
    for at, (account, _) in enumerate(lots):
        stack = stacks[account]
        while left[at] and stack and (left[stack[-1]] > 0) != (left[at] > 0):
            taken = min(abs(left[at]), abs(left[stack[-1]]))
            for each in (at, stack[-1]):
                left[each] -= taken if left[each] > 0 else -taken
            if not left[stack[-1]]:
                stack.pop()
        if left[at]:
            stack.append(at)
    size -= sum(cents for cents in left if cents < 0)
    reached: dict[int, int] = {}
    for (account, _), cents in zip(lots, left, strict=True):
        part = cents if cents < 0 else min(cents, size)
        size -= max(part, 0)
        reached[account] = reached.get(account, 0) + sign * part
    return reached


def _split(total: int, weights: Mapping[int, int]) -> dict[int, int]:
    """``total`` over signed weights of the same sum's sign, exactly; all of the weights when it is their sum."""
    if len(weights) == 1:
        return dict.fromkeys(weights, total)
    whole = sum(weights.values())
    if not total or not whole:
        return dict.fromkeys(weights, 0)
    accounts = sorted(weights)
    with_it = [abs(weights[a]) if (weights[a] > 0) == (whole > 0) else 0 for a in accounts]
    against = [0 if w else abs(weights[a]) for a, w in zip(accounts, with_it, strict=True)]
    back = round_half_up(sum(against) * total, whole) * (1 if whole > 0 else -1)
    parts = zip(allocate(total + back, with_it), allocate(-back, against), strict=True)
    return {account: one + other for account, (one, other) in zip(accounts, parts, strict=True)}


@dataclass(slots=True)
class _Sheet:
    """One group while it is added up. ``lots`` can be settled, ``written_off`` never; ``settles``: something is or was open."""

    lots: list[Lot] = field(default_factory=list)
    written_off: list[Lot] = field(default_factory=list)
    open: int = 0
    settles: bool = False


@dataclass(slots=True)
class _Loose:
    """One entry while its loose lines find their groups: what each group wants (earned), what each account has left."""

    reversal: bool
    wanted: dict[Group, int] = field(default_factory=dict)
    sides: dict[Group, Treatment] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)


class _Reader:
    """Groups out of sums and loose entries."""

    def __init__(self, accounts: Sequence[AccountHead]) -> None:
        self.how = {account.id: treatment(account) for account in accounts}
        self.side = {
            a.id: Treatment.RECEIVABLE if a.kind == "revenue" else Treatment.PAYABLE
            for a in accounts
            if self.how[a.id] not in OPEN | {Treatment.FORWARD}
        }
        self.retained = {account.id for account in accounts if account.role == "retained_earnings"}
        self.sheets: dict[Group, _Sheet] = {}

    def read(self, books: Books) -> dict[Group, _Sheet]:
        """Every group in which something is or was open."""
        for item, account, cents in books.items:
            self.add(item, account, cents)
        for entity, account, party, cents in books.pools:
            self.add(self.group(account, "", entity, party), account, cents)
        lines = sorted(books.loose, key=lambda line: (line.day, line.number, line.n))
        for _number, entry in groupby(lines, key=lambda line: line.number):
            self.attach(list(entry))
        return {group: sheet for group, sheet in self.sheets.items() if sheet.settles}

    def add(self, group: Group, account: int, cents: int) -> None:
        """One amount (debit positive) of a group."""
        sheet = self.sheets.get(group)
        if sheet is None:
            sheet = self.sheets[group] = _Sheet()
        how = self.how[account]
        if how in OPEN:
            sheet.open += cents
            sheet.settles = True
        else:
            (sheet.written_off if how is Treatment.ADJUSTMENT else sheet.lots).append((account, -cents))

    def group(self, account: int, item: str, entity: int, party: int | None) -> Group:
        """Where an open line settles."""
        how = self.how[account]
        return item or (entity, how, party if how is Treatment.PAYABLE else None)

    def attach(self, entry: Sequence[LooseLine]) -> None:
        """Give the deferred lines of one entry that have no item to the groups the entry opened or took back.

        A group takes at most what the entry opened in it and its own item does not explain; the rest was paid at once.
        Revenue belongs to receivables, expense and what was bought to payables; equity is what was brought forward.
        """
        loose = self._loose(entry)
        for group, side in loose.sides.items():
            free = {a: cents for a, cents in loose.left.items() if cents and self.side.get(a) is side}
            total, wanted = sum(free.values()), loose.wanted[group]
            if total and wanted and (total > 0) == (wanted > 0):
                amount = min(abs(wanted), abs(total)) * (1 if wanted > 0 else -1)
                for account, part in _split(amount, free).items():
                    self._give(loose, group, account, part)
        for group in loose.sides:
            self._forward(loose, group)

    def _loose(self, entry: Sequence[LooseLine]) -> _Loose:
        loose = _Loose(entry[0].reversal)
        for line in entry:
            if self.how[line.account] in OPEN:
                group = self.group(line.account, line.item, line.entity, line.party)
                loose.wanted[group] = loose.wanted.get(group, 0) + line.cents
                loose.sides.setdefault(group, self.how[line.account])
        for line in entry:
            how = self.how[line.account]
            if how in (Treatment.INCOME, Treatment.ADJUSTMENT) and line.item:
                if line.item in loose.wanted:
                    loose.wanted[line.item] += line.cents
            elif how in DEFERRED and (how is not Treatment.BOUGHT or (line.cents > 0) != loose.reversal):
                # an asset credited is no purchase: its money may be what pays
                loose.left[line.account] = loose.left.get(line.account, 0) - line.cents
        return loose

    def _give(self, loose: _Loose, group: Group, account: int, earned: int) -> None:
        loose.left[account] -= earned
        loose.wanted[group] -= earned
        if earned:
            self.add(group, account, -earned)

    def _forward(self, loose: _Loose, group: Group) -> None:
        """What equity stands against: an opening balance, whatever else the entry opens; and what retained earnings take back."""
        equity = sorted(a for a in loose.left if self.how[a] is Treatment.FORWARD)
        wanted = loose.wanted[group]
        if not equity or not wanted:
            return
        account = next((a for a in equity if a in self.retained), equity[0])
        opened = ((wanted > 0) == (loose.sides[group] is Treatment.RECEIVABLE)) != loose.reversal
        if opened:
            self._give(loose, group, account, wanted)
        elif account in self.retained and loose.left[account] * wanted > 0:
            most = min(abs(wanted), abs(loose.left[account]))
            self._give(loose, group, account, most if wanted > 0 else -most)


@dataclass(slots=True)
class _Tally:
    """What the groups come to, earned cents: what leaves the accrual balances, what is shown instead, and where."""

    taken: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    shown: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    old_charges: int = 0  # collected of receivables brought forward
    beyond: int = 0  # money no line of its item explains
    forward: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})  # brought forward: owed to us, by us


def _tally(reader: _Reader, books: Books) -> _Tally:
    tally = _Tally()
    for group, sheet in reader.read(books).items():
        adjusted = sum(cents for _, cents in sheet.written_off)
        settled, beyond = settle(sheet.lots, adjusted, sheet.open, oldest_first=not isinstance(group, str))
        tally.beyond += beyond
        for account, cents in (*sheet.lots, *sheet.written_off):
            tally.taken[account] += cents
            if reader.how[account] is Treatment.FORWARD:
                tally.forward[cents > 0] += cents
        for account, cents in settled.items():
            if reader.how[account] is not Treatment.FORWARD:
                tally.shown[account] += cents
            elif cents > 0:
                tally.old_charges += cents
            else:
                tally.beyond += cents
    return tally


def cash_balance(as_of: date, accounts: Sequence[AccountHead], books: Books) -> CashBalance:
    """Every account at the end of ``as_of`` on the cash basis, with the proof. Independent of the order of ``books``.

    Receivables, payables and write-offs are 0. Receipts not yet applied stand on their own accounts and count as revenue;
    so does what money came beyond what its item explains (``unapplied``; negative: what went beyond it).
    """
    reader = _Reader(accounts)
    tally = _tally(reader, books)
    accrual = {
        account.id: debit - credit for account in accounts for debit, credit in [books.sums.get(account.id, (0, 0))]
    }
    view = {
        account: 0 if reader.how[account] in OPEN else cents + tally.taken.get(account, 0) - tally.shown.get(account, 0)
        for account, cents in accrual.items()
    }
    home = {account.role: account.id for account in accounts}
    view[home["charges"]] -= tally.old_charges
    view[home["unapplied"]] -= tally.beyond
    heads = [replace(a, kind="revenue") if reader.how[a.id] is Treatment.RECEIPT else a for a in accounts]
    turned = {a: books.sums.get(a, (0, 0)) if view[a] == accrual[a] else _sides(view[a]) for a in view}
    shown = trial_balance(as_of, "cash", heads, turned)
    proof = _proof(reader.how, accrual, tally, -sum(view[a.id] for a in heads if a.kind in ("revenue", "expense")))
    return CashBalance(shown.as_of, shown.basis, shown.rows, shown.debit_cents, shown.credit_cents, proof)


def _sides(cents: int) -> tuple[int, int]:
    return max(cents, 0), max(-cents, 0)


def _proof(how: Mapping[int, Treatment], accrual: Mapping[int, int], tally: _Tally, cash_income: int) -> Proof:
    def total(*of: Treatment) -> int:
        return sum(cents for account, cents in accrual.items() if how[account] in of)

    return Proof(
        accrual_income_cents=-total(Treatment.INCOME, Treatment.ADJUSTMENT),
        receivables_change_cents=total(Treatment.RECEIVABLE) - tally.forward[True],
        payables_change_cents=-total(Treatment.PAYABLE) + tally.forward[False],
        receipts_held_change_cents=-total(Treatment.RECEIPT),
        assets_unpaid_cents=sum(
            tally.shown[a] - cents for a, cents in tally.taken.items() if how[a] is Treatment.BOUGHT
        ),
        cash_income_cents=cash_income,
    )
