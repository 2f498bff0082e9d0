"""Whatever a claim holds, the scrub answers: it never raises, and the same claim gives the same answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.billing.logic.outgoing.model import (
    Accident,
    Address,
    Adjusted,
    BillingProvider,
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
)  # fmt: skip
from steward.billing.logic.scrub import load, prepare, scrub
from steward.billing.logic.scrub.model import SEVERITIES, AddOn, Grant, InForce, Mue, PastLine, Ptp, World

from .claims import CLEAN, DIAGNOSES, SERVICES, SINCE, WORLD

#: Every rule, those that are off too, so that no check stays unasked.
READY = prepare([replace(rule, on=True) for rule in load()])
text = st.text(max_size=12)
days = st.dates() | st.dates(dt.date(2015, 1, 1), dt.date(2027, 1, 1)) | st.sampled_from([dt.date.min, dt.date.max])
maybe_days = st.none() | days
cents = st.integers(-(10**20), 10**20)
codes = st.sampled_from(sorted(SERVICES)) | text
modifiers = st.lists(
    st.sampled_from(["25", "59", "XU", "JW", "JZ", "Q6", "FS", "95", "93", "QW", "SL", "50", "LT"]) | text, max_size=6
).map(tuple)
units = st.sampled_from(["1", "0", "2.5", "10000", "-1", "9" * 5000, "٣", "1e9", "NaN", "Infinity", "."]) | text
refs = st.sampled_from(["P1", "C1001", ""]) | text

addresses = st.builds(Address, text, text, text, text | st.just("NY"), text)
humans = st.builds(Human, text, text, text, maybe_days, maybe_days, text | st.sampled_from("FMU"), addresses)
clinicians = st.builds(Clinician, text, text, text, text)
payers = st.builds(
    PayerName,
    text,
    text,
    st.sampled_from(["CI", "MB", "MA", "MC", "WC", "AM", "16", "09", "HM"]) | text,
    text,
    text | st.just("ACME"),
)
policies = st.builds(
    Policy,
    payers,
    text,
    st.integers(-3, 5),
    text | st.sampled_from(["18", "01", "19"]),
    humans,
    text,
    maybe_days,
    maybe_days,
    text,
)
adjusted = st.builds(Adjusted, text, text, cents, text)
adjustments = st.lists(adjusted, max_size=3).map(tuple)
prior_lines = st.none() | st.builds(PriorLine, cents, text, modifiers, text, adjustments)
others = st.builds(
    PriorPayer, policies, st.none() | cents, maybe_days, text, adjustments, st.lists(prior_lines, max_size=3).map(tuple)
)
lines = st.builds(
    ServiceLine, text, codes, cents, days, modifiers, units, st.lists(st.integers(-5, 30), max_size=6).map(tuple),
    text | st.sampled_from(["02", "11", "22"]),
    st.none() | st.builds(Drug, text, units, text), text | st.sampled_from(["0510", "0120"]), text, maybe_days,
)  # fmt: skip
claims = st.builds(
    OutgoingClaim,
    ref=refs, form=st.sampled_from("PI") | text, charge_cents=cents, billing=st.builds(BillingProvider, text, text, text, text, addresses, text),
    policy=policies, patient=humans, place=text | st.sampled_from(["11", "02"]),
    diagnoses=st.lists(st.sampled_from(sorted(DIAGNOSES)) | text, max_size=14).map(tuple), lines=st.lists(lines, max_size=4).map(tuple),
    rendering=st.none() | clinicians, referring=st.none() | clinicians, supervising=st.none() | clinicians,
    facility=st.none() | st.tuples(text, text, addresses), others=st.lists(others, max_size=2).map(tuple),
    frequency=st.sampled_from("178") | text, control=text, authorisation=text | st.just("A1"),
    referral=text | st.just("A1"), clia=text | st.just("X"),
    note=text, attachment=st.none() | st.tuples(text, text, text),
    accident=st.none() | st.builds(Accident, text | st.sampled_from(["AA", "EM"]), maybe_days, text),
    bill_type=text | st.sampled_from(["11", "13", "77"]), admitted_on=maybe_days, discharge_status=text, patient_ref=refs,
    attending=st.none() | clinicians, operating=st.none() | clinicians, visit_reasons=st.lists(text, max_size=4).map(tuple),
    incident_to=st.booleans(), split_shared=st.booleans(), locum=st.none() | st.builds(Locum, text, days), self_pay_restricted=st.booleans(),
)  # fmt: skip

CODE = sorted(SERVICES)
GRANTS = {"P1": (Grant("A1", SINCE, None, ("J3420",), 1, 1),), "": (Grant("A1", dt.date.max, dt.date.min),)}
BUSY = World(
    today=dt.date(2026, 3, 16), icd10=DIAGNOSES, hcpcs=SERVICES, cpt={}, taxonomies=frozenset(), clia={"X": "waiver"},
    ptp={(one, two): (Ptp(SINCE, None, "019"[n % 3]),) for n, one in enumerate(CODE) for two in CODE if one != two},
    mue={code: (Mue(1, "123"[n % 3], SINCE),) for n, code in enumerate(CODE)},
    addons={code: (AddOn("G0463" if n % 3 != 1 else "", "123"[n % 3], SINCE),) for n, code in enumerate(CODE[:5])},
    global_days={code: (0, 10, 90)[n % 3] for n, code in enumerate(CODE)},
    history={"P1": tuple(PastLine(dt.date(2026, 1, 5), code, (), "", "C0900", n % 2 == 0) for n, code in enumerate(CODE))},
    coverages={"P1": (InForce(1, "ACME", "", SINCE), InForce(1, "", "", dt.date.min, dt.date.max)), "": ()},
    authorisations=GRANTS, referrals=GRANTS, authorisation_codes={"ACME": frozenset(CODE)}, referral_payers=frozenset({"ACME", ""}),
    filing_limits={"ACME": 90, "": 0}, excluded={"": SINCE},
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim=claims, world=st.sampled_from([WORLD, BUSY, World(today=dt.date.min), World(today=dt.date.max)]))
def test_any_claim_is_answered_and_always_the_same(claim, world):
    problems = scrub(claim, READY, world)
    assert problems == scrub(claim, READY, world)
    assert all(0 <= each.line <= len(claim.lines) for each in problems)
    assert [SEVERITIES.index(each.severity) for each in problems] == sorted(
        SEVERITIES.index(each.severity) for each in problems
    )


def test_what_is_unknown_holds_nothing():
    """Without code sets, history, coverages and contracts the clean claim still passes, and codes are asked by pattern only."""
    bare = World(today=WORLD.today)
    odd = replace(CLEAN, diagnoses=("Z99.999", "I10"), lines=(replace(CLEAN.lines[0], code="G9999"), CLEAN.lines[1]))
    assert scrub(CLEAN, READY, bare) == tuple(
        each for each in scrub(CLEAN, READY, bare) if each.rule == "ndc-missing-commercial"
    )
    assert not [each for each in scrub(odd, READY, bare) if each.rule.startswith(("dx-", "code-"))]
