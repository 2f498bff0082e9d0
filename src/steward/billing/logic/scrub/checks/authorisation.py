"""Prior authorisations and referrals: needed, known, in force, for this service, with something left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import Check, Found, Lines, Params, number_text, on_claim, on_line, units_of
from steward.billing.logic.scrub.model import Grant, World


def _named(number: str, known: Mapping[str, tuple[Grant, ...]], patient_ref: str) -> Grant | None:
    return next((one for one in known.get(patient_ref, ()) if number and one.number == number), None)


def authorisation_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """The rule names codes for all payers in its scope; a contract names more."""
    if claim.authorisation.strip():
        return
    contract = world.authorisation_codes.get(claim.policy.payer.code, frozenset())
    for number, line in lines:
        if line.code in contract or line.code in params.codes["codes"]:
            yield on_line(number, "authorisation", code=line.code, payer=claim.policy.payer.name)


def authorisation_unknown(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    number = claim.authorisation
    known = claim.patient_ref in world.authorisations
    if number and known and _named(number, world.authorisations, claim.patient_ref) is None:
        yield on_claim("authorisation", named=number)


def authorisation_expired(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    yield from _outside(_named(claim.authorisation, world.authorisations, claim.patient_ref), lines, "authorisation")


def referral_expired(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    yield from _outside(_named(claim.referral, world.referrals, claim.patient_ref), lines, "referral")


def _outside(grant: Grant | None, lines: Lines, what: str) -> Iterator[Found]:
    for number, line in lines if grant else ():
        assert grant is not None
        last = line.day_to or line.day
        if line.day < grant.starts_on or (grant.ends_on is not None and last > grant.ends_on):
            yield on_line(number, what, named=grant.number, day=line.day.isoformat())


def authorisation_other_code(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """None of the claim's services is what was authorised. Others beside it are the claim's own business."""
    grant = _named(claim.authorisation, world.authorisations, claim.patient_ref)
    if grant and grant.codes and lines and not any(line.code in grant.codes for line in claim.lines):
        yield on_claim("authorisation", named=grant.number, codes=", ".join(grant.codes))


def authorisation_used_up(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    grant = _named(claim.authorisation, world.authorisations, claim.patient_ref)
    if grant is None or grant.units is None:
        return
    own = [units_of(line) or Decimal(0) for _, line in lines if not grant.codes or line.code in grant.codes]
    if grant.used + sum(own) > grant.units:
        yield on_claim(
            "authorisation", named=grant.number, units=str(grant.units), used=str(grant.used), asked=number_text(sum(own, Decimal(0)))
        )  # fmt: skip


def referral_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    wanted = claim.policy.referral or claim.policy.payer.code in world.referral_payers
    if wanted and not claim.referral.strip() and any(line.code not in params.codes["unless"] for _, line in lines):
        yield on_claim("referral", payer=claim.policy.payer.name)


def referral_used_up(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A claim is one visit a day of service."""
    grant = _named(claim.referral, world.referrals, claim.patient_ref)
    visits = len({line.day for _, line in lines})
    if grant and grant.units is not None and grant.used + visits > grant.units:
        yield on_claim("referral", named=grant.number, units=str(grant.units), used=str(grant.used))


CHECKS = (
    Check("authorisation_missing", authorisation_missing, {"codes": "codes"}),
    Check("authorisation_unknown", authorisation_unknown),
    Check("authorisation_expired", authorisation_expired),
    Check("authorisation_other_code", authorisation_other_code),
    Check("authorisation_used_up", authorisation_used_up),
    Check("referral_missing", referral_missing, {"unless": "codes"}),
    Check("referral_expired", referral_expired),
    Check("referral_used_up", referral_used_up),
)
