"""What the rooms above the ledger say before a month is closed: the caller brings the facts, the ledger never asks upward."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from steward.core.approvals.selectors import unreviewed
from steward.ledger.types import CheckResult


def month_results(period: str) -> list[CheckResult]:
    """Checks of other rooms for a month: acts one person did alone that the owner has not read block the lock."""
    year, month = (int(part) for part in period.split("-"))
    waiting = unreviewed(date(year, month, monthrange(year, month)[1])).count()
    return [
        CheckResult("owner_review", waiting == 0, f"{waiting} acts of one person alone wait for the owner's review")
    ]
