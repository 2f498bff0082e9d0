"""What every check is made of: what it is given, what it says, and the few questions that many of them ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from steward.billing.logic.outgoing.model import Clinician, OutgoingClaim, ServiceLine
from steward.billing.logic.scrub.model import Parameter, World

Lines = Sequence[tuple[int, ServiceLine]]  # (number from 1, line), only those on whose day the rule is in force

MEDICARE = frozenset({"MA", "MB"})
_UNITS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,4})?")
_CODES = re.compile(r"[A-Z0-9]{1,7}(?:\*|-[A-Z0-9]{1,7})?")
_ICD = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
_LEVEL_TWO = re.compile(r"[A-Z][0-9]{4}")
_OTHER_LEVEL = re.compile(r"[0-9]{4}[0-9A-Z]")


@dataclass(frozen=True, slots=True)
class Found:
    """One place where a rule is broken. ``values`` fill the rule's message."""

    where: str
    line: int = 0
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes as a rule lists them: ``J3420``, ``G0432-G0435``, ``J*``. A range compares as many characters as its ends have.

    Ranges are kept by their first character, so that most codes are answered by one look (a range never crosses letters
    unless it is written so; then it is kept under each).
    """

    exact: frozenset[str]
    ranges: Mapping[str, tuple[tuple[str, str], ...]]

    @classmethod
    def of(cls, written: Iterable[str]) -> Codes:
        """Raises ValueError in words for what is no code, range or start."""
        exact: set[str] = set()
        ranges: dict[str, tuple[tuple[str, str], ...]] = {}
        for text in (each.strip().upper().replace(".", "") for each in written):
            low, dash, high = text.partition("-")
            if not _CODES.fullmatch(text) or (dash and low > high):
                raise ValueError(f"{text} is no code, range (G0432-G0435) or start (J*)")
            if text.endswith("*"):
                low = high = text[:-1]
            elif not dash:
                exact.add(text)
                continue
            for first in range(ord(low[0]), ord(high[0]) + 1):
                ranges[chr(first)] = (*ranges.get(chr(first), ()), (low, high))
        return cls(frozenset(exact), ranges)

    def __contains__(self, code: str) -> bool:
        if code in self.exact:
            return True
        near = self.ranges.get(code[:1])
        return near is not None and any(low <= code[: len(low)] and code[: len(high)] <= high for low, high in near)


@dataclass(frozen=True, slots=True)
class Params:
    """A rule's parameters, made ready once."""

    codes: Mapping[str, Codes]
    texts: Mapping[str, frozenset[str]]
    numbers: Mapping[str, int]


CheckFunction = Callable[[OutgoingClaim, Lines, World, Params], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check by name, with the parameters its rules must give: ``codes``, ``texts`` or ``number``."""

    name: str
    run: CheckFunction
    takes: Mapping[str, str] = field(default_factory=dict)

    def ready(self, given: Mapping[str, Parameter]) -> Params:
        """The parameters made ready. Raises ValueError in words when one is missing, unknown or of another kind."""
        odd = sorted(set(given) ^ set(self.takes))
        if odd:
            raise ValueError(
                f"check {self.name} takes {', '.join(sorted(self.takes)) or 'no parameters'}; look at {odd[0]}"
            )
        codes, texts, numbers = {}, {}, {}
        for name, kind in self.takes.items():
            value = given[name]
            if kind == "number":
                numbers[name] = _whole(value, name)
            elif not isinstance(value, tuple) or not all(isinstance(each, str) and each.strip() for each in value):
                raise ValueError(f"{name} is a list of texts")
            elif kind == "codes":
                codes[name] = Codes.of(value)
            else:
                texts[name] = frozenset(value)
        return Params(codes, texts, numbers)


def _whole(value: Parameter, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} is a whole number, 0 or more")
    return value


def on_line(number: int, what: str, **values: str) -> Found:
    """A finding of one service line."""
    return Found(f"line {number}, {what}", number, {"line": str(number), **values})


def on_claim(where: str, **values: str) -> Found:
    """A finding of the claim as a whole."""
    return Found(where, 0, values)


def units_of(line: ServiceLine) -> Decimal | None:
    """Units as a number, None when what is written is none."""
    return Decimal(line.units) if _UNITS.fullmatch(line.units) else None


def number_text(value: Decimal) -> str:
    """A count as a person writes it: 3, 2.5."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_text(cents: int) -> str:
    """Cents as dollars for a message: 1,234.50."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100:,}.{cents % 100:02d}"


def icd(code: str) -> str:
    """A diagnosis as code sets keep it."""
    return code.replace(".", "").strip().upper()


def icd_shaped(code: str) -> bool:
    """True for the shape of an ICD-10-CM code, with or without its dot."""
    return bool(_ICD.fullmatch(icd(code)))


def level_two(code: str) -> bool:
    """True for the shape of a HCPCS Level II code."""
    return bool(_LEVEL_TWO.fullmatch(code))


def other_level(code: str) -> bool:
    """True for the shape of codes that a practice imports under its own licence."""
    return bool(_OTHER_LEVEL.fullmatch(code))


def provider_of(claim: OutgoingClaim) -> str:
    """The NPI under which duplicates, edits and global days are judged."""
    who = claim.rendering or claim.attending
    return who.npi if who else claim.billing.npi


def age_on(born: date, day: date) -> int:
    """Completed years; negative before birth."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def days_between(first: date, last: date) -> int:
    return last.toordinal() - first.toordinal()


def people(claim: OutgoingClaim) -> Iterator[tuple[str, Clinician]]:
    """The persons named on the claim, by role."""
    named = (
        ("rendering provider", claim.rendering), ("referring provider", claim.referring),
        ("ordering provider", claim.ordering), ("supervising provider", claim.supervising), ("attending provider", claim.attending),
        ("operating provider", claim.operating),
    )  # fmt: skip
    for role, who in named:
        if who is not None:
            yield role, who


def npis(claim: OutgoingClaim) -> Iterator[tuple[str, str]]:
    """Who is named on the claim, as (role, NPI)."""
    yield "billing provider", claim.billing.npi
    for role, who in people(claim):
        yield role, who.npi
    if claim.facility and claim.facility[1]:
        yield "facility", claim.facility[1]
