"""Code sets in tables: editions by date, the same file twice, what may not come in, and the search."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.billing.logic.scrub.code_files import read
from steward.billing.models import Code, CodeImport, CodeLimit, CodePair
from steward.billing.selectors.codes import labels, latest, search
from steward.billing.services.codes import import_codes
from steward.core.refusals import Refused
from steward.core.service import system_call
from tests.billing.scrub.test_codes import MUE, ORDER, PTP, order

OCTOBER, APRIL = dt.date(2025, 10, 1), dt.date(2026, 4, 1)
HCPCS = (
    "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT\n"
    "J3420,00100,3,words,Vitamin b12 injection,19860101,20200101,\nG0389,1,3,w,Ultrasound exam aaa screen,20070101,,20161231\n"
    "QW,1,7,w,Clia waived test,,,\n"
)  # fmt: skip
OWN = "code,label,valid_from,valid_to\n1000A,Long visit,,\n1000B,Old visit,2020-01-01,2024-12-31\n"


def bring(kind: str, text: str, day: dt.date, *, licence: str = "", ends_on: dt.date | None = None) -> CodeImport:
    file = read(kind, text.encode(), f"{kind}.txt", day)
    return import_codes(system_call(), file=file, starts_on=day, ends_on=ends_on, licence=licence)


def refused(*given: Any, **named: Any) -> str:
    with pytest.raises(Refused) as fault:
        bring(*given, **named)
    return fault.value.refusals[0].code


def test_an_edition_ends_what_it_does_not_name_and_keeps_the_rest(db: None) -> None:
    first = bring("icd10", ORDER, OCTOBER)
    assert (first.row_count, first.new_count, first.ended_count, first.whole) == (9, 9, 0, True)
    lines = [line for line in ORDER.splitlines() if "R5383" not in line]
    lines += [order(10, "I101", 1, "A new hypertension")]
    text = "\n".join(lines).replace("I10     1 ", "I10     0 ").replace("Pain in left knee", "Pain of left knee")
    second = bring("icd10", text, APRIL)
    assert (second.new_count, second.ended_count) == (2, 1)
    rows = {(r.code, r.valid_from): r for r in Code.objects.all()}
    eve = APRIL - dt.timedelta(days=1)
    assert rows["R5383", OCTOBER].valid_to == eve and rows["M25561", OCTOBER].valid_to is None
    assert (rows["I10", OCTOBER].leaf, rows["I10", OCTOBER].valid_to) == (True, eve)
    assert (rows["I10", APRIL].leaf, rows["I10", APRIL].valid_to) == (False, None)
    assert rows["M25562", OCTOBER].label == "Pain of left knee" and len(rows) == 11


def test_a_corrected_list_of_the_same_day_takes_back_what_it_does_not_name(db: None) -> None:
    bring("icd10", ORDER, OCTOBER)
    bring("icd10", "\n".join(ORDER.splitlines()[:5]), OCTOBER)
    assert Code.objects.count() == 5 and not Code.objects.exclude(valid_to=None).exists()


def test_services_keep_the_days_their_list_says(db: None) -> None:
    bring("hcpcs", HCPCS, OCTOBER)
    bring("hcpcs", HCPCS.replace("screen,", "screening,"), APRIL)
    rows = {row.code: row for row in Code.objects.filter(kind="hcpcs")}
    assert rows["J3420"].valid_from == dt.date(1986, 1, 1) and rows["J3420"].valid_to is None
    assert rows["G0389"].valid_to == dt.date(2016, 12, 31) and rows["G0389"].label == "Ultrasound exam aaa screening"
    assert len(rows) == 2
    bring("modifier", HCPCS, APRIL)
    assert [found.label for found in search("modifier", "QW", APRIL)] == ["Clia waived test"]


def test_own_codes_need_a_licence_and_leave_others_alone(db: None) -> None:
    assert refused("cpt", OWN, APRIL) == "licence"
    bring("cpt", OWN, APRIL, licence="Licence 1 of 2026")
    bring("cpt", OWN.replace("1000A,Long visit", "1000C,Short visit"), APRIL, licence="Licence 1 of 2026")
    assert [(r.code, r.valid_to) for r in Code.objects.order_by("code")] == [
        ("1000A", None), ("1000B", dt.date(2024, 12, 31)), ("1000C", None),
    ]  # fmt: skip
    assert [found.code for found in search("service", "visit", APRIL)] == ["1000A", "1000C"]


def test_pairs_and_limits(db: None) -> None:
    one = bring("ptp", PTP, APRIL)
    assert (one.row_count, one.new_count) == (2, 2)  # the third ended in 2011
    bring("ptp", PTP.replace("20120101,*,1", "20120101,20251231,1"), dt.date(2026, 7, 1))
    assert CodePair.objects.get(one="G0447").valid_to == dt.date(2025, 12, 31) and CodePair.objects.count() == 2
    bring("mue", MUE, APRIL, ends_on=dt.date(2026, 6, 30))
    bring("mue", MUE.replace("J0897,120", "J0897,60"), dt.date(2026, 7, 1))
    found = CodeLimit.objects.filter(code="J0897").order_by("valid_from").values_list("units", "valid_to")
    assert list(found) == [(120, dt.date(2026, 6, 30)), (60, None)] and CodeLimit.objects.count() == 4


def test_twice_out_of_order_and_nothing(db: None) -> None:
    bring("icd10", ORDER, APRIL)
    assert refused("icd10", ORDER, APRIL) == "duplicate"
    assert refused("icd10", ORDER, OCTOBER) == "older"
    assert refused("mue", MUE, APRIL, ends_on=OCTOBER) == "days"
    assert latest()["icd10"].starts_on == APRIL and CodeImport.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "asked", "codes"),
    [
        ("diagnosis", "m25.56", ["M2556", "M25561", "M25562", "M25569"]),
        ("diagnosis", "knee pain left", ["M25562"]),
        ("diagnosis", "hyper", ["I10"]),
        ("diagnosis", "ension", []),
        ("diagnosis", "", []),
        ("diagnosis", "%", []),
        ("service", "j34", ["J3420"]),
        ("service", "vitamin B12", ["J3420"]),
        ("service", "ultrasound", []),  # ended in 2016
    ],
)
def test_search(db: None, kind: str, asked: str, codes: list[str]) -> None:
    bring("icd10", ORDER, OCTOBER)
    bring("hcpcs", HCPCS, OCTOBER)
    with CaptureQueriesContext(connection) as queries:
        found = search(kind, asked, APRIL)
    assert [one.code for one in found] == codes and len(queries) <= 2
    assert search(kind, asked, dt.date(1980, 1, 1)) == ()


def test_search_shows_dots_headings_and_stops(db: None) -> None:
    bring("icd10", ORDER, OCTOBER)
    first, second = search("diagnosis", "M2556", APRIL, most=2)
    assert (first.shown, first.leaf, second.shown, second.leaf) == ("M25.56", False, "M25.561", True)
    assert labels("diagnosis", ["I10", "Z999"], APRIL) == {"I10": "Essential (primary) hypertension"}
