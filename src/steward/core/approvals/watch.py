"""The rows behind the checks of signatures and duties, and what they find today. Three queries."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from steward.core.access.separation import counterparts
from steward.core.approvals import checks
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.selectors import policy
from steward.core.clock import local_day
from steward.core.findings import Finding, in_order
from steward.core.sql import instant, query

RECENT = timedelta(days=92)


def findings(today: date, zone: ZoneInfo) -> list[Finding]:
    """What the checks of approvals find, worst first."""
    return in_order([
        *checks.just_below_limit(asked(today, zone), limits()),
        *checks.one_person_two_duties(both_halves(today, zone)),
    ])  # fmt: skip


def _since(today: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(today - RECENT, time.min, zone)


def asked(today: date, zone: ZoneInfo) -> list[checks.Asked]:
    """Requests of people in the last 92 days that were not withdrawn, replaced or refused. One query."""
    rows = (
        ApprovalRequest.objects.filter(asked_at__gte=_since(today, zone), outcome__in=("", "approved"), requester__isnull=False)
        .select_related("requester")
        .order_by("asked_at", "id")
    )
    return [
        checks.Asked(str(row.object_uid), row.kind, row.amount_cents, row.requester.name, local_day(row.asked_at, zone), row.title)
        for row in rows
        if row.requester is not None
    ]


def limits() -> dict[str, list[int]]:
    """Kind -> the amounts at which its rules change."""
    found: dict[str, set[int]] = {}
    for rule in policy().rules:
        found.setdefault(rule.kind, set()).update(cents for cents in (rule.from_cents, rule.to_cents) if cents)
    return {kind: sorted(amounts) for kind, amounts in found.items()}


def both_halves(today: date, zone: ZoneInfo) -> list[checks.TwoDuties]:
    """Pairs of duties in one hand on one thing in the last 92 days, each once, which the owner was not told of. One query."""
    rows = query(
        """SELECT DISTINCT u.name, a.duty, b.duty, a.object_type, a.object_uid FROM core_dutydone a
           JOIN core_dutydone b ON b.object_uid = a.object_uid AND b.person_id = a.person_id AND a.duty < b.duty
           JOIN core_user u ON u.id = a.person_id
           WHERE (a.at >= %s OR b.at >= %s) AND NOT EXISTS (SELECT 1 FROM core_ownerreview r
             WHERE r.object_uid = a.object_uid AND r.first_duty = a.duty AND r.second_duty = b.duty)
           ORDER BY 1, 2, 3""",
        instant(_since(today, zone)), instant(_since(today, zone)),
    )  # fmt: skip
    pairs = counterparts()
    return [
        checks.TwoDuties(name, first, second, kind, str(uid if isinstance(uid, UUID) else UUID(uid)), pairs[first][second])
        for name, first, second, kind, uid in rows
        if second in pairs.get(first, {})
    ]
