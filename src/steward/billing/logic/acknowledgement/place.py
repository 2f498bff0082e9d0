"""In which claim of a file we sent does a segment stand? (999 names places, we need claims.)"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from steward.core.x12.read import Transaction, read


@dataclass(slots=True)
class _Part:
    """A run of segments: what stands above (``parent``), where it begins, the claim it is (empty: a level)."""

    first: int
    claim: str = ""
    parent: _Part | None = None
    claims: list[str] = field(default_factory=list)


class SentFile:
    """A file we sent, cut once for any number of questions about places in it. Raises X12Error when it is no whole X12."""

    def __init__(self, text_of_837: str | bytes) -> None:
        raw = text_of_837.encode() if isinstance(text_of_837, str) else text_of_837
        self._transactions = [one for interchange in read(raw) for one in interchange.transactions]
        self._parts: dict[int, list[_Part]] = {}

    def claims_at(self, st: str, segment_position: int, *, group: str = "") -> tuple[str, ...]:
        """Every claim the place concerns, see :func:`claims_at`."""
        for n, one in enumerate(self._transactions):
            if one.control == st and (not group or one.group_control.lstrip("0") == group.lstrip("0")):
                if n not in self._parts:
                    self._parts[n] = _parts(one)
                return _claims(one, self._parts[n], segment_position)
        return ()

    def controls(self, group: str) -> list[str]:
        """ST02 of every transaction of our group ``group`` (GS06), in file order."""
        return [one.control for one in self._transactions if one.group_control.lstrip("0") == group.lstrip("0")]

    def claim_at(self, st: str, segment_position: int, *, group: str = "") -> str | None:
        """The one claim the place concerns, see :func:`claim_at`."""
        found = self.claims_at(st, segment_position, group=group)
        return found[0] if len(found) == 1 else None


def claim_at(text_of_837: str | bytes, st: str, segment_position: int, *, group: str = "") -> str | None:
    """CLM01 of the claim in which segment ``segment_position`` (ST is 1) of our transaction ``st`` (ST02) stands.

    A segment of the subscriber or patient belongs to the claim under it when that is one; None when the place belongs to
    several claims or to none. ``group`` (GS06) tells transactions of equal ST02 apart. Raises X12Error when the text is
    no whole X12 file.
    """
    return SentFile(text_of_837).claim_at(st, segment_position, group=group)


def claims_at(text_of_837: str | bytes, st: str, segment_position: int, *, group: str = "") -> tuple[str, ...]:
    """Every claim the place concerns: its own, or all under its subscriber, patient or billing provider.

    A place before the first billing provider concerns every claim of the transaction; a place outside it none.
    """
    return SentFile(text_of_837).claims_at(st, segment_position, group=group)


def _parts(transaction: Transaction) -> list[_Part]:
    """The transaction's parts in file order; the first is the whole."""
    element = transaction.delimiters.element
    whole = _Part(1)
    parts, by_level = [whole], {"": whole}
    for n, text in enumerate(transaction.segments, 2):
        if text.startswith(f"HL{element}"):
            parts.append(_level(text.split(element), n, whole, by_level))
        elif text.startswith(f"CLM{element}"):
            parts.append(_claim(text.split(element)[1].strip(), n, parts[-1]))
    return parts


def _claims(transaction: Transaction, parts: list[_Part], position: int) -> tuple[str, ...]:
    end = len(transaction.segments) + 2
    if not 1 <= position <= end:
        return ()
    last = parts[0] if position == end else parts[bisect_right(parts, position, key=lambda part: part.first) - 1]
    return (last.claim,) if last.claim else tuple(last.claims)


def _level(hl: list[str], first: int, whole: _Part, by_level: dict[str, _Part]) -> _Part:
    parent = by_level.get(hl[2] if len(hl) > 2 else "", whole)
    part = _Part(first, parent=parent)
    by_level[hl[1]] = part
    return part


def _claim(ref: str, first: int, before: _Part) -> _Part:
    """A claim counts for the level it stands under and for every level above."""
    part = _Part(first, claim=ref, parent=before.parent if before.claim else before)
    above, depth = part.parent, 0
    while above is not None and depth < 5:
        above.claims.append(ref)
        above, depth = above.parent, depth + 1
    return part
