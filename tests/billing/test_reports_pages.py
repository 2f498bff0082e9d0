"""Every report opens, leaves as a file and on paper, by every cut; its rows are behind it; queries do not grow with the rows."""

from __future__ import annotations

import csv
import html
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.billing.selectors.reports.catalogue import BY_NAME, REPORTS, Report
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_reports import lived

YEAR = {"from": "2026-01-01", "to": "2026-11-23", "vs_from": "2025-01-01", "vs_to": "2025-12-31"}
EACH = [(report, by) for report in REPORTS for by, _words in report.cuts]


@pytest.mark.parametrize(("report", "by"), EACH, ids=[f"{report.name}-{by}" for report, by in EACH])
def test_it_opens_and_leaves(practice: Practice, report: Report, by: str) -> None:
    lived(practice)
    biller = signed_in("biller")
    path = reverse("billing:report", args=[report.name])
    page = biller.get(path, {**YEAR, "by": by})
    assert page.status_code == 200 and str(report.formula) in html.unescape(page.content.decode())
    assert b"Does not tie" not in page.content
    file = biller.get(path, {**YEAR, "by": by, "export": "csv"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len({len(row) for row in rows if not row[0].startswith("Proof")}) == 1
    assert biller.get(path, {**YEAR, "by": by, "export": "xlsx"}).content[:2] == b"PK"
    assert biller.get(path, {**YEAR, "by": by, "export": "pdf"}).content[:5] == b"%PDF-"
    assert biller.get(path, {**YEAR, "by": by, "export": "doc"}).status_code == 400
    assert biller.get(path).status_code == 200  # the span it takes when not told


def test_the_links_of_every_line_open_its_rows(practice: Practice) -> None:
    lived(practice)
    biller = signed_in("biller")
    seen = 0
    for report, by in EACH:
        page = biller.get(reverse("billing:report", args=[report.name]), {**YEAR, "by": by})
        for line in page.context["lines"]:
            seen += 1
            assert line["url"] and biller.get(line["url"]).status_code == 200, line
    assert seen > 20


@pytest.mark.parametrize(("report", "by"), EACH, ids=[f"{report.name}-{by}" for report, by in EACH])
def test_the_number_of_queries_does_not_grow(practice: Practice, report: Report, by: str) -> None:
    lived(practice)
    biller = signed_in("biller")
    path = reverse("billing:report", args=[report.name])

    def queries() -> int:
        biller.get(path, {**YEAR, "by": by})
        with CaptureQueriesContext(connection) as made:
            assert biller.get(path, {**YEAR, "by": by}).status_code == 200
        return len(made)

    few = queries()
    practice.claims(*({"claim_ref": f"D-{n}", "line_ref": f"M{n}", "service_date": "2026-10-01"} for n in range(1, 13)))
    practice.remit(remittance(
        *(claim(f"D-{n}", service_line(15_000, cas("CO", "45", 5_000), control=f"M{n}")) for n in range(1, 9)), trace="T-2",
    ))  # fmt: skip
    assert queries() == few <= 60


def test_the_front_page_and_the_packet(practice: Practice) -> None:
    lived(practice)
    biller = signed_in("biller")
    page = biller.get(reverse("billing:reports"), YEAR)
    text = page.content.decode()
    assert page.status_code == 200 and "Days in A/R" in text and "205.3 d" in text and "HFMA" in text
    assert {one.figure.name: one.mark for one in page.context["figures"]}["denial_rate"] == "outside"
    packet = biller.get(reverse("billing:packet"), YEAR)
    assert packet.content[:5] == b"%PDF-" and packet["Content-Type"] == "application/pdf"
    assert signed_in("frontdesk").get(reverse("billing:packet")).status_code == 403
    assert biller.get(reverse("billing:report", args=["nothing"])).status_code == 404


@pytest.mark.parametrize(
    "given",
    [{"from": "2026-05-01", "to": "2026-04-01"}, {"from": "soon"}, {"from": "1990-01-01"}, {"vs_from": "2030-01-01"}, {"who": "me"},
     {"to": "0001-01-01"}, {"from": "0001-01-01", "to": "0001-01-31"},
     {"by": "weather"}],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(practice: Practice, given: dict[str, Any]) -> None:
    assert signed_in("biller").get(reverse("billing:report", args=["denials"]), given).status_code == 400


def test_a_program_gets_what_the_page_shows(practice: Practice) -> None:
    lived(practice)
    biller = signed_in("biller")
    found = biller.get("/api/billing/reports", YEAR).json()
    figures = {one["figure"]: one for one in found["figures"]}
    assert (figures["denial_rate"]["value"], figures["denial_rate"]["within"]) == (333, False)
    assert figures["charges"]["band"] is None and {one["report"] for one in found["reports"]} == set(BY_NAME)
    denials = biller.get("/api/billing/reports/denials", {**YEAR, "by": "payer"}).json()
    assert [(row["who"], row["refused"], row["rate"]) for row in denials["rows"]] == [("Blue Harbor", 15_000, 333)]
    owed = biller.get("/api/billing/reports/receivable", {"to": "2026-11-23", "by": "payer"}).json()
    assert owed["sum"]["sum"] == owed["proofs"][0]["books"] == 36_000 and owed["proofs"][0]["off"] == 0
    assert biller.get("/api/billing/reports/weather").status_code == 404
    assert biller.get("/api/billing/reports/denials", {"mood": "1"}).status_code == 400
    assert signed_in("frontdesk").get("/api/billing/reports").status_code == 403


def test_masked_eyes_see_no_name(practice: Practice) -> None:
    lived(practice)
    auditor = signed_in("auditor")
    for name in ("billing:answers", "billing:refused", "billing:acts"):
        assert b"Doe" not in auditor.get(reverse(name)).content
    for export in ("csv", "pdf"):
        file = auditor.get(reverse("billing:report", args=["receivable"]), {"by": "patient", "export": export})
        assert file.status_code == 200 and b"Doe" not in file.content
    assert BY_NAME["receivable"].as_of
