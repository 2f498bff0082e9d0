"""The OIG's list of excluded individuals and entities (LEIE) as it is downloaded, and who looks like one of it. Pure.

A match is a question, not a verdict: the OIG itself asks that a name be verified by birth date or number before anybody acts on it
(OIG, "Exclusions FAQ"). Two birth dates that differ, or two middle initials that differ, are two people.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from steward.billing.logic.scrub.codes import CodeFileFault, Table
from steward.registry.logic.names import name_key

COLUMNS = (
    "lastname", "busname", "firstname", "midname", "general?", "specialty?", "npi", "dob", "city", "state", "zip", "excltype",
    "excldate", "reindate", "waiverdate?", "wvrstate?",
)  # fmt: skip
#: What a name of an organisation may have or not: it says nothing about who it is.
FORMS = frozenset({"inc", "incorporated", "llc", "llp", "ltd", "corp", "corporation", "co", "company", "pc", "pa", "pllc", "the", "dba"})
LEAST_SHORT_FORM = 3  # Ben may be Benjamin; B alone may be, too, as an initial


@dataclass(frozen=True, slots=True)
class Excluded:
    """One row of the list. Keys are folded; ``npi`` empty and days None where the list has zeros."""

    key: str
    name: str
    last: str
    first: str
    middle: str
    organisation: bool
    npi: str
    born: date | None
    place: str
    specialty: str
    authority: str
    excluded_on: date
    reinstated_on: date | None = None
    waived_on: date | None = None
    waiver_state: str = ""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who is screened: folded keys as in the registry."""

    party: int
    role: str
    last: str
    first: str = ""
    middle: str = ""
    organisation: bool = False
    npi: str = ""
    born: date | None = None


def organisation_key(name: str) -> str:
    """An organisation's name without its legal form: "The Keel Co., LLC" -> "keel"; the whole name when nothing else is left."""
    words = name_key(name).split()
    return " ".join(word for word in words if word not in FORMS) or " ".join(words)


def read_leie(text: str, name: str = "LEIE file") -> tuple[Excluded, ...]:
    """The OIG's download (``UPDATED.csv``): LASTNAME, FIRSTNAME, MIDNAME, BUSNAME, GENERAL, SPECIALTY, UPIN, NPI, DOB, ADDRESS, CITY,
    STATE, ZIP, EXCLTYPE, EXCLDATE, REINDATE, WAIVERDATE, WVRSTATE; days YYYYMMDD, zeros for none. A row said twice counts once.
    Raises CodeFileFault."""
    table = Table(text, name, COLUMNS)
    rows = (_row(table, number, cells) for number, cells in table.rows(len(COLUMNS)))
    return tuple({row.key: row for row in rows}.values())


def _row(table: Table, number: int, cells: Sequence[str]) -> Excluded:
    last, business, first, middle, general, specialty, npi, dob, city, state, zip_, authority, since, back, waived, where = cells
    if not name_key(last or business):
        raise CodeFileFault(table.name, number, "LASTNAME", "The row names nobody.", "Take the OIG's file as it is.")
    if npi.strip("0") and not re.fullmatch(r"[0-9]{10}", npi):
        raise CodeFileFault(table.name, number, "NPI", f"{npi[:40]!r} is no NPI.", "It has ten digits.")
    excluded_on = _day(table, number, "EXCLDATE", since)
    if excluded_on is None:
        raise CodeFileFault(table.name, number, "EXCLDATE", "There is no date.", "Write it as YYYYMMDD.")
    person = bool(last)
    return Excluded(
        hashlib.sha256("\x1f".join(cells).encode()).hexdigest(),
        (" ".join(part for part in (first, middle, last) if part) if person else business)[:200],
        (name_key(last) if person else organisation_key(business))[:200], name_key(first)[:100] if person else "",
        name_key(middle)[:100] if person else "", not person, npi if npi.strip("0") else "", _day(table, number, "DOB", dob),
        ", ".join(part for part in (city, f"{state} {zip_}".strip()) if part)[:120], (specialty or general)[:80], authority[:12],
        excluded_on, _day(table, number, "REINDATE", back), _day(table, number, "WAIVERDATE", waived), where[:2],
    )  # fmt: skip


def _day(table: Table, row: int, column: str, text: str) -> date | None:
    return None if not text.strip("0") else table.day(row, column, text)


def how_alike(one: Somebody, other: Excluded) -> str:
    """``npi``, ``birth`` (name and birth date), ``name``, or nothing."""
    if one.npi and one.npi == other.npi:
        return "npi"
    if one.organisation != other.organisation or not one.last or one.last != other.last:
        return ""
    if one.organisation:
        return "name"
    if not _first_alike(one.first, other.first) or (one.middle and other.middle and one.middle[0] != other.middle[0]):
        return ""
    if one.born and other.born:
        return "birth" if one.born == other.born else ""
    return "name"


def _first_alike(one: str, other: str) -> bool:
    """The same, an initial of it, or a short form of at least three letters; a name that is not known may be any."""
    if not one or not other:
        return True
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and (short == long or len(short) == 1 or len(short) >= LEAST_SHORT_FORM)


def matches(people: Iterable[Somebody], listed: Mapping[int, Excluded]) -> Iterator[tuple[Somebody, int, str]]:
    """(who, number of the row, how) of everybody who looks like a row of the list."""
    by_npi: dict[str, list[int]] = {}
    by_last: dict[str, list[int]] = {}
    for pk, row in listed.items():
        by_last.setdefault(row.last, []).append(pk)
        if row.npi:
            by_npi.setdefault(row.npi, []).append(pk)
    for who in people:
        for pk in dict.fromkeys([*(by_npi.get(who.npi, ()) if who.npi else ()), *by_last.get(who.last, ())]):
            how = how_alike(who, listed[pk])
            if how:
                yield who, pk, how
