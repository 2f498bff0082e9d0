"""What the words and the amount of a cost say of it: months paid ahead, a thing that lasts, upkeep; whose cost it usually is. Pure.

The words and limits are data (``costs.toml``); checks 23 to 26 of the catalogue are built on them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MOST_MONTHS = 60
USUAL_PPM = 900_000

_MONTH = rf"(?:{'|'.join(MONTHS)})[a-z]*"
_TO = r"\s*(?:-|–|to|through|thru|until)\s*"
_COUNTED = re.compile(r"\b(\d{1,2})[\s-]*(?:months?|mos?)\b")
_YEARS = re.compile(r"\b(\d|one|two|three)[\s-]*years?\b")
_ISO = re.compile(rf"\b(\d{{4}})-(\d\d)(?:-\d\d)?{_TO}(\d{{4}})-(\d\d)(?:-\d\d)?\b")
_US = re.compile(rf"\b(\d{{1,2}})/(?:\d{{1,2}}/)?(\d{{4}}|\d\d){_TO}(\d{{1,2}})/(?:\d{{1,2}}/)?(\d{{4}}|\d\d)\b")
_NAMED = re.compile(rf"\b({_MONTH})\.?\s*(\d{{4}})?{_TO}({_MONTH})\.?\s*(\d{{4}})\b")
_WORDS = (
    (re.compile(r"\b(?:semi-?annual(?:ly)?|half[\s-]?year(?:ly)?)\b"), 6),
    (re.compile(r"\b(?:annual(?:ly)?|yearly|per year|full year)\b"), 12),
    (re.compile(r"\bquarter(?:ly)?\b"), 3),
)
_COUNTS = {"one": 1, "two": 2, "three": 3}


@cache
def limits() -> dict[str, Any]:
    """The shipped words and limits."""
    return tomllib.loads((Path(__file__).parent / "costs.toml").read_text())


def months_paid(text: str) -> int:
    """How many months the words of a bill cover, 1 to 60; 1 when they say nothing of it.

    Days written out ("2026-01-01 to 2026-12-31", "1/26-12/26", "Jan-Dec 2026") go before a count ("12 months"), and that before words.
    """
    said = text.lower()
    for found in (_between(said), _counted(said)):
        if found:
            return min(max(found, 1), MOST_MONTHS)
    return next((months for pattern, months in _WORDS if pattern.search(said)), 1)


def _between(said: str) -> int:
    if m := _ISO.search(said):
        return _span(int(m[1]), int(m[2]), int(m[3]), int(m[4]))
    if m := _US.search(said):
        return _span(int(m[2]) % 100, int(m[1]), int(m[4]) % 100, int(m[3]))
    if m := _NAMED.search(said):
        first, last = MONTHS.index(m[1][:3]) + 1, MONTHS.index(m[3][:3]) + 1
        return _span(int(m[2]) if m[2] else int(m[4]) - (first > last), first, int(m[4]), last)
    return 0


def _span(year: int, month: int, to_year: int, to_month: int) -> int:
    if not (1 <= month <= 12 and 1 <= to_month <= 12):
        return 0
    return max((to_year * 12 + to_month) - (year * 12 + month) + 1, 0)


def _counted(said: str) -> int:
    if m := _COUNTED.search(said):
        return int(m[1])
    if m := _YEARS.search(said):
        return 12 * (_COUNTS.get(m[1]) or int(m[1]))
    return 0


def _names(said: str, words: Iterable[str]) -> bool:
    return any(re.search(rf"\b{re.escape(word)}(?:s|es)?\b", said) for word in words)


def ahead(code: str, text: str) -> str:
    """The account for what is paid ahead on this account and by these words, or nothing when it is not of that sort."""
    rule = limits()["ahead"]
    if code not in rule["codes"] and not _names(text.lower(), rule["words"]):
        return ""
    insured = code in rule["insurance_codes"] or _names(text.lower(), ("insurance",))
    return str(rule["insurance"] if insured else rule["other"])


def durable(text: str) -> str:
    """The account of the lasting thing the words name, or nothing; words of upkeep win ("repair of the ultrasound")."""
    said = text.lower()
    if upkeep(said):
        return ""
    return next((row["code"] for row in limits()["durable"] if _names(said, row["words"])), "")


def upkeep(text: str) -> str:
    """The account of upkeep when the words name it, or nothing."""
    rule = limits()["upkeep"]
    return str(rule["code"]) if _names(text.lower(), rule["words"]) else ""


def payee(memo: str) -> str:
    """Who a text of the bank or of a memo names, without numbers and months: what is the same month after month.

    Empty when fewer than six letters are left, which name nobody.
    """
    words = [w for w in re.sub(r"[^a-z ]", " ", memo.lower()).split() if not re.fullmatch(_MONTH, w)]
    name = " ".join(words[:5])
    return name if len(name.replace(" ", "")) >= 6 else ""


@dataclass(frozen=True, slots=True)
class Usual:
    """Where a payee's bills usually go: the account, of how many bills, and how many of them it has, in millionths."""

    code: str
    bills: int
    ppm: int


def usual(rows: Iterable[tuple[str, str]]) -> dict[str, Usual]:
    """Payee -> the account that has at least nine bills in ten of his, when there is one. ``rows`` are (payee, account code)."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for who, code in rows:
        if who:
            seen[who][code] += 1
    found = {}
    for who, counts in seen.items():
        code, most = counts.most_common(1)[0]
        ppm = most * 1_000_000 // counts.total()
        if ppm >= USUAL_PPM:
            found[who] = Usual(code, counts.total(), ppm)
    return found


def not_moved(rows: Sequence[tuple[int, str, int]], credits: Iterable[tuple[int, str, int]]) -> set[int]:
    """Which of ``rows`` (entry number, account, cents to move off) no later credit of the same account and size has moved already.

    Each credit (number, account, cents) cures one row, the oldest first. Positions in ``rows``.
    """
    free: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, code, cents in sorted(credits):
        free[code, -cents].append(number)
    left = set()
    for at in sorted(range(len(rows)), key=lambda n: rows[n][0]):
        number, code, cents = rows[at]
        later = [one for one in free[code, cents] if one > number]
        if later:
            free[code, cents].remove(later[0])
        else:
            left.add(at)
    return left
