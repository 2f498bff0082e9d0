"""The practice's changes to the scrub: tried first, said why, kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.logic.scrub import rules
from steward.billing.logic.scrub.model import Rule
from steward.billing.models import DenialCause, HeldChange, ScrubRule
from steward.billing.selectors.scrub_rules import every_rule, own_rules, shipped
from steward.billing.services.held import ask_second
from steward.billing.states import CauseKind, HeldKind
from steward.core.service import Call, note, refuse, service
from steward.insurance.models import Payer
from steward.registry.services import refusing


@service("billing.save_scrub_rule", "payer.write", says="changed a rule of the scrub")
def save_rule(
    call: Call, *, rule: Rule, reason: str, tried: Mapping[str, Any], new: bool = False
) -> ScrubRule | HeldChange:
    """A rule as it holds from now on: a shipped one changed, an own one changed, or, with ``new``, one more.

    A shipped rule made silent waits for a second person's signature; until then it speaks as before (``HeldChange``).

    ``tried`` is what ``selectors.scrub_rules.tried`` said of it. Refuses `reason`, `exists`, `unknown`, `unchanged`, `payers`.
    """
    known = {one.id: one for one in every_rule()}
    if new and rule.id in known:
        raise refuse("exists", _("A rule has this id already."), _("Give yours another."), "id")
    if not new and rule.id not in known:
        raise refuse("unknown", _("There is no such rule."), _("Add it as a new one."), "id")
    if known.get(rule.id) == rule:
        raise refuse("unchanged", _("Nothing is changed."), _("Change what you mean to, or leave it."))
    strange = sorted(set(rule.payers) - set(Payer.objects.filter(code__in=rule.payers).values_list("code", flat=True)))
    if strange:
        raise refuse(
            "payers", _("No payer has the code %s.") % strange[0], _("Take the codes of the payers' list."), "payers"
        )
    before = known.get(rule.id)
    if before and is_shipped(rule.id) and before.speaks(call.today) and not rule.speaks(call.today):
        held = _ask_second(call, rule, reason, tried)
        if held is not None:
            return held
    return add_version(call, rule.id, rule, reason, tried)


def _ask_second(call: Call, rule: Rule, reason: str, tried: Mapping[str, Any]) -> HeldChange | None:
    """Steward's own calls (demo) need nobody."""
    if call.subject.is_system:
        return None
    _reasoned(reason)
    last = ScrubRule.objects.filter(rule=rule.id).aggregate(top=Max("version"))["top"] or 0
    fields = {"rule": rule.id, "data": as_json(rule), "version": last}
    return ask_second(
        call, kind=HeldKind.RULE, fields=fields, title=_("Make the rule %(rule)s silent: %(reason)s") % {"rule": rule.id, "reason": reason},
        body=fields | {"reason": reason, "tried": dict(tried)}, url=reverse("billing:scrub_rule", args=[rule.id]),
    )  # fmt: skip


@service("billing.rule_of_cause", "payer.write", says="made a scrub rule of a cause of denials")
def rule_of_cause(call: Call, *, cause: DenialCause, rule: Rule, reason: str, tried: Mapping[str, Any]) -> ScrubRule:
    """A new rule, and the cause says that this rule mends it. Refuses as ``save_rule`` does."""
    row = save_rule(call, rule=rule, reason=reason, tried=tried, new=True)
    assert isinstance(row, ScrubRule), "a new rule silences none"
    known = DenialCause.objects.select_for_update(of=("self",)).get(pk=cause.pk)
    known.rule, known.kind = rule.id, CauseKind.SCRUB
    known.save(update_fields=["rule", "kind"])
    note(known, fields=["rule", "kind"])
    return row


@service("billing.withdraw_scrub_rule", "payer.write", says="took a change of the scrub back")
def withdraw_rule(call: Call, *, rule: str, reason: str, tried: Mapping[str, Any]) -> ScrubRule:
    """The shipped rule holds again; an own rule is gone. What was changed stays readable. Refuses `reason`, `unchanged`."""
    own = own_rules().get(rule)
    if own is None:
        raise refuse("unchanged", _("The practice changed nothing in this rule."), _("Nothing is left to do."))
    return add_version(call, rule, own, reason, tried, withdrawn=True)


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise refuse("reason", _("The reason is missing."), _("Say why, in a few words."), "reason")


def add_version(
    call: Call, rule: str, data: Rule, reason: str, tried: Mapping[str, Any], *, withdrawn: bool = False, by: int | None = None
) -> ScrubRule:
    """One more version of a rule, ``by`` whoever asked for it (the caller); part of the caller's service. Refuses `reason`."""
    _reasoned(reason)
    last = ScrubRule.objects.filter(rule=rule).aggregate(top=Max("version"))["top"] or 0
    row = ScrubRule(
        rule=rule, version=last + 1, data=as_json(data), withdrawn=withdrawn, reason=reason.strip()[:200], tried=dict(tried),
        made_at=call.now, made_by_id=by or call.user_id,
    )  # fmt: skip
    with refusing("changed", _("Somebody changed this rule in this moment."), _("Look at it, then change it again.")):
        row.save()
    note(row, fields=["rule", "withdrawn", "reason"])
    return row


def as_json(rule: Rule) -> dict[str, Any]:
    """A rule as its row keeps it: days as text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in rules.data_of(rule).items()}


def is_shipped(rule: str) -> bool:
    """Whether the rule came with Steward (changed since, or not)."""
    return any(one.id == rule for one in shipped())
