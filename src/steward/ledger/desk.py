"""What the books tell Today, search and the palette."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.money import format_cents
from steward.core.sql import query
from steward.core.today import Action, Hit, Task
from steward.ledger.logic.periods import Month
from steward.ledger.selectors.registers import accounts, journal

ACTIONS = (
    Action(__("Enter a journal entry"), "ledger:journal_new", "journal.write"),
    Action(__("Make a schedule: rent, prepaid, accrual"), "ledger:schedule_new", "journal.write"),
    Action(__("Trial balance"), "ledger:trial_balance", "books.read"),
    Action(__("Profit and loss, balance sheet, cash flow"), "ledger:statements", "books.read"),
    Action(__("Packet for the doctors"), "ledger:packet", "books.export"),
    Action(__("Close a month"), "ledger:periods", "period.soft_close"),
)


def waiting(subject: Subject, today: date) -> list[Task]:
    """Last month still open after the tenth, and drafts of one's own that were never submitted. One query."""
    closes, writes = holds(subject, "period.soft_close"), holds(subject, "journal.write")
    if not closes and not writes:
        return []
    before = Month.of(today).plus(-1)
    me = subject.user_id if writes else None
    rows = query(WAITING, before.year if closes else 0, before.month, me, today)
    return [_late_month(before, today) if what == "month" else _draft(UUID(uid), day, memo, cents) for what, uid, day, memo, cents in rows]


WAITING = """
    SELECT 'month', CAST(NULL AS text), CAST(NULL AS text), '', 0 FROM ledger_period
    WHERE year = %s AND month = %s AND state = 'open'
    UNION ALL SELECT * FROM (
      SELECT 'draft', CAST(e.uid AS text), CAST(e.date AS text), e.memo, CAST(COALESCE(
        (SELECT SUM(l.cents) FROM ledger_line l WHERE l.entry_id = e.id AND l.cents > 0), 0) AS bigint)
      FROM ledger_entry e WHERE e.state = 'draft' AND e.drafted_by_id = %s AND e.date < %s ORDER BY e.date, e.id LIMIT 5) drafts"""


def _late_month(before: Month, today: date) -> Task:
    due = before.last + timedelta(days=10)
    what = _("%s is still open") % date_format(before.last, "F")
    why = _("Closed by the tenth, its figures stand when the month is reviewed")
    state = "overdue" if due < today else "wait"
    return Task(state, what, why, reverse("ledger:periods"), _("Close"), due=due, order=60)


def _draft(uid: UUID, day: str, memo: str, cents: int) -> Task:
    what = _("Draft entry of %(day)s: %(memo)s") % {"day": day, "memo": memo or "…"}
    return Task("wait", what, _("Not posted yet"), reverse("ledger:entry", args=[uid]), _("Look"), cents=cents, order=70)


def search(subject: Subject, text: str) -> list[Hit]:
    """Entries by number, accounts by code or the beginning of a word of their name."""
    if not holds(subject, "books.read"):
        return []
    hits = []
    if text.isdecimal() and len(text) < 15:
        for entry in journal(subject).filter(number=int(text)):
            detail = f"{entry.date.isoformat()} · {format_cents(entry.debit_cents)}"
            hits.append(
                Hit(_("Entry"), f"{entry.number} {entry.memo}", detail, reverse("ledger:entry", args=[entry.uid]))
            )
    wanted = text.casefold()
    for account in accounts(subject):
        words = account.name.casefold().split()
        if account.code.startswith(text) or any(word.startswith(wanted) for word in words):
            hits.append(Hit(_("Account"), str(account), account.kind, reverse("ledger:account", args=[account.uid])))
    return hits[:8]
