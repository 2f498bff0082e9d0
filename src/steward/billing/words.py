"""How billing says what happened to a charge: one sentence an event, for the account's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from steward.billing.logic.account import BUCKETS, Event, Kind
from steward.core.money import TRUE_MINUS, format_cents, format_dollars_file

ROLES = {
    "contractual": lambda: _("the contract with the payer"),
    "sequestration": lambda: _("sequestration"),
    "denial_writeoff": lambda: _("a denial given up"),
    "capitation_contra": lambda: _("capitation"),
    "charity": lambda: _("hardship"),
    "bad_debt": lambda: _("bad debt"),
    "admin_writeoff": lambda: _("a small balance"),
    "withhold_receivable": lambda: _("withheld by the payer"),
    "incentive_revenue": lambda: _("the payer's incentive"),
}


def say(event: Event, names: Mapping[int, str]) -> str:
    """The event as a sentence; ``names`` are payers by party."""
    payer = names.get(event.payer or 0) or _("the payer")
    words = {"amount": format_cents(event.cents), "payer": payer, "entry": event.entry, "why": _why(event.role)}
    if event.kind == Kind.CHARGED and event.payer is None:
        return _("%(amount)s was charged to the patient.") % words
    return _sentence(event.kind) % words


def _why(role: str) -> str:
    return ROLES[role]() if role in ROLES else role.replace("_", " ")


def _sentence(kind: Kind) -> str:
    return {
        Kind.CHARGED: _("%(amount)s was charged to %(payer)s."),
        Kind.VOIDED: _("The charge of %(amount)s was voided."),
        Kind.PAYER_PAID: _("%(payer)s paid %(amount)s."),
        Kind.PAYER_TOOK_BACK: _("%(payer)s took back %(amount)s."),
        Kind.PATIENT_PAID: _("The patient's payment of %(amount)s was put to it."),
        Kind.PATIENT_GIVEN_BACK: _("%(amount)s was given back to the patient."),
        Kind.RETURNED: _("A payment of %(amount)s came back; it is owed again."),
        Kind.WRITTEN_OFF: _("%(amount)s was written off: %(why)s."),
        Kind.WRITE_OFF_BACK: _("%(amount)s written off came back: %(why)s."),
        Kind.TO_PATIENT: _("%(payer)s left %(amount)s for the patient to pay."),
        Kind.TO_PAYER: _("%(amount)s went on to %(payer)s."),
        Kind.CREDIT_ASIDE: _("%(amount)s paid too much was set aside as a credit."),
        Kind.REFUND_DUE: _("A refund of %(amount)s was signed."),
        Kind.TAKEN_BACK: _("An earlier entry was taken back (entry %(entry)s)."),
    }[kind]


def age_heads() -> list[str]:
    """The columns of an ageing, in words."""
    return [
        _("%d to %d days") % (first, last) if last is not None else _("over %d days") % (first - 1)
        for first, last in BUCKETS
    ]


def tenths(value: int) -> str:
    """``1234`` -> ``123.4``; a minus is a true one."""
    return f"{TRUE_MINUS if value < 0 else ''}{abs(value) // 10:,}.{abs(value) % 10}"


def cell_words(kind: str, value: str | int | date | None) -> str:
    """A cell of a report as a person reads it."""
    if value is None:
        return "–" if kind in ("percent", "days", "points") else ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if kind == "percent":
        return f"{tenths(value)} %"
    if kind == "days":
        return _("%s d") % tenths(value)
    return format_cents(value) if kind in ("money", "points") else f"{value:,}"


def cell_file(kind: str, value: str | int | date | None) -> str:
    """A cell of a report as a file has it: dollars and rates with a point, numbers bare."""
    if isinstance(value, int):
        if kind in ("money", "points"):
            return format_dollars_file(value)
        if kind in ("percent", "days"):
            return f"{'-' if value < 0 else ''}{abs(value) // 10}.{abs(value) % 10}"
    return "" if value is None else str(value)
