"""What banking tells Today, search and the palette: money that waits, the position, the steps of the close."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.banking.selectors import deposits as out
from steward.banking.selectors.drawers import receipts
from steward.banking.selectors.glance import glance
from steward.banking.states import CloseState
from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.calendar import BANK
from steward.core.money import format_cents
from steward.core.today import Action, Figure, Hit, Step, Task

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
    tasks += _uncounted(subject, today)
    if holds(subject, "deposit.make"):
        tasks += _not_deposited(today)
    if holds(subject, "bank.import"):
        tasks += _unseen(today) + _unmatched(today) + _charged_back(today)
    if holds(subject, "return.close"):
        tasks += _returned(today)
    if holds(subject, "cash.read"):
        tasks += _under_the_floor(today)
    if holds(subject, "day.sign"):
        tasks += _to_sign(subject, today)
    return tasks


def _uncounted(subject: Subject, today: date) -> list[Task]:
    """A cashier's own drawer of an earlier day; every such drawer for who may count it in her place."""
    every = holds(subject, "drawer.count_other")
    return [
        Task(
            "overdue", _("%s was not counted") % one.name, _("Opened by %(who)s on %(day)s") % {"who": one.cashier, "day": say(one.day)},
            reverse("banking:drawer", args=[one.uid]), _("Count"), due=one.day, order=10,
        )
        for one in glance(today).drawers if one.day < today and (every or one.cashier_id == subject.user_id)
    ]  # fmt: skip


def _not_deposited(today: date) -> list[Task]:
    """What was in hand before the last bank day should be at the bank: the deposit is due the next banking day."""
    cents, number, since = glance(today).late_in_hand
    if not number or since is None:
        return []
    due = BANK.after(since)
    why = ngettext("%d item in hand since %%s", "%d items in hand since %%s", number) % number % say(since)
    state = "overdue" if due < today else "today"
    what = _("Cash and checks wait for a deposit")
    return [Task(state, what, why, reverse("banking:deposit_new"), _("Deposit"), cents=cents, due=due, order=20)]


def _unseen(today: date) -> list[Task]:
    return [
        Task(
            "overdue", _("%s is not in the bank") % label, _("It left on %s") % say(expected),
            reverse("banking:home"), _("Look"), cents=cents, due=expected, order=30,
        )
        for label, expected, cents in glance(today).unseen
    ]  # fmt: skip


def _unmatched(today: date) -> list[Task]:
    count = glance(today).unmatched
    if not count:
        return []
    what = (
        ngettext("%d bank line explains itself to nobody", "%d bank lines explain themselves to nobody", count) % count
    )
    return [Task("today", what, _("Match or explain them"), reverse("banking:home"), _("Reconcile"), order=40)]


def _charged_back(today: date) -> list[Task]:
    """Card payments the processor took back that nobody has booked."""
    count = glance(today).chargebacks
    if not count:
        return []
    title = ngettext("%d card payment was charged back", "%d card payments were charged back", count) % count
    return [Task("today", title, _("What it paid is owed again"), reverse("banking:payouts") + "?waits=1", _("Look"), order=25)]


def _returned(today: date) -> list[Task]:
    """Returns and notices of the clearing house nobody has closed."""
    count, due = glance(today).returned
    if not count or due is None:
        return []
    what = ngettext("%d entry came back through the clearing house", "%d entries came back through the clearing house", count) % count
    state = "overdue" if due < today else "today"
    page = reverse("banking:ach_returns") + "?open=1"
    return [Task(state, what, _("Each says what it means and what to do"), page, _("Look"), due=due, order=35)]


def _under_the_floor(today: date) -> list[Task]:
    """In one of ten futures of the latest forecast cash falls under the floor."""
    found = glance(today).forecast
    if found is None or found[0] >= found[1]:
        return []
    low, floor, day = found
    what = _("Cash may fall to %(low)s by %(day)s") % {"low": format_cents(low), "day": say(day)}
    why = _("Under the floor of %s in one of ten futures") % format_cents(floor)
    return [Task("today", what, why, reverse("banking:forecast"), _("Look"), due=day, order=45)]


def _to_sign(subject: Subject, today: date) -> list[Task]:
    return [
        Task(
            "today", _("The close of %s waits for your signature") % say(one.day), _("Prepared by %s") % one.name,
            reverse("banking:close_day", args=[one.day]), _("Sign"), due=one.day, order=15,
        )
        for one in glance(today).closes[:5] if one.state == CloseState.PREPARED and one.prepared_by != subject.user_id
    ]  # fmt: skip


def say(day: date) -> str:
    """``Friday, November 20``."""
    return date_format(day, "l, F j")


def figures(subject: Subject, today: date) -> list[Figure]:
    """Cash available, on its way, in hand."""
    if not holds(subject, "cash.read"):
        return []
    seen = glance(today)
    position = seen.position
    note = _("bank %(bank)s, reserved %(reserved)s") % {
        "bank": format_cents(position.bank_cents), "reserved": format_cents(position.reserved_cents),
    }  # fmt: skip
    tone = "bad" if position.available_cents < 0 else ""
    return [
        Figure(_("Cash available"), position.available_cents, note, tone, reverse("banking:cash"), 10),
        Figure(_("On its way to the bank"), position.in_transit_cents, "", "", reverse("banking:deposits"), 20),
        Figure(_("In hand"), seen.in_hand_cents, "", "", _door(subject, "banking:deposit_new", "banking:deposits"), 30),
    ]


def closing(subject: Subject, today: date) -> list[Step]:
    """The steps of the day's close that are banking's, in their order."""
    if not holds(subject, "deposit.read"):
        return []
    seen = glance(today)
    names = ", ".join(one.name for one in seen.drawers)
    close = next((one for one in seen.closes if one.day == today), None)
    page, slip = reverse("banking:close"), seen.slip_cents or seen.in_hand_cents
    return [
        Step(_("Drawers counted"), not names, names, reverse("banking:drawers"), _("Count"), 10),
        Step(_("Card batch closed"), not seen.card_cents, _money(seen.card_cents), _door(subject, "banking:batch_new"), _("Close"), 20),
        Step(_("Mail logged"), bool(seen.mail), "", _door(subject, "banking:mail_new"), _("Log"), 30),
        Step(_("Deposit prepared"), not seen.in_hand_cents, _money(slip), _door(subject, "banking:deposit_new"), _("Prepare"), 50),
        Step(_("First signature"), close is not None, "", page, _("Prepare"), 80),
        Step(_("Second signature"), close is not None and close.state == CloseState.SIGNED, "", page, _("Sign"), 90),
    ]


def _door(subject: Subject, page: str, otherwise: str = "") -> str:
    """The page for who prepares deposits; for others where the same is only seen, or nowhere."""
    name = page if holds(subject, "deposit.make") else otherwise
    return reverse(name) if name else ""


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
