"""A page's table as CSV and XLSX: cents to the cent, no formula lives, no other kind."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.exceptions import BadRequest

from steward.budget.logic.workbook import read_xlsx
from steward.core.web.tables import as_csv, as_xlsx, leave

ROWS = [["What", "Dollars"], ["=1+1", 123_456_789], ["plain", -5]]


def test_as_text_and_as_a_sheet() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(ROWS).removeprefix("\ufeff"))))
    assert rows[0] == ROWS[0] and not rows[1][0].startswith("=") and [row[1] for row in rows[1:]] == ["1234567.89", "-0.05"]
    sheet = read_xlsx(as_xlsx(ROWS))
    assert [row[1] for row in sheet[1:]] == ["1234567.89", "-0.05"] and not sheet[1][0].startswith("=")


def test_as_a_download() -> None:
    sent = leave(ROWS, "table", "xlsx")
    assert sent["Content-Disposition"] == 'attachment; filename="table.xlsx"'
    with pytest.raises(BadRequest):
        leave(ROWS, "table", "exe")
