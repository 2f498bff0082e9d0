"""The forecast of cash: made and kept, with what is planned by hand and the floor it is held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from random import Random
from uuid import UUID

from django.utils.translation import gettext as _

from steward.banking.logic.forecast import EVERY, forecast
from steward.banking.models import CashFloor, Forecast, PlannedFlow
from steward.banking.selectors.cash import cash
from steward.banking.selectors.forecast import floor_cents, fresh, planned, receivables
from steward.banking.states import FLOW_KINDS
from steward.core.service import Call, note, refuse, service


@dataclass(frozen=True, slots=True)
class FlowData:
    """What a person fills in: cents signed, in positive."""

    name: str
    kind: str
    cents: int
    first_on: date
    every: str = "once"
    until: date | None = None
    note: str = ""


@service("banking.plan_flow", "bank.accounts", says="planned money to come")
def plan_flow(call: Call, *, data: FlowData, uid: UUID | None = None) -> PlannedFlow:
    """Plan a flow, or change one (its history keeps what it was). Refuses ``no_name``, ``cents``, ``until`` and an unknown kind."""
    if not data.name.strip():
        raise refuse("no_name", _("It has no name."), _("Say what it is."), field="name")
    if data.kind not in FLOW_KINDS or data.every not in EVERY:
        raise refuse("kind", _("This kind of flow is not known."), _("Choose one of the list."), field="kind")
    if not data.cents:
        raise refuse("cents", _("It moves no money."), _("Give an amount."), field="cents")
    if data.until is not None and data.until < data.first_on:
        raise refuse("until", _("It ends before it begins."), _("Give a later last day, or none."), field="until")
    row = PlannedFlow.objects.select_for_update().filter(uid=uid, ended_at=None).first() if uid else PlannedFlow()
    if row is None:
        raise refuse("no_flow", _("This flow has ended."), _("Plan a new one."))
    for name, value in asdict(data).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.save()
    note(row, fields=list(asdict(data)))
    return row


@service("banking.end_flow", "bank.accounts", says="ended a planned flow")
def end_flow(call: Call, *, uid: UUID) -> PlannedFlow:
    """It is planned no more. Done twice, it is done once."""
    row = PlannedFlow.objects.select_for_update().filter(uid=uid).first()
    if row is None:
        raise refuse("no_flow", _("There is no such flow."), _("Choose one of the list."))
    if row.ended_at is None:
        row.ended_at = call.now
        row.save(update_fields=["ended_at"])
        note(row, fields=["ended_at"])
    return row


@service("banking.set_floor", "bank.accounts", says="set the floor of cash")
def set_floor(call: Call, *, cents: int) -> CashFloor:
    """What should never be missing from the bank. Refuses less than nothing."""
    if cents < 0:
        raise refuse("cents", _("A floor is not below zero."), _("Give an amount, or zero for none."), field="cents")
    row = CashFloor.objects.create(cents=cents, set_at=call.now, set_by_id=call.user_id)
    note(row, fields=["cents"])
    return row


@service("banking.make_forecast", "cash.forecast", says="made a forecast of cash")
def make_forecast(call: Call, *, seed: int = 0) -> Forecast:
    """Reckon thirteen weeks and keep them. ``seed`` 0 takes the day's own, so that a day's forecast can be made again."""
    today = call.today
    position, items, floor = cash(today), receivables(today), floor_cents()
    seed = seed or today.toordinal()
    weeks = forecast(items, planned(today), position.available_cents, today, Random(seed), fresh=fresh(items, today))  # noqa: S311 - no secret
    low = min(weeks, key=lambda week: week.p10_cents)
    row = Forecast.objects.create(
        made_on=today, made_at=call.now, made_by_id=call.user_id, opening_cents=position.available_cents, book_cents=position.book_cents,
        floor_cents=floor, low_cents=low.p10_cents, low_on=low.last, seed=seed,
        weeks=[{**asdict(week), "first": week.first.isoformat(), "last": week.last.isoformat()} for week in weeks],
    )  # fmt: skip
    note(row)
    return row
