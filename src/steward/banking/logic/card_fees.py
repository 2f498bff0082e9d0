"""What a card processor keeps of a batch by its terms. Pure; cents, rounded half up once: for each payment, or for the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from steward.core.money import apply_rate


class Terms(Protocol):
    """A share of what was paid (ppm), so many cents a payment, and whether the share is rounded for each payment."""

    @property
    def rate_ppm(self) -> int: ...
    @property
    def item_cents(self) -> int: ...
    @property
    def each(self) -> bool: ...


def card_fee(terms: Terms | None, payments: Sequence[int]) -> int:
    """The fee of these payments (cents each); 0 where no terms are known."""
    if terms is None:
        return 0
    shares = payments if terms.each else [sum(payments)]
    return sum(apply_rate(cents, terms.rate_ppm) for cents in shares) + terms.item_cents * len(payments)
