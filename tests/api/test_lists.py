"""A list of the API is the list of the screen: same rows, same cells, masked alike, closed to the same people, logged alike."""

from __future__ import annotations

import importlib
import pkgutil
import re
from copy import deepcopy
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import steward
from steward.api.lists import LISTS, path_of
from steward.core.access.policy import role_names
from steward.core.audit.models import AuditRow
from steward.core.listing import Listing, ScopedList
from steward.core.money import format_cents
from tests.desk.test_thief import client_for
from tests.desk.world import World

pytestmark = pytest.mark.django_db



@pytest.fixture
def world(kept: World, db: Any) -> World:
    """Made once: every test here looks at all of it, and what one adds goes back with its savepoint."""
    return deepcopy(kept)


SCREENS = {
    "findings.found": "findings:board",
    "approvals.requests": "approvals:requests", "core.audit": "audit:log", "registry.parties": "registry:parties",
    "registry.places": "registry:places", "registry.departments": "registry:departments", "ledger.journal": "ledger:journal",
    "ledger.lines": "ledger:lines", "ledger.schedules": "ledger:schedules",
    "billing.contracts": "billing:contracts", "banking.checks": "banking:checks", "banking.rules": "banking:rules",
    "banking.payouts": "banking:payouts",
    "banking.lines": "banking:lines", "banking.deposits": "banking:deposits", "banking.receipts": "banking:receipts",
    "banking.returns": "banking:ach_returns", "banking.flows": "banking:flows",
    "budget.budgets": "budget:home", "banking.reconciliations": "banking:reconciliations",
    "people.staff": "people:staff", "people.users": "people:users", "people.providers": "people:providers",
    "insurance.payers": "insurance:payers", "insurance.rules": "insurance:rules", "frontdesk.patients": "frontdesk:patients",
    "billing.charges": "billing:charges", "billing.claims": "billing:claims", "billing.remittances": "billing:remittances",
    "billing.batches": "billing:batches", "billing.unanswered": "billing:unanswered", "insurance.schedules": "insurance:schedules",
    "insurance.grants": "insurance:grants", "insurance.estimates": "insurance:estimates",
    "billing.work": "billing:work", "billing.denials": "billing:denials", "billing.papers": "billing:papers",
    "billing.code_imports": "billing:code_imports",
    "billing.disputes": "billing:disputes", "billing.exclusions": "billing:exclusions",
    "billing.accounts": "billing:accounts",
    "billing.statements": "billing:statements",
    "billing.others": "billing:others",
    "billing.holders": "billing:holders",
    "billing.answers": "billing:answers",
    "billing.refused": "billing:refused",
    "billing.acts": "billing:acts",
    "billing.uncharged": "billing:uncharged",
    "billing.lag": "billing:lag_rows",
}  # fmt: skip
NO_LIST_OF_ITS_OWN = {"ledger.document"}  # the entries of one document: part of its page


class Cells(HTMLParser):
    """The rows of the first table body: each cell's text, or the day or moment it stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside, self._skip, self._moment = False, False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr" and "data-row" in given:
            self.rows.append([])
        if tag == "td" and self.rows:
            self._inside, self._skip = True, given.get("class") == "pick"
            if not self._skip:
                self.rows[-1].append("")
        if tag == "time" and self._inside:
            self.rows[-1][-1] = given["datetime"] or ""
            self._moment = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._inside = self._moment = False

    def handle_data(self, data: str) -> None:
        if self._inside and not self._skip and not self._moment:
            self.rows[-1][-1] += data


def on_screen(text: str) -> list[list[str]]:
    parser = Cells()
    parser.feed(text)
    return [[cell.strip() for cell in row] for row in parser.rows]


def as_shown(listing: Listing, row: dict[str, Any]) -> list[str]:
    """A row of the API in the words of the screen."""
    shown = []
    for column in (c for c in listing.columns if c.export):
        value = row[column.name]
        if value is None:
            shown.append("")
        elif column.kind == "money":
            shown.append(format_cents(value))
        elif isinstance(value, int):
            shown.append(f"{value:,}")
        else:
            shown.append(str(value).strip())
    return shown


@pytest.mark.parametrize("each", LISTS, ids=path_of)
def test_every_role_gets_the_rows_and_cells_of_its_screen_and_no_other(world: World, each: ScopedList) -> None:
    seen = 0
    for role in role_names():
        client = client_for(world, role)
        first = {"sort": "oldest"} if each.listing.name == "core.audit" else {}  # each look adds to its end
        screen = client.get(reverse(SCREENS[each.listing.name]), first)
        answer = client.get(f"/api/{path_of(each)}", first)
        assert answer.status_code == screen.status_code, role
        if answer.status_code != 200:
            assert set(answer.json()) == {"refused", "reference"}
            continue
        page = answer.json()
        listing = each.seen_by(world.office.call(role).subject)[0]
        buttons = [n for n, column in enumerate(listing.columns) if not column.export]
        rows = [[cell for n, cell in enumerate(row) if n not in buttons] for row in on_screen(screen.content.decode())]
        assert [as_shown(listing, row) for row in page["rows"]] == rows, role
        assert page["masked"] is listing.masked and all(set(row) - {"uid"} == names(listing) for row in page["rows"])
        seen += len(rows)
    assert seen, "an empty list proves nothing"


def names(listing: Listing) -> set[str]:
    return {column.name for column in listing.columns if column.export}


def test_no_list_is_forgotten() -> None:
    """Every list component of the house is one of the API's, or part of another page."""
    known = {each.listing.name for each in LISTS}
    found = set()
    for module in pkgutil.walk_packages(steward.__path__, "steward."):
        if re.search(r"\.views(\.|$)", module.name):
            values = vars(importlib.import_module(module.name)).values()
            found |= {value.name for value in values if isinstance(value, Listing)}
    assert found - NO_LIST_OF_ITS_OWN == known, "name it in steward/api/lists.py"
    assert known <= set(SCREENS), "name its screen here"


def test_money_days_moments_and_uids(world: World) -> None:
    client = client_for(world, "biller")
    charge = client.get("/api/billing/charges").json()["rows"][0]
    assert charge["charge_cents"] == 15000 and charge["service_date"] == "2026-11-23" and charge["units"] == "1"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", charge["uid"])
    era = client.get("/api/billing/remittances").json()["rows"][0]
    assert datetime.fromisoformat(era["imported_at"]).utcoffset() is not None and era["paid_cents"] == 5000


def test_masked_rows_carry_no_name(world: World) -> None:
    page = client_for(world, "auditor").get("/api/frontdesk/patients").json()
    assert page["masked"] is True and len(page["rows"]) == 2
    assert not {word for word in world.words(0) | world.words(1) if word in str(page)}


def test_filters_orders_and_pages(world: World) -> None:
    client = client_for(world, "administrator")
    every = client.get("/api/frontdesk/patients").json()
    assert [row["name"][:3] for row in every["rows"]] == ["Fea", "Qua"] and every["next"] is None
    first = client.get("/api/frontdesk/patients", {"limit": 1, "sort": "name"}).json()
    second = client.get("/api/frontdesk/patients", {"limit": 1, "sort": "name", "after": first["next"]}).json()
    assert [*first["rows"], *second["rows"]] == every["rows"] and second["next"] is None
    found = client.get("/api/frontdesk/patients", {"q": "quack"}).json()["rows"]
    assert [row["name"] for row in found] == [every["rows"][1]["name"]]
    work = client.get("/api/billing/work", {"kind": "denial", "amount_min": "1"}).json()["rows"]
    assert [row["amount_cents"] for row in work] == [15000]


def test_a_cursor_of_another_list_or_order_is_refused(world: World) -> None:
    client = client_for(world, "biller")
    cursor = client.get("/api/billing/charges", {"limit": 1}).json()["next"]
    assert cursor
    for path, more in (("claims", {}), ("charges", {"sort": "posted"})):
        answer = client.get(f"/api/billing/{path}", {"after": cursor, **more})
        assert answer.status_code == 400 and answer.json()["refused"][0]["code"] == "bad_request"


def test_reading_patients_is_audited_once_with_their_uids(world: World) -> None:
    client = client_for(world, "frontdesk")
    before = AuditRow.objects.count()
    client.get("/api/frontdesk/patients")
    row = AuditRow.objects.order_by("seq").last()
    assert AuditRow.objects.count() == before + 1 and row is not None
    assert (row.channel, row.action, row.object_type) == ("api", "read api:frontdesk.patients", "frontdesk.patient")
    assert row.refs == sorted(str(patient.uid) for patient in world.patients)


def test_reading_the_log_is_a_row_in_it(world: World) -> None:
    client_for(world, "auditor").get("/api/core/audit")
    assert AuditRow.objects.order_by("seq").last().action == "audit.read_log"  # type: ignore[union-attr]


def test_patients_leave_in_bulk_only_with_the_right_of_bulk_export(world: World, settings: Any) -> None:
    settings.STEWARD_API_PATIENT_ROWS_PER_HOUR = 3
    desk = client_for(world, "frontdesk")
    said = [desk.get("/api/frontdesk/patients") for _ in range(3)]
    assert [one.status_code for one in said] == [200, 200, 429]
    assert [len(one.json()["rows"]) for one in said[:2]] == [2, 1] and said[1].json()["next"]
    answer = desk.get("/api/billing/claims"), desk.get("/api/frontdesk/patients")
    assert answer[0].status_code == 403 and int(answer[1]["Retry-After"]) > 0
    assert desk.get("/api/registry/places").status_code == 200  # nothing about patients
    cache.clear()
    chief = client_for(world, "administrator")  # holds it, and confirmed who she is a moment ago
    assert [chief.get("/api/frontdesk/patients").status_code for _ in range(4)] == [200] * 4


MOST_QUERIES = {"billing.accounts": 18}  # balances by age come from the books beside the rows


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    """At most nine for who asks (session, user, roles, party, audit), five for the list itself, whatever its length."""
    client = client_for(world, "administrator")
    for each in LISTS:
        path = f"/api/{path_of(each)}"
        given = (
            {"kind": "person"} if each.listing.name == "registry.parties" else {}
        )  # its first is no patient: no audit row
        client.get(path)
        with CaptureQueriesContext(connection) as one:
            client.get(path, {"limit": 1, **given})
        with CaptureQueriesContext(connection) as every:
            client.get(path, given)
        assert len(one) == len(every) <= MOST_QUERIES.get(each.listing.name, 14), (path, len(one), len(every))
