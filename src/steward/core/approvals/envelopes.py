"""Standing approvals, pure: a yes given beforehand for one person's small orders, within caps splitting cannot pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from steward.core.approvals.logic import RuleError, Subject

WINDOW_DAYS = 7


@dataclass(frozen=True)
class Draw:
    """An order drawn on `on`; `group` is whom it went to (the vendor). A release has negative cents."""

    on: date
    amount_cents: int
    group: str = ""


@dataclass(frozen=True)
class Envelope:
    """What `holder` may spend on subjects of `kind` with the attributes of `where`, without asking again.

    At most `per_order_cents` an order and `period_cents` a calendar month (`monthly`) or altogether, on days
    starts..ends, both included. Orders to one group within `window_days` count as one order.
    """

    kind: str
    holder: int
    per_order_cents: int
    period_cents: int
    starts: date
    ends: date
    where: Mapping[str, str] = field(default_factory=dict)
    monthly: bool = True
    window_days: int = WINDOW_DAYS

    def __post_init__(self) -> None:
        if not 0 < self.per_order_cents <= self.period_cents or self.ends < self.starts or self.window_days < 1:
            raise RuleError("An envelope has a cap for an order, one not smaller for the period, and days in order")


@dataclass(frozen=True)
class Covered:
    """The order is inside; this much is left afterwards, for the period and for one more order to the same group."""

    period_left_cents: int
    order_left_cents: int


@dataclass(frozen=True)
class NotCovered:
    """The order is outside: it needs an approval of its own."""

    code: str
    reason: str
    fix: str = "Ask for an approval of this order."


def draw(envelope: Envelope, subject: Subject, group: str, draws: Iterable[Draw], today: date) -> Covered | NotCovered:
    """Whether `subject`, going to `group`, fits into the envelope after the earlier `draws`."""
    earlier = tuple(draws)
    unfit = _unfit(envelope, subject, today)
    if unfit:
        return unfit
    order = rolling_cents(earlier, group, today, envelope.window_days) + subject.amount_cents
    if order > envelope.per_order_cents:
        days = envelope.window_days
        return NotCovered("order_cap", f"Orders to one vendor within {days} days pass the cap of an order.")
    period = subject.amount_cents + sum(d.amount_cents for d in earlier if _same_period(envelope, d.on, today))
    if period > envelope.period_cents:
        return NotCovered("period_cap", "The envelope's money for the period is used up.")
    return Covered(envelope.period_cents - period, envelope.per_order_cents - order)


def rolling_cents(draws: Iterable[Draw], group: str, today: date, window_days: int = WINDOW_DAYS) -> int:
    """What went to `group` within `window_days` around `today`: back-dating an order does not take it out."""
    reach = timedelta(days=window_days)
    return max(0, sum(d.amount_cents for d in draws if d.group == group and abs(d.on - today) < reach))


def _unfit(envelope: Envelope, subject: Subject, today: date) -> NotCovered | None:
    if not envelope.starts <= today <= envelope.ends:
        return NotCovered("ended", "The envelope is not open on this day.")
    if subject.persons("requester") != {envelope.holder}:
        return NotCovered("holder", "The envelope was given to somebody else.")
    if subject.kind != envelope.kind or any(subject.attributes.get(k) != v for k, v in envelope.where.items()):
        return NotCovered("scope", "The envelope is for something else.")
    if subject.amount_cents == 0:
        return NotCovered("amount", "An order of nothing draws nothing.")
    return None


def _same_period(envelope: Envelope, day: date, today: date) -> bool:
    return not envelope.monthly or (day.year, day.month) == (today.year, today.month)
