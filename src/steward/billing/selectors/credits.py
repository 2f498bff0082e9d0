"""Money that is not the practice's: credits and prepayments, with the day the law wants them returned by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from steward.billing.models import Charge
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.rules import rules
from steward.core.sql import day as as_column
from steward.insurance.models import Payer
from steward.ledger.selectors.ageing import AgedItem, aged_items
from steward.registry.models import Party
from steward.registry.selectors import site_by_ref

SIXTY_DAYS = timedelta(days=60)
#: Claim filing indicators of Medicare and Medicaid: overpayments go back within 60 days (42 CFR 401.305).
GOVERNMENT = frozenset({"MA", "MB", "MC"})
MOST = 500


@dataclass(frozen=True)
class CreditRow:
    """One credit: whose money, since when, by which day it must go back (None: no rule known) and which rule says so."""

    item: AgedItem
    party: Party | None
    payer: Payer | None
    charge: Charge | None
    due_on: date | None
    rule: str
    late: bool

    @property
    def cents(self) -> int:
        """What is owed back."""
        return -self.item.cents

    @property
    def uid(self) -> str:
        """Of the receipt or charge it lies on."""
        return self.item.item.partition(":")[2]


def credits(today: date) -> list[CreditRow]:
    """Every credit and prepayment that stands, the earliest deadline first. Five queries and one for each 500."""
    found = [one for one in aged_items(["credit_balance", "patient_prepaid"], today, limit=MOST) if one.cents < 0 and one.item]
    uids = [one.item.partition(":")[2] for one in found if one.item.startswith("charge:")]
    related = Charge.objects.select_related("claim__patient__party")
    charges = {row.item: row for part in chunks(uids) for row in related.filter(uid__in=part)}
    people = {row.pk: row for part in chunks(one.party for one in found if one.party) for row in Party.objects.filter(pk__in=part)}
    payers = {
        row.party_id: row for part in chunks(one.payer for one in found if one.payer) for row in Payer.objects.filter(party__in=part)
    }
    site = site_by_ref("")
    years = rules().unclaimed_years.get(site.state if site else "")
    rows = [
        _row(one, people.get(one.party or 0), payers.get(one.payer or 0), charges.get(one.item), years, today) for one in found
    ]
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.item.first, row.item.item))


def _row(
    one: AgedItem, party: Party | None, payer: Payer | None, charge: Charge | None, years: int | None, today: date
) -> CreditRow:
    if payer is not None and payer.filing in GOVERNMENT:
        due, rule = one.first + SIXTY_DAYS, "sixty_days"
    elif years is not None:
        due, rule = _later(one.first, years), "unclaimed"
    else:
        return CreditRow(one, party, payer, charge, None, "", False)
    return CreditRow(one, party, payer, charge, due, rule, due < today)


def _later(day: date, years: int) -> date:
    """The same day so many years on; February 29 becomes March 1."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def late_before(today: date, years: int) -> date:
    """Money held since before this day is past ``years``: ``_later(first, years) < today`` for exactly those."""
    try:
        cut = today.replace(year=today.year - years)
    except ValueError:
        cut = date(today.year - years, 3, 1)
    leap = cut - timedelta(days=1)
    return leap if _later(leap, years) == today else cut


_LATE = """
SELECT 'credits', COUNT(*), MIN(c.first), CAST(COALESCE(-SUM(c.cents), 0) AS bigint) FROM (
  SELECT MIN(l.date) AS first, SUM(l.cents) AS cents, MAX(l.payer_id) AS payer
  FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
  WHERE a.role IN ('credit_balance', 'patient_prepaid') AND l.item <> '' AND l.date <= %s
  GROUP BY l.account_id, l.item HAVING SUM(l.cents) < 0) c
LEFT JOIN insurance_payer p ON p.party_id = c.payer
WHERE c.first < CASE WHEN p.filing IN ('MA', 'MB', 'MC') THEN %s {states} ELSE NULL END
"""


def late_sql(today: date) -> tuple[str, list[Any]]:
    """How many credits are past the day the law wants them back (as ``credits`` judges), since when, cents: a statement with
    its values, to be asked beside another one."""
    home = "(SELECT s.state FROM registry_site s WHERE s.ended_on IS NULL ORDER BY s.id LIMIT 1)"
    known = sorted(rules().unclaimed_years.items())
    states = " ".join(f"WHEN {home} = %s THEN %s" for _state in known)
    values = [as_column(today), as_column(today - SIXTY_DAYS)]
    values += [value for state, years in known for value in (state, as_column(late_before(today, years)))]
    return _LATE.format(states=states), values
