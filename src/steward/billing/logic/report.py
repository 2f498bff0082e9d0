"""A report as a value: columns, lines, sums, the chart and the proof, from which the page, the file, the paper and the API are made.

Cells are integers (cents, counts, tenths of a day or of a percent) or texts; what draws them is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["text", "code", "date", "money", "number", "percent", "days", "points"]
FIGURES = frozenset({"money", "number", "percent", "days", "points"})
Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Col:
    """One column. Of ``percent`` and ``days`` the cells are tenths, of ``points`` (wRVU) hundredths, of ``money`` cents."""

    name: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Behind:
    """Where the rows behind a line are: the name of a list and what it is narrowed by."""

    url_name: str
    given: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``key`` finds the same line in another span."""

    key: str
    cells: tuple[Cell, ...]
    behind: Behind | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the report adds up to, and what the books say by another way."""

    what: str
    here: int
    books: int
    kind: Kind = "money"

    @property
    def off(self) -> int:
        return self.here - self.books


@dataclass(frozen=True)
class Table:
    """A report for one span. ``main`` is the column that is charted and held against another span."""

    columns: tuple[Col, ...]
    lines: tuple[Line, ...]
    main: str
    foot: tuple[Cell, ...] = ()
    proofs: tuple[Proof, ...] = ()
    notes: tuple[str, ...] = ()
    patients: tuple[str, ...] = field(default=())

    def at(self, name: str) -> int:
        """Where a column stands."""
        return next(n for n, column in enumerate(self.columns) if column.name == name)

    def main_of(self, key: str) -> int | None:
        """The charted number of a line, None when there is no such line."""
        place = self.at(self.main)
        value = next((line.cells[place] for line in self.lines if line.key == key), None)
        return value if isinstance(value, int) else None

    def as_json(self) -> dict[str, object]:
        """What a program gets: names of columns with their kinds, rows by name, sums, proofs."""
        names = [column.name for column in self.columns]
        return {
            "columns": [{"name": c.name, "label": c.label, "kind": c.kind} for c in self.columns],
            "rows": [dict(zip(names, map(_plain, line.cells), strict=True)) for line in self.lines],
            "sum": dict(zip(names, map(_plain, self.foot), strict=True)) if self.foot else None,
            "proofs": [{"what": p.what, "here": p.here, "books": p.books, "off": p.off} for p in self.proofs],
            "notes": list(self.notes),
        }


def _plain(cell: Cell) -> str | int | None:
    return cell.isoformat() if isinstance(cell, date) else cell


def summed(columns: Sequence[Col], lines: Sequence[Line], label: str, **said: Cell) -> tuple[Cell, ...]:
    """The sum line: cents, counts and points added up; rates are never added, ``said`` gives theirs by name."""
    foot: list[Cell] = []
    for n, column in enumerate(columns):
        if column.name in said:
            foot.append(said[column.name])
        elif n == 0:
            foot.append(label)
        elif column.kind in ("money", "number", "points"):
            foot.append(sum(cell for line in lines if isinstance(cell := line.cells[n], int)))
        else:
            foot.append(None)
    return tuple(foot)
