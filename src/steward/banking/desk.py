"""What banking tells Today, search and the palette: money that waits, the position, the steps of the close."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.banking.models import BankLine, DayClose, Deposit, MailLog
from steward.banking.selectors import deposits as out
from steward.banking.selectors.cash import cash
from steward.banking.selectors.drawers import open_sessions, receipts
from steward.banking.states import CloseState, SettlementKind
from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.calendar import BANK
from steward.core.money import format_cents
from steward.core.today import Action, Figure, Hit, Step, Task

UNSEEN_AFTER = 3  # bank days; a slip older than that is check 7, deposit_not_in_bank

ACTIONS = (
    Action(__("Take a payment"), "banking:receipt_new", "receipt.take"),
    Action(__("Open a drawer"), "banking:drawer_open", "drawer.count"),
    Action(__("Count a drawer"), "banking:drawers", "drawer.count"),
    Action(__("Prepare a deposit"), "banking:deposit_new", "deposit.make"),
    Action(__("Close the card terminal"), "banking:batch_new", "deposit.make"),
    Action(__("Log the mail"), "banking:mail_new", "deposit.make"),
    Action(__("Reconcile the bank"), "banking:home", "bank.import"),
    Action(__("Close the day"), "banking:close", "day.prepare"),
)


def waiting(subject: Subject, today: date) -> list[Task]:
    """Drawers nobody counted, money not deposited, slips the bank has not shown, lines without a match, signatures."""
    tasks: list[Task] = []
    if holds(subject, "drawer.count"):
        tasks += _uncounted(today)
    if holds(subject, "deposit.make"):
        tasks += _not_deposited(today)
    if holds(subject, "bank.import"):
        tasks += _unseen(today) + _unmatched()
    if holds(subject, "day.sign"):
        tasks += _to_sign(subject)
    return tasks


def _uncounted(today: date) -> list[Task]:
    return [
        Task(
            "overdue", _("%s was not counted") % one.drawer.name,
            _("Opened by %(who)s on %(day)s") % {"who": one.cashier.name, "day": one.day.isoformat()},
            reverse("banking:drawer", args=[one.uid]), _("Count"), due=one.day, order=10,
        )
        for one in open_sessions().filter(day__lt=today)
    ]  # fmt: skip


def _not_deposited(today: date) -> list[Task]:
    """What was in hand before the last bank day should be at the bank: the deposit is due the next banking day."""
    rows = [one for one in out.undeposited() if BANK.after(one.since) <= today]
    if not rows:
        return []
    due = min(BANK.after(one.since) for one in rows)
    what = _("Cash and checks wait for a deposit")
    why = ngettext("%d item in hand since %%s", "%d items in hand since %%s", len(rows)) % len(rows) % rows[0].since
    state = "overdue" if due < today else "today"
    cents = sum(one.cents for one in rows)
    return [Task(state, what, why, reverse("banking:deposit_new"), _("Deposit"), cents=cents, due=due, order=20)]


def _unseen(today: date) -> list[Task]:
    limit = BANK.add(today, -UNSEEN_AFTER)
    rows = out.open_settlements().filter(kind=SettlementKind.DEPOSIT, expected_on__lt=limit)[:5]
    return [
        Task(
            "overdue", _("%s is not in the bank") % one.label, _("It left on %s") % one.expected_on.isoformat(),
            reverse("banking:home"), _("Look"), cents=one.cents, due=one.expected_on, order=30,
        )
        for one in rows
    ]  # fmt: skip


def _unmatched() -> list[Task]:
    count = BankLine.objects.exclude(parts__live=True).count()
    if not count:
        return []
    what = (
        ngettext("%d bank line explains itself to nobody", "%d bank lines explain themselves to nobody", count) % count
    )
    return [Task("today", what, _("Match or explain them"), reverse("banking:home"), _("Reconcile"), order=40)]


def _to_sign(subject: Subject) -> list[Task]:
    rows = DayClose.objects.filter(state=CloseState.PREPARED).exclude(prepared_by_id=subject.user_id)
    return [
        Task(
            "today", _("The close of %s waits for your signature") % date_format(one.day, "l, F j"),
            _("Prepared by %s") % one.prepared_by.name, reverse("banking:close_day", args=[one.day]), _("Sign"),
            due=one.day, order=15,
        )
        for one in rows.select_related("prepared_by").order_by("day")[:5]
    ]  # fmt: skip


def figures(subject: Subject, today: date) -> list[Figure]:
    """Cash available, on its way, in hand."""
    if not holds(subject, "cash.read"):
        return []
    position = cash(today)
    in_hand = sum(one.cents for one in out.undeposited())
    note = _("bank %(bank)s, reserved %(reserved)s") % {
        "bank": format_cents(position.bank_cents), "reserved": format_cents(position.reserved_cents),
    }  # fmt: skip
    url = reverse("banking:cash")
    return [
        Figure(
            _("Cash available"), position.available_cents, note, "bad" if position.available_cents < 0 else "", url, 10
        ),
        Figure(_("On its way to the bank"), position.in_transit_cents, "", "", reverse("banking:deposits"), 20),
        Figure(_("In hand"), in_hand, "", "", reverse("banking:deposit_new"), 30),
    ]


def closing(subject: Subject, today: date) -> list[Step]:
    """The steps of the day's close that are banking's, in their order."""
    if not holds(subject, "deposit.read"):
        return []
    waiting_drawers = [one.drawer.name for one in open_sessions(today)]
    cards = sum(out.card_receipts_open(today).values_list("cents", flat=True))
    mail = MailLog.objects.filter(day=today).exists()
    slips = list(Deposit.objects.filter(day=today, voided_at=None))
    close = DayClose.objects.filter(day=today).first()
    in_hand = sum(one.cents for one in out.undeposited())
    page = reverse("banking:close")
    return [
        Step(_("Drawers counted"), not waiting_drawers, ", ".join(waiting_drawers), reverse("banking:drawers"), _("Count"), 10),
        Step(_("Card batch closed"), not cards, _money(cards), reverse("banking:batch_new"), _("Close"), 20),
        Step(_("Mail logged"), mail, "", reverse("banking:mail_new"), _("Log"), 30),
        Step(
            _("Deposit prepared"), not in_hand, _money(sum(one.cents for one in slips) or in_hand),
            reverse("banking:deposit_new"), _("Prepare"), 50,
        ),
        Step(_("First signature"), close is not None, "", page, _("Prepare"), 80),
        Step(_("Second signature"), close is not None and close.state == CloseState.SIGNED, "", page, _("Sign"), 90),
    ]  # fmt: skip


def _money(cents: int) -> str:
    return format_cents(cents) if cents else ""


def search(subject: Subject, text: str) -> list[Hit]:
    """Receipts and deposit slips by number."""
    if not text.isdecimal() or len(text) > 12:
        return []
    hits = [
        Hit(_("Receipt"), str(one), f"{one.day.isoformat()} · {format_cents(one.cents)}",
            reverse("banking:receipt", args=[one.uid]))
        for one in receipts(subject).filter(number=int(text))
    ]  # fmt: skip
    return hits + [
        Hit(_("Deposit"), str(one), f"{one.day.isoformat()} · {format_cents(one.cents)}",
            reverse("banking:deposit", args=[one.uid]))
        for one in out.deposits(subject).filter(number=int(text))
    ]  # fmt: skip
