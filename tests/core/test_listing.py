"""The list component: closed sets, keyset pages that neither skip nor repeat, the same rows in list and export."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import BadRequest
from django.db import connection
from django.db.models import F, Q
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from steward.core.access.decide import Context, Subject
from steward.core.access.models import Office, User
from steward.core.audit.models import AuditRow
from steward.core.clock import FixedClock
from steward.core.listing import (
    Bulk,
    Choice,
    Column,
    DateRange,
    Empty,
    Flag,
    Listing,
    MoneyRange,
    Preset,
    Sort,
    Text,
    selected,
)
from steward.core.listing.listing import State
from steward.core.listing.models import SavedView
from steward.core.listing.services import drop_view, save_view
from steward.core.refusals import Denied, Refused
from steward.core.service import Call
from tests.support import NOON, ZONE, make_user

PEOPLE = Listing(
    name="core.people",
    title="People",
    columns=(
        Column("username", "Login", link=lambda row: f"/p/{row.uid}"),
        Column("name", "Name"),
        Column("created_at", "Since", kind="date"),
        Column("cents", "Open", kind="money"),
        Column("state", "State", badge=lambda row: ("bad", "Ended") if row.ended_at else ("good", "Active")),
    ),
    sorts=(
        Sort("username", "Login", "username"),
        Sort("-username", "Login, last first", "-username"),
        Sort("name", "Name", ("name", "-created_at")),
        Sort("ended", "Ended", "ended_at", nullable=True),
        Sort("-ended", "Ended last", "-ended_at", nullable=True),
    ),
    filters=(
        Text("q", "Login", "username", fold=str.casefold),
        Choice("lang", "Language", "language", (("en", "English"), ("es", "Spanish"))),
        DateRange("since", "Since", "created_at", moment=True),
        MoneyRange("open", "Open", "work_site_id"),
        Flag("ended", "Ended", Q(ended_at__isnull=False)),
    ),
    presets=(Preset("All", ""), Preset("Spanish", "lang=es")),
    bulk=(Bulk("theme", "Look", "core:theme", "self.write"),),
    money="cents",
    export="user.read",
    object_type="core.user",
    empty=Empty("No people yet", "People sign in.", "core:search", "Search"),
    page_rows=7,
)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def people(db) -> list[User]:
    """Thirty people: names and ends repeat, so that only the row's key tells them apart."""
    Office.objects.get_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": START.date()})
    rows = [
        User(
            username=f"p{i:03}", name=f"Name {i % 3}", created_at=START + timedelta(days=i % 10), work_site_id=i * 100,
            language="es" if i % 5 == 0 else "en", ended_at=START + timedelta(days=i % 2) if i % 4 == 0 else None,
        )
        for i in range(30)
    ]  # fmt: skip
    User.objects.bulk_create(rows)
    return list(User.objects.filter(username__startswith="p"))


def ask(path: str = "/people", role: str = "administrator", stepped_up: bool = False):
    request = RequestFactory().get(path)
    user = make_user(role)
    context = Context(stepped_up_at=NOON if stepped_up else None, now=NOON)
    request.call = Call(
        Subject(user.pk, user.name, frozenset({role})), FixedClock(NOON, ZONE), channel="web", context=context
    )
    request.user = user
    return request


def rows_of(people=None):
    return User.objects.filter(username__startswith="p").annotate(cents=F("work_site_id"))


def walk(sort: str, name: str = "after") -> list[str]:
    """All logins, page by page, by following the links as a person would."""
    path, seen = f"/people?sort={sort}", []
    for _turn in range(20):
        state = State(PEOPLE, ask(path), rows_of())
        seen.append([row.username for row in state.page])
        if not state.next_url:
            return [u for page in seen for u in page]
        path = f"/people{state.next_url}"
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("sort", [s.name for s in PEOPLE.sorts])
def test_pages_by_key_neither_skip_nor_repeat_and_follow_the_order(people, sort):
    seen = walk(sort)
    assert sorted(seen) == sorted(p.username for p in people)
    assert len(seen) == len(set(seen)) == 30
    chosen = next(s for s in PEOPLE.sorts if s.name == sort)
    by_name = {p.username: p for p in people}
    field = chosen.fields[0].lstrip("-")
    values = [getattr(by_name[u], field) for u in seen]
    filled = [v for v in values if v is not None]
    assert filled == sorted(filled, reverse=chosen.fields[0].startswith("-"))
    assert values[: len(filled)] == filled  # nulls last, whichever way


@pytest.mark.parametrize("sort", [s.name for s in PEOPLE.sorts])
def test_the_way_back_shows_the_same_pages(people, sort):
    path, pages = f"/people?sort={sort}", []
    while True:
        state = State(PEOPLE, ask(path), rows_of())
        pages.append([r.username for r in state.page])
        if not state.next_url:
            break
        path = f"/people{state.next_url}"
    back = [pages[-1]]
    while state.before_url:
        state = State(PEOPLE, ask(f"/people{state.before_url}"), rows_of())
        back.append([r.username for r in state.page])
    flat = [u for page in reversed(back) for u in page]
    assert flat == [u for page in pages for u in page]


def test_a_row_added_before_the_page_does_not_shift_it(people):
    first = State(PEOPLE, ask("/people"), rows_of())
    link = first.next_url
    before = [r.username for r in State(PEOPLE, ask(f"/people{link}"), rows_of()).page]
    User.objects.create(username="p000a", name="New", created_at=START)
    assert [r.username for r in State(PEOPLE, ask(f"/people{link}"), rows_of()).page] == before


@pytest.mark.parametrize(
    "query", ["sort=password", "sort=-cents", "nonsense=1", "after=abc", "before=x.y.z", "export=pdf"]
)
def test_what_is_not_of_the_closed_set_is_a_bad_request(people, query):
    with pytest.raises(BadRequest):
        PEOPLE.respond(ask(f"/people?{query}"), rows_of())


def test_a_page_link_of_another_order_is_refused(people):
    link = State(PEOPLE, ask("/people?sort=username"), rows_of()).next_url.split("after=")[1]
    with pytest.raises(BadRequest):
        PEOPLE.respond(ask(f"/people?sort=name&after={link}"), rows_of())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=p00", 10),
        ("q=P01", 10),
        ("q=x", 0),
        ("lang=es", 6),
        ("since_from=2026-01-01&since_to=2026-01-01", 3),
        ("since_from=1/10/2026", 3),
        ("open_min=1.00&open_max=3.00", 3),
        ("ended=1", 8),
        ("ended=1&lang=es", 2),
    ],
)
def test_filters_narrow(people, query, expected):
    assert State(PEOPLE, ask(f"/people?{query}"), rows_of()).filtered.count() == expected


@pytest.mark.parametrize("query", ["since_from=soon", "open_min=1.2.3", "lang=fr", "ended=maybe"])
def test_a_filter_that_cannot_be_read_says_so_and_shows_no_rows(people, query):
    answer = PEOPLE.respond(ask(f"/people?{query}"), rows_of())
    assert answer.status_code == 400
    assert b"The filter cannot be read" in answer.content
    assert b"p001" not in answer.content


def test_a_prefix_takes_wildcards_literally(people):
    User.objects.create(username="p%x", name="Percent", created_at=START)
    assert [u.username for u in State(PEOPLE, ask("/people?q=p%25"), rows_of()).filtered] == ["p%x"]


def test_the_number_of_queries_does_not_grow_with_the_rows(people):
    def queries(path: str) -> int:
        request = ask(path)
        with CaptureQueriesContext(connection) as seen:
            PEOPLE.respond(request, rows_of())
        return len(seen)

    many = queries("/people")
    User.objects.filter(username__gte="p003").delete()
    few = queries("/people")
    assert many <= few + 1  # the capped count is asked only when there is more than a page
    assert many <= 4


def test_the_count_stops_at_its_cap(people, monkeypatch):
    monkeypatch.setattr("steward.core.listing.listing.COUNT_CAP", 10)
    state = State(PEOPLE, ask("/people"), rows_of())
    assert state.count == 11
    assert state.count_words == "10+"


def test_cells_escape_what_people_typed(people):
    User.objects.filter(username="p000").update(name="<script>alert(1)</script>")
    body = PEOPLE.respond(ask("/people"), rows_of()).content
    assert b"<script>alert" not in body
    assert b"&lt;script&gt;alert(1)" in body


def test_empty_says_what_it_is_for_and_nothing_matches_offers_to_clear(people):
    assert b"No people yet" in PEOPLE.respond(ask("/people"), rows_of().none()).content
    body = PEOPLE.respond(ask("/people?q=zzz"), rows_of()).content
    assert b"Nothing matches" in body
    assert b"No people yet" not in body


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.mark.parametrize("name", DANGEROUS)
def test_exported_text_never_runs_as_a_formula(people, name):
    User.objects.filter(username="p001").update(name=name)
    answer = PEOPLE.respond(ask("/people?export=csv"), rows_of())
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[2][1] == f"'{name}"
    assert rows[2][3] == "1.00"  # money stays a number


def test_export_has_the_rows_and_the_order_of_the_list(people):
    answer = PEOPLE.respond(ask("/people?export=csv&sort=-username&lang=es"), rows_of())
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [r[0] for r in rows[1:]] == ["p025", "p020", "p015", "p010", "p005", "p000"]
    assert rows[0] == ["Login", "Name", "Since", "Open", "State"]
    assert rows[1][2].startswith("2026-01-06")


def test_xlsx_is_a_workbook_whose_money_is_a_number(people):
    User.objects.filter(username="p001").update(name="=HYPERLINK(1)")
    answer = PEOPLE.respond(ask("/people?export=xlsx"), rows_of())
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>29</v>" in sheet  # 29.00 of p029
    assert "'=HYPERLINK(1)" in book.read("xl/sharedStrings.xml").decode()


def test_print_shows_every_row_with_the_sum(people):
    body = PEOPLE.respond(ask("/people?export=print"), rows_of()).content.decode()
    assert body.count("<tr>") == 32  # head, thirty rows, foot
    assert "435.00" in body


def test_an_export_leaves_one_audit_row_that_lists_what_left(people):
    PEOPLE.respond(ask("/people?export=csv&lang=es"), rows_of())
    row = AuditRow.objects.get(action="export core.people csv")
    assert set(row.refs) == {str(p.uid) for p in people if p.language == "es"}
    assert row.reason == "6 rows"


def test_export_needs_its_capability(people):
    with pytest.raises(Denied):
        PEOPLE.respond(ask("/people?export=csv", role="frontdesk"), rows_of())
    assert b"export=csv" not in PEOPLE.respond(ask("/people", role="frontdesk"), rows_of()).content
    assert b"export=csv" in PEOPLE.respond(ask("/people"), rows_of()).content


def test_more_patients_than_the_breach_threshold_need_the_bulk_capability_and_a_fresh_proof(people, monkeypatch):
    monkeypatch.setattr("steward.core.listing.export.PATIENT_LIMIT", 10)
    patients = Listing(name="x.patients", title="Patients", columns=PEOPLE.columns, sorts=PEOPLE.sorts, export="patient.read",
                       object_type="core.user", patient=lambda row: row.uid)  # fmt: skip
    with pytest.raises(Denied) as denied:
        patients.respond(ask("/people?export=csv"), rows_of())
    assert denied.value.step_up
    assert patients.respond(ask("/people?export=csv", stepped_up=True), rows_of()).status_code == 200
    with pytest.raises(Denied) as refused:
        patients.respond(ask("/people?export=csv", role="frontdesk", stepped_up=True), rows_of())
    assert not refused.value.step_up


def test_a_list_of_patients_remembers_whom_it_showed(people):
    patients = Listing(name="x.patients", title="Patients", columns=PEOPLE.columns, sorts=PEOPLE.sorts,
                       patient=lambda row: row.uid, page_rows=7)  # fmt: skip
    request = ask("/people")
    patients.respond(request, rows_of())
    assert len(request.call.patients_read) == 7


def test_an_export_has_a_cap(people, monkeypatch):
    monkeypatch.setitem(__import__("steward.core.listing.export", fromlist=["LIMITS"]).LIMITS, "csv", 5)
    with pytest.raises(Refused) as refused:
        PEOPLE.respond(ask("/people?export=csv"), rows_of())
    assert refused.value.code == "too_many"


def test_selected_reads_uids_once_each():
    post = RequestFactory().post("/", {"uid": ["6f1c1c1e-0000-4000-8000-000000000001"] * 2})
    assert len(selected(post)) == 1
    for wrong in ({}, {"uid": ["x"]}, {"uid": [f"6f1c1c1e-0000-4000-8000-{i:012}" for i in range(501)]}):
        with pytest.raises(BadRequest):
            selected(RequestFactory().post("/", wrong))


def test_views_are_kept_replaced_shared_and_dropped_by_their_owner(people):
    mine, other = ask(role="administrator"), ask(role="biller")
    view = save_view(mine.call, listing="core.people", name=" Spanish ", query="lang=es")
    assert save_view(mine.call, listing="core.people", name="Spanish", query="lang=es&ended=1").pk == view.pk
    assert State(PEOPLE, other, rows_of()).views == []
    save_view(mine.call, listing="core.people", name="Spanish", query="lang=es", shared=True)
    assert [v.name for v, _url, _here in State(PEOPLE, other, rows_of()).views] == ["Spanish"]
    with pytest.raises(Refused):
        drop_view(other.call, uid=view.uid)
    assert drop_view(mine.call, uid=view.uid) == "core.people"
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(("name", "query"), [("", "a=1"), ("x" * 61, ""), ("x", "q" * 1001)])
def test_a_view_needs_a_short_name_and_a_short_query(people, name, query):
    with pytest.raises(Refused):
        save_view(ask().call, listing="core.people", name=name, query=query)


def test_the_preset_that_is_shown_is_marked(people):
    body = PEOPLE.respond(ask("/people?lang=es"), rows_of()).content.decode()
    assert 'href="?lang=es" aria-current="true"' in body
