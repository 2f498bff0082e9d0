"""What stands to be looked at, what was done of it, and which checks are live."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.clock import Clock
from steward.core.findings import Finding, Status, in_order
from steward.findings.logic.memory import Kept, speaks_again
from steward.findings.models import Found, Run
from steward.findings.rooms import ROOMS, Check, Room, catalogue
from steward.ledger.selectors import accounts_named

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at the rooms gave: findings in order, the checks that ran to their end, the rooms that failed."""

    findings: list[Finding]
    ran: frozenset[str]
    broken: tuple[str, ...]


def look(clock: Clock, rooms: tuple[Room, ...] = ROOMS) -> Looked:
    """Ask every room. A room that fails is named and the others go on; its checks count as not run."""
    found: list[Finding] = []
    broken = []
    for room in rooms:
        try:
            found += room.ask(clock)
        except Exception:
            log.exception("checks of %s failed", room.name)
            broken.append(room.name)
    ran = frozenset(one.id for one in catalogue() if one.live and one.room not in broken)
    return Looked(in_order(found), ran | {one.check for one in found}, tuple(broken))


def kept() -> dict[str, Kept]:
    """Everything remembered, as a run joins with it. One query."""
    rows = Found.objects.values_list("key", "check_name", "status", "fingerprint", "accepted_print")
    return {key: Kept(key, check, Status(status), print_, accepted) for key, check, status, print_, accepted in rows}


def status_of(finding: Finding, known: dict[str, Kept]) -> Status:
    """How a finding seen just now stands, without writing it down."""
    there = known.get(finding.id)
    if there is None or speaks_again(there, finding):
        return Status.OPEN
    return there.status


def found(subject: Subject) -> QuerySet[Found]:
    """What was found, worst and dearest first."""
    return scoped(subject, "finding.read", Found.objects.all()).select_related("decided_by").order_by("rank", "-cents", "id")


def found_by_uid(subject: Subject, uid: UUID) -> Found | None:
    """One of them."""
    return found(subject).filter(uid=uid).first()


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """A line of the proposed entry with its account in words; cents, debit positive."""

    code: str
    name: str
    cents: int

    @property
    def credit(self) -> int:
        return -self.cents


def proposed(row: Found) -> list[ProposedLine]:
    """The entry that would cure it, accounts named. One query, none without a proposal."""
    lines = row.proposal["lines"] if row.proposal else []
    named = accounts_named([line["account"] for line in lines])
    found = [(named.get(line["account"], (line["account"], "")), line["cents"]) for line in lines]
    return [ProposedLine(code, name, cents) for (code, name), cents in found]


def last_run() -> Run | None:
    """The newest run."""
    return Run.objects.select_related("by").order_by("-at", "-id").first()


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check of the catalogue with what it has found so far."""

    check: Check
    open: int
    cents: int
    cured: int
    accepted: int
    days: int | None  # median days from found to cured


def check_rows() -> list[CheckRow]:
    """The catalogue with its history. Two queries."""
    counted = {
        row["check_name"]: row
        for row in Found.objects.values("check_name").annotate(
            open=Count("id", filter=Q(status="open")), stake=Sum("cents", filter=Q(status="open")),
            cured=Count("id", filter=Q(status="cured")), accepted=Count("id", filter=Q(status="accepted")),
        )
    }  # fmt: skip
    lasted: dict[str, list[timedelta]] = {}
    for name, first, end in Found.objects.filter(status="cured").values_list("check_name", "first_seen", "ended_at"):
        if end is not None:
            lasted.setdefault(name, []).append(end - first)
    none = {"open": 0, "stake": 0, "cured": 0, "accepted": 0}
    return [
        CheckRow(one, got["open"], got["stake"] or 0, got["cured"], got["accepted"], _median_days(lasted.get(one.id, [])))
        for one in catalogue()
        for got in [counted.get(one.id, none)]
    ]


def _median_days(times: list[timedelta]) -> int | None:
    return sorted(times)[len(times) // 2].days if times else None


def open_high() -> int:
    """How many high findings nobody has cured or called right: they block the close of a month. One query."""
    return Found.objects.filter(status=Status.OPEN, severity="high").count()
