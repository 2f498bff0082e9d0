"""Screens of the scrub's rules: all of them with how often each spoke, one with its history, a change tried before it holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.forms_scrub import RuleForm, said
from steward.billing.logic.scrub.model import SEVERITIES, Rule
from steward.billing.models import DenialCause, HeldChange, ScrubRule
from steward.billing.selectors import scrub_rules, scrub_trial
from steward.billing.selectors.denials import cause_by_uid, causes
from steward.billing.services import scrub_rules as services
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.refusals import Refused
from steward.core.web.forms import Done, go, posted_key
from steward.core.web.paging import page_of

SHOWN = 50
MOST = {"claims": __("Spoke most"), "cents": __("Most charges")}


def _rule(name: str) -> Rule:
    found = next((one for one in scrub_rules.every_rule() if one.id == name), None)
    if found is None:
        raise Http404
    return found


@screen(GET="billing.report")
def scrub_list(request: OfficeRequest) -> HttpResponse:
    """Every rule, narrowed by family, severity, payer and words, with the claims of last month it spoke of."""
    month = scrub_trial.month(request.call.today)
    spoke, own, every = scrub_trial.fired(month), scrub_rules.own_rules(), scrub_rules.every_rule()
    known = {one.id for one in scrub_rules.shipped()}
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("family", "severity", "payer", "q", "sort")}
    rows = [
        {"rule": one, "fired": spoke.get(one.id), "state": "own" if one.id not in known else "changed" if one.id in own else ""}
        for one in sorted(every, key=lambda one: (one.family, one.id)) if _wanted(one, asked)
    ]  # fmt: skip
    if asked["sort"] in MOST:
        rows.sort(key=lambda row: -getattr(row["fired"], asked["sort"], 0))
    page = {
        "page": page_of(request, rows, SHOWN), "sorts": MOST,
        "asked": asked, "families": sorted({one.family for one in every}), "severities": SEVERITIES,
        "month": month, "count": len(every), "may_write": holds(request.call.subject, "payer.write"),
    }  # fmt: skip
    return render(request, "billing/scrub_rules.html", page)


def _wanted(rule: Rule, asked: dict[str, str]) -> bool:
    words = f"{rule.id} {rule.title} {rule.message}".casefold()
    return (
        (not asked["family"] or rule.family == asked["family"])
        and (not asked["severity"] or rule.severity == asked["severity"])
        and (not asked["payer"] or not rule.payers or asked["payer"] in rule.payers)
        and asked["q"].casefold() in words
    )


@screen(GET="billing.report")
def scrub_rule(request: OfficeRequest, rule: str) -> HttpResponse:
    """One rule and its history; of a withdrawn own rule the history alone."""
    found = next((one for one in scrub_rules.every_rule() if one.id == rule), None)
    versions = list(scrub_rules.versions(rule))
    if found is None and not versions:
        raise Http404
    changed = bool(versions) and not versions[0].withdrawn
    page = {
        "waits": scrub_rules.waits(rule),
        "id": rule, "rule": found, "versions": versions, "changed": changed, "shipped": services.is_shipped(rule),
        "causes": list(causes(request.call.subject).filter(rule=rule)),
        "parameters": said(found) if found else "", "may_write": holds(request.call.subject, "payer.write"),
    }  # fmt: skip
    return render(request, "billing/scrub_rule.html", page)


@screen(GET="payer.write", POST="payer.write")
def scrub_edit(request: OfficeRequest, rule: str) -> HttpResponse:
    """Change a rule: tried on last month's claims first, then, with the second button, in force."""
    base = _rule(rule)
    return _edit(request, base, base, _("Change %s") % rule)


@screen(GET="payer.write", POST="payer.write")
def scrub_new(request: OfficeRequest) -> HttpResponse:
    """A rule of the practice's own, from a copy of another (``?like=ID``) or of a cause of denials (``?cause=UID``)."""
    if "cause" in request.GET:
        cause = _cause(request)
        return _edit(request, None, scrub_rules.rule_for(cause, request.call.today), _("A rule of your own"), cause)
    like = _rule(request.GET.get("like") or scrub_rules.shipped()[0].id)
    return _edit(request, None, like, _("A rule of your own"))


def _cause(request: OfficeRequest) -> DenialCause:
    try:
        row = cause_by_uid(request.call.subject, UUID(request.GET["cause"]))
    except ValueError:
        row = None
    if row is None:
        raise Http404
    return row


def _edit(request: OfficeRequest, base: Rule | None, like: Rule, title: str, cause: DenialCause | None = None) -> HttpResponse:
    back = reverse("billing:scrub_rule", args=[base.id]) if base else reverse("billing:scrub_rules")
    back = reverse("billing:cause", args=[cause.uid]) if cause else back
    page: dict[str, Any] = {"title": title, "cancel": back, "like": like, "cause": cause}
    initial = RuleForm.initial_of(like) | ({} if base else {"id": like.id if cause else "", "off": False})
    if cause:
        initial["reason"] = _("Denials: %s") % cause.title
    if request.method != "POST":
        return render(request, "billing/scrub_edit.html", page | {"form": RuleForm(initial=initial, base=base)})
    form = RuleForm(request.POST, initial=initial, base=base)
    if not form.is_valid():
        return render(request, "billing/scrub_edit.html", page | {"form": form}, status=422)
    rule, reason = form.cleaned_data["rule"], form.cleaned_data["reason"]
    told = scrub_trial.tried(rule.id, rule, request.call.today)
    if "confirm" not in request.POST:
        return render(request, "billing/scrub_edit.html", page | {"form": form} | _shown(request, told))
    try:
        call = request.call.with_key(posted_key(request))
        if cause:
            made: ScrubRule | HeldChange = services.rule_of_cause(call, cause=cause, rule=rule, reason=reason, tried=told.as_json())
        else:
            made = services.save_rule(call, rule=rule, reason=reason, tried=told.as_json(), new=base is None)
    except Refused as refused:
        form.refuse(refused)
        return render(request, "billing/scrub_edit.html", page | {"form": form}, status=422)
    after = back if cause else reverse("billing:scrub_rule", args=[rule.id])
    words = _("It waits for a second person's signature") if isinstance(made, HeldChange) else _("The rule holds from now on")
    return go(request, Done(after, words))


def _shown(request: OfficeRequest, told: scrub_trial.Tried) -> dict[str, Any]:
    """The trial as the page shows it; whose claims are on it is written down."""
    rows = scrub_trial.differing(told)
    request.call.read("patient", [row.patient for row in rows])
    return {"tried": told, "sums": told.as_json(), "rows": rows}


@screen(GET="payer.write", POST="payer.write")
def scrub_withdraw(request: OfficeRequest, rule: str) -> HttpResponse:
    """Take the practice's change back, after the same trial."""
    _rule(rule)
    told = scrub_trial.tried(rule, None, request.call.today)
    page: dict[str, Any] = {"id": rule, "shipped": services.is_shipped(rule), **_shown(request, told)}
    if request.method != "POST":
        return render(request, "billing/scrub_withdraw.html", page)
    try:
        call = request.call.with_key(posted_key(request))
        services.withdraw_rule(call, rule=rule, reason=request.POST.get("reason", ""), tried=told.as_json())
    except Refused as refused:
        first = refused.refusals[0]
        return render(request, "billing/scrub_withdraw.html", page | {"refused": first}, status=422)
    return go(request, Done(reverse("billing:scrub_rule", args=[rule]), _("Taken back")))
