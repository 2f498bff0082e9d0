"""A transaction as a list of segments with their places, and the values elements carry: cents, days, components.

For answers that move no money of their own (999, 277, 271): a value that cannot be read never hides the rest. It is None,
and the place with the text as it stood is kept in ``Reader.unread``, for a person to see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from steward.core.x12.read import Transaction, X12Error, read

#: Ten billion dollars: what one line of the books can hold.
LIMIT_CENTS = 1_000_000_000_000
T = TypeVar("T")
_AMOUNT = re.compile(r"(-?)([0-9]{0,18})(?:\.([0-9]{1,18})?)?", re.ASCII)
_SHARE = re.compile(r"([0-9]{0,6})(?:\.([0-9]{1,9}))?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. ``number`` is its place in the file, ``position`` its place in the transaction (ST is 1)."""

    tag: str
    elements: tuple[str, ...]
    number: int
    position: int

    def __getitem__(self, index: int) -> str:
        """Element ``index`` as the guides count (``NM1[9]`` is NM109), without surrounding blanks; empty when absent."""
        return self.elements[index].strip() if index < len(self.elements) else ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that could not be read: where it stands (``DTP03``), the segment of the file and the text itself."""

    where: str
    segment: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included. One day has the same first and last; ``last`` None: open, or not said."""

    first: date
    last: date | None = None


@dataclass(slots=True)
class Reader:
    """Reads the values of one transaction's elements; what it cannot read it keeps in ``unread``."""

    transaction: Transaction
    unread: list[Unread] = field(default_factory=list)

    def segments(self) -> list[Segment]:
        """Every segment between ST and SE. Empty ones (two delimiters in a row) are counted and left out."""
        element, first = self.transaction.delimiters.element, self.transaction.first_segment
        cut = enumerate((text.split(element) for text in self.transaction.segments), 2)
        return [Segment(parts[0].strip(), tuple(parts), first + n - 1, n) for n, parts in cut if parts[0].strip()]

    def parts(self, text: str) -> tuple[str, ...]:
        """The components of an element, empty ones kept."""
        return tuple(part.strip() for part in text.split(self.transaction.delimiters.component))

    def repeats(self, text: str) -> tuple[str, ...]:
        """The repetitions of an element, empty ones left out."""
        mark = self.transaction.delimiters.repetition
        return tuple(part.strip() for part in (text.split(mark) if mark else [text]) if part.strip())

    def cents(self, segment: Segment, index: int) -> int | None:
        """Dollars -> cents. None when absent or unreadable; more than two decimals are unreadable, never rounded."""
        return self._kept(segment, index, as_cents(segment[index]))

    def ppm(self, segment: Segment, index: int) -> int | None:
        """A share of one (``.2``) -> parts a million. None when absent or unreadable."""
        return self._kept(segment, index, as_ppm(segment[index]))

    def count(self, segment: Segment, index: int) -> int | None:
        """A whole number of at most twelve digits. None when absent or unreadable."""
        text = segment[index]
        whole = int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
        return self._kept(segment, index, whole)

    def day(self, segment: Segment, index: int) -> date | None:
        """CCYYMMDD. None when absent or no day of the calendar."""
        return self._kept(segment, index, as_day(segment[index]))

    def span(self, segment: Segment, index: int = 2) -> Span | None:
        """The days of a DTP whose qualifier (D8, RD8; DT counts as its day) stands at ``index``, the value after it."""
        return self._kept(segment, index + 1, as_span(segment[index], segment[index + 1]))

    def _kept(self, segment: Segment, index: int, value: T | None) -> T | None:
        if value is None and segment[index]:
            self.unread.append(Unread(f"{segment.tag}{index:02d}", segment.number, segment[index][:SHOWN]))
        return value


def as_cents(text: str) -> int | None:
    """``150``, ``150.5``, ``-.50`` -> cents; None for what is no amount, finer than a cent or beyond what books hold."""
    found = _AMOUNT.fullmatch(text)
    decimals = (found[3] or "").rstrip("0") if found else ""
    if not found or not (found[2] or found[3]) or len(decimals) > 2:
        return None
    cents = int(found[2] or "0") * 100 + int((decimals + "00")[:2])
    return None if cents > LIMIT_CENTS else -cents if found[1] else cents


def as_ppm(text: str) -> int | None:
    """A share of one as parts a million; None for what is no number or finer than that."""
    found = _SHARE.fullmatch(text)
    decimals = (found[2] or "").rstrip("0") if found else ""
    if not found or not (found[1] or found[2]) or len(decimals) > 6:
        return None
    return int(found[1] or "0") * 1_000_000 + int((decimals + "000000")[:6])


def as_span(how: str, text: str) -> Span | None:
    """D8, RD8 or DT and its value."""
    if how == "RD8":
        begins, _, ends = text.partition("-")
        first, last = as_day(begins), as_day(ends)
        return Span(first, last) if first and (last or not ends) else None
    day = as_day(text[:8]) if how == "DT" else as_day(text) if how == "D8" else None
    return Span(day, day) if day else None


def as_day(text: str) -> date | None:
    """CCYYMMDD, or None."""
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def transactions(raw: bytes, kind: str, versions: Sequence[str], called: str) -> tuple[Transaction, ...]:
    """The transactions of a file that must all be of one ``kind`` (ST01) and guide (beginnings of ST03).

    ``called`` is the kind's name for people. Raises :class:`X12Error`, also when there is none.
    """
    found = [one for interchange in read(raw) for one in interchange.transactions]
    for one in found:
        if one.kind != kind or not one.version.startswith(tuple(versions)):
            raise X12Error(
                "kind",
                f"This is no {called}: the transaction says {one.kind[:8]} {one.version[:20]}.",
                "Bring the file in as what it is; its first lines name its kind (ST01) and guide (ST03).",
                segment=one.first_segment,
                loop="ST",
            )
    if not found:
        raise X12Error("empty", f"The file holds no {called}.", "Ask the sender for the file again.")
    return tuple(found)


def runs(segments: Sequence[Segment], tag: str) -> list[list[Segment]]:
    """From each segment of that tag to before the next; what stands before the first is left out."""
    starts = [n for n, one in enumerate(segments) if one.tag == tag]
    return [list(segments[start:end]) for start, end in zip(starts, [*starts[1:], len(segments)], strict=False)]


@dataclass(slots=True)
class Level:
    """One HL with its own segments; ``code`` is HL03."""

    number: str
    code: str
    parent: Level | None
    segments: list[Segment]

    def above(self, code: str) -> Level | None:
        """The nearest level with that code, this one or over it."""
        at: Level | None = self
        while at is not None and at.code != code:
            at = at.parent
        return at


#: Deepest tree of any guide read here: payer, receiver, provider, subscriber, patient.
DEEPEST = 6


def levels(segments: Sequence[Segment]) -> tuple[list[Segment], list[Level]]:
    """The segments before the first HL, and the tree of HL levels in file order.

    Raises :class:`X12Error` when a level names a parent that does not stand before it, or a number comes twice.
    """
    head: list[Segment] = []
    found: dict[str, Level] = {}
    current: Level | None = None
    for one in segments:
        if one.tag == "HL":
            current = _level(one, found)
        elif current is None:
            head.append(one)
        else:
            current.segments.append(one)
    return head, list(found.values())


def _level(hl: Segment, found: dict[str, Level]) -> Level:
    number, above = hl[1], hl[2]
    parent = found.get(above)
    deep, at = 1, parent
    while at is not None:
        deep, at = deep + 1, at.parent
    if not number or number in found or (above and parent is None) or deep > DEEPEST:
        raise X12Error(
            "hierarchy",
            f"Level {number[:12] or 'without a number'} (HL) hangs on {above[:12] or 'nothing'}:"
            " a number came twice or the level above it is missing.",
            "Ask the sender for the file again; which answer belongs to whom cannot be told from this one.",
            segment=hl.number,
            loop="HL",
        )
    found[number] = level = Level(number, hl[3], parent, [])
    return level
