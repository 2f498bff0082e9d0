"""How answers of payers are said on a page."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from steward.core.money import format_cents
from steward.core.templatetags.steward import rate

register = template.Library()

OUTCOMES = {
    "paid": lambda: _("Paid"),
    "zero_paid": lambda: _("Nothing paid"),
    "denied": lambda: _("Denied"),
    "crossed_over": lambda: _("Crossed over"),
    "reversed": lambda: _("Reversed"),
    "unmatched": lambda: _("Not found"),
    "not_posted": lambda: _("Not posted"),
}


@register.filter
def outcome(value: str) -> str:
    """The outcome of one CLP in words."""
    said = OUTCOMES.get(value)
    return said() if said else value


@register.filter
def adjustments(value: str) -> str:
    """``CO-45:2000;PR-3:500`` as ``CO-45 20.00, PR-3 5.00``."""
    parts = (part.rpartition(":") for part in value.split(";") if part)
    return ", ".join(f"{code} {format_cents(int(cents))}" for code, _colon, cents in parts)


FREQUENCIES = {"1": lambda: _("Original"), "7": lambda: _("Replacement"), "8": lambda: _("Void")}


@register.filter
def frequency(value: str) -> str:
    """CLM05-3 in words."""
    return FREQUENCIES[value]()


APPEAL_TONES = {"draft": "warn", "sent": "accent", "upheld": "bad", "overturned": "good", "partly": "good", "withdrawn": ""}


@register.filter
def appeal_tone(value: str) -> str:
    """The tone of an appeal's badge."""
    return APPEAL_TONES.get(value, "")


@register.filter
def rate_or_dash(ppm: int | None) -> str:
    """Millionths as a percentage; a dash where there is nothing to divide by."""
    return "—" if ppm is None else rate(ppm)
