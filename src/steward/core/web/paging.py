"""Pages of rows that are reckoned, not asked of a table: what ``core.listing`` does for those of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from steward.core.access.request import OfficeRequest

ROWS = 100


@dataclass(frozen=True)
class Page:
    """Some rows of ``total``; an address is empty where there is no such page."""

    rows: Sequence[Any]
    total: int
    before_url: str
    next_url: str


def page_of(request: OfficeRequest, rows: Sequence[Any], most: int = ROWS) -> Page:
    """The page the address asks for (``page=2``); beyond either end the nearest one."""
    said = request.GET.get("page", "")
    last = max(1, -(-len(rows) // most))
    number = min(max(1, int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 1), last)
    shown = rows[(number - 1) * most : number * most]
    return Page(shown, len(rows), _url(request, number - 1, last), _url(request, number + 1, last))


def _url(request: OfficeRequest, number: int, last: int) -> str:
    if not 1 <= number <= last:
        return ""
    asked = request.GET.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"
