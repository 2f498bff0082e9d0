"""A statement as paper and as the text of a letter, in the guarantor's language, from its snapshot alone.

The same statement gives the same bytes whenever it is printed: nothing is read but the row.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from steward.billing.models import Statement
from steward.core.money import format_cents
from steward.core.paper import Facts, Grid, Money, Paper, Text, pdf


def statement_pdf(row: Statement, language: str = "") -> bytes:
    """The paper, in the statement's language or another of ours."""
    with translation.override(language or row.language):
        told = row.told
        parts: list[Any] = [
            Text("\n".join([told["name"], *told["address"]]).replace("\n", ", ")),
            Text(_("Please pay %(amount)s by %(day)s") % _asked(row), big=True),
            Text(_intro(row)),
            _lines(row), *_ahead(row), *(Text(one) for one in _closing(row)),
        ]  # fmt: skip
        return pdf(Paper(
            title=_("Your statement"), practice=told["practice"], address=told["practice_address"], parts=parts,
            under=_day(row.made_on), reference=_("Statement %(number)s") % {"number": row.number},
            language=language or row.language,
        ))  # fmt: skip


def statement_letter(row: Statement) -> str:
    """The same in plain text, for the outbox."""
    with translation.override(row.language):
        told = row.told
        lines = [
            f"{_day(_iso(one['day']))}  {one['patient']}  {_service(one)}  {format_cents(one['owed'], symbol=True)}"
            for one in told["lines"]
        ]
        earlier = [f"{_('Earlier balance')}  {format_cents(told['earlier'], symbol=True)}"] if told["earlier"] else []
        return "\n".join([
            told["practice"], told["practice_address"], "", told["name"], *told["address"], "",
            _("Statement %(number)s") % {"number": row.number} + ", " + _day(row.made_on), "",
            _("Please pay %(amount)s by %(day)s") % _asked(row), "", _intro(row), "", *lines, *earlier, "",
            *_prepaid_words(row), *_closing(row),
        ])  # fmt: skip


def _asked(row: Statement) -> dict[str, str]:
    return {"amount": format_cents(row.cents, symbol=True), "day": _day(row.due_on)}


def _service(line: dict[str, Any]) -> str:
    """What a line is for: the service's code, or in words what no claim has."""
    words = {
        "no_show": _("Missed appointment"),
        "form": _("Form or letter"),
        "records": _("Copies of records"),
        "returned": _("Returned payment"),
    }
    return str(line["code"] or words.get(line.get("kind", ""), line.get("what", "")))


def _intro(row: Statement) -> str:
    if row.told.get("holder"):
        return _("This is what stands open on your account with us.")
    return _(
        "This is what is yours to pay after your insurance has answered. What your insurance still has to decide is not in it."
    )


def _lines(row: Statement) -> Grid:
    told = row.told
    rows: list[tuple[Any, ...]] = [
        (_short(_iso(one["day"])), one["patient"], _service(one), Money(one["charge"]), Money(one["insurance"]),
         Money(one["off"]), Money(one["paid"]), Money(one["owed"]))
        for one in told["lines"]
    ]  # fmt: skip
    if told["earlier"]:
        none = Money(None)
        rows.append(("", _("Earlier balance"), "", none, none, none, none, Money(told["earlier"])))
    heads = (
        _("Day"),
        _("Patient"),
        _("Service"),
        _("Charge"),
        _("Insurance paid"),
        _("Taken off"),
        _("You paid"),
        _("You owe"),
    )
    none = Money(None)
    foot = (_("Sum"), "", "", none, none, none, none, Money(told["owed"]))
    return Grid(heads, rows, foot=foot, widths=(4, 5, 3, 3, 3, 3, 3, 3))


def _ahead(row: Statement) -> list[Any]:
    if not row.told["prepaid"]:
        return []
    return [Facts([
        (_("You paid ahead"), Money(row.told["prepaid"])), (_("Left to pay"), Money(row.cents)),
    ])]  # fmt: skip


def _prepaid_words(row: Statement) -> list[str]:
    if not row.told["prepaid"]:
        return []
    return [f"{_('You paid ahead')}: {format_cents(row.told['prepaid'], symbol=True)}", ""]


def _closing(row: Statement) -> list[str]:
    phone = row.told["phone"]
    plan = row.told.get("plan")
    found = [
        _("Your payment of %(amount)s of %(day)s was returned to us unpaid; what it had paid is open again.")
        % {"amount": format_cents(one["cents"], symbol=True), "day": _day(_iso(one["day"]))}
        for one in row.told.get("returned", [])
    ]
    if plan:
        words = {"amount": format_cents(plan["cents"], symbol=True), "day": _day(_iso(plan["next_due"]))}
        found.append(
            _(
                "You have a payment plan: the next %(amount)s is due on %(day)s. If you keep to it, nothing else is needed."
            )
            % words
        )
    found.append(_("Pay at the front desk, or send a check with the number of this statement on it."))
    found.append(
        _(
            "If you cannot pay all of it at once, ask us for a payment plan. If you cannot pay, ask about help with the bill."
        )
    )
    call = _("If something is not right, call us: %(phone)s.") % {"phone": phone}
    found.append(call if phone else _("If something is not right, tell us."))
    return found


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _short(day: date) -> str:
    """A day that fits a column and reads the same to everybody: 11/2 and 2/11 do not."""
    return date_format(day, _("M j, Y"))


def _iso(text: str) -> date:
    return date.fromisoformat(text)
