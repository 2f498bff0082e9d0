"""The scrub's rules as they hold: the shipped ones with the practice's in their place."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import F, Max, OuterRef, QuerySet, Subquery

from steward.billing.logic.denial_rule import Shows, drafted
from steward.billing.logic.scrub import engine, rules
from steward.billing.logic.scrub.model import Rule
from steward.billing.models import DenialCause, HeldChange, ScrubRule
from steward.billing.selectors.rules import categories
from steward.billing.states import HeldKind


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    """The rules that come with Steward, read once a process."""
    return rules.load()


def rules_in_force() -> engine.RuleSet:
    """The rules every claim meets, made ready once for each change. One query, two after a change."""
    last = ScrubRule.objects.order_by("-id").values_list("uid", flat=True).first()
    return _ready(last)


@lru_cache(maxsize=4)
def _ready(last: UUID | None) -> engine.RuleSet:
    """Rows are only ever added, so that the latest one's uid names what holds."""
    return engine.prepare(every_rule() if last else shipped())


def every_rule() -> tuple[Rule, ...]:
    """All rules, those that are off too: the shipped ones with the practice's in their place. One query."""
    return rules.overlay(shipped(), own_rules().values())


def own_rules() -> dict[str, Rule]:
    """Id -> the rule as the practice changed or made it. One query."""
    latest = ScrubRule.objects.annotate(last=_last_version()).filter(version=F("last"), withdrawn=False).order_by("id")
    return {row.rule: rules.rule_from(row.data, f"version {row.version}") for row in latest}


def _last_version() -> Any:
    newest = ScrubRule.objects.filter(rule=OuterRef("rule")).values("rule").annotate(top=Max("version"))
    return Subquery(newest.values("top"))


def rule_by_id(id_: str) -> Rule | None:
    """One rule as it holds, also one that is off; None when there is none. One query."""
    return next((one for one in every_rule() if one.id == id_), None)


def rule_for(cause: DenialCause, today: date) -> Rule:
    """The rule to be read and tried that would ask of what this cause lets through. One query."""
    about = categories().get(cause.category)
    payer = cause.payer
    shows = Shows(
        cause.title, payer.code if payer else "", payer.name if payer else "", cause.code, cause.carc, about.first if cause.category else ""
    )
    return drafted(shows, cause.rule or cause.title, rule_by_id(about.rule), date(today.year, 1, 1))


def versions(rule: str) -> QuerySet[ScrubRule]:
    """The history of one rule, latest first."""
    return ScrubRule.objects.filter(rule=rule).select_related("made_by").order_by("-version")


def waits(rule: str) -> HeldChange | None:
    """The change of a rule that waits for a second person, if any."""
    rows = HeldChange.objects.filter(kind=HeldKind.RULE, body__rule=rule, done_at=None, ended_at=None)
    return rows.select_related("asked_by").order_by("-id").first()
