"""Finishing a statement day of a bank account, reopening one, and tying a bank line to what stands in the books already."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking.models import BankAccount, BankLine, Match, MatchPart, Reconciliation
from steward.banking.selectors.reconciliations import candidates, finished_through, sheet
from steward.core.ids import new_uid
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service


@service("banking.tie_line", "bank.import", says="tied a bank line to the books")
def tie_line(call: Call, *, line: BankLine, book_line: int) -> Match:
    """Say that a bank line is a line that stands on the bank account in the books already (a check written, a loan payment by
    schedule): same cents, nothing is posted. Refuses ``not_open`` and ``no_candidate``.
    """
    line = BankLine.objects.select_for_update(of=("self",)).select_related("bank_account__account").get(pk=line.pk)
    if line.parts.filter(live=True).exists():
        raise refuse("not_open", _("This line is matched already."), _("Undo its match first."))
    chosen = next((row for row in candidates(line) if row.pk == book_line), None)
    if chosen is None:
        raise refuse("no_candidate", _("No line of the books is like it."), _("Choose one of the same amount, or explain the line."))
    match = Match(
        uid=new_uid(), bank_account=line.bank_account, rule="book", matched_at=call.now, matched_by_id=call.user_id,
        entry=chosen.entry.number, book_line=chosen,
    )  # fmt: skip
    try:
        with transaction.atomic():
            match.save(force_insert=True)
            MatchPart.objects.create(match=match, line=line)
    except IntegrityError:
        raise refuse("not_open", _("A colleague matched one of them just now."), _("Look at the list again."))
    note(match, refs=[f"entry:{match.entry}"])
    return match


@service("banking.finish_reconciliation", "bank.import", says="finished a reconciliation")
def finish_reconciliation(call: Call, *, account: BankAccount, statement_on: date) -> Reconciliation:
    """Keep the account as held against its statement of a day; what is in it can no longer be undone.

    Refuses ``earlier`` (a day not after the last finished one), ``no_statement`` (no statement closes on it), ``unbooked`` with how
    many lines of the bank nothing answers, ``differs`` with the difference. Done twice, it is done once.
    """
    account = BankAccount.objects.select_for_update(of=("self",)).select_related("account").get(pk=account.pk)
    before = account.reconciliations.filter(reopened_at=None, statement_on=statement_on).first()
    if before is not None:
        return before
    last = finished_through(account)
    if last is not None and statement_on <= last:
        raise refuse("earlier", _("It is reconciled through %s.") % last.isoformat(), _("Reopen the later one first."), field="statement_on")
    found = sheet(account, statement_on)
    if found.bank_cents is None or found.stated_on != statement_on:
        said = found.stated_on.isoformat() if found.stated_on else _("none")
        fix = _("Choose the last day of a statement; the latest up to then closes on: %s.") % said
        raise refuse("no_statement", _("No statement closes on that day."), fix, field="statement_on")
    if found.unbooked:
        message = _("%s lines of the bank are not in the books.") % len(found.unbooked)
        raise refuse("unbooked", message, _("Match or explain each of them."))
    if found.difference_cents:
        message = _("The books differ by %s.") % format_cents(found.difference_cents)
        raise refuse("differs", message, _("Find the entry that names the bank account without being at the bank."))
    row = Reconciliation.objects.create(
        bank_account=account, statement_on=statement_on, bank_cents=found.bank_cents, book_cents=found.book_cents,
        outstanding_cents=found.outstanding_cents, sheet=found.as_json(), finished_at=call.now, finished_by_id=call.user_id,
    )  # fmt: skip
    note(row)
    return row


@service("banking.reopen_reconciliation", "bank.accounts", says="reopened a reconciliation")
def reopen_reconciliation(call: Call, *, row: Reconciliation, reason: str) -> Reconciliation:
    """Open a finished day again; its sheet stays written. Refuses ``no_reason``, ``undone``, ``later`` (a later day is finished)."""
    row = Reconciliation.objects.select_for_update(of=("self",)).select_related("bank_account").get(pk=row.pk)
    if row.reopened_at:
        raise refuse("undone", _("It was reopened before."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("Reopening needs a reason."), _("Say what has to be put right."), field="reason")
    last = finished_through(row.bank_account)
    if last is not None and last > row.statement_on:
        raise refuse("later", _("%s is finished, after it.") % last.isoformat(), _("Reopen the later one first."))
    row.reopened_at, row.reopened_by_id, row.reopen_reason = call.now, call.user_id, reason.strip()[:200]
    row.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
    note(row, fields=["reopened_at"], reason=reason.strip())
    return row
