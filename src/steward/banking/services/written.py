"""The verbs of the practice's own checks: written, signed and numbered, printed, voided, stopped, spoiled; and told to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking import postings
from steward.banking.logic import positive_pay
from steward.banking.logic.check_words import MOST_CENTS
from steward.banking.models import (
    BankAccount,
    CheckSetting,
    PositivePay,
    PositivePayLine,
    WrittenCheck,
    WrittenCheckLine,
)
from steward.banking.postings import Where
from steward.banking.selectors.written import to_tell
from steward.banking.services.books import post
from steward.banking.services.deposits import Expected, cancel_expected, expect
from steward.banking.states import CHECK_MOVES, CheckState
from steward.core.approvals import logic as approval
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, request, subject, withdraw
from steward.core.files.services import store
from steward.core.money import format_cents
from steward.core.numbers import next_number
from steward.core.service import Call, note, refuse, service
from steward.ledger import services as ledger
from steward.ledger.models import Account

KIND = "payment"
SPLIT = timedelta(days=7)
#: What a line pays: account code, cents, words.
CheckLine = tuple[str, int, str]


@service("banking.write_check", "check.write", says="wrote a check")
def write_check(
    call: Call, *, uid: UUID, bank_account: BankAccount, day: date, payee: str, lines: Sequence[CheckLine], address: str = "", memo: str = "",
) -> WrittenCheck:  # fmt: skip
    """Write a check and ask for its second signature; it has no number and no entry until then. ``uid`` is made by the form, so that
    saving twice writes one.

    Refuses ``no_payee``, ``amount`` (nothing to pay, or beyond what words can say), ``unknown_account``, ``day`` (a check is not dated
    ahead), and what approvals refuse.
    """
    if (found := WrittenCheck.objects.filter(uid=uid).first()) is not None:
        return found
    cents = sum(amount for _code, amount, _words in lines)
    codes = {row.code: row for row in Account.objects.filter(active=True, code__in=[code for code, _c, _w in lines])}
    _refuse_unwritable(call, payee, cents, lines, codes, day)
    row = WrittenCheck.objects.create(
        uid=uid, bank_account=bank_account, day=day, payee=payee.strip()[:80], address=address.strip()[:300], memo=memo.strip()[:120],
        cents=cents, written_by_id=call.user_id, written_at=call.now,
    )  # fmt: skip
    WrittenCheckLine.objects.bulk_create(
        WrittenCheckLine(check_row=row, n=n, account=codes[code], cents=amount, memo=words.strip()[:120])
        for n, (code, amount, words) in enumerate(lines, 1)
    )
    note(row, fields=["payee", "cents"])
    title = _("Check of %(amount)s to %(payee)s") % {"amount": format_cents(cents), "payee": row.payee}
    url = reverse("banking:check", args=[row.uid])
    return _settled(call, row, request(call, about=row, subject=_subject(call, row, lines), title=title[:200], url=url))


def _refuse_unwritable(
    call: Call, payee: str, cents: int, lines: Sequence[CheckLine], codes: dict[str, Account], day: date
) -> None:
    if not payee.strip():
        raise refuse("no_payee", _("A check is made out to somebody."), _("Type the name as it is printed."), field="payee")
    unknown = next((code for code, _c, _w in lines if code not in codes), None)
    if unknown is not None:
        raise refuse("unknown_account", _("There is no open account %s.") % unknown, _("Choose one of the chart."), field="lines")
    if not 0 < cents <= MOST_CENTS or any(not amount for _c, amount, _w in lines):
        raise refuse("amount", _("A check pays more than nothing."), _("Give what each line pays."), field="lines")
    if day > call.today:
        raise refuse("day", _("A check is not dated ahead."), _("Write it on its day."), field="day")


def _subject(call: Call, row: WrittenCheck, lines: Sequence[CheckLine]) -> approval.Subject:
    """What is signed; what the same payee was written within a week counts with it, so that nobody splits a bill."""
    fields: dict[str, Any] = {"payee": row.payee, "account": row.bank_account_id, "lines": [list(line) for line in lines]}
    near = WrittenCheck.objects.filter(payee__iexact=row.payee, day__gte=row.day - SPLIT, day__lte=row.day).exclude(pk=row.pk)
    related = near.filter(state__in=(CheckState.WAITING, CheckState.ISSUED)).aggregate(sum=Sum("cents"))["sum"] or 0
    parties = (("preparer", row.written_by_id),) if row.written_by_id else ()
    return subject(call, KIND, fields, amount_cents=row.cents, related_cents=related, parties=parties)


@service("banking.sign_check", "approval.decide", says="decided on a check")
def sign_check(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> WrittenCheck:
    """The second person's yes, which numbers and posts it, or no. Refuses ``no_check`` and what approvals and the books refuse."""
    row, waiting = _waiting(uid)
    return _settled(call, row, decide(call, request=waiting, approve=approve, comment=comment))


@service("banking.withdraw_check", "check.write", says="took a check back before it was signed")
def withdraw_check(call: Call, *, uid: UUID) -> WrittenCheck:
    """Take one's own back. Refuses ``no_check`` and what ``approvals.withdraw`` refuses."""
    row, waiting = _waiting(uid)
    return _settled(call, row, withdraw(call, request=waiting))


def _waiting(uid: UUID) -> tuple[WrittenCheck, ApprovalRequest]:
    row = _held(uid)
    waiting = asked.latest(uid, KIND) if row is not None else None
    if row is None or waiting is None or row.state != CheckState.WAITING:
        raise refuse("no_check", _("Nothing waits under this name."), _("Open it from the register."))
    return row, waiting


def _held(uid: UUID) -> WrittenCheck | None:
    rows = WrittenCheck.objects.select_for_update(of=("self",)).select_related("bank_account__account")
    return rows.filter(uid=uid).first()


def _settled(call: Call, row: WrittenCheck, done: ApprovalRequest) -> WrittenCheck:
    if done.approved:
        return _issue(call, row)
    if not done.waiting:
        row.state = CheckState.REJECTED
        row.save(update_fields=["state"])
    note(row, fields=["state"])
    return row


def _issue(call: Call, row: WrittenCheck) -> WrittenCheck:
    """The next free number, the entry, and what the bank should show."""
    bank = row.bank_account
    setting = _setting(call, bank)
    taken = set(bank.checks.filter(number__gte=setting.next_number).values_list("number", flat=True))
    number = setting.next_number
    while number in taken:
        number += 1
    lines = [(one.account.code, one.cents, one.memo) for one in row.lines.select_related("account")]
    entry = post(
        call, "check", row.uid, lines=postings.written_check(lines, row.item, Where(entity=bank.entity_id)), day=row.day,
        memo=f"Check {number} to {row.payee}", journal="bank", source="writtencheck",
    )  # fmt: skip
    expected = Expected("check", str(number), -row.cents, row.day, "eft_in_transit", row.item, bank.entity_id, f"Check {number} {row.payee}")
    row.settlement, row.entry, row.number = expect(call, expected=expected), entry, number
    row.state, row.issued_at = CheckState.ISSUED, call.now
    row.issued_by_id = call.user_id if call.user_id != row.written_by_id else None
    row.save(update_fields=["settlement", "entry", "number", "state", "issued_at", "issued_by"])
    setting.next_number = number + 1
    setting.save(update_fields=["next_number"])
    note(row, fields=["number", "state"])
    return row


def _setting(call: Call, bank: BankAccount) -> CheckSetting:
    """The account's row, locked: numbers are given one after another."""
    CheckSetting.objects.get_or_create(bank_account=bank, defaults={"saved_at": call.now, "saved_by_id": call.user_id})
    return CheckSetting.objects.select_for_update().get(bank_account=bank)


def _move(row: WrittenCheck, act: str) -> str:
    state = CHECK_MOVES.get((row.state, act))
    if state is None:
        message = _("%(check)s is %(state)s.") % {"check": row, "state": row.get_state_display().lower()}
        raise refuse("state", message, _("Look at it again: a colleague may have been first."))
    return state


@service("banking.void_check", "check.write", says="voided a check")
def void_check(call: Call, *, uid: UUID, reason: str) -> WrittenCheck:
    """The check never left, or came back: its entry is reversed, its number stays used. Refuses ``matched`` once the bank paid it."""
    return _end(call, uid, "void", reason)


@service("banking.stop_check", "check.write", says="stopped a check at the bank")
def stop_check(call: Call, *, uid: UUID, reason: str) -> WrittenCheck:
    """It left and must not be paid: as a void, after the bank was told to stop it; its fee comes with a bank line of its own."""
    return _end(call, uid, "stop", reason)


def _end(call: Call, uid: UUID, act: str, reason: str) -> WrittenCheck:
    row = _held(uid)
    if row is None:
        raise refuse("no_check", _("There is no such check."), _("Open it from the register."))
    state = _move(row, act)
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why."), field="reason")
    cancel_expected(call, item=row.item)
    row.end_entry = ledger.reverse(call, number=row.entry or 0, date=call.today, reason=reason.strip()[:150]).number
    row.state, row.ended_on, row.ended_by_id, row.end_reason = state, call.today, call.user_id, reason.strip()[:200]
    row.save(update_fields=["state", "ended_on", "ended_by", "end_reason", "end_entry"])
    note(row, fields=["state"], reason=reason)
    return row


@service("banking.spoil_check", "check.write", says="noted a spoiled check form")
def spoil_check(call: Call, *, bank_account: BankAccount, number: int, reason: str) -> WrittenCheck:
    """A form torn, misprinted or lost: its number is used and no money moved. Refuses ``number`` (it is used) and ``no_reason``."""
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say what became of the form."), field="reason")
    setting = _setting(call, bank_account)
    row = WrittenCheck(
        bank_account=bank_account, number=number, day=call.today, payee=_("Spoiled"), cents=0, state=CheckState.SPOILED,
        written_by_id=call.user_id, written_at=call.now, ended_on=call.today, ended_by_id=call.user_id, end_reason=reason.strip()[:200],
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("number", _("Number %s is used.") % number, _("Look it up in the register."), field="number") from error
    if setting.next_number == number:
        setting.next_number = number + 1
        setting.save(update_fields=["next_number"])
    note(row, fields=["number"], reason=reason)
    return row


@service("banking.mark_printed", "check.write", says="printed checks")
def mark_printed(call: Call, *, uids: Sequence[UUID]) -> list[WrittenCheck]:
    """Note that these were printed, in order of their numbers. Refuses ``state`` for what is not issued."""
    rows = list(WrittenCheck.objects.select_for_update(of=("self",)).select_related("bank_account").filter(uid__in=uids).order_by("number"))
    for row in rows:
        _move(row, "print")
        row.prints, row.printed_at = row.prints + 1, call.now
    WrittenCheck.objects.bulk_update(rows, ["prints", "printed_at"])
    note(refs=[row.uid for row in rows])
    return rows


@service("banking.save_check_setting", "bank.accounts", says="changed how checks are numbered and printed")
def save_check_setting(
    call: Call, *, bank_account: BankAccount, next_number: int, right_mm: int = 0, down_mm: int = 0, layout: positive_pay.Layout | None = None,
) -> CheckSetting:  # fmt: skip
    """The next number, the printer's offset, and the bank's file. Refuses ``number`` when a check has it, and ``offset``."""
    row = _setting(call, bank_account)
    if bank_account.checks.filter(number=next_number).exists() or next_number < 1:
        raise refuse("number", _("Number %s is used.") % next_number, _("Give the number of the next form."), field="next_number")
    if not (-30 <= right_mm <= 30 and -30 <= down_mm <= 30):
        raise refuse("offset", _("The text is moved by at most 30 mm."), _("Use the bank's own form."), field="right_mm")
    row.next_number, row.right_mm, row.down_mm = next_number, right_mm, down_mm
    row.positive_pay = layout.as_json() if layout else row.positive_pay
    row.saved_at, row.saved_by_id = call.now, call.user_id
    row.save()
    note(row, fields=["next_number", "right_mm", "down_mm", "positive_pay"])
    return row


@service("banking.make_positive_pay", "check.write", says="made a positive-pay file")
def make_positive_pay(call: Call, *, bank_account: BankAccount) -> PositivePay:
    """Every check the bank was not told of: issued ones, and void ones (stopped too) whether or not it knew them. Each is told once.

    Refuses ``nothing``, ``no_number`` (the account's number is not known) and ``layout``.
    """
    setting = _setting(call, bank_account)
    rows = to_tell(bank_account)
    if not rows:
        raise refuse("nothing", _("The bank was told of every check."), _("Write and sign one first."))
    if not bank_account.number:
        raise refuse("no_number", _("The account's number is not known."), _("Enter it on the account's page."))
    told = [positive_pay.Told(row.number or 0, row.day, row.cents, row.payee, void) for row, void in rows]
    layout = positive_pay.layout_of(setting.positive_pay)
    try:
        data = positive_pay.write(told, layout, account=bank_account.number, routing=bank_account.routing)
    except positive_pay.LayoutError as error:
        raise refuse("layout", str(error), _("Change the columns on the account's check settings.")) from error
    number = next_number("banking.positivepay")
    file = store(call, data=data, name=f"positive-pay-{number}.{'txt' if layout.fixed else 'csv'}", capability="check.read")
    made = PositivePay.objects.create(
        number=number, bank_account=bank_account, file=file, made_at=call.now, made_by_id=call.user_id, checks=len(rows),
        cents=sum(row.cents for row, void in rows if not void),
    )  # fmt: skip
    PositivePayLine.objects.bulk_create(PositivePayLine(file=made, check_row=row, void=void) for row, void in rows)
    note(made, fields=["checks", "cents"])
    return made

