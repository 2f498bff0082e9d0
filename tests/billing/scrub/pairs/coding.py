"""Pairs of the families diagnosis, service, modifier, drug, laboratory and ncci."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from steward.billing.logic.outgoing.model import Drug
from steward.billing.logic.scrub.model import AddOn, Mue, PastLine, Ptp, Span

from ..claims import (
    CLEAN,
    CLINIC,
    COUNSEL,
    DAY,
    LUIS,
    MCD,
    MCR,
    RENDERING,
    SHOT,
    SINCE,
    TODAY,
    WORLD,
    Pair,
    claim,
    only,
    with_line,
    with_patient,
    with_policy,
)  # fmt: skip

SINCE_OVER = replace(WORLD, speaks={"icd10": (Span(SINCE, DAY - dt.timedelta(1)),)})
DAY_AFTER = dt.timedelta(1)
MAN = with_policy(claim(patient=LUIS), subscriber=LUIS)
CHILD = with_patient(born=dt.date(2016, 1, 1))
BABY = with_patient(born=DAY - dt.timedelta(5))
KNEE = claim(diagnoses=("E53.8", "M25.561"))
TWELVE = tuple(f"J{n}" for n in range(40, 52))
TWENTYFIVE = tuple(f"J{n}" for n in range(40, 65))

DIAGNOSIS = {
    "dx-none": Pair(claim(diagnoses=())),
    "dx-many": Pair(claim(diagnoses=(*TWELVE, "J52")), claim(diagnoses=TWELVE)),
    "dx-many-institutional": Pair(claim(CLINIC, diagnoses=(*TWENTYFIVE, "J65")), claim(CLINIC, diagnoses=TWENTYFIVE)),
    "dx-pattern": Pair(claim(diagnoses=("E53.8", "10I")), claim(diagnoses=("e538", "I10"))),
    "dx-twice": Pair(claim(diagnoses=("E53.8", "I10", "E538"))),
    "dx-unknown": Pair(claim(diagnoses=("E53.8", "E99.99"))),
    "dx-unlisted": Pair(claim(diagnoses=("E53.8", "E99.99")), world=SINCE_OVER),
    "dx-header": Pair(claim(diagnoses=("E53.8", "E11")), claim(diagnoses=("E53.8", "E11.65"))),
    "dx-not-in-force": Pair(claim(diagnoses=("E53.8", "F32.8"))),
    "dx-external-first": Pair(claim(diagnoses=("W19.XXXA", "S80.01XA")), claim(diagnoses=("S80.01XA", "W19.XXXA"))),
    "dx-female": Pair(claim(MAN, diagnoses=("E53.8", "N95.2")), claim(diagnoses=("E53.8", "N95.2"))),
    "dx-male": Pair(claim(diagnoses=("E53.8", "N40.0")), claim(MAN, diagnoses=("E53.8", "N40.0"))),
    "dx-age-newborn": Pair(claim(diagnoses=("E53.8", "Z00.110")), claim(BABY, diagnoses=("E53.8", "Z00.110"))),
    "dx-age-child": Pair(claim(diagnoses=("E53.8", "Z00.129")), claim(CHILD, diagnoses=("E53.8", "Z00.129"))),
    "dx-age-adult": Pair(claim(CHILD, diagnoses=("E53.8", "Z00.00")), claim(diagnoses=("E53.8", "Z00.00"))),
    "dx-age-maternity": Pair(
        claim(with_patient(born=dt.date(1950, 1, 1)), diagnoses=("E53.8", "O09.00")), claim(diagnoses=("E53.8", "O09.00"))
    ),
    "dx-side": Pair(with_line(KNEE, modifiers=("LT",)), with_line(KNEE, modifiers=("RT",))),
    "dx-side-unspecified": Pair(claim(diagnoses=("E53.8", "M25.569")), KNEE),
    "pointer-none": Pair(with_line(pointers=())),
    "pointer-to-nothing": Pair(with_line(pointers=(2, 3)), with_line(pointers=(2, 1))),
    "pointer-many": Pair(with_line(claim(diagnoses=TWELVE), pointers=(1, 2, 3, 4, 5)), with_line(claim(diagnoses=TWELVE), pointers=(4, 3, 2, 1))),
}  # fmt: skip

SERVICE = {
    "code-pattern": Pair(with_line(code="J34"), with_line(CLINIC, code="")),
    "code-unknown": Pair(with_line(code="G9977"), with_line(code="G0101")),
    "code-not-in-force": Pair(with_line(code="G0389")),
    "units-wrong": Pair(with_line(units="0"), with_line(units="2.5")),
    "units-most": Pair(with_line(units="10000"), with_line(units="9999")),
    "charge-negative": Pair(with_line(charge_cents=-2500)),
    "charge-zero": Pair(with_line(charge_cents=0), with_line(charge_cents=0, modifiers=("SL",))),
    "charge-most": Pair(with_line(charge_cents=100_000_000), with_line(charge_cents=99_999_999)),
    "charge-sum": Pair(claim(charge_cents=5400)),
    "days-reversed": Pair(with_line(day_to=DAY - DAY_AFTER), with_line(day_to=DAY + DAY_AFTER)),
    "service-future": Pair(with_line(day=TODAY + DAY_AFTER), with_line(day=TODAY)),
    "place-code": Pair(with_line(place="98"), with_line(place="12")),
    "unlisted-note": Pair(with_line(code="J3490"), with_line(code="J3490", note="Biotin 10 mg")),
    "addon-alone": Pair(
        with_line(code="G2211"), claim(lines=(replace(COUNSEL, code="G0463"), replace(SHOT, code="G2211"))),
        replace(WORLD, addons={"G2211": (AddOn("G0463", "1", DAY),)}),
    ),
    "addon-unlisted": Pair(
        with_line(code="G2211"), claim(lines=(replace(COUNSEL, code="G0463"), replace(SHOT, code="G2211"))),
        replace(WORLD, addons={"G2211": (AddOn("G0463", "3", DAY),)}),
    ),
}  # fmt: skip

VISIT = only(code="G0463")
WARD = replace(VISIT, place="22", split_shared=True)
VIDEO = claim(place="10", lines=(replace(COUNSEL, modifiers=("95",)),))
COMPLEX = replace(COUNSEL, ref="L3", code="G2211")

MODIFIER = {
    "modifier-pattern": Pair(with_line(modifiers=("R",)), with_line(modifiers=("RT",))),
    "modifier-many": Pair(with_line(modifiers=("76", "77", "78", "79", "99")), with_line(modifiers=("76", "77", "78", "79"))),
    "modifier-twice": Pair(with_line(modifiers=("76", "76")), with_line(modifiers=("76",))),
    "modifier-visit": Pair(with_line(modifiers=("25",)), only(code="G0463", modifiers=("25",))),
    "modifier-59-x": Pair(with_line(modifiers=("59", "XU")), with_line(modifiers=("XU",))),
    "modifier-50-side": Pair(with_line(modifiers=("50", "LT")), with_line(modifiers=("50",))),
    "modifier-50-units": Pair(with_line(modifiers=("50",), units="2"), with_line(modifiers=("50",))),
    "modifier-26-tc": Pair(with_line(modifiers=("26", "TC")), with_line(modifiers=("26",))),
    "modifier-notice": Pair(with_line(MCR, modifiers=("GA", "GZ")), with_line(MCR, modifiers=("GA",))),
    "modifier-22-words": Pair(with_line(modifiers=("22",)), with_line(modifiers=("22",), note="Two hours of adhesions")),
    "complexity-with-25": Pair(
        claim(MCR, lines=(replace(COUNSEL, code="G0463", modifiers=("25",)), COMPLEX)),
        claim(MCR, lines=(replace(COUNSEL, code="G0463", modifiers=("25",)), COMPLEX, replace(SHOT, code="G0439"))),
    ),
    "split-shared-fs": Pair(WARD, only(WARD, modifiers=("FS",))),
    "split-shared-place": Pair(only(WARD, modifiers=("FS",), place="11"), only(WARD, modifiers=("FS",))),
    "telehealth-modifier": Pair(only(VIDEO, modifiers=()), VIDEO),
    "telehealth-place": Pair(replace(VIDEO, place="11"), VIDEO),
    "telehealth-one-way": Pair(only(VIDEO, modifiers=("93", "95")), only(VIDEO, modifiers=("93",))),
}  # fmt: skip

VIAL = Drug("00517-0031-25", "1", "ML")
ONE_DOSE = replace(SHOT, code="J9271", modifiers=("JZ",))
GIVEN, THROWN = replace(SHOT, code="J0897"), replace(SHOT, ref="L3", code="J0897", modifiers=("JW",))
FLU, JAB = replace(SHOT, code="Q2037"), replace(COUNSEL, code="G0008")

DRUG = {
    "ndc-missing": Pair(MCD, with_line(MCD, drug=VIAL)),
    "ndc-missing-commercial": Pair(CLEAN, with_line(drug=VIAL)),
    "ndc-pattern": Pair(with_line(drug=Drug("0517-0031-25", "1", "ML")), with_line(drug=VIAL)),
    "ndc-quantity": Pair(with_line(drug=replace(VIAL, unit="MG")), with_line(drug=replace(VIAL, quantity="0.5"))),
    "drug-waste-unsaid": Pair(claim(MCR, lines=(replace(ONE_DOSE, modifiers=()),)), claim(MCR, lines=(ONE_DOSE,))),
    "drug-waste-both": Pair(claim(lines=(replace(ONE_DOSE, modifiers=("JW", "JZ")),)), claim(lines=(ONE_DOSE,))),
    "drug-waste-alone": Pair(claim(lines=(THROWN,)), claim(lines=(GIVEN, THROWN))),
    "vaccine-missing": Pair(claim(lines=(JAB,)), claim(lines=(JAB, FLU))),
    "administration-missing": Pair(claim(lines=(FLU,)), claim(lines=(JAB, FLU))),
    "vaccine-supplied-charged": Pair(
        claim(lines=(JAB, replace(FLU, modifiers=("SL",)))), claim(lines=(JAB, replace(FLU, modifiers=("SL",), charge_cents=0)))
    ),
}  # fmt: skip

CLIA = "33D1234567"
WAIVED = replace(WORLD, clia={CLIA: "waiver"})
STOOL = claim(only(code="G0328", modifiers=("QW",)), clia=CLIA)

LABORATORY = {
    "clia-missing": Pair(replace(STOOL, clia=""), STOOL),
    "clia-pattern": Pair(replace(STOOL, clia="33-1234567"), STOOL),
    "clia-qw": Pair(only(STOOL, modifiers=()), STOOL, WAIVED),
    "clia-beyond-waiver": Pair(only(STOOL, code="G0103", modifiers=()), STOOL, WAIVED),
    "clia-qw-elsewhere": Pair(with_line(modifiers=("QW",)), STOOL),
}


def edit(indicator: str):
    return replace(WORLD, ptp={("G0447", "J3420"): (Ptp(SINCE, None, indicator),)})


def limit(indicator: str):
    return replace(WORLD, mue={"J3420": (Mue(2, indicator, SINCE),)})


AGAIN = replace(SHOT, ref="L3", modifiers=("76",))
PAST = PastLine(DAY, "G0447", (), RENDERING, "C0900")

NCCI = {
    "ncci-never": Pair(with_line(modifiers=("59",)), with_line(day=DAY + DAY_AFTER), edit("0")),
    "ncci-modifier": Pair(CLEAN, with_line(modifiers=("XU",)), edit("1")),
    "ncci-other-claim": Pair(
        claim(lines=(SHOT,)),
        claim(lines=(replace(SHOT, modifiers=("59",)),)),
        replace(edit("1"), history={"P1": (PAST,)}),
    ),
    "mue-line": Pair(with_line(units="3"), claim(lines=(COUNSEL, replace(SHOT, units="2"), AGAIN)), limit("1")),
    "mue-day": Pair(claim(lines=(replace(SHOT, units="2"), AGAIN)), claim(lines=(SHOT, AGAIN)), limit("2")),
    "mue-day-clinical": Pair(claim(lines=(replace(SHOT, units="2"), AGAIN)), claim(lines=(SHOT, AGAIN)), limit("3")),
}

PAIRS = DIAGNOSIS | SERVICE | MODIFIER | DRUG | LABORATORY | NCCI
