"""Doors as people see them: which stand, what came, and how clearinghouses answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from steward.billing.logic.doors import Seen, Silence, mark, silence
from steward.billing.models import Arrival, Batch, Door, Sighting
from steward.billing.states import ArrivalState, Form
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped

LOOK_BACK = timedelta(days=30)


def doors() -> QuerySet[Door]:
    """Doors that stand, the one that sends first."""
    return Door.objects.filter(ended_on=None).order_by("-out_folder", "id")


def sender() -> Door | None:
    """The door by which files go out, or None: then they are brought by hand."""
    return Door.objects.filter(ended_on=None).exclude(out_folder="").first()


def door_by_uid(uid: UUID) -> Door | None:
    """One door that stands, or None."""
    return doors().filter(uid=uid).first()


def unseen(door: Door, listed: Iterable[Seen]) -> list[Seen]:
    """Of what a door lists, what was not seen so before. One query a thousand files."""
    rows = {mark(one): one for one in listed}
    marks = list(rows)
    for start in range(0, len(marks), 1000):
        part = marks[start : start + 1000]
        for known in Sighting.objects.filter(door=door, mark__in=part).values_list("mark", flat=True):
            rows.pop(known, None)
    return list(rows.values())


def unread() -> QuerySet[Arrival]:
    """Files that are kept and were not read yet, the oldest first."""
    return Arrival.objects.filter(state=ArrivalState.SAFE).select_related("file", "door").order_by("id")


def arrivals(subject: Subject) -> QuerySet[Arrival]:
    """Files that came through doors, the latest first, with how often each was delivered (``times``)."""
    rows = scoped(subject, "remittance.read", Arrival.objects.all())
    return rows.select_related("door", "file", "work").annotate(times=Count("sightings")).order_by("-arrived_at", "-id")


def arrival_by_uid(subject: Subject, uid: UUID) -> Arrival | None:
    """One of them, or None."""
    return arrivals(subject).filter(uid=uid).first()


@dataclass(frozen=True)
class Answered:
    """A claim file that was delivered, and how the clearinghouse answered it."""

    batch: Batch
    silence: Silence
    first: datetime | None


def silences(subject: Subject, now: datetime) -> list[Answered]:
    """Files delivered in the last thirty days that were answered late or not at all, the oldest first. One query."""
    rows = scoped(subject, "charge.read", Batch.objects.filter(delivered_at__gte=now - LOOK_BACK).exclude(form=Form.PAPER))
    rows = rows.select_related("payer").annotate(first=Min("submissions__events__at")).order_by("delivered_at", "id")
    found = []
    for row in rows:
        assert row.delivered_at is not None
        how = silence(row.delivered_at, row.first, now)
        if how is not Silence.ANSWERED:
            found.append(Answered(row, how, row.first))
    return found
