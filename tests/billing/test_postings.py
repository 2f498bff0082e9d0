"""The posting map as a table, and what must hold for every remittance that balances."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.billing import postings
from steward.billing.logic.remittance import problems
from steward.billing.postings import (
    ChargeFacts,
    Kind,
    Outcome,
    PrepaidFacts,
    Recoupable,
    Where,
    match_later,
    post_remittance,
)

from .samples import (
    DAY,
    PATIENT,
    PAYER,
    PRACTICE,
    SECOND,
    by_role,
    cas,
    charge_facts,
    claim,
    claim_facts,
    facts,
    plb,
    remittance,
    remittances,
    service_line,
)  # fmt: skip

A1, A2 = f"ar_insurance:{PAYER}", f"ar_insurance:{SECOND}"


def posted(paid, ours, **more):
    """Post one claim alone; clearing nets to zero and the cash side is BPR02, in every case."""
    one = remittance(paid, provider=more.pop("provider", ()), **more.pop("remit", {}))
    assert problems(one) == []
    result = post_remittance(one, facts(ours, **more))
    sums = by_role(result.lines)
    assert sum(sums.values()) == 0 and "era_clearing" not in sums
    assert result.cash_cents == one.paid_cents
    return sums, result


def one_charge(*adjustments, cents=10_000, status="1", remarks=(), **claim_more):
    """A claim of one charge and what the payer answered."""
    ours = claim_facts(charge_facts("a", cents, ref="L1"), **claim_more)
    return claim("C1", service_line(cents, *adjustments, control="L1", remarks=remarks), status=status), ours


CASES = {
    "paid in full": ([], {}, {"eft_in_transit": 10_000, A1: -10_000}, []),
    "CO-45": ([("CO", "45", 2_000)], {}, {"eft_in_transit": 8_000, "contractual": 2_000, A1: -10_000}, []),
    "CO-131": ([("CO", "131", 2_000)], {}, {"eft_in_transit": 8_000, "contractual": 2_000, A1: -10_000}, []),
    "CO-253": ([("CO", "253", 160)], {}, {"eft_in_transit": 9_840, "sequestration": 160, A1: -10_000}, []),
    "CO-24 capitated": ([("CO", "24", 10_000)], {"capitation": True}, {"capitation_contra": 10_000, A1: -10_000}, []),
    "CO-24 not capitated": ([("CO", "24", 10_000)], {}, {}, [(Kind.ELIGIBILITY, 10_000)]),
    "CO-16 stays": ([("CO", "16", 10_000)], {}, {}, [(Kind.DENIAL, 10_000)]),
    "CO-29 stays": ([("CO", "29", 10_000)], {}, {}, [(Kind.DENIAL, 10_000)]),
    "CO-50 stays": ([("CO", "50", 10_000)], {}, {}, [(Kind.DENIAL, 10_000)]),
    "CO-97 stays": ([("CO", "97", 10_000)], {}, {}, [(Kind.DENIAL, 10_000)]),
    "CO-197 stays": ([("CO", "197", 10_000)], {}, {}, [(Kind.DENIAL, 10_000)]),
    "PR to the patient": ([("PR", "1", 3_000)], {}, {"eft_in_transit": 7_000, "ar_patient": 3_000, A1: -10_000}, []),
    "PR to the next payer": ([("PR", "2", 3_000)], {"second": True}, {"eft_in_transit": 7_000, A2: 3_000, A1: -10_000}, []),
    "PR-27 eligibility": ([("PR", "27", 10_000)], {}, {}, [(Kind.ELIGIBILITY, 10_000)]),
    "PR-96 Medicare, no notice": ([("PR", "96", 10_000)], {"filing": "MB"}, {}, [(Kind.NO_ABN, 10_000)]),
    "PR-96 Medicare, notice": ([("PR", "96", 10_000)], {"filing": "MB", "abn_on_file": True},
                               {"ar_patient": 10_000, A1: -10_000}, []),
    "PR-1 Medicare": ([("PR", "1", 10_000)], {"filing": "MB"}, {"ar_patient": 10_000, A1: -10_000}, []),
    "PR of Medicaid": ([("PR", "3", 400)], {"filing": "MC"}, {"eft_in_transit": 9_600, A1: -9_600},
                       [(Kind.COST_SHARE, 400)]),
    "PR before Medicaid": ([("PR", "2", 400)], {"second": True, "second_filing": "MC"},
                           {"eft_in_transit": 9_600, A2: 400, A1: -10_000}, []),
    "OA-23": ([("OA", "23", 4_000)], {}, {"eft_in_transit": 6_000, A1: -6_000}, []),
    "OA-209 before Medicaid": ([("OA", "209", 400)], {"second": True, "second_filing": "MC"},
                               {"eft_in_transit": 9_600, A2: 400, A1: -10_000}, []),
    "OA-209 without Medicaid": ([("OA", "209", 400)], {}, {"eft_in_transit": 9_600, A1: -9_600},
                                [(Kind.COST_SHARE, 400)]),
    "OA other": ([("OA", "94", 400)], {}, {"eft_in_transit": 9_600, A1: -9_600}, [(Kind.REVIEW, 400)]),
    "PI": ([("PI", "45", 400)], {}, {"eft_in_transit": 9_600, A1: -9_600}, [(Kind.REVIEW, 400)]),
    "CO-104 withhold": ([("CO", "104", 400)], {}, {"eft_in_transit": 9_600, "withhold_receivable": 400, A1: -10_000}, []),
    "CO-144 incentive": ([("CO", "144", -400), ("CO", "45", 1_000)], {},
                         {"eft_in_transit": 9_400, "incentive_revenue": -400, "contractual": 1_000, A1: -10_000}, []),
    "CO-144 positive": ([("CO", "144", 400)], {}, {"eft_in_transit": 9_600, A1: -9_600}, [(Kind.DENIAL, 400)]),
    "negative CO-45": ([("CO", "45", -500)], {}, {"eft_in_transit": 10_500, "contractual": -500, A1: -10_000}, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_adjustment_table(name: str) -> None:
    adjustments, more, expected, work = CASES[name]
    sums, result = posted(*one_charge(*[cas(*a) for a in adjustments], **more))
    assert sums == expected
    assert [(w.kind, w.amount_cents) for w in result.work] == work


def test_qmb_remark_keeps_the_share_from_the_patient() -> None:
    paid, ours = one_charge(cas("PR", "2", 2_000), filing="MB", remarks=("N782",))
    sums, result = posted(paid, ours)
    assert "ar_patient" not in sums and [w.kind for w in result.work] == [Kind.COST_SHARE]


def test_denial_has_its_category_and_deadline() -> None:
    (medicare,) = posted(*one_charge(cas("CO", "197", 10_000), filing="MB"))[1].work
    assert "authorisation" in medicare.reason and medicare.due == DAY + timedelta(days=120)
    (other,) = posted(*one_charge(cas("CO", "197", 10_000)))[1].work
    assert other.due == DAY + timedelta(days=30) and (other.group, other.carc, other.charge) == ("CO", "197", "a")


def secondary(*adjustments, open_cents=2_000):
    """A charge of 100.00 whose primary is done: 20.00 open at the secondary."""
    stands = {("ar_insurance", PAYER): 0, ("ar_insurance", SECOND): open_cents, ("charges", PAYER): -10_000,
              ("contractual", PAYER): 2_000}  # fmt: skip
    ours = claim_facts(charge_facts("a", 10_000, ref="L1", balances=stands), second=True)
    return claim("C1", service_line(10_000, *adjustments, control="L1"), status="2"), ours


def test_a_secondarys_contractual_takes_only_what_is_open() -> None:
    paid, ours = secondary(cas("CO", "45", 8_500))
    sums, result = posted(paid, ours, payer=SECOND)
    assert sums == {"eft_in_transit": 1_500, "contractual": 500, A2: -2_000}
    assert [(w.kind, w.amount_cents) for w in result.work] == [(Kind.EXCESS_ADJUSTMENT, 8_000)]


def test_secondary_patient_share_goes_to_the_patient() -> None:
    paid, ours = secondary(cas("OA", "23", 8_000), cas("PR", "3", 500))
    sums, result = posted(paid, ours, payer=SECOND)
    assert sums == {"eft_in_transit": 1_500, "ar_patient": 500, A2: -2_000} and not result.work


def test_patient_share_never_exceeds_what_is_open_of_the_primary() -> None:
    stands = {("ar_insurance", PAYER): 1_000}
    ours = claim_facts(charge_facts("a", 10_000, ref="L1", balances=stands))
    sums, result = posted(claim("C1", service_line(10_000, cas("PR", "1", 10_000), control="L1")), ours)
    assert sums == {"ar_patient": 1_000, A1: -1_000}
    assert [(w.kind, w.amount_cents) for w in result.work] == [(Kind.EXCESS_SHARE, 9_000)]


def after(ours, result):
    """The claim's facts as they stand when ``result`` is posted."""
    charges = []
    for charge in ours.charges:
        stands = defaultdict(int, charge.balances)
        for line in result.lines:
            if line.item == charge.item:
                stands[(line.role, line.payer)] += line.cents
        charges.append(ChargeFacts(charge.uid, charge.code, charge.charge_cents, charge.where, charge.modifiers,
                                   charge.line_ref, charge.service_date, dict(stands)))  # fmt: skip
    return claim_facts(*charges, second=len(ours.coverages) > 1)


def negated(paid):
    """CLP02=22: every amount of the original negated, CAS included (RFI 1429)."""
    lines = tuple(line._replace(charge_cents=-line.charge_cents, paid_cents=-line.paid_cents,
                                adjustments=tuple(a._replace(cents=-a.cents) for a in line.adjustments))
                  for line in paid.lines)  # fmt: skip
    return paid._replace(status="22", charge_cents=-paid.charge_cents, paid_cents=-paid.paid_cents, lines=lines,
                         patient_cents=-paid.patient_cents,
                         adjustments=tuple(a._replace(cents=-a.cents) for a in paid.adjustments))  # fmt: skip


@pytest.mark.parametrize("adjustments", [
    [("CO", "45", 2_000), ("PR", "1", 3_000)], [("CO", "16", 10_000)], [("PR", "27", 10_000)], [("CO", "253", 200)],
    [("CO", "144", -400)], [("CO", "104", 100), ("OA", "94", 50)],
])  # fmt: skip
@pytest.mark.parametrize("second", [False, True])
def test_reversal_returns_every_balance(adjustments, second) -> None:
    paid, ours = one_charge(*[cas(*a) for a in adjustments], second=second)
    first = post_remittance(remittance(paid), facts(ours))
    back, stands = negated(paid), after(ours, first)
    undone = post_remittance(remittance(back, provider=(plb("FB", back.paid_cents, "N"),)), facts(stands))
    assert undone.work == () and undone.claims[0].outcome is Outcome.REVERSED
    total = by_role((*first.lines, *undone.lines))
    total.pop("eft_in_transit", None)
    assert total == ({"recoupment_payable": back.paid_cents} if back.paid_cents else {})


def test_reversal_of_a_capped_write_off_reverses_what_was_posted() -> None:
    paid, ours = secondary(cas("CO", "45", 8_500))
    first = post_remittance(remittance(paid), facts(ours, payer=SECOND))
    undone = post_remittance(remittance(negated(paid), provider=(plb("WO", -1_500, "x"),)),
                             facts(after(ours, first), payer=SECOND))  # fmt: skip
    assert by_role((*first.lines, *undone.lines)) == {"eft_in_transit": 1_500, "recoupment_payable": -1_500}


@pytest.mark.parametrize("turned", [False, True])
def test_reversal_and_correction_post_by_content_not_order(turned: bool) -> None:
    paid, ours = one_charge(cas("CO", "45", 4_000))
    first = post_remittance(remittance(paid), facts(ours))
    corrected = claim("C1", service_line(10_000, cas("CO", "45", 2_500), control="L1"))
    both = [negated(paid), corrected]
    stands = after(ours, first)
    second = post_remittance(remittance(*(both[::-1] if turned else both)), facts(stands, stands))
    assert by_role((*first.lines, *second.lines)) == {"eft_in_transit": 7_500, "contractual": 2_500, A1: -10_000}
    assert [r.outcome for r in second.claims] == [Outcome.REVERSED, Outcome.PAID][:: -1 if turned else 1]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("shares", [(2_500, 4_000), (4_000, 2_500), (4_000, 4_000)])
def test_paid_taken_back_and_corrected_in_one_file_in_any_order(order: tuple[int, ...], shares: tuple[int, int]) -> None:
    paid, ours = one_charge(cas("CO", "45", shares[0]))
    corrected = claim("C1", service_line(10_000, cas("CO", "45", shares[1]), control="L1"))
    told = [paid, negated(paid), corrected]
    done = post_remittance(remittance(*(told[n] for n in order)), facts(ours, ours, ours))
    assert by_role(done.lines) == {"eft_in_transit": 10_000 - shares[1], "contractual": shares[1], A1: -10_000}
    assert done.work == ()  # nobody is asked about what the same file already put right


def test_claim_level_adjustment_parts_clp04_from_the_lines() -> None:
    ours = claim_facts(charge_facts("a", 80_000, ref="L1"))
    paid = claim(
        "C1", service_line(80_000, cas("PR", "1", 30_000), control="L1"), adjustments=(cas("CO", "45", 5_000),)
    )
    sums, _ = posted(paid, ours)
    assert sums == {"eft_in_transit": 45_000, "ar_patient": 30_000, "contractual": 5_000, A1: -80_000}


def test_claim_without_service_lines_is_spread_over_its_charges() -> None:
    ours = claim_facts(charge_facts("a", 3_333), charge_facts("b", 6_667))
    paid = claim("C1", charge=10_000, adjustments=(cas("CO", "45", 3_000), cas("PR", "3", 1_000)))
    sums, result = posted(paid, ours)
    assert sums == {"eft_in_transit": 6_000, "ar_patient": 1_000, "contractual": 3_000, A1: -10_000}
    for charge, cents in (("charge:a", 3_333), ("charge:b", 6_667)):
        assert sum(x.cents for x in result.lines if x.item == charge and x.role == "ar_insurance") == -cents


def test_unmatched_claim_keeps_its_money_until_matched() -> None:
    paid, ours = one_charge(cas("CO", "45", 2_000), cas("PR", "1", 500))
    sums, result = posted(paid, None)
    assert sums == {"eft_in_transit": 7_500, "unapplied": -7_500}
    assert [(w.kind, w.amount_cents) for w in result.work] == [(Kind.UNMATCHED_CLAIM, 7_500)]
    later = match_later(remittance(paid), facts(ours), 0)
    assert by_role((*result.lines, *later.lines)) == by_role(post_remittance(remittance(paid), facts(ours)).lines)


def test_unmatched_line_keeps_its_money() -> None:
    ours = claim_facts(charge_facts("a", 10_000, code="G0438"), charge_facts("b", 4_000, code="J3420"))
    paid = claim("C1", service_line(10_000, code="G0438"), service_line(777, code="Q0091"))
    sums, result = posted(paid, ours)
    assert sums == {"eft_in_transit": 10_777, A1: -10_000, "unapplied": -777}
    assert [(w.kind, w.amount_cents) for w in result.work] == [(Kind.UNMATCHED_LINE, 777)]


@pytest.mark.parametrize(("line", "uid"), [
    ({"control": "L2"}, "b"),
    ({"modifiers": ("25",)}, "b"),
    ({"submitted_code": "G0438", "submitted_modifiers": ("25",), "code": "G0439"}, "b"),
    ({"modifiers": ("59",)}, None),
])  # fmt: skip
def test_line_match_order(line, uid) -> None:
    """REF*6R, then submitted code and modifiers; two that fit alike but differ are nobody's."""
    ours = claim_facts(charge_facts("a", 5_000, ref="L1"), charge_facts("b", 5_000, ref="L2", modifiers=("25",)))
    _, result = posted(claim("C1", service_line(5_000, **line)), ours)
    assert [charge for _, charge in result.claims[0].matched] == ([uid] if uid else [])


def test_payer_that_leaves_out_the_modifier_still_posts() -> None:
    ours = claim_facts(charge_facts("a", 5_000, modifiers=("25",)), charge_facts("b", 6_000))
    sums, result = posted(claim("C1", service_line(5_000)), ours)
    assert sums == {"eft_in_transit": 5_000, A1: -5_000} and result.claims[0].matched == ((0, "a"),)


@pytest.mark.parametrize(("status", "kind", "amount"), [
    ("4", Kind.ELIGIBILITY, 10_000), ("23", Kind.FORWARDED, 10_000), ("25", Kind.UNKNOWN_STATUS, 8_000),
    ("13", Kind.UNKNOWN_STATUS, 8_000),
])  # fmt: skip
def test_statuses_that_never_touch_a_receivable(status, kind, amount) -> None:
    paid, ours = one_charge(cas("CO", "45", 2_000), status=status)
    sums, result = posted(paid, ours)
    assert sums == {"eft_in_transit": 8_000, "unapplied": -8_000}
    assert [(w.kind, w.amount_cents) for w in result.work] == [(kind, amount)]


def test_predetermination_without_money_is_silent() -> None:
    paid, ours = one_charge(cas("CO", "45", 10_000), status="25")
    sums, result = posted(paid, ours)
    assert sums == {} and result.work == ()


@pytest.mark.parametrize(("status", "rank"), [("19", 1), ("20", 2), ("21", 3)])
def test_forwarded_claims_cross_over(status, rank) -> None:
    paid, ours = one_charge(cas("PR", "2", 3_000), status=status)
    payers = {1: PAYER, 2: SECOND, 3: 603}
    covers = tuple(postings.CoverageFacts(r, payers[r]) for r in range(1, 5) if r in payers)
    stands = {("ar_insurance", payers[rank]): 10_000}
    charge = charge_facts("a", 10_000, ref="L1", balances=stands)
    ours = postings.ClaimFacts("C1", (charge,), covers)
    sums, result = posted(paid, ours, payer=payers[rank])
    following = payers.get(rank + 1)
    expected = {f"ar_insurance:{payers[rank]}": -10_000, "eft_in_transit": 7_000}
    if following:
        assert sums == {**expected, f"ar_insurance:{following}": 3_000}
    else:
        assert sums == {**expected, f"ar_insurance:{payers[rank]}": -7_000}
        assert [w.kind for w in result.work] == [Kind.CROSSOVER]
    assert result.claims[0].outcome is Outcome.CROSSED_OVER


def test_payer_not_on_the_claim() -> None:
    paid, ours = one_charge(cas("CO", "45", 2_000))
    sums, result = posted(paid, ours, payer=999)
    assert sums == {"eft_in_transit": 8_000, "unapplied": -8_000} and result.work[0].kind is Kind.PAYER_MISMATCH


def test_overpayment_shows_and_public_money_has_sixty_days() -> None:
    paid, ours = one_charge(filing="MB")
    paid_twice = remittance(paid, paid)
    result = post_remittance(paid_twice, facts(ours, ours))
    assert by_role(result.lines) == {"eft_in_transit": 20_000, A1: -20_000}
    assert [(w.kind, w.amount_cents, w.due) for w in result.work] == [(Kind.OVERPAID, 10_000, DAY + timedelta(days=60))]


def test_copay_is_used_when_the_payer_says_what_the_patient_owes() -> None:
    held = PrepaidFacts("receipt:x", 2_500, PRACTICE, PATIENT)
    paid, ours = one_charge(cas("CO", "45", 2_000), cas("PR", "3", 2_000), prepaid=(held,))
    sums, _ = posted(paid, ours)
    assert sums == {"eft_in_transit": 6_000, "contractual": 2_000, "patient_prepaid": 2_000, A1: -10_000}
    paid, ours = one_charge(cas("PR", "3", 4_000), prepaid=(held,))
    sums, _ = posted(paid, ours)
    assert sums == {"eft_in_transit": 6_000, "ar_patient": 1_500, "patient_prepaid": 2_500, A1: -10_000}


PLBS = {
    "L6 paid": (("L6", -500), {"interest_income": -500}),
    "L6 taken back": (("L6", 500), {"interest_income": 500}),
    "FB out": (("FB", -500, "N1"), {"recoupment_payable": -500}),
    "WO out": (("WO", -500, "N1"), {"recoupment_payable": -500}),
    "FB back, known": (("FB", 500, "R1"), {"recoupment_payable": 500}),
    "WO back, partly known": (("WO", 2_000, "R1"), {"recoupment_payable": 1_500, "recoupment_suspense": 500}),
    "WO back, unknown": (("WO", 500, "R9"), {"recoupment_suspense": 500}),
    "72 by reference": (("72", 400, "CB"), {"credit_balance": 400}),
    "72 unknown": (("72", 400, ""), {"recoupment_suspense": 400}),
    "B2 unknown": (("B2", -400, "R9"), {"recoupment_suspense": -400}),
    "CS by reference": (("CS", 400, "R1"), {"recoupment_payable": 400}),
    "CT": (("CT", -900), {"capitation_revenue": -900}),
    "CT positive": (("CT", 900), {"recoupment_suspense": 900}),
    "E3": (("E3", 300), {"withhold_receivable": 300}),
    "E3 released": (("E3", -300), {"withhold_receivable": -300}),
    "LE": (("LE", 300), {"levy": 300}),
    "50": (("50", 300), {"payer_penalty": 300}),
    "90": (("90", 300), {"early_payment": 300}),
    "J1": (("J1", 300, "R1"), {"recoupment_suspense": 300}),
    "IR": (("IR", 300), {"recoupment_suspense": 300}),
    "51": (("51", -300), {"recoupment_suspense": -300}),
    "CV": (("CV", -127), {"recoupment_suspense": -127}),
}


@pytest.mark.parametrize("name", PLBS)
def test_provider_adjustment_table(name: str) -> None:
    entry, expected = PLBS[name]
    known = {
        "R1": Recoupable("recoupment_payable", "recoup:601:R1", 1_500),
        "CB": Recoupable("credit_balance", "charge:z", 400),
    }
    paid, ours = one_charge()
    sums, result = posted(paid, ours, provider=(plb(*entry),), recoupable=known)
    assert sums == {"eft_in_transit": 10_000 - entry[1], A1: -10_000, **expected}
    suspended = expected.get("recoupment_suspense", 0)
    assert [(w.kind, w.amount_cents) for w in result.work] == ([(Kind.SUSPENSE, suspended)] if suspended else [])


def test_check_goes_to_undeposited_and_zero_pay_moves_no_cash() -> None:
    paid, ours = one_charge(cas("CO", "45", 2_000))
    sums, _ = posted(paid, ours, remit={"method": "CHK"})
    assert sums["undeposited"] == 8_000 and "eft_in_transit" not in sums
    paid, ours = one_charge(cas("PR", "1", 10_000))
    sums, result = posted(paid, ours, remit={"method": "NON", "handling": "H"})
    assert sums == {"ar_patient": 10_000, A1: -10_000} and result.claims[0].outcome is Outcome.ZERO_PAID


def test_prenotification_posts_nothing() -> None:
    paid, ours = one_charge(cas("CO", "45", 2_000))
    result = post_remittance(remittance(paid, handling="P"), facts(ours))
    assert result.lines == () and result.work == () and result.claims[0].outcome is Outcome.NOT_POSTED


def test_a_claim_of_another_entity_is_squared_by_due_to_and_due_from() -> None:
    ours = claim_facts(charge_facts("a", 10_000, ref="L1", entity=2))
    result = post_remittance(remittance(claim("C1", service_line(10_000, control="L1"))), facts(ours))
    for entity in (1, 2):
        assert sum(line.cents for line in result.lines if line.entity == entity) == 0
    assert by_role(result.lines) == {"eft_in_transit": 10_000, A1: -10_000, "due_to": -10_000, "due_from": 10_000}


def test_charges_and_what_people_decide() -> None:
    fresh = ChargeFacts("a", "G0438", 10_000, Where(PRACTICE, patient=PATIENT))
    assert by_role(postings.charge(fresh, PAYER).lines) == {A1: 10_000, "charges": -10_000}
    assert by_role(postings.charge(fresh, None).lines) == {"ar_patient": 10_000, "charges": -10_000}
    assert by_role(postings.copay("receipt:x", 2_000, fresh.where).lines) == {
        "undeposited": 2_000,
        "patient_prepaid": -2_000,
    }
    insured, own = charge_facts("a", 10_000), charge_facts("b", 10_000, payer=None)
    assert by_role(postings.write_off(insured, PAYER, "denial_writeoff", 4_000).lines) == {
        A1: -4_000,
        "denial_writeoff": 4_000,
    }
    assert by_role(postings.write_off(own, None, "charity", 4_000).lines) == {"ar_patient": -4_000, "charity": 4_000}
    held = PrepaidFacts("receipt:x", 3_000, PRACTICE, PATIENT)
    assert by_role(postings.use_prepaid(held, own, 3_000).lines) == {"ar_patient": -3_000, "patient_prepaid": 3_000}
    over = charge_facts("c", 1_000, balances={("ar_patient", None): -700})
    assert by_role(postings.set_credit_aside(over, None).lines) == {"ar_patient": 700, "credit_balance": -700}
    assert by_role(postings.refund("credit_balance", over.item, 700, over.where).lines) == {
        "credit_balance": 700, "refunds_payable": -700}  # fmt: skip


@pytest.mark.parametrize("act", [
    lambda: postings.write_off(charge_facts("a", 100), PAYER, "denial_writeoff", 101),
    lambda: postings.write_off(charge_facts("a", 100), PAYER, "charges", 50),
    lambda: postings.write_off(charge_facts("a", 100), PAYER, "charity", 0),
    lambda: postings.use_prepaid(PrepaidFacts("r", 50), charge_facts("a", 100, payer=None), 51),
    lambda: postings.use_prepaid(PrepaidFacts("r", 500), charge_facts("a", 100, payer=None), 101),
    lambda: postings.set_credit_aside(charge_facts("a", 100), PAYER),
    lambda: postings.refund("ar_patient", "x", 5, Where()),
])  # fmt: skip
def test_people_cannot_move_more_than_there_is(act) -> None:
    with pytest.raises(ValueError):
        act()


# ---- what holds for every remittance -------------------------------------------------------------------------------
def ours_for(one, draw):
    """A claim of ours for some of the payer's claims, with charges that fit some of its lines."""
    found = []
    for number, paid in enumerate(one.claims):
        charges = tuple(charge_facts(f"{number}-{i}", line.charge_cents, code=line.code, ref=line.control,
                                     modifiers=line.modifiers) for i, line in enumerate(paid.lines))  # fmt: skip
        charges = charges or (charge_facts(f"{number}-x", 5_000), charge_facts(f"{number}-y", 2_500))
        found.append(claim_facts(*charges, second=draw(st.booleans())) if draw(st.booleans()) else None)
    return tuple(found)


@st.composite
def situations(draw):
    one = draw(remittances())
    return one, ours_for(one, draw)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_invariants_of_every_remittance(situation) -> None:
    """The journal sums to zero, clearing to zero, cash to BPR02; each claim's parts add to its charges; no cents lost."""
    one, ours = situation
    result = post_remittance(one, facts(*ours))
    sums = by_role(result.lines)
    assert sum(sums.values()) == 0 and "era_clearing" not in sums
    assert result.cash_cents == one.paid_cents
    assert sums.get("patient_prepaid", 0) == 0
    assert all(line.cents for line in result.lines)
    held = -sum(line.cents for line in result.lines if line.role == "unapplied")
    assert held == sum(r.unapplied_cents for r in result.claims)
    for index, claim_ in enumerate(ours):
        if claim_ is None:
            continue
        stands = after(claim_, result)
        parts = sum(
            cents for charge in stands.charges for (role, _), cents in charge.balances.items() if role != "charges"
        )
        paid = one.claims[index].paid_cents - result.claims[index].unapplied_cents
        assert parts + paid == sum(charge.charge_cents for charge in claim_.charges)
    assert "denial_writeoff" not in sums
