"""Charts drawn on the server as SVG: one idea each, labelled on the line, the threshold drawn, the same numbers in a table.

Shapes carry classes and plain attributes only (the content security policy allows no inline style). Values are integers (cents,
minutes, counts); coordinates are the only place where a fraction appears, and no amount is ever computed from one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from steward.core.money import format_cents

WIDTH, HEIGHT, PAD = 640, 200, 8


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a line: its label (a date in words), value, and the band around it when there is one."""

    label: str
    value: int
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: int
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of a day strip; ``state`` is done, late, or free (still to come); ``url`` opens the appointment."""

    starts: time
    ends: time
    state: str = "free"
    label: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """One person's (or room's) day."""

    name: str
    why: str
    slots: Sequence[Slot] = field(default_factory=tuple)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _scale(value: int, low: int, high: int, size: float, start: float = 0.0) -> float:
    return start + (size * (value - low) / (high - low) if high != low else size / 2)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{'L' if i else 'M'}{_n(x)} {_n(y)}" for i, (x, y) in enumerate(points))


def spark(values: Sequence[int]) -> SafeString:
    """A small line without words; decoration beside a number, hidden from a screen reader."""
    if len(values) < 2:
        return mark_safe("")
    low, high = min(values), max(values)
    line = _path((_scale(i, 0, len(values) - 1, 80, 2), 20 - _scale(v, low, high, 16)) for i, v in enumerate(values))
    return format_html(
        '<svg class="chart spark" viewBox="0 0 84 22" aria-hidden="true" focusable="false"><path class="curve" d="{}"/></svg>',
        line,
    )


def line(
    points: Sequence[Point], label: str, *, threshold: int | None = None, threshold_label: str = "", mark: int | None = None,
    mark_label: str = "", show: Any = format_cents,
) -> SafeString:  # fmt: skip
    """A line with its band, a threshold, and one labelled point (``mark`` is its index; the lowest when left out)."""
    if len(points) < 2:
        return format_html('<p class="pad soft">{}</p>', _("Not enough days yet to draw a line."))
    reach = [v for p in points for v in (p.value, p.low, p.high) if v is not None] + (
        [threshold] if threshold is not None else []
    )
    low, high = min(reach), max(reach)
    xs = [_scale(i, 0, len(points) - 1, WIDTH) for i in range(len(points))]

    def y(value: int) -> float:
        return HEIGHT - 22 - _scale(value, low, high, HEIGHT - 44)

    parts = [_band(points, xs, y)]
    if threshold is not None:
        parts.append(
            format_html(
                '<line class="threshold" x1="0" x2="{}" y1="{}" y2="{}"/>', WIDTH, _n(y(threshold)), _n(y(threshold))
            )
        )
        parts.append(
            format_html('<text class="bad" x="{}" y="{}">{}</text>', PAD, _n(y(threshold) - 5), threshold_label)
        )
    parts.append(format_html('<path class="curve" d="{}"/>', _path(zip(xs, (y(p.value) for p in points), strict=True))))
    at = min(range(len(points)), key=lambda i: points[i].value) if mark is None else mark
    parts.append(_mark(xs[at], y(points[at].value), mark_label or f"{points[at].label} {show(points[at].value)}"))
    drawn = format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        mark_safe("".join(parts)),  # noqa: S308 - parts of format_html
    )
    return drawn + _table(label, [(p.label, show(p.value)) for p in points])


def _band(points: Sequence[Point], xs: Sequence[float], y: Any) -> SafeString:
    both = [(x, p) for x, p in zip(xs, points, strict=True) if p.low is not None and p.high is not None]
    if len(both) < 2:
        return mark_safe("")
    edge = [(x, y(p.high)) for x, p in both] + [(x, y(p.low)) for x, p in reversed(both)]
    return format_html('<path class="band" d="{}Z"/>', _path(edge))


def _mark(x: float, y: float, text: str) -> SafeString:
    anchor = "start" if x < WIDTH / 4 else "end" if x > WIDTH * 3 / 4 else "middle"
    return format_html(
        '<circle class="dot" cx="{0}" cy="{1}" r="3"/><text class="label" x="{0}" y="{2}" text-anchor="{3}">{4}</text>',
        _n(x), _n(y), _n(y + 16), anchor, text,
    )  # fmt: skip


def bars(rows: Iterable[Any], label: str = "", show: Any = format_cents) -> SafeString:
    """Horizontal bars, each with its label and number; rows are ``Bar`` or (label, value[, note])."""
    given = [row if isinstance(row, Bar) else Bar(*row) for row in rows]
    if not given:
        return mark_safe("")
    most = max(1, *(abs(row.value) for row in given))
    lines = format_html_join(
        "",
        '<tr><th scope="row">{}<span class="why">{}</span></th><td>'
        '<svg class="chart" viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar {}" x="0" y="1" width="{}" height="10" rx="2"/></svg></td><td class="money">{}</td></tr>',
        ((row.label, row.note, row.tone, _n(200 * abs(row.value) / most), show(row.value)) for row in given),
    )
    return format_html(
        '<table class="bars"><caption class="sr-only">{}</caption><tbody>{}</tbody></table>', label, lines
    )


def day_strip(strip: Strip, opens: time, closes: time, now: time | None = None) -> SafeString:
    """One row of the day: blocks for appointments, a line where now is. Times outside opening hours are clipped to it."""
    first, last = _minute(opens), _minute(closes)
    span = max(1, last - first)

    def x(moment: time) -> float:
        return 400 * (min(max(_minute(moment), first), last) - first) / span

    tone = {"done": "", "late": "warn", "missed": "bad", "free": "free"}
    blocks = format_html_join(
        "",
        '<rect class="bar {}" x="{}" y="2" width="{}" height="16" rx="2"><title>{}</title></rect>',
        (
            (
                tone.get(s.state, "free"),
                _n(x(s.starts)),
                _n(max(1.0, x(s.ends) - x(s.starts) - 1)),
                s.label or f"{s.starts:%H:%M}",
            )
            for s in strip.slots
        ),
    )
    here = format_html('<line class="now" x1="{0}" x2="{0}" y1="0" y2="20"/>', _n(x(now))) if now else ""
    return format_html(
        '<div class="day-row"><span>{0}<span class="why">{1}</span></span>'
        '<svg class="chart" viewBox="0 0 400 20" role="img" aria-label="{0}: {1}">{2}{3}</svg></div>',
        strip.name, strip.why, blocks, here,
    )  # fmt: skip


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _table(label: str, rows: Sequence[tuple[str, str]]) -> SafeString:
    lines = format_html_join("", '<tr><th scope="row">{}</th><td class="money">{}</td></tr>', rows)
    return format_html(
        '<details class="chart-numbers"><summary>{}</summary><table><caption class="sr-only">{}</caption><tbody>{}</tbody></table></details>',
        _("The same numbers"), label, lines,
    )  # fmt: skip
