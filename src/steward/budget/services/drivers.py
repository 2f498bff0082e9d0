"""The verbs of drivers: put, taken away, season and working days; and a what-if beside a plan. Each reckons the lines it moves anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from steward.budget.logic import drivers as logic
from steward.budget.logic import whatif
from steward.budget.models import DRIVER_KINDS, Budget, BudgetLine, Driver, Season
from steward.budget.selectors import codes, year_of
from steward.budget.selectors_driven import Driven, driven, season_of
from steward.budget.services.budgets import draft_of, fill
from steward.core.service import Call, note, refuse, service


@dataclass(frozen=True, slots=True)
class DriverData:
    """A driver as typed; ``account``, ``site`` and ``department`` are codes. Figures as in ``logic.drivers``."""

    kind: str
    name: str
    account: str
    site: str = ""
    department: str = ""
    provider: str = ""
    payer: str = ""
    visits_milli: int = 0
    rate_cents: int = 0
    fte_milli: int = 0
    year_cents: int = 0
    first: int = 1
    last: int = 12
    fixed_cents: int = 0
    visit_cents: int = 0
    fte_cents: int = 0
    step_cents: int = 0
    step_visits: int = 0
    note: str = ""


@service("budget.put_driver", "budget.write", says="changed what moves a budget")
def put_driver(call: Call, *, uid: UUID, data: DriverData, driver: UUID | None = None) -> Driver:
    """A new driver of a draft, or one changed; the lines of its accounts are reckoned.

    Refuses ``approved``, ``no_name``, ``kind``, ``unknown_account`` and ``driver`` (figures that make no sense).
    """
    row = draft_of(uid)
    before = row.drivers.select_for_update(of=("self",)).filter(uid=driver).first() if driver else None
    if driver and before is None:
        raise refuse("no_driver", _("There is no such driver."), _("Open it from the budget."))
    known = _checked(data)
    fed = {before.account_id} if before else set()
    found = before or Driver(budget=row)
    _set(found, data, known)
    found.save()
    _reckon(row, fed)
    note(row, fields=["drivers"])
    return found


def _checked(data: DriverData) -> Any:
    known = codes()
    if not data.name.strip():
        raise refuse("no_name", _("A driver has a name."), _("Say what it is: a post, a provider and payer, a cost."), field="name")
    if data.kind not in DRIVER_KINDS:
        raise refuse("kind", _("This kind of driver is not known."), _("Choose one of the page."), field="kind")
    if data.account not in known.accounts:
        raise refuse("unknown_account", _("There is no account %s.") % data.account, _("Choose one of the chart."), field="account")
    if data.step_cents and not data.step_visits:
        raise refuse("driver", _("A step begins after so many visits."), _("Say after how many."), field="step_visits")
    if not (1 <= data.first <= data.last <= 12 or (data.kind == "income" and data.last == 0)):
        raise refuse("driver", _("Months run from 1 to 12 of the year, in order."), _("Correct the months."), field="last")
    return known


def _set(found: Driver, data: DriverData, known: Any) -> None:
    for name, value in asdict(data).items():
        if name not in ("account", "site", "department"):
            setattr(found, name, value.strip() if isinstance(value, str) else value)
    found.account_id = known.accounts[data.account]
    found.site_id, found.department_id = known.sites.get(data.site), known.departments.get(data.department)


@service("budget.put_drivers", "budget.write", says="took drivers of a budget from what was")
def put_drivers(call: Call, *, uid: UUID, rows: Sequence[DriverData], index_ppm: Sequence[int] = ()) -> int:
    """Several at once, beside what is there; with ``index_ppm`` the season as well. How many. Refuses as ``put_driver`` and ``put_season``."""
    row = draft_of(uid)
    made = []
    for data in rows:
        one = Driver(budget=row)
        _set(one, data, _checked(data))
        made.append(one)
    Driver.objects.bulk_create(made)
    if index_ppm:
        _keep_season(row, season_of(row).days, index_ppm)
    _reckon(row, set())
    note(row, fields=["drivers"])
    return len(made)


@service("budget.remove_driver", "budget.write", says="took a driver of a budget away")
def remove_driver(call: Call, *, uid: UUID, driver: UUID) -> Budget:
    """Gone, and what it gave with it. Refuses ``approved`` and ``no_driver``."""
    row = draft_of(uid)
    found = row.drivers.filter(uid=driver).first()
    if found is None:
        raise refuse("no_driver", _("There is no such driver."), _("Open it from the budget."))
    fed = {found.account_id}
    found.delete()
    _reckon(row, fed)
    note(row, fields=["drivers"])
    return row


@service("budget.put_season", "budget.write", says="changed a budget's season")
def put_season(call: Call, *, uid: UUID, days: Sequence[int], index_ppm: Sequence[int]) -> Budget:
    """Working days and index of the twelve months. Refuses ``days`` and ``index`` (twelve, none negative, adding up to 12.000000)."""
    row = draft_of(uid)
    if len(days) != 12 or min(days) < 0 or max(days) > 31:
        raise refuse("days", _("A month has 0 to 31 working days."), _("Give twelve."), field="days")
    _keep_season(row, days, index_ppm)
    _reckon(row, set())
    note(row, fields=["season"])
    return row


def _keep_season(row: Budget, days: Sequence[int], index_ppm: Sequence[int]) -> None:
    if len(index_ppm) != 12 or min(index_ppm) < 0 or sum(index_ppm) != 12_000_000:
        raise refuse("index", _("The twelve indices add up to 12."), _("One is an average month; what one has more another has less."), field="index")
    Season.objects.update_or_create(budget=row, defaults={"days": list(days), "index_ppm": list(index_ppm)})


def _reckon(row: Budget, fed_before: set[int]) -> None:
    """The lines of every account a driver moves, or moved before, replaced by what the drivers say now."""
    found = driven(row)
    fed = fed_before | set(row.drivers.values_list("account_id", flat=True))
    BudgetLine.objects.filter(budget=row, account__in=fed).delete()
    fill(row, lines_of(found))


def lines_of(found: Driven) -> tuple[logic.BudgetLine, ...]:
    """What drivers give. Refuses ``driver`` for figures that make no sense."""
    try:
        return logic.lines(found.income, found.staff, found.costs, found.days, found.index)
    except logic.DriverError as error:
        raise refuse("driver", str(error), _("Correct it on the page of drivers.")) from error


# ---- what if ----
@service("budget.draft_what_if", "budget.write", says="drafted a what-if beside a budget")
def draft_what_if(
    call: Call, *, uid: UUID, base: Budget, name: str, provider: str = "", last: int = 12, payer: str = "", change_ppm: int = 0,
    visits_ppm: int = 0,
) -> Budget:  # fmt: skip
    """A copy of ``base`` in which ``provider`` sees nobody after month ``last``, ``payer`` pays ``change_ppm`` millionths more or less,
    and all visits move by ``visits_ppm``. The base is not touched.

    Refuses ``no_name``, ``no_drivers`` (a plan without drivers has nothing to change) and ``driver`` (not in the plan).
    """
    if (found := Budget.objects.filter(uid=uid).first()) is not None:
        return found
    if not name.strip():
        raise refuse("no_name", _("The what-if has no name."), _("Say what is different in it."), field="name")
    was = driven(base)
    if not was.rows:
        raise refuse("no_drivers", _("This budget has no drivers."), _("Put its visits and posts on the page of drivers first."))
    row = Budget.objects.create(
        uid=uid, name=name.strip(), kind="whatif", first_on=base.first_on, based_on=base, made_by_id=call.user_id, made_at=call.now,
        assumptions=_said(provider, last, payer, change_ppm, visits_ppm),
    )  # fmt: skip
    fill(row, year_of(base))
    income = _moved(was.income, provider, last, payer, change_ppm, visits_ppm)
    _copy(was, row, income)
    _reckon(row, set())
    note(row, fields=["drivers", "lines"])
    return row


def _moved(
    income: Sequence[logic.Income], provider: str, last: int, payer: str, change_ppm: int, visits_ppm: int
) -> Sequence[logic.Income]:
    try:
        if provider:
            income = whatif.provider_leaves(income, provider, last)
        if payer:
            income = whatif.payer_changes(income, payer, change_ppm)
        return whatif.visits_change(income, visits_ppm)
    except logic.DriverError as error:
        raise refuse("driver", str(error), _("Choose one of the plan.")) from error


def _copy(was: Driven, row: Budget, income: Sequence[logic.Income]) -> None:
    """The base's drivers under the what-if, income as it was changed; its season too."""
    new = iter(income)
    for old in was.rows:
        copied = Driver.objects.get(pk=old.pk)
        copied.pk, copied.uid, copied.budget = None, Driver._meta.get_field("uid").get_default(), row
        if old.kind == "income":
            one = next(new)
            copied.visits_milli, copied.rate_cents, copied.last = one.visits_milli, one.rate_cents, one.last
        copied.save(force_insert=True)
    Season.objects.create(budget=row, days=list(was.days), index_ppm=[int(one * 1_000_000) for one in was.index])


def _said(provider: str, last: int, payer: str, change_ppm: int, visits_ppm: int) -> str:
    parts = []
    if provider:
        parts.append(_("%(who)s sees nobody after month %(month)s.") % {"who": provider, "month": last})
    if payer:
        parts.append(_("%(payer)s pays %(percent)s %% more or less.") % {"payer": payer, "percent": change_ppm / 10_000})
    if visits_ppm:
        parts.append(_("All visits move by %s %%.") % (visits_ppm / 10_000))
    return "\n".join(parts)


def as_data(row: Driver) -> DriverData:
    """A stored driver as it would be typed."""
    names = [name for name in DriverData.__dataclass_fields__ if name not in ("account", "site", "department")]
    return DriverData(
        account=row.account.code, site=row.site.code if row.site else "", department=row.department.code if row.department else "",
        **{name: getattr(row, name) for name in names},
    )  # fmt: skip

