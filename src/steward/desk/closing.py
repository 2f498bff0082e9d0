"""What the rooms above banking and the ledger know of a day and a month: the caller brings the facts, no room asks upward."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from steward.banking.services.closing import close_day as bank_close_day
from steward.billing.selectors.visits import day_facts
from steward.core.approvals.selectors import unreviewed
from steward.core.service import Call
from steward.ledger.types import CheckResult


def close_day(call: Call, *, day: date, counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The evening in one call (``steward bank close-day``); repeated by another person it is the second signature."""
    return bank_close_day(call, day=day, counts=counts, facts=day_facts(day))


def month_results(period: str) -> list[CheckResult]:
    """Checks of other rooms for a month: acts one person did alone that the owner has not read block the lock."""
    year, month = (int(part) for part in period.split("-"))
    waiting = unreviewed(date(year, month, monthrange(year, month)[1])).count()
    return [CheckResult("owner_review", waiting == 0, f"{waiting} acts of one person alone wait for the owner's review")]
