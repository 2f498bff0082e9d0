"""Between the database's rows and the values of the judgement. Pure on both sides of `Subject`; rows are only read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from steward.core.approvals import envelopes, logic

if TYPE_CHECKING:
    from steward.core.approvals.models import ApprovalDecision, Delegation, StandingApproval, StandingDraw


def write_subject(subject: logic.Subject) -> dict[str, Any]:
    """The subject as plain JSON."""
    return {
        "kind": subject.kind,
        "fingerprint": subject.fingerprint,
        "asked_at": subject.asked_at.isoformat(),
        "asked_on": subject.asked_on.isoformat(),
        "amount_cents": subject.amount_cents,
        "related_cents": subject.related_cents,
        "attributes": dict(subject.attributes),
        "parties": [list(pair) for pair in subject.parties],
        "named": [list(pair) for pair in subject.named],
        "sole": sorted(subject.sole),
    }


def read_subject(told: Mapping[str, Any]) -> logic.Subject:
    """Back from `write_subject`."""
    return logic.Subject(
        kind=told["kind"],
        fingerprint=told["fingerprint"],
        asked_at=datetime.fromisoformat(told["asked_at"]),
        asked_on=date.fromisoformat(told["asked_on"]),
        amount_cents=told["amount_cents"],
        related_cents=told["related_cents"],
        attributes=dict(told["attributes"]),
        parties=tuple((role, person) for role, person in told["parties"]),
        named=tuple((name, person) for name, person in told["named"]),
        sole=frozenset(told["sole"]),
    )


def decision(row: ApprovalDecision) -> logic.Decision:
    return logic.Decision(
        row.actor_id, row.principal_id, row.step, row.approve, row.fingerprint, row.amount_cents, row.at, row.comment
    )


def delegation(row: Delegation) -> logic.Delegation:
    ends = row.ends_at if row.ended_at is None else min(row.ends_at, row.ended_at)
    return logic.Delegation(row.giver_id, row.taker_id, frozenset(row.kinds), row.starts_at, ends, row.ceiling_cents)


def envelope(row: StandingApproval) -> envelopes.Envelope:
    return envelopes.Envelope(
        row.kind,
        row.holder_id,
        row.per_order_cents,
        row.period_cents,
        row.starts_on,
        row.ends_on,
        row.where,
        row.monthly,
        row.window_days,
    )


def draw(row: StandingDraw) -> envelopes.Draw:
    return envelopes.Draw(row.on, row.amount_cents, row.group)
