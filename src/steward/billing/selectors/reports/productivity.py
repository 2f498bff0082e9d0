"""What each provider did and what came of it: visits, work units, charges, collections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from steward.billing.logic.report import Cell, Col, Line, Proof, Table
from steward.billing.models import Charge
from steward.billing.selectors.reports.mix import visits
from steward.billing.selectors.reports.whose import Asked, Who, charges_behind, providers
from steward.billing.selectors.underpaid import whole_units
from steward.core.money import round_half_up
from steward.insurance.selectors.values import work_values
from steward.ledger.selectors import flows

#: visits, work units (hundredths), charges without a work value, charged cents, collected cents
_Sums = list[int]


def table(asked: Asked) -> Table:
    """One line a provider. Visits and work by day of service, charges and collections by day in the books. Ten queries."""
    span, known = asked.span, providers()
    sums: dict[str, _Sums] = defaultdict(lambda: [0] * 5)
    people: dict[str, Who] = {}

    def add(who: Who, column: int, value: int) -> None:
        people[who.key] = who
        sums[who.key][column] += value

    for _patient, provider, _day in visits(asked):
        add(known.own(provider), 0, 1)
    source = _work(asked, lambda provider, column, value: add(known.own(provider), column, value))
    charged = flows.moved_by("charges", "provider", span.first, span.last)
    paid = flows.collected_by("provider", span.first, span.last)
    for party, cents in _by_party(charged).items():
        add(known.party(party), 3, -cents)
    for party, cents in _by_party(paid).items():
        add(known.party(party), 4, cents)
    lines = tuple(
        Line(key, _cells(people[key].name, own), charges_behind(span, provider=key))
        for key, own in sorted(sums.items(), key=lambda pair: (-pair[1][3], people[pair[0]].name)) if any(own)
    )  # fmt: skip
    foot = _cells(_("Sum"), [sum(column) for column in zip(*sums.values(), strict=True)] or [0] * 5)
    proofs = (
        Proof(_("the charges account"), sum(own[3] for own in sums.values()), -flows.turnover(["charges"], span.first, span.last)),
        Proof(_("the payments of the books"), sum(own[4] for own in sums.values()),
              sum(flows.collected(span.first, span.last).values())),
    )  # fmt: skip
    return Table(_columns(), lines, "work" if source else "charged", foot, proofs, (_note(source),))


def _columns() -> tuple[Col, ...]:
    return (
        Col("who", _("Provider")), Col("visits", _("Visits"), "number"), Col("work", _("Work units (wRVU)"), "points"),
        Col("unvalued", _("Services without a value"), "number"), Col("charged", _("Charges"), "money"),
        Col("collected", _("Collections"), "money"), Col("work_visit", _("wRVU a visit"), "points"),
        Col("collected_visit", _("Collected a visit"), "money"),
    )  # fmt: skip


def _cells(name: str, own: _Sums) -> tuple[Cell, ...]:
    seen, work, unvalued, charged, collected = own
    each = [round_half_up(value, seen) if seen else None for value in (work, collected)]
    return (name, seen, work, unvalued, charged, collected, each[0], each[1])


def _work(asked: Asked, add: Callable[[int, int, int], None]) -> str:
    """Adds work units and services without a value by provider; gives the name of the schedule. Four queries."""
    rows = Charge.objects.filter(service_date__range=(asked.span.first, asked.span.last), voided_on=None).order_by()
    done = list(
        rows.values_list("claim__provider", "code", "modifiers", "units", "service_date").annotate(n=Count("pk"))
    )
    values = work_values(row[1] for row in done)
    for provider, code, modifiers, units, day, count in done:
        value = values.of(code, modifiers.split(":"), day)
        if value is None:
            add(provider, 2, count)
        else:
            add(provider, 1, value * whole_units(units) * count)
    return values.source


def _by_party(rows: Mapping[tuple[int | None, date], int]) -> dict[int | None, int]:
    found: dict[int | None, int] = defaultdict(int)
    for (party, _day), cents in rows.items():
        found[party] += cents
    return found


def _note(source: str) -> str:
    if source:
        return _("Work units from “%s”; modifiers without a row of their own change nothing.") % source
    return _("No file of relative values is imported: import PPRRVU as a fee schedule to see work units.")
