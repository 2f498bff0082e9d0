"""Letters to payers: the appeal of a denial, and one letter about many services paid below contract.

Drawn from the row's snapshot alone, so the same letter gives the same bytes whenever it is printed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from steward.billing.models import Appeal, Dispute
from steward.core.clock import local_day, practice_zone
from steward.core.money import format_cents
from steward.core.paper import Facts, Grid, Money, Paper, Signatures, Text, pdf


def appeal_pdf(row: Appeal) -> bytes:
    """The appeal as paper, in the practice's letterhead."""
    told = row.told
    parts: list[Any] = [
        Text(", ".join([told["payer"], *told["address"]])),
        Text(_appeal_asks(row), big=True),
        Facts([(label, value) for label, value in _facts(row) if value]),
        *(Text(one) for one in _paragraphs(row.argument)),
        Text(_closing(told)),
        Signatures([(_("For the practice"), "")]),
    ]
    return pdf(Paper(
        title=_("Appeal, %(level)s") % {"level": told["level"].lower()}, practice=told["practice"],
        address=told["practice_address"], parts=parts, under=_day((row.sent_on or local_day(row.made_at, practice_zone())).isoformat()),
        reference=told.get("claim", ""),
    ))  # fmt: skip


def appeal_letter(row: Appeal) -> str:
    """The same in plain text, for the outbox."""
    told = row.told
    facts = [f"{label}: {format_cents(v.cents or 0) if isinstance(v, Money) else v}" for label, v in _facts(row) if v]
    return "\n".join([
        told["practice"], told["practice_address"], "", told["payer"], *told["address"], "",
        _("Appeal, %(level)s") % {"level": told["level"].lower()}, _appeal_asks(row), "", *facts, "", row.argument, "",
        _closing(told),
    ])  # fmt: skip


def _appeal_asks(row: Appeal) -> str:
    return _("We ask you to pay %(amount)s that you refused.") % {"amount": format_cents(row.asked_cents, symbol=True)}


def _facts(row: Appeal) -> list[tuple[str, Any]]:
    told = row.told
    service = " ".join(one for one in (told.get("code", ""), told.get("modifiers", "")) if one)
    return [
        (_("To"), told["to"]), (_("Our claim"), told.get("claim", "")), (_("Your claim"), told["control"]),
        (_("Patient"), told.get("patient", "")), (_("Born"), _day(told.get("born", ""))),
        (_("Member number"), told.get("member", "")), (_("Provider"), told.get("provider", "")),
        (_("NPI"), told.get("npi", "")), (_("Day of service"), _day(told.get("day", ""))), (_("Service"), service),
        (_("Diagnoses"), told.get("diagnoses", "")), (_("Authorisation"), told.get("auth", "")),
        (_("Charge"), Money(told["charge"]) if "charge" in told else ""),
        (_("Sent to you"), _dated(told.get("sent", ""), told.get("file", ""))),
        (_("Taken by you"), _dated(told.get("accepted", ""), told.get("accepted_control", ""))),
        (_("Your answer of"), _day(told["answered"])),
        (_("Remittance"), told["trace"]), (_("Your reason"), " ".join(x for x in (told["reason"], told["remarks"]) if x)),
        (_("Refused"), Money(told["denied"])),
    ]  # fmt: skip


def dispute_pdf(row: Dispute) -> bytes:
    """The letter about underpayments as paper: every service with what was allowed and what the contract says."""
    told = row.told
    lines = told["lines"]
    none = Money(None)
    grid = Grid(
        (_("Your claim"), _("Our claim"), _("Patient"), _("Day"), _("Service"), _("Allowed"), _("Contract"), _("Short")),
        [(one["control"], one["claim"], one["patient"], _day(one["day"]), one["code"], Money(one["allowed"]),
          Money(one["expected"]), Money(one["expected"] - one["allowed"])) for one in lines],
        foot=(_("Sum"), "", "", "", "", none, none, Money(row.asked_cents)), widths=(4, 3, 4, 4, 2, 3, 3, 3),
    )  # fmt: skip
    parts: list[Any] = [
        Text(", ".join([told["payer"], *told["address"]])), Text(_dispute_asks(row), big=True), Text(_dispute_intro(row)),
        grid, Text(_closing(told)), Signatures([(_("For the practice"), "")]),
    ]  # fmt: skip
    return pdf(Paper(
        title=_("Payments below contract"), practice=told["practice"], address=told["practice_address"], parts=parts,
        under=_day(row.sent_on.isoformat()), reference=_("Letter %(number)s") % {"number": row.number},
    ))  # fmt: skip


def dispute_letter(row: Dispute) -> str:
    """The same in plain text, for the outbox."""
    told = row.told
    lines = [
        f"{one['control'] or one['claim']}  {one['patient']}  {_day(one['day'])}  {one['code']}"
        f"  {format_cents(one['allowed'])}  {format_cents(one['expected'])}"
        for one in told["lines"]
    ]
    return "\n".join([
        told["practice"], told["practice_address"], "", told["payer"], *told["address"], "", _dispute_asks(row),
        _dispute_intro(row), "", *lines, "", _closing(told),
    ])  # fmt: skip


def _dispute_asks(row: Dispute) -> str:
    return _("We ask you to pay %(amount)s more.") % {"amount": format_cents(row.asked_cents, symbol=True)}


def _dispute_intro(row: Dispute) -> str:
    return _(
        "You allowed less for these services than our contract with you says. Please correct them, or tell us by %(day)s"
        " which term of the contract you applied."
    ) % {"day": _day(row.answer_by.isoformat())}


def _closing(told: dict[str, Any]) -> str:
    if told["phone"]:
        return _("Please answer in writing. For questions call us: %(phone)s.") % {"phone": told["phone"]}
    return _("Please answer in writing.")


def _dated(day: str, name: str) -> str:
    return ", ".join(one for one in (_day(day), name) if one) if day else ""


def _paragraphs(text: str) -> list[str]:
    return [one.strip() for one in text.replace("\r\n", "\n").split("\n\n") if one.strip()]


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT") if text else ""
