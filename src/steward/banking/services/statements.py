"""Importing what the bank said: once, proved, nothing doubled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking.logic.statement import BankLine as Line
from steward.banking.logic.statement import Plan, Problem, Statement, plan_import
from steward.banking.models import BankAccount, BankLine, StatementImport
from steward.banking.selectors import statements as ask
from steward.core.money import format_cents
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, refuse, service
from steward.ledger.services import store_document


@dataclass(frozen=True, slots=True)
class Source:
    """Which file a statement came from, and which part of it."""

    content: bytes
    sha256: str
    name: str
    kind: str
    part: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: `statement` is the primary key of the row; `duplicate` when it was there before."""

    statement: int
    new: int
    known: int
    duplicate: bool
    problems: tuple[Problem, ...] = ()


@service("banking.import_statement", "bank.import", says="imported a bank statement")
def import_statement(call: Call, *, account: BankAccount, statement: Statement, source: Source) -> Taken:
    """Keep one account's part of a bank file.

    The same file again, even fifty times at once, is `duplicate`. Lines seen in an overlapping file are recognised and
    not doubled. Refuses what the reader marked as blocking, `no_closing`, `unproved` (opening + sum is not the
    closing), `gap` (the statement before is missing), `before_first` and `wrong_account`.
    """
    account = BankAccount.objects.select_for_update().get(pk=account.pk)
    earlier = StatementImport.objects.filter(bank_account=account, sha256=source.sha256, part=source.part).first()
    if earlier is not None:
        return Taken(earlier.pk, 0, earlier.new_lines + earlier.known_lines, duplicate=True)
    closing_on = _refuse_unfit(account, statement)
    statement, left_out = _since_opening(account, statement)
    plan = _proved_plan(account, statement, closing_on)
    try:
        with transaction.atomic():
            row = _keep(call, account, statement, plan, source, closing_on)
    except IntegrityError:
        row = StatementImport.objects.get(bank_account=account, sha256=source.sha256, part=source.part)
        return Taken(row.pk, 0, row.new_lines + row.known_lines, duplicate=True)
    if account.number == "" and statement.account_id:
        _learn_number(account, statement)
    note(row, refs=[f"lines:{len(plan.new)}"])
    return Taken(row.pk, len(plan.new), plan.known, False, (*statement.problems, *left_out, *plan.problems))


def _refuse_unfit(account: BankAccount, statement: Statement) -> date:
    """The closing day, or the reasons why this statement cannot be taken."""
    if statement.blocked:
        raise Refused(*(Refusal(one.code, f"{one.place}: {one.message}", one.fix) for one in statement.blocked))
    if account.number and not ask.same_number(account.number, statement.account_id):
        message = _("The file is of another account than %s.") % account
        raise refuse("wrong_account", message, _("Choose the account it belongs to, or correct its number."))
    on = statement.closing_on or statement.ends_on
    if statement.closing_cents is None or on is None:
        message = _("The file gives no closing balance, so nothing proves that it is complete.")
        raise refuse("no_closing", message, _("Download the account's statement with its balance."))
    return on


def _since_opening(account: BankAccount, statement: Statement) -> tuple[Statement, tuple[Problem, ...]]:
    """Lines before the day the books opened are in the opening balance already: leave them out and say so."""
    if account.opening_on is None or statement.opening_cents is not None:
        return statement, ()
    kept = tuple(line for line in statement.lines if line.posted_on >= account.opening_on)
    gone = len(statement.lines) - len(kept)
    if not gone:
        return statement, ()
    words = _("%(count)s lines before %(day)s were left out: the opening balance holds them.")
    message = words % {"count": gone, "day": account.opening_on.isoformat()}
    return replace(statement, lines=kept), (Problem("before_opening", "file", message, _("Nothing to do.")),)


def _proved_plan(account: BankAccount, statement: Statement, closing_on: date) -> Plan:
    """What the import adds, once its balances prove; refuses otherwise."""
    start = ask.anchor(account, closing_on)
    days = [line.posted_on for line in statement.lines]
    stored = ask.stored_lines(account, min(days), max(days)) if days else []
    plan = plan_import(statement, stored, start.cents if start else None)
    if not plan.proof.ok:
        raise _unproved(plan, statement)
    if start is None:
        _refuse_unless_first(account, statement, closing_on)
    elif (
        statement.opening_cents is not None
        and start.cents + sum(line.cents for line in plan.new) != statement.closing_cents
    ):
        words = _("The balance before it was %(said)s; the books know %(known)s of %(day)s.")
        message = words % {
            "said": format_cents(statement.opening_cents), "known": format_cents(start.cents),
            "day": start.on.isoformat(),
        }  # fmt: skip
        raise refuse("gap", message, _("Import the statements between first."))
    return plan


def _unproved(plan: Plan, statement: Statement) -> Refused:
    words = _("Opening %(opening)s and its lines %(total)s make %(sum)s, but the closing balance is %(closing)s.")
    opening = plan.proof.opening_cents or 0
    message = words % {
        "opening": format_cents(opening), "total": format_cents(plan.proof.total_cents),
        "sum": format_cents(opening + plan.proof.total_cents), "closing": format_cents(statement.closing_cents or 0),
    }  # fmt: skip
    fix = _("Lines are missing or doubled: download the whole span since the last import again.")
    return refuse("unproved", message, fix)


def _refuse_unless_first(account: BankAccount, statement: Statement, closing_on: date) -> None:
    """Before the first statement only one that ends in its opening balance fits."""
    first = account.statements.order_by("closing_on", "id").first()
    if first is not None and statement.closing_cents != first.opening_cents:
        message = _("It ends on %(day)s, before the first statement, and its balance does not lead to it.")
        fix = _("Import the statements between first, the latest of them before this one.")
        raise refuse("before_first", message % {"day": closing_on.isoformat()}, fix)


def _keep(
    call: Call, account: BankAccount, statement: Statement, plan: Plan, source: Source, closing_on: date
) -> StatementImport:
    document = store_document(call, content=source.content, name=source.name)
    problems = [*statement.problems, *plan.problems]
    assert plan.proof.opening_cents is not None and statement.closing_cents is not None, "it was proved"
    row = StatementImport.objects.create(
        bank_account=account, document=document, sha256=source.sha256, part=source.part, kind=source.kind,
        name=source.name[:200], starts_on=statement.starts_on, ends_on=statement.ends_on,
        opening_cents=plan.proof.opening_cents, closing_cents=statement.closing_cents, closing_on=closing_on,
        available_cents=statement.available_cents, float_cents=statement.float_cents, proof=plan.proof.source,
        new_lines=len(plan.new), known_lines=plan.known, imported_at=call.now, imported_by_id=call.user_id,
        problems=[{"code": p.code, "place": p.place, "message": p.message, "fix": p.fix} for p in problems],
    )  # fmt: skip
    BankLine.objects.bulk_create([_line(row, one) for one in plan.new])
    return row


def _line(row: StatementImport, one: Line) -> BankLine:
    return BankLine(
        bank_account_id=row.bank_account_id, statement=row, posted_on=one.posted_on, cents=one.cents,
        text=one.text[:400],
        kind=one.kind, type_code=one.type_code[:12], fitid=one.fitid[:255], check_no=one.check_no[:40],
        ref=one.ref[:80],
        trace=one.trace[:60], content_key=one.content_key, occurrence=one.occurrence,
    )  # fmt: skip


def _learn_number(account: BankAccount, statement: Statement) -> None:
    """An account without a number takes the first file's: the next file of another account is then refused."""
    account.number = statement.account_id
    account.last4 = "".join(char for char in statement.account_id if char.isdigit())[-4:]
    account.routing = account.routing or ("" if len(statement.bank_id) != 9 else statement.bank_id)
    account.save(update_fields=["number", "last4", "routing"])
