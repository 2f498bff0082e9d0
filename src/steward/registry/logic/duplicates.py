"""Is this person already here? Reasons to ask, never reasons to refuse: a person decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from steward.registry.logic.names import name_likeness

ALIKE = 80  # of 100: "Jon Smith" and "John Smith" 95, "Maria Lopez" and "Marta Lopes" 82, twins "Ana" and "Eva" 70


class Reason(StrEnum):
    """Why two parties may be one, strongest first."""

    TAX_ID = "tax_id"
    BIRTH_AND_NAME = "birth_and_name"
    PHONE_AND_NAME = "phone_and_name"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True)
class Known:
    """What is compared: one party's name, birth date, ten-digit phones, e-mail keys and blind tax id ("" when none)."""

    ref: int | None
    name: str
    birth_date: dt.date | None
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    tax_index: str = ""


@dataclass(frozen=True)
class Twin:
    """A known party that may be the one being entered."""

    known: Known
    reasons: tuple[Reason, ...]
    likeness: int

    @property
    def strong(self) -> bool:
        """True when the same person is likely, so that saving asks again; a shared phone alone is a family."""
        return bool({Reason.TAX_ID, Reason.BIRTH_AND_NAME, Reason.PHONE_AND_NAME} & set(self.reasons))


def reasons_of(new: Known, old: Known, likeness: int) -> tuple[Reason, ...]:
    """Every reason for which `old` may be the party being entered."""
    alike = likeness >= ALIKE
    shared_phone = bool(new.phones & old.phones)
    found = {
        Reason.TAX_ID: bool(new.tax_index) and new.tax_index == old.tax_index,
        Reason.BIRTH_AND_NAME: alike and new.birth_date is not None and new.birth_date == old.birth_date,
        Reason.PHONE_AND_NAME: alike and shared_phone,
        Reason.EMAIL: bool(new.emails & old.emails),
        Reason.PHONE: shared_phone and not alike,
    }
    return tuple(reason for reason in Reason if found[reason])


def twins(new: Known, candidates: Iterable[Known]) -> list[Twin]:
    """The candidates that may be the same party, the likeliest first; the party itself (same ref) is left out."""
    found: list[Twin] = []
    for old in candidates:
        if new.ref is not None and new.ref == old.ref:
            continue
        likeness = name_likeness(new.name, old.name)
        reasons = reasons_of(new, old, likeness)
        if reasons:
            found.append(Twin(old, reasons, likeness))
    order = list(Reason)
    return sorted(found, key=lambda twin: (order.index(twin.reasons[0]), -twin.likeness, twin.known.ref or 0))
