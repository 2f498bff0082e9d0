"""Pairs of the families demographics, provider, coverage and accident."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from steward.billing.logic.outgoing.model import Accident, Adjusted, Locum, PriorLine, PriorPayer
from steward.billing.logic.scrub.model import InForce

from ..claims import (
    ACME,
    ANA,
    CLEAN,
    CLINIC,
    COUNSEL,
    DAY,
    DOCTOR,
    HOME,
    LUIS,
    MCD,
    MCR,
    OFFICE,
    OTHER,
    RENDERING,
    SELF,
    SHOT,
    SPECIALIST,
    THIRD,
    WORLD,
    Pair,
    claim,
    filing,
    only,
    paid_by,
    with_line,
    with_patient,
    with_policy,
)  # fmt: skip

FIFTY = tuple(replace(COUNSEL, ref=f"L{n}", modifiers=("76",) if n else ()) for n in range(50))


def home(**changes):
    return with_patient(address=replace(HOME, **changes))


def office(**changes):
    return claim(billing=replace(OFFICE, **changes))


DEMOGRAPHICS = {
    "claim-number": Pair(claim(ref="C 1001"), claim(ref="A" * 20)),
    "line-reference": Pair(with_line(ref="L1"), with_line(ref="L" * 30)),
    "line-count": Pair(claim(lines=(*FIFTY, replace(COUNSEL, ref="L50", modifiers=("77",)))), claim(lines=FIFTY)),
    "line-count-institutional": Pair(claim(CLINIC, lines=()), CLINIC),
    "patient-name": Pair(with_patient(last="")),
    "patient-first-name": Pair(with_patient(first=" ")),
    "name-unwritable": Pair(with_patient(last="Иванова"), with_patient(last="Núñez")),
    "text-unwritable": Pair(home(city="京"), home(city="Añasco")),
    "birth-date": Pair(with_patient(born=None)),
    "birth-future": Pair(with_patient(born=dt.date(2026, 12, 1))),
    "service-before-birth": Pair(with_patient(born=DAY + dt.timedelta(1)), with_patient(born=DAY)),
    "service-after-death": Pair(with_patient(died=DAY - dt.timedelta(1)), with_patient(died=DAY)),
    "age-unlikely": Pair(with_patient(born=dt.date(1900, 1, 1)), with_patient(born=dt.date(1905, 1, 1))),
    "patient-sex": Pair(with_patient(sex="female"), with_patient(sex="U")),
    "patient-address": Pair(home(city="")),
    "other-address": Pair(
        claim(facility=("Elm Plaza", OTHER, replace(HOME, zip=""))), claim(facility=("Elm Plaza", OTHER, HOME))
    ),
    "billing-address": Pair(office(address=replace(OFFICE.address, street="")), office(address=replace(OFFICE.address, street2=""))),
    "state-code": Pair(home(state="ZZ"), home(state="PR")),
    "zip-code": Pair(home(zip="1220"), home(zip="12207-1234")),
    "billing-zip-nine": Pair(office(address=replace(OFFICE.address, zip="12207"))),
    "billing-po-box": Pair(
        office(address=replace(OFFICE.address, street="P.O. Box 12")), office(address=replace(OFFICE.address, street="12 Boxwood Post Road"))
    ),
}  # fmt: skip

STAFF = claim(incident_to=True, supervising=SPECIALIST)
STANDIN = Locum(THIRD, DAY - dt.timedelta(59))
Q6 = claim(locum=STANDIN, lines=(replace(COUNSEL, modifiers=("Q6",)), replace(SHOT, modifiers=("Q6",))))
MCR_Q6 = replace(MCR, locum=Q6.locum, lines=Q6.lines)
PSA = replace(only(MCR, code="G0103"), clia="33D1234567")

PROVIDER = {
    "npi-check-digit": Pair(claim(rendering=replace(DOCTOR, npi="1234567890")), claim(referring=SPECIALIST)),
    "rendering-missing": Pair(claim(rendering=None)),
    "attending-missing": Pair(claim(CLINIC, rendering=None), claim(CLINIC, rendering=None, attending=SPECIALIST)),
    "provider-name": Pair(claim(referring=replace(SPECIALIST, last="")), claim(referring=SPECIALIST)),
    "billing-name": Pair(office(name=" ")),
    "billing-tax-number": Pair(office(tin="12345"), office(tin="12-3456789")),
    "taxonomy-pattern": Pair(claim(rendering=replace(DOCTOR, taxonomy="207Q00000")), claim(rendering=replace(DOCTOR, taxonomy=""))),
    "taxonomy-listed": Pair(
        claim(rendering=replace(DOCTOR, taxonomy="207X00000X")), world=replace(WORLD, taxonomies=frozenset({"207Q00000X"}))
    ),
    "taxonomy-missing": Pair(replace(only(MCD), billing=replace(OFFICE, taxonomy="")), only(MCD)),
    "referring-missing": Pair(PSA, replace(PSA, referring=SPECIALIST)),
    "incident-to-supervisor": Pair(claim(incident_to=True), STAFF),
    "incident-to-place": Pair(
        replace(MCR, incident_to=True, supervising=SPECIALIST, place="22"), replace(MCR, incident_to=True, supervising=SPECIALIST)
    ),
    "locum-unnamed": Pair(replace(Q6, locum=None), Q6),
    "locum-unmarked": Pair(claim(locum=STANDIN), Q6),
    "locum-sixty-days": Pair(replace(MCR_Q6, locum=Locum(THIRD, DAY - dt.timedelta(60))), MCR_Q6),
    "excluded-provider": Pair(
        replace(MCR, rendering=DOCTOR), replace(MCR, rendering=SPECIALIST), replace(WORLD, excluded={RENDERING: DAY, OTHER: DAY + dt.timedelta(1)})
    ),
}  # fmt: skip

CHILD = with_policy(claim(patient=replace(ANA, first="Eva", born=dt.date(2015, 1, 1))), relation="19", subscriber=LUIS)
BLUE = replace(SELF, payer=replace(ACME, name="Blue", edi_id="BLU01", code="BLUE"), rank=1)
ANSWER = PriorPayer(BLUE, 4000, dt.date(2026, 3, 10), "ICN1", (Adjusted("CO", "45", 500), Adjusted("PR", "2", 1000)))
SECOND = claim(with_policy(rank=2), others=(ANSWER,))
MCR_SECOND = claim(with_policy(MCR, rank=2, medicare_reason="12"), others=(ANSWER,))
ON_LINES = replace(
    ANSWER, adjustments=(),
    lines=(
        PriorLine(3000, "G0447", (), "1", ()),
        PriorLine(1000, "J3420", (), "1", (Adjusted("CO", "45", 500), Adjusted("PR", "2", 1000))),
    ),
)  # fmt: skip
MINE = InForce(1, "ACME", "W123456789", dt.date(2020, 1, 1))
OTHERS = InForce(2, "BLUE", "B1", dt.date(2020, 1, 1))


def known(*coverages):
    return replace(WORLD, coverages={"P1": coverages})


COVERAGE = {
    "self-pay-restriction": Pair(claim(self_pay_restricted=True)),
    "self-pay-payer": Pair(paid_by(filing("09"))),
    "filing-indicator": Pair(paid_by(filing("QQ")), paid_by(filing("ZZ"))),
    "payer-unnamed": Pair(with_policy(payer=replace(ACME, edi_id=""))),
    "member-number": Pair(with_policy(member_id=" ")),
    "member-number-medicare": Pair(with_policy(MCR, member_id="123456789A"), MCR),
    "coverage-dates": Pair(with_policy(ends_on=DAY - dt.timedelta(1)), with_policy(starts_on=DAY, ends_on=DAY)),
    "coverage-none": Pair(
        claim(patient_ref="P2"), CLEAN, replace(WORLD, coverages={"P1": (MINE,), "P2": (replace(MINE, ends_on=DAY - dt.timedelta(1)),)})
    ),
    "coverage-rank-twice": Pair(
        claim(patient_ref="P2"), CLEAN,
        replace(WORLD, coverages={"P1": (MINE, replace(OTHERS, rank=1, voided=True)), "P2": (MINE, replace(OTHERS, rank=1))}),
    ),
    "coverage-rank-differs": Pair(
        claim(patient_ref="P2"), CLEAN,
        replace(WORLD, coverages={"P1": (MINE, OTHERS), "P2": (replace(MINE, rank=2), replace(OTHERS, rank=1))}),
    ),
    "rank-range": Pair(with_policy(rank=4), SECOND),
    "rank-repeated": Pair(replace(SECOND, others=(ANSWER, replace(ANSWER, policy=replace(BLUE, rank=2)))), SECOND),
    "earlier-payer-missing": Pair(replace(SECOND, others=(replace(ANSWER, paid_cents=None, decided_on=None),)), SECOND),
    "answer-undated": Pair(replace(SECOND, others=(replace(ANSWER, decided_on=None),)), SECOND),
    "answer-unbalanced": Pair(
        replace(SECOND, others=(replace(ON_LINES, paid_cents=3999),)), replace(SECOND, others=(ON_LINES,))
    ),
    "answer-codes": Pair(
        replace(SECOND, others=(replace(ANSWER, adjustments=(Adjusted("C*", "45", 1500),)),)), replace(SECOND, others=(ON_LINES,))
    ),
    "medicare-second-reason": Pair(with_policy(MCR_SECOND, medicare_reason=""), MCR_SECOND),
    "medicare-reason-odd": Pair(with_policy(medicare_reason="12"), MCR_SECOND),
    "relation-missing": Pair(with_policy(CHILD, relation=""), CHILD),
    "relation-code": Pair(with_policy(CHILD, relation="99"), CHILD),
    "relation-dependent-same": Pair(with_policy(relation="01"), CHILD),
    "relation-self-other": Pair(with_policy(CHILD, relation="18"), with_policy(subscriber=replace(ANA, first="ANA"))),
    "subscriber-name": Pair(with_policy(CHILD, subscriber=replace(LUIS, first="")), CHILD),
    "subscriber-birth": Pair(with_policy(CHILD, subscriber=replace(LUIS, born=None)), CHILD),
}  # fmt: skip

WORK = paid_by(filing("WC"), claim(accident=Accident("EM", DAY)))
ROAD = paid_by(filing("AM"), claim(accident=Accident("AA", DAY, "NY")))
FALL = claim(accident=Accident("OA", DAY))

ACCIDENT = {
    "workers-compensation-accident": Pair(replace(WORK, accident=None), WORK),
    "auto-accident": Pair(replace(ROAD, accident=Accident("OA", DAY)), ROAD),
    "accident-kind": Pair(claim(accident=Accident("XX", DAY)), FALL),
    "accident-work-elsewhere": Pair(claim(accident=Accident("EM", DAY)), WORK),
    "accident-date": Pair(claim(accident=Accident("OA")), FALL),
    "accident-state": Pair(claim(accident=Accident("AA", DAY)), ROAD),
    "accident-after-service": Pair(claim(accident=Accident("OA", DAY + dt.timedelta(1))), FALL),
}

PAIRS = DEMOGRAPHICS | PROVIDER | COVERAGE | ACCIDENT
