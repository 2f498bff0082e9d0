"""Rules of the scrub over last month's claims: how often each speaks, and what a change would do before it goes live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub import engine, rules, trial
from steward.billing.logic.scrub.model import Problem, Rule, World
from steward.billing.models import Claim, WorkItem
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.scrub_rules import own_rules, rules_in_force, shipped
from steward.billing.selectors.scrubbing import world_of
from steward.billing.states import WorkKind

MONTH_DAYS = 31
MOST_CLAIMS = 1_000  # of the month, the latest; more would keep a person waiting
MOST_SHOWN = 20

@dataclass(frozen=True)
class Month:
    """The claims rules are tried on: those with a day of service in the last 31 days, the latest 1,000."""

    since: date
    values: Sequence[OutgoingClaim]
    world: World
    more: int

    def __len__(self) -> int:
        return len(self.values)


def month(today: date) -> Month:
    """Last month's claims as they go out, sent or not, and the world they are judged in."""
    since = today - timedelta(days=MONTH_DAYS)
    rows = Claim.objects.filter(payer__isnull=False, service_date__gt=since, service_date__lte=today)
    count = rows.count()
    wanted = [Wanted(pk) for pk in rows.order_by("-service_date", "-id").values_list("pk", flat=True)[:MOST_CLAIMS]]
    values = list(outgoing(wanted).values())
    return Month(since, values, world_of(values, today), max(count - MOST_CLAIMS, 0))


@dataclass(frozen=True)
class Fired:
    """On how many claims a rule spoke, and what they charge."""

    claims: int
    cents: int


def fired(asked: Month) -> dict[str, Fired]:
    """Rule -> how often it spoke in the month. No query but that of the rules."""
    found: dict[str, list[int]] = {}
    for value, problems in engine.scrub_many(asked.values, rules_in_force(), asked.world):
        for rule in {one.rule for one in problems}:
            found.setdefault(rule, []).append(value.charge_cents)
    return {rule: Fired(len(cents), sum(cents)) for rule, cents in found.items()}


@dataclass(frozen=True)
class Tried:
    """What an edit would have done to the month: the trial, and what it would have kept from being denied."""

    month: Month
    trial: trial.Trial
    saved_claims: int
    saved_cents: int

    def as_json(self) -> dict[str, Any]:
        """What is kept with the change: counts and cents, no claim."""
        told = self.trial
        return {
            "since": self.month.since.isoformat(), "claims": told.claims, "held_before": told.held_before,
            "held_after": told.held_after, "newly_held": len(told.newly_held), "newly_held_cents": told.newly_held_cents,
            "freed": len(told.newly_passed), "freed_cents": sum(one.cents for one in told.newly_passed),
            "saved": self.saved_claims, "saved_cents": self.saved_cents,
        }  # fmt: skip


def tried(rule_id: str, edited: Rule | None, today: date) -> Tried:
    """Last month's claims under the rules in force and under those with ``edited`` in the place of ``rule_id`` (None: as
    shipped, or without it). Raises ValueError when the edited rule cannot be used."""
    asked = month(today)
    own = {name: rule for name, rule in own_rules().items() if name != rule_id} | ({rule_id: edited} if edited else {})
    found = trial.try_rules(
        asked.values, rules_in_force(), engine.prepare(rules.overlay(shipped(), own.values())), asked.world
    )
    refs = [one.ref for one in found.newly_held]
    denied = WorkItem.objects.filter(kind=WorkKind.DENIAL, claim__ref__in=refs).values_list("claim__ref", flat=True)
    saved, cents = found.denied_caught(denied)
    return Tried(asked, found, saved, cents)


@dataclass(frozen=True)
class Differing:
    """A claim that a change would hold or free, with what is said of it then or was before."""

    ref: str
    uid: UUID
    patient: UUID
    cents: int
    held: bool
    problems: tuple[Problem, ...]


def differing(asked: Tried) -> tuple[Differing, ...]:
    """The first twenty claims that would be held or freed. One query."""
    told = [*asked.trial.newly_held, *asked.trial.newly_passed][:MOST_SHOWN]
    rows = Claim.objects.filter(ref__in=[one.ref for one in told]).values_list("ref", "uid", "patient__uid")
    known = {ref: (uid, patient) for ref, uid, patient in rows}
    return tuple(
        Differing(one.ref, *known[one.ref], one.cents, one.held_after, one.new or one.gone) for one in told if one.ref in known
    )
