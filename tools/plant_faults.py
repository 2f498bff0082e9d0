"""Spoils claims on purpose, one fault at a time, for the proof of the scrub.

Written from the rules' texts (docs/guide/scrub.md, the 837 guides, the CFR sections they cite) and from what foreign
validators miss, never from the scrub's code: nothing of it is imported. ``plant(claim, name)`` gives the spoiled claim, or None
when the claim has nothing that this fault could spoil (an NDC fault needs a drug). ``python tools/plant_faults.py`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from steward.billing.logic.outgoing.model import Accident, Drug, Locum, OutgoingClaim, ServiceLine

Fault = Callable[[OutgoingClaim], "OutgoingClaim | None"]
ONE = timedelta(days=1)
LABORATORY, DRUG_CLASS = "G0103", "J"
OFFICE, HOME = "11", "10"


# ---- small hands ----
def _line(claim: OutgoingClaim, n: int = 0, **changes: Any) -> OutgoingClaim:
    """The claim with line ``n`` changed and its total kept true."""
    lines = list(claim.lines)
    lines[n] = replace(lines[n], **changes)
    return _lines(claim, tuple(lines))


def _lines(claim: OutgoingClaim, lines: tuple[ServiceLine, ...]) -> OutgoingClaim:
    return replace(claim, lines=lines, charge_cents=sum(line.charge_cents for line in lines))


def _more(claim: OutgoingClaim, **changes: Any) -> OutgoingClaim:
    """The claim with one more line, like its first but for the changes."""
    extra = replace(claim.lines[0], ref="X" + claim.lines[0].ref[:20], **{"modifiers": (), "drug": None} | changes)
    return _lines(claim, (*claim.lines, extra))


def _patient(claim: OutgoingClaim, **changes: Any) -> OutgoingClaim:
    who = replace(claim.patient, **changes)
    same = claim.policy.relation == "18"
    policy = replace(claim.policy, subscriber=replace(claim.policy.subscriber, **changes)) if same else claim.policy
    return replace(claim, patient=who, policy=policy)


def _home(claim: OutgoingClaim, **changes: Any) -> OutgoingClaim:
    return _patient(claim, address=replace(claim.patient.address, **changes))


def _policy(claim: OutgoingClaim, **changes: Any) -> OutgoingClaim:
    return replace(claim, policy=replace(claim.policy, **changes))


def _billing(claim: OutgoingClaim, **changes: Any) -> OutgoingClaim:
    return replace(claim, billing=replace(claim.billing, **changes))


def _office(claim: OutgoingClaim, **changes: Any) -> OutgoingClaim:
    return _billing(claim, address=replace(claim.billing.address, **changes))


def _filing(claim: OutgoingClaim, code: str) -> OutgoingClaim:
    return _policy(claim, payer=replace(claim.policy.payer, filing=code))


def _swap(npi: str) -> str:
    """Two neighbouring digits that differ, swapped: the commonest slip of a typist (0 and 9 are what Luhn lets pass)."""
    for n in range(len(npi) - 1, 0, -1):
        if npi[n] != npi[n - 1] and {npi[n], npi[n - 1]} != {"0", "9"}:
            return npi[: n - 1] + npi[n] + npi[n - 1] + npi[n + 1 :]
    return npi[:-1]


def _if(asked: object, spoiled: Callable[[], OutgoingClaim]) -> OutgoingClaim | None:
    return spoiled() if asked else None


def _professional(fault: Fault) -> Fault:
    return lambda claim: fault(claim) if claim.form == "P" else None


def _institutional(fault: Fault) -> Fault:
    return lambda claim: fault(claim) if claim.form == "I" else None


def _with_drug(fault: Callable[[OutgoingClaim, int, Drug], OutgoingClaim]) -> Fault:
    def plant(claim: OutgoingClaim) -> OutgoingClaim | None:
        for n, line in enumerate(claim.lines):
            if line.drug is not None:
                return fault(claim, n, line.drug)
        return None

    return plant


def _days(claim: OutgoingClaim, first: date) -> OutgoingClaim:
    """All services moved so that the first is on ``first``."""
    by = first - min(line.day for line in claim.lines)
    return replace(
        claim,
        lines=tuple(
            replace(one, day=one.day + by, day_to=one.day_to + by if one.day_to else None) for one in claim.lines
        ),
    )


def _last(claim: OutgoingClaim) -> date:
    return max(line.day for line in claim.lines)


def _with_answer(fault: Callable[[OutgoingClaim], OutgoingClaim]) -> Fault:
    return lambda claim: fault(claim) if claim.policy.rank > 1 and claim.others else None


# ---- what foreign validators miss ----
UNSEEN: dict[str, Fault] = {
    "state-zz": lambda c: _home(c, state="ZZ"),
    "npi-digits-swapped": lambda c: _billing(c, npi=_swap(c.billing.npi)),
    "clinician-npi-swapped": lambda c: _if(
        c.rendering, lambda: replace(c, rendering=replace(c.rendering, npi=_swap(c.rendering.npi)))
    ),
    "diagnosis-that-never-was": lambda c: replace(c, diagnoses=(*c.diagnoses[:-1], "E99.99")),
    "service-code-that-never-was": lambda c: _line(c, code="Q9999"),
    "pointer-beyond-the-diagnoses": _professional(lambda c: _line(c, pointers=(len(c.diagnoses) + 1,))),
    "taxonomy-cut-short": lambda c: _billing(c, taxonomy="207Q0000X"),
    "nobody-is-the-patient": lambda c: _policy(c, relation=""),
    "served-before-birth": lambda c: _patient(c, born=min(line.day for line in c.lines) + ONE),
}  # fmt: skip

PEOPLE: dict[str, Fault] = {
    "no-last-name": lambda c: _patient(c, last=""),
    "no-birth-date": lambda c: _patient(c, born=None),
    "born-in-a-hundred-years": lambda c: _patient(c, born=date(2126, 1, 1)),
    "born-in-1826": lambda c: _patient(c, born=date(1826, 1, 1)),
    "served-after-death": lambda c: _patient(c, died=min(line.day for line in c.lines) - ONE),
    "sex-as-a-word": lambda c: _patient(c, sex="woman"),
    "no-street": lambda c: _home(c, street=""),
    "no-city": lambda c: _home(c, city=""),
    "zip-of-four": lambda c: _home(c, zip="1220"),
    "state-in-small-letters": lambda c: _home(c, state="new york"),
    "name-nobody-can-write": lambda c: _patient(c, first="李"),
    "claim-number-too-long": lambda c: replace(c, ref=c.ref + "X" * 20),
    "two-lines-one-reference": lambda c: _if(len(c.lines) > 1, lambda: _line(c, 1, ref=c.lines[0].ref)),
    "post-box-of-the-practice": lambda c: _office(c, street="PO Box 77"),
    "practice-without-zip": lambda c: _office(c, zip=""),
    "practice-without-name": lambda c: _billing(c, name=""),
    "tax-number-short": lambda c: _billing(c, tin="12345678"),
    "clinician-without-name": lambda c: _if(c.rendering, lambda: replace(c, rendering=replace(c.rendering, last=""))),
    "nobody-rendered": lambda c: replace(c, rendering=None, attending=None),
    "incident-to-nobody": _professional(lambda c: replace(c, incident_to=True, supervising=None)),
    "substitute-without-a-name": lambda c: _line(replace(c, locum=None), modifiers=("Q6",)),
    "substitute-without-its-modifier": lambda c: _if(
        not any({"Q5", "Q6"} & set(line.modifiers) for line in c.lines), lambda: replace(c, locum=Locum(c.billing.npi, _last(c)))
    ),
}  # fmt: skip

COVERAGE: dict[str, Fault] = {
    "no-member-number": lambda c: _policy(c, member_id=""),
    "old-medicare-number": lambda c: _if(c.policy.payer.filing == "MB", lambda: _policy(c, member_id="123456789A")),
    "payer-without-number": lambda c: _policy(c, payer=replace(c.policy.payer, edi_id="")),
    "coverage-ended-before": lambda c: _policy(c, ends_on=min(line.day for line in c.lines) - ONE),
    "coverage-begins-after": lambda c: _policy(c, starts_on=_last(c) + ONE, ends_on=None),
    "patient-asked-for-silence": lambda c: replace(c, self_pay_restricted=True),
    "self-pay-as-a-payer": lambda c: _filing(c, "09"),
    "fourth-payer": lambda c: _policy(c, rank=4),
    "second-payer-before-the-first-answers": lambda c: _if(c.policy.rank == 1, lambda: _policy(c, rank=2)),
    "answer-taken-off": _with_answer(lambda c: replace(c, others=())),
    "answer-a-cent-short": _with_answer(lambda c: replace(c, others=(replace(c.others[0], paid_cents=(c.others[0].paid_cents or 0) - 1),))),
    "answer-without-its-day": _with_answer(lambda c: replace(c, others=(replace(c.others[0], decided_on=None),))),
    "two-payers-of-one-rank": _with_answer(
        lambda c: replace(c, others=(*c.others, replace(c.others[0], policy=replace(c.others[0].policy, rank=c.policy.rank))))
    ),
    "medicare-second-without-why": lambda c: _if(
        c.policy.payer.filing == "MB" and c.policy.rank > 1, lambda: _policy(c, medicare_reason="")
    ),
    "why-medicare-is-second-on-another": lambda c: _if(c.policy.payer.filing not in ("MA", "MB"), lambda: _policy(c, medicare_reason="12")),
    "relation-that-is-none": lambda c: _policy(c, relation="77"),
    "dependent-of-oneself": lambda c: _if(c.policy.relation == "18", lambda: _policy(c, relation="19")),
    "self-but-another": lambda c: _if(c.policy.relation != "18", lambda: _policy(c, relation="18")),
    "subscriber-without-name": lambda c: _if(
        c.policy.relation != "18", lambda: _policy(c, subscriber=replace(c.policy.subscriber, last=""))
    ),
    "subscriber-without-birth-date": lambda c: _if(
        c.policy.relation != "18", lambda: _policy(c, subscriber=replace(c.policy.subscriber, born=None))
    ),
    "work-accident-forgotten": lambda c: replace(_filing(c, "WC"), accident=None),
    "road-accident-forgotten": lambda c: replace(_filing(c, "AM"), accident=None),
    "road-accident-nowhere": lambda c: replace(c, accident=Accident("AA", c.lines[0].day)),
    "road-accident-in-no-state": lambda c: replace(c, accident=Accident("AA", c.lines[0].day, "QQ")),
    "accident-without-a-day": lambda c: replace(c, accident=Accident("OA")),
    "accident-tomorrow": lambda c: replace(c, accident=Accident("OA", _last(c) + ONE)),
    "accident-of-no-kind": lambda c: replace(c, accident=Accident("XY", c.lines[0].day)),
    "work-accident-to-a-health-plan": lambda c: _if(
        c.policy.rank == 1 and c.policy.payer.filing not in ("WC", "AM", "LM"), lambda: replace(c, accident=Accident("EM", c.lines[0].day))
    ),
}  # fmt: skip

CODING: dict[str, Fault] = {
    "no-diagnosis": lambda c: replace(c, diagnoses=()),
    "thirteen-diagnoses": _professional(lambda c: replace(c, diagnoses=tuple(f"J{n}" for n in range(40, 53)))),
    "diagnosis-expired": lambda c: replace(c, diagnoses=(*c.diagnoses[:-1], "F32.8")),
    "diagnosis-a-heading": lambda c: replace(c, diagnoses=(*c.diagnoses[:-1], "E11")),
    "diagnosis-twice": lambda c: replace(c, diagnoses=(*c.diagnoses, c.diagnoses[0])),
    "diagnosis-misspelt": lambda c: replace(c, diagnoses=(*c.diagnoses[:-1], "1E1.9")),
    "external-cause-first": lambda c: replace(c, diagnoses=("W19.XXXA", *c.diagnoses[1:])),
    "no-pointer": _professional(lambda c: _line(c, pointers=())),
    "pointer-zero": _professional(lambda c: _line(c, pointers=(0,))),
    "five-pointers": _professional(lambda c: _line(c, pointers=(1, 1, 1, 1, 1))),
    "mens-diagnosis-on-a-woman": lambda c: _if(c.patient.sex == "F", lambda: replace(c, diagnoses=(*c.diagnoses[:-1], "N40.0"))),
    "womans-diagnosis-on-a-man": lambda c: _if(c.patient.sex == "M", lambda: replace(c, diagnoses=(*c.diagnoses[:-1], "N95.2"))),
    "left-and-right": _professional(
        lambda c: _line(replace(c, diagnoses=(*c.diagnoses[:-1], "M25.561")), modifiers=("LT",), pointers=(len(c.diagnoses),))
    ),
    "service-code-misspelt": lambda c: _line(c, code="J34"),
    "service-code-expired": lambda c: _line(c, code="G0389"),
    "units-ten-thousand": lambda c: _line(c, units="10000"),
    "units-zero": lambda c: _line(c, units="0"),
    "units-a-word": lambda c: _line(c, units="one"),
    "units-nine-thousand": lambda c: _line(c, units="9000"),
    "charge-below-zero": lambda c: _line(c, charge_cents=-100),
    "charge-of-nothing": lambda c: _line(c, charge_cents=0, modifiers=()),
    "charge-a-million": lambda c: _line(c, charge_cents=100_000_000_00),
    "total-a-cent-off": lambda c: replace(c, charge_cents=c.charge_cents + 1),
    "no-lines": lambda c: _lines(c, ()),
    "ends-before-it-begins": lambda c: _line(c, day_to=c.lines[0].day - ONE),
    "served-next-year": lambda c: _days(c, _last(c) + timedelta(days=365)),
    "served-three-years-ago": lambda c: _if(c.frequency == "1" and c.policy.rank == 1, lambda: _days(c, _last(c) - timedelta(days=1100))),
    "place-zero": _professional(lambda c: replace(c, place="00")),
    "line-twice": lambda c: _lines(c, (*c.lines, replace(c.lines[0], ref="AGAIN"))),
    "unlisted-drug-without-words": lambda c: _line(replace(c, note=""), code="J3490", note=""),
    "modifier-of-one-letter": lambda c: _line(c, modifiers=("R",)),
    "modifier-twice": lambda c: _line(c, modifiers=("76", "76")),
    "five-modifiers": lambda c: _line(c, modifiers=("76", "77", "78", "79", "99")),
    "distinct-twice-over": lambda c: _line(c, modifiers=("59", "XS")),
    "both-sides-and-left": lambda c: _line(c, modifiers=("50", "LT")),
    "whole-and-part": lambda c: _line(c, modifiers=("26", "TC")),
    "sound-and-video": _professional(lambda c: _line(replace(c, place=HOME), modifiers=("93", "95"), place="")),
    "video-in-the-office": _professional(lambda c: _line(replace(c, place=OFFICE), modifiers=("95",), place="")),
    "far-away-without-saying-how": _professional(
        lambda c: _if(c.policy.payer.filing == "CI", lambda: _line(replace(c, place=HOME), modifiers=(), place=""))
    ),
    "shared-visit-unsaid": lambda c: _if(not any("FS" in one.modifiers for one in c.lines), lambda: replace(c, split_shared=True)),
    "shared-visit-in-the-office": _professional(lambda c: _line(replace(c, place=OFFICE, split_shared=True), modifiers=("FS",), place="")),
    "more-work-untold": lambda c: _if(c.attachment is None, lambda: _line(replace(c, note=""), modifiers=("22",), note="")),
}  # fmt: skip

DRUGS: dict[str, Fault] = {
    "ndc-of-ten-digits": _with_drug(lambda c, n, drug: _line(c, n, drug=replace(drug, ndc=drug.ndc.replace("-", "")[1:]))),
    "ndc-unit-unknown": _with_drug(lambda c, n, drug: _line(c, n, drug=replace(drug, unit="MG"))),
    "ndc-quantity-nothing": _with_drug(lambda c, n, drug: _line(c, n, drug=replace(drug, quantity="0"))),
    "ndc-forgotten-for-medicaid": _with_drug(lambda c, n, drug: _line(_filing(c, "MC"), n, drug=None)),
    "wasted-and-not-wasted": lambda c: _line(c, modifiers=("JW", "JZ")),
    "wasted-and-nothing-given": lambda c: _more(c, code="J0897", charge_cents=4200, modifiers=("JW",)),
    "administered-nothing": _professional(lambda c: _if(
        not any(one.code.startswith("Q203") for one in c.lines), lambda: _more(c, code="G0008", charge_cents=3500)
    )),
    "supplied-by-the-state-yet-charged": lambda c: _more(c, code="Q2037", charge_cents=1500, modifiers=("SL",)),
    "laboratory-without-its-number": lambda c: _more(replace(c, clia=""), code=LABORATORY, charge_cents=3000),
    "laboratory-number-wrong": lambda c: replace(c, clia="33X1234567"),
    "waived-what-is-no-test": lambda c: _if(not c.clia, lambda: _line(c, modifiers=("QW",))),
}  # fmt: skip

SENDING: dict[str, Fault] = {
    "form-of-no-kind": lambda c: replace(c, form="D"),
    "frequency-six": lambda c: replace(c, frequency="6"),
    "replaces-nothing": lambda c: replace(c, frequency="7", control=""),
    "voids-nothing": lambda c: replace(c, frequency="8", control=""),
    "attachment-of-no-type": lambda c: replace(c, attachment=("??", "EL", "A1")),
    "attachment-by-no-way": lambda c: replace(c, attachment=("OZ", "??", "A1")),
    "attachment-nobody-can-find": lambda c: replace(c, attachment=("OZ", "FX", "")),
    "note-of-a-page": lambda c: replace(c, note="word " * 60),
    "authorisation-forgotten": lambda c: _if(c.authorisation, lambda: replace(c, authorisation="")),
    "authorisation-nobody-gave": lambda c: _if(c.authorisation, lambda: replace(c, authorisation="NOTGIVEN")),
    "referral-forgotten": lambda c: _if(c.referral, lambda: replace(c, referral="")),
    "inpatient": _institutional(lambda c: replace(c, bill_type="11")),
    "bill-type-of-three": _institutional(lambda c: replace(c, bill_type="131")),
    "no-revenue-code": _institutional(lambda c: _line(c, revenue="")),
    "room-and-board": _institutional(lambda c: _line(c, revenue="0120")),
    "patient-status-of-one": _institutional(lambda c: replace(c, discharge_status="1")),
}  # fmt: skip

FAULTS: dict[str, Fault] = UNSEEN | PEOPLE | COVERAGE | CODING | DRUGS | SENDING


def plant(claim: OutgoingClaim, name: str) -> OutgoingClaim | None:
    """The claim with one fault, or None when it cannot carry this one. Raises KeyError for a name that is no fault."""
    return FAULTS[name](claim)


if __name__ == "__main__":
    print("\n".join(FAULTS))
