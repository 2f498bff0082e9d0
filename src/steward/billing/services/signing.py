"""The second person's answer to a change of the scrub that waits, and its maker's taking it back."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from steward.billing.logic.scrub import rules
from steward.billing.models import HeldChange, ScrubRule
from steward.billing.services.held import APPROVALS
from steward.billing.services.scrub_rules import add_version
from steward.billing.states import HeldKind
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, withdraw
from steward.core.service import Call, note, refuse, service


@service("billing.sign_held", "approval.decide", says="decided on a change of the scrub")
def sign_held(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> HeldChange:
    """Yes or no. A rule is in force with the yes; a signed edition is brought in by whoever asked. Refuses ``no_change``,
    ``changed`` (the rule is another meanwhile) and what ``approvals.decide`` refuses."""
    row, waiting = _waiting(uid)
    done = decide(call, request=waiting, approve=approve, comment=comment)
    if done.approved and row.kind == HeldKind.RULE:
        _apply(call, row)
    elif not done.approved and not done.waiting:
        _end(call, row)
    note(row, reason=comment)
    return row


@service("billing.withdraw_held", "approval.request", says="took a change of the scrub back before it was signed")
def withdraw_held(call: Call, *, uid: UUID) -> HeldChange:
    """Take one's own open question back. Refuses ``no_change`` and what ``approvals.withdraw`` refuses."""
    row, waiting = _waiting(uid)
    withdraw(call, request=waiting)
    _end(call, row)
    note(row)
    return row


def _waiting(uid: UUID) -> tuple[HeldChange, ApprovalRequest]:
    row = HeldChange.objects.select_for_update(of=("self",)).filter(uid=uid, done_at=None, ended_at=None).first()
    waiting = asked.latest(uid, APPROVALS[row.kind]) if row else None
    if row is None or waiting is None:
        raise refuse("no_change", _("Nothing waits under this name."), _("Open it from the approvals."))
    return row, waiting


def _apply(call: Call, row: HeldChange) -> None:
    body = row.body
    rule = rules.rule_from(body["data"], row.title)
    if (ScrubRule.objects.filter(rule=rule.id).aggregate(top=Max("version"))["top"] or 0) != body["version"]:
        raise refuse("changed", _("The rule was changed meanwhile."), _("Say no to this one and have it asked again."))
    add_version(call, rule.id, rule, body["reason"], body["tried"], by=row.asked_by_id)
    row.done_at = call.now
    row.save(update_fields=["done_at"])


def _end(call: Call, row: HeldChange) -> None:
    row.ended_at = call.now
    row.save(update_fields=["ended_at"])
