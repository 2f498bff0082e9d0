"""Drawers: open, move cash, count blind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking.forms import (
    AcceptForm,
    CountForForm,
    CountForm,
    DrawerForm,
    DropForm,
    HandOverForm,
    OpenForm,
    PayOutForm,
)
from steward.banking.models import CashMove, DrawerSession
from steward.banking.selectors import drawers as ask
from steward.banking.selectors.refunds import refunds as given_back
from steward.banking.services import accounts, drawers
from steward.banking.states import SessionState
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.money import format_cents
from steward.core.web.forms import Done, Form, handle


@screen(GET="deposit.read")
def home(request: OfficeRequest) -> HttpResponse:
    """Every drawer: whose it is now, and the latest sessions. What a drawer should hold is not shown before its count."""
    subject = request.call.subject
    open_ones = {one.drawer_id: one for one in ask.open_sessions()}
    latest = list(ask.sessions(subject).filter(state=SessionState.COUNTED)[:30])
    rows = [(one, open_ones.get(one.pk)) for one in ask.drawers()]
    return render(request, "banking/drawers.html", {
        "rows": rows, "latest": latest, "own": ask.own_session(subject.user_id),
        "may_set_up": holds(subject, "bank.accounts"), "may_open": holds(subject, "drawer.count"),
        "may_count_other": holds(subject, "drawer.count_other"),
        "seen": set(ask.sessions(subject).filter(state=SessionState.OPEN).values_list("pk", flat=True)),
    })  # fmt: skip


@screen(GET="drawer.count", POST="drawer.count")
def open_drawer(request: OfficeRequest) -> HttpResponse:
    """Open a drawer for oneself."""
    first = ask.drawers().exclude(sessions__state=SessionState.OPEN).first()
    initial = {"drawer": first, "float_cents": first.float_cents if first else None}
    return handle(
        request, OpenForm, drawers.open_drawer, initial=initial,
        context={"title": _("Open a drawer"), "lead": _("Count its float and sign for it; from then on it is yours alone."),
                 "submit": _("Sign for it and open"), "cancel": reverse("banking:drawers")},
        success=lambda one: Done(reverse("banking:drawer", args=[one.uid]), _("%s is open") % one.drawer.name),
    )  # fmt: skip


def _session(request: OfficeRequest, uid: UUID) -> DrawerSession:
    row = ask.sessions(request.call.subject).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@screen(GET="deposit.read")
def drawer(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One session: its receipts and moves; expected and over or short only after the count."""
    session = _session(request, uid)
    counted = session.state == SessionState.COUNTED
    receipts = ask.receipts(request.call.subject).filter(session=session)
    return render(request, "banking/drawer.html", {
        "session": session, "counted": counted, "moves": session.moves.select_related("by").order_by("id"),
        "receipts": receipts, "refunds": given_back(request.call.subject).filter(session=session),
        "flow": ask.flows([session])[session.pk] if counted else None,
        "mine": session.cashier_id == request.call.user_id,
        "waiting": drawers.waiting_hand_overs(session) if not counted else [],
        "may_count_other": holds(request.call.subject, "drawer.count_other"),
    })  # fmt: skip


@screen(GET="drawer.count", POST="drawer.count")
def count(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The blind count."""
    session = _session(request, uid)

    def act(call: Any, **data: Any) -> DrawerSession:
        return drawers.count_drawer(call, session=session, **data)

    return handle(
        request, CountForm, act, "banking/count.html", context={"session": session},
        success=lambda one: Done(reverse("banking:drawer", args=[one.uid]), _counted(one)),
    )  # fmt: skip


@screen(GET="drawer.count_other", POST="drawer.count_other")
def count_for(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The blind count of a cashier who is not there."""
    session = _session(request, uid)

    def act(call: Any, **data: Any) -> DrawerSession:
        return drawers.count_for(call, session=session, **data)

    return handle(
        request, CountForForm, act, "banking/count.html", context={"session": session, "other": True},
        success=lambda one: Done(reverse("banking:drawer", args=[one.uid]), _counted(one)),
    )  # fmt: skip


def _counted(session: DrawerSession) -> str:
    difference = session.over_short_cents or 0
    if not difference:
        return _("%s counted, to the cent") % session.drawer.name
    words = (
        _("%(drawer)s counted, over by %(cents)s") if difference > 0 else _("%(drawer)s counted, short by %(cents)s")
    )
    return words % {"drawer": session.drawer.name, "cents": format_cents(abs(difference))}


def _move(request: OfficeRequest, uid: UUID, form: Any, title: str, act: Any, done: str, **more: Any) -> HttpResponse:
    session = _session(request, uid)
    back = reverse("banking:drawer", args=[uid])
    return handle(
        request, form, lambda call, **data: act(call, session=session, **data),
        context={"title": title, "submit": title, "cancel": back}, success=lambda one: Done(back, done), **more,
    )  # fmt: skip


@screen(GET="drawer.move", POST="drawer.move")
def drop(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Cash into the safe."""
    return _move(request, uid, DropForm, _("Drop into the safe"), drawers.safe_drop, _("It lies in the safe"))


@screen(GET="drawer.move", POST="drawer.move")
def pay_out(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A small expense out of the drawer."""
    return _move(request, uid, PayOutForm, _("Pay out"), drawers.pay_out, _("Paid out and booked"))


@screen(GET="drawer.move", POST="drawer.move")
def hand_over(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Cash to a colleague's drawer."""
    others = ask.open_sessions().exclude(uid=uid)
    return _move(
        request,
        uid,
        HandOverForm,
        _("Hand over"),
        drawers.hand_over,
        _("It waits until your colleague has counted it"),
        others=others,
    )


@screen(GET="drawer.move", POST="drawer.move")
def handed(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Cash between two drawers: its receiver says what she counted, its giver takes it back."""
    user = request.call.user_id
    rows = CashMove.objects.select_related("session__drawer", "other__drawer")
    row = rows.filter(Q(session__cashier=user) | Q(other__cashier=user), uid=uid, other__isnull=False).first()
    if row is None or row.other is None:
        raise Http404
    giver = row.session.cashier_id == user
    act: Any = drawers.take_back_hand_over if giver else drawers.accept_hand_over
    title = _("Take it back") if giver else _("Confirm what you counted")
    back = reverse("banking:drawer", args=[(row.session if giver else row.other).uid])
    return handle(
        request, Form if giver else AcceptForm, lambda call, **data: act(call, move=row, **data),
        context={"title": title, "submit": title, "cancel": back},
        success=lambda one: Done(back, _("It is in %s") % one.session.drawer.name),
    )  # fmt: skip


@screen(GET="bank.accounts", POST="bank.accounts")
def new(request: OfficeRequest) -> HttpResponse:
    """Set up a drawer."""
    return handle(
        request, DrawerForm, accounts.make_drawer,
        context={"title": _("New drawer"), "lead": _("A drawer is a till at one site with a fixed float."),
                 "submit": _("Set it up"), "cancel": reverse("banking:drawers")},
        success=lambda one: Done(reverse("banking:drawers"), _("%s is set up") % one.name),
    )  # fmt: skip
