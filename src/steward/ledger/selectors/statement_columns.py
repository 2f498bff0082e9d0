"""A statement as asked: which columns it has, and the statement itself. Constant numbers of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from steward.core.refusals import refuse
from steward.ledger.logic.balance import AccountHead
from steward.ledger.logic.statements import Statement, balance_sheet, cash_flow, profit_and_loss
from steward.ledger.models import Line
from steward.ledger.selectors.balances import heads
from steward.ledger.selectors.statements import (
    Stood,
    Sums,
    day_before,
    difference,
    moved_by,
    moved_by_month,
    stood,
    stood_by_entity,
    year_month,
    year_start,
)

NAMES: Final = ("profit-loss", "balance-sheet", "cash-flow")
#: What the columns may be; whoever asks for none compares two spans.
CUTS: Final = ("", "month", "entity", "site", "department", "provider", "payer")
MOST_MONTHS: Final = 24
#: Entries balance within a legal entity, not within a site or payer: only profit and loss can be cut by those.
BALANCED: Final = ("", "month", "entity")


@dataclass(frozen=True, slots=True)
class Asked:
    """A span and what it is held against; the balance sheet looks at the last days alone."""

    name: str
    first: date
    last: date
    vs_first: date
    vs_last: date
    by: str = ""
    basis: str = "accrual"
    entity: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A column: a span, of one value of the cut (``uid`` None: unassigned); ``whole`` is the sum of the others."""

    words: str
    first: date
    last: date
    uid: Any = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement under its columns."""

    asked: Asked
    heads: tuple[Head, ...]
    statement: Statement

    @property
    def entity_uid(self) -> str:
        """The uid of the one legal entity asked for; one query."""
        return str(named_rows("entity").values_list("uid", flat=True).get(pk=self.asked.entity))


def statement(asked: Asked) -> Shown:
    """The statement. Refuses ``span``, ``cut`` and ``too_many_months`` with what to ask instead."""
    _possible(asked)
    if asked.by == "month":
        return _by_month(asked)
    if asked.by == "entity" and asked.name != "profit-loss":
        return _by_entity(asked)
    return _by_value(asked) if asked.by else _against(asked)


def _possible(asked: Asked) -> None:
    if asked.first > asked.last or asked.vs_first > asked.vs_last:
        raise refuse("span", _("The span ends before it begins."), _("Let the first day come first."))
    if asked.by not in BALANCED and asked.name != "profit-loss":
        raise refuse(
            "cut",
            _("Entries balance within a legal entity, not within a site, department, provider or payer."),
            _("Cut the profit and loss by it, or this statement by month or legal entity."),
        )
    if asked.basis == "cash" and asked.by:
        raise refuse(
            "cut", _("On the cash basis what settles what is known of the whole, not of a part."),
            _("Choose no columns, or the accrual basis."),
        )  # fmt: skip
    if (
        asked.by == "month"
        and (asked.last.year - asked.first.year) * 12 + asked.last.month - asked.first.month >= MOST_MONTHS
    ):
        raise refuse("too_many_months", _("More than %d months.") % MOST_MONTHS, _("Choose a shorter span."))


def _made(
    name: str, accounts: Sequence[AccountHead], before: Sequence[Sums], after: Sequence[Sums], years: Sequence[Sums]
) -> Statement:
    """Any of the three from what stood before each span, after it, and before the year of its last day."""
    if name == "balance-sheet":
        return balance_sheet(accounts, after, [difference(a, y) for a, y in zip(after, years, strict=True)])
    moved = [difference(a, b) for a, b in zip(after, before, strict=True)]
    return profit_and_loss(accounts, moved) if name == "profit-loss" else cash_flow(accounts, before, moved)


def _against(asked: Asked) -> Shown:
    """This span and the other."""
    spans = ((asked.first, asked.last), (asked.vs_first, asked.vs_last))
    read = _Once(asked)
    after = [read(last) for _first, last in spans]
    sheet, month = asked.name == "balance-sheet", year_month()
    before = after if sheet else [read(day_before(first)) for first, _last in spans]
    years = [read(day_before(year_start(last, month))) for _first, last in spans] if sheet else after
    made = _made(asked.name, after[0].accounts, _cents(before), _cents(after), _cents(years))
    return Shown(asked, tuple(Head("", *span) for span in spans), made)


class _Once:
    """What stood at the end of a day, read once a day."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.known: dict[date, Stood] = {}

    def __call__(self, day: date) -> Stood:
        if day not in self.known:
            self.known[day] = stood(day, basis=self.asked.basis, entity=self.asked.entity)
        return self.known[day]


def _cents(found: Sequence[Stood]) -> list[Sums]:
    return [each.cents for each in found]


def _by_month(asked: Asked) -> Shown:
    """A column a month, and the whole span for what moves (of a day's end there is no sum)."""
    opening = stood(day_before(asked.first), entity=asked.entity)
    months = moved_by_month(asked.first, asked.last, entity=asked.entity)
    before, after, columns, standing = [], [], [], opening.cents
    for first, last, moved in months:
        before.append(standing)
        standing = _plus(standing, moved)
        after.append(standing)
        columns.append(Head("", first, last))
    if asked.name == "balance-sheet":
        return Shown(
            asked, tuple(columns), _made(asked.name, opening.accounts, before, after, _years(asked, months, after))
        )
    whole = Head(_("Whole span"), asked.first, asked.last, whole=True)
    made = _made(asked.name, opening.accounts, [*before, opening.cents], [*after, standing], after)
    return Shown(asked, (*columns, whole), made)


def _plus(one: Mapping[int, int], other: Mapping[int, int]) -> Sums:
    return {pk: one.get(pk, 0) + other.get(pk, 0) for pk in {*one, *other}}


def _years(asked: Asked, months: Sequence[tuple[date, date, Sums]], after: Sequence[Sums]) -> list[Sums]:
    """What stood before the year of each month: of the first year one look more, of later ones the month before it."""
    month = year_month()
    start = year_start(asked.first, month)
    found = {start: stood(day_before(start), entity=asked.entity).cents}
    for (_first, last, _moved), sums in zip(months, after, strict=True):
        found.setdefault(year_start(last + timedelta(days=1), month), sums)
    return [found[year_start(last, month)] for _first, last, _moved in months]


def _by_entity(asked: Asked) -> Shown:
    accounts = heads()
    after = stood_by_entity(asked.last)
    before = stood_by_entity(day_before(asked.first)) if asked.name == "cash-flow" else {}
    years = stood_by_entity(day_before(year_start(asked.last, year_month()))) if asked.name == "balance-sheet" else {}
    names = _named("entity", after)
    keys = [key for key in names if asked.entity in (None, key)]
    columns = [Head(names[key][0], asked.first, asked.last, names[key][1]) for key in keys]

    def wide(found: Mapping[int, Sums]) -> list[Sums]:
        each = [found.get(key, {}) for key in keys]
        return [*each, _all(each)]

    made = _made(asked.name, accounts, wide(before), wide(after), wide(years))
    return Shown(asked, (*columns, _whole_head(asked)), made)


def _by_value(asked: Asked) -> Shown:
    """Profit and loss, a column a value of the dimension, what has none last, then the sum."""
    moved = moved_by(asked.by, asked.first, asked.last, entity=asked.entity)
    names = _named(asked.by, [key for key in moved if key is not None])
    columns = [Head(words, asked.first, asked.last, uid) for words, uid in names.values()]
    sums = [moved[key] for key in names]
    if None in moved or not sums:
        columns.append(Head(_("Unassigned"), asked.first, asked.last))
        sums.append(moved.get(None, {}))
    made = profit_and_loss(heads(), [*sums, _all(sums)])
    return Shown(asked, (*columns, _whole_head(asked)), made)


def _whole_head(asked: Asked) -> Head:
    return Head(_("Sum"), asked.first, asked.last, whole=True)


def _all(each: Sequence[Sums]) -> Sums:
    found: Sums = {}
    for sums in each:
        for account, cents in sums.items():
            found[account] = found.get(account, 0) + cents
    return found


def named_rows(cut: str) -> Any:
    """The rows a cut names. Providers and payers are parties that a line names as such, never patients."""
    model: Any = Line._meta.get_field(cut).related_model
    return model.objects.all()


def _named(cut: str, keys: Any) -> dict[int, tuple[str, Any]]:
    """Primary key -> (name, uid) in order of name. One query."""
    rows = named_rows(cut).filter(pk__in=list(keys)).order_by("name", "id").values_list("id", "name", "uid")
    return {pk: (name, uid) for pk, name, uid in rows}


def entity_of(code: str) -> int | None:
    """The legal entity a form named by its code; None for none. Refuses ``entity``."""
    if not code:
        return None
    found = named_rows("entity").filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise refuse("entity", _("There is no legal entity %s.") % code[:20], _("Choose one of the list."))
    return int(found)


def entities() -> list[tuple[str, str]]:
    """(code, name) of the legal entities, the practice first."""
    return list(named_rows("entity").order_by("-is_practice", "name").values_list("code", "name"))


def as_of(asked: Asked, name: str) -> Asked:
    """The same question to another statement; a cut that one has not is left out."""
    return replace(asked, name=name, by=asked.by if name == "profit-loss" or asked.by in BALANCED else "")
