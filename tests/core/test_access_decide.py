"""The decision: its four invariants by property, its whole truth table by brute force, the matrix file by the facts."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.access.decide import MODES, Capability, Context, Facts, Subject, decide
from steward.core.access.policy import SYSTEM, holds, masks, matrix, may, role_names

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
FRESH = Context(True, NOW - timedelta(seconds=10), NOW)
ROLES = ("a", "b", "c")

capabilities = st.builds(
    Capability,
    st.just("x"),
    st.just("Do x"),
    st.dictionaries(st.sampled_from(ROLES), st.sampled_from(MODES)),
    step_up=st.booleans(),
)
subjects = st.builds(
    Subject,
    user_id=st.just(1),
    roles=st.frozensets(st.sampled_from(ROLES)),
    sites=st.frozensets(st.integers(1, 3)),
    active=st.booleans(),
)
facts = st.none() | st.builds(
    Facts,
    owners=st.frozensets(st.integers(1, 2)),
    assigned=st.frozensets(st.integers(1, 2)),
    sites=st.frozensets(st.integers(1, 3)),
)
contexts = st.builds(
    Context,
    second_factor=st.booleans(),
    stepped_up_at=st.none() | st.integers(-600, 600).map(lambda s: NOW - timedelta(seconds=s)),
    now=st.just(NOW),
)


@given(subjects, facts, contexts)
def test_what_declares_nothing_is_closed(subject: Subject, about: Facts | None, context: Context) -> None:
    assert not decide(subject, None, about, context).allowed
    assert not decide(SYSTEM, None, about, context).allowed


@given(subjects, capabilities, facts, contexts)
def test_deny_beats_every_allow(
    subject: Subject, capability: Capability, about: Facts | None, context: Context
) -> None:
    if any(capability.modes.get(role) == "deny" for role in subject.roles):
        assert not decide(subject, capability, about, context).allowed


@given(subjects, capabilities, facts, contexts, st.sampled_from(ROLES))
def test_another_role_never_takes_away_unless_it_denies(
    subject: Subject, capability: Capability, about: Facts | None, context: Context, extra: str
) -> None:
    richer = replace(subject, roles=subject.roles | {extra})
    before, after = decide(subject, capability, about, context), decide(richer, capability, about, context)
    if before.allowed and capability.modes.get(extra) != "deny":
        assert after.allowed and before.modes <= after.modes


@given(subjects, capabilities, facts, contexts)
def test_ended_anonymous_or_without_second_factor_is_denied_everything(
    subject: Subject, capability: Capability, about: Facts | None, context: Context
) -> None:
    assert not decide(replace(subject, active=False), capability, about, context).allowed
    assert not decide(replace(subject, user_id=None), capability, about, context).allowed
    assert not decide(subject, capability, about, replace(context, second_factor=False)).allowed


@given(subjects, capabilities, contexts)
def test_facts_never_widen(subject: Subject, capability: Capability, context: Context) -> None:
    """What is refused as such is refused for every single thing."""
    if not decide(subject, capability, None, context).allowed:
        everything = Facts(frozenset({1}), frozenset({1}), frozenset({1, 2, 3}))
        assert not decide(subject, capability, everything, context).allowed


def test_whole_truth_table() -> None:
    """Two roles x six modes (absent too) x facts x step-up x freshness x standing, against a second, plainer reading of the rules."""
    cases = 0
    for first, second in itertools.product((None, *MODES), repeat=2):
        modes = {r: m for r, m in (("a", first), ("b", second)) if m}
        for held in (frozenset(), frozenset({"a"}), frozenset({"b"}), frozenset({"a", "b"})):
            for about in (
                None,
                Facts(),
                Facts(owners=frozenset({1})),
                Facts(assigned=frozenset({1})),
                Facts(sites=frozenset({7})),
            ):
                for step_up, fresh, active, factor in itertools.product((True, False), repeat=4):
                    subject = Subject(1, roles=held, sites=frozenset({7}), active=active)
                    context = Context(factor, NOW if fresh else None, NOW)
                    decision = decide(subject, Capability("x", "Do x", modes, step_up), about, context)
                    reached = {modes[r] for r in held if r in modes and _reaches(modes[r], about)}
                    denied = any(modes.get(r) == "deny" for r in held)
                    expected = active and factor and bool(reached) and not denied and (fresh or not step_up)
                    assert decision.allowed == expected, (modes, held, about, step_up, fresh, active, factor)
                    assert decision.reason
                    assert decision.step_up_needed == (
                        active and factor and bool(reached) and not denied and step_up and not fresh
                    )
                    cases += 1
    assert cases == 36 * 4 * 5 * 16


def _reaches(mode: str, about: Facts | None) -> bool:
    if mode == "deny":
        return False
    if about is None or mode in ("all", "masked"):
        return True
    return bool(about.owners) if mode == "own" else bool(about.assigned or about.sites)


@pytest.mark.parametrize(("age", "fresh"), [(-1, False), (0, True), (300, True), (301, False)])
def test_a_proof_is_fresh_for_five_minutes_and_never_from_the_future(age: int, fresh: bool) -> None:
    capability = Capability("x", "Do x", {"a": "all"}, step_up=True)
    context = Context(True, NOW - timedelta(seconds=age), NOW)
    assert decide(Subject(1, roles=frozenset({"a"})), capability, None, context).allowed is fresh


def test_masked_only_when_nothing_better() -> None:
    capability = Capability("x", "Do x", {"a": "masked", "b": "all"})
    assert decide(Subject(1, roles=frozenset({"a"})), capability).masked
    assert not decide(Subject(1, roles=frozenset({"a", "b"})), capability).masked


def subject(*roles: str) -> Subject:
    return Subject(1, roles=frozenset(roles))


def test_the_file_says_what_the_facts_say() -> None:
    """Samples of facts/trust.md, 3.1, that must never slip."""
    assert not holds(subject("assistant"), "patient.read")
    assert not holds(subject("hr"), "patient.read") and not holds(subject("payroll"), "patient.read")
    assert not holds(subject("bookkeeper"), "patient.read") and not holds(subject("owner"), "patient.read")
    assert not holds(subject("bookkeeper"), "receipt.take") and not holds(subject("bookkeeper"), "drawer.count")
    assert not holds(subject("administrator"), "bank.import") and not holds(subject("biller"), "bank.import")
    assert not any(
        holds(subject("owner"), c) for c in ("journal.write", "charge.enter", "receipt.take", "remittance.post")
    )
    assert not holds(subject("frontdesk"), "charge.read") and holds(subject("frontdesk"), "charge.enter")
    assert masks(subject("auditor"), "patient.read") and not masks(subject("auditor", "biller"), "patient.read")
    assert {r for r in role_names() if holds(subject(r), "audit.read")} == {"owner", "administrator", "auditor"}
    assert {r for r in role_names() if holds(subject(r), "export.phi")} == {"administrator"}
    assert not any(c.endswith((".write", ".take", ".make", ".post", ".enter")) and holds(subject("auditor"), c) for c in matrix()
                   if c != "self.write")  # fmt: skip


def test_dangerous_acts_ask_for_a_fresh_proof() -> None:
    assert {
        "user.write",
        "period.close",
        "export.phi",
        "bank.accounts",
        "office.write",
        "approval.delegate",
    } <= {c.name for c in matrix().values() if c.step_up}
    assert may(subject("administrator"), "user.write").step_up_needed


def test_patients_and_vendors_hold_nothing_of_others() -> None:
    for role in ("patient", "vendor"):
        assert {c.modes[role] for c in matrix().values() if role in c.modes} <= {"own"}


def test_whoever_may_see_phi_by_a_capability_is_marked() -> None:
    for name in ("patient.read", "coverage.read", "appointment.read", "charge.read", "remittance.read", "file.read", "party.read"):
        assert matrix()[name].phi


def test_a_misspelt_matrix_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import tomllib

    real = tomllib.loads
    wrong = {"roles": {"owner": "Owner"}, "capability": {"x": {"title": "X", "ownr": "all"}}}
    monkeypatch.setattr(tomllib, "loads", lambda _text: wrong)
    matrix.cache_clear()
    with pytest.raises(ValueError, match="ownr"):
        matrix()
    wrong["capability"]["x"] = {"title": "X", "owner": "al"}  # type: ignore[index]
    with pytest.raises(ValueError, match="al"):
        matrix()
    monkeypatch.setattr(tomllib, "loads", real)
    matrix.cache_clear()
    assert matrix()
