"""What the bank said: accounts, statements, balances, lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from steward.banking.logic.bank_csv import Profile, has_header, profile_of
from steward.banking.logic.statement import BankLine as Line
from steward.banking.logic.statement import StoredLine
from steward.banking.models import BankAccount, BankLine, CsvProfile, MatchPart, StatementImport
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped


def bank_accounts() -> QuerySet[BankAccount]:
    """All standing bank accounts with their accounts of the chart, in order of code."""
    return BankAccount.objects.filter(ended_on=None).select_related("account", "entity").order_by("account__code")


def bank_account(code: str) -> BankAccount | None:
    """The bank account behind a code of the chart, or None."""
    return bank_accounts().filter(account__code=code).first()


def same_number(stored: str, said: str) -> bool:
    """Whether two account numbers mean the same account: only letters and digits count, leading zeros do not."""

    def plain(text: str) -> str:
        return "".join(char for char in text.upper() if char.isalnum()).lstrip("0")

    return bool(plain(stored)) and plain(stored) == plain(said)


def csv_profile(account: BankAccount) -> Profile | None:
    """How this account's bank writes its CSV, as a person saved it; None before."""
    row = CsvProfile.objects.filter(bank_account=account).first()
    return profile_of(row.body) if row else None


def accounts_of_csv(content: bytes) -> list[BankAccount]:
    """The accounts whose saved profile has exactly this file's column names."""
    out = []
    for row in CsvProfile.objects.filter(bank_account__ended_on=None).select_related("bank_account__account"):
        profile = profile_of(row.body)
        if profile.header and has_header(content, profile):
            out.append(row.bank_account)
    return out


def account_of(said: str) -> BankAccount | None:
    """The bank account with this number. The few numbers are opened and compared: sealed text cannot be searched."""
    return next((one for one in bank_accounts() if one.number and same_number(one.number, said)), None)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A balance the bank stated: cents at the end of a day (or at the opening), and the float within it."""

    cents: int
    on: date
    float_cents: int = 0
    opening: bool = False


def anchor(account: BankAccount, on: date) -> Anchor | None:
    """The last stored closing balance up to `on`, else the account's opening balance, else None."""
    last = account.statements.filter(closing_on__lte=on).order_by("-closing_on", "-id").first()
    if last is not None:
        return Anchor(last.closing_cents, last.closing_on, last.float_cents)
    if account.opening_cents is not None and account.opening_on is not None and account.opening_on <= on:
        return Anchor(account.opening_cents, account.opening_on, opening=True)
    return None


def bank_balance(account: BankAccount, on: date) -> Anchor | None:
    """The bank's own balance on a day: the anchor plus the lines after it. None when the bank never said one."""
    start = anchor(account, on)
    if start is None:
        return None
    after = Q(posted_on__gte=start.on) if start.opening else Q(posted_on__gt=start.on)
    more = account.lines.filter(after, posted_on__lte=on).aggregate(total=Sum("cents"))["total"] or 0
    return Anchor(start.cents + more, max(start.on, on) if more else start.on, start.float_cents)


FITID_DAYS = timedelta(days=45)
"""How far from a file's days its transaction ids are compared: downloads overlap by weeks, while some banks begin to
count anew each year or, worse, in each file."""


def stored_near(account: BankAccount, lines: Sequence[Line]) -> list[StoredLine]:
    """What is kept of the days of these lines, and of days near them what bears one of their transaction ids."""
    if not lines:
        return []
    since, until = min(one.posted_on for one in lines), max(one.posted_on for one in lines)
    rows = account.lines.filter(posted_on__gte=since - FITID_DAYS, posted_on__lte=until + FITID_DAYS).order_by("id")
    fitids = {one.fitid for one in lines if one.fitid}
    return [
        StoredLine(str(one.uid), one.posted_on, one.cents, one.fitid, one.content_key, one.occurrence)
        for one in rows
        if since <= one.posted_on <= until or one.fitid in fitids
    ]


def statements(subject: Subject) -> QuerySet[StatementImport]:
    """Statements this person may see, newest first."""
    rows = StatementImport.objects.select_related("bank_account", "imported_by")
    return scoped(subject, "bank.read", rows).order_by("-closing_on", "-id")


def bank_lines(subject: Subject, account: BankAccount | None = None) -> QuerySet[BankLine]:
    """Bank lines this person may see, newest first."""
    rows = BankLine.objects.select_related("bank_account", "statement")
    rows = rows.filter(bank_account=account) if account else rows
    return scoped(subject, "bank.read", rows).order_by("-posted_on", "-id")


def with_matched(rows: QuerySet[BankLine]) -> QuerySet[BankLine]:
    """The same lines with `matched`: whether something explains them."""
    return rows.annotate(matched=Exists(MatchPart.objects.filter(line=OuterRef("pk"), live=True)))


def open_lines(account: BankAccount) -> QuerySet[BankLine]:
    """Lines of an account that nothing explains yet, oldest first."""
    return account.lines.exclude(parts__live=True).order_by("posted_on", "id")
