"""Work and road accidents (CLM11, DTP*439)."""

from __future__ import annotations

from collections.abc import Iterator

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, on_claim, on_line
from steward.billing.logic.scrub.model import World


def kind_expected(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """The payer's kind of insurance asks for its kind of accident (the rule's scope names the filing indicator)."""
    if claim.accident is None or claim.accident.kind not in params.texts["kinds"]:
        yield on_claim("accident")


def kind_unknown(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.accident and claim.accident.kind not in params.texts["kinds"]:
        yield on_claim("accident, kind", kind=claim.accident.kind or "nothing")


def kind_elsewhere(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A work accident billed to another payer than workers' compensation, first in order."""
    accident, policy = claim.accident, claim.policy
    first_to = policy.payer.filing if policy.rank == 1 else ""
    if accident and accident.kind in params.texts["kinds"] and first_to and first_to not in params.texts["filings"]:
        yield on_claim("accident, payer", payer=policy.payer.name)


def date_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.accident and claim.accident.day is None:
        yield on_claim("accident, date")


def state_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.accident and claim.accident.kind == "AA" and not claim.accident.state.strip():
        yield on_claim("accident, state")


def after_service(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    day = claim.accident.day if claim.accident else None
    for number, line in lines:
        if day and line.day < day:
            yield on_line(number, "date of service", day=line.day.isoformat(), accident=day.isoformat())


CHECKS = (
    Check("accident_expected", kind_expected, {"kinds": "texts"}),
    Check("accident_kind", kind_unknown, {"kinds": "texts"}),
    Check("accident_elsewhere", kind_elsewhere, {"kinds": "texts", "filings": "texts"}),
    Check("accident_date", date_missing),
    Check("accident_state", state_missing),
    Check("accident_after_service", after_service),
)
