"""What a spreadsheet program writes is read back as the rows it shows."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from steward.budget.logic.sheet import SheetError
from steward.budget.logic.workbook import read_xlsx


def book(cells):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for row, column, value in cells:
            sheet.write(row, column, value)
    return out.getvalue()


def test_text_numbers_and_gaps():
    cells = [(0, 0, "Account"), (2, 1, "über & <b>"), (2, 3, 12.34), (2, 4, 0.1 + 0.2), (2, 5, 1500), (2, 6, -1e9), (2, 27, "x")]
    rows = read_xlsx(book(cells))
    assert rows == [["Account"], [], ["", "über & <b>", "", "12.34", "0.3", "1500", "-1000000000", *[""] * 20, "x"]]


def test_far_beside_the_table():
    with pytest.raises(SheetError, match="Row 6001"):
        read_xlsx(book([(6000, 0, "x")]))


def zipped(sheet):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", sheet)
    return out.getvalue()


NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


BOMB = '<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>'


@pytest.mark.parametrize("content", [
    b"", b"PK", zipped("<a"), zipped('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), zipped(f"<s {NS}><c/></s>"),
    zipped(f'<s {NS}><c r="A1" t="s"><v>9</v></c></s>'), zipped(f'<s {NS}><c r="A1" t="s"><v>x</v></c></s>'),
])  # fmt: skip
def test_what_is_no_workbook(content):
    with pytest.raises(SheetError, match="no spreadsheet"):
        read_xlsx(content)


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_entities_are_refused_before_they_unfold(code):
    with pytest.raises(SheetError, match="no spreadsheet") as found:
        read_xlsx(zipped(BOMB.encode(code)))
    assert "document type" in str(found.value.__cause__)


def test_what_unpacks_to_too_much():
    with pytest.raises(SheetError, match="too large"):
        read_xlsx(zipped(" " * (33 * 1024 * 1024)))
