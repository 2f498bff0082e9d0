"""Opening the books of a practice: chart and months, in one act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from steward.core.access.models import Office
from steward.core.calendar import fiscal_period, fiscal_year_bounds
from steward.core.service import Call, note, service
from steward.ledger.logic.periods import Month
from steward.ledger.services.chart import install_chart
from steward.ledger.services.periods import open_year


@service("ledger.open_books", "account.write", says="opened the books")
def open_books(call: Call, *, opened_on: date, until: date, accounts: Sequence[dict[str, str]] = ()) -> int:
    """Chart (with the practice's own ``accounts``) and every month from the fiscal year before ``opened_on`` to ``until``.

    Gives the number of months opened. Safe to repeat.
    """
    install_chart(call, extra=accounts)
    start_month = Office.objects.values_list("fiscal_year_start", flat=True).first() or 1
    first, _last = fiscal_year_bounds(fiscal_period(opened_on, start_month).year - 1, start_month)
    months = Month.of(max(until, opened_on)).index - Month.of(first).index + 1
    note(refs=[f"period:{Month.of(first)}"])
    return open_year(call, first_month=str(Month.of(first)), months=months)
