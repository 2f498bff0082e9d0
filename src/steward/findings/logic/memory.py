"""What a run of the checks does to what is remembered: pure, so that it can be tried against every order of runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from steward.core.findings import Finding, Status


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding as it is remembered; ``accepted`` is the fingerprint that was called right, if one was."""

    id: str
    check: str
    status: Status
    fingerprint: str
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """``new`` were never seen; ``back`` were cured, or accepted with other amounts, and speak again; ``still`` stand as they
    stood; ``gone`` (ids) are no longer found."""

    new: tuple[Finding, ...]
    back: tuple[Finding, ...]
    still: tuple[Finding, ...]
    gone: tuple[str, ...]

    @property
    def crying(self) -> int:
        """How many a person hears of that he had not heard before."""
        return len(self.new) + len(self.back)


def merge(known: Mapping[str, Kept], seen: Iterable[Finding], ran: Collection[str]) -> Changes:
    """Join what one run saw with what is known. ``ran`` names the checks that ran to their end: only what these did not
    see any more is gone, so that a check that failed cures nothing."""
    by_id = {one.id: one for one in seen}
    new, back, still = [], [], []
    for one in by_id.values():
        kept = known.get(one.id)
        if kept is None:
            new.append(one)
        elif speaks_again(kept, one):
            back.append(one)
        else:
            still.append(one)
    gone = [k.id for k in known.values() if k.status == Status.OPEN and k.check in ran and k.id not in by_id]
    return Changes(tuple(new), tuple(back), tuple(still), tuple(sorted(gone)))


def speaks_again(kept: Kept, found: Finding) -> bool:
    """Whether what had ended is to be told again: cured and there once more, or accepted with other amounts."""
    if kept.status == Status.CURED:
        return True
    return kept.status == Status.ACCEPTED and kept.accepted != found.fingerprint


def at_risk(finding: Finding) -> int:
    """Cents at stake: the largest amount of its evidence, 0 where nothing has one."""
    return max((abs(one.amount_cents) for one in finding.evidence if one.amount_cents is not None), default=0)
