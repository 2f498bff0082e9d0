"""What is kept of approvals. Decisions, drawings and marks are only ever added; the database refuses to change them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.core.access.decide import Facts
from steward.core.approvals.logic import Subject
from steward.core.approvals.states import Outcome
from steward.core.base import Record


def _person(**options: Any) -> Any:
    """Somebody who signs in; rows outlive him, so he is protected."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **options)


class ApprovalRequest(Record):
    """A subject put before the rules. `outcome` is empty while it waits: the judgement is then computed, never stored.

    `subject` is the whole `logic.Subject` as asked; `object_*` the record it is about; `url` where that is seen.
    """

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    object_type = models.CharField(max_length=60)
    object_uid = models.UUIDField(db_index=True)
    url = models.CharField(max_length=200, blank=True)
    subject = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    amount_cents = models.BigIntegerField()
    requester = _person(null=True)
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome.choices)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gte=0), name="core_approval_amount"),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="core_approval_closed",
            ),
            models.UniqueConstraint(
                fields=["object_uid", "kind"], condition=Q(outcome=""), name="core_approval_open_once"
            ),
        ]
        indexes = [models.Index(fields=["outcome", "asked_at"], name="core_approval_waiting")]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_words(self) -> str:
        from steward.core.approvals.words import plain

        return plain(self.kind)

    @property
    def approved(self) -> bool:
        return self.outcome == Outcome.APPROVED

    @property
    def waiting(self) -> bool:
        return self.outcome == ""

    def as_subject(self) -> Subject:
        from steward.core.approvals.stored import read_subject

        return read_subject(self.subject)

    def access_facts(self) -> Facts:
        """Its owner is whoever asked. Who may sign is no matter of access but of the rules: `logic.evaluate`."""
        return Facts(owners=frozenset() if self.requester_id is None else frozenset({self.requester_id}))


class ApprovalDecision(Record):
    """One person's answer on one step, fingerprint and amount. `requester` repeats the request's, for the CHECK."""

    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="decisions")
    requester = _person(null=True)
    actor = _person()
    principal = _person()
    step = models.CharField(max_length=200)
    approve = models.BooleanField()
    fingerprint = models.CharField(max_length=64)
    amount_cents = models.BigIntegerField()
    comment = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "core"
        ordering = ["id"]
        constraints = [
            # The hardest rule once more, where no shell and no admin page can pass it.
            models.CheckConstraint(
                condition=Q(requester=None) | (~Q(actor=F("requester")) & ~Q(principal=F("requester"))),
                name="core_decision_two_persons",
            ),
            models.UniqueConstraint(
                fields=["request", "actor", "principal", "step", "fingerprint", "approve", "amount_cents"],
                name="core_decision_once",
            ),
        ]


class Delegation(Record):
    """`giver` lends `taker` his say on `kinds` for at most thirty days. Ended early by `ended_at`, never edited."""

    giver = _person()
    taker = _person()
    kinds = models.JSONField()
    ceiling_cents = models.BigIntegerField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="core_delegation_two_persons"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="core_delegation_dates"),
            models.CheckConstraint(
                condition=Q(ceiling_cents=None) | Q(ceiling_cents__gt=0), name="core_delegation_ceiling"
            ),
        ]


class StandingApproval(Record):
    """An envelope: what `holder` may spend without asking again. It counts once its own `request` is approved."""

    request = models.OneToOneField(ApprovalRequest, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    holder = _person()
    where = models.JSONField(default=dict)
    per_order_cents = models.BigIntegerField()
    period_cents = models.BigIntegerField()
    monthly = models.BooleanField(default=True)
    window_days = models.SmallIntegerField(default=7)
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(
                condition=Q(per_order_cents__gt=0, period_cents__gte=F("per_order_cents")), name="core_standing_caps"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), window_days__gte=1), name="core_standing_dates"
            ),
        ]


class StandingDraw(Record):
    """An order drawn from an envelope, or (negative cents) its release. One of each per object."""

    standing = models.ForeignKey(StandingApproval, on_delete=models.PROTECT, related_name="draws")
    object_type = models.CharField(max_length=60)
    object_uid = models.UUIDField()
    group = models.CharField(max_length=80)
    amount_cents = models.BigIntegerField()
    release = models.BooleanField(default=False)
    on = models.DateField()
    by = _person(null=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(
                condition=Q(release=False, amount_cents__gt=0) | Q(release=True, amount_cents__lt=0),
                name="core_draw_sign",
            ),
            models.UniqueConstraint(fields=["object_uid", "release"], name="core_draw_once"),
        ]


class OwnerReview(Record):
    """What one person did alone in a small office, for the owner to read. Unread, it blocks the month's lock."""

    first_duty = models.CharField(max_length=40)
    second_duty = models.CharField(max_length=40)
    object_type = models.CharField(max_length=60)
    object_uid = models.UUIDField()
    title = models.CharField(max_length=200, blank=True)
    person = _person(null=True)
    why = models.CharField(max_length=200, blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    reviewed_by = _person(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=400, blank=True)

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None) | Q(reviewed_by=None) | ~Q(person=F("reviewed_by")),
                name="core_review_other_person",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_at=None)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="core_review_whole",
            ),
            models.UniqueConstraint(fields=["object_uid", "first_duty", "second_duty"], name="core_review_once"),
        ]
        indexes = [models.Index(fields=["reviewed_at", "on"], name="core_review_unread")]

    @property
    def duties(self) -> str:
        """Both halves, as a person reads them."""
        from steward.core.approvals.words import plain

        return f"{plain(self.first_duty)} · {plain(self.second_duty)}"
