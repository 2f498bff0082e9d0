"""What a denial is about, what became of denials like it, and what it is worth to work it. Pure; the rules are data.

Categories are our own words for groups of CARC and RARC numbers (``data/denials.toml``). The chance of a denial is the share
of the cents of earlier denials of its category and payer that the payer paid after all; without such denials there is no
chance to tell, and none is guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

OTHER = "other"
PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Category:
    """One group of reasons: its words, what to do first, whose habit causes it, and the shipped scrub rule that asks of it."""

    id: str
    title: str
    first: str = ""
    cause: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Categories:
    """All categories, and which code belongs to which. ``remark_decides`` are CARCs that leave the word to the RARC."""

    known: tuple[Category, ...] = ()
    by_carc: Mapping[str, str] = field(default_factory=dict)
    by_rarc: Mapping[str, str] = field(default_factory=dict)
    remark_decides: frozenset[str] = frozenset()

    def of(self, carc: str, remarks: Iterable[str] = ()) -> str:
        """The category's id. A vague CARC is decided by the first known remark (by name); an unknown one is ``other``."""
        if carc in self.remark_decides or carc not in self.by_carc:
            told = next((self.by_rarc[one] for one in sorted(remarks) if one in self.by_rarc), "")
            if told:
                return told
        return self.by_carc.get(carc, OTHER)

    def get(self, id_: str) -> Category:
        """The category with this id; one without words for ``other`` and for what an older file knew."""
        return next((one for one in self.known if one.id == id_), Category(id_ or OTHER, (id_ or OTHER).capitalize()))


NO_CATEGORIES = Categories()


def read_categories(text: str) -> Categories:
    """The categories of a TOML text. Raises KeyError or ValueError: a field is missing, or a code stands in two categories."""
    data = tomllib.loads(text)
    by: dict[str, dict[str, str]] = {"carc": {}, "rarc": {}}
    known = []
    for row in data["category"]:
        known.append(Category(row["id"], row["title"], row["first"], row["cause"], row.get("rule", "")))
        for kind, codes in by.items():
            for code in row[kind]:
                if codes.setdefault(code, row["id"]) != row["id"]:
                    raise ValueError(f"{kind} {code} stands in {codes[code]} and in {row['id']}")
    return Categories(tuple(known), by["carc"], by["rarc"], frozenset(data["remark_decides"]))


@dataclass(frozen=True, slots=True)
class Past:
    """Denials that are over: how many, in how many the payer paid something after all, cents denied and cents paid since."""

    denials: int = 0
    recovered: int = 0
    denied_cents: int = 0
    recovered_cents: int = 0


@dataclass(frozen=True, slots=True)
class Chance:
    """The share of a denial's dollars that comes back, and what it rests on. ``ppm`` None: nothing like it is over yet."""

    ppm: int | None
    past: Past


def chance(past: Past | None) -> Chance:
    """Cents recovered of cents denied, in parts a million (rounded down), at most all of it."""
    if past is None or past.denied_cents <= 0:
        return Chance(None, past or Past())
    return Chance(min(PPM, max(0, past.recovered_cents) * PPM // past.denied_cents), past)


def expected_cents(open_cents: int, one: Chance) -> int | None:
    """What working it brings on average; None without history. Rounded half up."""
    return None if one.ppm is None else (open_cents * one.ppm + PPM // 2) // PPM


@dataclass(frozen=True, slots=True)
class Month:
    """Services answered in a month (its first day), and how many of them were denied for one cause."""

    month: date
    answered: int
    denied: int

    @property
    def ppm(self) -> int:
        return self.denied * PPM // self.answered if self.answered else 0


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """The denial rate of one cause before and after its mend, in parts a million; None where nothing was answered."""

    before: Month
    after: Month

    @property
    def before_ppm(self) -> int | None:
        return self.before.ppm if self.before.answered else None

    @property
    def after_ppm(self) -> int | None:
        return self.after.ppm if self.after.answered else None


def before_after(months: Iterable[Month], fixed_on: date) -> BeforeAfter:
    """Whole months before the month of the mend against those after it; the month itself belongs to neither."""
    own = fixed_on.replace(day=1)
    sums = {False: [0, 0], True: [0, 0]}
    for one in months:
        if one.month != own:
            both = sums[one.month > own]
            both[0] += one.answered
            both[1] += one.denied
    return BeforeAfter(Month(own, *sums[False]), Month(own, *sums[True]))


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from one day's month to another's, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month
    start = first.year * 12 + first.month - 1
    return [date((start + n) // 12, (start + n) % 12 + 1, 1) for n in range(count + 1)]
