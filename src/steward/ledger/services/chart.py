"""The chart of accounts: shipped, then grown; never shrunk."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import DatabaseError
from django.utils.translation import gettext as _

from steward.core.refusals import refuse
from steward.core.service import Call, note, service
from steward.ledger.logic.chart import ChartAccount, ChartError, read, shipped
from steward.ledger.models import Account
from steward.ledger.services.posting import from_guard


@service("ledger.install_chart", "account.write", says="set up the chart of accounts")
def install_chart(call: Call, *, extra: Sequence[dict[str, str]] = ()) -> int:
    """The shipped chart and the practice's own additions (rows as in chart.toml); how many accounts were made.

    Safe to repeat: what exists stays as it is. Refuses ``chart`` with the account and the mend.
    """
    try:
        own = read(extra)
    except ChartError as error:
        raise refuse("chart", str(error), _("Mend the account and try again.")) from error
    if clash := sorted({a.code for a in own} & {a.code for a in shipped()}):
        raise refuse("chart", _("Code %s is taken by the shipped chart.") % clash[0], _("Choose a free code."))
    present = set(Account.objects.values_list("code", flat=True))
    made = Account.objects.bulk_create(_row(a) for a in (*shipped(), *own) if a.code not in present)
    note(refs=[f"account:{a.code}" for a in made] or ["account:none"])
    return len(made)


def _row(account: ChartAccount) -> Account:
    return Account(
        code=account.code, name=account.name, kind=account.kind, normal_side=account.side,
        role=account.role or None, control_of=account.control_of,
    )  # fmt: skip


@service("ledger.add_account", "account.write", says="added an account")
def add_account(
    call: Call, *, code: str, name: str, kind: str, normal_side: str = "", parent: Account | None = None
) -> Account:
    """Add one account. ``normal_side`` empty means its kind's. Refuses ``code_taken`` and ``chart``."""
    row = {"code": code.strip(), "name": name.strip(), "kind": kind}
    try:
        (account,) = read([{**row, "side": normal_side} if normal_side else row])
    except ChartError as error:
        raise refuse("chart", str(error), _("Mend it and try again."), field="code") from error
    if Account.objects.filter(code=account.code).exists():
        raise refuse("code_taken", _("Account %s exists.") % account.code, _("Choose a free code."), field="code")
    if parent is not None and parent.kind != kind:
        message = _("An account below %s is of its kind.") % parent
        raise refuse("chart", message, _("Choose the same kind, or no parent."), field="parent")
    made = _row(account)
    made.parent = parent
    made.save(force_insert=True)
    note(made, fields=["code", "name", "kind", "normal_side"])
    return made


@service("ledger.change_account", "account.write", says="changed an account")
def change_account(call: Call, *, account: Account, name: str | None = None, active: bool | None = None) -> Account:
    """Rename, close or reopen an account. An account with a role stays open: rules post to it."""
    fields = []
    if name is not None and name.strip() and name.strip() != account.name:
        account.name, fields = name.strip()[:80], ["name"]
    if active is not None and active != account.active:
        if not active and account.role:
            message = _("Account %(code)s is where %(role)s is booked.") % {"code": account.code, "role": account.role}
            raise refuse("account_role", message, _("It stays open as long as rules post to it."), field="active")
        account.active = active
        fields.append("active")
    if fields:
        try:
            account.save(update_fields=fields)
        except DatabaseError as error:
            raise from_guard(error)
    note(account, fields=fields)
    return account
