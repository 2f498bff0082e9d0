"""Drivers of a budget on screen, what-if beside it, and why what came is not the plan."""

from __future__ import annotations

from calendar import month_abbr
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.budget import selectors as ask
from steward.budget import services
from steward.budget.forms import DriverForm, SeasonForm, WhatIfForm
from steward.budget.logic import drivers as logic
from steward.budget.logic import whatif
from steward.budget.logic.variances import Sold, against_lines, sign
from steward.budget.models import DRIVER_KINDS, Budget, Driver
from steward.budget.selectors_driven import Driven, driven, season_of
from steward.budget.selectors_driven import months as first_days
from steward.budget.services.drivers import DriverData, as_data
from steward.budget.views import practice
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.ids import new_uid
from steward.core.money import format_cents, round_half_up
from steward.core.web import charts
from steward.core.web.forms import Done, handle, press
from steward.core.web.tables import leave
from steward.ledger.selectors.balances import heads


def _row(request: OfficeRequest, uid: UUID) -> Budget:
    row = ask.budget(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


def _here(uid: UUID) -> str:
    return reverse("budget:drivers", args=[uid])


def _may(request: OfficeRequest, row: Budget) -> bool:
    return row.state == "draft" and holds(request.call.subject, "budget.write")


# ---- the page ----
@screen(GET="budget.read")
def page(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Everything that moves a budget, staff first, and what it gives."""
    row = _row(request, uid)
    found = driven(row)
    told = _told(found)
    groups = [
        (kind, words, add, own := [one for one in told if one[0].kind == kind], sum(one[2] for one in own))
        for kind, words, add in (
            ("staff", _("Staff"), _("A post: full-time places and the pay of a year.")),
            ("income", _("Visits"), _("Visits a working day of a provider for a payer, and what one brings.")),
            ("cost", _("Costs"), _("Fixed, for each visit, for each place, or in steps.")),
        )
    ]
    earned, spent = groups[1][4], groups[0][4] + groups[2][4]
    names = [month_abbr[day.month] for day in first_days(row.first_on)]
    bars = [charts.Bar(name, round(come)) for name, come in zip(names, found.came, strict=True) if come]
    return render(request, "budget/drivers.html", {
        "budget": row, "rows": found.rows, "income": found.income, "groups": groups, "earned": earned, "spent": spent, "result": earned - spent,
        "visits": f"{round(sum(found.came)):,}", "places": _thousandths(max((_places(found, m) for m in range(1, 13)), default=0)),
        "chart": charts.bars(bars, _("Visits a month"), show=lambda n: f"{n:,}") if bars else "", "may_write": _may(request, row),
    })  # fmt: skip


def _places(found: Driven, month: int) -> int:
    return sum(one.fte_milli for one in found.staff if one.first <= month <= one.last)


def _thousandths(value: int) -> str:
    return f"{value / 1000:.3f}".rstrip("0").rstrip(".") or "0"


def _told(found: Driven) -> list[tuple[Driver, str, int]]:
    """Each driver with how it is reckoned in words and what it gives in the year."""
    income, staff, costs = iter(found.income), iter(found.staff), iter(found.costs)
    places = [_places(found, month) for month in range(1, 13)]
    told = []
    for row in found.rows:
        if row.kind == "income":
            cents = sum(logic.income_cents(next(income), found.days, found.index))
        elif row.kind == "staff":
            cents = sum(logic.staff_cents(next(staff)))
        else:
            cents = sum(logic.cost_cents(next(costs), found.came, places))
        told.append((row, _how(row), cents))
    return told


def _how(row: Driver) -> str:
    if row.kind == "income":
        words = _("%(visits)s visits a day × %(rate)s") % {"visits": _thousandths(row.visits_milli), "rate": format_cents(row.rate_cents)}
        return words if row.last == 12 else _("%(words)s, to month %(last)s") % {"words": words, "last": row.last}
    if row.kind == "staff":
        words = _("%(fte)s places × %(pay)s") % {"fte": _thousandths(row.fte_milli), "pay": format_cents(row.year_cents)}
        whole = (row.first, row.last) == (1, 12)
        return words if whole else _("%(words)s, months %(first)s to %(last)s") % {"words": words, "first": row.first, "last": row.last}
    parts = ((row.fixed_cents, _("%s a month")), (row.visit_cents, _("%s a visit")), (row.fte_cents, _("%s a place and month")))
    words_of = [words % format_cents(cents) for cents, words in parts if cents]
    if row.step_cents:
        words_of.append(_("%(step)s for every %(visits)s visits begun") % {"step": format_cents(row.step_cents), "visits": row.step_visits})
    return " + ".join(words_of)


# ---- putting them ----
TITLES = {"staff": __("A post"), "income": __("Visits"), "cost": __("A cost")}


@screen(GET="budget.write", POST="budget.write")
def add(request: OfficeRequest, uid: UUID, kind: str) -> HttpResponse:
    """A new driver of a kind."""
    if kind not in DRIVER_KINDS:
        raise Http404
    row = _row(request, uid)
    return handle(
        request, DriverForm, lambda call, **data: services.put_driver(call, uid=uid, **data), "budget/driver.html", kind=kind,
        initial={"first": 1, "last": 12}, success=lambda _row: Done(_here(uid), _("Reckoned.")),
        context={"budget": row, "title": TITLES[kind], "lead": row.name, "submit": _("Put it"), "back": _here(uid)},
    )  # fmt: skip


@screen(GET="budget.write", POST="budget.write")
def change(request: OfficeRequest, uid: UUID, driver: UUID) -> HttpResponse:
    """One driver."""
    row = _row(request, uid)
    found = row.drivers.select_related("account", "site", "department").filter(uid=driver).first()
    if found is None:
        raise Http404
    data = as_data(found)
    initial = {name: getattr(data, name) for name in DriverData.__dataclass_fields__}
    initial |= {name: _thousandths(getattr(data, name)) for name in ("visits_milli", "fte_milli")}
    return handle(
        request, DriverForm, lambda call, **given: services.put_driver(call, uid=uid, driver=driver, **given), "budget/driver.html",
        kind=found.kind, initial=initial, success=lambda _row: Done(_here(uid), _("Reckoned.")),
        context={"budget": row, "driver": found, "title": found.name, "lead": row.name, "submit": _("Keep"), "back": _here(uid)},
    )  # fmt: skip


@screen(POST="budget.write")
def remove(request: OfficeRequest, uid: UUID, driver: UUID) -> HttpResponse:
    """Take one away."""
    _row(request, uid)
    gone = Done(_here(uid), _("Taken away."))
    return press(request, lambda call: services.remove_driver(call, uid=uid, driver=driver), success=lambda _row: gone, back=_here(uid))


@screen(GET="budget.write", POST="budget.write")
def season(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Working days and seasonal index; the practice's own pace is put in where two years of it are known."""
    row = _row(request, uid)
    kept = season_of(row)
    own = practice.pace(request.call.today) if not kept.own else None
    days = first_days(row.first_on)
    index = [own[day.month - 1] for day in days] if own else list(kept.index_ppm)
    initial = {f"days_{n}": worked for n, worked in enumerate(kept.days)} | {f"index_{n}": one / 1_000_000 for n, one in enumerate(index)}
    lead = _("From the visits of the last three years; one is an average month.") if own else _("One is an average month; the twelve add up to 12.")
    return handle(
        request, SeasonForm, lambda call, **data: services.put_season(call, uid=uid, **data), "budget/driver.html",
        heads=[month_abbr[day.month] for day in days], initial=initial, success=lambda _row: Done(_here(uid), _("Reckoned.")),
        context={"budget": row, "title": _("Season and working days"), "lead": lead, "submit": _("Keep"), "back": _here(uid)},
    )  # fmt: skip


@screen(POST="budget.write")
def prefill(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Visits and net rates as they were in the last twelve whole months, with the season of three years, as drivers to change."""
    row = _row(request, uid)
    first, last = practice.last_year(request.call.today)
    worked = max(1, practice.days_of(first, last))
    rows = [
        DriverData(
            "income", f"{one.provider}, {one.payer}"[:120], "4000", provider=one.provider[:120], payer=one.payer[:120],
            visits_milli=round_half_up(one.visits * 1000, worked), rate_cents=one.rate_cents,
            note=_("%(visits)s visits in %(days)s working days to %(last)s") % {"visits": one.visits, "days": worked, "last": last.isoformat()},
        )
        for one in practice.seen(first, last)
        if one.visits * 1000 >= worked // 2
    ]  # fmt: skip
    pace = practice.pace(request.call.today)
    index = [pace[day.month - 1] for day in first_days(row.first_on)] if pace else []

    def act(call: Any) -> int:
        return services.put_drivers(call, uid=uid, rows=rows, index_ppm=index)

    return press(request, act, success=lambda n: Done(_here(uid), _("%s rows of visits are put.") % n), back=_here(uid))


# ---- what if ----
@screen(GET="budget.write", POST="budget.write")
def what_if(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A copy with something different, to stand beside it."""
    row = _row(request, uid)
    found = driven(row)
    return handle(
        request, WhatIfForm, lambda call, **data: services.draft_what_if(call, base=row, **data), "budget/driver.html",
        providers=sorted({one.provider for one in found.income if one.provider}), payers=sorted({one.payer for one in found.income if one.payer}),
        initial={"uid": new_uid(), "name": _("What if, %s") % row.name},
        context={"budget": row, "title": _("What if"), "lead": _("The plan itself is not touched."), "submit": _("Reckon it"), "back": _here(uid)},
        success=lambda made: Done(reverse("budget:beside", args=[made.uid]), _("Reckoned.")),
    )  # fmt: skip


@screen(GET="budget.read")
def beside(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A budget beside the one it was made from: by account, and the result by month."""
    row = _row(request, uid)
    base = row.based_on
    if base is None:
        raise Http404
    was, then = ask.year_of(base), ask.year_of(row)
    named = {head.code: head for head in heads()}
    rows = [
        (f"{code} {named[code].name}", old, new, new - old, sign(named[code].kind, new - old))
        for code, (old, new) in whatif.beside(was, then).items()
    ]  # fmt: skip
    if kind := request.GET.get("export", ""):
        head = [_("Account"), _("As planned"), _("Then"), _("Difference"), ""]
        return _export(request, row, "what-if", [head, *[list(one) for one in rows]], kind)
    months = [_result(then, named, m) - _result(was, named, m) for m in range(1, 13)]
    names = [month_abbr[day.month] for day in first_days(row.first_on)]
    bars = [charts.Bar(name, cents, tone="good" if cents > 0 else "bad") for name, cents in zip(names, months, strict=True)]
    old, new = (sum(_result(lines, named, m) for m in range(1, 13)) for lines in (was, then))
    return render(request, "budget/beside.html", {
        "budget": row, "base": base, "rows": rows, "results": (old, new, new - old),
        "chart": charts.bars(bars, _("Result by month: then less as planned")) if any(months) else "",
    })  # fmt: skip


def _result(lines: list[Any], named: dict[str, Any], month: int) -> int:
    return sum(one.cents if named[one.account].kind == "revenue" else -one.cents for one in lines if one.month == month)


# ---- variances ----
@dataclass(frozen=True, slots=True)
class Flexed:
    """A cost account to date: the plan, the plan at the visits that came, and the books."""

    code: str
    name: str
    static_cents: int
    flexible_cents: int
    booked_cents: int

    @property
    def spending_cents(self) -> int:
        return self.booked_cents - self.flexible_cents

    @property
    def volume_cents(self) -> int:
        return self.flexible_cents - self.static_cents

    @property
    def difference_cents(self) -> int:
        return self.booked_cents - self.static_cents

    @property
    def spending_sign(self) -> str:
        return sign("expense", self.spending_cents)


@screen(GET="budget.read")
def variances(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The year to the end of a month (``?month=2027-03``): income by price, quantity and mix; cost at the visits that came."""
    row = _row(request, uid)
    months = ask.months_of(row.first_on)
    today = f"{request.call.today:%Y-%m}"
    chosen = request.GET.get("month", today if today in months else months[0])
    if chosen not in months:
        raise Http404
    n = months.index(chosen) + 1
    found = driven(row)
    until = min(_end(row.first_on, n), request.call.today)
    came = practice.seen(row.first_on, until)
    sales = _sales(found, came, n)
    costs = _flexed(found, ask.against(row, n), sum(one.visits for one in came), n)
    if kind := request.GET.get("export", ""):
        return _export(request, row, "variances", _table(sales, costs), kind)
    parts = ((_("Price"), "price_cents"), (_("Quantity"), "quantity_cents"), (_("Mix"), "mix_cents"), (_("Difference"), "all_cents"))
    sums = [(_("Plan"), sum(plan for _one, plan, _part, _mark in sales)), (_("Came in"), sum(one.cents for one, *_rest in sales))]
    sums += [(words, sum(getattr(part, name) for _one, _plan, part, _mark in sales)) for words, name in parts]
    return render(request, "budget/variances.html", {
        "budget": row, "months": months, "month": chosen, "sales": sales, "costs": costs, "sums": sums,
        "planned": f"{sum(one.plan_units for one, *_rest in sales):,}", "came": f"{sum(one.visits for one in came):,}",
    })  # fmt: skip


def _end(first_on: date, n: int) -> date:
    days = first_days(first_on)
    return days[n] - timedelta(days=1) if n < 12 else date(first_on.year + 1, first_on.month, 1) - timedelta(days=1)


def _sales(found: Driven, came: list[practice.Seen], n: int) -> list[tuple[Sold, int, Any, str]]:
    """Planned and seen rows by provider and payer: what nobody planned stands with a plan of nothing."""
    actual = {(one.provider, one.payer): one for one in came}
    planned: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [Fraction(0), 0, 0])
    for one in found.income:
        to_date = logic.visits(one, found.days, found.index)[:n]
        key = (one.provider, one.payer)
        planned[key][0] += sum(to_date, Fraction(0))
        planned[key][1] = one.rate_cents
        planned[key][2] += sum(logic.income_cents(one, found.days, found.index)[:n])
    if not planned:
        return []
    keys = [*planned, *(key for key in actual if key not in planned)]
    nobody = practice.Seen("", "", 0, 0)
    rows = [
        Sold(", ".join(part for part in key if part), round(planned[key][0]), planned[key][1], one.visits, one.cents)
        for key in keys
        for one in (actual.get(key, nobody),)
    ]
    lines = [planned[key][2] for key in keys]
    parts = against_lines(rows, lines)
    return [(one, plan, part, sign("revenue", part.all_cents)) for one, plan, part in zip(rows, lines, parts, strict=True)]


def _flexed(found: Driven, rows: list[ask.Row], came: int, n: int) -> list[Flexed]:
    """Each cost account; what a driver gives for each visit moves with the visits, everything else stays."""
    planned = sum(found.came[:n], Fraction(0))
    moving: dict[str, Fraction] = defaultdict(Fraction)
    for cost in found.costs:
        moving[cost.account] += cost.visit_cents * (came - planned)
    return [
        Flexed(one.code, one.name, one.to_date.budget_cents, one.to_date.budget_cents + round(moving[one.code]), one.to_date.spent_cents)
        for one in rows if one.kind == "expense"
    ]  # fmt: skip


def _table(sales: list[tuple[Sold, int, Any, str]], costs: list[Flexed]) -> list[list[Any]]:
    head = [_("What"), _("Visits: plan"), _("came"), _("Plan"), _("Came in"), _("Price"), _("Quantity"), _("Mix"), _("Difference")]
    found: list[list[Any]] = [head]
    for one, plan, part, _mark in sales:
        figures = [plan, one.cents, part.price_cents, part.quantity_cents, part.mix_cents, part.all_cents]
        found.append([one.name, str(one.plan_units), str(one.units), *figures])
    found.append([_("Account"), "", "", _("Plan"), _("Flexible"), _("Booked"), _("Spending"), _("Volume"), _("Difference")])
    for cost in costs:
        figures = [cost.static_cents, cost.flexible_cents, cost.booked_cents, cost.spending_cents, cost.volume_cents, cost.difference_cents]
        found.append([f"{cost.code} {cost.name}", "", "", *figures])
    return found


def _export(request: OfficeRequest, row: Budget, what: str, table: list[list[Any]], kind: str) -> HttpResponse:
    record_read(request.call, f"export {what} {kind}", "budget.budget", [row.uid])
    return leave(table, f"{what}-{row.first_on.isoformat()}", kind)
