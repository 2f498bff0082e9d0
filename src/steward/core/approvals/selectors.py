"""The questions about approvals: who must still sign, what waits for me, may this act go ahead. Read only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from steward.core.access.decide import Subject as Person
from steward.core.access.models import Office, RoleGrant, User
from steward.core.access.policy import scoped
from steward.core.approvals import logic, rules, stored
from steward.core.approvals.models import (
    ApprovalDecision,
    ApprovalRequest,
    Delegation,
    OwnerReview,
    StandingApproval,
    StandingDraw,
)
from steward.core.approvals.states import Outcome
from steward.core.clock import local_day, practice_zone

OWN_RULES = "approvals.toml"


@dataclass(frozen=True)
class Waits:
    """A request that waits, with the judgement on it at the moment of asking."""

    request: ApprovalRequest
    outcome: logic.Outcome

    @property
    def who(self) -> frozenset[int]:
        return self.outcome.who if isinstance(self.outcome, logic.Waiting) else frozenset()


def policy() -> logic.Policy:
    """The practice's own rules when its data folder has some, else the shipped. Raises RuleError for a bad file."""
    own = Path(settings.DATA) / OWN_RULES
    path = own if own.exists() else rules.SHIPPED
    small = Office.objects.filter(small_office=True).exists()
    return _policy(path, path.stat().st_mtime_ns, small)


@lru_cache(maxsize=4)
def _policy(path: Path, _changed: int, small: bool) -> logic.Policy:
    return rules.load(path, small_office=small)


def directory(on: date, held: logic.Policy) -> logic.Directory:
    """Who holds the roles the rules name, on a day; ended people hold nothing. One query."""
    selectors = [s for rule in held.rules for step in rule.steps for s in (step.approver, step.escalate_to) if s]
    names = {name for selector in selectors if selector.kind == "role" for name in selector.names}
    grants = RoleGrant.objects.filter(role__in=names, starts_on__lte=on, user__is_active=True, user__ended_at=None)
    roles: dict[str, set[int]] = defaultdict(set)
    for role, user in grants.filter(Q(ends_on=None) | Q(ends_on__gte=on)).values_list("role", "user_id"):
        roles[role].add(user)
    return logic.Directory({role: frozenset(users) for role, users in roles.items()})


def delegations(since: datetime, now: datetime) -> list[logic.Delegation]:
    """Delegations that ran at any time from `since` to `now`, of people who have not ended. One query."""
    rows = Delegation.objects.filter(ends_at__gt=since, starts_at__lte=now)
    rows = rows.filter(giver__is_active=True, giver__ended_at=None, taker__is_active=True, taker__ended_at=None)
    return [stored.delegation(row) for row in rows]


def judge(requests: Collection[ApprovalRequest], now: datetime) -> dict[int, logic.Outcome]:
    """The judgement on each request as things stand, by its primary key. Five queries however many they are."""
    if not requests:
        return {}
    held = policy()
    people = directory(local_day(now, practice_zone()), held)
    lent = delegations(min(r.asked_at for r in requests), now)
    given: dict[int, list[logic.Decision]] = defaultdict(list)
    for row in ApprovalDecision.objects.filter(request__in=[r.pk for r in requests]):
        given[row.request_id].append(stored.decision(row))
    return {r.pk: logic.evaluate(r.as_subject(), held, people, lent, given[r.pk], now) for r in requests}


def outcome(request: ApprovalRequest, now: datetime) -> logic.Outcome:
    """The judgement on one request as things stand."""
    return judge([request], now)[request.pk]


def open_requests(now: datetime) -> list[Waits]:
    """Everything that waits, oldest first."""
    rows = list(
        ApprovalRequest.objects.filter(outcome="").select_related("requester").order_by("asked_at", "id")[:1000]
    )
    judged = judge(rows, now)
    return [Waits(row, judged[row.pk]) for row in rows]


def waiting_for(user_id: int | None, now: datetime) -> list[Waits]:
    """What this person is asked to sign now, oldest first. A constant number of queries."""
    return [waits for waits in open_requests(now) if user_id in waits.who]


def may_sign(request: ApprovalRequest, now: datetime) -> frozenset[int]:
    """User ids that may answer the request now; nobody once it has an outcome."""
    if not request.waiting:
        return frozenset()
    judged = outcome(request, now)
    return judged.who if isinstance(judged, logic.Waiting) else frozenset()


def requests_for(subject: Person) -> QuerySet[ApprovalRequest]:
    """The requests a person may see: all, or his own and those he answered."""
    rows = ApprovalRequest.objects.select_related("requester").order_by("-asked_at", "-id")
    own = Q(requester_id=subject.user_id) | Q(decisions__actor_id=subject.user_id)
    return scoped(subject, "approval.read", rows, own=own)


def latest(object_uid: UUID, kind: str) -> ApprovalRequest | None:
    """The request about a record that counts: the one that waits or was answered last, leaving replaced ones out."""
    rows = ApprovalRequest.objects.filter(object_uid=object_uid, kind=kind)
    return rows.exclude(outcome__in=[Outcome.REPLACED, Outcome.WITHDRAWN]).order_by("-id").first()


def covers(request: ApprovalRequest | None, subject: logic.Subject) -> bool:
    """Whether the approval holds for the subject as it is now: same kind and decided fields, no larger amount."""
    return (
        request is not None
        and request.approved
        and request.kind == subject.kind
        and request.fingerprint == subject.fingerprint
        and subject.amount_cents <= request.amount_cents
        and subject.related_cents <= request.as_subject().related_cents
    )


def decisions(request: ApprovalRequest) -> QuerySet[ApprovalDecision]:
    """Answers in the order they were given."""
    return request.decisions.select_related("actor", "principal").order_by("id")


def names(users: Iterable[int]) -> list[str]:
    """The names of users, sorted."""
    return list(User.objects.filter(pk__in=list(users)).order_by("name").values_list("name", flat=True))


def unreviewed(until: date | None = None) -> QuerySet[OwnerReview]:
    """What the owner has not read yet, of days up to `until`: while there is any, a month is not locked."""
    rows = OwnerReview.objects.filter(reviewed_at=None).select_related("person").order_by("on", "id")
    return rows if until is None else rows.filter(on__lte=until)


def after_the_fact() -> QuerySet[ApprovalRequest]:
    """Requests that wait though their act is done: whoever asked said ``after`` = ``posting``."""
    return ApprovalRequest.objects.filter(outcome="", subject__attributes__after="posting")


def lent_by(user_id: int | None, now: datetime) -> QuerySet[Delegation]:
    """Delegations given or received that still run or will."""
    rows = Delegation.objects.filter(Q(giver_id=user_id) | Q(taker_id=user_id), ends_at__gt=now, ended_at=None)
    return rows.select_related("giver", "taker").order_by("starts_at")


def standing(on: date) -> QuerySet[StandingApproval]:
    """Standing approvals that are open on a day."""
    rows = StandingApproval.objects.filter(request__outcome=Outcome.APPROVED, starts_on__lte=on, ends_on__gte=on)
    return rows.filter(Q(ended_on=None) | Q(ended_on__gt=on)).select_related("holder", "request").order_by("ends_on")


def related_draws(row: StandingApproval, today: date) -> list[StandingDraw]:
    """All drawings that an order today must be held against: the period's and the rolling window's."""
    month = today.replace(day=1) if row.monthly else row.starts_on
    first = min(month, today - timedelta(days=row.window_days))
    return list(StandingDraw.objects.filter(standing=row, on__gte=first))
