"""Bank files from outside: OFX, QFX, QBO, BAI2, CAMT.053, MT940 and CSV, recognised by content, imported part by part."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from steward.banking.logic.bai2 import looks_like_bai2, parse_bai2
from steward.banking.logic.bank_csv import parse_bank_csv
from steward.banking.logic.camt053 import looks_like_camt, parse_camt053
from steward.banking.logic.csv_guess import guess, looks_like_bank_csv
from steward.banking.logic.mt940 import looks_like_mt940, parse_mt940
from steward.banking.logic.nacha import looks_like_nacha, parse_nacha_returns
from steward.banking.logic.ofx import looks_like_ofx, parse_ofx
from steward.banking.logic.processor_csv import PayoutRead, looks_like_processor_csv, parse_processor_csv
from steward.banking.logic.statement import Problem, Statement, StatementError
from steward.banking.models import BankAccount
from steward.banking.selectors import statements as ask
from steward.banking.services.accounts import open_bank_account
from steward.banking.services.payouts import take_payout
from steward.banking.services.returns import keep_returns_many
from steward.banking.services.statements import Source, Taken, accept_statement, import_statement
from steward.core.imports import Imported, Options, Part, refused
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, refuse, system_call
from steward.ledger.selectors import account_ids
from steward.registry.models import Entity

READERS: dict[str, Callable[[bytes], tuple[Statement, ...]]] = {
    "ofx": parse_ofx, "bai2": parse_bai2, "camt053": parse_camt053, "mt940": parse_mt940,
}  # fmt: skip
LOOKS: dict[str, Callable[[bytes], bool]] = {
    "ofx": looks_like_ofx, "bai2": looks_like_bai2, "camt053": looks_like_camt, "mt940": looks_like_mt940,
}  # fmt: skip
CSV = "bank-csv"
RETURNS = "nacha-return"
PROCESSOR = "processor-csv"
KINDS: Sequence[str] = (*READERS, CSV, RETURNS, PROCESSOR)
BANK_ROLES = ("bank_operating", "bank_payroll")


def recognise(content: bytes) -> str | None:
    """The kind of a bank file from its first bytes, else None."""
    looks = {**LOOKS, RETURNS: looks_like_nacha, PROCESSOR: looks_like_processor_csv, CSV: looks_like_bank_csv}
    return next((kind for kind, sees in looks.items() if sees(content)), None)


def run(call: Call, *, kind: str, content: bytes, name: str, options: Options) -> Imported:
    """Import every statement of one file. A part that is refused leaves the others as they are.

    The account is the one whose number the file names; `options.account` (a code of the chart) chooses it when the
    account has no number yet. Money does not move: `posted_cents` is 0 until the lines are matched.
    """
    if kind == RETURNS:
        return _returns(call, content, name)
    if kind == PROCESSOR:
        return _processor(call, content, name, options)
    if kind == CSV:
        return _csv(call, content, name, options)
    try:
        statements = READERS[kind](content)
    except StatementError as fault:
        return refused(kind, Refusal(fault.code, f"{fault.place}: {fault.message}", fault.fix))
    sha256 = hashlib.sha256(content).hexdigest()
    parts = [
        _part(call, one, Source(content, sha256, name, kind, number), options, single=_one_account(statements))
        for number, one in _in_order(statements)
    ]
    return Imported(kind, _status(parts), _message(parts), tuple(parts))


def _csv(call: Call, content: bytes, name: str, options: Options) -> Imported:
    """A CSV by the profile saved with its account, or unseen when its own balances prove what was guessed."""
    known = [ask.bank_account(options.account)] if options.account else ask.accounts_of_csv(content)
    if not options.account and len(known) != 1:
        message = _("A CSV file does not say which account it is of.")
        fix = _("Name the account: --account CODE, or read it on the account's page.")
        return refused(CSV, Refusal("unknown_account", message, fix))
    account = known[0]
    try:
        profile = ask.csv_profile(account) if account else None
        if profile is None:
            found = guess(content)
            if not found.proved:
                message = _("Nobody has said yet how this bank writes its CSV, and its balances do not prove a guess.")
                fix = _("Open the account, choose “Read a CSV file”, look at the first rows and save.")
                return refused(CSV, Refusal("no_profile", message, fix))
            profile = found.profile
        statement = parse_bank_csv(content, profile, account.number if account else "")
    except StatementError as fault:
        return refused(CSV, Refusal(fault.code, f"{fault.place}: {fault.message}", fault.fix))
    code = account.account.code if account else options.account
    return import_csv(call, statement, content, name, replace(options, account=code))


def import_csv(call: Call, statement: Statement, content: bytes, name: str, options: Options) -> Imported:
    """Keep what a CSV was read as, on the account `options` names."""
    source = Source(content, hashlib.sha256(content).hexdigest(), name, CSV)
    part = _part(call, statement, source, options, single=True)
    return Imported(CSV, _status([part]), _message([part]), (part,))


def _returns(call: Call, content: bytes, name: str) -> Imported:
    """What came back through the clearing house: kept as work for a person; the books move when she has looked."""
    try:
        read = parse_nacha_returns(content)
    except StatementError as fault:
        return refused(RETURNS, Refusal(fault.code, f"{fault.place}: {fault.message}", fault.fix))
    kept = keep_returns_many(call, returns=read.returns, content=content, name=name)
    remarks = tuple(_refusal(one) for one in read.problems)
    parts = [
        Part(f"{one.code} {one.trace}".strip(), "duplicate" if row is None else "posted", 0, remarks)
        for one, row in zip(read.returns, kept.rows, strict=True)
    ]
    words = _("%(new)s returns and notices wait for you, %(known)s known before")
    known = sum(row is None for row in kept.rows)
    return Imported(RETURNS, _status(parts), words % {"new": len(parts) - known, "known": known}, tuple(parts))


def _processor(call: Call, content: bytes, name: str, options: Options) -> Imported:
    """A card processor's report: each payout proved and booked by itself, one that is refused leaves the others as they are."""
    try:
        read = parse_processor_csv(content)
    except StatementError as fault:
        return refused(PROCESSOR, Refusal(fault.code, f"{fault.place}: {fault.message}", fault.fix))
    account = ask.bank_account(options.account) if options.account else None
    parts = [_payout(call.with_key(None), one, content, name, account.entity if account else None) for one in read]
    words = _("%(posted)s payouts booked, %(known)s known before, %(refused)s refused")
    known = sum(one.status == "duplicate" for one in parts)
    posted = sum(one.status == "posted" for one in parts)
    said = words % {"posted": posted, "known": known, "refused": len(parts) - posted - known}
    return Imported(PROCESSOR, _status(parts), said, tuple(parts))


def _payout(call: Call, read: PayoutRead, content: bytes, name: str, entity: Entity | None) -> Part:
    try:
        taken = take_payout(call, read=read, content=content, name=name, entity=entity)
    except Refused as fault:
        return Part(read.ref, "refused", 0, fault.refusals)
    return Part(read.ref, "duplicate", 0) if taken.duplicate else Part(read.ref, "posted", taken.payout.cents)


def _in_order(statements: Sequence[Statement]) -> list[tuple[int, Statement]]:
    """Oldest first, so that each day's opening finds the day before; the part's number is its place in the file."""
    numbered = list(enumerate(statements))
    if any(one.ends_on is None for one in statements):
        return numbered
    return sorted(numbered, key=lambda pair: (pair[1].ends_on, pair[0]))


def _one_account(statements: Sequence[Statement]) -> bool:
    return len({one.account_id for one in statements}) == 1


def _part(call: Call, statement: Statement, source: Source, options: Options, *, single: bool) -> Part:
    ref = f"{_masked(statement.account_id)} {statement.closing_on or statement.ends_on or ''}".strip()
    try:
        if statement.blocked:
            raise Refused(*(_refusal(one) for one in statement.blocked))
        account = _account(call, statement, options, single)
        taken = _take(call.with_key(None), account, statement, source, options)
    except Refused as fault:
        return Part(ref, "refused", 0, fault.refusals)
    return Part(ref, "duplicate" if taken.duplicate else "posted", 0, _remarks(taken))


def _take(call: Call, account: BankAccount, statement: Statement, source: Source, options: Options) -> Taken:
    if not options.accept:
        return import_statement(call, account=account, statement=statement, source=source)
    return accept_statement(
        call, account=account, statement=statement, source=source, codes=options.accept, reason=options.reason
    )


def _masked(number: str) -> str:
    """An account number as a person may see it in an answer: its last four characters."""
    return f"••{number[-4:]}" if len(number) > 4 else number


def _account(call: Call, statement: Statement, options: Options, single: bool) -> BankAccount:
    found = ask.account_of(statement.account_id)
    if found is not None and options.account in (None, found.account.code):
        return found
    if options.account is None:
        message = _("No bank account has the number %s.") % _masked(statement.account_id)
        raise refuse("unknown_account", message, _("Name the account: --account CODE, or add its number."))
    if not single:
        message = _("The file holds several accounts; none here has the number %s.") % _masked(statement.account_id)
        raise refuse("unknown_account", message, _("Give each bank account its number, then import without --account."))
    return ask.bank_account(options.account) or _new_account(call, options.account)


def _new_account(call: Call, code: str) -> BankAccount:
    """`bank_operating` and `bank_payroll` stand without being set up: the first file named for one opens it."""
    if code not in {str(one) for one in _bank_codes()}:
        raise refuse(
            "unknown_account", _("%s is no bank account.") % code, _("Set it up under Banking, or name another.")
        )
    return open_bank_account(system_call(call.channel, now=call.clock), code=code)


def _bank_codes() -> list[str]:
    from steward.ledger.models import Account

    ids = account_ids(BANK_ROLES)
    return list(Account.objects.filter(pk__in=ids.values()).values_list("code", flat=True))


def _refusal(problem: Problem) -> Refusal:
    return Refusal(problem.code, f"{problem.place}: {problem.message}", problem.fix)


def _remarks(taken: Taken) -> tuple[Refusal, ...]:
    return tuple(_refusal(one) for one in taken.problems)


def _status(parts: Sequence[Part]) -> str:
    """Of the whole file: refused if any part was, duplicate if all were known, else posted."""
    found = {one.status for one in parts}
    return "refused" if "refused" in found else "posted" if "posted" in found else "duplicate"


def _message(parts: Sequence[Part]) -> str:
    posted = sum(one.status == "posted" for one in parts)
    known = sum(one.status == "duplicate" for one in parts)
    words = _("%(posted)s statements imported, %(known)s known before, %(refused)s refused")
    return words % {"posted": posted, "known": known, "refused": len(parts) - posted - known}
