"""What the API is, as OpenAPI 3.1: lists from their own columns and filters, the rest from the shapes of the contract."""

from __future__ import annotations

from typing import Any

from steward.api.lists import LISTS, path_of
from steward.core.imports import STATUSES
from steward.core.listing import ScopedList, machine
from steward.ledger.logic.journal_file import DIMENSIONS, PARTIES

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
CENTS: Schema = {"type": "integer", "description": "integer cents"}
DAY: Schema = {"type": "string", "format": "date"}
AS_OF = {"name": "as_of", "in": "query", "schema": DAY, "description": "the end of this day; today when left out"}
BASIS = {
    "name": "basis",
    "in": "query",
    "schema": {"type": "string", "enum": ["accrual", "cash"], "default": "accrual"},
}
SPANS = tuple(
    {"name": name, "in": "query", "schema": DAY, "description": words}
    for name, words in (
        ("from", "first day; the last whole month when left out"), ("to", "last day"), ("vs_from", "first day of the span it is held against"),
        ("vs_to", "last day of that span"),
    )
)  # fmt: skip
BY = {"name": "by", "in": "query", "schema": {"type": "string"}, "description": "one of the report's cuts; its first when left out"}
REPORT_NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}, "description": "the report's name"}
REF = {"name": "ref", "in": "path", "required": True, "schema": TEXT, "description": "the claim's number, CLM01"}

WORDS = {400: "cannot be read", 401: "nobody is signed in", 403: "not open to this person or token", 404: "nothing is here",
         405: "no such method", 409: "what stands here is in the way", 413: "too large", 415: "no JSON", 422: "refused, each with its fix",
         429: "too many requests", 503: "not at the moment"}  # fmt: skip
READING = (400, 401, 403, 405, 429, 503)
WRITING = (*READING, 409, 413, 422)
KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "format": "uuid"},
       "description": "one UUID an act: repeated with it, the act is done once and its first answer given again"}  # fmt: skip


def thing(required: Schema, optional: Schema | None = None) -> Schema:
    """An object of these properties; fields may be added in time, so others are allowed."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def maybe(kind: str) -> Schema:
    return {"type": [kind, "null"]}


REFUSAL = thing({"code": TEXT, "message": TEXT, "fix": TEXT})
ERROR = thing({"refused": many(REFUSAL), "reference": TEXT})
PROOF = thing({"ok": {"type": "boolean"}} | {f"{name}_cents": CENTS for name in (
    "accrual_income", "receivables_change", "payables_change", "deferrals_change", "assets_unpaid", "cash_income", "difference")})  # fmt: skip
TRIAL_BALANCE = thing({
    "as_of": DAY, "basis": TEXT, "debit_cents": CENTS, "credit_cents": CENTS,
    "rows": many(thing({"code": TEXT, "name": TEXT, "role": maybe("string"), "debit_cents": CENTS, "credit_cents": CENTS,
                        "balance_cents": CENTS})),
}, {"proof": PROOF})  # fmt: skip
CASH = thing({f"{name}_cents": CENTS for name in (
    "book", "bank", "in_transit", "outstanding", "reserved", "available", "credit_line")})  # fmt: skip
CLAIM = thing({
    "ref": TEXT, "state": TEXT, "charge_cents": CENTS, "paid_cents": CENTS, "insurance_due_cents": CENTS,
    "patient_due_cents": CENTS, "adjusted": {"type": "object", "additionalProperties": CENTS},
    "work_items": many(thing({"uid": TEXT, "kind": TEXT, "reason": TEXT, "amount_cents": CENTS, "due": maybe("string")})),
})  # fmt: skip
TENTHS = {"type": ["integer", "null"], "description": "cents, or tenths of a day or of a percent, by the unit"}
FIGURE = thing({
    "figure": TEXT, "title": TEXT, "formula": TEXT, "unit": {"type": "string", "enum": ["money", "percent", "days"]}, "value": TENTHS,
    "above": {"type": "integer"}, "below": {"type": "integer"}, "before": TENTHS, "within": {"type": ["boolean", "null"]},
    "band": {"type": ["object", "null"]},
})  # fmt: skip
REPORTS = thing({
    "from": DAY, "to": DAY, "vs_from": DAY, "vs_to": DAY, "figures": many(FIGURE),
    "reports": many(thing({"report": TEXT, "title": TEXT, "formula": TEXT, "cuts": many(TEXT), "url": TEXT})),
})  # fmt: skip
REPORT = thing({
    "report": TEXT, "from": DAY, "to": DAY, "vs_from": DAY, "vs_to": DAY, "by": TEXT,
    "columns": many(thing({"name": TEXT, "label": TEXT, "kind": TEXT})), "rows": many({"type": "object"}),
    "sum": {"type": ["object", "null"]}, "notes": many(TEXT),
    "proofs": many(thing({"what": TEXT, "here": {"type": "integer"}, "books": {"type": "integer"}, "off": {"type": "integer"}})),
})  # fmt: skip
POSTED = thing({"posted": {"type": "integer"}, "duplicate": {"type": "integer"}, "first_number": maybe("integer"),
                "last_number": maybe("integer")})  # fmt: skip
REF_TO = {"type": ["string", "integer"]}
ENTRY = {**thing({
    "key": {"type": "string", "minLength": 1, "maxLength": 200}, "date": DAY,
    "lines": many({**thing(
        {"account": TEXT, "cents": CENTS},
        {"memo": TEXT, "item": TEXT, **dict.fromkeys((*DIMENSIONS, *PARTIES), REF_TO)},
    ), "additionalProperties": False}),
}, {"memo": TEXT}), "additionalProperties": False}  # fmt: skip
STATUS = {"type": "string", "enum": list(STATUSES)}
PART = thing({"ref": TEXT, "status": STATUS, "posted_cents": CENTS, "problems": many(REFUSAL)})
IMPORTED = thing({"path": TEXT, "kind": TEXT, "sha256": TEXT, "status": STATUS, "message": TEXT, "parts": many(PART)})
FILE = thing({"file": {"type": "string", "format": "binary"}},
             {"kind": TEXT, "account": TEXT, "create_payers": {"type": "string", "enum": ["0", "1"]}})  # fmt: skip
INDEX = thing({"lists": many(thing({"list": TEXT, "title": TEXT, "url": TEXT})), "openapi": TEXT})


def document() -> Schema:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Steward", "version": "1", "description": "docs/api.md says how to use it."},
        "paths": {
            "/api/": {"get": reading("index", "The lists open to you", INDEX)},
            **{f"/api/{path_of(each)}": {"get": _list(each)} for each in LISTS},
            "/api/billing/claims/{ref}": {"get": reading("claim", "One claim", CLAIM, REF, also=(404,))},
            "/api/billing/reports": {"get": reading("reports", "The figures and reports of billing", REPORTS, *SPANS)},
            "/api/billing/reports/{name}": {
                "get": reading("report", "One report of billing", REPORT, REPORT_NAME, *SPANS, BY, also=(404,))
            },
            "/api/books/trial-balance": {
                "get": reading("trial_balance", "Every account as of a day", TRIAL_BALANCE, AS_OF, BASIS, also=(422,))
            },
            "/api/books/post": {
                "post": writing("post", "Post entries, all or nothing", POSTED, "application/json", many(ENTRY), 415)
            },
            "/api/import": {"post": writing("import", "Import one file", IMPORTED, "multipart/form-data", FILE)},
            "/api/bank/cash": {"get": reading("cash", "The cash position", CASH, AS_OF)},
        },
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "steward"},
            },
        },
        "security": [{"token": []}, {"session": []}],
    }


def answers(good: Schema, *errors: int) -> Schema:
    """The answers of an operation by status."""
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "200": {"description": "done", "content": {"application/json": {"schema": good}}},
        **{str(status): {"description": WORDS[status], "content": problem} for status in sorted(errors)},
    }


def reading(name: str, summary: str, good: Schema, *parameters: Any, also: tuple[int, ...] = ()) -> Schema:
    """A GET."""
    return {
        "operationId": name,
        "summary": summary,
        "parameters": list(parameters),
        "responses": answers(good, *READING, *also),
    }


def writing(name: str, summary: str, good: Schema, media: str, body: Schema, *also: int) -> Schema:
    """A POST."""
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [KEY],
        "requestBody": {"required": True, "content": {media: {"schema": body}}},
        "responses": answers(good, *WRITING, *also),
    }


def _list(each: ScopedList) -> Schema:
    forms = [each.listing, *([each.masked] if each.masked is not None else [])]
    page = thing({
        "list": {"const": each.listing.name}, "masked": {"type": "boolean"}, "rows": many(machine.row_schema(*forms)),
        "next": {"type": ["string", "null"], "description": "give it as `after` for the next page; null on the last"},
    })  # fmt: skip
    return reading(each.listing.name, str(each.listing.title), page, *machine.parameters(each.listing))
