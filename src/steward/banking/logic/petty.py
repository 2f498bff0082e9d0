"""What may be paid out of a drawer on the cashier's own word: which accounts, and how much (`petty_cash.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PettyCash:
    """The limits of pay-outs in cents, both included, and which accounts beyond plain expenses may take them."""

    each_cents: int
    day_cents: int
    roles: frozenset[str]
    never: tuple[str, ...]

    def takes(self, *, code: str, kind: str, role: str, control_of: str) -> bool:
        """Whether an account is a plain expense: no bank, no balance owed, no sub-ledger, nothing of another duty."""
        plain = kind == "expense" and not control_of and (not role or role in self.roles)
        return plain and not code.startswith(self.never)

    def too_much(self, cents: int, before_cents: int) -> bool:
        """Whether `cents` more than one pay-out may be, or with the day's earlier ones more than a day's."""
        return cents > self.each_cents or before_cents + cents > self.day_cents


@cache
def petty_cash() -> PettyCash:
    """The shipped limits. Raises KeyError when the file lacks one: an absent limit allows nothing."""
    data = tomllib.loads((Path(__file__).parent / "petty_cash.toml").read_text())
    return PettyCash(data["each_cents"], data["day_cents"], frozenset(data["roles"]), tuple(data["never"]))
