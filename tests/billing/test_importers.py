"""Charge files and remittances through the door: posted, held, duplicate or refused, and what the books say then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steward.billing import importers
from steward.billing.logic.remittance_writer import nm1, write
from steward.billing.models import Charge, Claim, Remittance, RemittanceClaim, WorkItem
from steward.billing.services.answers import apply_unapplied_money, match_unmatched
from steward.billing.services.remittances import dismiss_remittance, release_remittance, undo_remittance
from steward.core.refusals import Refused
from steward.frontdesk.models import Patient
from steward.insurance.models import Coverage, Payer

from .conftest import Practice
from .samples import ENVELOPE, SAMPLES, cas, claim, plb, remittance, service_line
from .test_remittance import foreign_files

pytestmark = pytest.mark.django_db
ANSWER = remittance(claim("C-1", service_line(15_000, cas("CO", "45", 5_000), cas("PR", "3", 2_000), control="L1")))


def test_charge_file_posts_at_once(practice: Practice) -> None:
    found = practice.claims({}, {"line_ref": "L2", "charge": "20", "copay_collected": "15"},
                            {"claim_ref": "C-2", "patient_ref": "P2", "payer_id": "", "member_id": ""})  # fmt: skip
    assert (found.status, [(p.ref, p.status, p.posted_cents) for p in found.parts]) == (
        "posted", [("C-1", "posted", 1_500), ("C-2", "posted", 0)])  # fmt: skip
    assert practice.balances() == {"ar_insurance": 17_000, "ar_patient": 15_000, "charges": -32_000,
                                   "undeposited": 1_500, "patient_prepaid": -1_500}  # fmt: skip
    assert Patient.objects.count() == 2 and Coverage.objects.count() == 1
    again = practice.claims({}, {"line_ref": "L2", "charge": "20", "copay_collected": "15"},
                            {"claim_ref": "C-2", "patient_ref": "P2", "payer_id": "", "member_id": ""})  # fmt: skip
    assert again.status == "duplicate" and Charge.objects.count() == 3


@pytest.mark.parametrize(("row", "code"), [
    ({"payer_id": "NOBODY"}, "unknown_payer"),
    ({"provider_npi": "1999999984"}, "provider"),
    ({"site": "Mars"}, "site"),
    ({"entity": "Mars"}, "entity"),
    ({"service_date": "2027-01-01"}, "future"),
    ({"charge": "1.234"}, "amount"),
])  # fmt: skip
def test_charge_file_refused_whole(practice: Practice, row, code) -> None:
    found = practice.claims({"claim_ref": "C-0", "patient_ref": "P0"}, row)
    assert found.status == "refused" and found.parts[0].problems[0].code == code and found.parts[0].problems[0].fix
    assert not Claim.objects.exists() and not Patient.objects.exists() and practice.balances() == {}


def test_unknown_payers_are_listed_or_made(practice: Practice) -> None:
    found = practice.claims({"payer_id": "NEWCO"})
    assert "BLUE" in found.parts[0].problems[0].fix
    assert practice.claims({"payer_id": "NEWCO"}, create_payers=True).status == "posted"
    assert Payer.objects.filter(code="NEWCO").exists()


def test_who_may_not_add_payers_adds_none_by_a_file(practice: Practice) -> None:
    found = practice.claims({"payer_id": "NEWCO"}, create_payers=True, role="frontdesk")
    problem = found.parts[0].problems[0]
    assert found.status == "refused" and problem.code == "unknown_payer" and "who may add payers" in problem.fix
    assert not Payer.objects.filter(code="NEWCO").exists() and not Claim.objects.exists()


def test_claim_number_with_other_charges_is_refused(practice: Practice) -> None:
    practice.claims({})
    found = practice.claims({"charge": "151.00"})
    assert found.parts[0].problems[0].code == "exists" and practice.balances()["ar_insurance"] == 15_000


def test_chart_of_somebody_else_is_refused(practice: Practice) -> None:
    practice.claims({})
    found = practice.claims({"claim_ref": "C-9", "birth_date": "1990-01-01"})
    assert found.parts[0].problems[0].code == "patient_differs"


def test_missing_address_is_a_warning(practice: Practice) -> None:
    found = practice.claims({"street": ""})
    assert found.status == "posted" and found.parts[0].problems[0].code == "address"


def test_dependent_and_second_payer(practice: Practice) -> None:
    practice.claims({"relation": "19", "subscriber_last_name": "Doe", "subscriber_first_name": "Bo",
                     "payer2_id": "MCAID", "member2_id": "X9"})  # fmt: skip
    first, second = Coverage.objects.order_by("rank")
    assert first.subscriber.name != first.patient.name and second.plan.payer == practice.medicaid


def test_remittance_posts_by_the_map(practice: Practice) -> None:
    practice.claims({"copay_collected": "20.00"})
    found = practice.remit(ANSWER)
    assert [(p.ref, p.status, p.posted_cents, p.problems) for p in found.parts] == [("T1", "posted", 8_000, ())]
    assert practice.balances() == {
        "charges": -15_000,
        "contractual": 5_000,
        "eft_in_transit": 8_000,
        "undeposited": 2_000,
    }
    answer = RemittanceClaim.objects.get()
    assert (answer.claim.ref, answer.matched_by, answer.outcome, answer.rank) == ("C-1", "number", "paid", 1)
    assert answer.lines.get().charge.line_ref == "L1"
    assert practice.remit(ANSWER).status == "duplicate" and Remittance.objects.count() == 1
    renumbered = practice.remit(ANSWER, envelope=replace(ENVELOPE, control=99))
    assert renumbered.status == "duplicate"


def test_unbalanced_posts_nothing_and_balance_is_checked_before_payee(practice: Practice) -> None:
    practice.claims({})
    wrong = replace(ANSWER, paid_cents=8_001, payee_id="1999999984", payee_refs=())
    found = practice.remit(wrong)
    assert found.status == "refused" and found.parts[0].problems[0].code == "transaction_balance"
    assert practice.balances() == {"ar_insurance": 15_000, "charges": -15_000}
    assert practice.remit(wrong).status == "refused"
    assert Remittance.objects.get().state == "refused" and WorkItem.objects.get().kind == "refused"


def test_held_for_another_payee_then_released(practice: Practice) -> None:
    practice.claims({})
    other = replace(ANSWER, payee_id="1999999984", payee_refs=())
    found = practice.remit(other)
    assert found.status == "held" and found.parts[0].problems[0].code == "held_payee"
    assert practice.remit(other).status == "duplicate"
    row = Remittance.objects.get()
    with pytest.raises(Refused) as refused:
        release_remittance(practice.office.call("biller"), remittance=row)
    assert refused.value.code == "payee"
    result = release_remittance(practice.office.call("biller"), remittance=row, entity=practice.office.entity)
    assert (result.state, result.posted_cents) == ("posted", 8_000)
    assert practice.balances()["eft_in_transit"] == 8_000
    assert not WorkItem.objects.filter(closed_at=None).exists()


def test_held_for_unknown_payer_then_dismissed(practice: Practice) -> None:
    found = practice.remit(replace(ANSWER, originator="1777777777", trace_origin="1777777777"))
    assert found.parts[0].problems[0].code == "held_payer" and "777777777" in found.parts[0].problems[0].message
    row = Remittance.objects.get()
    dismiss_remittance(practice.office.call("biller"), remittance=row, reason="Not ours")
    assert Remittance.objects.get().state == "undone" and practice.balances() == {}


def test_reissue_with_other_contents_waits_for_a_person(practice: Practice) -> None:
    practice.claims({})
    practice.remit(ANSWER)
    other = claim("C-1", service_line(15_000, cas("CO", "45", 5_001), cas("PR", "3", 1_999), control="L1"))
    found = practice.remit(remittance(other))
    assert found.parts[0].problems[0].code == "held_reissue"
    free = remittance(
        claim("C-1", service_line(15_000, cas("CO", "45", 15_000))), trace="ZERO", method="NON", handling="H"
    )
    other_free = remittance(claim("C-1", service_line(15_000, cas("PR", "1", 15_000))), trace="ZERO", method="NON",
                            handling="H")  # fmt: skip
    assert practice.remit(free).status == "posted" and practice.remit(other_free).status == "posted"


def test_two_of_a_file_stand_alone(practice: Practice) -> None:
    practice.claims({}, {"claim_ref": "C-2"})
    second = remittance(claim("C-2", service_line(15_000, control="L1")), trace="T2", paid=1)
    found = practice.remit(ANSWER, second)
    assert [p.status for p in found.parts] == ["posted", "refused"] and found.status == "refused"
    assert practice.balances()["eft_in_transit"] == 8_000


def test_undo_returns_every_balance(practice: Practice) -> None:
    practice.claims({"copay_collected": "20.00"})
    before = practice.balances()
    practice.remit(
        remittance(ANSWER.claims[0], claim("C-99", service_line(700)), provider=(plb("L6", -55), plb("WO", 9, "R")))
    )
    row = Remittance.objects.get()
    match_unmatched_claim(practice, row)
    undo_remittance(practice.office.call("biller"), remittance=row, reason="Wrong file")
    assert practice.balances() == before
    assert not WorkItem.objects.filter(closed_at=None).exists()
    assert practice.remit(ANSWER).status == "posted"


def match_unmatched_claim(practice: Practice, row: Remittance) -> None:
    answer = row.claims.get(number="C-99")
    match_unmatched(practice.office.call("biller"), answer=answer, claim=Claim.objects.get())


def test_unmatched_claim_waits_and_is_matched_later(practice: Practice) -> None:
    practice.claims({})
    lost = replace(ANSWER, claims=(ANSWER.claims[0]._replace(number="TYPO"),))
    practice.remit(lost)
    assert practice.balances()["unapplied"] == -8_000
    item = WorkItem.objects.get()
    assert (item.kind, item.amount_cents) == ("unmatched_claim", 8_000)
    match_unmatched(practice.office.call("biller"), answer=item.answer, claim=Claim.objects.get())
    assert practice.balances() == {
        "charges": -15_000,
        "contractual": 5_000,
        "eft_in_transit": 8_000,
        "ar_patient": 2_000,
    }
    item.refresh_from_db()
    assert item.closed_at and item.resolution == "Matched to claim C-1"
    with pytest.raises(Refused):
        match_unmatched(practice.office.call("biller"), answer=item.answer, claim=Claim.objects.get())


def test_second_answer_is_found_by_the_payers_own_number(practice: Practice) -> None:
    practice.claims({})
    practice.remit(remittance(ANSWER.claims[0]._replace(payer_control="ICN77")))
    later = claim("", service_line(15_000, cas("CO", "16", 15_000), control="L1"))._replace(payer_control="ICN77")
    practice.remit(remittance(later, trace="T2", method="NON", handling="H"))
    assert RemittanceClaim.objects.get(remittance__trace="T2").matched_by == "control"


def test_unmatched_line_money_can_be_applied(practice: Practice) -> None:
    practice.claims({})
    paid = claim("C-1", service_line(4_000, code="Q0091"))
    practice.remit(remittance(paid))
    answer, charge = RemittanceClaim.objects.get(), Charge.objects.get()
    biller = practice.office.call("biller")
    with pytest.raises(Refused):
        apply_unapplied_money(biller, answer=answer, charge=charge, cents=4_001)
    apply_unapplied_money(biller, answer=answer, charge=charge, cents=4_000)
    assert practice.balances() == {"charges": -15_000, "ar_insurance": 11_000, "eft_in_transit": 4_000}
    assert not WorkItem.objects.filter(closed_at=None).exists()


def test_reversal_closes_what_the_first_answer_asked(practice: Practice) -> None:
    practice.claims({})
    denied = claim("C-1", service_line(15_000, cas("CO", "16", 15_000), control="L1"))
    practice.remit(remittance(denied, method="NON", handling="H"))
    assert WorkItem.objects.get(closed_at=None).kind == "denial"
    line = denied.lines[0]._replace(charge_cents=-15_000, paid_cents=0, adjustments=(cas("CO", "16", -15_000),))
    back = denied._replace(status="22", charge_cents=-15_000, lines=(line,))
    right = claim("C-1", service_line(15_000, cas("CO", "45", 3_000), control="L1"))
    practice.remit(remittance(back, right, trace="T2"))
    assert not WorkItem.objects.filter(closed_at=None).exists()
    assert practice.balances() == {"charges": -15_000, "contractual": 3_000, "eft_in_transit": 12_000}


def test_secondary_payers_share(practice: Practice) -> None:
    practice.claims({"payer2_id": "MCAID", "member2_id": "X9"})
    practice.remit(ANSWER)
    assert practice.balances()["ar_insurance"] == 2_000 and "ar_patient" not in practice.balances()
    second = remittance(claim("C-1", service_line(15_000, cas("OA", "23", 13_000), cas("CO", "45", 500), control="L1"),
                              status="2"), trace="M1")  # fmt: skip
    practice.remit(replace(second, originator="1598765432", trace_origin="1598765432"))
    assert practice.balances() == {"charges": -15_000, "contractual": 5_500, "eft_in_transit": 9_500}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_order_of_independent_remittances_does_not_matter(practice: Practice, order) -> None:
    practice.claims(*({"claim_ref": f"C-{n}", "copay_collected": "10"} for n in range(3)))
    three = [remittance(claim(f"C-{n}", service_line(15_000, cas("CO", "45", 1_000 * n), cas("PR", "1", 500 * (n + 1)),
                                                    control="L1")), trace=f"T{n}") for n in range(3)]  # fmt: skip
    for n in order:
        assert practice.remit(three[n]).status == "posted"
    assert practice.balances() == {"charges": -45_000, "contractual": 3_000, "undeposited": 3_000, "eft_in_transit": 39_000,
                                   "patient_prepaid": -500, "ar_patient": 500}  # fmt: skip


def test_two_entities_each_balance(practice: Practice) -> None:
    from steward.ledger.models import Line
    from steward.registry import services as registry
    from steward.registry.types import EntityData

    other = registry.create_entity(practice.office.system(), data=EntityData("IMG", "Imaging LLC", "", ""))
    practice.claims({"entity": "IMG"})
    practice.remit(ANSWER)
    sums: dict[int, int] = {}
    for entity, cents in Line.objects.values_list("entity_id", "cents"):
        sums[entity] = sums.get(entity, 0) + cents
    assert set(sums) == {other.pk, practice.office.entity.pk} and set(sums.values()) == {0}
    assert practice.balances()["due_from"] == 8_000 and practice.balances()["due_to"] == -8_000


def test_payers_check_is_in_hand_not_in_transit(practice: Practice) -> None:
    from steward.banking.models import Settlement

    practice.claims({})
    practice.remit(replace(ANSWER, method="CHK"))
    assert practice.balances()["undeposited"] == 8_000 and not Settlement.objects.exists()


def test_eft_expects_its_own_bank_line(practice: Practice) -> None:
    from steward.banking.models import Settlement

    practice.claims({})
    practice.remit(ANSWER)
    row = Remittance.objects.get()
    expected = Settlement.objects.get()
    assert (expected.kind, expected.key, expected.cents, expected.item) == ("eft", "T1", 8_000, row.item)
    undo_remittance(practice.office.call("biller"), remittance=row, reason="x")
    expected.refresh_from_db()
    assert expected.cancelled_at


def test_who_may(practice: Practice) -> None:
    for denied in (practice.remit(ANSWER, role="frontdesk"), practice.claims({}, role="clinician")):
        assert (denied.status, denied.parts[0].problems[0].code) == ("refused", "denied")
    assert practice.claims({}, role="frontdesk").status == "posted"


def test_recognition(practice: Practice) -> None:
    assert importers.recognise(write([ANSWER], ENVELOPE)) == "835"
    assert importers.recognise(b"a,b\n1,2\n") is None and importers.recognise(b"OFXHEADER:100") is None


@pytest.mark.parametrize("raw", [b"ISA*00*", b"", b"claim_ref,line_ref,payer_id\n", b"\xff\xfe\x00"])
def test_bad_bytes_are_refused_with_a_mend(practice: Practice, raw) -> None:
    for kind in importers.KINDS:
        found = practice.run(raw, kind)
        assert found.status == "refused" and found.parts[0].problems[0].fix


def own_the_payees(practice: Practice) -> None:
    """The samples pay several payees: each becomes an entity, and each payer is known."""
    from steward.billing.logic.remittance import parse
    from steward.core.x12.read import X12Error
    from steward.insurance.services import create_payer
    from steward.insurance.types import PayerData
    from steward.registry.models import Entity
    from steward.registry.services import create_entity
    from steward.registry.types import EntityData

    for path, _ in foreign_files():
        try:
            found = parse((SAMPLES / "x12" / path).read_bytes())
        except X12Error:
            continue
        for read in found:
            if read.payer_ein and not Payer.objects.filter(ein=read.payer_ein).exists():
                create_payer(
                    practice.office.system(), data=PayerData(f"P{read.payer_ein}", read.payer_name, ein=read.payer_ein)
                )
            field = "npi" if read.payee_qualifier == "XX" else "tin"
            if len(read.payee_id) <= 10 and not Entity.objects.filter(**{field: read.payee_id}).exists():
                row = create_entity(practice.office.system(), data=EntityData(read.payee_id, read.payee_name, "", ""))
                Entity.objects.filter(pk=row.pk).update(**{field: read.payee_id})


@pytest.mark.skipif(not foreign_files(), reason="no ../shared/samples here: real 835 files left out")
def test_real_files_post_or_are_held_or_say_why(practice: Practice) -> None:
    own_the_payees(practice)
    seen = []
    for path, sums_agree in foreign_files():
        found = practice.run((SAMPLES / "x12" / path).read_bytes())
        for part in found.parts:
            assert part.problems or part.status == "posted", path
        wanted = {"posted", "held", "duplicate"} if sums_agree and "errors/" not in path else {"refused"}
        assert found.status in wanted, (path, found)
        seen.append(found.status)
    assert seen.count("posted") >= 8
    balances = practice.balances()
    assert "era_clearing" not in balances and sum(balances.values()) == 0


def test_a_payer_number_used_again_for_another_person_finds_nobody(practice: Practice) -> None:
    practice.claims({})
    first = ANSWER.claims[0]._replace(payer_control="ICN1")
    practice.remit(replace(ANSWER, claims=(first,)))
    before = practice.balances("charge:")
    other = first._replace(number="OTHER-1", details=(nm1("QC", "SMITH", "BOB", "MI", "Q77"),))
    practice.remit(replace(ANSWER, trace="T-NEXT", claims=(other,)))
    assert practice.balances("charge:") == before
    assert RemittanceClaim.objects.get(number="OTHER-1").claim is None
    assert practice.balances().get("unapplied") == -first.paid_cents


def test_our_number_with_another_patient_is_posted_and_asked_about(practice: Practice) -> None:
    practice.claims({})
    stranger = ANSWER.claims[0]._replace(details=(nm1("QC", "SMITH", "BOB", "MI", "Q77"),))
    practice.remit(replace(ANSWER, claims=(stranger,)))
    item = WorkItem.objects.get(kind="stranger")
    assert item.claim is not None and item.claim.ref == "C-1" and "another patient" in item.reason
    assert item.get_kind_display() == "Our number, another patient"


def test_the_same_patient_is_nobody_else(practice: Practice) -> None:
    practice.claims({})
    married = ANSWER.claims[0]._replace(details=(nm1("QC", "DOE-MILLER", "ANN", "MI", Claim.objects.get().member_id),))
    practice.remit(replace(ANSWER, claims=(married,)))
    assert not WorkItem.objects.filter(kind="stranger").exists()
