"""One field of a claim changed to something odd, anywhere in it. Random only through the generator it is given."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

from steward.billing.logic.outgoing.model import OutgoingClaim

ODD = ("", " ", "X" * 100, "É", "1", "李", "a*b~c:d", "00", "-", "é" * 90, "0" * 60, "x\ny")
Path = tuple[str | int, ...]


def _places(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf within a claim, and every list."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _places(getattr(value, field.name), (*at, field.name))
        return
    if isinstance(value, tuple):
        for place, each in enumerate(value):
            yield from _places(each, (*at, place))
    yield at, value


def _put(value: Any, at: Path, new: Any) -> Any:
    if not at:
        return new
    first, rest = at[0], at[1:]
    if isinstance(first, int):
        return tuple(_put(each, rest, new) if place == first else each for place, each in enumerate(value))
    return dataclasses.replace(value, **{first: _put(getattr(value, first), rest, new)})


def hurt(claim: OutgoingClaim, rng: random.Random) -> tuple[Path, OutgoingClaim]:
    """(where, the claim hurt there). Its total stays the sum of its lines, so that the hurt itself is what is judged."""
    places = [
        (at, value)
        for at, value in _places(claim)
        if value is not None and at not in (("facility",), ("attachment",), ("form",))
    ]
    at, value = rng.choice(places)
    if isinstance(value, bool):
        new: Any = not value
    elif isinstance(value, str):
        new = rng.choice(ODD)
    elif isinstance(value, int):
        new = rng.choice((0, 1, -1, 2, 5, 10**12))
    elif isinstance(value, dt.date):
        new = value + dt.timedelta(days=rng.choice((-400, -1, 1)))
    else:
        new = rng.choice(((), value + value, value * 3))
    spoiled = _put(claim, at, new)
    if at[0] == "lines":
        spoiled = dataclasses.replace(spoiled, charge_cents=sum(line.charge_cents for line in spoiled.lines))
    return at, spoiled
