"""What was charged and what came of it: net and gross collection by month of charging, payer or provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from steward.billing.logic.measures import CONTRACTUAL, paid_cents, percent
from steward.billing.logic.report import Behind, Cell, Col, Line, Table, summed
from steward.billing.logic.spans import place
from steward.billing.selectors.reports.figures import RIPE
from steward.billing.selectors.reports.whose import Asked, charges_behind, names
from steward.ledger.selectors import flows

OPEN = ("ar_insurance", "ar_patient")


def table(asked: Asked) -> Table:
    """One line a month, payer or provider. Five queries."""
    span, today = asked.span, asked.today
    rows = list(_by_month(asked) if asked.by == "month" else _by_who(asked))
    columns = _columns(asked.by)
    lines = tuple(
        Line(key, (name, *_cells(stands)), behind, "" if ripe else "soft")
        for key, name, stands, behind, ripe in rows if stands
    )  # fmt: skip
    total: dict[str, int] = {}
    for _key, _name, stands, _at, _ripe in rows:
        for role, cents in stands.items():
            total[role] = total.get(role, 0) + cents
    cells = _cells(total)
    foot = summed(columns, lines, _("Sum"), net=cells[-2], gross=cells[-1])
    late = _("Charges posted after %s are still being paid: their rate will rise.") % date_format(
        today - RIPE, "M j, Y"
    )
    return Table(columns, lines, "net", foot, (), (late,) if span.last > today - RIPE else ())


def _columns(by: str) -> tuple[Col, ...]:
    first = {"month": _("Charged in"), "payer": _("First payer"), "provider": _("Provider")}[by]
    return (
        Col("who", first), Col("charged", _("Charged"), "money"), Col("contractual", _("Contractual"), "money"),
        Col("paid", _("Paid"), "money"), Col("given_up", _("Given up"), "money"), Col("open", _("Still open"), "money"),
        Col("net", _("Net collection"), "percent"), Col("gross", _("Gross collection"), "percent"),
    )  # fmt: skip


def _cells(stands: Mapping[str, int]) -> tuple[Cell, ...]:
    charged, contract = -stands.get("charges", 0), sum(stands.get(role, 0) for role in CONTRACTUAL)
    paid, left = paid_cents(stands), sum(stands.get(role, 0) for role in OPEN)
    return (
        charged, contract, paid, charged - contract - paid - left, left,
        percent("net", paid, charged - contract).tenths, percent("gross", paid, charged).tenths,
    )  # fmt: skip


_Row = tuple[str, str, dict[str, int], Behind, bool]


def _by_month(asked: Asked) -> Iterable[_Row]:
    months = asked.span.months()
    found: list[dict[str, int]] = [{} for _month in months]
    for day, sums in flows.settled(asked.span.first, asked.span.last, asked.today).items():
        at = place(day, months)
        if at is not None:
            for role, cents in sums.items():
                found[at][role] = found[at].get(role, 0) + cents
    for n, (month, sums) in enumerate(zip(months, found, strict=True)):
        yield str(n), date_format(month.first, "M Y"), sums, charges_behind(month), month.last <= asked.today - RIPE


def _by_who(asked: Asked) -> Iterable[_Row]:
    span, known = asked.span, names(asked.by)
    found = flows.settled_by(asked.by, span.first, span.last, asked.today)
    for party, sums in sorted(found.items(), key=lambda pair: pair[1].get("charges", 0)):
        who = known.party(party)
        yield who.key, who.name, sums, charges_behind(span, **{asked.by: who.key}), True
