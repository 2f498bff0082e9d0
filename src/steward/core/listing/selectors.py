"""Saved views, asked for."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from steward.core.sql import query


class View(NamedTuple):
    """A saved view as a list offers it: ``query`` is the query string it stands for."""

    uid: UUID
    owner_id: int | None
    name: str
    query: str


def views_of(user_id: int | None, listing: str) -> list[View]:
    """A person's own views of a list and those that are shared, by name. Plain SQL: asked by every list page."""
    rows = query(
        "SELECT uid, owner_id, name, query FROM core_savedview"
        " WHERE listing = %s AND (owner_id = %s OR shared) ORDER BY name, id",
        listing, user_id,
    )  # fmt: skip
    return [View(uid if isinstance(uid, UUID) else UUID(uid), *rest) for uid, *rest in rows]
