"""What a run does to what is remembered, against every order of runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from steward.core.findings import Evidence, Finding, Severity, Status
from steward.findings.logic.memory import Kept, at_risk, merge
from steward.findings.rooms import ROOMS, catalogue


def found(check: str, ref: str, cents: int = 100) -> Finding:
    return Finding(check, Severity.HIGH, "t", (Evidence("entry", ref, cents),))


def remembered(one: Finding, status: Status, accepted: str = "") -> Kept:
    return Kept(one.id, one.check, status, one.fingerprint, accepted)


def test_new_still_back_gone() -> None:
    new, stands, cured, gone = (found("a", ref) for ref in ("new", "stands", "cured", "gone"))
    known = {k.id: k for k in (remembered(stands, Status.OPEN), remembered(cured, Status.CURED), remembered(gone, Status.OPEN))}
    changes = merge(known, [new, stands, cured], {"a"})
    assert changes.new == (new,) and changes.still == (stands,) and changes.back == (cured,) and changes.gone == (gone.id,)
    assert changes.crying == 2


def test_accepted_stays_quiet_until_its_amount_changes() -> None:
    one = found("a", "1", 100)
    known = {one.id: remembered(one, Status.ACCEPTED, one.fingerprint)}
    assert merge(known, [one], {"a"}).crying == 0
    grown = found("a", "1", 101)
    assert grown.id == one.id and merge(known, [grown], {"a"}).back == (grown,)
    assert merge(known, [], {"a"}).gone == ()  # it was no open finding


def test_a_check_that_failed_cures_nothing() -> None:
    one = found("a", "1")
    assert merge({one.id: remembered(one, Status.OPEN)}, [], {"b"}).gone == ()


REFS = st.lists(st.sampled_from("pqrst"), max_size=5)


@given(runs=st.lists(REFS, max_size=8))
def test_any_order_of_runs(runs: list[list[str]]) -> None:
    """After each run, open is exactly what was seen; nothing is told twice in a row; nothing is forgotten."""
    known: dict[str, Kept] = {}
    before: set[str] = set()
    for refs in runs:
        seen = {one.id: one for one in (found("a", ref) for ref in refs)}
        changes = merge(known, seen.values(), {"a"})
        told = {one.id for one in (*changes.new, *changes.back)}
        assert told == set(seen) - before and set(changes.gone) == before - set(seen)
        known |= {one.id: remembered(one, Status.OPEN) for one in (*changes.new, *changes.back, *changes.still)}
        known |= {key: Kept(key, "a", Status.CURED, "") for key in changes.gone}
        before = set(seen)
        assert {k.id for k in known.values() if k.status == Status.OPEN} == before


def test_what_is_at_stake_is_the_largest_amount() -> None:
    evidence = (Evidence("entry", "1", -500), Evidence("entry", "2", 300), Evidence("day", "2026-11-01"))
    assert at_risk(Finding("a", Severity.LOW, "t", evidence)) == 500
    assert at_risk(Finding("a", Severity.LOW, "t", (Evidence("day", "2026-11-01"),))) == 0


def test_the_catalogue_is_whole_and_names_rooms_that_are_asked() -> None:
    numbered = [one.number for one in catalogue() if one.number]
    assert numbered == list(range(1, 48)) and len({one.id for one in catalogue()}) == len(catalogue())
    assert {one.room for one in catalogue() if one.room} == {room.name for room in ROOMS}
