"""The kit: ``{% load steward %}``. Each tag is described, with an example, in docs/screens.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.formats import date_format
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steward.core.access.routes import opens
from steward.core.ids import new_uid
from steward.core.money import TRUE_MINUS, format_cents, round_half_up
from steward.core.web import charts, days, now
from steward.core.web.navigation import Shown, ShownFold, groups_for
from steward.core.web.toasts import Toast

register = template.Library()
TONES = ("good", "warn", "bad", "accent")


@register.filter
def money(cents: int | str | None) -> str:
    """Cents as ``1,234.50`` with a true minus; None as an empty text."""
    return "" if cents is None or cents == "" else format_cents(int(cents))


@register.filter
def money0(cents: int | str | None) -> str:
    """For summaries: no decimals from 10,000 dollars up (rounded half up), two below."""
    if cents is None or cents == "":
        return ""
    if abs(int(cents)) < 1_000_000:
        return format_cents(int(cents))
    return format_cents(round_half_up(int(cents), 100) * 100)[:-3]


@register.filter
def dollars(cents: int | str | None) -> str:
    """As money0, with the dollar sign behind the minus: ``−$412,906``."""
    shown = money0(cents)
    return f"{TRUE_MINUS}${shown[1:]}" if shown.startswith(TRUE_MINUS) else shown and f"${shown}"


@register.filter
def number(value: int | str | None) -> str:
    """A count with commas: 13423 -> ``13,423``; what is no number stays as it is."""
    try:
        return f"{int(value):,}" if value not in (None, "") else ""
    except (TypeError, ValueError):
        return str(value)


@register.filter
def rate(ppm: int | None) -> str:
    """Millionths as a percentage with one decimal: 121000 -> ``12.1 %``."""
    return "" if ppm is None else f"{format_cents(round_half_up(int(ppm), 1000) * 10)[:-1]}\u00a0%"


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """A date as people say it, the whole date on hover."""
    if not value:
        return ""
    told = now.local(value).date() if isinstance(value, datetime) else value
    text = days.say_day(told, now.today())
    return format_html('<time datetime="{}" title="{}">{}</time>', told.isoformat(), days.say_whole_day(told), text)


@register.filter
def month(value: Any) -> str:
    """``November 2026`` of anything that has a year and a month."""
    return date_format(date(value.year, value.month, 1), "F Y") if value else ""


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """``2 h ago`` under a day, then day and time; the whole moment on hover."""
    if not value:
        return ""
    local = now.local(value)
    title = f"{days.say_whole_day(local.date())}, {days.say_time(local)}"
    text = days.say_ago(local, now.local_now())
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), title, text)


@register.filter
def clocktime(value: datetime | time | None) -> str:
    """``1:32 pm``: a moment in the practice's zone, or an hour of the day as it is."""
    if not value and not isinstance(value, time):
        return ""
    return days.say_time(now.local(value) if isinstance(value, datetime) else value)


@register.simple_tag
def badge(tone: str, text: object) -> SafeString:
    """A state in words on its wash; any tone but good, warn, bad, accent is grey."""
    return format_html('<span class="badge {}">{}</span>', tone if tone in TONES else "quiet", text)


@register.simple_block_tag
def card(content: str, title: object, count: object = "", cls: str = "", anchor: str = "") -> SafeString:
    """A region with a heading; ``count`` is the quiet text at its right."""
    key = anchor or f"c-{slugify(str(title))}"
    aside = format_html('<span class="count">{}</span>', count) if count not in ("", None) else ""
    return format_html(
        '<section class="card {}" aria-labelledby="{}"><header><h2 id="{}">{}</h2>{}</header>{}</section>',
        cls, key, key, title, aside, content,
    )  # fmt: skip


@register.simple_tag
def figure(
    label: object, cents: int | None = None, note: object = "", tone: str = "", value: object = None,
    url: str = "", main: bool = False, spark: Sequence[int] = (),
) -> SafeString:  # fmt: skip
    """One figure of a strip (wrap several in ``<div class="strip">``): cents, or ``value`` for what is not money."""
    shown = value if value is not None else (format_cents(cents or 0, symbol=True) if main else dollars(cents))
    line = charts.spark(spark) if spark else ""
    inner = format_html(
        '<span class="label">{}</span><span class="with-spark"><span class="value">{}</span>{}</span>',
        label,
        shown,
        line,
    )
    if note:
        inner += format_html('<span class="note {}">{}</span>', tone, note)
    cls = "figure main" if main else "figure"
    if url:
        return format_html('<a class="{}" href="{}">{}</a>', cls, url, inner)
    return format_html('<div class="{}">{}</div>', cls, inner)


@register.simple_tag
def work(
    tone: str, word: object, what: object, why: object = "", cents: int | None = None, url: str = "",
    act: object = "", primary: bool = False, when: object = "",
) -> SafeString:  # fmt: skip
    """One line of work, inside ``<ul class="work">``: what, why, how much, by when, what to do."""
    reason = (
        format_html('<span class="why">{}{}{}</span>', why, " · " if why and when else "", when) if why or when else ""
    )
    button = (
        format_html('<a class="button{}" href="{}">{}</a>', " primary" if primary else "", url, act)
        if url and act
        else ""
    )
    return format_html(
        '<li><span class="tone">{}</span><span><span class="what">{}</span>{}</span>'
        '<span class="how-much">{}</span><span class="act">{}</span></li>',
        badge(tone, word), what, reason, money(cents), button,
    )  # fmt: skip


@register.simple_tag
def steps(links: Iterable[Mapping[str, Any]]) -> SafeString:
    """The chain of a trace: mappings with label, value, note, and optionally url, here, tone."""
    parts = []
    for link in links:
        inner = format_html(
            '<span class="label">{}</span><span class="value">{}</span><span class="note">{}</span>',
            link.get("label", ""), link.get("value", ""), link.get("note", ""),
        )  # fmt: skip
        url = link.get("url")
        body = format_html('<a href="{}">{}</a>', url, inner) if url else format_html("<div>{}</div>", inner)
        here = mark_safe(' aria-current="step"') if link.get("here") else ""
        parts.append(format_html('<li class="{}"{}>{}</li>', link.get("tone", ""), here, body))
    return format_html('<ol class="steps">{}</ol>', mark_safe("".join(parts)))  # noqa: S308 - parts of format_html


@register.simple_tag(takes_context=True)
def empty(context: Any, title: object, text: object = "", url: str = "", label: object = "") -> SafeString:
    """What to show where nothing is: what this is for, and the first step for who may take it."""
    who = getattr(context.get("request"), "call", None)
    offered = url and label and who and (url.startswith("?") or opens(who.subject, url))
    link = format_html('<a class="button" href="{}">{}</a>', url, label) if offered else ""
    return format_html('<div class="empty"><p class="title">{}</p><p>{}</p>{}</div>', title, text, link)


@register.simple_tag
def spark(values: Sequence[int]) -> SafeString:
    """A line without words, beside a number that has them."""
    return charts.spark(values)


@register.simple_tag
def bars(rows: Iterable[Any], label: object = "") -> SafeString:
    """Bars with their numbers: ``charts.Bar`` values or (label, cents) pairs."""
    return charts.bars(rows, str(label))


@register.simple_tag
def progress(job: Any) -> SafeString:
    """A bar with a number and a way to cancel, refreshed while the work runs. ``job`` as jobs.selectors gives it."""
    return mark_safe(render_to_string("core/parts/progress.html", {"job": job}))  # noqa: S308 - a rendered template of ours


@register.simple_tag(takes_context=True)
def history(context: template.Context, thing: Any) -> SafeString:
    """The History tab of a record, filled when it is opened."""
    from steward.core.web.history import history_url

    return mark_safe(render_to_string("core/parts/history.html", {"url": history_url(context.get("request"), thing)}))  # noqa: S308 - a rendered template of ours


@register.simple_tag(takes_context=True)
def form_key(context: template.Context) -> SafeString:
    """The hidden idempotency uid: made when the form is first shown, kept when it comes back with a refusal."""
    request = context.get("request")
    kept = request.POST.get("_key", "") if request is not None and request.method == "POST" else ""
    return format_html('<input type="hidden" name="_key" value="{}">', kept or new_uid())


@register.simple_tag
def field(bound: Any) -> str:
    """A form field whole: label, input, help, error, joined for a screen reader."""
    from django.forms import CheckboxSelectMultiple, RadioSelect

    described = [
        f"{bound.auto_id}-{part}" for part, there in (("help", bound.help_text), ("error", bound.errors)) if there
    ]
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    widget = bound.field.widget
    return render_to_string("core/parts/field.html", {
        "field": bound, "widget": bound.as_widget(attrs=attrs), "hidden": bound.is_hidden,
        "check": getattr(widget, "input_type", "") == "checkbox" and not isinstance(widget, CheckboxSelectMultiple),
        "group": isinstance(widget, RadioSelect | CheckboxSelectMultiple), "described": " ".join(described),
        "kind": getattr(bound.field, "kind", ""), "mark": _mark(bound),
    })  # fmt: skip


def _mark(bound: Any) -> str:
    """The word beside a label: the rarer of optional and needed is said, so that a long form does not repeat itself."""
    shown = [part for part in bound.form.visible_fields() if getattr(part.field.widget, "input_type", "") != "checkbox"]
    needed = sum(part.field.required for part in shown)
    if 2 * needed >= len(shown):
        return "" if bound.field.required else _("optional")
    return _("needed") if bound.field.required else ""


@register.inclusion_tag("core/parts/form.html", takes_context=True)
def form(context: template.Context, form: Any, submit: object = "", cancel: str = "") -> dict[str, Any]:
    """A whole form: key, errors with the fix, fields in order, one filled button."""
    return {"form": form, "submit": submit or _("Save"), "cancel": cancel, "request": context.get("request"),
            "csrf_token": context.get("csrf_token")}  # fmt: skip


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> SafeString:
    """The rail, by duty; counts come from the roof's context processor as ``nav_counts``."""
    request = context.get("request")
    groups = groups_for(request, context.get("nav_counts") or {}) if request is not None else []
    parts = []
    for n, group in enumerate(groups, 1):
        label = escape(str(group.label))
        parts.append(f'<h2 id="nav-{n}">{label}</h2><ul aria-labelledby="nav-{n}">' if label else "<ul>")
        parts += [_rail_fold(part) if isinstance(part, ShownFold) else _rail_entry(part) for part in group.parts]
        parts.append("</ul>")
    return SafeString("".join(parts))


def _rail_fold(fold: ShownFold) -> str:
    """A fold of the rail: open where we are, by the browser's own means, so that keys and a page without scripts work it."""
    label, inside = escape(str(fold.label)), "".join(_rail_entry(entry) for entry in fold.entries)
    here = " open" if fold.here else ""
    return (
        f'<li class="fold"><details{here}><summary><span>{label}</span>{_rail_count(fold.count)}</summary>'
        f"<ul>{inside}</ul></details></li>"
    )


def _rail_count(count: int) -> str:
    waiting = escape(_("waiting"))
    return f'<span class="count">{count}<span class="sr-only"> {waiting}</span></span>' if count else ""


def _rail_entry(entry: Shown) -> str:
    key = f' data-go="{entry.key}"' if entry.key else ""
    here = ' aria-current="page"' if entry.here else ""
    return f'<li><a href="{escape(entry.url)}"{key}{here}>{escape(str(entry.label))}{_rail_count(entry.count)}</a></li>'


@register.simple_tag(takes_context=True)
def dialogs(context: template.Context) -> SafeString:
    """Palette and keyboard help: the same for everybody who sees the same pages in the same language."""
    shell = context.get("shell")
    return _dialogs(get_language() or "", tuple(shell.go_keys) if shell else ())


@lru_cache(maxsize=64)
def _dialogs(_language: str, go_keys: tuple[tuple[str, str], ...]) -> SafeString:
    return SafeString(render_to_string("core/parts/dialogs.html", {"go_keys": go_keys}))


@register.simple_tag
def toast_parts(message: Any) -> Toast:
    """Tone and undo of a message that django.contrib.messages carries."""
    return Toast.of(message)


@register.simple_tag(takes_context=True)
def block_text(context: template.Context, name: str) -> str:
    """The text of another block without its tags, so that <title> and <h1> say the same."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    return strip_tags(block.render(context)).strip() if block is not None else ""


@register.simple_tag
def list_export(state: Any, kind: str) -> str:
    """The address of a list's export, with its filters and order."""
    return str(state.url(export=kind))


@register.simple_tag
def hidden_param(given: Mapping[str, str], name: str) -> SafeString | str:
    """A parameter that is not a filter's, carried through the filter form."""
    return format_html('<input type="hidden" name="{}" value="{}">', name, given[name]) if given.get(name) else ""
