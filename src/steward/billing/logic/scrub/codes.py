"""Readers of the published code files: NCCI pairs and units (CMS), ICD-10-CM (CMS order file, or a package), HCPCS.

``read_*`` give what ``World`` takes, ``*_entries`` the same with each code's words, for the tables. Texts in, values out; the
first fault stops with its row, column and mend, and nothing is half read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Protocol

from steward.billing.logic.scrub.model import CodeSet, Mue, Ptp, Span

MOST_BEFORE_HEADING = 100  # lines of title and terms; CMS has five to ten
MOST_CELL = 20_000  # no published file has a longer cell; csv's own limit would raise its own error
_CODE, _MODIFIER = re.compile(r"[0-9A-Z]{5}"), re.compile(r"[0-9A-Z]{2}")
_ICD = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
_COMPACT, _ISO = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"), re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_AMERICAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ORDINAL = re.compile(r"([0-9]{4})([0-9]{3})")
NO_DATE = frozenset({"", "*"})
MOST_LABEL = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of a list with its days and its words (public domain, or the practice's own)."""

    code: str
    span: Span
    label: str = ""


class CodeFileFault(ValueError):
    """A file that cannot be read as what it is said to be. ``row`` is 1-based, 0 for the file; ``column`` is its heading."""

    def __init__(self, name: str, row: int, column: str, wrong: str, mend: str) -> None:
        self.name, self.row, self.column, self.wrong, self.mend = name, row, column, wrong, mend
        place = f"{name}, row {row}" if row else name
        super().__init__(f"{place}{', ' + column if column else ''}: {wrong} {mend}")


class IcdPackage(Protocol):
    """What is asked of a package such as simple_icd_10_cm (handed in by the caller; never imported here)."""

    def get_all_codes(self, with_dots: bool = ...) -> list[str]: ...
    def is_leaf(self, code: str) -> bool: ...
    def is_category_or_subcategory(self, code: str) -> bool: ...
    def get_description(self, code: str) -> str: ...


def ptp_rows(text: str, name: str = "PTP file") -> Iterator[tuple[str, str, Ptp]]:
    """NCCI procedure-to-procedure edits as CMS publishes them, one at a time: column 1, column 2, (prior to 1996), effective
    date, deletion date, modifier indicator, rationale; comma or tab, any lines of title before. Raises CodeFileFault."""
    table = Table(text, name, ("column 1", "column 2", "effective", "deletion", "modifier"))
    for row, (one, two, since, till, indicator) in table.rows(2):
        first = table.day(row, "Effective Date", since)
        if first is None:
            raise CodeFileFault(name, row, "Effective Date", "There is no date.", "Write it as YYYYMMDD.")
        if indicator[:1] not in ("0", "1", "9"):
            raise CodeFileFault(name, row, "Modifier", f"{indicator!r} is no indicator.", "It is 0, 1 or 9.")
        edit = Ptp(first, table.day(row, "Deletion Date", till), indicator[:1])
        yield table.code(row, "Column 1", one), table.code(row, "Column 2", two), edit


def read_ptp(
    text: str, name: str = "PTP file", only: Container[str] | None = None
) -> dict[tuple[str, str], tuple[Ptp, ...]]:
    """All edits of a file, or those both of whose codes are in ``only`` (the files have millions, a practice uses hundreds of
    codes). Raises CodeFileFault."""
    found: dict[tuple[str, str], tuple[Ptp, ...]] = {}
    for one, two, edit in ptp_rows(text, name):
        if only is None or (one in only and two in only):
            found[one, two] = (*found.get((one, two), ()), edit)
    return found


def read_mue(
    text: str, valid_from: date, valid_to: date | None = None, name: str = "MUE file"
) -> dict[str, tuple[Mue, ...]]:
    """Medically unlikely edits as CMS publishes them: code, value, adjudication indicator (``3 Date of Service Edit: ...``),
    rationale. The file tells no days: they are the quarter's. Raises CodeFileFault."""
    found: dict[str, tuple[Mue, ...]] = {}
    table = Table(text, name, ("hcpcs", "mue value", "adjudication"))
    for row, (code, value, indicator) in table.rows(1):
        code = table.code(row, "HCPCS/CPT Code", code)
        if not re.fullmatch(r"[0-9]{1,6}", value):
            raise CodeFileFault(name, row, "MUE Value", f"{value!r} is no count.", "Write a whole number.")
        if indicator[:1] not in ("1", "2", "3"):
            raise CodeFileFault(
                name, row, "MUE Adjudication Indicator", f"{indicator!r} is no indicator.", "It begins with 1, 2 or 3."
            )
        if code in found:
            raise CodeFileFault(name, row, "HCPCS/CPT Code", f"{code} stands here twice.", "Keep one of the rows.")
        found[code] = (Mue(int(value), indicator[:1], valid_from, valid_to),)
    return found


def read_hcpcs(text: str, valid_from: date, name: str = "HCPCS file") -> dict[str, tuple[Span, ...]]:
    """The service codes of ``service_entries`` with their days. Raises CodeFileFault."""
    return {one.code: (one.span,) for one in service_entries(text, valid_from, name)}


def service_entries(
    text: str, valid_from: date, name: str = "HCPCS file", *, modifiers: bool = False
) -> tuple[Entry, ...]:
    """Service codes with their days: CMS's quarterly list as CSV (``HCPC``, ``ADD DT``, ``TERM DT``, ``SHORT DESCRIPTION``), or
    the practice's own list of what it licensed (``code``, ``valid_from``, ``valid_to``, ``label``). ``valid_from`` stands where
    a row has no first day. The list also names modifiers (two characters): they are passed over, or, with ``modifiers``, are
    all that is read. Continued descriptions are passed over. Raises CodeFileFault."""
    found: dict[str, Entry] = {}
    wanted = ("code|hcpc", "add dt|valid_from|add_date?", "term dt|valid_to|term_date?", "label|short desc?")
    table = Table(text, name, wanted)
    for row, (code, since, till, label) in table.rows(1):
        if (len(code) == 2) != modifiers:
            continue
        code = table.modifier(row, code) if modifiers else table.code(row, "code", code)
        first = table.day(row, "first day", since) or valid_from
        last = table.day(row, "last day", till)
        if last is not None and last < first:
            raise CodeFileFault(name, row, "last day", "It lies before the first day.", "Turn them round.")
        found.setdefault(code, Entry(code, Span(first, last), label[:MOST_LABEL]))
    if not found:
        what = "modifier" if modifiers else "service code"
        raise CodeFileFault(name, 0, "", f"The file names no {what}.", "Take the list that does.")
    return tuple(found.values())


def read_icd10_order(
    text: str, valid_from: date, valid_to: date | None = None, name: str = "ICD-10-CM order file"
) -> CodeSet:
    """The codes of ``order_entries`` with their days. Raises CodeFileFault."""
    return {one.code: (one.span,) for one in order_entries(text, valid_from, valid_to, name)}


def order_entries(
    text: str, valid_from: date, valid_to: date | None = None, name: str = "ICD-10-CM order file"
) -> tuple[Entry, ...]:
    """CMS's ``icd10cm_order_YYYY.txt``: order number, code (column 7), 0 heading or 1 leaf (15), short (17) and long
    description (78). The edition's days come from the caller. Raises CodeFileFault."""
    told: list[tuple[str, bool, str]] = []
    for row, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        code, leaf, words = line[6:13].strip().upper(), line[14:15], (line[77:] or line[16:76]).strip()
        if not _ICD.fullmatch(code):
            raise CodeFileFault(name, row, "columns 7-13", f"{code!r} is no ICD-10-CM code.", "Take CMS's order file.")
        if leaf not in ("0", "1"):
            raise CodeFileFault(name, row, "column 15", f"{leaf!r} is neither 0 nor 1.", "Take CMS's order file.")
        told.append((code, leaf == "1", words))
    if not told:
        raise CodeFileFault(name, 0, "", "The file is empty.", "Take CMS's order file.")
    return _diagnoses(told, valid_from, valid_to)


def icd10_from_package(package: IcdPackage, valid_from: date, valid_to: date | None = None) -> CodeSet:
    """The codes of ``package_entries`` with their days."""
    return {one.code: (one.span,) for one in package_entries(package, valid_from, valid_to)}


def package_entries(package: IcdPackage, valid_from: date, valid_to: date | None = None) -> tuple[Entry, ...]:
    """The edition a package holds (it keeps one). Chapters and blocks are left out."""
    told = [
        (code.upper(), package.is_leaf(code), package.get_description(code))
        for code in package.get_all_codes(with_dots=False)
        if package.is_category_or_subcategory(code)
    ]
    return _diagnoses(told, valid_from, valid_to)


def _diagnoses(
    told: Sequence[tuple[str, bool, str]], valid_from: date, valid_to: date | None
) -> tuple[Entry, ...]:
    words = {description.casefold() for _, _, description in told}
    found = {
        code: Entry(code, Span(valid_from, valid_to, leaf, side_of(description, words)), description[:MOST_LABEL])
        for code, leaf, description in told
    }
    return tuple(found.values())


def side_of(description: str, others: Iterable[str] = ()) -> str:
    """R, L, B, U or empty. A code is U when the same words with ``right`` for ``unspecified`` are another code's."""
    text = description.casefold()
    sides = {
        side for side, word in (("R", "right"), ("L", "left"), ("B", "bilateral")) if re.search(rf"\b{word}\b", text)
    }
    if len(sides) == 1:
        return sides.pop()
    if not sides and "unspecified" in text:
        known = others if isinstance(others, set | frozenset | dict) else set(others)
        for place in re.finditer(r"\bunspecified\b", text):
            if f"{text[: place.start()]}right{text[place.end() :]}" in known:
                return "U"
    return ""


def next_edition(old: CodeSet, new: CodeSet, day: date) -> CodeSet:
    """``new`` takes over from ``day``: what it lacks (or holds as another kind) ended the day before, what stays keeps its first day."""
    end = day - timedelta(days=1)
    joined: dict[str, tuple[Span, ...]] = {}
    for code in {**old, **new}:
        before, after = old.get(code, ()), new.get(code, ())
        last = before[-1] if before else None
        if last and after and last.valid_to is None and (last.leaf, last.side) == (after[0].leaf, after[0].side):
            joined[code] = before
            continue
        ended = tuple(
            replace(span, valid_to=end) if span.valid_to is None or span.valid_to > end else span for span in before
        )
        joined[code] = (*ended, *(replace(span, valid_from=day) for span in after))
    return joined


class Table:
    """A published table: some lines of title and terms, a heading, rows. ``wanted`` names each column by what its heading
    begins with or holds; ``a|b`` either, a closing ``?`` may be missing (its cells are then empty)."""

    def __init__(self, text: str, name: str, wanted: tuple[str, ...]) -> None:
        self.name, self.wanted = name, wanted
        self.text = text.removeprefix("\ufeff")

    def _cells(self, delimiter: str, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Rows one at a time (the pair files have millions), blanks within cells folded."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=delimiter)
        try:
            for number, cells in enumerate(islice(reader, most), 1):
                yield number, [" ".join(cell.split()) for cell in cells]
        except csv.Error as error:
            wrong = f"The row cannot be read ({error})."
            raise CodeFileFault(self.name, reader.line_num, "", wrong, "Save it again as CSV.") from error

    def _delimiter(self) -> str:
        """Comma or tab: the one with which a heading is found."""
        near = (d for d in (",", "\t") if any(self._places(cells) for _, cells in self._cells(d, MOST_BEFORE_HEADING)))
        return next(near, ",")

    def _places(self, cells: Sequence[str]) -> tuple[int | None, ...] | None:
        """Where each wanted column stands in a heading; None when these cells are none."""
        heads = [cell.casefold() for cell in cells]
        found: list[int | None] = []
        for wish in self.wanted:
            names = wish.removesuffix("?").split("|")
            place = next((n for n, head in enumerate(heads) if _fits(head, names) and n not in found), None)
            if place is None and not wish.endswith("?"):
                return None
            found.append(place)
        return tuple(found)

    def rows(self, keys: int) -> Iterator[tuple[int, list[str]]]:
        """(row number, the wanted cells). Rows whose first ``keys`` wanted cells are empty carry on the heading: passed over."""
        places: tuple[int | None, ...] | None = None
        count = 0
        for number, cells in self._cells(self._delimiter()):
            if places is None:
                places = self._places(cells)
                continue
            own = [cells[place] if place is not None and place < len(cells) else "" for place in places]
            if any(len(cell) > MOST_CELL for cell in own):
                raise CodeFileFault(
                    self.name, number, "", "A cell is too long.", "Look for a quote that is never closed."
                )
            if any(own[:keys]):
                count += 1
                yield number, own
        if not count:
            wrong = "There is no heading." if places is None else "There is no row below the heading."
            wishes = ", ".join(wish.split("|")[0].removesuffix("?") for wish in self.wanted)
            raise CodeFileFault(self.name, 0, "", wrong, f"Expected are the columns {wishes}.")

    def code(self, row: int, column: str, text: str) -> str:
        code = text.strip().upper()
        if not _CODE.fullmatch(code):
            raise CodeFileFault(self.name, row, column, f"{text!r} is no code.", "A code has five letters or digits.")
        return code

    def modifier(self, row: int, text: str) -> str:
        code = text.strip().upper()
        if not _MODIFIER.fullmatch(code):
            raise CodeFileFault(self.name, row, "code", f"{text!r} is no modifier.", "It has two letters or digits.")
        return code

    def day(self, row: int, column: str, text: str) -> date | None:
        """YYYYMMDD, 2026-01-31 or 1/31/2026; ``*`` or nothing: None."""
        if text in NO_DATE:
            return None
        try:
            return _day_of(text)
        except ValueError:
            raise CodeFileFault(self.name, row, column, f"{text!r} is no date.", "Write it as YYYYMMDD.") from None


    def ordinal_day(self, row: int, column: str, text: str) -> date | None:
        """YYYYDDD, the day counted within its year (CMS's add-on file), or what ``day`` reads."""
        match = _ORDINAL.fullmatch(text)
        if match is None:
            return self.day(row, column, text)
        try:
            found = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
        except ValueError:
            found = date.min
        if found.year != int(match[1]):
            raise CodeFileFault(self.name, row, column, f"{text!r} is no date.", "Write it as YYYYDDD or YYYYMMDD.")
        return found


def _fits(head: str, names: Iterable[str]) -> bool:
    return any(head.startswith(name) or (len(name) > 4 and name in head) for name in names)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[Mapping[int, int]], date]], ...] = (
    (_COMPACT, lambda part: date(part[1], part[2], part[3])),
    (_ISO, lambda part: date(part[1], part[2], part[3])),
    (_AMERICAN, lambda part: date(part[3], part[1], part[2])),
)


def _day_of(text: str) -> date:
    for form, build in _FORMS:
        match = form.fullmatch(text)
        if match:
            return build({n: int(match[n]) for n in (1, 2, 3)})
    raise ValueError(text)
