"""What can be wrong, as a value.

A check is a pure function that returns findings; a finding says what, how bad, on what evidence, and (where there is
one) with which entry it would be put right. A person decides: nothing here is ever posted by itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """`high` blocks the close of the month until cured or waived; `medium` asks for work; `low` is worth a look."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    """What people made of a finding; the findings room keeps it."""

    OPEN = "open"
    CURED = "cured"
    ACCEPTED = "accepted"


@dataclass(frozen=True, order=True)
class Evidence:
    """One thing that shows it: its kind (``entry``, ``bank_line``, ``receipt``), its reference, and cents if any."""

    kind: str
    ref: str
    amount_cents: int | None = None


@dataclass(frozen=True)
class ProposalLine:
    """A line of the entry that would mend it: `account` is a role or a code, debit positive, `dims` as in the ledger."""

    account: str
    cents: int
    dims: tuple[tuple[str, str], ...] = ()
    memo: str = ""

    def as_json(self) -> dict[str, Any]:
        line: dict[str, Any] = {"account": self.account, "cents": self.cents, **dict(self.dims)}
        return {**line, "memo": self.memo} if self.memo else line


@dataclass(frozen=True)
class Proposal:
    """The entry that would mend a finding. Raises ValueError unless it balances, as every entry must."""

    date: date
    lines: tuple[ProposalLine, ...]

    def __post_init__(self) -> None:
        if len(self.lines) < 2 or sum(line.cents for line in self.lines) != 0:
            raise ValueError("a proposed entry has two lines or more and balances")

    def as_json(self) -> dict[str, Any]:
        return {"date": self.date.isoformat(), "lines": [line.as_json() for line in self.lines]}


@dataclass(frozen=True)
class Finding:
    """One thing found by one check.

    `check` is the check's name (``transposition``, ``control_vs_subledger``); `confidence_ppm` how sure it is, in
    millionths. Two runs that find the same thing give the same `id`.
    """

    check: str
    severity: Severity
    title: str
    evidence: tuple[Evidence, ...]
    proposal: Proposal | None = None
    confidence_ppm: int = 1_000_000
    fix: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"{self.check}: a finding needs evidence")
        if not 0 < self.confidence_ppm <= 1_000_000:
            raise ValueError(f"{self.check}: confidence is in millionths, above 0")

    @property
    def id(self) -> str:
        """Sixteen hex digits from the check and what it points at: the same thing found again is the same finding."""
        return self._digest([[e.kind, e.ref] for e in sorted(self.evidence, key=lambda e: (e.kind, e.ref))])

    @property
    def fingerprint(self) -> str:
        """As `id`, with the amounts: "reviewed, ok" holds for this, so that a grown difference speaks up again."""
        rows = [[e.kind, e.ref, e.amount_cents] for e in self.evidence]
        return self._digest(sorted(rows, key=lambda row: (row[0], row[1], row[2] is not None, row[2] or 0)))

    def _digest(self, rows: list[list[Any]]) -> str:
        return hashlib.sha256(json.dumps([self.check, rows], separators=(",", ":")).encode()).hexdigest()[:16]

    def as_json(self, status: Status = Status.OPEN) -> dict[str, Any]:
        """The shape `steward findings` prints (contract)."""
        return {
            "id": self.id,
            "check": self.check,
            "severity": self.severity.value,
            "title": self.title,
            "evidence": [{"kind": e.kind, "ref": e.ref, "amount_cents": e.amount_cents} for e in self.evidence],
            "proposal": self.proposal.as_json() if self.proposal else None,
            "status": status.value,
            "confidence_ppm": self.confidence_ppm,
            "fix": self.fix,
        }


_ORDER = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


def in_order(findings: list[Finding]) -> list[Finding]:
    """Worst first, then surest, then by check and id, so that every run lists them alike; the same finding once."""
    by_fingerprint = {f.fingerprint: f for f in findings}
    return sorted(by_fingerprint.values(), key=lambda f: (_ORDER[f.severity], -f.confidence_ppm, f.check, f.id))
