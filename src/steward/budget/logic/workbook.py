"""The first sheet of an XLSX workbook (ECMA-376 part 1, 18.2-18.4) as rows of text, for ``sheet.read``. Formulas give the value kept."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import ParseError

from steward.budget.logic.sheet import MOST_ROWS, SheetError, SheetFault

#: What a part of the workbook may unpack to: a budget of 5,000 rows is under 10 MB.
MOST_BYTES: Final = 32 * 1024 * 1024
MOST_COLUMNS: Final = 64
_NS: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REF: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
#: Binary fractions of cents stand in files as 12.340000000000001.
_NINE: Final = Decimal("0.000000001")


def read_xlsx(content: bytes) -> list[list[str]]:
    """Rows as the spreadsheet numbers them, empty ones as empty lists. Raises SheetError for what is no workbook or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = book.namelist()
            shared = _shared(book) if "xl/sharedStrings.xml" in names else []
            sheet = _tree(_part(book, "xl/worksheets/sheet1.xml"))
        return _rows(sheet, shared)
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, ParseError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, SheetError):
            raise
        raise _fault("this is no spreadsheet that can be read", "Save it anew as XLSX without a password") from error


def _fault(what: str, mend: str) -> SheetError:
    return SheetError([SheetFault(1, "A", what, mend)])


def _part(book: zipfile.ZipFile, name: str) -> bytes:
    with book.open(name) as part:
        body = part.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise _fault("the spreadsheet is too large", "Bring the budget's sheet alone")
    return body


class _Plain(ElementTree.TreeBuilder):
    """No document type: entities that unfold, or name files, are declared nowhere else."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ValueError("a workbook has no document type")


def _tree(body: bytes) -> Any:
    return ElementTree.fromstring(body, parser=ElementTree.XMLParser(target=_Plain()))  # noqa: S314 - see _Plain


def _shared(book: zipfile.ZipFile) -> list[str]:
    return [_text(one) for one in _tree(_part(book, "xl/sharedStrings.xml")).iter(f"{_NS}si")]


def _text(node: Any) -> str:
    return "".join(part.text or "" for part in node.iter(f"{_NS}t"))


def _rows(sheet: Any, shared: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for cell in sheet.iter(f"{_NS}c"):
        place = _REF.fullmatch(cell.get("r", ""))
        if place is None:
            raise ValueError("a cell without a place")
        column, row = _column(place[1]), int(place[2])
        text = _value(cell, shared)
        if not text:
            continue
        if row > MOST_ROWS or column > MOST_COLUMNS:
            raise SheetError([SheetFault(row, place[1], "there is something far beside the table", "Delete it")])
        rows += [[] for _n in range(row - len(rows))]
        rows[row - 1] += [""] * (column - len(rows[row - 1]))
        rows[row - 1][column - 1] = text
    return rows


def _column(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _value(cell: Any, shared: list[str]) -> str:
    kind, kept = cell.get("t", "n"), cell.findtext(f"{_NS}v") or ""
    if kind == "inlineStr":
        return _text(cell)
    if kind == "s":
        return shared[int(kept)]
    return _number(kept) if kind == "n" and kept else kept


def _number(kept: str) -> str:
    """``1.5E3`` -> ``1500``; what is beyond exact stays as it stands, for ``sheet.read`` to name."""
    try:
        return f"{Decimal(kept).quantize(_NINE).normalize():f}"
    except InvalidOperation:
        return kept
