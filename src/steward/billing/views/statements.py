"""Statements: who is to get one and why others are not, what was sent, taken back; and holds on accounts."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.billing.forms import HoldForm, ReasonForm, StatementRunForm
from steward.billing.logic.patient_money import Skip
from steward.billing.models import AccountHold, Statement
from steward.billing.papers import statement_pdf
from steward.billing.selectors import statements as ask
from steward.billing.selectors.rules import rules
from steward.billing.services.statements import StatementRun, hold_account, lift_hold, make_statements, void_statement
from steward.billing.views.accounts import guarantor_or_404
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import (
    Column,
    DateRange,
    Empty,
    Flag,
    Listing,
    MoneyRange,
    Preset,
    ScopedList,
    Sort,
    Text,
    link_to,
)
from steward.core.money import format_cents
from steward.core.web.forms import Done, handle
from steward.registry.logic.names import initials, name_key
from steward.registry.models import Party

SHOWN = 100


def _state(row: Statement) -> tuple[str, str]:
    if row.voided_at:
        return "bad", _("Taken back")
    sent = row.message is not None and row.message.sent_at is not None
    return ("good", _("Sent")) if sent else ("", _("Leaving"))


STATEMENTS = Listing(
    name="billing.statements",
    title=__("Statements"),
    columns=(
        Column("number", __("Statement"), kind="code", link=link_to("billing:statement")),
        Column("made_on", __("Made"), kind="date"),
        Column("guarantor", __("Guarantor"), value=lambda row: row.guarantor.name),
        Column("cents", __("Asked for"), kind="money"),
        Column("due_on", __("Due"), kind="date"),
        Column("language", __("Language"), kind="code"),
        Column("state", __("State"), kind="badge", badge=_state),
    ),
    filters=(
        Text("q", __("Guarantor's last name"), "guarantor__last_key", fold=name_key),
        DateRange("made", __("Made"), "made_on"),
        MoneyRange("cents", __("Asked for"), "cents"),
        Flag("voided", __("Taken back"), ask.VOIDED),
    ),
    sorts=(Sort("-made", __("Latest first"), "-made_on"), Sort("-cents", __("Largest first"), "-cents")),
    presets=(Preset(__("All"), ""), Preset(__("Taken back"), "voided=1")),
    money="cents",
    export="charge.read",
    object_type="billing.statement",
    empty=Empty(__("No statements yet"), __("A statement tells a guarantor what is theirs to pay."), "billing:statement_run",
                __("Make statements")),
)  # fmt: skip


def _initials(party: Party) -> str:
    return initials(party.first_name, party.last_name) or "–"


MASKED = STATEMENTS.hiding(guarantor=lambda row: _initials(row.guarantor))
STATEMENT_LIST = ScopedList(STATEMENTS, "charge.read", ask.statements, MASKED)


@screen(GET="charge.read")
def statements(request: OfficeRequest) -> HttpResponse:
    """Every statement that was made."""
    return STATEMENT_LIST.respond(request)


def skip_words(why: Skip) -> str:
    """Why a guarantor gets none."""
    return {
        Skip.HELD: _("held"),
        Skip.DECEASED: _("deceased"),
        Skip.NOTHING: _("owes nothing"),
        Skip.COVERED: _("covered by what was paid ahead"),
        Skip.SMALL: _("below the minimum"),
        Skip.RECENT: _("had one within the cycle"),
        Skip.NO_ADDRESS: _("no address"),
    }[why]


@screen(GET="statement.send", POST="statement.send")
def run(request: OfficeRequest) -> HttpResponse:
    """Who would get a statement now, who would not and why; then make them."""
    rule = rules()
    found = ask.candidates(request.call.today, rule)
    ready = [one for one in found if one.skip is None]
    left = [one for one in found if one.skip is not None]
    counts = Counter(one.skip for one in left)
    call = request.call
    families = [row.uid for row in ask.patients_of([one.guarantor.pk for one in [*ready[:SHOWN], *left[:SHOWN]]])]
    call.read("patient", families)
    return handle(
        request, StatementRunForm, make_statements, "billing/statement_run.html",
        initial={"minimum_cents": rule.minimum_cents, "cycle_days": rule.cycle_days},
        context={
            "title": _("Make statements"), "submit": _("Make them"), "cancel": reverse("billing:statements"),
            "ready": ready[:SHOWN], "ready_count": len(ready), "ready_cents": sum(one.standing.asked_cents for one in ready),
            "left": [(one, skip_words(one.skip)) for one in left[:SHOWN] if one.skip],
            "counts": [(skip_words(why), n) for why, n in counts.most_common() if why],
        },
        success=lambda done: Done(reverse("billing:statements"), _said(done)),
    )  # fmt: skip


def _said(done: StatementRun) -> str:
    if not done.count:
        return _("Nobody is to get a statement now")
    said = ngettext("%(n)d statement made, %(amount)s", "%(n)d statements made, %(amount)s", done.count)
    words = said % {"n": done.count, "amount": format_cents(done.cents)}
    return words + (_("; %d wait for another run") % done.left if done.left else "")


def _statement(request: OfficeRequest, uid: UUID) -> Statement:
    row = ask.statements(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    request.call.read("patient", [one.uid for one in ask.patients_of([row.guarantor_id])])
    return row


@screen(GET="charge.read")
def statement(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One statement: what it asked for, its paper in both languages, how to take it back."""
    row = _statement(request, uid)
    subject = request.call.subject
    return render(request, "billing/statement.html", {
        "statement": row, "state": _state(row), "may_send": holds(subject, "statement.send") and not row.voided_at,
        "masked": ask.masked(subject),
    })  # fmt: skip


@screen(GET="charge.read")
def statement_paper(request: OfficeRequest, uid: UUID, language: str) -> HttpResponse:
    """The statement as PDF, in English or Spanish."""
    row = _statement(request, uid)
    if language not in ("en", "es") or ask.masked(request.call.subject):
        raise Http404
    name = f"statement-{row.number}-{language}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(statement_pdf(row, language), content_type="application/pdf", headers=headers)


@screen(GET="statement.send", POST="statement.send")
def void(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take a statement back."""
    row = _statement(request, uid)
    back = reverse("billing:statement", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: void_statement(call, statement=row, **data),
        context={"title": _("Take back statement %s") % row.number, "submit": _("Take it back"), "cancel": back,
                 "lead": _("It keeps its number; its letter is stopped if it has not left.")},
        success=lambda _row: Done(back, _("Taken back")),
    )  # fmt: skip


@screen(GET="statement.send", POST="statement.send")
def hold(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Stop asking a guarantor for money."""
    guarantor = guarantor_or_404(request, uid)
    back = reverse("billing:account", args=[guarantor.uid])
    return handle(
        request, HoldForm, lambda call, **data: hold_account(call, guarantor=guarantor, **data),
        context={"title": _("Hold the account"), "submit": _("Hold it"), "cancel": back,
                 "lead": _("No statement, no small-balance run, no bad debt and no agency until it is lifted.")},
        success=lambda _row: Done(back, _("Held")),
    )  # fmt: skip


@screen(GET="statement.send", POST="statement.send")
def lift(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Ask again."""
    row = get_object_or_404(AccountHold.objects.select_related("guarantor"), uid=uid)
    guarantor = guarantor_or_404(request, row.guarantor.uid)
    back = reverse("billing:account", args=[guarantor.uid])
    return handle(
        request, ReasonForm, lambda call, **data: lift_hold(call, hold=row, **data),
        context={"title": _("Lift the hold"), "submit": _("Lift it"), "cancel": back, "lead": str(row)},
        success=lambda _row: Done(back, _("Lifted")),
    )  # fmt: skip


def on_account(request: OfficeRequest, guarantor: Party) -> dict[str, Any]:
    """What the account's page shows of statements and holds."""
    subject = request.call.subject
    rows = ask.statements(subject).filter(guarantor=guarantor)[:24]
    return {
        "statements": [(row, *_state(row)) for row in rows], "holds": ask.holds_on([guarantor.pk]).get(guarantor.pk, []),
        "may_send": holds(subject, "statement.send"),
    }  # fmt: skip
