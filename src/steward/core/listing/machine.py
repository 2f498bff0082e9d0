"""A page of a list as JSON, for the API: the same rows, columns, filters and orders as the screen's.

Money is integer cents, days are ISO, moments ISO with their offset, numbers integers (those kept as text, like units of 0.5, stay
text), everything else the words the screen shows. What the export leaves out (columns that are buttons) is left out here too.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from steward.core.access.request import OfficeRequest
from steward.core.base import Record
from steward.core.listing import keyset
from steward.core.listing.filters import Choice, Flag
from steward.core.listing.listing import PAGE_ROWS, Listing, State
from steward.core.listing.parts import Column
from steward.core.web import machines, now

MOST_ROWS = 200
NOT_HERE = ("before", "export")  # pages are walked forwards; files leave by the screen's export, with its own rights
TYPES: dict[str, list[str]] = {"money": ["integer", "null"], "number": ["integer", "string", "null"]}
WORDS = ["string", "null"]
FORMATS = {"date": "date", "moment": "date-time"}


def page(request: OfficeRequest, listing: Listing, rows: QuerySet[Any], most: int = MOST_ROWS) -> dict[str, Any]:
    """``{"list","masked","rows","next"}``; ``next`` is the cursor to give as ``after``, None on the last page. Never more
    than ``most`` rows, whatever size is asked.

    Raises BadRequest for an order, a filter, a cursor or a size that is not of the set. Patients shown are told to the audit.
    """
    machines.check_query(request, None)
    for name in NOT_HERE:
        if name in request.GET:
            raise BadRequest(_("This list has no filter called “%(name)s”.") % {"name": name})
    state = State(
        replace(listing, page_rows=min(_limit(request), most), extra=(*listing.extra, "limit")), request, rows
    )
    state.check()
    if state.error:
        raise BadRequest(state.error)
    listing.tell(request, state.page)
    return {
        "list": listing.name,
        "masked": listing.masked,
        "rows": [row_of(listing, row) for row in state.page],
        "next": keyset.cursor(listing.name, state.sort, state.page[-1]) if state.more else None,
    }


def _limit(request: OfficeRequest) -> int:
    text = request.GET.get("limit", str(PAGE_ROWS))
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST_ROWS):
        raise BadRequest(_("A page has between 1 and %(most)d rows.") % {"most": MOST_ROWS})
    return int(text)


def row_of(listing: Listing, row: Any) -> dict[str, Any]:
    """One row: its ``uid`` when it is a record, and each column by name."""
    found: dict[str, Any] = {"uid": str(row.uid)} if isinstance(row, Record) else {}
    return found | {column.name: value_of(column, row) for column in listing.columns if column.export}


def value_of(column: Column, row: Any) -> Any:
    """A cell: int (money, numbers), ISO text (days, moments), text, or None."""
    value = column.raw(row)
    if value is None or (value == "" and column.kind not in ("text", "code", "badge")):
        return None
    if isinstance(value, datetime):
        local = now.local(value)
        return local.date().isoformat() if column.kind == "date" else local.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if column.kind in TYPES and isinstance(value, int):
        return value
    return str(value)


def row_schema(*listings: Listing) -> dict[str, Any]:
    """JSON Schema of a row as any of these (a list and its masked form) gives it; columns not of all are optional."""
    columns = [{c.name: c for c in listing.columns if c.export} for listing in listings]
    every = {name: column for each in columns for name, column in each.items()}
    common = [name for name in every if all(name in each for each in columns)]
    return {
        "type": "object",
        "properties": {"uid": {"type": "string", "format": "uuid"}, **{n: _cell_schema(c) for n, c in every.items()}},
        "required": common,
        "additionalProperties": False,
    }


def _cell_schema(column: Column) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": TYPES.get(column.kind, WORDS), "title": str(column.label)}
    if column.kind == "money":
        schema["description"] = "integer cents"
    if column.kind in FORMATS:
        schema["format"] = FORMATS[column.kind]
    return schema


def parameters(listing: Listing) -> list[dict[str, Any]]:
    """OpenAPI's query parameters of a list: its filters, its orders, the cursor and the size of a page."""
    sorts = [sort.name for sort in listing.sorts]
    found = [_parameter(param, part) for part in listing.filters for param in part.params]
    return [
        *found,
        {"name": "sort", "in": "query", "schema": {"type": "string", "enum": sorts, "default": sorts[0]}},
        {"name": "after", "in": "query", "schema": {"type": "string"}, "description": "`next` of the page before"},
        {"name": "limit", "in": "query",
         "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": PAGE_ROWS}},
    ]  # fmt: skip


def _parameter(name: str, part: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(part, Flag):
        schema["enum"] = ["0", "1"]
    elif isinstance(part, Choice) and not callable(part.choices):
        schema["enum"] = [value for value, _words in part.pairs()]
    return {"name": name, "in": "query", "schema": schema, "description": str(part.label)}
