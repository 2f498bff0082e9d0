"""Every check the scrub knows, by name: one explicit list, so that each can be followed to its function."""

from __future__ import annotations

from collections.abc import Mapping

from steward.billing.logic.scrub.asking import Check
from steward.billing.logic.scrub.checks import (
    accident,
    authorisation,
    coverage,
    demographics,
    diagnoses,
    drugs,
    edits,
    history,
    institutional,
    laboratory,
    modifiers,
    provider,
    services,
    submission,
    timely,
)

CHECKS: Mapping[str, Check] = {
    check.name: check
    for room in (
        demographics, provider, coverage, accident, diagnoses, services, modifiers, drugs, laboratory, edits, history,
        timely, authorisation, submission, institutional,
    )
    for check in room.CHECKS
}  # fmt: skip
