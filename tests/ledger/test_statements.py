"""Statements out of the books: each figure against the lines added up in Python, and each opens the lines that make it."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from steward.ledger import services
from steward.ledger.models import Account, Line
from steward.ledger.selectors.statement_columns import Asked, statement
from steward.ledger.selectors.statements import moved_by, year_start
from steward.registry.models import Party
from tests.ledger.support import entry, line
from tests.support import signed_in

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 2, 10), date(2026, 9, 20)
ROLES = (
    "ar_patient", "charges", "contractual", "bank_operating", "ap", "wages", "fixed_assets", "depreciation",
    "interest_income", "6000", "2600", "3100", "patient_prepaid",
)  # fmt: skip


def asked(name="profit-loss", **more):
    return Asked(name, FIRST, LAST, date(2025, 11, 1), date(2026, 3, 15), **more)


@pytest.fixture
def lived(office, call, second_entity):
    """150 entries over fourteen months, some of the second legal entity, some at a site."""
    rnd, drafts, site = random.Random(4), [], office.site.pk
    for _ in range(150):
        cents = rnd.randrange(1, 90_000)
        dims = {"entity": rnd.choice([None, second_entity]), "site": rnd.choice([None, site])}
        one, other = rnd.sample(ROLES, 2)
        day = date(2025, 10, 1) + timedelta(days=rnd.randrange(400))
        drafts.append(entry(line(one, cents, **dims), line(other, -cents, **dims), day=day))
    services.post_many(call, drafts=drafts)
    return office


def by_hand(first, last, key=lambda each: None):
    """(key, code) -> cents of the lines of a span; a plain loop over every line."""
    sums = Counter()
    for each in Line.objects.select_related("account"):
        if first <= each.date <= last:
            sums[key(each), each.account.code] += each.cents
    return sums


def accounts_of(shown, n):
    """code -> cents as shown, of one column."""
    return {row.account.code: row.cents[n] for row in shown.statement.rows if row.account and row.cents[n]}


def expected(sums, key, sign):
    found = {code: cents * sign(code) for (k, code), cents in sums.items() if k == key and cents}
    return {code: cents for code, cents in found.items() if sign(code)}


def pl_sign(code):
    return {"4": -1, "5": 1, "6": 1, "8": 1}.get(code[0], 0)


def bs_sign(code):
    return {"1": 1, "2": -1, "3": -1}.get(code[0], 0)


def test_profit_and_loss_of_any_span_against_any_other(lived, django_assert_num_queries):
    with django_assert_num_queries(12):
        shown = statement(asked())
    assert accounts_of(shown, 0) == expected(by_hand(FIRST, LAST), None, pl_sign)
    assert accounts_of(shown, 1) == expected(by_hand(date(2025, 11, 1), date(2026, 3, 15)), None, pl_sign)
    assert not any(shown.statement.off)


def test_the_balance_sheet_of_any_past_day_balances(lived, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        shown = statement(asked("balance-sheet"))
    since = date(1900, 1, 1)
    assert accounts_of(shown, 0) == expected(by_hand(since, LAST), None, bs_sign)
    year = by_hand(date(2026, 1, 1), LAST)
    assert shown.statement.sum("year_result")[0] == -sum(c for (_k, code), c in year.items() if pl_sign(code))
    earlier = by_hand(since, date(2025, 12, 31))
    assert shown.statement.sum("earlier_result")[0] == -sum(c for (_k, code), c in earlier.items() if pl_sign(code))
    assert not any(shown.statement.off)


@pytest.mark.parametrize("by", ["", "month", "entity"])
def test_the_cash_flow_ends_at_the_cash_of_the_day(lived, by):
    shown = statement(asked("cash-flow", by=by))
    cash = sum(each.cents for each in Line.objects.filter(account__role="bank_operating", date__lte=LAST))
    assert not any(shown.statement.off)
    assert shown.statement.sum("cash_after")[-1 if by else 0] == cash


def test_profit_and_loss_by_site_entity_and_month(lived, django_assert_num_queries):
    with django_assert_num_queries(5):
        shown = statement(asked(by="site"))
    sums = by_hand(FIRST, LAST, lambda each: each.site_id)
    assert [accounts_of(shown, n) for n in (0, 1)] == [expected(sums, key, pl_sign) for key in (lived.site.pk, None)]
    for by in ("site", "entity", "month"):
        shown = statement(asked(by=by))
        for row in shown.statement.rows:
            assert not row.cents or sum(row.cents[:-1]) == row.cents[-1], (by, row)
    with django_assert_num_queries(6):
        months = statement(asked(by="month"))
    for n, head in enumerate(months.heads):
        assert accounts_of(months, n) == expected(by_hand(head.first, head.last), None, pl_sign)
    assert (months.heads[0].first, months.heads[0].last, len(months.heads)) == (FIRST, date(2026, 2, 28), 9)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 3, 1), date(2026, 5, 31)),  # whole months alone
        (date(2026, 3, 4), date(2026, 3, 20)),  # no whole month
        (date(2026, 3, 31), date(2026, 5, 1)),  # one whole month between two days
        (date(2026, 3, 17), date(2026, 4, 30)),
        (date(2026, 3, 3), date(2026, 4, 28)),  # both ends nearer to the whole month
        (date(2026, 3, 28), date(2026, 5, 3)),
        (date(2026, 3, 28), date(2026, 4, 3)),  # no whole month between
        (date(2026, 3, 1), date(2026, 4, 12)),
        (date(2025, 12, 9), date(2026, 2, 3)),
    ],
)
@pytest.mark.parametrize("by", ["site", "entity"])
def test_whole_months_of_the_totals_and_part_months_of_the_lines_make_any_span(lived, first, last, by):
    code = dict(Account.objects.filter(kind__in=("revenue", "expense")).values_list("id", "code"))
    told = {(key, code[pk]): cents for key, each in moved_by(by, first, last).items() for pk, cents in each.items() if cents}
    sums = by_hand(first, last, lambda each: getattr(each, f"{by}_id"))
    assert told == {key: cents for key, cents in sums.items() if cents and pl_sign(key[1])}


def test_balance_sheets_by_month_over_new_year_and_by_entity(lived):
    across = Asked("balance-sheet", date(2025, 11, 5), LAST, FIRST, LAST, by="month")
    shown = statement(across)
    for n, head in enumerate(shown.heads):
        alone = statement(Asked("balance-sheet", head.first, head.last, head.first, head.last)).statement
        found = [
            (row.kind, row.name, row.account, row.cents[n])
            for row in shown.statement.rows
            if row.cents and row.cents[n]
        ]
        assert found == [(r.kind, r.name, r.account, r.cents[0]) for r in alone.rows if r.cents and r.cents[0]]
    wide = statement(asked("balance-sheet", by="entity"))
    assert not any(wide.statement.off) and len(wide.heads) == 3


def test_a_fiscal_year_begins_in_the_month_the_office_set():
    assert year_start(date(2026, 6, 30), 7) == date(2025, 7, 1) and year_start(date(2026, 7, 1), 7) == date(2026, 7, 1)


def test_the_cash_basis_shows_what_money_settled(call, office):
    services.post_many(call, drafts=[
        entry(line("ar_patient", 10_000, item="charge:1"), line("charges", -10_000, item="charge:1"), day=date(2026, 3, 1)),
        entry(line("bank_operating", 4_000), line("ar_patient", -4_000, item="charge:1"), day=date(2026, 4, 1)),
    ])  # fmt: skip
    assert statement(asked()).statement.sum("result")[0] == 10_000
    assert statement(asked(basis="cash")).statement.sum("result")[0] == 4_000
    for name in ("balance-sheet", "cash-flow"):
        assert not any(statement(asked(name, basis="cash")).statement.off)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "balance-sheet", "by": "site"}, "cut"),
        ({"name": "profit-loss", "by": "payer", "basis": "cash"}, "cut"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_what_to_ask_instead(db, more, code):
    with pytest.raises(Refused) as refused:
        statement(asked(**more))
    assert refused.value.refusals[0].code == code and refused.value.refusals[0].fix


def test_spans_that_end_before_they_begin_or_never_end(db):
    for last, by, code in ((date(2026, 1, 1), "", "span"), (date(2029, 1, 1), "month", "too_many_months")):
        with pytest.raises(Refused) as refused:
            statement(Asked("profit-loss", FIRST, last, FIRST, LAST, by=by))
        assert refused.value.refusals[0].code == code


@pytest.fixture
def keeper(office):
    return signed_in("bookkeeper")


def page(client, name, status=200, **query):
    response = client.get(
        reverse("ledger:statement", args=[name]), {"first": "2026-02-10", "last": "2026-09-20", **query}
    )
    assert response.status_code == status, response.content[:1500]
    return response


def test_every_figure_opens_the_lines_that_make_it(lived, keeper):
    checked = 0
    for query in ({}, {"by": "site"}, {"by": "month"}, {"by": "entity"}):
        body = page(keeper, "profit-loss", **query).content.decode()
        figures = re.findall(r'<a href="(/ledger/lines/[^"]+)">([^<]+)</a>', body)
        for url, words in random.Random(1).sample(figures, 4):
            answer = keeper.get("/api/ledger/lines?" + unescape(url).split("?")[1]).json()
            cents = round(float(words.replace(",", "").replace("−", "-")) * 100)
            assert abs(sum(row["cents"] for row in answer["rows"])) == abs(cents)
            assert keeper.get(unescape(url)).status_code == 200
            checked += 1
    assert checked == 16


def test_files_hold_what_the_screen_shows(lived, keeper):
    text = page(keeper, "profit-loss", export="csv").content.decode("utf-8-sig")
    result = statement(Asked("profit-loss", FIRST, LAST, FIRST, LAST)).statement.sum("result")[0]
    row = next(each for each in text.splitlines() if each.startswith("Result,"))
    assert row.split(",")[1] == f"{result / 100:.2f}"
    book = ZipFile(BytesIO(page(keeper, "balance-sheet", export="xlsx", by="month").content))
    assert b"Assets" in book.read("xl/sharedStrings.xml")
    for name in ("profit-loss", "balance-sheet", "cash-flow"):
        assert page(keeper, name, export="pdf", shares="on").content[:5] == b"%PDF-"
    assert page(keeper, "cash-flow", status=400, export="doc")
    assert page(keeper, "profit-loss", status=422, by="payer", basis="cash")
    assert page(keeper, "profit-loss", status=400, by="weather")
    assert page(keeper, "nonsense", status=404)


def test_the_packet_for_the_doctors_is_one_paper(lived, keeper):
    url = reverse("ledger:packet")
    assert keeper.get(url).status_code == 200
    given = {
        "first": "2026-09-01",
        "last": "2026-09-20",
        "basis": "accrual",
        "remarks": "Fewer visits: two weeks of flu.",
    }
    made = keeper.post(url, given)
    assert made.status_code == 200 and made.content[:5] == b"%PDF-"
    assert keeper.post(url, {**given, "first": "2026-09-30"}).status_code == 422
    assert signed_in("frontdesk").post(url, given).status_code == 403


def test_the_address_of_a_list_tells_no_patients_name(office, keeper):
    party = Party.objects.create(
        kind="person", name="Ann Quillfeather", last_name="Quillfeather", last_key="quillfeather", created_at=office.now
    )
    url = reverse("ledger:lines")
    assert "Quillfeather" in keeper.get(url, {"payer": party.uid}).content.decode()
    Patient.objects.create(party=party, chart="C-1", guarantor=party, registered_on=LAST)
    assert "Quillfeather" not in keeper.get(url, {"payer": party.uid}).content.decode()
    assert "unassigned" in keeper.get(url, {"site": "none"}).content.decode()
