"""The account of a guarantor: what is owed line by line, what was paid ahead, what was sent and agreed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from steward.billing.selectors import accounts as ask
from steward.billing.views.accounts import guarantor_or_404
from steward.billing.views.cards import cards_on_account
from steward.billing.views.plans import agreed
from steward.billing.views.statements import on_account
from steward.billing.words import age_heads, say
from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen


@screen(GET="charge.read")
def account(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """What a guarantor owes, has paid ahead, and what happened to each line."""
    call = request.call
    guarantor = guarantor_or_404(request, uid)
    whole = "all" in request.GET
    view = ask.account(call.subject, guarantor, call.today, whole=whole)
    call.read("patient", [row.uid for row in view.patients])
    context = {
        "account": view, "guarantor": guarantor, "whole": whole, "masked": masks(call.subject, "charge.read"),
        "lines": [(line, [(event, say(event, view.payers)) for event in line.events]) for line in view.lines],
        "ages": list(zip(age_heads(), view.ages, strict=True)), "may_ask": holds(call.subject, "writeoff.request"),
        "may_post": holds(call.subject, "remittance.post"),
    }  # fmt: skip
    if holds(call.subject, "charge.enter"):
        home = view.patients[0].uid if view.patients else guarantor.uid
        context["charge_url"] = reverse("billing:other_new", args=[home])
        context["settle_url"] = "" if view.patients else reverse("billing:holder_settle", args=[guarantor.uid])
    context |= on_account(request, guarantor) | agreed(request, guarantor) | cards_on_account(request, guarantor)
    return render(request, "billing/account.html", context)
