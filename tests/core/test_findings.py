"""Findings: their identity, their shape outside, and that no proposal is out of balance."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.core.findings import Evidence, Finding, Proposal, ProposalLine, Severity, Status, in_order

EVIDENCE = st.builds(Evidence, st.sampled_from(["entry", "bank_line"]), st.text("0123456789", min_size=1, max_size=4),
                     st.none() | st.integers(-(10**9), 10**9))
FINDINGS = st.builds(Finding, st.sampled_from(["slide", "transposition"]), st.sampled_from(Severity), st.just("t"),
                     st.lists(EVIDENCE, min_size=1, max_size=4).map(tuple))
MEND = Proposal(date(2026, 11, 23), (ProposalLine("bank_operating", 900, (("site", "1"),), "transposed"),
                                     ProposalLine("charges", -900)))


def test_the_shape_outside() -> None:
    found = Finding("transposition", Severity.HIGH, "Two digits changed places",
                    (Evidence("bank_line", "17", 5400), Evidence("entry", "88", 4500)), MEND, 950_000)
    told = found.as_json()
    assert told["evidence"] == [{"kind": "bank_line", "ref": "17", "amount_cents": 5400},
                                {"kind": "entry", "ref": "88", "amount_cents": 4500}]
    assert told["proposal"] == {"date": "2026-11-23", "lines": [
        {"account": "bank_operating", "cents": 900, "site": "1", "memo": "transposed"},
        {"account": "charges", "cents": -900}]}
    assert (told["check"], told["severity"], told["status"]) == ("transposition", "high", "open")
    assert found.as_json(Status.ACCEPTED)["status"] == "accepted"
    assert Finding("slide", Severity.LOW, "t", (Evidence("entry", "1"),)).as_json()["proposal"] is None


@given(FINDINGS)
def test_identity_ignores_order_and_amount_but_the_fingerprint_sees_amounts(found: Finding) -> None:
    turned = Finding(found.check, found.severity, found.title, found.evidence[::-1])
    assert (turned.id, turned.fingerprint) == (found.id, found.fingerprint)
    first = found.evidence[0]
    grown = Evidence(first.kind, first.ref, (first.amount_cents or 0) + 1)
    other = Finding(found.check, found.severity, found.title, (grown, *found.evidence[1:]))
    assert other.id == found.id and other.fingerprint != found.fingerprint
    elsewhere = Finding(found.check + "x", found.severity, found.title, found.evidence)
    assert elsewhere.id != found.id


@given(st.lists(FINDINGS, max_size=8), st.randoms())
def test_the_order_of_a_run_does_not_matter(found: list[Finding], shuffle: object) -> None:
    mixed = list(found)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    ids = [f.fingerprint for f in in_order(found)]
    assert sorted(ids) == sorted({f.fingerprint for f in found})
    assert [f.id for f in in_order(in_order(mixed))] == [f.id for f in in_order(mixed)]
    ranks = [{"high": 0, "medium": 1, "low": 2}[f.severity] for f in in_order(found)]
    assert ranks == sorted(ranks)


def test_what_is_no_finding() -> None:
    with pytest.raises(ValueError, match="balances"):
        Proposal(date(2026, 1, 1), (ProposalLine("ap", 1), ProposalLine("charges", -2)))
    with pytest.raises(ValueError, match="two lines"):
        Proposal(date(2026, 1, 1), ())
    with pytest.raises(ValueError, match="evidence"):
        Finding("slide", Severity.LOW, "t", ())
    with pytest.raises(ValueError, match="millionths"):
        Finding("slide", Severity.LOW, "t", (Evidence("entry", "1"),), None, 0)
