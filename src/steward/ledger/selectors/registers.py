"""Entries and lines as people look them up: the journal, one entry, one account's register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.sql import query
from steward.ledger.models import Account, Document, Entry, Line, Period
from steward.ledger.selectors.balances import turnovers


def journal(subject: Subject) -> QuerySet[Any]:
    """Posted entries with their size (debits, cents) for lists, export and search."""
    rows = Entry.objects.filter(state="posted").annotate(debit_cents=_debits())
    return scoped(subject, "books.read", rows)


def drafts(subject: Subject) -> QuerySet[Any]:
    """Entries that are not posted yet, with their size so far."""
    rows = Entry.objects.filter(state="draft").select_related("drafted_by").annotate(debit_cents=_debits())
    return scoped(subject, "books.read", rows)


def _debits() -> Coalesce:
    sums = Line.objects.filter(entry=OuterRef("pk"), cents__gt=0).order_by().values("entry").annotate(s=Sum("cents"))
    return Coalesce(Subquery(sums.values("s")), 0)


def entry(subject: Subject, uid: UUID) -> Entry | None:
    """One entry with everything its page shows; None when it is not there or not for this person."""
    rows = Entry.objects.select_related(
        "period", "document", "drafted_by", "approved_by", "posted_by", "reverses", "reversed_by"
    )
    return scoped(subject, "books.read", rows).filter(uid=uid).first()


def lines(entry: Entry) -> list[Line]:
    """The lines of an entry with accounts and dimensions, and of whom each tells. One query."""
    related = ("account", "entity", "site", "department", "provider", "payer", "party__patient")
    return list(entry.lines.select_related(*related).order_by("n"))


def entry_number(number: int) -> Entry | None:
    """The posted entry with this number."""
    return Entry.objects.filter(number=number, state="posted").first()


def entries_of_source(source_type: str, source_ref: str) -> list[Entry]:
    """Posted entries booked from one source, oldest first."""
    rows = Entry.objects.filter(source_type=source_type, source_ref=source_ref, state="posted")
    return list(rows.select_related("reverses", "reversed_by").order_by("number"))


def entries_of_document(subject: Subject, document: Document) -> QuerySet[Any]:
    """Posted entries booked from one document."""
    return journal(subject).filter(document=document)


def posted_lines(subject: Subject) -> QuerySet[Any]:
    """Lines of posted entries with what a list shows of them."""
    rows = Line.objects.filter(date__isnull=False).select_related("entry", "account", "site")
    return scoped(subject, "books.read", rows)


def lines_of_item(item: str) -> list[Line]:
    """Every posted line of one item, oldest first, with entry and account: what happened to it."""
    rows = Line.objects.filter(item=item, date__isnull=False).exclude(item="")
    return list(rows.select_related("entry", "account", "payer", "party").order_by("date", "id"))


def lines_of_items(items: Iterable[str], limit: int = 400) -> list[Line]:
    """Posted lines of many items, oldest first, at most ``limit``, with entry and account. One query."""
    rows = Line.objects.filter(item__in=[item for item in items if item], entry__state="posted")
    return list(rows.select_related("entry", "account").order_by("entry__number", "n")[:limit])


def lines_of_roles(roles: Iterable[str]) -> QuerySet[Line]:
    """Posted lines on these accounts with entry and account, for a room's own register; the room says who may see them."""
    rows = Line.objects.filter(date__isnull=False, account__role__in=list(roles))
    return rows.select_related("entry__posted_by", "account")


def periods(subject: Subject) -> QuerySet[Period]:
    """All months, latest first."""
    return scoped(subject, "books.read", Period.objects.order_by("-year", "-month"))


def month_open(day: date) -> bool:
    """Whether the month of ``day`` still takes ordinary entries. One query."""
    return not Period.objects.filter(year=day.year, month=day.month).exclude(state="open").exists()


def accounts(subject: Subject) -> QuerySet[Account]:
    """The chart."""
    return scoped(subject, "books.read", Account.objects.select_related("parent").order_by("code"))


def accounts_named(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Role or code -> (code, name) of its account; what no account has is absent. One query."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = Account.objects.filter(Q(role__in=wanted) | Q(code__in=wanted)).values_list("role", "code", "name")
    return {key: (code, name) for role, code, name in rows for key in (role, code) if key in wanted}


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One line of an account with the balance after it (cents, debit positive)."""

    line_id: int
    date: date
    number: int
    entry_uid: UUID
    journal: str
    memo: str
    line_memo: str
    item: str
    cents: int
    balance_cents: int

    @property
    def debit(self) -> int | None:
        return self.cents if self.cents > 0 else None

    @property
    def credit(self) -> int | None:
        return -self.cents if self.cents < 0 else None


@dataclass(frozen=True, slots=True)
class Register:
    """A page of an account's lines, oldest first; ``before_cents`` is the balance above the first row.

    ``next`` and ``previous`` are marks (day, line id) for the pages after and before, None where there is none.
    """

    rows: tuple[RegisterRow, ...]
    before_cents: int
    next: tuple[date, int] | None
    previous: tuple[date, int] | None


Mark = tuple[date, int]

_ROWS = """
SELECT l.id, l.date, e.number, e.uid, e.journal, e.memo, l.memo, l.item, l.cents
FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id
WHERE l.account_id = %s AND l.date BETWEEN %s AND %s"""


def register(
    account: Account, first: date, last: date, *, after: Mark | None = None, before: Mark | None = None, limit: int = 50
) -> Register:
    """One page of an account between two days. Keyset over the covering index; the running balance starts from the totals.

    Four queries, whatever the size of the books.
    """
    back = before is not None and after is None
    sql, values = _ROWS, [account.pk, first.isoformat(), last.isoformat()]
    mark = before if back else after
    if mark is not None:
        sql += f" AND l.date {'<' if back else '>'}= %s AND (l.date, l.id) {'<' if back else '>'} (%s, %s)"
        values += [mark[0].isoformat(), mark[0].isoformat(), mark[1]]
    order = "DESC" if back else "ASC"
    found = query(f"{sql} ORDER BY l.date {order}, l.id {order} LIMIT {int(limit) + 1}", *values)
    more, found = len(found) > limit, found[:limit]
    if back:
        found.reverse()
    if not found:
        return Register((), _balance_before(account.pk, first, 0) if mark is None else 0, None, None)
    start = (_day(found[0][1]), found[0][0])
    opening = _balance_before(account.pk, *start)
    rows = _running(found, opening)
    end = (rows[-1].date, rows[-1].line_id)
    has_next = more if not back else True
    has_previous = (mark is not None) if not back else more
    return Register(rows, opening, end if has_next else None, start if has_previous else None)


def _running(found: Sequence[tuple[Any, ...]], opening: int) -> tuple[RegisterRow, ...]:
    balance, rows = opening, []
    for pk, day, number, uid, book, memo, line_memo, item, cents in found:
        balance += cents
        uid = uid if isinstance(uid, UUID) else UUID(uid)
        rows.append(RegisterRow(pk, _day(day), number, uid, book, memo, line_memo, item, cents, balance))
    return tuple(rows)


def _balance_before(account: int, day: date, line_id: int) -> int:
    """The balance just before one line: all days before, and that day's lines with a lower id."""
    debit, credit = turnovers(day - timedelta(days=1), account=account).get(account, (0, 0))
    sql = "SELECT CAST(COALESCE(SUM(cents), 0) AS bigint) FROM ledger_line WHERE account_id = %s AND date = %s AND id < %s"
    return debit - credit + int(query(sql, account, day.isoformat(), line_id)[0][0])


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def same_source() -> list[tuple[str, str, int, int, int]]:
    """Pairs of entries with one source and the same amounts on the same accounts, where neither reverses the other: food for
    ``duplicate_posting``. Two queries. Cash that moves on under one source (a drawer opened, then counted) is no pair."""
    rows = query(
        """
        WITH sized AS (
          SELECT e.id, e.number, e.source_type, e.source_ref, e.date, e.reverses_id,
                 CAST(SUM(CASE WHEN l.cents > 0 THEN l.cents ELSE 0 END) AS bigint) AS cents
          FROM ledger_entry e JOIN ledger_line l ON l.entry_id = e.id
          WHERE e.state = 'posted' AND e.source_type <> 'document'
            AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)
          GROUP BY e.id, e.number, e.source_type, e.source_ref, e.date, e.reverses_id)
        SELECT a.id, b.id, a.source_type, a.source_ref, a.number, b.number, a.cents FROM sized a JOIN sized b
          ON b.source_type = a.source_type AND b.source_ref = a.source_ref AND b.number > a.number
         AND b.cents = a.cents AND b.date = a.date
        WHERE a.reverses_id IS NULL AND b.reverses_id IS NULL ORDER BY a.number, b.number LIMIT 1000"""
    )
    shapes: dict[int, list[tuple[int, int, str]]] = {}
    lines = Line.objects.filter(entry__in={pk for row in rows for pk in row[:2]}).order_by("account_id", "cents", "item")
    for entry, account, cents, item in lines.values_list("entry_id", "account_id", "cents", "item"):
        shapes.setdefault(entry, []).append((account, cents, item))
    return [tuple(row[2:]) for row in rows if shapes[row[0]] == shapes[row[1]]]


def named(lines: Sequence[Any]) -> list[tuple[str, Any]]:
    """Lines that name their account by code, each with the account's code and name. One query."""
    names = {row.code: str(row) for row in Account.objects.filter(code__in={line.account for line in lines})}
    return [(names.get(line.account, line.account), line) for line in lines]
