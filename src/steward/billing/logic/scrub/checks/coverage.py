"""Who pays, in which order, and whether anybody may be asked at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steward.billing.logic.outgoing.model import Human, OutgoingClaim, Policy, PriorPayer
from steward.billing.logic.scrub.asking import (
    MEDICARE,
    Check,
    Found,
    Lines,
    Params,
    level_two,
    money_text,
    on_claim,
    on_line,
    other_level,
)
from steward.billing.logic.scrub.model import InForce, World

#: CMS, "Understanding the MBI format": no S, L, O, I, B, Z among its letters.
_L, _N = "[AC-HJKMNP-RT-Y]", "[0-9]"
_A = "[AC-HJKMNP-RT-Y0-9]"
_CARC, _MODIFIER = re.compile(r"[A-Z0-9]{1,5}"), re.compile(r"[A-Z0-9]{2}")
_QUANTITY = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,4})?")
_MBI = re.compile(f"[1-9]{_L}{_A}{_N}{_L}{_A}{_N}{_L}{_L}{_N}{_N}")


def self_pay_restricted(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """45 CFR 164.522(a)(1)(vi): paid in full by the patient who asked that the plan not be told."""
    if claim.self_pay_restricted:
        yield on_claim("claim")


def self_pay_filing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.policy.payer.filing in params.texts["filings"]:
        yield on_claim("payer, filing indicator", filing=claim.policy.payer.filing)


def filing_code(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for policy in _policies(claim):
        if policy.payer.filing not in params.texts["filings"]:
            yield on_claim("payer, filing indicator", payer=policy.payer.name, filing=policy.payer.filing or "nothing")


def payer_unnamed(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for policy in _policies(claim):
        for what, text in (("name", policy.payer.name), ("payer number", policy.payer.edi_id)):
            if not text.strip():
                yield on_claim(f"payer, {what}", what=what)


def _policies(claim: OutgoingClaim) -> tuple[Policy, ...]:
    """The coverage the claim goes out under and those of the other payers: all of them are written."""
    return (claim.policy, *(other.policy for other in claim.others))


def member_id_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for policy in _policies(claim):
        if not policy.member_id.strip():
            yield on_claim("coverage, member number", payer=policy.payer.name)


def member_id_mbi(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    member = claim.policy.member_id.replace("-", "").strip()
    if member and not _MBI.fullmatch(member):
        yield on_claim("coverage, member number", member=claim.policy.member_id)


def coverage_dates(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    policy = claim.policy
    for number, line in lines:
        early = policy.starts_on is not None and line.day < policy.starts_on
        late = policy.ends_on is not None and (line.day_to or line.day) > policy.ends_on
        if early or late:
            yield on_line(number, "date of service", day=line.day.isoformat(), payer=policy.payer.name)


def _in_force(claim: OutgoingClaim, world: World, lines: Lines) -> tuple[InForce, ...] | None:
    """The patient's coverages on the first day of service; None when the patient is unknown or there is no line."""
    known = world.coverages.get(claim.patient_ref)
    if known is None or not lines:
        return None
    day = min(line.day for _, line in lines)
    return tuple(each for each in known if each.holds_on(day))


def no_coverage(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if _in_force(claim, world, lines) == ():
        yield on_claim("coverage")


def rank_twice(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    seen: set[int] = set()
    for each in _in_force(claim, world, lines) or ():
        if each.rank in seen:
            yield on_claim("coverage, order", rank=str(each.rank))
        seen.add(each.rank)


def rank_differs(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """The claim says another rank than the coverage it goes out under has on the day."""
    policy = claim.policy
    own = [
        each for each in _in_force(claim, world, lines) or ()
        if (each.payer, each.member_id) == (policy.payer.code, policy.member_id)
    ]  # fmt: skip
    if own and all(each.rank != policy.rank for each in own):
        yield on_claim("coverage, order", rank=str(policy.rank), known=str(own[0].rank))


def rank_range(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for policy in _policies(claim):
        if policy.rank not in (1, 2, 3):
            yield on_claim("coverage, order", rank=str(policy.rank))


def rank_repeated(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    ranks = [claim.policy.rank, *(other.policy.rank for other in claim.others)]
    if len(set(ranks)) < len(ranks):
        yield on_claim("other payers, order", ranks=", ".join(map(str, ranks)))


def earlier_payer_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A claim to a later payer carries the answer of each earlier one (loops 2320, 2430)."""
    if claim.policy.rank not in (2, 3):
        return
    answered = {other.policy.rank for other in claim.others if other.paid_cents is not None}
    for rank in range(1, claim.policy.rank):
        if rank not in answered:
            yield on_claim("other payers", rank=str(rank))


def answer_undated(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    for other in claim.others:
        if other.paid_cents is not None and other.decided_on is None:
            yield on_claim("other payers, date of decision", payer=other.policy.payer.name)


def answer_unbalanced(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """What an earlier payer paid and adjusted, on claim and lines, is what was charged (the guide's section 1.4.2, X12 RFI 2348)."""
    for other in claim.others:
        if other.paid_cents is None or any(line is None for line in other.lines):
            continue
        total = other.paid_cents + _adjusted(other)
        if total != claim.charge_cents:
            yield on_claim(
                "other payers, amounts", payer=other.policy.payer.name, told=money_text(total),
                charge=money_text(claim.charge_cents),
            )  # fmt: skip


def answer_codes(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Groups, reasons, quantities and services of an earlier payer's answer are codes: they travel as they stand."""
    for other in claim.others:
        answered = [line for line in other.lines if line]
        for one in (*other.adjustments, *(each for line in answered for each in line.adjustments)):
            sound = one.group in params.texts["groups"] and _CARC.fullmatch(one.carc)
            if not sound or (one.quantity and not _QUANTITY.fullmatch(one.quantity)):
                yield on_claim(
                    "other payers, adjustments", payer=other.policy.payer.name, code=f"{one.group}-{one.carc}"
                )
        for line in answered:
            marks = all(_MODIFIER.fullmatch(modifier) for modifier in line.modifiers)
            if not (marks and (level_two(line.code) or other_level(line.code)) and _QUANTITY.fullmatch(line.units)):
                yield on_claim("other payers, lines", payer=other.policy.payer.name, code=line.code or "nothing")


def _adjusted(other: PriorPayer) -> int:
    claim_level = sum(one.cents for one in other.adjustments)
    return claim_level + sum(one.cents for line in other.lines if line for one in line.adjustments)


def medicare_second_reason(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """SBR05 when Medicare is not first (42 CFR 411 subparts B to H)."""
    policy = claim.policy
    if policy.payer.filing in MEDICARE and policy.rank > 1 and not policy.medicare_reason:
        yield on_claim("coverage, Medicare second")


def medicare_reason_odd(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    policy = claim.policy
    reason = policy.medicare_reason
    unfit = policy.payer.filing not in MEDICARE or policy.rank == 1
    if reason and (unfit or reason not in params.texts["reasons"]):
        yield on_claim("coverage, Medicare second", reason=reason)
    for other in claim.others:
        reason = other.policy.medicare_reason
        if reason and reason not in params.texts["reasons"]:
            yield on_claim("other payers, Medicare second", reason=reason)


def relation_missing(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """SBR02 empty means another person is the patient; without one, nobody is (a fault foreign validators miss)."""
    if not claim.policy.relation.strip():
        yield on_claim("coverage, relation to subscriber")


def relation_code(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    relation = claim.policy.relation
    if relation.strip() and relation not in params.texts["relations"]:
        yield on_claim("coverage, relation to subscriber", relation=relation)
    for other in claim.others:
        if other.policy.relation not in params.texts["relations"]:
            yield on_claim("other payers, relation to subscriber", relation=other.policy.relation or "nothing")


def relation_dependent_same(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """A dependent who is the subscriber: the patient's loop would name the subscriber again."""
    relation = claim.policy.relation.strip()
    if relation and relation != "18" and _same(claim.patient, claim.policy.subscriber):
        yield on_claim("coverage, relation to subscriber", relation=relation)


def relation_self_other(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if (
        claim.policy.relation == "18"
        and _told(claim.policy.subscriber)
        and not _same(claim.patient, claim.policy.subscriber)
    ):
        yield on_claim("coverage, relation to subscriber")


def _told(who: Human) -> bool:
    return bool(who.last.strip() and who.first.strip())


def _same(one: Human, two: Human) -> bool:
    return (one.last.casefold(), one.first.casefold(), one.born) == (
        two.last.casefold(),
        two.first.casefold(),
        two.born,
    )


def subscriber_name(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    """Of the patient too when it is the patient, whose own missing name another rule tells."""
    own, who = claim.policy.relation == "18", claim.policy.subscriber
    if (not own and not _told(who)) or (own and not who.last.strip() and claim.patient.last.strip()):
        yield on_claim("subscriber, name")
    for other in claim.others:
        if not other.policy.subscriber.last.strip():
            yield on_claim("other subscriber, name")


def subscriber_birth(claim: OutgoingClaim, lines: Lines, world: World, params: Params) -> Iterator[Found]:
    if claim.policy.relation not in ("18", "") and claim.policy.subscriber.born is None:
        yield on_claim("subscriber, birth date")


CHECKS = (
    Check("self_pay_restricted", self_pay_restricted),
    Check("self_pay_filing", self_pay_filing, {"filings": "texts"}),
    Check("filing_code", filing_code, {"filings": "texts"}),
    Check("payer_unnamed", payer_unnamed),
    Check("member_id_missing", member_id_missing),
    Check("member_id_mbi", member_id_mbi),
    Check("coverage_dates", coverage_dates),
    Check("no_coverage", no_coverage),
    Check("rank_twice", rank_twice),
    Check("rank_differs", rank_differs),
    Check("rank_range", rank_range),
    Check("rank_repeated", rank_repeated),
    Check("earlier_payer_missing", earlier_payer_missing),
    Check("answer_undated", answer_undated),
    Check("answer_unbalanced", answer_unbalanced),
    Check("answer_codes", answer_codes, {"groups": "texts"}),
    Check("medicare_second_reason", medicare_second_reason),
    Check("medicare_reason_odd", medicare_reason_odd, {"reasons": "texts"}),
    Check("relation_missing", relation_missing),
    Check("relation_code", relation_code, {"relations": "texts"}),
    Check("relation_dependent_same", relation_dependent_same),
    Check("relation_self_other", relation_self_other),
    Check("subscriber_name", subscriber_name),
    Check("subscriber_birth", subscriber_birth),
)
