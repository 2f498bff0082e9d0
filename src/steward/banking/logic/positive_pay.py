"""The file by which a bank pays only checks it was told of (positive pay). Each bank has its own layout: it is data. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

FIELDS: Final = ("account", "routing", "number", "date", "amount", "payee", "flag", "blank")
DATES: Final = {"MMDDYYYY": "%m%d%Y", "MM/DD/YYYY": "%m/%d/%Y", "YYYYMMDD": "%Y%m%d", "YYYY-MM-DD": "%Y-%m-%d", "MMDDYY": "%m%d%y"}
AMOUNTS: Final = ("cents", "dollars")
#: Right-aligned and padded with zeros in a file of fixed columns.
FIGURES: Final = frozenset({"account", "routing", "number", "amount"})


class LayoutError(ValueError):
    """A layout that cannot be; the message says what and how to mend it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a bank wants its file: columns in order as (field, width; 0 in CSV), how days and amounts are written, the words of the
    flag for an issued and a void check, and whether CSV has a heading."""

    columns: tuple[tuple[str, int], ...]
    fixed: bool = False
    day: str = "MMDDYYYY"
    amount: str = "dollars"
    issue: str = "I"
    void: str = "V"
    heading: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": [list(one) for one in self.columns], "fixed": self.fixed, "day": self.day, "amount": self.amount,
            "issue": self.issue, "void": self.void, "heading": self.heading,
        }  # fmt: skip


#: What most banks take when asked for a comma-separated file.
COMMON: Final = Layout(tuple((name, 0) for name in ("account", "number", "date", "amount", "payee", "flag")))


def layout_of(said: Mapping[str, Any]) -> Layout:
    """From stored JSON; ``COMMON`` from nothing. Raises LayoutError."""
    if not said:
        return COMMON
    columns = tuple((str(name), int(width)) for name, width in said["columns"])
    return checked(Layout(columns, bool(said["fixed"]), said["day"], said["amount"], said["issue"], said["void"], bool(said["heading"])))


def read_columns(text: str, *, fixed: bool) -> tuple[tuple[str, int], ...]:
    """``account 10, number 10, date 8`` (fixed) or ``account, number, date`` (CSV). Raises LayoutError naming the word."""
    found = []
    for part in (one.split() for one in text.replace("\n", ",").split(",") if one.strip()):
        width = part[1] if len(part) > 1 else "0"
        if part[0] not in FIELDS or len(part) > 2 or not width.isdecimal():
            raise LayoutError(f"{' '.join(part)!r} is no column; write one of {', '.join(FIELDS)}, with its width in a file of fixed columns")
        found.append((part[0], int(width)))
    return checked(Layout(tuple(found), fixed)).columns


def checked(layout: Layout) -> Layout:
    """The layout, when it tells a bank enough. Raises LayoutError."""
    names = [name for name, _width in layout.columns]
    missing = [name for name in ("number", "amount") if name not in names]
    if missing:
        raise LayoutError(f"The columns lack {' and '.join(missing)}; the bank knows a check by them")
    if layout.fixed and any(width < 1 or width > 200 for _name, width in layout.columns):
        raise LayoutError("Every column of a fixed file has a width from 1 to 200: write it behind the name")
    if layout.day not in DATES or layout.amount not in AMOUNTS:
        raise LayoutError(f"Days are written as one of {', '.join(DATES)}, amounts as cents or dollars")
    return layout


@dataclass(frozen=True, slots=True)
class Told:
    """A check as the bank is told of it; ``void`` says that it must not be paid."""

    number: int
    day: date
    cents: int
    payee: str
    void: bool = False


def write(rows: Iterable[Told], layout: Layout, *, account: str, routing: str = "") -> bytes:
    """The file, ASCII with CRLF. Raises LayoutError when something does not fit its column: nothing is ever cut off a figure."""
    lines = [_cells(row, layout, account, routing) for row in rows]
    if layout.fixed:
        text = "".join(_fixed(cells, layout.columns) + "\r\n" for cells in lines)
    else:
        out = io.StringIO()
        writer = csv.writer(out)
        if layout.heading:
            writer.writerow([name for name, _width in layout.columns])
        writer.writerows(lines)
        text = out.getvalue()
    return text.encode("ascii", "replace")


def _cells(row: Told, layout: Layout, account: str, routing: str) -> list[str]:
    cents = str(row.cents) if layout.amount == "cents" else f"{row.cents // 100}.{row.cents % 100:02d}"
    values = {
        "account": account, "routing": routing, "number": str(row.number), "date": row.day.strftime(DATES[layout.day]), "amount": cents,
        "payee": " ".join(row.payee.split()), "flag": layout.void if row.void else layout.issue, "blank": "",
    }  # fmt: skip
    return [values[name] for name, _width in layout.columns]


def _fixed(cells: Sequence[str], columns: Sequence[tuple[str, int]]) -> str:
    found = []
    for text, (name, width) in zip(cells, columns, strict=True):
        if name == "payee":
            text = text[:width]
        if len(text) > width:
            raise LayoutError(f"{name} {text!r} does not fit its {width} characters: widen the column")
        found.append(text.rjust(width, "0") if name in FIGURES else text.ljust(width))
    return "".join(found)
