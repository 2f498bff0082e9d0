"""Bank accounts and drawers: what there is to hold money."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from steward.banking.logic.bank_csv import Profile
from steward.banking.models import BankAccount, CsvProfile, Drawer
from steward.banking.services.books import post
from steward.core.service import Call, note, refuse, service
from steward.ledger.selectors import account_id
from steward.ledger.types import LineDraft
from steward.registry.models import Entity, Site


@service("banking.open_bank_account", "bank.accounts", says="opened a bank account")
def open_bank_account(
    call: Call,
    *,
    code: str,
    name: str = "",
    routing: str = "",
    number: str = "",
    opening_cents: int | None = None,
    opening_on: date | None = None,
    entity: Entity | None = None,
    credit_line_cents: int = 0,
    book_opening: bool = True,
    unproved_routing: bool = False,
) -> BankAccount:
    """Tie an account of the chart (by `code`) to an account at a bank, and book its opening balance against equity.

    Refuses `bank_account_exists`, `routing` (wrong check digit), `opening` (a balance without its day), and what the
    ledger refuses. `book_opening` False leaves the opening balance to an opening journal of the caller;
    `unproved_routing` takes a routing number as a file gives it (`doctor` names it).
    """
    account = account_id(code=code)
    if BankAccount.objects.filter(account_id=account).exists():
        raise refuse(
            "bank_account_exists", _("Account %s already stands for a bank account.") % code, _("Choose another.")
        )
    if routing and not unproved_routing and not routing_ok(routing):
        message = _("%s is no routing number: its check digit is wrong.") % routing
        raise refuse("routing", message, _("Read it from a check."), field="routing")
    if (opening_cents is None) != (opening_on is None):
        raise refuse("opening", _("An opening balance needs its day."), _("Give both or neither."), field="opening_on")
    row = BankAccount.objects.create(
        account_id=account,
        entity=entity or Entity.objects.get(is_practice=True),
        name=name or _("Bank account %s") % code,
        routing=routing,
        number=number,
        last4="".join(char for char in number if char.isdigit())[-4:],
        opening_cents=opening_cents,
        opening_on=opening_on,
        credit_line_cents=credit_line_cents,
    )
    if book_opening:
        _book_opening(call, row)
    note(row, fields=["name", "routing", "number"])
    return row


def _book_opening(call: Call, row: BankAccount) -> None:
    if not row.opening_cents or row.opening_on is None:
        return
    code, entity = row.account.code, row.entity_id
    lines = (
        LineDraft(account=code, cents=row.opening_cents, item=f"bank:{row.uid}", entity=entity),
        LineDraft(role="retained_earnings", cents=-row.opening_cents, entity=entity),
    )
    post(
        call, "opening", row.uid, lines=lines, day=row.opening_on, memo=f"Opening balance of account {code}",
        journal="opening", source="bankaccount",
    )  # fmt: skip


@service("banking.change_bank_account", "bank.accounts", says="changed a bank account")
def change_bank_account(
    call: Call,
    *,
    account: BankAccount,
    name: str | None = None,
    routing: str | None = None,
    number: str | None = None,
    opening_cents: int | None = None,
    opening_on: date | None = None,
    credit_line_cents: int | None = None,
) -> BankAccount:
    """Change what is known of a bank account; None stays. The opening balance is set once, before any statement.

    Refuses `routing`, `opening` and `number` (another number than the statements already imported are of).
    """
    row = BankAccount.objects.select_for_update(of=("self",)).select_related("account").get(pk=account.pk)
    if routing and not routing_ok(routing):
        message = _("%s is no routing number: its check digit is wrong.") % routing
        raise refuse("routing", message, _("Read it from a check."), field="routing")
    changed: dict[str, Any] = {"name": name, "routing": routing, "credit_line_cents": credit_line_cents}
    if number is not None and number != row.number:
        if row.statements.exists():
            message = _("Statements of the number it has now were imported.")
            raise refuse("number", message, _("Open another bank account for the new number."), field="number")
        changed |= {"number": number, "last4": "".join(char for char in number if char.isdigit())[-4:]}
    opens = opening_cents is not None or opening_on is not None
    if opens:
        if None in (opening_cents, opening_on) or row.opening_on is not None or row.statements.exists():
            message = _("An opening balance is set once, with its day, before the first statement.")
            raise refuse("opening", message, _("Book a difference as an entry."), field="opening_cents")
        changed |= {"opening_cents": opening_cents, "opening_on": opening_on}
    fields = {key: value for key, value in changed.items() if value is not None}
    for key, value in fields.items():
        setattr(row, key, value)
    row.save(update_fields=list(fields))
    if opens:
        _book_opening(call, row)
    note(row, fields=list(fields))
    return row


@service("banking.save_csv_profile", "bank.import", says="saved how a bank writes its CSV")
def save_csv_profile(call: Call, *, account: BankAccount, profile: Profile) -> CsvProfile:
    """Keep how this account's bank writes its CSV; an earlier one is replaced. Refuses `profile`: it could read nothing."""
    if wrong := profile.fault():
        raise refuse("profile", wrong, _("Correct the columns."))
    BankAccount.objects.select_for_update().get(pk=account.pk)
    said = {"body": profile.as_json(), "saved_at": call.now, "saved_by_id": call.user_id}
    row, _new = CsvProfile.objects.update_or_create(bank_account=account, defaults=said)
    note(row, fields=["body"])
    return row


def routing_ok(routing: str) -> bool:
    """ABA routing number: nine digits not all zero, weights 3 7 1, sum divisible by ten (ABA Routing Number Policy)."""
    if len(routing) != 9 or not routing.isascii() or not routing.isdigit() or not int(routing):
        return False
    return sum(int(digit) * weight for digit, weight in zip(routing, (3, 7, 1) * 3, strict=True)) % 10 == 0


@service("banking.make_drawer", "bank.accounts", says="set up a drawer")
def make_drawer(call: Call, *, name: str, site: Site, float_cents: int = 0) -> Drawer:
    """Set up a till at a site, with what it usually starts the day with. Refuses `drawer_exists` and `amount`."""
    name = name.strip()
    if not name or Drawer.objects.filter(name=name).exists():
        raise refuse(
            "drawer_exists", _("There is a drawer named %s, or it has no name.") % name, _("Name it."), field="name"
        )
    if float_cents < 0:
        raise refuse("amount", _("A float is not negative."), _("Type the float."), field="float_cents")
    return Drawer.objects.create(name=name, site=site, entity=site.entity, float_cents=float_cents)
