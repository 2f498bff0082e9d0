"""What the registry's services share: one way to turn the database's "no" into a refusal that a person can act on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError, models, transaction

from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, refuse


def stand(faults: Iterable[Refusal]) -> None:
    """Raise Refused with every fault found; return when there is none."""
    found = tuple(faults)
    if found:
        raise Refused(*found)


@contextmanager
def refusing(code: str, message: str, fix: str, field: str = "") -> Iterator[None]:
    """Run writes in a savepoint; a constraint that refuses them becomes this refusal, the transaction stays usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise refuse(code, message, fix, field) from error


def changed(row: models.Model, values: dict[str, object]) -> list[str]:
    """Set the values that differ on the row and give the names of those that did."""
    names = [name for name, value in values.items() if getattr(row, name) != value]
    for name in names:
        setattr(row, name, values[name])
    return names


def end_record(call: Call, row: models.Model, on: date, label: str) -> None:
    """Set `ended_on` once. Refuses a second end: the first is the truth until it is taken back."""
    if getattr(row, "ended_on") is not None:  # noqa: B009 - the base model has no such field
        raise refuse("ended", f"This {label} has already ended.", "Open it again first, if the end was a mistake.")
    setattr(row, "ended_on", on)  # noqa: B010
    row.save(update_fields=["ended_on"])
    note(row, fields=["ended_on"])
