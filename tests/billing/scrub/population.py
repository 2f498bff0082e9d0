"""A practice's clean claims by seed, with the world they stand in: payers, dependents, second payers, drugs, vaccines,
laboratory, telehealth, accidents, locum, health centre. Random only through the seed. HCPCS Level II only."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from steward.billing.logic.outgoing.model import (
    Accident,
    Adjusted,
    Clinician,
    Drug,
    Human,
    Locum,
    OutgoingClaim,
    PayerName,
    Policy,
    PriorLine,
    PriorPayer,
    ServiceLine,
)
from steward.billing.logic.scrub.model import Grant, InForce, Mue, PastLine, Ptp, World
from steward.registry.logic.identifiers import npi_of

from .claims import CLEAN, HOME, MBI, OFFICE, SINCE, TODAY, WORLD

PAYERS = (
    PayerName("Acme Health", "ACM01", "CI", "", "ACME"), PayerName("Harbor Blue", "HBL01", "BL", "", "BLUE"),
    PayerName("Cascade", "CSC01", "HM", "", "CASC"), PayerName("Medicare", "MCR01", "MB", "", "MCR"),
    PayerName("Medicaid", "MCD01", "MC", "", "MCD"),
)  # fmt: skip
WORK, ROAD = PayerName("State Fund", "WCF01", "WC", "", "WORK"), PayerName("Road Mutual", "RDM01", "AM", "", "ROAD")
DOCTORS = tuple(
    Clinician(npi_of(f"10000{n:04d}"), name, "Lee", "207Q00000X") for n, name in enumerate(("Chen", "Diaz", "Novak"))
)
STANDIN = npi_of("100009999")
CLIA, WAIVER = "33D1234567", "33D7654321"
LAST = ("Rivera", "Nguyễn", "O'Brien", "de la Cruz", "Smith-Jones", "Kowalski", "Núñez")
CONDITIONS = ("I10", "E53.8", "E11.65", "R53.83", "J40", "J45", "Z23", "M25.562")
VISIT, COUNSEL, VIAL = "G0463", "G0447", Drug("00517-0031-25", "1", "ML")
ASKED_FOR = "G0270"  # Acme wants an authorisation for it; Cascade a referral for everything


def _human(rng: random.Random, adult: bool = True) -> Human:
    born = TODAY - dt.timedelta(days=rng.randint(20, 80) * 365 if adult else rng.randint(200, 15 * 365))
    return Human(rng.choice(LAST), rng.choice(("Ana", "José", "Mei", "Tom")), "", born, None, rng.choice("FFMMU"), HOME)


def _lines(rng: random.Random, kind: str, day: dt.date, filing: str) -> tuple[ServiceLine, ...]:
    def line(n: int, code: str, cents: int, **changes) -> ServiceLine:
        return ServiceLine(f"L{n}", code, cents, day, pointers=(1,), **changes)

    if kind == "drug":
        return (line(1, VISIT, 9000, modifiers=("25",)), line(2, "J3420", 2500, drug=VIAL))
    if kind == "vaccine":
        free = {"charge_cents": 0, "modifiers": ("SL",)} if filing == "MC" else {}
        return (line(1, "G0008", 3500), replace(line(2, "Q2037", 2100), **free))
    if kind == "waste":
        return (
            line(1, "J0897", 90000, units="60", drug=VIAL),
            line(2, "J0897", 9000, units="10", modifiers=("JW",), drug=VIAL),
        )
    if kind == "single":
        return (line(1, "J9271", 500000, units="100", modifiers=("JZ",), drug=VIAL),)
    if kind == "lab":
        return (line(1, "G0103", 4000),)
    if kind == "waived":
        return (line(1, "G0328", 2500, modifiers=("QW",)),)
    if kind == "telehealth":
        return (line(1, COUNSEL, 6000, modifiers=(rng.choice(("95", "93")),)),)
    if kind == "pair":
        return (line(1, COUNSEL, 6000), line(2, "G0108", 5000, modifiers=("XU",)))
    return (line(1, VISIT, rng.randint(5000, 20000)), *((line(2, "G0101", 4000),) if rng.random() < 0.5 else ()))


KINDS = ("visit",) * 4 + ("drug", "vaccine", "waste", "single", "lab", "waived", "telehealth", "pair")


def _clean(rng: random.Random, n: int) -> OutgoingClaim:
    payer, kind = rng.choice(PAYERS), rng.choice(KINDS)
    day = TODAY - dt.timedelta(days=rng.randint(1, 60))
    adult = rng.random() < 0.85 or payer.filing == "MB"
    patient = _human(rng, adult)
    own = adult and (payer.filing == "MB" or rng.random() < 0.7)
    subscriber = patient if own else replace(_human(rng), first="Parent")
    policy = Policy(
        payer,
        MBI if payer.filing == "MB" else f"W{n:09d}",
        1,
        "18" if own else "19",
        subscriber,
        "",
        dt.date(2020, 1, 1),
    )
    lines = _lines(rng, kind, day, payer.filing)
    diagnoses = (rng.choice(CONDITIONS), *(("W19.XXXA",) if rng.random() < 0.1 else ()))
    claim = replace(
        CLEAN, ref=f"N{n:06d}", billing=OFFICE, policy=policy, patient=patient, lines=lines, diagnoses=diagnoses, patient_ref=f"P{n}",
        rendering=rng.choice(DOCTORS), charge_cents=sum(line.charge_cents for line in lines),
        place=rng.choice(("02", "10")) if kind == "telehealth" else "11",
        clia={"lab": CLIA, "waived": WAIVER}.get(kind, ""), referring=DOCTORS[0] if kind in ("lab", "waived") else None,
    )  # fmt: skip
    claim = _turned(rng, claim)
    sent = claim.policy.payer.code == "CASC" and kind != "vaccine"
    return replace(claim, referral=f"R{n}") if sent else claim


def _turned(rng: random.Random, claim: OutgoingClaim) -> OutgoingClaim:
    """One claim in three is something rarer."""
    turn, payer = rng.randint(0, 29), claim.policy.payer
    if turn == 0:
        policy = replace(claim.policy, payer=WORK)
        return replace(claim, policy=policy, accident=Accident("EM", claim.first_day - dt.timedelta(days=3)))
    if turn == 1:
        policy = replace(claim.policy, payer=ROAD, member_id="R1")
        return replace(claim, policy=policy, accident=Accident("AA", claim.first_day, "NJ"))
    if turn == 2:
        lines = tuple(replace(line, modifiers=(*line.modifiers, "Q6")) for line in claim.lines)
        return replace(claim, lines=lines, locum=Locum(STANDIN, claim.first_day - dt.timedelta(days=20)))
    if turn == 3:
        return replace(claim, frequency=rng.choice("78"), control="ICN7788")
    if turn in (4, 5):
        return _second(claim, rng)
    if turn == 6 and claim.place == "11":
        return replace(claim, incident_to=True, supervising=DOCTORS[1])
    if turn == 7:
        return replace(claim, attachment=rng.choice((("OZ", "AA", ""), ("B4", "FX", "ATT9"))), note="See the report")
    if turn in (8, 9, 10) and payer.code == "ACME":
        line = ServiceLine("L1", ASKED_FOR, 7000, claim.first_day)
        return replace(
            claim, authorisation=f"A{claim.patient_ref}", lines=(line,), charge_cents=7000, clia="", place="11"
        )
    if turn == 13:
        return replace(claim, facility=("Elm Plaza", npi_of("100007777"), HOME))
    if turn in (11, 12) and not claim.clia:
        return _centre(claim)
    return claim


def _second(claim: OutgoingClaim, rng: random.Random) -> OutgoingClaim:
    total = claim.charge_cents
    first = replace(claim.policy, payer=PayerName("First Plan", "FST01", "CI", "", "FIRST"), member_id="F1")
    answer = PriorPayer(
        first, total // 2, claim.last_day + dt.timedelta(days=1), "ICN1", (Adjusted("CO", "45", total - total // 2),)
    )
    if rng.random() < 0.5:
        answered = tuple(_answered(line) for line in claim.lines)
        answer = replace(answer, paid_cents=sum(line.paid_cents for line in answered), adjustments=(), lines=answered)
    reason = "12" if claim.policy.payer.filing == "MB" else ""
    return replace(claim, policy=replace(claim.policy, rank=2, medicare_reason=reason), others=(answer,))


def _answered(line: ServiceLine) -> PriorLine:
    paid = line.charge_cents // 3
    return PriorLine(paid, line.code, line.modifiers, line.units, (Adjusted("PR", "1", line.charge_cents - paid),))


def _centre(claim: OutgoingClaim) -> OutgoingClaim:
    kind, revenue = ("13", "0510") if claim.ref.endswith(("1", "3", "5")) else ("77", "0521")
    lines = tuple(replace(line, revenue="0636" if line.drug else revenue) for line in claim.lines)
    if kind == "77" and not any(line.revenue == "0521" for line in lines):
        kind = "13"
    own = {"attending": claim.rendering, "rendering": None} if claim.ref.endswith("7") else {"operating": DOCTORS[2]}
    return replace(claim, form="I", bill_type=kind, lines=lines, place="", visit_reasons=claim.diagnoses[:1], **own)


def population(count: int, seed: int) -> tuple[list[OutgoingClaim], World]:
    """Clean claims, and the world in which they are: past visits, coverages, contracts, edits."""
    rng = random.Random(seed)
    claims = [_clean(rng, n) for n in range(count)]
    past = {
        claim.patient_ref: tuple(
            PastLine(claim.first_day - dt.timedelta(days=30 * k), VISIT, (), claim.rendering.npi, f"O{k}") for k in (1, 2, 5)
        )
        for claim in claims if claim.rendering
    }  # fmt: skip
    covers = {
        claim.patient_ref: tuple(
            InForce(policy.rank, policy.payer.code, policy.member_id, dt.date(2020, 1, 1))
            for policy in (claim.policy, *(other.policy for other in claim.others))
        )
        for claim in claims
    }  # fmt: skip
    first, asked, sent = dt.date(2026, 1, 1), [c for c in claims if c.authorisation], [c for c in claims if c.referral]
    world = replace(
        WORLD, history=past, coverages=covers, filing_limits=dict.fromkeys(("ACME", "BLUE", "CASC", "MCD", "WORK", "ROAD"), 120),
        authorisations={c.patient_ref: (Grant(c.authorisation, first, TODAY, (ASKED_FOR,), 10, 2),) for c in asked},
        referrals={c.patient_ref: (Grant(c.referral, first, TODAY, (), 3, 2),) for c in sent},
        authorisation_codes={"ACME": frozenset({ASKED_FOR})}, referral_payers=frozenset({"CASC"}),
        ptp={(COUNSEL, "G0108"): (Ptp(SINCE, None, "1"),), (VISIT, "G0101"): (Ptp(SINCE, dt.date(2020, 1, 1), "0"),)},
        mue={code: (Mue(1000 if code == "J9271" else 120 if code == "J0897" else 8, "123"[n % 3], SINCE),)
             for n, code in enumerate(sorted(WORLD.hcpcs or ()))},
        clia={CLIA: "compliance", WAIVER: "waiver"}, global_days={"G0127": 0},
    )  # fmt: skip
    return claims, world
