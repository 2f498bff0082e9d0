"""Digits, peers and duties on screen: plots that say what they show."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.web import charts
from steward.findings import patterns as ask


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.2f} %"


@screen(GET="finding.read")
def patterns(request: OfficeRequest) -> HttpResponse:
    """First digits of an account (``?account=6000``), people who enter by hand beside each other, both halves of a duty in one hand."""
    call = request.call
    accounts = ask.accounts_with_amounts(call.today)
    code = request.GET.get("account", accounts[0][0] if accounts else "")
    found = ask.digits(code, call.today) if code else None
    if code and found is None:
        raise Http404
    people = ask.peers(call.today, call.clock.zone)
    bars = [charts.Bar(one.name, one.round_percent, _("%(round)s of %(n)s") % {"round": one.round, "n": one.entries}) for one in people]
    return render(request, "findings/patterns.html", {
        "digits": found, "plot": _plot(found) if found and found.amounts >= 100 else "", "accounts": accounts[:12], "code": code,
        "worst": sorted((one for one in found.rows if one.outside), key=lambda one: one.high_ppm - one.seen_ppm)[:5] if found else [],
        "people": people, "rounds": charts.bars(bars, _("Whole hundreds among their entries"), show=lambda n: f"{n} %") if bars else "",
        "hands": ask.hands(call.today, call.clock.zone),
    })  # fmt: skip


def _plot(found: ask.Digits) -> str:
    """The line is what came, the band what chance allows."""
    points = [charts.Point(str(one.pair), one.seen_ppm, one.low_ppm, one.high_ppm) for one in found.rows]
    far = max(range(len(found.rows)), key=lambda i: abs(2 * found.rows[i].seen_ppm - found.rows[i].low_ppm - found.rows[i].high_ppm))
    label = _("How often amounts of %s begin with each pair of digits") % found.name
    words = _("%(pair)s: %(seen)s") % {"pair": found.rows[far].pair, "seen": _percent(found.rows[far].seen_ppm)}
    return charts.line(points, label, mark=far, mark_label=words, show=_percent)
