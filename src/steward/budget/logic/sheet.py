"""The budget as rows of a spreadsheet and back without loss: account, site, department, then twelve months in dollars.

A file is taken whole or not at all; every fault names row (as the spreadsheet numbers them, the heading is 1) and column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from steward.budget.logic.drivers import MONTHS, BudgetLine
from steward.core.money import MoneyError, format_dollars_file, parse_decimal_dollars

NAMES: Final = ("Account", "Site", "Department")
MOST_ROWS: Final = 5_000
MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class SheetFault:
    """What is wrong in which cell, and how to mend it."""

    row: int
    column: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"Row {self.row}, column {self.column}: {self.what}. {self.mend}"


class SheetError(ValueError):
    """The file was not taken; ``faults`` has the first twenty."""

    def __init__(self, faults: Sequence[SheetFault]) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        super().__init__("; ".join(str(one) for one in self.faults))


def table(lines: Sequence[BudgetLine], months: Sequence[str]) -> list[list[str]]:
    """Heading and rows; ``months`` are the headings of the twelve months, such as 2027-01."""
    rows: dict[tuple[str, str, str], list[int]] = {}
    for one in lines:
        rows.setdefault((one.account, one.site, one.department), [0] * MONTHS)[one.month - 1] += one.cents
    body = [[*key, *(format_dollars_file(cents) for cents in amounts)] for key, amounts in sorted(rows.items())]
    return [[*NAMES, *months], *body]


def read_csv(content: bytes) -> list[list[str]]:
    """The cells of a CSV file, with or without a byte order mark. Raises SheetError for what is no text."""
    try:
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise SheetError([SheetFault(1, "A", "this is no CSV file in UTF-8", "Save it anew as CSV UTF-8")]) from error


def read(
    rows: Sequence[Sequence[str]], months: Sequence[str], accounts: Collection[str], sites: Collection[str], departments: Collection[str]
) -> tuple[BudgetLine, ...]:
    """The lines of a table as ``table`` writes it; empty cells are nothing, empty rows are passed over. Raises SheetError.

    ``accounts``, ``sites`` and ``departments`` are the codes that exist.
    """
    heading = [*NAMES, *months]
    if not rows or [cell.strip() for cell in rows[0]] != heading:
        raise SheetError([SheetFault(1, "A", "the heading is not that of this budget", f"Write {', '.join(heading)}")])
    if len(rows) > MOST_ROWS:
        raise SheetError([SheetFault(MOST_ROWS, "A", "there are too many rows", f"Bring at most {MOST_ROWS}")])
    faults: list[SheetFault] = []
    found: dict[tuple[str, str, str], list[int]] = {}
    known = (frozenset(accounts), frozenset(sites) | {""}, frozenset(departments) | {""})
    for n, row in enumerate(rows[1:], 2):
        cells = [cell.strip() for cell in row]
        if any(cells):
            _take(n, cells, heading, known, found, faults)
    if faults:
        raise SheetError(faults)
    return tuple(BudgetLine(*key, month, cents) for key, amounts in sorted(found.items()) for month, cents in enumerate(amounts, 1) if cents)


def _take(
    n: int, cells: list[str], heading: Sequence[str], known: Sequence[frozenset[str]], found: dict[tuple[str, str, str], list[int]],
    faults: list[SheetFault],
) -> None:  # fmt: skip
    cells += [""] * (len(heading) - len(cells))
    if any(cells[len(heading):]):
        faults.append(SheetFault(n, "after the last", "there is something beside the table", "Delete it"))
    for name, cell, codes in zip(NAMES, cells, known, strict=False):
        if cell not in codes:
            faults.append(SheetFault(n, name, f"“{cell[:40]}” is not known", "Use its code as the practice has it"))
    key = (cells[0], cells[1], cells[2])
    if key in found:
        faults.append(SheetFault(n, NAMES[0], "this account, site and department stands in an earlier row", "Put both into one row"))
    found[key] = [_cents(n, name, cell, faults) for name, cell in zip(heading[3:], cells[3:], strict=False)]


def _cents(n: int, column: str, cell: str, faults: list[SheetFault]) -> int:
    if not cell:
        return 0
    try:
        return int(parse_decimal_dollars(cell))
    except MoneyError as wrong:
        faults.append(SheetFault(n, column, f"“{cell[:40]}” is no amount", wrong.mend.rstrip(".")))
        return 0
