"""The nouns of people who work here; each is a role of a registry party."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.core.base import Record


class Provider(Record):
    """Someone who sees patients and appears on claims."""

    party = models.OneToOneField("registry.Party", on_delete=models.PROTECT, related_name="provider")
    npi = models.CharField(max_length=10, unique=True)
    taxonomy = models.CharField(max_length=10, blank=True)
    credential = models.CharField(max_length=20, blank=True, help_text="MD, DO, NP, ...")
    entity = models.ForeignKey("registry.Entity", on_delete=models.PROTECT, related_name="+", help_text="who bills")
    department = models.ForeignKey(
        "registry.Department", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="people_provider_dates"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party.name}, {self.credential}" if self.credential else self.party.name


class ProviderSession(Record):
    """Hours in which a provider can be booked (or, closed, cannot be), weekly or on one date; local times."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="sessions")
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("registry.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField(null=True, blank=True, help_text="0 is Monday")
    date = models.DateField(null=True, blank=True)
    starts = models.TimeField()
    ends = models.TimeField()
    slot_minutes = models.PositiveSmallIntegerField(default=20)
    closed = models.BooleanField(default=False)
    starts_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="last day on which the weekly hours hold")
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["provider", "weekday"], name="people_session_week"),
            models.Index(fields=["date"], name="people_session_date"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6), date=None) | Q(weekday=None, date__isnull=False),
                name="people_session_week_or_date",
            ),
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="people_session_hours"),
            models.CheckConstraint(condition=Q(slot_minutes__range=(5, 240)), name="people_session_slot"),
            models.CheckConstraint(
                condition=Q(closed=False) | Q(date__isnull=False), name="people_session_closed_dated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}"


class Employee(Record):
    """A person who works here, in one job, from a day to a day. Pay, leave and files come with their own rooms."""

    party = models.OneToOneField("registry.Party", on_delete=models.PROTECT, related_name="employee")
    job = models.CharField(max_length=80)
    entity = models.ForeignKey("registry.Entity", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("registry.Site", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        "registry.Department", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="people_employee_dates"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party.name}, {self.job}"
