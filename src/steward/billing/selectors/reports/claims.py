"""Clean claims, denials and lags: one line a month, payer, provider, category or code, counted from first answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from steward.billing.logic.denials import OTHER
from steward.billing.logic.measures import mean_days, median_tenths, percent
from steward.billing.logic.report import Behind, Cell, Col, Line, Table, summed
from steward.billing.logic.spans import Span, month_of
from steward.billing.models import Charge
from steward.billing.selectors.reports.answers import Answer, Denial, answers, denials
from steward.billing.selectors.reports.whose import Asked, Names, answers_behind, charges_behind, denials_behind, names
from steward.billing.selectors.rules import categories

QUICK = 30


def clean(asked: Asked) -> Table:
    """First-pass claims: answered, never turned away before, nothing refused. Five queries."""
    columns = (
        Col("who", _head(asked.by)), Col("answered", _("Answered"), "number"), Col("rejected", _("Rejected before"), "number"),
        Col("denied", _("Denied"), "number"), Col("partly", _("Partly denied"), "number"), Col("clean", _("Clean"), "number"),
        Col("rate", _("Clean-claim rate"), "percent"),
    )  # fmt: skip
    return _answered(asked, columns, _clean_cells, "rate")


def _clean_cells(rows: Sequence[Answer]) -> tuple[Cell, ...]:
    good = sum(row.clean for row in rows)
    partly = sum(row.denied_cents > 0 and not row.denied for row in rows)
    return (
        len(rows), sum(row.rejected for row in rows), sum(row.denied for row in rows), partly, good,
        percent("rate", good, len(rows)).tenths,
    )  # fmt: skip


def denied(asked: Asked) -> Table:
    """What payers refused at first, by category of the reason, or the rate by payer, provider or month. Five queries."""
    if asked.by in ("category", "code"):
        return _reasons(asked)
    columns = (
        Col("who", _head(asked.by)), Col("answered", _("Answered"), "number"), Col("denied", _("Denied"), "number"),
        Col("rate", _("Denied, of claims"), "percent"), Col("charged", _("Charged"), "money"),
        Col("refused", _("Refused"), "money"), Col("dollars", _("Refused, of dollars"), "percent"),
    )  # fmt: skip
    return _answered(asked, columns, _denied_cells, "rate")


def _denied_cells(rows: Sequence[Answer]) -> tuple[Cell, ...]:
    count, refused = sum(row.denied for row in rows), sum(row.denied_cents for row in rows)
    charged = sum(row.charge_cents for row in rows)
    return (
        len(rows), count, percent("rate", count, len(rows)).tenths, charged, refused,
        percent("dollars", refused, charged).tenths,
    )  # fmt: skip


def _reasons(asked: Asked) -> Table:
    span, by_category = asked.span, asked.by == "category"
    groups: dict[str, list[Denial]] = defaultdict(list)
    for row in denials(span.first, span.last):
        groups[row.category if by_category else row.code].append(row)
    told = answers(span.first, span.last)
    words = {one.id: one.title for one in categories().known} | {OTHER: _("Other")}
    total = sum(row.cents for own in groups.values() for row in own)
    columns = (
        Col("who", _("Why") if by_category else _("Service")), Col("claims", _("Claims"), "number"),
        Col("lines", _("Lines"), "number"), Col("refused", _("Refused"), "money"), Col("share", _("Of all refused"), "percent"),
        Col("rate", _("Of all claims answered"), "percent"),
    )  # fmt: skip
    lines = []
    for key, own in sorted(groups.items(), key=lambda pair: (-sum(row.cents for row in pair[1]), pair[0])):
        claims, cents = len({row.claim for row in own}), sum(row.cents for row in own)
        cells: tuple[Cell, ...] = (
            words.get(key, key) if by_category else key or _("whole claim"), claims, len(own), cents,
            percent("share", cents, total).tenths, percent("rate", claims, len(told)).tenths,
        )  # fmt: skip
        lines.append(Line(key, cells, denials_behind(span, **{asked.by: key})))
    foot = summed(
        columns,
        lines,
        _("Sum"),
        share=1000 if total else None,
        claims=len({r.claim for o in groups.values() for r in o}),
    )
    return Table(columns, tuple(lines), "refused", foot)


def lag(asked: Asked) -> Table:
    """Days from the service to the books (charge lag) and from there to the first payment (payment lag). Five queries."""
    span, known = asked.span, None if asked.by == "month" else names(asked.by)
    paid = _grouped(asked, [row for row in answers(span.first, span.last) if row.paid_cents > 0], known)
    entered = _entered(asked, known)
    columns = (
        Col("who", _head(asked.by)), Col("charges", _("Charges posted"), "number"), Col("charge_lag", _("Service to books"), "days"),
        Col("paid", _("Claims paid"), "number"), Col("payment_lag", _("Books to payment"), "days"),
        Col("median", _("In the middle"), "days"), Col("quick", _("Paid within 30 days"), "percent"),
    )  # fmt: skip
    lines = []
    for key in sorted({*paid, *entered}, key=lambda key: (paid.get(key) or entered[key])[0]):
        name, behind = (paid.get(key) or entered[key])[1:3]
        cells = _lag_cells(paid[key][3] if key in paid else [], entered[key][3] if key in entered else {})
        lines.append(Line(key, (name, *cells), behind))
    everyone = [row for one in paid.values() for row in one[3]]
    lags: dict[int, int] = defaultdict(int)
    for one in entered.values():
        for days, count in one[3].items():
            lags[days] += count
    whole = _lag_cells(everyone, lags)
    foot = (_("Sum"), *whole)
    return Table(columns, tuple(lines), "payment_lag", foot)


def _lag_cells(rows: Sequence[Answer], lags: dict[int, int]) -> tuple[Cell, ...]:
    days = [(row.day - row.posted).days for row in rows]
    count = sum(lags.values())
    return (
        count, mean_days("charge_lag", sum(d * n for d, n in lags.items()), count).tenths, len(days),
        mean_days("payment_lag", sum(days), len(days)).tenths, median_tenths(days),
        percent("quick", sum(one <= QUICK for one in days), len(days)).tenths,
    )  # fmt: skip


def _entered(asked: Asked, known: Names | None) -> dict[str, tuple[Any, str, Behind, dict[int, int]]]:
    """Line's key -> (order, name, rows behind, days of lag -> charges)."""
    span = asked.span
    rows = Charge.objects.filter(posted_on__range=(span.first, span.last), voided_on=None).order_by()
    who = [] if known is None else [f"claim__{asked.by}"]
    found: dict[str, tuple[Any, str, Behind, dict[int, int]]] = {}
    for posted, service, *of, count in rows.values_list("posted_on", "service_date", *who).annotate(n=Count("pk")):
        key, order, name, part = _place(asked, posted, of[0] if of else None, known)
        given = {} if known is None else {asked.by: key}
        lags = found.setdefault(key, (order, name, charges_behind(part, **given), defaultdict(int)))[3]
        lags[max((posted - service).days, 0)] += count
    return found


def _head(by: str) -> str:
    return {"month": _("Answered in"), "payer": _("First payer"), "provider": _("Provider")}[by]


def _place(asked: Asked, day: Any, of: int | None, known: Names | None) -> tuple[str, Any, str, Span]:
    """(key, order, name, span of the rows behind) of a row in the cut that was asked for."""
    if known is None:
        month = month_of(day)
        part = Span(max(month.first, asked.span.first), min(month.last, asked.span.last))
        # a month's key is its place in the span, so that the first month is held against the first of another span
        at = (month.first.year - asked.span.first.year) * 12 + month.first.month - asked.span.first.month
        return str(at), at, date_format(month.first, "M Y"), part
    who = known.own(of)
    return who.key, who.name, who.name, asked.span


def _grouped(
    asked: Asked, rows: Iterable[Answer], known: Names | None
) -> dict[str, tuple[Any, str, Behind, list[Answer]]]:
    found: dict[str, tuple[Any, str, Behind, list[Answer]]] = {}
    for row in rows:
        of = None if known is None else row.payer if asked.by == "payer" else row.provider
        key, order, name, part = _place(asked, row.day, of, known)
        given = {} if known is None else {asked.by: key}
        found.setdefault(key, (order, name, answers_behind(part, **given), []))[3].append(row)
    return found


def _answered(
    asked: Asked, columns: tuple[Col, ...], cells: Callable[[Sequence[Answer]], tuple[Cell, ...]], main: str
) -> Table:
    known = None if asked.by == "month" else names(asked.by)
    groups = _grouped(asked, answers(asked.span.first, asked.span.last), known)
    lines = tuple(
        Line(key, (name, *cells(own)), behind)
        for key, (_order, name, behind, own) in sorted(groups.items(), key=lambda pair: pair[1][0])
    )
    whole = cells([row for _o, _n, _b, own in groups.values() for row in own])
    return Table(columns, lines, main, (_("Sum"), *whole))
