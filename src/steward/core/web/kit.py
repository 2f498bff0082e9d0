"""The style guide: every part of the kit once, with invented numbers. Reachable in a demo folder only."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.web import charts, now
from steward.core.web.forms import DateField, Done, Form, MoneyField, handle
from steward.core.web.toasts import toast


class KitForm(Form):
    """One of each field."""

    cents = MoneyField(label=gettext_lazy("Amount"), least=1, help_text=gettext_lazy("What the patient gives you."))
    day = DateField(label=gettext_lazy("Day of service"), required=False)


CLAIMS = (
    ("C-20418", "Alvarez, Rosa", "Blue Harbor", "Oct 5", 25_000, "250.00", "good", "Paid", ""),
    ("C-20422", "Brandt, Otto", "Medicare", "Oct 5", 15_000, "150.00", "warn", "Secondary ready", ""),
    ("C-20431", "Chen, Wei", "Blue Harbor", "Oct 6", 16_500, "165.00", "bad", "Denied line", "CO 97, appeal by Dec 19"),
    (
        "C-20433",
        "Doyle, Maeve",
        "Cascade HMO",
        "Oct 6",
        31_200,
        "312.00",
        "warn",
        "No answer, 31 days",
        "276 sent today",
    ),
    ("C-20440", "Eriksen, Lars", "Self-pay", "Oct 6", 9_500, "95.00", "", "Closed", ""),
)


def _strips() -> list[Any]:
    def slots(*spans: tuple[int, int, str]) -> tuple[charts.Slot, ...]:
        base = datetime(2026, 11, 23, 8, 0)  # noqa: DTZ001 - minutes of a drawing
        made = []
        for start, minutes, state in spans:
            begin, end = base + timedelta(minutes=start), base + timedelta(minutes=start + minutes)
            made.append(charts.Slot(begin.time(), end.time(), state, f"{begin:%H:%M}"))
        return tuple(made)

    days = (
        charts.Strip("Dr. Okafor", _("on time"), slots((0, 15, "done"), (30, 30, "done"), (60, 30, "done"), (120, 45, "done"),
                     (240, 30, "done"), (270, 30, "done"), (330, 20, "free"), (360, 45, "free"), (420, 45, "free"))),
        charts.Strip("Dr. Shah", _("18 min late"), slots((0, 30, "done"), (30, 30, "done"), (90, 30, "done"), (150, 40, "late"),
                     (240, 40, "done"), (330, 30, "free"), (370, 50, "free"), (420, 40, "free"))),
    )  # fmt: skip
    return [charts.day_strip(d, time(8), time(17), time(13, 32)) for d in days]


def _cash() -> Any:
    values = (
        15_120_000,
        14_300_000,
        14_550_000,
        13_400_000,
        13_400_000,
        12_100_000,
        12_600_000,
        13_000_000,
        13_900_000,
    )
    points = [
        charts.Point(_("week %(n)d") % {"n": n}, v, v - n * 300_000, v + n * 320_000) for n, v in enumerate(values, 1)
    ]
    return charts.line(points, _("Cash, next weeks"), threshold=6_000_000, threshold_label=_("floor 60,000"),
                       mark_label=_("121,000, payroll and rent"))  # fmt: skip


@screen(GET="desk.read", POST="desk.read")
def kit(request: OfficeRequest) -> HttpResponse:
    """Everything on one page; the form answers like a real one and stores nothing."""
    if not settings.DEMO:
        raise Http404
    if request.method == "GET" and request.GET.get("toast"):
        toast(request, _("Receipt 1042 taken."), undo_url=request.path)
        toast(request, _("Remittance 88213 does not balance."), tone="bad")
    context = {
        "now": now.local_now(),
        "links": [
            {"label": _("Visit"), "value": "Oct 5, 9:20", "note": "Dr. Okafor, Room 2", "url": request.path},
            {"label": _("Charges"), "value": "250.00", "note": _("2 lines, claim C-20418"), "url": request.path},
            {"label": _("Remittance"), "value": "125.00", "note": _("ST 88197, paid Oct 20"), "url": request.path},
            {"label": _("Bank line"), "value": "4,310.22", "note": _("Oct 22, operating"), "here": True},
            {"label": _("Entry"), "value": "No. 10 433", "note": _("posted"), "url": request.path},
        ],
        "claims": CLAIMS,
        "spark": [4, 5, 4, 6, 6, 7, 9, 8],
        "strips": _strips(),
        "cash": _cash(),
        "bars": [charts.Bar("Blue Harbor", 41_290_600, _("212 claims")), charts.Bar("Medicare", 18_350_000, _("96 claims")),
                 charts.Bar("Cascade HMO", 7_205_000, _("41 claims, 12 over 90 days"), "warn")],
        "job": {"uid": "1", "title": _("Importing remittances"), "done": 42, "total": 120, "finished": True,
                "words": _("42 of 120 claims; about 20 s left")},
    }  # fmt: skip

    def nothing(call: Any, **data: Any) -> dict[str, Any]:
        return data

    done = Done(f"{request.path}", _("It would have been taken."))
    return handle(request, KitForm, nothing, "core/kit.html", context=context, success=lambda _data: done)
