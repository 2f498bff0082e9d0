"""What a referral or prior authorisation is worth on a day. What was used of it comes from whoever knows the charges."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

#: Days before its last day from which a grant is listed as running out.
SOON_DAYS = 14


class GrantState(StrEnum):
    """Where a grant stands on a day."""

    WITHDRAWN = "withdrawn"
    DENIED = "denied"
    ASKED = "asked"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    USED_UP = "used_up"
    EXPIRING = "expiring"
    VALID = "valid"


#: The states in which a service may rest on it.
USABLE = frozenset({GrantState.VALID, GrantState.EXPIRING})


@dataclass(frozen=True, slots=True)
class Used:
    """What charges took of a grant so far."""

    units: int = 0
    visits: int = 0


NOTHING = Used()


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """A grant as a value. Empty ``codes``: any service; None units or visits: no limit. Both days are included."""

    number: str
    codes: tuple[str, ...] = ()
    units_allowed: int | None = None
    visits_allowed: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    granted: bool = True
    denied: bool = False
    withdrawn: bool = False


def state_on(terms: GrantTerms, day: dt.date, used: Used = NOTHING) -> GrantState:
    """Where it stands on a day, by what was used of it before."""
    if terms.withdrawn:
        return GrantState.WITHDRAWN
    if terms.denied:
        return GrantState.DENIED
    if not terms.granted or terms.starts_on is None:
        return GrantState.ASKED
    if day < terms.starts_on:
        return GrantState.NOT_YET
    if terms.ends_on is not None and day > terms.ends_on:
        return GrantState.EXPIRED
    if _left(terms.units_allowed, used.units) == 0 or _left(terms.visits_allowed, used.visits) == 0:
        return GrantState.USED_UP
    soon = terms.ends_on is not None and (terms.ends_on - day).days < SOON_DAYS
    return GrantState.EXPIRING if soon else GrantState.VALID


def units_left(terms: GrantTerms, used: Used) -> int | None:
    """Units that may still be used; None without a limit."""
    return _left(terms.units_allowed, used.units)


def visits_left(terms: GrantTerms, used: Used) -> int | None:
    """Visits that may still be made; None without a limit."""
    return _left(terms.visits_allowed, used.visits)


def why_not(terms: GrantTerms, day: dt.date, *, code: str = "", units: int = 0, used: Used = NOTHING) -> str:
    """Empty when a service may rest on the grant, else the reason as a code: a state of ``GrantState``, ``code`` when it
    is for other services, ``units`` when it asks for more than is left."""
    state = state_on(terms, day, used)
    if state not in USABLE:
        return state.value
    if code and terms.codes and code not in terms.codes:
        return "code"
    left = units_left(terms, used)
    return "units" if left is not None and units > left else ""


def _left(allowed: int | None, used: int) -> int | None:
    return None if allowed is None else max(allowed - used, 0)
