"""The job as a person sees it; the queue itself is django-tasks' table."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.core.jobs.states import OPEN, JobState


class Job(Record):
    """One piece of long work. ``key`` keeps a second asking from starting it twice (scheduled work:
    kind and due time).
    """

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=160)
    args = models.JSONField(default=dict)
    key = models.CharField(max_length=120, null=True, unique=True)
    state = models.CharField(max_length=12, default=JobState.QUEUED.value)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)  # 0: not known yet
    message = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True)
    result_url = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seen_alive_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[s.value for s in JobState]), name="core_job_state"),
            models.CheckConstraint(
                condition=Q(done__gte=0) & (Q(total=0) | Q(done__lte=F("total"))), name="core_job_progress"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in OPEN], finished_at__isnull=True)
                | Q(finished_at__isnull=False) & ~Q(state__in=[s.value for s in OPEN]),
                name="core_job_finished",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "asked_at"], name="core_job_open"),
            models.Index(fields=["asked_by", "-asked_at"], name="core_job_mine"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        """Done of total in whole percent, 0 while the total is not known."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def is_open(self) -> bool:
        return JobState(self.state) in OPEN

    def access_facts(self) -> object:
        from steward.core.access.decide import Facts

        return Facts(owners=frozenset({self.asked_by_id}) if self.asked_by_id else frozenset())
