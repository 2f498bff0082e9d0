"""The verbs of owners: named with their accounts, given shares from a day on, and a year's result drafted to their capital."""

from __future__ import annotations

from datetime import date
from uuid import NAMESPACE_OID, uuid5

from django.utils.translation import gettext as _

from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service
from steward.ledger.logic.owners import among
from steward.ledger.models import Account, Distribution, Owner, OwnerShare
from steward.ledger.selectors.owners import Year, year
from steward.ledger.selectors.registers import month_open
from steward.ledger.services.journals import JournalState, draft_journal, submit_journal
from steward.ledger.types import LineDraft

VOUCHERS = uuid5(NAMESPACE_OID, "steward.ledger.distribution")


@service("ledger.add_owner", "owner.write", says="named an owner of the practice")
def add_owner(call: Call, *, name: str, capital: str, draws: str = "", starts_on: date, weight: int) -> Owner:
    """An owner with the account of the capital, that of the draws, and the first share. Refuses ``no_name``, ``account`` (no equity
    account, or another owner's) and ``weight``."""
    if not name.strip():
        raise refuse("no_name", _("An owner has a name."), _("Type it."), field="name")
    equity = {row.code: row for row in Account.objects.filter(kind="equity", active=True)}
    for code, field in ((capital, "capital"), (draws, "draws")):
        if (code and code not in equity) or not capital:
            raise refuse("account", _("%s is no account of equity.") % (code or "–"), _("Add one for each owner to the chart."), field=field)
    if Owner.objects.filter(capital=equity[capital]).exists():
        raise refuse("account", _("%s is another owner's.") % capital, _("Each owner has one of their own."), field="capital")
    row = Owner.objects.create(
        name=name.strip()[:120], capital=equity[capital], draws=equity.get(draws), made_at=call.now, made_by_id=call.user_id
    )
    _put(row, starts_on, weight, call)
    note(row, fields=["name", "capital", "draws"])
    return row


@service("ledger.put_share", "owner.write", says="changed an owner's share")
def put_share(call: Call, *, owner: Owner, starts_on: date, weight: int) -> OwnerShare:
    """A share from a day on; 0 for one who has left. Refuses ``weight`` and ``known`` (a share of this day stands)."""
    row = _put(owner, starts_on, weight, call)
    note(owner, fields=["shares"])
    return row


def _put(owner: Owner, starts_on: date, weight: int, call: Call) -> OwnerShare:
    if not 0 <= weight <= 1_000_000:
        raise refuse("weight", _("A share is 0 to 1,000,000 parts."), _("Shares count beside each other: 50 and 50, or 2 and 1."), field="weight")
    if OwnerShare.objects.filter(owner=owner, starts_on=starts_on).exists():
        raise refuse("known", _("A share of this day stands."), _("Put another from a later day."), field="starts_on")
    return OwnerShare.objects.create(owner=owner, starts_on=starts_on, weight=weight, made_at=call.now, made_by_id=call.user_id)


@service("ledger.distribute_year", "journal.write", says="drafted a year's result to its owners")
def distribute_year(call: Call, *, first_on: date) -> JournalState:
    """Draft and submit the entry that takes what of a year's result is not distributed yet from retained earnings to the owners' capital,
    and their draws of the year with it; a second person signs as always.

    Refuses ``no_owner``, ``not_over`` (the year goes on), ``nothing`` and ``waiting`` (an earlier draft waits for its signature).
    """
    found = year(first_on)
    if not found.shares:
        raise refuse("no_owner", _("Nobody is named as an owner."), _("Name the owners with their accounts first."))
    if found.last_on >= call.today:
        raise refuse("not_over", _("The year goes on until %s.") % found.last_on.isoformat(), _("Come back when it is over."))
    if found.waiting:
        raise refuse("waiting", _("Its entry waits for a signature."), _("Open it from the approvals."))
    lines = _lines(found)
    if not lines:
        raise refuse("nothing", _("The whole result is distributed."), _("Nothing is left to do."))
    voucher = uuid5(VOUCHERS, f"{first_on.isoformat()}:{found.rounds}")
    Distribution.objects.get_or_create(voucher=voucher, defaults={"first_on": first_on, "made_at": call.now, "made_by_id": call.user_id})
    day = found.last_on if month_open(found.last_on) else call.today
    memo = _("Result of %(year)s to the owners: %(cents)s") % {"year": found.name, "cents": format_cents(found.left_cents, true_minus=False)}
    draft_journal(call, uid=voucher, date=day, memo=memo[:200], lines=lines)
    return submit_journal(call, uid=voucher)


def _lines(found: Year) -> list[LineDraft]:
    try:
        parts = among(found.left_cents, found.shares, found.first_on, found.last_on)
    except ValueError as error:
        raise refuse("no_owner", _("Nobody holds a share of this year."), _("Give each owner a share from its first day on.")) from error
    lines = [LineDraft(role="retained_earnings", cents=found.left_cents)] if found.left_cents else []
    for owner in found.owners:
        drawn = found.open_draws.get(owner.pk, 0)
        change = drawn - parts.get(owner.pk, 0)
        if change:
            lines.append(LineDraft(account=owner.capital.code, cents=change))
        if drawn and owner.draws is not None:
            lines.append(LineDraft(account=owner.draws.code, cents=-drawn))
    return lines
