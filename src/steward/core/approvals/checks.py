"""What signatures and duties show together: checks 34 and 38 of the catalogue. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from steward.core.findings import Evidence, Finding, Severity
from steward.core.money import format_cents

#: Amounts within five percent under a limit are near it; three of one person, and twice as many as around them, are a cluster.
NEAR_PPM = 950_000
AROUND_PPM = (850_000, 1_150_000)
LEAST = 3
SPLIT_DAYS = timedelta(days=7)
_AMOUNT = re.compile(r"[\d,]*\d\.\d\d\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for approval: its uid, kind in words, amount, who asked, when, and its title, which names what it is about."""

    ref: str
    kind: str
    cents: int
    by: str
    day: date
    title: str

    @property
    def about(self) -> str:
        """What it is about without its amount; nothing where the title names no thing by a number."""
        bare = _AMOUNT.sub("", self.title).strip()
        return bare if any(letter.isdigit() for letter in bare) else ""


def just_below_limit(rows: Sequence[Asked], limits: Mapping[str, Sequence[int]]) -> Iterator[Finding]:
    """``just_below_limit`` (34): one person's requests crowd under a limit of approval, or parts of one thing, each below it, are
    together above it within seven days. ``limits`` are the amounts at which a kind asks for more signatures."""
    by_who: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in rows:
        by_who[one.by, one.kind].append(one)
    for (by, kind), own in sorted(by_who.items()):
        for limit in limits.get(kind, ()):
            yield from _crowd(by, kind, own, limit)
            yield from _split(by, kind, own, limit)


def _crowd(by: str, kind: str, own: Sequence[Asked], limit: int) -> Iterator[Finding]:
    near = [one for one in own if limit * NEAR_PPM <= one.cents * 1_000_000 < limit * 1_000_000]
    low, high = AROUND_PPM
    around = [one for one in own if limit * low <= one.cents * 1_000_000 < limit * high and one not in near]
    if len(near) >= LEAST and len(near) > 2 * len(around):
        title = _("%(n)s requests of %(by)s (%(kind)s) lie just below %(limit)s") % {
            "n": len(near), "by": by, "kind": kind.replace("_", " "), "limit": format_cents(limit),
        }  # fmt: skip
        evidence = tuple(Evidence("approval", one.ref, one.cents) for one in near)
        fix = _("Look whether one thing was asked for in parts, or rounded down to spare a signature.")
        yield Finding("just_below_limit", Severity.LOW, title, evidence, fix=fix, confidence_ppm=400_000)


def _split(by: str, kind: str, own: Sequence[Asked], limit: int) -> Iterator[Finding]:
    same: dict[str, list[Asked]] = defaultdict(list)
    for one in own:
        if one.about and one.cents < limit:
            same[one.about].append(one)
    for about, parts in sorted(same.items()):
        parts.sort(key=lambda one: (one.day, one.ref))
        for at, first in enumerate(parts):
            week = [one for one in parts[at:] if one.day - first.day <= SPLIT_DAYS]
            if len(week) > 1 and sum(one.cents for one in week) >= limit:
                title = _("%(by)s asked %(n)s times for parts of one thing, %(sum)s together: %(about)s") % {
                    "by": by, "n": len(week), "sum": format_cents(sum(one.cents for one in week)), "about": about,
                }  # fmt: skip
                evidence = tuple(Evidence("approval", one.ref, one.cents) for one in week)
                fix = _("Together they ask for another signature: have them judged as one.")
                yield Finding("just_below_limit", Severity.MEDIUM, title, evidence, fix=fix, confidence_ppm=700_000)
                break


@dataclass(frozen=True, slots=True)
class TwoDuties:
    """That one person did both halves of a pair on one thing, and no mark for the owner says so."""

    person: str
    first: str
    second: str
    kind: str
    ref: str
    why: str


def one_person_two_duties(rows: Iterable[TwoDuties]) -> Iterator[Finding]:
    """``one_person_two_duties`` (38): who did what shows both halves in one hand. The services refuse it; this finds what came past."""
    fix = _("Have somebody else do one half anew, and look at what else this person did alone.")
    for one in rows:
        words = {"person": one.person, "first": one.first.replace("_", " "), "second": one.second.replace("_", " "), "why": one.why}
        title = _("%(person)s did both: %(first)s and %(second)s; %(why)s") % words
        evidence = (Evidence(one.kind.rpartition(".")[2], one.ref), Evidence("duty", one.first), Evidence("duty", one.second))
        yield Finding("one_person_two_duties", Severity.HIGH, title, evidence, fix=fix)
