"""Slips of the pen between what the books expect and what the bank shows. Cents; pure.

Sources: Kester, *Accounting Theory and Practice* I (a transposition differs by a multiple of 9, a slide by 9, 90, 99 ...).
"""

from __future__ import annotations

from typing import Final

TRANSPOSITION: Final = "transposition"
SLIDE: Final = "slide"
SIGN: Final = "wrong_side"


def slip(book: int, bank: int) -> str:
    """What could have made ``bank`` out of ``book``: "transposition" (two neighbouring digits swapped), "slide" (a point one
    or two places off), "wrong_side" (the sign), or "" for none. Equal amounts are no slip."""
    if book == bank or not book or not bank:
        return ""
    if book == -bank:
        return SIGN
    if (book > 0) != (bank > 0):
        return ""
    big, small = max(abs(book), abs(bank)), min(abs(book), abs(bank))
    if big in (small * 10, small * 100):
        return SLIDE
    return TRANSPOSITION if _swapped(str(big), str(small).zfill(len(str(big)))) else ""


def _swapped(one: str, other: str) -> bool:
    """Whether one is the other with two neighbouring digits swapped."""
    apart = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    n, m = apart
    return one[n] == other[m] and one[m] == other[n]
