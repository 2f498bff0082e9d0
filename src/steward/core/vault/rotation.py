"""Rotation: seal every value of a table under a new key, while everybody works on.

New values are sealed under the new key from the first moment; old values stay readable under theirs until they are
sealed anew. Each batch compares and swaps (``UPDATE ... WHERE column = <what was read>``), so that a value written
meanwhile is left alone. Nothing is remembered between batches but the data itself: killed anywhere, it is simply run
again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from steward.core.vault.fields import EncryptedTextField, sealed_fields
from steward.core.vault.keyring import VaultError, ring
from steward.core.vault.seal import Place, key_id_of

BATCH = 500


def sealed_models() -> list[type[models.Model]]:
    """Every model with a sealed field."""
    return [m for m in apps.get_models() if sealed_fields(m)]


def model_of(table: str) -> type[models.Model]:
    """The model whose table this is. VaultError if it has no sealed field."""
    for model in sealed_models():
        if model._meta.db_table == table:
            return model
    raise VaultError(f"Table {table} holds nothing sealed.")


def reseal(table: str, step: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Seal anew whatever in ``table`` is not under its current key; how many values. ``step(done,
    total)`` after each batch.
    """
    model, current = model_of(table), ring().current(table)
    fields = sealed_fields(model)
    total, done, changed, last = model._base_manager.count(), 0, 0, 0
    while True:
        rows = list(_batch(model, fields, last))
        if not rows:
            step(total, total)
            return changed
        with transaction.atomic():
            for _pk, uid, *tokens in rows:
                for field, token in zip(fields, tokens, strict=True):
                    changed += _swap(table, field, str(uid), token, current)
        last, done = rows[-1][0], done + len(rows)
        step(min(done, total), total)


def _batch(model: type[models.Model], fields: list[EncryptedTextField], after: int) -> list[tuple[int, object, str]]:
    names = [f.attname for f in fields]
    rows = model._base_manager.filter(pk__gt=after).order_by("pk").values_list("pk", "uid", *names)[:BATCH]
    return [(pk, uid, *[s.token if s is not None else "" for s in sealed]) for pk, uid, *sealed in rows]


def _swap(table: str, field: EncryptedTextField, uid: str, token: str, current: str) -> int:
    if not token or key_id_of(token) == current:
        return 0
    column = str(field.column)
    place = Place(table, column, uid)
    fresh = ring().seal(place, ring().unseal(place, token))
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(table)} SET {quote(column)} = %s WHERE uid = %s AND {quote(column)} = %s",  # noqa: S608 - our own names
            [fresh, _uid_value(field.model, uid), token],
        )
        return int(cursor.rowcount)


def _uid_value(model: type[models.Model], uid: str) -> Any:
    field: Any = model._meta.get_field("uid")
    return field.get_db_prep_value(uid, connection)


def old_keys_in_use(table: str) -> dict[str, int]:
    """How many values each earlier key of ``table`` still seals (only keys that seal any)."""
    model, current = model_of(table), ring().current(table)
    counts: dict[str, int] = {}
    for row in model._base_manager.values_list(*[f.attname for f in sealed_fields(model)]).iterator(chunk_size=2000):
        for sealed in row:
            if sealed is not None and sealed.token and (key := key_id_of(sealed.token)) != current:
                counts[key] = counts.get(key, 0) + 1
    return counts
