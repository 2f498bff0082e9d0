"""What the numbers of payers say in words, as the practice's own X12 lists have it; whether a list knows a number at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from steward.billing.logic.scrub.model import Span
from steward.billing.models import Code, CodeImport, RemittanceClaim, RemittanceLine, WorkItem
from steward.billing.selectors.claims import ClaimView
from steward.billing.selectors.facts import chunks
from steward.billing.states import ListKind

UNKNOWN, ENDED = "unknown", "ended"
KINDS = (ListKind.CARC, ListKind.RARC)
_ADJUSTED = re.compile(r"(?:^|;)([A-Z]{2})-([0-9A-Z]{1,5}):")


@dataclass(frozen=True, slots=True)
class Reason:
    """A number as it is shown: its words (empty without the list), and ``state``: empty, ``unknown`` (no such number in the
    list) or ``ended`` (before the day it was used on)."""

    code: str
    words: str = ""
    state: str = ""


@dataclass(frozen=True)
class Reasons:
    """The numbers that were asked for. Without the practice's list a number has no words, and is never called unknown."""

    day: date
    rows: Mapping[tuple[str, str], tuple[Span, str]] = field(default_factory=dict)
    imported: frozenset[str] = frozenset()

    def of(self, kind: str, code: str) -> Reason:
        known = self.rows.get((kind, code))
        if known is None:
            return Reason(code, "", UNKNOWN if kind in self.imported else "")
        span, words = known
        return Reason(code, words, "" if span.holds_on(self.day) else ENDED)


def carcs_in(adjustments: Iterable[str]) -> set[str]:
    """The reason codes of kept adjustments (``CO-45:2000;PR-3:500``)."""
    return {code for text in adjustments for _group, code in _ADJUSTED.findall(text)}


def remarks_in(texts: Iterable[str]) -> set[str]:
    """The remark codes of kept texts (parted by blanks, commas or semicolons)."""
    return {code for text in texts for code in re.split(r"[\s,;]+", text) if code}


def reasons(carcs: Iterable[str], remarks: Iterable[str], day: date) -> Reasons:
    """What the practice's lists say of these numbers on ``day``. Two queries for 500 numbers, one without a list."""
    imported = frozenset(CodeImport.objects.filter(kind__in=KINDS).values_list("kind", flat=True))
    rows: dict[tuple[str, str], tuple[Span, str]] = {}
    asked = {ListKind.CARC: set(carcs) - {""}, ListKind.RARC: set(remarks) - {""}}
    for part in chunks(asked[ListKind.CARC] | asked[ListKind.RARC]) if imported else ():
        found = Code.objects.filter(kind__in=KINDS, code__in=part).order_by("valid_from")
        for kind, code, since, till, words in found.values_list("kind", "code", "valid_from", "valid_to", "label"):
            rows[kind, code] = (Span(since, till), words)
    return Reasons(day, rows, imported)


def legend(carcs: Iterable[str], remarks: Iterable[str], day: date) -> tuple[Reason, ...]:
    """Every number of a page once, reason codes first, with its words and its flag; nothing without a list. Two queries."""
    codes, notes = sorted(set(carcs) - {""}), sorted(set(remarks) - {""})
    if not codes and not notes:
        return ()
    known = reasons(codes, notes, day)
    told = [known.of(ListKind.CARC, code) for code in codes] + [known.of(ListKind.RARC, code) for code in notes]
    return tuple(one for one in told if one.words or one.state)


def of_item(item: WorkItem, today: date) -> tuple[Reason, ...]:
    """The numbers of a work item and of the answer it came from. At most two queries."""
    answer, day = item.answer, item.remittance.paid_on if item.remittance else None
    remarks = remarks_in([answer.remarks]) if answer else set()
    return legend([item.carc], remarks, day or today)


def of_claim(view: ClaimView, today: date) -> tuple[Reason, ...]:
    """The numbers of everything payers answered to a claim. At most two queries."""
    lines = [line.adjustments for one in view.charges for line in one.answers]
    every = [*lines, *(one.adjustments for one in view.answers)]
    day = max((one.remittance.paid_on for one in view.answers if one.remittance.paid_on), default=today)
    return legend(carcs_in(every), remarks_in(one.remarks for one in view.answers), day)


def of_answers(answers: Sequence[RemittanceClaim], day: date) -> tuple[Reason, ...]:
    """The numbers of these answers, each of which gets its own as ``told``. At most three queries."""
    own: dict[int, list[str]] = {one.pk: [one.adjustments] for one in answers}
    for answer, text in RemittanceLine.objects.filter(answer__in=list(own)).values_list("answer_id", "adjustments"):
        own[answer].append(text)
    for one in answers:
        pairs = {f"{group}-{code}" for text in own[one.pk] for group, code in _ADJUSTED.findall(text)}
        setattr(one, "told", " ".join([*sorted(pairs), *sorted(remarks_in([one.remarks]))]))  # noqa: B010 (no field)
    every = [text for texts in own.values() for text in texts]
    return legend(carcs_in(every), remarks_in(one.remarks for one in answers), day)


def carc_words(path: str = "carc") -> Any:
    """The words of a row's reason code, for ``annotate``: the latest the list has of it."""
    rows = Code.objects.filter(kind=ListKind.CARC, code=OuterRef(path)).order_by("-valid_from")
    return Subquery(rows.values("label")[:1])
