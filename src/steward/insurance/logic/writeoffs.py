"""Only white-listed adjustments post by themselves. "CO" is not "write off": CO-16, 29, 50, 97 and 197 go to people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One white-listed pair. `payer` None is any payer; both days are included."""

    group: str
    carc: str
    role: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    payer: int | None = None
    capitation_only: bool = False
    negative_only: bool = False
    source: str = ""
    contract: int | None = None

    def allows(self, day: dt.date, cents: int, *, capitation: bool) -> bool:
        """True when the rule holds on the day of the remittance for this amount under this contract."""
        if day < self.starts_on or (self.ends_on is not None and day > self.ends_on):
            return False
        return (capitation or not self.capitation_only) and (cents < 0 or not self.negative_only)


def rule_for(
    rules: Iterable[Rule],
    *,
    payer: int | None,
    group: str,
    carc: str,
    day: dt.date,
    cents: int,
    capitation: bool = False,
    contract: int | None = None,
) -> Rule | None:
    """The rule by which an adjustment may post, or None: a person decides.

    A contract's own rule speaks before the payer's, the payer's before the general one, and when it does not allow the
    amount the wider one is not asked: a contract that narrows a code must not be widened behind its back. Of several of
    a kind the latest start wins. Without `contract` the rules of contracts are not asked.
    """
    pair = [rule for rule in rules if (rule.group, rule.carc) == (group, carc)]
    standing = [rule for rule in pair if rule.payer is not None and rule.payer == payer and _stands(rule, day)]
    agreed = [rule for rule in standing if rule.contract is not None and rule.contract == contract]
    own = agreed or [rule for rule in standing if rule.contract is None]
    asked = own or [rule for rule in pair if rule.payer is None]
    allowed = [rule for rule in asked if rule.allows(day, cents, capitation=capitation)]
    return max(allowed, key=lambda rule: rule.starts_on, default=None)


def _stands(rule: Rule, day: dt.date) -> bool:
    return rule.starts_on <= day and (rule.ends_on is None or day <= rule.ends_on)
