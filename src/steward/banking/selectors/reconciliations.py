"""A bank account against its statement: what the bank says, what of the books it has not seen, what of it the books have not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from steward.banking.models import BankAccount, BankLine, Match, MatchPart, Reconciliation
from steward.banking.selectors.statements import bank_accounts, bank_balance
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.ledger.models import Line
from steward.ledger.selectors import account_balance

#: A bank shows what the books say some days later, a check up to half a year; what is booked late, up to ten days after.
NEAR, STALE = timedelta(days=10), timedelta(days=190)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A line of the books on the bank account that the bank has not shown by the day: cents signed, age in days."""

    pk: int
    number: int
    day: date
    memo: str
    cents: int
    age: int


@dataclass(frozen=True, slots=True)
class Unbooked:
    """A line of the bank that nothing in the books answers by the day."""

    uid: str
    day: date
    text: str
    cents: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Bank balance + outstanding - not booked = book balance, or the difference says by how much not."""

    on: date
    bank_cents: int | None
    stated_on: date | None
    book_cents: int
    outstanding: tuple[Outstanding, ...]
    unbooked: tuple[Unbooked, ...]
    cleared: int
    cleared_cents: int

    @property
    def outstanding_cents(self) -> int:
        return sum(one.cents for one in self.outstanding)

    @property
    def unbooked_cents(self) -> int:
        return sum(one.cents for one in self.unbooked)

    @property
    def adjusted_cents(self) -> int:
        """The bank's balance as it will be when everything outstanding has arrived."""
        return (self.bank_cents or 0) + self.outstanding_cents

    @property
    def difference_cents(self) -> int:
        """What remains unexplained: 0 when every line of the bank is booked and every line of the books is seen or listed."""
        return self.book_cents - self.adjusted_cents

    @property
    def ready(self) -> bool:
        return self.bank_cents is not None and self.stated_on == self.on and not self.difference_cents and not self.unbooked

    def as_json(self) -> dict[str, Any]:
        """Every figure and row, for keeping."""
        rows = {name: [{**asdict(one), "day": one.day.isoformat()} for one in getattr(self, name)] for name in ("outstanding", "unbooked")}
        return {
            "on": self.on.isoformat(), "bank_cents": self.bank_cents, "book_cents": self.book_cents, "cleared": self.cleared,
            "cleared_cents": self.cleared_cents, "outstanding_cents": self.outstanding_cents, "adjusted_cents": self.adjusted_cents, **rows,
        }  # fmt: skip


def sheet(account: BankAccount, on: date) -> Sheet:
    """The account as it stands for a statement day. Seven queries."""
    stated = account.statements.filter(closing_on__lte=on).order_by("-closing_on", "-id").values_list("closing_on", flat=True).first()
    balance = bank_balance(account, on)
    answered = MatchPart.objects.filter(line=OuterRef("pk"), live=True)
    lines = account.lines.filter(posted_on__lte=on)
    if account.opening_on is not None:
        lines = lines.filter(posted_on__gte=account.opening_on)
    left = lines.exclude(Exists(answered)).order_by("posted_on", "id")
    seen = lines.filter(Exists(answered)).values_list("cents", flat=True)
    return Sheet(
        on, balance.cents if balance else None, stated, account_balance(on, code=account.account.code),
        tuple(Outstanding(row.pk, row.entry.number or 0, row.date or on, row.memo or row.entry.memo, row.cents, (on - (row.date or on)).days)
              for row in outstanding(account, on)),
        tuple(Unbooked(str(row.uid), row.posted_on, row.text, row.cents) for row in left), len(seen), sum(seen),
    )  # fmt: skip


def outstanding(account: BankAccount, on: date) -> QuerySet[Line]:
    """Lines of the books on the bank account up to a day that no line of the bank answers by then.

    What a match posted is the bank's own line; an opening balance is in the bank's; an entry and its reversal that were never at the
    bank cancel each other.
    """
    tied = Match.objects.filter(book_line=OuterRef("pk"), undone_at=None, parts__line__posted_on__lte=on)
    tied_original = Match.objects.filter(book_line__entry=OuterRef("entry__reverses"), undone_at=None)
    rows = Line.objects.filter(account=account.account_id, date__lte=on).exclude(
        entry__source_type__in=("banking.match", "banking.bankaccount")
    )
    rows = rows.exclude(entry__reverses__source_type="banking.match").exclude(Exists(tied))
    cancelled = Q(entry__reversed_by__date__lte=on) | Q(entry__reverses__isnull=False) & ~Exists(tied_original)
    return rows.exclude(cancelled).select_related("entry").order_by("date", "id")


def candidates(line: BankLine) -> list[Line]:
    """Lines of the books with exactly the bank line's cents that the bank has not shown, the nearest day first."""
    rows = outstanding(line.bank_account, line.posted_on + NEAR).filter(cents=line.cents, date__gte=line.posted_on - STALE)
    return sorted(rows, key=lambda row: abs(((row.date or line.posted_on) - line.posted_on).days))[:20]


def reconciliations(subject: Subject) -> QuerySet[Any]:
    """All of them, reopened ones too, for the list."""
    rows = Reconciliation.objects.select_related("bank_account__account", "finished_by", "reopened_by")
    return scoped(subject, "bank.read", rows)


@dataclass(frozen=True, slots=True)
class State:
    """An account at a month's end: the latest finished statement day, and what has changed under it since."""

    account: BankAccount
    last: Reconciliation | None
    changed_cents: int


def state_at(day: date) -> list[State]:
    """Each bank account with its latest reconciliation up to ``day``; ``changed_cents`` is what the books of that day moved since it
    was finished. Two queries an account, of which there are few."""
    found = []
    for account in bank_accounts():
        last = account.reconciliations.filter(reopened_at=None, statement_on__lte=day).order_by("-statement_on").first()
        now = account_balance(last.statement_on, code=account.account.code) if last else 0
        found.append(State(account, last, now - last.book_cents if last else 0))
    return found


def finished_through(account: BankAccount) -> date | None:
    """The latest statement day that is finished."""
    rows = account.reconciliations.filter(reopened_at=None).order_by(F("statement_on").desc())
    return rows.values_list("statement_on", flat=True).first()
