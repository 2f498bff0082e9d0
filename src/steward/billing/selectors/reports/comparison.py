"""Which payer pays what for a service: charged, allowed, paid and expected by contract, a unit, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _

from steward.billing.logic.measures import percent
from steward.billing.logic.report import Behind, Cell, Col, Line, Table, summed
from steward.billing.selectors.reports.whose import Asked
from steward.billing.selectors.underpaid import Service, services, whole_units
from steward.core.money import round_half_up


def table(asked: Asked) -> Table:
    """One line a code and payer (or a payer): what first payers answered in the span. Constant queries a 500 services."""
    groups: dict[tuple[str, str], list[Service]] = defaultdict(list)
    by_code = asked.by == "code"
    for row in services(asked.span.first, asked.span.last):
        groups[row.charge.code if by_code else "", str(row.payer.uid)].append(row)
    best = _best(groups) if by_code else {}
    lines = []
    for (code, payer), own in sorted(
        groups.items(), key=lambda pair: (pair[0][0], -_allowed_a_unit(pair[1]), pair[0][1])
    ):
        cells: tuple[Cell, ...] = (own[0].payer.name, *_cells(own))
        days = (("answered_from", asked.span.first.isoformat()), ("answered_to", asked.span.last.isoformat()))
        given = (*days, ("payer", payer), *((("code", code),) if code else ()))
        lines.append(Line(
            f"{code}|{payer}", (code, *cells) if by_code else cells, Behind("billing:charges", given),
            "good" if best.get(code) == payer else "",
        ))  # fmt: skip
    columns = _columns(by_code)
    note = _("Only services that the payer allowed are averaged; the best payer of a code that several paid is marked.")
    return Table(columns, tuple(lines), "allowed", summed(columns, lines, _("Sum"), **dict.fromkeys(EACH)), (), (note,))


#: Columns of one unit, which are averages and never added.
EACH = ("charge", "allowed", "paid", "expected")


def _columns(by_code: bool) -> tuple[Col, ...]:
    head: tuple[Col, ...] = (Col("code", _("Code"), "code"),) if by_code else ()
    return (
        *head, Col("payer", _("Payer"), "text"), Col("services", _("Services"), "number"), Col("denied", _("Denied"), "number"),
        Col("units", _("Units allowed"), "number"), Col("charge", _("Charge a unit"), "money"),
        Col("allowed", _("Allowed a unit"), "money"), Col("paid", _("Paid a unit"), "money"),
        Col("expected", _("Contract a unit"), "money"), Col("short", _("Below contract"), "money"),
        Col("share", _("Allowed of charge"), "percent"),
    )  # fmt: skip


def _cells(rows: Sequence[Service]) -> tuple[Cell, ...]:
    good = [row for row in rows if row.allowed_cents is not None]
    priced = [row for row in good if row.expected_cents is not None]
    units, priced_units = _units(good), _units(priced)
    charge, allowed = sum(row.charge.charge_cents for row in good), sum(row.allowed_cents or 0 for row in good)
    short = sum((row.expected_cents or 0) - (row.allowed_cents or 0) for row in priced)
    return (
        len(rows), len(rows) - len(good), units, _each(charge, units), _each(allowed, units),
        _each(sum(row.paid_cents for row in good), units),
        _each(sum(row.expected_cents or 0 for row in priced), priced_units), short if priced else None,
        percent("share", allowed, charge).tenths,
    )  # fmt: skip


def _units(rows: Sequence[Service]) -> int:
    return sum(whole_units(row.charge.units) for row in rows)


def _each(cents: int, units: int) -> int | None:
    return round_half_up(cents, units) if units else None


def _allowed_a_unit(rows: Sequence[Service]) -> int:
    good = [row for row in rows if row.allowed_cents is not None]
    return _each(sum(row.allowed_cents or 0 for row in good), _units(good)) or 0


def _best(groups: dict[tuple[str, str], list[Service]]) -> dict[str, str]:
    """Code -> the payer that allows most a unit, of codes that at least two payers allowed."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (code, payer), own in groups.items():
        if cents := _allowed_a_unit(own):
            found[code].append((cents, payer))
    return {code: max(own)[1] for code, own in found.items() if len(own) > 1}
