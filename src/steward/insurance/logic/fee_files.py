"""The two files a fee schedule is imported from: a price list (CSV), and Medicare's relative value file (PPRRVU, CSV).

Every fault names its row and its mend, all at once; a file with a fault gives nothing. Descriptions are never kept: those of
CPT codes are the AMA's.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from steward.core.money import MoneyError, parse_decimal_dollars
from steward.insurance.logic.allowed import FACILITY, NONFACILITY, Fee

MAX_ROWS, MAX_FAULTS, MAX_BYTES = 200_000, 50, 32 * 1024 * 1024
#: A unit dearer than a million dollars is a mistake.
FEE_LIMIT_CENTS = 100_000_000
CODE, MODIFIER = re.compile(r"[A-Z0-9]{2,12}", re.ASCII), re.compile(r"[A-Z0-9]{2}", re.ASCII)
RVU, FACTOR = (
    re.compile(r"([0-9]{0,5})(?:\.([0-9]{1,2}))?", re.ASCII),
    re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,4}))?", re.ASCII),
)
PLACES = {
    "": "", "f": FACILITY, "facility": FACILITY, "n": NONFACILITY, "nonfacility": NONFACILITY, "office": NONFACILITY
}  # fmt: skip
YES = {"": False, "n": False, "no": False, "0": False, "y": True, "yes": True, "1": True}
LIST_COLUMNS, LIST_OPTIONAL = ("code", "amount"), ("modifier", "place", "multiple")
#: Where the columns stand in PPRRVU (the published layout; its heading runs over several rows and ends with this one).
HEADING = ("HCPCS", "MOD")
STATUS, WORK, PE_N, NA_N, PE_F, NA_F, MP, TOTAL_N, TOTAL_F, GLOBAL, MULTIPLE, CONVERSION = 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 18, 24
LEAST_COLUMNS = CONVERSION + 1
#: Indicator of the ordinary multiple-procedure rule; the others (endoscopy, imaging, therapy) have rules of their own.
STANDARD_MULTIPLE = "2"
#: Days of a global period; the other marks (XXX, YYY, ZZZ, MMM) name none, and Excel takes the leading zeros away.
GLOBAL_DAYS = ("000", "010", "090", "0", "10", "90")

Fees = dict[tuple[str, str], Fee]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, with its 1-based row (0: the whole file)."""

    code: str
    row: int
    message: str
    fix: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.message}" if self.row else self.message


class FeeFileError(ValueError):
    """The one error these readers raise; ``faults`` in file order, at most fifty."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)[:MAX_FAULTS]
        super().__init__("; ".join(map(str, self.faults[:5])))


@dataclass(frozen=True, slots=True)
class FeeFile:
    """What a file holds. ``conversion_e4`` is the file's own conversion factor when every row names the same."""

    fees: Fees
    conversion_e4: int | None = None


def parse_list(content: bytes) -> FeeFile:
    """A price list: columns ``code amount`` and, if they are there, ``modifier place multiple``; amounts in dollars.

    Raises FeeFileError.
    """
    rows = list(_rows(content))
    names = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    lacking = [name for name in LIST_COLUMNS if name not in names]
    if lacking:
        fix = f"The first row names the columns: {' '.join((*LIST_COLUMNS, *LIST_OPTIONAL))}."
        raise FeeFileError([Fault("columns", 1, f"there is no column {' and no column '.join(lacking)}", fix)])
    faults: list[Fault] = []
    fees: Fees = {}
    for number, cells in rows[1:]:
        cell = {name: value.strip() for name, value in zip(names, cells, strict=False)}
        faults += _list_row(fees, number, cell)
    return _whole(FeeFile(fees), faults)


def _list_row(fees: Fees, row: int, cell: dict[str, str]) -> list[Fault]:
    code, modifier = cell.get("code", "").upper(), cell.get("modifier", "").upper()
    faults = _key_faults(row, code, modifier)
    place, multiple = PLACES.get(cell.get("place", "").lower()), YES.get(cell.get("multiple", "").lower())
    if place is None:
        faults.append(Fault("place", row, "this is no place", "Write facility, nonfacility, or nothing for both."))
    if multiple is None:
        faults.append(Fault("multiple", row, "multiple is yes or no", "Write y or n, or nothing for no."))
    cents = 0
    try:
        cents = parse_decimal_dollars(cell.get("amount", ""))
    except MoneyError as error:
        faults.append(Fault("amount", row, error.what.lower(), error.mend))
    if not 0 <= cents <= FEE_LIMIT_CENTS:
        faults.append(Fault("amount", row, "a price lies between 0 and a million dollars", "Check the amount."))
    return faults or _add(fees, row, (code, modifier), place or "", cents, bool(multiple))


def _add(fees: Fees, row: int, key: tuple[str, str], place: str, cents: int, multiple: bool) -> list[Fault]:
    old = fees.get(key, Fee())
    taken = (place != NONFACILITY and old.facility_cents is not None) or (
        place != FACILITY and old.nonfacility_cents is not None
    )
    if taken:
        shown = " ".join(key).strip()
        return [Fault("twice", row, f"{shown} is priced twice for one place", "Keep one of the rows.")]
    new = replace(old, multiple=old.multiple or multiple)
    if place != NONFACILITY:
        new = replace(new, facility_cents=cents)
    if place != FACILITY:
        new = replace(new, nonfacility_cents=cents)
    fees[key] = new
    return []


def parse_rvu(content: bytes) -> FeeFile:
    """Medicare's PPRRVU file as CSV: relative values of work, practice expense by place, and malpractice.

    A row without any value (not paid by relative values) is left out; a place with the NA indicator has no price. Each row's
    totals must be the sum of its parts, so that a shifted column is seen. Raises FeeFileError.
    """
    rows = list(_rows(content))
    start = next(
        (n for n, (_, cells) in enumerate(rows) if tuple(cell.strip().upper() for cell in cells[:2]) == HEADING), None
    )
    if start is None:
        fix = "Take the file PPRRVU from Medicare's relative value files, saved as CSV with its heading."
        raise FeeFileError([Fault("heading", 0, "no row begins with HCPCS and MOD", fix)])
    faults: list[Fault] = []
    fees: Fees = {}
    factors: set[int] = set()
    for number, cells in rows[start + 1 :]:
        faults += _rvu_row(fees, factors, number, [cell.strip() for cell in cells])
    return _whole(FeeFile(fees, factors.pop() if len(factors) == 1 else None), faults)


def _rvu_row(fees: Fees, factors: set[int], row: int, cells: list[str]) -> list[Fault]:
    if len(cells) < LEAST_COLUMNS:
        fix = "Save the file as CSV again with all its columns."
        return [Fault("columns", row, f"{len(cells)} columns, at least {LEAST_COLUMNS} are needed", fix)]
    code, modifier = cells[0].upper(), cells[1].upper()
    faults = _key_faults(row, code, modifier)
    values = {at: _fixed(RVU, cells[at], 2) for at in (WORK, PE_N, PE_F, MP, TOTAL_N, TOTAL_F)}
    factor = _fixed(FACTOR, cells[CONVERSION], 4)
    if None in values.values() or factor is None:
        faults.append(Fault("number", row, "a value is not a number", "Relative values have at most two decimals."))
    if faults:
        return faults
    work, pe_n, pe_f, mp = (values[at] or 0 for at in (WORK, PE_N, PE_F, MP))
    absent = {PE_N: bool(cells[NA_N]), PE_F: bool(cells[NA_F])}
    for pe, total, at in ((pe_n, TOTAL_N, PE_N), (pe_f, TOTAL_F, PE_F)):
        if not absent[at] and work + pe + mp != values[total]:
            fix = "A column may have moved; take the file as it was published."
            return [Fault("sum", row, f"the parts of {code} are not its total", fix)]
    if factor:
        factors.add(factor)
    if (code, modifier) in fees:
        return [Fault("twice", row, f"{code} {modifier}".strip() + " stands there twice", "Keep one of the rows.")]
    if work + mp + (0 if absent[PE_N] else pe_n) + (0 if absent[PE_F] else pe_f):
        fees[code, modifier] = Fee(
            work_e2=work, pe_facility_e2=None if absent[PE_F] else pe_f, mp_e2=mp,
            pe_nonfacility_e2=None if absent[PE_N] else pe_n, multiple=cells[MULTIPLE] == STANDARD_MULTIPLE,
            global_days=int(cells[GLOBAL]) if cells[GLOBAL] in GLOBAL_DAYS else None,
        )  # fmt: skip
    return []


def _key_faults(row: int, code: str, modifier: str) -> list[Fault]:
    faults = []
    if not CODE.fullmatch(code):
        faults.append(Fault("code", row, "this is no service code", "Write 2 to 12 letters and digits."))
    if modifier and not MODIFIER.fullmatch(modifier):
        faults.append(Fault("modifier", row, "a modifier has two letters or digits", "Check it, or leave it empty."))
    return faults


def _fixed(pattern: re.Pattern[str], text: str, decimals: int) -> int | None:
    """A decimal as an integer of its last place; empty is 0, None when it is no such number."""
    found = pattern.fullmatch(text)
    if found is None:
        return 0 if text == "" else None
    return int((found[1] or "0") + (found[2] or "").ljust(decimals, "0"))


def factor_e4(text: str) -> int | None:
    """``33.4009`` -> 334009; None when it is no conversion factor."""
    return _fixed(FACTOR, text.strip(), 4) if text.strip() else None


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows with a cell that says something, each with its number. Raises FeeFileError for what is no text."""
    if len(content) > MAX_BYTES:
        raise FeeFileError([Fault("too_large", 0, "the file is larger than 32 MB", "Import the part you need.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # PPRRVU's own descriptions; codes and figures are ASCII
    if "\0" in text:
        raise FeeFileError([Fault("not_text", 0, "this is not a text file", "Save the list as CSV.")])
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline="")), 1):
            if number > MAX_ROWS:
                raise FeeFileError([Fault("too_many", number, "too many rows", f"At most {MAX_ROWS:,} are taken.")])
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise FeeFileError([Fault("csv", 0, "this is not CSV", "Save it again as CSV.")]) from error


def _whole(file: FeeFile, faults: list[Fault]) -> FeeFile:
    if faults:
        raise FeeFileError(faults)
    if not file.fees:
        raise FeeFileError([Fault("empty", 0, "the file names no price", "Check that it is the right file.")])
    return file
