"""Claims and worlds to try rules with: one clean claim, one small world, short ways to change them. HCPCS Level II only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from steward.billing.logic.outgoing.model import (
    Address,
    BillingProvider,
    Clinician,
    Human,
    OutgoingClaim,
    PayerName,
    Policy,
    ServiceLine,
)
from steward.billing.logic.scrub.model import Span, World
from steward.registry.logic.identifiers import npi_of

DAY, TODAY = dt.date(2026, 3, 2), dt.date(2026, 3, 16)
SINCE = dt.date(2015, 10, 1)
BILLING, RENDERING, OTHER, THIRD = (npi_of(nine) for nine in ("123456789", "100000001", "100000002", "100000003"))
MBI = "1EG4-TE5-MK73"

HOME = Address("12 Elm Street", "", "Albany", "NY", "12207")
ANA = Human("Rivera", "Ana", "", dt.date(1980, 5, 5), None, "F", HOME)
LUIS = Human("Rivera", "Luis", "", dt.date(1978, 2, 3), None, "M", HOME)
OFFICE = BillingProvider(
    "Elm Family Practice", BILLING, "123456789", "207Q00000X", Address("1 Main Street", "", "Albany", "NY", "122071234"), "5185550100"
)  # fmt: skip
DOCTOR = Clinician(RENDERING, "Chen", "Mei", "207Q00000X")
SPECIALIST = Clinician(OTHER, "Okafor", "Ngozi", "207R00000X")
ACME = PayerName("Acme Health", "ACM01", "CI", "", "ACME")
MEDICARE = PayerName("Medicare", "MCR01", "MB", "", "MCR")
MEDICAID = PayerName("Medicaid", "MCD01", "MC", "", "MCD")

_LEAVES = (
    "I10", "E538", "E1165", "Z0000", "Z00129", "Z00110", "Z23", "W19XXXA", "S8001XA", "O0900", "N400", "N952", "R5383",
    *(f"J{n:02d}" for n in range(40, 70)),
)  # fmt: skip
DIAGNOSES = {code: (Span(SINCE),) for code in _LEAVES} | {
    "E11": (Span(SINCE, None, leaf=False),),
    "M25561": (Span(SINCE, None, side="R"),),
    "M25562": (Span(SINCE, None, side="L"),),
    "M25569": (Span(SINCE, None, side="U"),),
    "F328": (Span(SINCE, dt.date(2016, 9, 30)),),
    "K9999": (Span(dt.date(2026, 10, 1)),),
}
_SERVICES = (
    "G0447", "J3420", "G0438", "G0439", "G0402", "G0463", "G2211", "G0008", "Q2037", "Q2038", "J3490", "J9271", "J0897",
    "G0328", "G0103", "G0127", "G0101", "Q3014", "T1015", "E0601", "G0270", "G0316", "G0466", "J1885", "G0108", "G0109",
)  # fmt: skip
SERVICES = {code: (Span(dt.date(2010, 1, 1)),) for code in _SERVICES} | {
    "G0389": (Span(dt.date(2007, 1, 1), dt.date(2016, 12, 31)),),
}
WORLD = World(today=TODAY, icd10=DIAGNOSES, hcpcs=SERVICES)

COUNSEL = ServiceLine("L1", "G0447", 3000, DAY)
SHOT = ServiceLine("L2", "J3420", 2500, DAY, pointers=(2,))
SELF = Policy(ACME, "W123456789", 1, "18", ANA, "G77")
CLEAN = OutgoingClaim(
    "C1001", "P", 5500, OFFICE, SELF, ANA, "11", ("E53.8", "I10"), (COUNSEL, SHOT), rendering=DOCTOR, patient_ref="P1"
)
CLINIC = replace(
    CLEAN, form="I", bill_type="13", place="", lines=(replace(COUNSEL, revenue="0510"), replace(SHOT, revenue="0636"))
)


@dataclass(frozen=True)
class Pair:
    """A claim that passes and one that breaks one rule only, both in the rule's scope."""

    bad: OutgoingClaim
    good: OutgoingClaim = CLEAN
    world: World = WORLD


def claim(base: OutgoingClaim = CLEAN, **changes: Any) -> OutgoingClaim:
    """``base`` changed; new ``lines`` carry the claim's charge with them unless it is given."""
    if "lines" in changes and "charge_cents" not in changes:
        changes["charge_cents"] = sum(line.charge_cents for line in changes["lines"])
    return replace(base, **changes)


def with_line(base: OutgoingClaim = CLEAN, **changes: Any) -> OutgoingClaim:
    """``base`` with its second line changed."""
    return claim(base, lines=(base.lines[0], replace(base.lines[1], **changes)))


def only(base: OutgoingClaim = CLEAN, **changes: Any) -> OutgoingClaim:
    """``base`` with its first line alone, changed."""
    return claim(base, lines=(replace(base.lines[0], **changes),))


def with_patient(base: OutgoingClaim = CLEAN, **changes: Any) -> OutgoingClaim:
    """``base`` with its patient, who is the subscriber, changed."""
    who = replace(base.patient, **changes)
    return replace(base, patient=who, policy=replace(base.policy, subscriber=who))


def with_policy(base: OutgoingClaim = CLEAN, **changes: Any) -> OutgoingClaim:
    return replace(base, policy=replace(base.policy, **changes))


def paid_by(payer: PayerName, base: OutgoingClaim = CLEAN, **changes: Any) -> OutgoingClaim:
    """``base`` to another payer; Medicare's number has its own form."""
    member = MBI if payer.filing in ("MA", "MB") else "W123456789"
    return with_policy(base, **{"payer": payer, "member_id": member} | changes)


def filing(code: str) -> PayerName:
    return replace(ACME, filing=code)


MCR, MCD = paid_by(MEDICARE), paid_by(MEDICAID)
