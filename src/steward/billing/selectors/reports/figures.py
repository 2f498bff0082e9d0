"""The dozen figures of the revenue cycle for any spans: one value each, from which page, paper and API are made."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from django.db.models import Count

from steward.billing.logic import measures
from steward.billing.logic.measures import CONTRACTUAL, Band, Measure
from steward.billing.logic.spans import Days, Span, months_to, place, year_to
from steward.billing.models import Charge, Remittance
from steward.billing.selectors.reports.ageing import ENDS, ROLES
from steward.billing.selectors.reports.answers import Answer, answers
from steward.core.calendar import is_bank_day
from steward.core.clock import local_day, practice_zone
from steward.ledger.selectors import flows

BENCHMARKS = Path(__file__).parents[2] / "data" / "benchmarks.toml"
#: Charges of the last 90 days are still being paid: collection is asked of the twelve months before them.
RIPE = timedelta(days=90)
POSTING_DAYS = 4
CREDITS = ("credit_balance", "patient_prepaid")


@cache
def bands() -> dict[str, Band]:
    """Figure -> its band, as shipped in ``data/benchmarks.toml``."""
    said = tomllib.loads(BENCHMARKS.read_text())
    return {
        name: Band(one.get("least"), one.get("most"), one["words"], one["source"], one["year"])
        for name, one in said.items() if isinstance(one, dict)
    }  # fmt: skip


def ripe_span(day: date) -> Span:
    """The twelve months that ended 90 days before ``day``: their charges have had time to be paid."""
    return year_to(day - RIPE)


@dataclass(frozen=True)
class _Facts:
    """What all figures of some spans are read from."""

    charges: Days
    contractual: Days
    bad_debt: Days
    collected: Days
    columns: Mapping[date, tuple[int, ...]]
    credits: Mapping[date, int]
    answers: Sequence[Answer]
    lags: Mapping[tuple[date, int], int]
    posted: Sequence[tuple[date, int, bool]]


def figures(spans: Sequence[Span]) -> list[dict[str, Measure]]:
    """Every figure but net collection for each span, in the order given. Constant queries, whatever the number of spans."""
    facts = _facts(spans)
    return [_of(span, facts) for span in spans]


@dataclass(frozen=True)
class Overview:
    """Every figure of a span and of the one it is held against, and twelve months of each, oldest first (None: nothing to say)."""

    now: dict[str, Measure]
    then: dict[str, Measure]
    months: tuple[Span, ...]
    trail: dict[str, tuple[int | None, ...]]


def overview(span: Span, against: Span) -> Overview:
    """The front page of the reports. Constant queries.

    Net collection is that of the twelve ripe months before the span's end; its trail are the twelve months it is made of.
    """
    months = months_to(span.last, 12)
    # the month that still runs ends with the span
    cut = [Span(month.first, min(month.last, span.last)) for month in months]
    now, then, *trail = figures([span, against, *cut])
    now["net_collection"] = collection(ripe_span(span.last), span.last)
    then["net_collection"] = collection(ripe_span(against.last), against.last)
    lines = {name: tuple(one[name].tenths for one in trail) for name in now if name != "net_collection"}
    lines["net_collection"] = tuple(one.tenths for _month, one in collection_of_months(span.last))
    return Overview(now, then, tuple(cut), lines)


def collection(span: Span, upto: date) -> Measure:
    """Net collection of what was charged in a span, as it stands at the end of ``upto``."""
    return measures.net_collection(_added(flows.settled(span.first, span.last, upto).values()))


def collection_of_months(day: date) -> list[tuple[Span, Measure]]:
    """The twelve months that have ripened by ``day``, each with its own collection. Three queries."""
    months = months_to(day - RIPE, 12)
    stands = flows.settled(months[0].first, months[-1].last, day)
    parts: list[list[Mapping[str, int]]] = [[] for _ in months]
    for charged, sums in stands.items():
        at = place(charged, months)
        if at is not None:
            parts[at].append(sums)
    return [(month, measures.net_collection(_added(own))) for month, own in zip(months, parts, strict=True)]


def _added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for sums in parts:
        for role, cents in sums.items():
            found[role] = found.get(role, 0) + cents
    return found


def _facts(spans: Sequence[Span]) -> _Facts:
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    earliest = min(first, year_to(min(span.last for span in spans)).first)
    moved = flows.moved(("charges", *CONTRACTUAL, "bad_debt"), earliest, last)
    ends = sorted({span.last for span in spans})
    return _Facts(
        charges=Days({day: -cents for day, cents in moved["charges"].items()}),
        contractual=Days(_merged([moved[role] for role in CONTRACTUAL])),
        bad_debt=Days(moved["bad_debt"]),
        collected=Days(flows.collected(first, last)),
        columns=flows.aged_at(ROLES, ends, ENDS),
        credits={day: -cents for day, cents in flows.controls(CREDITS, ends).items()},
        answers=answers(first, last),
        lags=_lags(first, last),
        posted=_posted(first, last),
    )


def _merged(parts: Iterable[Mapping[date, int]]) -> dict[date, int]:
    found: dict[date, int] = {}
    for sums in parts:
        for day, cents in sums.items():
            found[day] = found.get(day, 0) + cents
    return found


def _lags(first: date, last: date) -> dict[tuple[date, int], int]:
    """(day posted, days since the service) -> charges that stand. One query."""
    rows = Charge.objects.filter(posted_on__range=(first, last), voided_on=None).order_by()
    found: dict[tuple[date, int], int] = {}
    for posted, service, count in rows.values_list("posted_on", "service_date").annotate(n=Count("pk")):
        key = (posted, max((posted - service).days, 0))
        found[key] = found.get(key, 0) + count
    return found


def _posted(first: date, last: date) -> list[tuple[date, int, bool]]:
    """(day paid, cents, posted within four business days) of each remittance. One query."""
    rows = Remittance.objects.filter(state="posted", paid_on__range=(first, last), paid_cents__gt=0)
    zone = practice_zone()
    return [
        (paid, cents, posted is not None and business_days(paid, local_day(posted, zone)) <= POSTING_DAYS)
        for paid, cents, posted in rows.values_list("paid_on", "paid_cents", "posted_at")
        if paid is not None
    ]


def business_days(first: date, last: date) -> int:
    """Business days after ``first`` up to ``last``; 0 when nothing of them lies between, beyond five weeks no longer counted."""
    if (last - first).days > 35:
        return 25
    return sum(is_bank_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def _of(span: Span, facts: _Facts) -> dict[str, Measure]:
    year, columns = year_to(span.last), facts.columns[span.last]
    charges, owed, credit = facts.charges.of(year), sum(columns), facts.credits[span.last]
    told = [row for row in facts.answers if span.first <= row.day <= span.last]
    in_time = [(cents, good) for day, cents, good in facts.posted if span.first <= day <= span.last]
    lags = [(days, n) for (day, days), n in facts.lags.items() if span.first <= day <= span.last]
    paid = [(row.day - row.posted).days for row in told if row.paid_cents > 0]
    rows = (
        measures.amount("charges", facts.charges.of(span)),
        measures.amount("collections", facts.collected.of(span)),
        measures.days_in_ar(owed, credit, charges),
        measures.days_in_ar(owed, credit, charges - facts.contractual.of(year), "adjusted_days_in_ar"),
        measures.over("over_90", columns, 3),
        measures.over("over_120", columns, 4),
        measures.percent("gross_collection", facts.collected.of(span), facts.charges.of(span)),
        measures.percent("bad_debt_rate", facts.bad_debt.of(span), facts.charges.of(span)),
        *claim_figures(told),
        measures.mean_days("charge_lag", sum(days * n for days, n in lags), sum(n for _, n in lags)),
        measures.mean_days("payment_lag", sum(paid), len(paid)),
        measures.percent("posted_in_time", sum(c for c, good in in_time if good), sum(c for c, _ in in_time)),
    )
    return {one.name: one for one in rows}


def claim_figures(told: Sequence[Answer]) -> tuple[Measure, Measure, Measure]:
    """Clean-claim rate, denial rate by claims and by dollars, of some first answers."""
    return (
        measures.percent("clean_claims", sum(row.clean for row in told), len(told)),
        measures.percent("denial_rate", sum(row.denied for row in told), len(told)),
        measures.percent(
            "denial_dollars", sum(row.denied_cents for row in told), sum(row.charge_cents for row in told)
        ),
    )
