"""What billing tells Today, search and the palette: questions of payers by deadline, remittances that wait."""

from __future__ import annotations

import os
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.banking import cards
from steward.banking.selectors.glance import shared_balances
from steward.billing.logic.kept import age
from steward.billing.logic.lag import PROMPT_DAYS
from steward.billing.models import Claim
from steward.billing.selectors import claims as ask
from steward.billing.selectors import uncharged
from steward.billing.selectors import work as work_list
from steward.billing.selectors.cards import given_up
from steward.billing.selectors.refunds import refunds_to_pay
from steward.billing.selectors.sending import glance
from steward.billing.states import WorkKind
from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.today import Action, Figure, Hit, Step, Task
from steward.core.web.days import say_day

SOON = timedelta(days=7)
UNSENT_AFTER = timedelta(days=2)
ORDER = {WorkKind.REFUSED: 12, WorkKind.HELD_PAYEE: 13, WorkKind.HELD_PAYER: 13, WorkKind.REISSUE: 13}

ACTIONS = (
    Action(__("Import a remittance"), "desk:import", "remittance.post"),
    Action(__("Type a paper EOB"), "billing:paper_new", "remittance.post"),
    Action(__("Work denials"), "billing:denials", "remittance.post"),
    Action(__("Charge a visit"), "billing:uncharged", "visit.charge"),
    Action(__("See the charge lag"), "billing:lag", "billing.report"),
    Action(__("Send claims"), "billing:sending", "claim.send"),
    Action(__("Claims and coverage that disagree"), "billing:coverage_changes", "billing.report"),
    Action(__("Clearinghouse"), "billing:doors", "billing.report"),
    Action(__("See what is underpaid"), "billing:underpaid", "billing.report"),
    Action(__("Charge what is no claim"), "billing:others", "charge.read"),
    Action(__("Return credits"), "billing:credits", "billing.report"),
    Action(__("Take a collection agency's payment"), "billing:collected", "remittance.post"),
    Action(__("Pay a refund"), "banking:refunds", "refund.pay"),
)


def waiting(subject: Subject, today: date) -> list[Task]:
    """One line for each kind of question that is open, the overdue ones as such, and the refunds to be paid."""
    tasks = _refunds(today) if holds(subject, "refund.pay") else []
    tasks += _uncharged(subject, today) if holds(subject, "visit.charge") else []
    if not holds(subject, "remittance.post"):
        return tasks
    tasks += [_task(*row, today) for row in work_list.work_counts(subject, today)]
    tasks += _declined(today) if os.environ.get(cards.SETTING) else []
    return tasks + (_unsent(today) if holds(subject, "claim.send") else [])


def _declined(today: date) -> list[Task]:
    """Plans whose card was declined as often as it is tried. Asked only where cards are charged. One query."""
    count = given_up(today)
    if not count:
        return []
    what = ngettext("%d card of a payment plan is declined", "%d cards of payment plans are declined", count) % count
    why = _("It is tried no more; ask for another card, or another way to pay")
    return [Task("today", what, why, reverse("billing:accounts"), _("Look"), order=29)]


def _uncharged(subject: Subject, today: date) -> list[Task]:
    """Kept visits of past days without a charge: all of them for who works the list, else those one saw or was named for."""
    found = uncharged.waiting(subject, today)
    whole = holds(subject, "billing.report")
    count, oldest = (found.count, found.oldest) if whole else (found.mine, found.mine_oldest)
    if not count or oldest is None:
        return []
    what = ngettext("%d kept visit has no charge", "%d kept visits have no charge", count) % count
    why = _("The oldest is of %(day)s, %(age)d business days ago") % {"day": say_day(oldest, today), "age": age(oldest, today)}
    late = age(oldest, today) > PROMPT_DAYS
    return [Task("overdue" if late else "today", what, why, reverse("billing:uncharged"), _("Charge"), order=27)]


def closing(subject: Subject, today: date) -> list[Step]:
    """Every kept visit of the day has a charge or a reason. One query, shared with what waits."""
    if not holds(subject, "visit.charge"):
        return []
    left = uncharged.waiting(subject, today).today
    value = "" if not left else ngettext("%d without", "%d without", left) % left
    return [Step(_("Kept visits charged or with a reason"), not left, value, reverse("billing:uncharged"), _("Charge"), order=12)]


def _unsent(today: date) -> list[Task]:
    """Claims that went to nobody yet, late when a service lies more than two days back; credits the law wants back. One query."""
    seen = glance(today)
    tasks = []
    if seen.unsent:
        what = ngettext("%d claim went to nobody yet", "%d claims went to nobody yet", seen.unsent) % seen.unsent
        late = seen.oldest is not None and today - seen.oldest > UNSENT_AFTER
        why = _("The oldest service is of %s") % say_day(seen.oldest, today) if seen.oldest else ""
        tasks.append(Task("overdue" if late else "today", what, why, reverse("billing:sending"), _("Send"), order=28))
    if seen.late_credits and seen.since:
        n = seen.late_credits
        what = ngettext("%d credit is past the day it must be returned", "%d credits are past the day they must be returned", n) % n
        why = _("Somebody else's money; the oldest stands since %s") % say_day(seen.since, today)
        tasks.append(Task("overdue", what, why, reverse("billing:credits"), _("Return"), seen.late_cents, order=24))
    return tasks


def _refunds(today: date) -> list[Task]:
    """Signed refunds that wait for a cashier; asked only when the books owe any."""
    rows = refunds_to_pay() if shared_balances(today).get("refunds_payable") else []
    if not rows:
        return []
    what = ngettext("%d refund is to be paid", "%d refunds are to be paid", len(rows)) % len(rows)
    why = _("Signed; the oldest: %s") % rows[0].reason
    cents = sum(row.cents for row in rows)
    return [Task("today", what, why, reverse("banking:refunds"), _("Pay"), cents=cents, order=25)]


def _task(kind: str, count: int, overdue: int, cents: int, today: date) -> Task:
    label = str(WorkKind(kind).label)
    what = ngettext("%(label)s: %(n)d", "%(label)s: %(n)d", count) % {"label": label, "n": count}
    why = _("%d past their day") % overdue if overdue else _("None is late")
    url = reverse("billing:denials") if kind == WorkKind.DENIAL else f"{reverse('billing:work')}?kind={kind}"
    state = "overdue" if overdue else "today"
    return Task(state, what, why, url, _("Work them"), cents, order=ORDER.get(WorkKind(kind), 30))


def figures(subject: Subject, today: date) -> list[Figure]:
    """What insurance and patients owe, by the books."""
    if not holds(subject, "charge.read") or not holds(subject, "desk.read"):
        return []
    rows = shared_balances(today)
    return [
        Figure(
            _("Insurance owes"),
            rows.get("ar_insurance", 0),
            _("claims at payers"),
            url=reverse("billing:claims"),
            order=60,
        ),
        Figure(
            _("Patients owe"), rows.get("ar_patient", 0), _("after insurance"), url=reverse("billing:claims"), order=61
        ),
    ]


def search(subject: Subject, text: str) -> list[Hit]:
    """Claims by number, and remittances by trace."""
    wanted = text.strip().upper()
    if len(wanted) < 2 or not holds(subject, "charge.read"):
        return []
    found = ask.claims(subject).filter(ref__gte=wanted, ref__lt=wanted + "\uffff").order_by("ref")[:5]
    traces = work_list.remittances(subject).filter(trace__gte=text.strip(), trace__lt=text.strip() + "\uffff")[:5]
    return [*(_claim_hit(row) for row in found), *(
        Hit(_("Remittance"), row.trace, row.payer_name, reverse("billing:remittance", args=[row.uid])) for row in traces
    )]  # fmt: skip


def _claim_hit(row: Claim) -> Hit:
    return Hit(_("Claim"), row.ref, row.patient.party.name, reverse("billing:claim", args=[row.uid]))
