"""Importing what the bank said: once, proved, nothing doubled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking.logic.statement import BankLine as Line
from steward.banking.logic.statement import (
    Plan,
    Problem,
    Proof,
    Statement,
    StoredLine,
    contradicts,
    plan_import,
)
from steward.banking.models import BankAccount, BankLine, StatementImport
from steward.banking.selectors import statements as ask
from steward.core.calendar import BANK
from steward.core.money import format_cents
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, refuse, service
from steward.ledger.services import store_document

DAY = timedelta(days=1)


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


ACCEPTABLE = ("gap", "fitid_reused")
"""What a person may accept with a reason: days the bank never gave, and ids the bank uses twice."""


@service("banking.import_statement", "bank.import", says="imported a bank statement")
def import_statement(call: Call, *, account: BankAccount, statement: Statement, source: Source) -> Taken:
    """Keep one account's part of a bank file.

    The same file again, even fifty times at once, is `duplicate`. Lines seen in an overlapping file are recognised and
    not doubled. Refuses what the reader marked as blocking, `no_closing`, `unproved` (opening + sum is not the
    closing), `gap` (statements before it are missing), `overlap` (it says other things of days that are stored),
    `fitid_reused` (one FITID, two amounts), `before_first` and `wrong_account`.
    """
    return _import(call, account, statement, source, Accepted())


@service("banking.accept_statement", "bank.accept", says="accepted a bank statement in spite of a fault")
def accept_statement(
    call: Call, *, account: BankAccount, statement: Statement, source: Source, codes: tuple[str, ...], reason: str
) -> Taken:
    """Keep a statement although it was refused for one of ACCEPTABLE; who did and why stands with it for ever.

    Refuses `no_reason`, `accept` (a code nobody may accept), and all else that `import_statement` refuses.
    """
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    if wrong := [code for code in codes if code not in ACCEPTABLE]:
        message = _("%s cannot be accepted.") % ", ".join(wrong)
        raise refuse("accept", message, _("Only %s can.") % ", ".join(ACCEPTABLE), field="accept")
    return _import(call, account, statement, source, Accepted(codes, reason.strip()[:300]))


@dataclass(frozen=True, slots=True)
class Accepted:
    """Faults a person takes responsibility for, and why."""

    codes: tuple[str, ...] = ()
    reason: str = ""


def _import(call: Call, account: BankAccount, statement: Statement, source: Source, accepted: Accepted) -> Taken:
    account = BankAccount.objects.select_for_update().get(pk=account.pk)
    earlier = StatementImport.objects.filter(bank_account=account, sha256=source.sha256, part=source.part).first()
    if earlier is not None:
        return Taken(earlier.pk, 0, earlier.new_lines + earlier.known_lines, duplicate=True)
    closing_on = _refuse_unfit(account, statement)
    statement, left_out = _since_opening(account, statement)
    plan = _proved_plan(account, statement, closing_on, accepted.codes)
    try:
        with transaction.atomic():
            row = _keep(call, account, statement, plan, source, closing_on, accepted)
    except IntegrityError:
        row = StatementImport.objects.get(bank_account=account, sha256=source.sha256, part=source.part)
        return Taken(row.pk, 0, row.new_lines + row.known_lines, duplicate=True)
    if account.number == "" and statement.account_id:
        _learn_number(account, statement)
    note(row, refs=[f"lines:{len(plan.new)}"], reason=accepted.reason)
    return Taken(row.pk, len(plan.new), plan.known, False, (*statement.problems, *left_out, *plan.problems))


def _refuse_unfit(account: BankAccount, statement: Statement) -> date:
    """The closing day, or the reasons why this statement cannot be taken."""
    if statement.blocked:
        raise Refused(*(_refusal(one) for one in statement.blocked))
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


def _proved_plan(account: BankAccount, statement: Statement, closing_on: date, accepted: tuple[str, ...]) -> Plan:
    """What the import adds, once its balances prove or a person answers for what is missing; refuses otherwise."""
    start = ask.anchor(account, closing_on)
    stored = ask.stored_near(account, statement.lines)
    plan = plan_import(statement, stored, start.cents if start else None)
    if reused := [_refusal(one) for one in plan.problems if one.code not in accepted]:
        raise Refused(*reused)
    fault = _fault(plan, statement, stored, start)
    if fault is None:
        if start is None:
            _refuse_unless_first(account, statement, closing_on)
        return replace(plan, problems=(*plan.problems, *_remarks(plan, statement, start)))
    if fault.code != "gap" or "gap" not in accepted:
        raise fault
    taken = Problem("gap", "file", fault.refusals[0].message, _("It was accepted with a reason."))
    return replace(plan, proof=_accepted_proof(plan, statement), problems=(*plan.problems, taken))


def _accepted_proof(plan: Plan, statement: Statement) -> Proof:
    """The balance a statement behind a gap begins with: its own, or what its lines leave."""
    closing, total = statement.closing_cents or 0, sum(line.cents for line in plan.new)
    return Proof(closing - total, total, closing, "accepted")


def _fault(plan: Plan, statement: Statement, stored: list[StoredLine], start: ask.Anchor | None) -> Refused | None:
    """Why the balances do not agree: the file with itself (`unproved`), with what is stored of the same days
    (`overlap`), or with the balance before it (`gap`)."""
    from_file = statement.opening_cents is not None
    if plan.proof.ok and not (from_file and start is not None and not _reaches(start, plan, statement)):
        return None
    if start is None or (from_file and not plan.proof.ok):
        return _unproved(plan, statement)
    if statement.starts_on is not None and statement.starts_on > start.on + DAY:
        return _gap(statement, start)
    if contradicts(statement, stored, start.on):
        return _overlap(statement, start)
    return _gap(statement, start) if from_file else _unproved(plan, statement)


def _reaches(start: ask.Anchor, plan: Plan, statement: Statement) -> bool:
    """The stored balance and what is new make the closing balance."""
    return start.cents + sum(line.cents for line in plan.new) == statement.closing_cents


def _gap(statement: Statement, start: ask.Anchor) -> Refused:
    words = _("The books know %(known)s of %(day)s; this statement begins with %(said)s%(first)s.")
    opening = statement.opening_cents
    if opening is None:
        opening = (statement.closing_cents or 0) - statement.total_cents
    first = _(" on %s") % statement.starts_on.isoformat() if statement.starts_on else ""
    message = words % {
        "known": format_cents(start.cents), "day": start.on.isoformat(), "said": format_cents(opening), "first": first,
    }  # fmt: skip
    fix = _("Import the statements between first; if the bank no longer gives them, accept the gap with a reason.")
    return refuse("gap", message, fix)


def _overlap(statement: Statement, start: ask.Anchor) -> Refused:
    words = _("It begins on %(first)s, the books hold that account up to %(day)s, and the lines of those days differ.")
    message = words % {"first": statement.starts_on, "day": start.on.isoformat()}
    fix = _("Download the days after %s alone, or compare the lines with the bank's portal.") % start.on.isoformat()
    return refuse("overlap", message, fix)


def _remarks(plan: Plan, statement: Statement, start: ask.Anchor | None) -> tuple[Problem, ...]:
    """What is right and worth knowing: lines known before, bank days no statement speaks of."""
    out = []
    if plan.known:
        message = _("%s lines were known from earlier files.") % plan.known
        out.append(Problem("overlap", "file", message, _("Nothing to do.")))
    if start is not None and not start.opening and statement.starts_on and BANK.after(start.on) < statement.starts_on:
        words = _("No statement speaks of the days after %(day)s and before %(first)s; the balance did not change.")
        message = words % {"day": start.on.isoformat(), "first": statement.starts_on.isoformat()}
        out.append(Problem("days_skipped", "file", message, _("Nothing to do.")))
    return tuple(out)


def _refusal(problem: Problem) -> Refusal:
    return Refusal(problem.code, f"{problem.place}: {problem.message}", problem.fix)


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
    call: Call, account: BankAccount, statement: Statement, plan: Plan, source: Source, closing_on: date, accepted: Accepted
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
        accepted=accepted.reason, problems=[{"code": p.code, "place": p.place, "message": p.message, "fix": p.fix} for p in problems],
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
