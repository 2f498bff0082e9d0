"""Trial balance arithmetic: pure sums of signed cents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class AccountHead:
    """What a report says of an account besides its figures."""

    id: int
    code: str
    name: str
    kind: str
    normal_side: str
    role: str


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account at the end of a day. Cents. The balance stands in the column of its side; ``turnover`` is all that went in."""

    account: AccountHead
    debit_cents: int
    credit_cents: int
    balance_cents: int
    turnover_debit_cents: int
    turnover_credit_cents: int

    @property
    def abnormal(self) -> bool:
        """The balance is on the wrong side for this account."""
        return self.balance_cents != 0 and (self.balance_cents > 0) != (self.account.normal_side == "debit")


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account at the end of a day, in order of code; the two columns have equal sums or the books are broken."""

    as_of: date
    basis: str
    rows: tuple[TrialRow, ...]
    debit_cents: int
    credit_cents: int

    def as_json(self) -> dict[str, Any]:
        """The contract's shape (``steward books trial-balance``)."""
        return {
            "as_of": self.as_of.isoformat(),
            "basis": self.basis,
            "rows": [
                {
                    "code": r.account.code, "name": r.account.name, "role": r.account.role or None, "kind": r.account.kind,
                    "debit_cents": r.debit_cents, "credit_cents": r.credit_cents, "balance_cents": r.balance_cents,
                    "turnover_debit_cents": r.turnover_debit_cents, "turnover_credit_cents": r.turnover_credit_cents,
                }
                for r in self.rows
            ],
            "debit_cents": self.debit_cents,
            "credit_cents": self.credit_cents,
        }  # fmt: skip


def trial_balance(
    as_of: date, basis: str, accounts: Iterable[AccountHead], sums: Mapping[int, tuple[int, int]]
) -> TrialBalance:
    """Rows from turnovers: ``sums`` maps account id to (debits, credits), both positive cents; absent means none."""
    rows = []
    debits = credits = 0
    for account in accounts:
        debit, credit = sums.get(account.id, (0, 0))
        balance = debit - credit
        rows.append(TrialRow(account, max(balance, 0), max(-balance, 0), balance, debit, credit))
        debits += max(balance, 0)
        credits += max(-balance, 0)
    return TrialBalance(as_of, basis, tuple(rows), debits, credits)


def combine(*parts: tuple[int, Iterable[tuple[int, int, int]]]) -> dict[int, tuple[int, int]]:
    """Turnovers added up: each part is (sign, rows of (account, debits, credits))."""
    sums: dict[int, tuple[int, int]] = {}
    for sign, rows in parts:
        for account, debit, credit in rows:
            before = sums.get(account, (0, 0))
            sums[account] = (before[0] + sign * debit, before[1] + sign * credit)
    return sums
