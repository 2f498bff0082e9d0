"""Rows as HTML text, drawn in Python: through a template, four hundred cells are nine tenths of a page's time (measured).

Everything that came from people is escaped here; what is already safe (``__html__``) is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from steward.core.listing.parts import TONES, Column, attribute
from steward.core.money import format_cents
from steward.core.web import days, now


def safe(value: Any) -> str:
    """Text for HTML: escaped unless it says that it is safe."""
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


class Painter:
    """Draws the cells of one answer; a day that stands in many rows is put into words once."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.now = now.local_now()
        self._days: dict[date, str] = {}

    def drawer(self, column: Column) -> Callable[[Any], str]:
        """What draws this column's cells, with their link: what a column is gets decided once and not once a row."""
        shown = self._shower(column)
        if column.link is None:
            return shown
        link = column.link

        def linked(row: Any) -> str:
            text = shown(row)
            url = link(row) if text else ""
            return f'<a href="{escape(url)}">{text}</a>' if url else text

        return linked

    def _shower(self, column: Column) -> Callable[[Any], str]:
        raw, kind, show = column.raw, column.kind, self._shown
        if column.badge is not None:
            badge = column.badge

            def badged(row: Any) -> str:
                tone, words = badge(row)
                return (
                    f'<span class="badge {tone if tone in TONES else "quiet"}">{safe(words)}</span>' if words else ""
                )

            return badged
        return lambda row: show(kind, raw(row))

    def _shown(self, kind: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if kind == "money":
            return format_cents(value)
        if kind in ("date", "moment") and isinstance(value, date):
            return self._moment(kind, value) if isinstance(value, datetime) else self._day(value)
        if kind == "number" and isinstance(value, int):
            return f"{value:,}"
        return f'<span class="code">{safe(value)}</span>' if kind == "code" else safe(value)

    def _day(self, value: date) -> str:
        drawn = self._days.get(value)
        if drawn is None:
            text, title = days.say_day(value, self.today), days.say_whole_day(value)
            drawn = self._days[value] = f'<time datetime="{value.isoformat()}" title="{title}">{text}</time>'
        return drawn

    def _moment(self, kind: str, value: datetime) -> str:
        local = now.local(value)
        if kind == "date":
            return self._day(local.date())
        title = f"{days.say_whole_day(local.date())}, {days.say_time(local)}"
        return f'<time datetime="{local.isoformat()}" title="{title}">{days.say_ago(local, self.now)}</time>'

    def rows(
        self, columns: Sequence[Column], main: Column, page: Iterable[Any], *, pick: bool, money: str
    ) -> SafeString:
        """The body of the table. ``main`` names and opens a row; ``pick`` puts a box before it; ``money`` is what a selection sums."""
        heads = [
            f'<td class="{column.css}{" first" if column is main else ""}" data-label="{safe(column.label)}">'
            for column in columns
        ]
        cells = list(zip(heads, [self.drawer(column) for column in columns], strict=True))
        select = escape(_("Select"))
        lines = []
        for row in page:
            href = main.link(row) if main.link is not None else ""
            cents = attribute(row, money) if money else None
            lines.append(
                "<tr data-row"
                + (f' data-href="{escape(href)}"' if href else "")
                + (f' data-cents="{cents:d}"' if cents is not None else "")
                + ">"
                + (self._pick(row, select, main) if pick else "")
                + "".join([f"{head}{draw(row)}</td>" for head, draw in cells])
                + "</tr>\n"
            )
        return SafeString("".join(lines))

    def _pick(self, row: Any, select: str, main: Column) -> str:
        uid = attribute(row, "uid")
        return f'<td class="pick"><input type="checkbox" name="uid" value="{uid}" aria-label="{select} {safe(main.raw(row))}"></td>'
