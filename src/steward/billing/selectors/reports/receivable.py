"""The ageing as a report: one line an account, payer, patient or provider as of the span's last day, tied to the control accounts."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.billing.logic.report import Behind, Col, Line, Proof, Table, summed
from steward.billing.selectors.reports.ageing import AgeRow, ageing
from steward.billing.selectors.reports.whose import Asked
from steward.billing.words import age_heads
from steward.registry.logic.names import initials


def table(asked: Asked, masked: bool = False) -> Table:
    """As of ``asked.span.last``. Five queries, and one per 500 names. With ``masked``, patients by their initials."""
    day = asked.span.last
    found = ageing(day, asked.by)
    columns = (
        Col("who", _("Whose")), *(Col(f"age{n}", head, "money") for n, head in enumerate(age_heads())),
        Col("sum", _("Sum"), "money"), Col("items", _("Items"), "number"),
    )  # fmt: skip
    lines = tuple(
        Line(_key(row), (_name(row, asked.by, masked), *row.columns, row.cents, row.items), _behind(row, asked))
        for row in found.rows
    )
    proof = Proof(_("the control accounts of insurance and patients"), found.cents, found.control_cents)
    uids = tuple(str(row.party.uid) for row in found.rows if row.party) if asked.by == "patient" and not masked else ()
    return Table(columns, lines, "sum", summed(columns, lines, _("Sum")), (proof,), (), uids)


def _key(row: AgeRow) -> str:
    return f"{row.role}|{row.party.uid if row.party else ''}"


def _behind(row: AgeRow, asked: Asked) -> Behind:
    given = [("day", asked.span.last.isoformat()), ("by", asked.by)]
    given += [("who", str(row.party.uid))] if row.party else []
    return Behind("billing:report_rows", (*given, *([("role", row.role)] if row.role else [])))


def _name(row: AgeRow, by: str, masked: bool) -> str:
    if row.party is None:
        if row.role == "ar_patient" and by != "patient":
            return _("Patients")
        return _("Insurance") if by == "age" else _("Unassigned")
    if by == "patient" and masked:
        return initials(row.party.first_name, row.party.last_name) or "–"
    return row.party.name
