"""Card payments over a processor: what any processor must do, and the double that stands in for one in tests and demonstrations.

A card number never comes here: the processor's own page or terminal takes it and answers with a token (PCI DSS 3.2, SAQ A). A
processor is asked with a key of ours, and asked again with the same key it answers the same, so that a lost answer charges nobody twice.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from steward.core.refusals import refuse

SETTING = "STEWARD_CARDS"
APPROVED, DECLINED = "approved", "declined"


class LostAnswer(Exception):
    """The processor did not answer: nobody knows whether the card was charged until it is asked again with the same key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``outcome`` is approved or declined; ``reference`` the processor's own name of the payment, ``message`` its words."""

    outcome: str
    reference: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """One batch the processor pays out: what it took, what it keeps, which payments (by reference) are in it. Cents."""

    reference: str
    day: date
    gross_cents: int
    fee_cents: int
    payments: tuple[str, ...]


class Processor(Protocol):
    """What a card processor must do. May raise LostAnswer."""

    def charge(self, *, token: str, cents: int, key: UUID) -> Answer: ...
    def refund(self, *, reference: str, cents: int, key: UUID) -> Answer: ...
    def settle_report(self, day: date) -> list[Settled]: ...


@dataclass
class Double:
    """Stands in for a processor: the token says what happens. ``tok_decline...`` is declined, ``tok_lost...`` charges and answers
    only when asked again (so is a refund of what a ``tok_lost...`` paid); all others are approved. Keeps 2.9 percent of a day's payments;
    refunds are taken from the account apart from them."""

    answers: dict[UUID, Answer] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    charges: int = 0

    def charge(self, *, token: str, cents: int, key: UUID) -> Answer:
        if key in self.answers:
            return self.answers[key]
        if token.startswith("tok_decline"):
            self.answers[key] = Answer(DECLINED, "", "insufficient funds")
            return self.answers[key]
        self.charges += 1
        found = self.answers[key] = Answer(APPROVED, f"ch_{key.hex[:20]}")
        self.taken[found.reference], self.tokens[found.reference] = cents, token
        if token.startswith("tok_lost"):
            raise LostAnswer("the line went dead")
        return found

    def refund(self, *, reference: str, cents: int, key: UUID) -> Answer:
        if key not in self.answers:
            back = self.refunded.get(reference, 0) + cents
            enough = cents > 0 and back <= self.taken.get(reference, 0)
            if enough:
                self.refunded[reference] = back
            self.answers[key] = Answer(APPROVED, f"re_{key.hex[:20]}") if enough else Answer(DECLINED, "", "nothing is left of it")
            if enough and self.tokens.get(reference, "").startswith("tok_lost"):
                raise LostAnswer("the line went dead")
        return self.answers[key]

    def settle_report(self, day: date) -> list[Settled]:
        gross = sum(self.taken.values())
        if not gross:
            return []
        return [Settled(f"S{day:%Y%m%d}", day, gross, (gross * 29 + 500) // 1000, tuple(self.taken))]


_DOUBLE = Double()


def processor() -> Processor | None:
    """The processor of the setting ``STEWARD_CARDS``; None when there is none. Refuses ``processor`` for a name nobody knows."""
    name = os.environ.get(SETTING, "")
    if not name:
        return None
    if name == "double":
        return _DOUBLE
    message = _("No card processor is called %s.") % name
    raise refuse("processor", message, _("Set STEWARD_CARDS to double, or to nothing."))
