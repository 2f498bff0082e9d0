"""Sharing an account's balance among sites or departments: what is to be shared, the shares beside it, the draft."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.ids import new_uid
from steward.core.web.forms import Done, Form, handle
from steward.ledger import services
from steward.ledger.selectors import allocations as ask
from steward.registry.models import Department, Site

WORDS = {"site": __("Site"), "department": __("Department")}


class ShareOutForm(Form):
    """A share for each site or department."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, names: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for pk, name in names:
            self.fields[f"weight_{pk}"] = forms.IntegerField(label=name, min_value=0, max_value=1_000_000_000, required=False)

    def clean(self) -> dict[str, Any]:
        """``uid`` and ``weights``."""
        cleaned = super().clean() or {}
        return {"uid": cleaned.get("uid"), "weights": {pk: cleaned.get(f"weight_{pk}") or 0 for pk, _name in self.names}}


def _span(request: OfficeRequest) -> tuple[date, date]:
    """``?month=2026-10``; the month before this one."""
    today = request.call.today
    said = request.GET.get("month") or f"{(today.year * 12 + today.month - 2) // 12:04d}-{(today.month - 2) % 12 + 1:02d}"
    try:
        year, month = (int(part) for part in said.split("-"))
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    except ValueError as error:
        raise BadRequest(_("Months are written as 2026-01.")) from error


def _by(request: OfficeRequest) -> str:
    by = request.GET.get("by", "department")
    if by not in ask.DIMENSIONS:
        raise Http404
    return by


@screen(GET="journal.write")
def home(request: OfficeRequest) -> HttpResponse:
    """Costs of a month that name no site or department (``?month=2026-10&by=site``)."""
    first, last = _span(request)
    by = _by(request)
    return render(request, "ledger/allocations.html", {
        "rows": ask.unshared(by, first, last), "by": by, "words": WORDS[by], "month": f"{first:%Y-%m}", "ways": WORDS.items(),
    })  # fmt: skip


@screen(GET="journal.write", POST="journal.write")
def share(request: OfficeRequest, code: str) -> HttpResponse:
    """One account's month shared by weights; it waits for a second person."""
    first, last = _span(request)
    by = _by(request)
    account = ask.account_named(code)
    if account is None:
        raise Http404
    rows: Any = Site.objects.order_by("code") if by == "site" else Department.objects.order_by("code")
    back = f"{reverse('ledger:allocations')}?month={first:%Y-%m}&by={by}"

    def act(call: Any, **data: Any) -> Any:
        return services.allocate_balance(call, account=code, first=first, last=last, by=by, **data)

    return handle(
        request, ShareOutForm, act, "ledger/allocation.html", names=[(row.pk, str(row)) for row in rows], initial={"uid": new_uid()},
        context={"account": account, "cents": ask.unassigned(code, by, first, last), "month": f"{first:%Y-%m}", "words": WORDS[by], "back": back},
        success=lambda state: Done(reverse("ledger:entry", args=[state.uid]), _("It waits for a second person.")),
    )  # fmt: skip
