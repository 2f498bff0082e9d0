"""Who the work is done for and who pays: charges, payments or visits by the payer a claim went to first, month beside month."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from steward.billing.logic.measures import percent
from steward.billing.logic.report import Cell, Col, Kind, Line, Proof, Table, summed
from steward.billing.logic.spans import place
from steward.billing.models import Charge
from steward.billing.selectors.reports.whose import Asked, charges_behind, payers
from steward.ledger.selectors import flows

#: Months stand beside each other up to so many; a longer span shows its sum alone.
BESIDE = 13


def table(asked: Asked) -> Table:
    """One line a payer, one column a month. ``by`` is charges, payments or visits. Four queries."""
    span = asked.span
    months = span.months() if len(span.months()) <= BESIDE else []
    cells = {"charges": _charges, "payments": _payments, "visits": _visits}[asked.by](asked)
    kind: Kind = "number" if asked.by == "visits" else "money"
    columns = (
        Col("who", _("First payer")), *(Col(f"m{n}", date_format(month.first, "M Y"), kind) for n, month in enumerate(months)),
        Col("sum", _("Sum"), kind), Col("share", _("Share"), "percent"),
    )  # fmt: skip
    sums: dict[str, list[int]] = {}
    named: dict[str, str] = {}
    known = payers()
    for (party, day), value in cells.items():
        who = known.party(party)
        named[who.key] = who.name
        row = sums.setdefault(who.key, [0] * (len(months) + 1))
        row[-1] += value
        at = place(day, months)
        if at is not None:
            row[at] += value
    total = sum(row[-1] for row in sums.values())
    lines = tuple(
        Line(key, (named[key], *row, percent("share", row[-1], total).tenths), charges_behind(span, payer=key))
        for key, row in sorted(sums.items(), key=lambda pair: (-pair[1][-1], named[pair[0]])) if any(row)
    )  # fmt: skip
    share: Cell = 1000 if total > 0 else None
    return Table(columns, lines, "sum", summed(columns, lines, _("Sum"), share=share), _proofs(asked, total))


def _charges(asked: Asked) -> dict[tuple[int | None, date], int]:
    found = flows.moved_by("charges", "payer", asked.span.first, asked.span.last)
    return {key: -cents for key, cents in found.items()}


def _payments(asked: Asked) -> dict[tuple[int | None, date], int]:
    return flows.collected_by("payer", asked.span.first, asked.span.last)


def _visits(asked: Asked) -> dict[tuple[int | None, date], int]:
    found: dict[tuple[int | None, date], int] = defaultdict(int)
    for (_patient, _provider, day), payer in visits(asked).items():
        found[payer, day] += 1
    return found


def visits(asked: Asked) -> dict[tuple[int, int, date], int | None]:
    """(patient, provider, day) -> the payer's party: one visit is what one provider did for one patient on one day, with
    charges that stand; of several claims the first says the payer. One query.
    """
    rows = Charge.objects.filter(service_date__range=(asked.span.first, asked.span.last), voided_on=None)
    found: dict[tuple[int, int, date], int | None] = {}
    for _claim, patient, provider, day, payer in (
        rows.order_by("claim").values_list("claim", "claim__patient", "claim__provider", "service_date", "claim__payer__party").distinct()
    ):  # fmt: skip
        found.setdefault((patient, provider, day), payer)
    return found


def _proofs(asked: Asked, total: int) -> tuple[Proof, ...]:
    if asked.by == "visits":
        return ()
    span = asked.span
    if asked.by == "charges":
        return (Proof(_("the charges account"), total, -flows.turnover(["charges"], span.first, span.last)),)
    return (Proof(_("the payments of the books"), total, sum(flows.collected(span.first, span.last).values())),)
