"""The receivable as of any day ties to the control accounts; every figure has its formula and the rows behind it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.billing.logic import measures
from steward.billing.logic.spans import Span, month_of
from steward.billing.selectors.reports.ageing import CUTS, ageing, behind
from steward.billing.selectors.reports.catalogue import FIGURES, REPORTS
from steward.billing.selectors.reports.figures import bands, overview
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_statements import SELF


def lived(practice: Practice) -> None:
    """Charges in March, answers in May, a self-pay charge in October, one denied."""
    practice.office.now = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
    practice.claims(*({"claim_ref": f"C-{n}", "line_ref": f"L{n}", "service_date": "2026-03-02"} for n in range(1, 5)))
    practice.office.now = dt.datetime(2026, 5, 4, 17, 0, tzinfo=dt.UTC)
    practice.remit(remittance(
        claim("C-1", service_line(15_000, cas("CO", "45", 5_000), cas("PR", "1", 2_000), control="L1")),
        claim("C-2", service_line(15_000, cas("CO", "45", 5_000), control="L2")),
        claim("C-3", service_line(15_000, cas("CO", "16", 15_000), control="L3")),
    ))  # fmt: skip
    practice.office.now = dt.datetime(2026, 10, 1, 17, 0, tzinfo=dt.UTC)
    practice.claims({"claim_ref": "S-1", "line_ref": "L9", "service_date": "2026-10-01", "charge": "40.00", **SELF})


@pytest.mark.parametrize("by", list(CUTS))
def test_it_ties_on_every_day_by_every_cut(practice: Practice, by: str) -> None:
    lived(practice)
    for day, owed in (
        ("2026-03-01", 0),
        ("2026-03-02", 60_000),
        ("2026-05-03", 60_000),
        ("2026-05-04", 32_000),
        ("2026-11-23", 36_000),
    ):
        found = ageing(dt.date.fromisoformat(day), by)
        assert (found.cents, found.off_cents) == (owed, 0), day
        assert sum(row.cents for row in found.rows) == owed == sum(found.columns)


def test_ages_and_payers_as_of_a_past_day(practice: Practice) -> None:
    lived(practice)
    assert ageing(dt.date(2026, 5, 3)).columns == (0, 0, 60_000, 0, 0)
    found = ageing(dt.date(2026, 11, 23), "payer")
    rows = {(row.role, row.party.name if row.party else ""): row.columns for row in found.rows}
    assert rows == {("ar_insurance", "Blue Harbor"): (0, 0, 0, 0, 30_000), ("ar_patient", ""): (0, 4_000, 0, 0, 2_000)}


def test_the_rows_behind_a_number_are_its_sum(practice: Practice) -> None:
    lived(practice)
    for by in CUTS:
        for row in ageing(dt.date(2026, 11, 23), by).rows:
            items = behind(dt.date(2026, 11, 23), by, row.party.pk if row.party else None, row.role)
            assert sum(one.item.cents for one in items) == row.cents and all(one.charge for one in items)


def test_the_figures(practice: Practice) -> None:
    lived(practice)
    day = dt.date(2026, 11, 23)
    found = overview(Span(dt.date(2025, 11, 24), day), month_of(day, -1)).now
    assert (found["days_in_ar"].numerator, found["days_in_ar"].denominator) == (36_000, 64_000)
    assert found["days_in_ar"].tenths == 2_053  # 360.00 / (640.00 / 365) = 205.3 days
    assert (found["adjusted_days_in_ar"].numerator, found["adjusted_days_in_ar"].denominator) == (36_000, 54_000)
    assert (found["denial_rate"].numerator, found["denial_rate"].denominator, found["denial_rate"].tenths) == (1, 3, 333)
    assert (found["denial_dollars"].numerator, found["denial_dollars"].denominator) == (15_000, 45_000)
    assert (found["clean_claims"].numerator, found["clean_claims"].denominator) == (2, 3)
    # paid 80 + 100 of 600 - 100 contractual: the span ends 90 days before, October is not in it
    assert (found["net_collection"].numerator, found["net_collection"].denominator) == (18_000, 50_000)
    assert (found["gross_collection"].numerator, found["gross_collection"].denominator) == (18_000, 64_000)
    assert found["over_90"].numerator == found["over_120"].numerator == 32_000
    assert (found["payment_lag"].tenths, found["charge_lag"].tenths) == (2_450, 0)  # the remittance is dated November 2
    assert found["charges"].tenths == 64_000 and found["collections"].tenths == 18_000


def test_every_figure_has_its_formula_and_every_band_its_figure_and_source() -> None:
    assert set(bands()) <= {one.name for one in FIGURES} and all(str(one.formula) for one in FIGURES)
    assert all(one.source and one.year >= 2009 and (one.least or one.most) for one in bands().values())
    assert {one.report for one in FIGURES} <= {one.name for one in REPORTS}
    assert {each for one in REPORTS for each in one.figures} <= {one.name for one in FIGURES}


def test_screens(practice: Practice) -> None:
    lived(practice)
    biller = signed_in("biller")
    page = reverse("billing:report", args=["receivable"])
    for by in CUTS:
        shown = biller.get(page, {"by": by, "to": "2026-11-23"})
        assert shown.status_code == 200 and b"360.00" in shown.content and b"to the cent" in shown.content
        file = biller.get(page, {"by": by, "to": "2026-05-04", "export": "csv"})
        assert b"320.00" in file.content and file["Content-Type"].startswith("text/csv")
    assert b"360.00" in biller.get(reverse("billing:report_rows"), {"day": "2026-11-23"}).content
    assert biller.get(page, {"by": "mood"}).status_code == 400
    assert biller.get(page, {"to": "soon"}).status_code == 400
    assert biller.get(page, {"mood": "1"}).status_code == 400
    assert b"Doe" not in signed_in("auditor").get(page, {"by": "patient"}).content
    assert signed_in("hr").get(reverse("billing:reports")).status_code == 403


cents = st.integers(-(10**10), 10**10)


@given(cents, cents, cents)
def test_nothing_is_divided_by_nothing(owed: int, credit: int, charges: int) -> None:
    one = measures.days_in_ar(owed, credit, charges)
    assert (one.tenths is None) == (charges <= 0)
    assert measures.percent("denial_rate", 0, 0).within(bands()["denial_rate"]) is None
    assert measures.net_collection({}).tenths is None
