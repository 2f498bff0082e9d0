"""What an address of a report asks for: spans, cut; and the links that lead from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from steward.billing.logic.report import Behind
from steward.billing.logic.spans import Span, month_of, months_to
from steward.billing.selectors.reports.catalogue import Report
from steward.billing.selectors.reports.whose import Asked
from steward.core.access.request import OfficeRequest
from steward.core.clock import ClockError, parse_date

PARAMS = ("from", "to", "vs_from", "vs_to", "by", "export")
#: A span that asks for more than ten years is a slip of the keyboard.
MOST_DAYS = 3_660
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True)
class Question:
    """One request: the span and cut, and the span it is held against."""

    asked: Asked
    against: Asked

    def url(self, path: str, **changes: str) -> str:
        given = {
            "from": self.asked.span.first.isoformat(), "to": self.asked.span.last.isoformat(),
            "vs_from": self.against.span.first.isoformat(), "vs_to": self.against.span.last.isoformat(), "by": self.asked.by,
        }  # fmt: skip
        return f"{path}?{urlencode({name: value for name, value in {**given, **changes}.items() if value})}"


def question(request: OfficeRequest, report: Report | None = None) -> Question:
    """The spans and the cut of a request. Raises BadRequest for what no page of ours asks."""
    for name in request.GET:
        if name not in PARAMS:
            raise BadRequest(_("A report is asked by from, to, vs_from, vs_to and by."))
    today = request.call.today
    as_of = bool(report and report.as_of)
    span = _span(request, "", today, _first_span(today, report), as_of)
    usual = Span(month_of(span.first, -1).first, month_of(span.first, -1).last) if as_of else span.before()
    against = _span(request, "vs_", today, usual, as_of)
    cuts = [name for name, _words in report.cuts] if report else [""]
    by = request.GET.get("by", "") or cuts[0]
    if by not in cuts:
        raise BadRequest(_("This report is cut by %s.") % ", ".join(cuts))
    return Question(Asked(span, by, today), Asked(against, by, today))


def _first_span(today: date, report: Report | None) -> Span:
    if report is None:
        return month_of(today, -1)
    if report.as_of:
        return Span(month_of(today).first, today)
    months = months_to(month_of(today, -1).first, report.months)
    return Span(months[0].first, months[-1].last)


def _span(request: OfficeRequest, prefix: str, today: date, usual: Span, as_of: bool) -> Span:
    first, last = (_day(request.GET.get(f"{prefix}{name}", ""), today) for name in ("from", "to"))
    last = min(last or (usual.last if first is None or first <= usual.last else today), today)
    if as_of:
        first = month_of(last).first
    first = first or (usual.first if usual.first <= last else month_of(last).first)
    if first > last or first < EARLIEST or (last - first).days > MOST_DAYS:
        raise BadRequest(_("A span begins in 1990 or later, on or before its last day, not after today, and is at most ten years long."))
    return Span(first, last)


def _day(text: str, today: date) -> date | None:
    try:
        return parse_date(text, today) if text else None
    except ClockError as wrong:
        raise BadRequest(str(wrong)) from wrong


def say_span(span: Span) -> str:
    """``October 2026``, ``Nov 2025 – Oct 2026`` or ``Oct 5 – Nov 3, 2026``."""
    if span.whole_months == 1:
        return date_format(span.first, "F Y")
    if span.whole_months:
        return f"{date_format(span.first, 'M Y')} – {date_format(span.last, 'M Y')}"
    if span.first == span.last:
        return date_format(span.first, "M j, Y")
    return f"{date_format(span.first, 'M j, Y')} – {date_format(span.last, 'M j, Y')}"


def presets(asked: Question, path: str) -> Sequence[tuple[Any, str, bool]]:
    """(words, address, whether it is what is shown) of the spans people ask for most, each held against the one before it."""
    today = asked.asked.today
    month, done = month_of(today), month_of(today, -1)
    quarter = month_of(today, -((today.month - 1) % 3) - 3)
    spans = (
        (_("This month"), Span(month.first, today), None), (_("Last month"), done, None),
        (_("Last quarter"), Span(quarter.first, month_of(quarter.first, 2).last), None),
        (_("This year"), Span(date(today.year, 1, 1), today), None),
        (_("12 months"), Span(month_of(done.first, -11).first, done.last), None),
        (_("Against a year before"), asked.asked.span, asked.asked.span.year_before()),
    )  # fmt: skip
    found = []
    for words, span, against in spans:
        versus = against or span.before()
        shown = (span, versus) == (asked.asked.span, asked.against.span)
        url = asked.url(
            path, **{"from": span.first.isoformat(), "to": span.last.isoformat(), "vs_from": versus.first.isoformat(),
                     "vs_to": versus.last.isoformat()},
        )  # fmt: skip
        found.append((words, url, shown))
    return found


def behind_url(behind: Behind | None) -> str:
    """The address of the rows behind a line."""
    return f"{reverse(behind.url_name)}?{urlencode(behind.given)}" if behind else ""
