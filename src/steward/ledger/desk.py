"""What the books tell Today, search and the palette."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.money import format_cents
from steward.core.today import Action, Hit, Task
from steward.ledger.logic.periods import Month
from steward.ledger.models import Period
from steward.ledger.selectors.registers import accounts, drafts, journal

ACTIONS = (
    Action(__("Enter a journal entry"), "ledger:journal_new", "journal.write"),
    Action(__("Trial balance"), "ledger:trial_balance", "books.read"),
    Action(__("Close a month"), "ledger:periods", "period.soft_close"),
)


def waiting(subject: Subject, today: date) -> list[Task]:
    """Last month still open after the tenth, and drafts of one's own that were never submitted. Two queries."""
    tasks = []
    if holds(subject, "period.soft_close"):
        before = Month.of(today).plus(-1)
        due = before.last + timedelta(days=10)
        if Period.objects.filter(year=before.year, month=before.month, state="open").exists():
            what = _("%s is still open") % date_format(before.last, "F")
            why = _("Closed by the tenth, its figures stand when the month is reviewed")
            state = "overdue" if due < today else "wait"
            tasks.append(Task(state, what, why, reverse("ledger:periods"), _("Close"), due=due, order=60))
    if holds(subject, "journal.write"):
        for entry in drafts(subject).filter(drafted_by_id=subject.user_id, date__lt=today).order_by("date")[:5]:
            what = _("Draft entry of %(day)s: %(memo)s") % {"day": entry.date.isoformat(), "memo": entry.memo or "…"}
            url = reverse("ledger:entry", args=[entry.uid])
            tasks.append(Task("wait", what, _("Not posted yet"), url, _("Look"), cents=entry.debit_cents, order=70))
    return tasks


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
