"""Appeals of denials, level by level: drafted, sent as a letter, answered. What was won is read from the books."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.billing.letters import appeal_letter
from steward.billing.logic.appeals import ACT_OF, OUTCOMES, TRANSITIONS
from steward.billing.models import Appeal, WorkItem
from steward.billing.selectors.appeals import told, way
from steward.billing.states import DENIED_KINDS, AppealState, HowSent
from steward.core.clock import local_day
from steward.core.outbox.models import Message
from steward.core.outbox.services import cancel, queue
from steward.core.outbox.states import Kind, MessageState
from steward.core.service import Call, note, refuse, service


@service("billing.draft_appeal", "remittance.post", says="drafted an appeal")
def draft_appeal(call: Call, *, item: WorkItem, argument: str, asked_cents: int | None = None) -> Appeal:
    """Draft the appeal of a denial at its next level, for what was denied unless ``asked_cents`` says less.

    Refuses ``closed``, ``no_payer``, ``no_level`` (one is open, won, or the ladder ends), ``argument`` and ``amount``.
    """
    row = WorkItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if row.closed_at is not None or row.kind not in DENIED_KINDS:
        raise refuse("closed", _("This is no open denial."), _("Nothing is left to appeal."))
    found = way(row)
    if found.payer is None:
        raise refuse("no_payer", _("Nobody knows which payer refused this."), _("Match the payment first."))
    if found.level is None:
        raise refuse("no_level", _("No further appeal is open now."), _("Enter the answer to the last one first."))
    if not argument.strip():
        raise refuse("argument", _("The letter says no reason."), _("Write why the payer should pay."), field="argument")
    cents = row.amount_cents if asked_cents is None else asked_cents
    if not 0 < cents <= row.amount_cents:
        raise refuse("amount", _("At most what was denied can be asked for."), _("Correct the amount."), field="asked_cents")
    appeal = Appeal(
        item=row, payer=found.payer, level=found.level.id, title=found.level.title, asked_cents=cents,
        argument=argument.strip()[:2000], told=told(row, found.payer, found.level), made_at=call.now,
        made_by_id=call.user_id, deadline=found.deadline,
    )  # fmt: skip
    try:
        with transaction.atomic():
            appeal.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("no_level", _("This level was appealed meanwhile."), _("Open it again.")) from error
    if found.deadline and found.deadline != row.due:
        row.due = found.deadline
        row.save(update_fields=["due"])
    note(appeal)
    return appeal


@service("billing.send_appeal", "remittance.post", says="sent an appeal")
def send_appeal(call: Call, *, appeal: Appeal, how: str, on: date | None = None) -> Appeal:
    """Send it: a letter goes into the outbox; portal and fax are noted as done. Refuses ``how``, ``on`` and ``state``."""
    row = _locked(appeal, "send")
    day = on or call.today
    if how not in HowSent.values:
        raise refuse("how", _("This is no way to send it."), _("Choose one of the list."), field="how")
    if not local_day(row.made_at, call.clock.zone) <= day <= call.today:
        raise refuse("on", _("It is sent between the day of its draft and today."), _("Correct the day."), field="on")
    row.state, row.how, row.sent_on, row.sent_by_id = AppealState.SENT, how, day, call.user_id
    if how == HowSent.LETTER:
        row.message = _letter(call, row)
    row.save(update_fields=["state", "how", "sent_on", "sent_by", "message"])
    note(row, fields=["state"])
    return row


def _letter(call: Call, row: Appeal) -> Message:
    to = ", ".join([row.told["payer"], *row.told["address"]])[:254]
    return queue(call, kind=Kind.LETTER, to=to, subject=_("Appeal"), body=appeal_letter(row), about=row)


@service("billing.answer_appeal", "remittance.post", says="entered the answer to an appeal")
def answer_appeal(call: Call, *, appeal: Appeal, outcome: str, on: date, words: str = "") -> Appeal:
    """Enter what the payer decided. The money itself comes with its remittance. Refuses ``outcome``, ``on``, ``state``."""
    if outcome not in OUTCOMES:
        raise refuse("outcome", _("This is no outcome."), _("Choose one of the list."), field="outcome")
    row = _locked(appeal, ACT_OF[outcome])
    if not (row.sent_on or local_day(row.made_at, call.clock.zone)) <= on <= call.today:
        raise refuse("on", _("It is answered between the day it was sent and today."), _("Correct the day."), field="on")
    row.state, row.outcome_on, row.outcome_by_id = outcome, on, call.user_id
    row.outcome_note = words.strip()[:200]
    row.save(update_fields=["state", "outcome_on", "outcome_by", "outcome_note"])
    if outcome == AppealState.WITHDRAWN and row.message and row.message.state == MessageState.QUEUED.value:
        cancel(call, message=row.message)
    following = way(row.item).deadline
    if following and following != row.item.due:
        row.item.due = following
        row.item.save(update_fields=["due"])
    note(row, fields=["state"], reason=words)
    return row


def _locked(appeal: Appeal, act: str) -> Appeal:
    row = Appeal.objects.select_for_update(of=("self",)).select_related("item", "message").get(pk=appeal.pk)
    if act not in TRANSITIONS[row.state]:
        message = _("This appeal is %s.") % row.get_state_display().lower()
        raise refuse("state", message, _("Open it again to see what can be done."))
    return row
