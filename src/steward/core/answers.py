"""Arguments and answers of services as canonical JSON: to compare a retry with the first call, and to give its
answer again."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

_SCALARS: dict[str, tuple[type, Any, Any]] = {
    "uuid": (UUID, str, UUID),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "decimal": (Decimal, str, Decimal),
    "path": (PurePath, str, PurePath),
    "microseconds": (timedelta, lambda t: t // timedelta(microseconds=1), lambda n: timedelta(microseconds=n)),
    "bytes": (bytearray, lambda b: base64.b64encode(b).decode(), base64.b64decode),
}


def encode(value: Any, *, hashed: bool = False) -> Any:
    """To JSON; ``hashed`` keeps only the hash of bytes (to compare, not to give back).

    Raises TypeError for what has no stable form (open files, querysets, floats): pass bytes, uids, rows or plain
    values instead.
    """
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Model):
        return {"$model": value._meta.label_lower, "pk": encode(value.pk)}
    if isinstance(value, bytes):
        return (
            {"$sha256": hashlib.sha256(value).hexdigest()} if hashed else {"$bytes": base64.b64encode(value).decode()}
        )
    if isinstance(value, Enum):
        return {"$enum": _path(type(value)), "value": encode(value.value)}
    for tag, (kind, out, _back) in _SCALARS.items():
        if isinstance(value, kind):
            return {f"${tag}": out(value)}
    return _many(value, hashed)


def _many(value: Any, hashed: bool) -> Any:
    def inner(part: Any) -> Any:
        return encode(part, hashed=hashed)

    if is_dataclass(value) and not isinstance(value, type):
        return {"$data": _path(type(value)), "fields": {f.name: inner(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, Mapping):
        return {"$map": [[inner(k), inner(v)] for k, v in value.items()]}
    if isinstance(value, list | tuple | range):
        return {"$tuple" if isinstance(value, tuple) else "$list": [inner(v) for v in value]}
    if isinstance(value, set | frozenset):
        return {"$set": sorted((inner(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))}
    raise TypeError(f"{type(value).__name__} has no stable form; give the service bytes, uids, rows or plain values")


def decode(value: Any) -> Any:
    """Back from ``encode``. Rows are read again: the first answer names them, the database holds them."""
    if not isinstance(value, dict):
        return value
    tag = next(key for key in value if key.startswith("$"))  # PostgreSQL keeps no order of keys
    if tag == "$model":
        return apps.get_model(value["$model"])._default_manager.get(pk=decode(value["pk"]))
    if tag == "$enum":
        return _load(value["$enum"])(decode(value["value"]))
    if tag == "$data":
        return _load(value["$data"])(**{k: decode(v) for k, v in value["fields"].items()})
    if tag == "$map":
        return {decode(k): decode(v) for k, v in value["$map"]}
    if tag in ("$list", "$tuple", "$set"):
        return {"$list": list, "$tuple": tuple, "$set": frozenset}[tag](decode(v) for v in value[tag])
    return _SCALARS[tag[1:]][2](value[tag])


def digest(value: Any) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(
        json.dumps(encode(value, hashed=True), sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def _path(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _load(path: str) -> Any:
    """Only our own classes are ever loaded (a nested one by its dotted name): the path comes from our table."""
    module, _, name = path.partition(":")
    if not module.startswith("steward."):
        raise ValueError(f"{path} is not one of ours")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found
