"""Code sets in tables: editions by date, the same file twice, what may not come in, and the search."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.billing.logic.scrub.code_files import read
from steward.billing.models import Claim, Code, CodeImport, CodeLimit, CodePair
from steward.billing.selectors.codes import labels, latest, search
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.scrubbing import problems_of, world_of
from steward.billing.services.codes import import_codes
from steward.core.refusals import Refused
from steward.core.service import system_call
from steward.insurance.selectors import global_days
from steward.insurance.services import create_schedule, import_edition
from steward.insurance.states import ScheduleKind
from steward.insurance.types import EditionData
from tests.billing.conftest import Practice
from tests.billing.scrub.test_codes import MUE, ORDER, PTP, order
from tests.billing.test_sending import CLEAN
from tests.insurance.test_fee_files import HEAD, rvu_row

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


# ---- what the scrub makes of them ----
DAY = {**CLEAN, "dx1": "I10"}


def told(practice: Practice, *lines: dict[str, Any]) -> list[str]:
    """The rules that speak of one claim with these lines, of those that ask imported lists."""
    practice.claims(*({**DAY, "line_ref": f"L{n}", **line} for n, line in enumerate(lines, 1)))
    claim = Claim.objects.get()
    values = list(outgoing([Wanted(claim.pk)]).values())
    asked = ("dx-unknown", "dx-unlisted", "dx-header", "dx-not-in-force", "code-", "ncci", "mue", "global-")
    return [one.rule for one in problems_of(values, practice.office.today)[claim.ref] if one.rule.startswith(asked)]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ({"dx1": "I10"}, []), ({"dx1": "R53.83"}, ["dx-not-in-force"]), ({"dx1": "M25.56"}, ["dx-header"]),
        ({"dx1": "I99.99"}, ["dx-unknown"]), ({"code": "J3420"}, []), ({"code": "J9999"}, ["code-unknown"]),
        ({"code": "G0389"}, ["code-not-in-force"]), ({"code": "1000A"}, []), ({"code": "1000Z"}, []),
        ({"code": "1000B"}, ["code-not-in-force"]), ({"code": "J3420", "units": "2"}, ["mue-line"]),
    ],
)  # fmt: skip
def test_the_scrub_asks_the_lists(practice: Practice, line: dict[str, Any], rule: list[str]) -> None:
    bring("icd10", ORDER, OCTOBER)
    bring("icd10", "\n".join(one for one in ORDER.splitlines() if "R5383" not in one), APRIL)
    bring("hcpcs", HCPCS, OCTOBER)
    bring("cpt", OWN, OCTOBER, licence="Licence 1")
    bring("mue", MUE, dt.date(2026, 10, 1), ends_on=dt.date(2026, 12, 31))
    assert told(practice, {"code": "J3420", **line}) == rule


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (({"code": "G0447"}, {"code": "J3420"}), ["ncci-modifier"]),
        (({"code": "G0447"}, {"code": "J3420", "modifiers": "59"}), []),
        (({"code": "G0101"}, {"code": "G0463", "modifiers": "59"}), ["ncci-never"]),
        (({"code": "G0101"}, {"code": "J3420"}), []),
    ],
)
def test_the_scrub_asks_the_pairs(practice: Practice, lines: tuple[dict[str, Any], ...], rule: list[str]) -> None:
    bring("ptp", PTP, APRIL)
    assert told(practice, *lines) == rule


@pytest.mark.parametrize(
    ("line", "rule"), [({"dx1": "I99.99"}, ["dx-unlisted"]), ({"dx1": "R53.83"}, []), ({"code": "J3420", "units": "9"}, [])]
)
def test_what_a_list_does_not_speak_of_is_unknown(practice: Practice, line: dict[str, Any], rule: list[str]) -> None:
    """The edition ended in September, the quarter in June; the claim is of November: a new code may be right."""
    bring("icd10", ORDER, OCTOBER, ends_on=dt.date(2026, 9, 30))
    bring("mue", MUE, APRIL, ends_on=dt.date(2026, 6, 30))
    assert told(practice, {"code": "J3420", **line}) == rule


@pytest.mark.parametrize(
    ("modifiers", "rule"), [("", ["global-same-day"]), ("25", [])]
)
def test_global_days_come_from_the_relative_values(practice: Practice, modifiers: str, rule: list[str]) -> None:
    call = practice.office.call("biller")
    medicare = create_schedule(call, name="Medicare", kind=ScheduleKind.RVU)
    for year, days in ((2025, "XXX"), (2026, "010")):
        text = HEAD + rvu_row("G0127", glob=days)
        import_edition(call, schedule=medicare, data=EditionData(dt.date(year, 1, 1), text.encode()))
    assert global_days(["G0127", "T1015"], dt.date(2026, 11, 1)) == {"G0127": 10}
    assert global_days(["G0127"], dt.date(2025, 11, 1)) == {}
    assert told(practice, {"code": "G0127"}, {"code": "T1015", "modifiers": modifiers}) == rule


def test_nothing_imported_holds_nothing(practice: Practice) -> None:
    assert told(practice, {"code": "J9999", "dx1": "I99.99", "units": "30"}) == []


def test_the_lists_are_asked_a_constant_number_of_times(practice: Practice) -> None:
    for kind, text in (("icd10", ORDER), ("hcpcs", HCPCS), ("ptp", PTP), ("mue", MUE)):
        bring(kind, text, OCTOBER)
    many = [{**DAY, "claim_ref": f"C-{n}", "code": f"J{3000 + n}", "dx1": f"I{n % 90 + 10}.{n % 9}"} for n in range(120)]
    practice.claims(*many)
    values = list(outgoing([Wanted(pk) for pk in Claim.objects.values_list("pk", flat=True)]).values())
    counts = []
    for part in (values[:5], values):
        with CaptureQueriesContext(connection) as queries:
            world_of(part, practice.office.today)
        counts.append(len(queries))
    assert len(values) == 120 and counts[0] == counts[1]
