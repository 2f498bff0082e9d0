"""What insurance has to say on Today, in one query: Today has twelve for the whole house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from steward.core.clock import at_local, system_clock
from steward.core.sql import day, instant, query
from steward.insurance.logic.good_faith import Due
from steward.insurance.logic.grants import SOON_DAYS
from steward.insurance.selectors.estimates import good_faith_due
from steward.insurance.states import EstimateKind

# the newest question of a coverage and day counts (``eligibility.troubled``); what was replaced is handed over no more
_SQL = """
SELECT 'check', c.service_day, CAST(NULL AS date), CAST(NULL AS date), 0
FROM insurance_eligibilitycheck c JOIN insurance_coverage v ON v.id = c.coverage_id
WHERE c.service_day BETWEEN %s AND %s AND v.voided_on IS NULL
  AND (c.answer IN ('inactive', 'unknown') OR c.failure <> '')
  AND NOT EXISTS (SELECT 1 FROM insurance_eligibilitycheck n
                  WHERE n.coverage_id = c.coverage_id AND n.service_day = c.service_day AND n.id > c.id)
UNION ALL
SELECT 'silent', c.service_day, CAST(NULL AS date), CAST(NULL AS date), 0
FROM insurance_eligibilitycheck c JOIN insurance_coverage v ON v.id = c.coverage_id
WHERE c.service_day BETWEEN %s AND %s AND v.voided_on IS NULL AND c.answer = '' AND c.failure = '' AND c.asked_at < %s
  AND NOT EXISTS (SELECT 1 FROM insurance_eligibilitycheck n
                  WHERE n.coverage_id = c.coverage_id AND n.service_day = c.service_day AND n.id > c.id)
UNION ALL
SELECT 'grant', ends_on, CAST(NULL AS date), CAST(NULL AS date), 0 FROM insurance_grant
WHERE withdrawn_on IS NULL AND granted_on IS NOT NULL AND starts_on <= %s AND ends_on >= %s AND ends_on < %s
UNION ALL
SELECT 'estimate', e.service_day, e.scheduled_on, e.requested_on, CASE WHEN e.replaces_id IS NULL THEN 0 ELSE 1 END
FROM insurance_estimate e
WHERE e.kind = %s AND e.given_on IS NULL AND e.service_day >= %s
  AND NOT EXISTS (SELECT 1 FROM insurance_estimate r WHERE r.replaces_id = e.id)
"""


SILENT_AHEAD = timedelta(days=1)  # a visit of today or tomorrow wants its answer before the day begins


@dataclass(frozen=True)
class Glance:
    """Days of service of coverages in trouble, last days of grants that run out, legal days of estimates owed, days of
    service for which a payer was asked before today and has not answered; sorted."""

    troubled: tuple[date, ...]
    expiring: tuple[date, ...]
    owed: tuple[Due, ...]
    silent: tuple[date, ...] = ()


def glance(today: date, ahead: timedelta) -> Glance:
    """As ``troubled``, ``expiring`` and ``owed_estimates`` count them. One query."""
    now = day(today)
    rows = query(
        _SQL,
        now,
        day(today + ahead),
        now,
        day(today + SILENT_AHEAD),
        instant(at_local(today, time(0), system_clock().zone)),
        now,
        now,
        day(today + timedelta(days=SOON_DAYS)),
        EstimateKind.SELF_PAY.value,
        now,
    )
    owed = [
        due
        for kind, service, scheduled, requested, changed in rows
        if kind == "estimate"
        and (due := good_faith_due(_date(service), _maybe(scheduled), _maybe(requested), changed=bool(changed)))
    ]
    return Glance(
        tuple(sorted(_date(row[1]) for row in rows if row[0] == "check")),
        tuple(sorted(_date(row[1]) for row in rows if row[0] == "grant")),
        tuple(sorted(owed, key=lambda due: due.day)),
        tuple(sorted(_date(row[1]) for row in rows if row[0] == "silent")),
    )


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _maybe(value: Any) -> date | None:
    return None if value is None else _date(value)
