"""Separation of duties, enforced on the person and on whom the person stands in for."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from steward.core.access.models import DutyDone, Office
from steward.core.service import Call, in_service, refuse


@cache
def counterparts() -> dict[str, dict[str, str]]:
    """duty -> {forbidden counterpart: why}."""
    table: dict[str, dict[str, str]] = {}
    for row in tomllib.loads((Path(__file__).parent / "separation.toml").read_text())["pair"]:
        first, second = row["duties"]
        table.setdefault(first, {})[second] = row["why"]
        table.setdefault(second, {})[first] = row["why"]
    return table


def perform(call: Call, duty: str, *objects: Any) -> None:
    """Record that this person does ``duty`` on the rows; refuse (``separation``) when they did its counterpart on
    any of them.

    In small-office mode a pair that one person alone can do passes with a mark on the owner's review list.
    The system's own calls are no person and separate nothing.
    """
    if not in_service():
        raise RuntimeError("perform() belongs inside a service")
    people = [p for p in (call.user_id, call.on_behalf_of) if p is not None]
    if not people:
        return
    rivals = counterparts().get(duty, {})
    for done in _clashes(people, rivals, objects):
        if not _small_office():
            why = rivals[done.duty]
            raise refuse("separation", f"You did the other half yourself: {why}.", "Ask a colleague to do this step.")
        _mark_for_owner(call, duty, done)
    DutyDone.objects.bulk_create(
        DutyDone(duty=duty, person_id=p, object_type=o._meta.label_lower, object_uid=o.uid, at=call.now)
        for p in people
        for o in objects
    )


def perform_past(call: Call, done: Sequence[tuple[str, int, Any]]) -> None:
    """Record duties of past days (duty, person, row) in bulk: nothing is refused, for it has happened; later acts will be."""
    if not in_service():
        raise RuntimeError("perform_past() belongs inside a service")
    DutyDone.objects.bulk_create(
        DutyDone(duty=duty, person_id=person, object_type=o._meta.label_lower, object_uid=o.uid, at=call.now)
        for duty, person, o in done
    )


def _clashes(people: list[int], rivals: dict[str, str], objects: tuple[Any, ...]) -> QuerySet[DutyDone]:
    return DutyDone.objects.filter(object_uid__in=[o.uid for o in objects], duty__in=list(rivals), person_id__in=people)


def _small_office() -> bool:
    return Office.objects.filter(small_office=True).exists()


def _mark_for_owner(call: Call, duty: str, done: DutyDone) -> None:
    from steward.core.approvals.services import mark_for_owner

    mark_for_owner(call, pair=(done.duty, duty), object_type=done.object_type, object_uid=done.object_uid)
