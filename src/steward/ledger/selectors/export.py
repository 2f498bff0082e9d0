"""The journal as rows for export, read in batches so that a million lines need no memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from steward.core.refusals import refuse
from steward.core.sql import query
from steward.ledger.logic import export
from steward.ledger.logic.export import ExportAccount, ExportEntry, ExportLine
from steward.ledger.selectors.balances import heads

BATCH = 2_000
Words = Callable[[str, int], str]

_SQL = """
SELECT e.id, e.number, e.date, e.journal, e.memo, e.uid, r.number, a.code, l.cents, l.memo, l.item,
       n.code, s.code, d.code, l.provider_id, l.payer_id, l.party_id, l.party_role
FROM ledger_entry e JOIN ledger_line l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
LEFT JOIN ledger_entry r ON r.id = e.reverses_id LEFT JOIN registry_entity n ON n.id = l.entity_id
LEFT JOIN registry_site s ON s.id = l.site_id LEFT JOIN registry_department d ON d.id = l.department_id
WHERE e.state = 'posted' AND e.number BETWEEN %s AND %s ORDER BY e.number, l.n"""


def export_text(form: str) -> Iterator[str]:
    """The whole journal in ``hledger``, ``beancount`` or ``csv``, piece by piece. Refuses ``format``.

    People appear by their number only: the file may leave the house.
    """
    if form not in export.FORMATS:
        raise refuse("format", _("%s is no format known here.") % form, _("Use hledger, beancount or csv."))
    accounts = [ExportAccount(h.code, h.name, h.kind) for h in heads()]
    if form == "hledger":
        return export.hledger(accounts, entries())
    if form == "beancount":
        return export.beancount(accounts, entries(), first_day())
    return _csv()


def _csv() -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(export.CSV_HEADER)
    for row in export.csv_rows(entries()):
        writer.writerow(row)
        if buffer.tell() > 65_536:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def first_day() -> date:
    """The day of the earliest posted line; 1900-01-01 for empty books."""
    value = query("SELECT MIN(date) FROM ledger_entry WHERE state = 'posted'")[0][0]
    if value is None:
        return date(1900, 1, 1)
    return value if isinstance(value, date) else date.fromisoformat(value)


def entries() -> Iterator[ExportEntry]:
    """Every posted entry in order of number."""
    head = query("SELECT last FROM ledger_head WHERE id = 1")
    for start in range(1, (head[0][0] if head else 0) + 1, BATCH):
        yield from _batch(start, start + BATCH - 1)


def _batch(start: int, end: int) -> Iterator[ExportEntry]:
    rows = query(_SQL, start, end)
    at = 0
    while at < len(rows):
        stop = at
        while stop < len(rows) and rows[stop][0] == rows[at][0]:
            stop += 1
        yield _entry(rows[at:stop])
        at = stop


def _entry(rows: list[tuple[Any, ...]]) -> ExportEntry:
    _id, number, day, journal, memo, uid, reverses = rows[0][:7]
    day = day if isinstance(day, date) else date.fromisoformat(day)
    lines = tuple(ExportLine(r[7], r[8], r[9], r[10], _dims(r[11:])) for r in rows)
    return ExportEntry(number, day, journal, memo, str(uid).replace("-", ""), lines, reverses)


def _dims(values: tuple[Any, ...]) -> tuple[tuple[str, str], ...]:
    names = ("entity", "site", "department", "provider", "payer", "party", "party_role")
    return tuple((name, str(value)) for name, value in zip(names, values, strict=True) if value not in (None, ""))
