"""How often: counts in windows of a fixed length, in the one small memory all processes of a machine share.

Rivals at the same instant may lose a count; a limit that is a little generous is still a limit.
"""

from __future__ import annotations

from time import time as wall_seconds

from django.core.cache import cache


def _key(name: str, seconds: int) -> str:
    return f"limit:{name}:{int(wall_seconds() // seconds)}"


def count(name: str, seconds: int, by: int = 1) -> int:
    """Add to the running window; what it holds now."""
    total = held(name, seconds) + by
    cache.set(_key(name, seconds), total, seconds)
    return total


def held(name: str, seconds: int) -> int:
    """What the running window holds."""
    return int(cache.get(_key(name, seconds), 0))


def seconds_left(seconds: int) -> int:
    """Until the next window begins."""
    return seconds - int(wall_seconds() % seconds)
