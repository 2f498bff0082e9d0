"""Opening a practice gives books, sites, payers and an administrator."""

from __future__ import annotations

from datetime import date

from steward.core.access.models import Office as OfficeRow
from steward.ledger.models import Account, Period
from tests.support import Office


def test_an_open_office_has_books(office: Office) -> None:
    assert OfficeRow.objects.count() == 1
    assert Account.objects.filter(role="ar_insurance").count() == 1
    assert Period.objects.filter(year=2026, month=11, state="open").exists()
    assert office.entity.is_practice
    assert office.site is not None


def test_the_books_reach_the_year_before_the_opening(office: Office) -> None:
    first = Period.objects.order_by("year", "month").first()
    assert first is not None and date(first.year, first.month, 1) <= date(2024, 1, 1)
