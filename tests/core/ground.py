"""The ground alone: an office row and one person of every role, no room opened."""

from __future__ import annotations

from datetime import date

from steward.core.access.models import Office as OfficeRow
from steward.core.access.policy import role_names
from tests.support import Office


def bare_office(*, small: bool = False) -> Office:
    """An office in which no room has a row."""
    office = Office()
    if not OfficeRow.objects.exists():
        OfficeRow.objects.create(name="Cedar Hill Family Practice", opened_on=date(2025, 1, 1), small_office=small)
    for role in role_names():
        office.user(role)
    return office
