"""Provider statements: the practice's result of whole months, provider by provider, to the cent; and what each contract gives.

Accrual, as the books stand: revenue and own costs by the lines' provider, every other cost shared month by month by the rule of that
month; what no provider brought stands in a row of its own. Pay is reckoned from collections and work units, which the contract names.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from steward.billing.logic.compensation import Statement, Terms, added, earned, shares
from steward.billing.models import Charge, Claim, OverheadRule, ProviderContract
from steward.billing.selectors.underpaid import whole_units
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.sql import day as as_column
from steward.core.sql import query
from steward.insurance.selectors.values import work_values
from steward.ledger.selectors import flows
from steward.ledger.selectors.open_lines import as_day
from steward.people.models import Provider

#: Pay of providers, and what owners draw: what a contract's earnings are held against.
PAY_CODES = ("5000", "5010", "3100")
Month = tuple[int, int]


@dataclass(frozen=True)
class Whole:
    """Statements of a span, the row of what belongs to no provider, their sum, and the practice's result by the accounts alone."""

    first: date
    last: date
    rows: tuple[Statement, ...]
    practice: Statement
    sum: Statement
    result_cents: int
    basis: str
    names: dict[str, str]

    @property
    def difference_cents(self) -> int:
        """0: the statements add to the practice's result."""
        return self.sum.contribution_cents - self.result_cents


def months_of(first: date, last: date) -> list[Month]:
    """The months of a span of whole months."""
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [(n // 12, n % 12 + 1) for n in range(start, end + 1)]


def whole(first: date, last: date) -> Whole:
    """Every provider's statement from the first of a month to the last of another. About twelve queries, whatever the span."""
    people = {row.party_id: row for row in Provider.objects.select_related("party").order_by("party__name", "id")}
    months = months_of(first, last)
    rows = {party: Statement(str(row.uid), row.party.name) for party, row in people.items()}
    practice = Statement("", _("Practice"))
    names: dict[str, str] = {}
    shared: dict[Month, int] = defaultdict(int)
    brought: dict[Month, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for party, kind, code, name, month, cents in _lines(first, last):
        names[code] = name
        own = rows.get(party or 0)
        if kind == "revenue":
            into = (own or practice).revenue
            into[code] = into.get(code, 0) - cents
            if own:
                brought[month][own.key] -= cents
        elif own:
            own.direct[code] = own.direct.get(code, 0) + cents
        else:
            shared[month] += cents
    figures = _figures(first, last, {row.pk: party for party, row in people.items()})
    _count(rows, figures)
    basis = _share(rows, people, practice, shared, {"revenue": brought, **figures}, months)
    _pay(rows, people, figures, first, last)
    kept = tuple(one for one in rows.values() if _anything(one))
    total = added([*kept, practice], _("Sum"))
    return Whole(first, last, kept, practice, total, _result(first, last), basis, names)


def _anything(one: Statement) -> bool:
    return any((one.revenue, one.direct, one.overhead_cents, one.collected_cents, one.visits, one.earned_cents, one.paid_cents))


def _lines(first: date, last: date) -> Iterable[tuple[int | None, str, str, str, Month, int]]:
    """(provider's party, kind, account, its name, month, cents) of profit and loss. One query."""
    rows = query(
        """SELECT l.provider_id, a.kind, a.code, a.name, p.year, p.month, CAST(SUM(l.cents) AS bigint) FROM ledger_line l
           JOIN ledger_account a ON a.id = l.account_id JOIN ledger_entry e ON e.id = l.entry_id JOIN ledger_period p ON p.id = e.period_id
           WHERE a.kind IN ('revenue', 'expense') AND l.date >= %s AND l.date <= %s GROUP BY 1, 2, 3, 4, 5, 6""",
        as_column(first), as_column(last),
    )  # fmt: skip
    return ((party, kind, code, name, (year, month), int(cents)) for party, kind, code, name, year, month, cents in rows)


def _result(first: date, last: date) -> int:
    """The practice's result by the accounts, whoever the lines name. One query."""
    ((cents,),) = query(
        """SELECT CAST(COALESCE(SUM(-l.cents), 0) AS bigint) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
           WHERE a.kind IN ('revenue', 'expense') AND l.date >= %s AND l.date <= %s""",
        as_column(first), as_column(last),
    )  # fmt: skip
    return int(cents)


Figures = dict[str, dict[Month, dict[str, int]]]


def _figures(first: date, last: date, party_of: dict[int, int]) -> dict[str, dict[Month, dict[int, int]]]:
    """Collections, visits and work units: month -> provider's party -> figure. Five queries."""
    found: dict[str, dict[Month, dict[int, int]]] = {name: defaultdict(lambda: defaultdict(int)) for name in ("collections", "visits", "work")}
    for (party, day), cents in flows.collected_by("provider", first, last).items():
        if party is not None:
            found["collections"][day.year, day.month][party] += cents
    claims = Claim.objects.filter(service_date__range=(first, last), charges__voided_on=None)
    for provider, _patient, day in claims.values_list("provider", "patient", "service_date").distinct():
        found["visits"][day.year, day.month][party_of[provider]] += 1
    done = list(
        Charge.objects.filter(service_date__range=(first, last), voided_on=None).order_by()
        .values_list("claim__provider", "code", "modifiers", "units", "service_date").annotate(n=Count("pk"))
    )  # fmt: skip
    values = work_values(row[1] for row in done)
    for provider, code, modifiers, units, day, count in done:
        value = values.of(code, modifiers.split(":"), day)
        found["work"][day.year, day.month][party_of[provider]] += (value or 0) * whole_units(units) * count
    return found


def _count(rows: dict[int, Statement], figures: dict[str, dict[Month, dict[int, int]]]) -> None:
    for name, to in (("collections", "collected_cents"), ("visits", "visits"), ("work", "work")):
        for by in figures[name].values():
            for party, value in by.items():
                if party in rows:
                    setattr(rows[party], to, getattr(rows[party], to) + value)


def _share(
    rows: dict[int, Statement], people: dict[int, Provider], practice: Statement, shared: dict[Month, int], figures: dict[str, Any],
    months: list[Month],
) -> str:  # fmt: skip
    """Overhead of each month by the rule of that month; without a rule it stays with the practice. The ways used, in words."""
    rules = list(OverheadRule.objects.order_by("starts_on"))
    used: dict[str, None] = {}
    for month in months:
        cents = shared.get(month, 0)
        day = date(*month, 1)
        rule = next((one for one in reversed(rules) if one.starts_on <= day), None)
        here = [party for party, row in people.items() if _works(row, month)]
        if not cents:
            continue
        if rule is None or not here:
            practice.overhead_cents += cents
            continue
        used[rule.basis] = None
        by_key = {rows[party].key: party for party in here}
        given = figures.get(rule.basis, {}).get(month, {})
        weights = dict(rule.weights) if rule.basis == "fixed" else {
            rows[party].key: given.get(rows[party].key if rule.basis == "revenue" else party, 0) for party in here
        }  # fmt: skip
        for key, part in shares(cents, rule.basis, list(by_key), weights).items():
            rows[by_key[key]].overhead_cents += part
    return ", ".join(used)


def _works(row: Provider, month: Month) -> bool:
    last = date(*month, monthrange(*month)[1])
    return row.started_on <= last and (row.ended_on is None or row.ended_on >= date(*month, 1))


def _pay(
    rows: dict[int, Statement], people: dict[int, Provider], figures: dict[str, dict[Month, dict[int, int]]], first: date, last: date
) -> None:
    """What each contract gives for its months in the span, and what was paid or drawn. Two queries."""
    party_of = {row.pk: party for party, row in people.items()}
    for contract in ProviderContract.objects.filter(starts_on__lte=last).order_by("starts_on"):
        if contract.ends_on is not None and contract.ends_on < first:
            continue
        party = party_of[contract.provider_id]
        held = months_of(max(first, contract.starts_on), min(last, contract.ends_on or last))
        collected, work = (sum(figures[name].get(month, {}).get(party, 0) for month in held) for name in ("collections", "work"))
        terms = Terms(contract.month_cents, contract.share_ppm, contract.threshold_cents, contract.point_cents)
        rows[party].earned_cents += earned(terms, len(held), collected, work)
        rows[party].contract = str(contract.uid)
    for party, day, cents in _paid(first, last):
        if party in rows and first <= day <= last:
            rows[party].paid_cents += cents


def _paid(first: date, last: date) -> Iterable[tuple[int, date, int]]:
    marks = ", ".join(["%s"] * len(PAY_CODES))
    rows = query(
        f"""SELECT l.provider_id, l.date, CAST(SUM(l.cents) AS bigint) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
            WHERE a.code IN ({marks}) AND l.provider_id IS NOT NULL AND l.date >= %s AND l.date <= %s GROUP BY 1, 2""",  # noqa: S608
        *PAY_CODES, as_column(first), as_column(last),
    )  # fmt: skip
    return ((party, as_day(day), int(cents)) for party, day, cents in rows)


def contracts(subject: Subject) -> QuerySet[ProviderContract]:
    """Every contract, the latest first."""
    rows = ProviderContract.objects.select_related("provider__party", "made_by")
    return scoped(subject, "compensation.read", rows).order_by("-starts_on", "-id")


def overheads() -> list[OverheadRule]:
    """The ways overhead was shared, the latest first."""
    return list(OverheadRule.objects.select_related("made_by").order_by("-starts_on"))
