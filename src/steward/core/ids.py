"""Identities. A ``uid`` is made by whoever first names the thing (usually the client), so that a retry names the same thing."""

from __future__ import annotations

import uuid
from collections.abc import Callable

_source: Callable[[], uuid.UUID] = uuid.uuid4


def new_uid() -> uuid.UUID:
    """A fresh random uid, unguessable (RFC 9562 version 4) unless a test or the demo injected another source."""
    return _source()


def use_source(source: Callable[[], uuid.UUID] | None) -> None:
    """Inject the source of uids (seeded in the demo and in tests); None restores the random one."""
    global _source
    _source = source or uuid.uuid4
