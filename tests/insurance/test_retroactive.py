"""Coverage changed with days in the past: every claim it touches is shown and goes to who should pay, to the cent."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.billing.logic.coverage_change import Remedy, remedy
from steward.billing.models import Claim, Submission, WorkItem
from steward.billing.selectors.claims import claim_status, standings
from steward.billing.selectors.coverage_change import changed
from steward.billing.selectors.sending import due
from steward.billing.services.charges import void_charge
from steward.billing.services.coverage_change import follow_coverage
from steward.billing.services.submissions import write_claims
from steward.core.files.selectors import content
from steward.core.refusals import Refused
from steward.insurance.models import Coverage
from steward.insurance.selectors import standard_plan
from steward.insurance.services import add_coverage, create_payer, order_benefits, update_coverage, void_coverage
from steward.insurance.types import CoverageData, PayerData
from tests.billing.conftest import Practice, practice
from tests.billing.samples import cas, claim, remittance, service_line
from tests.billing.test_acknowledged import ack, judged
from tests.billing.test_sending import CLEAN, ready
from tests.support import signed_in

__all__ = ["practice", "ready"]
pytestmark = pytest.mark.django_db
YEAR = dt.date(2026, 1, 1)


def test_each_case_has_its_remedy() -> None:
    """By hand, for every combination: what a biller would do."""
    for paid, restricted in product((False, True), repeat=2):
        facts = {"paid": paid, "restricted": restricted}
        assert remedy((1,), (2,), member=False, **facts) == ("nothing" if restricted else "ask_back" if paid else "move")
        assert remedy((1,), (), member=False, **facts) == ("nothing" if restricted else "ask_back" if paid else "patient")
        assert remedy((1,), (1,), member=True, **facts) == ("nothing" if restricted or paid else "member")
        assert remedy((1, 3), (1, 2), member=False, **facts) == ("nothing" if restricted else "later")
        assert remedy((1, 2), (2, 1), member=False, **facts) == ("nothing" if restricted else "ask_back" if paid else "move")
        assert remedy((), (2,), member=False, **facts) == ("nothing" if restricted else "ask_back" if paid else "move")


def cover(practice: Practice, payer, *, rank: int = 1, member: str = "M9", ends: dt.date | None = None) -> Coverage:
    party = Claim.objects.get().patient.party_id
    data = CoverageData(party, standard_plan(payer).pk, party, member, YEAR, ends, rank=rank)
    return add_coverage(practice.office.system(), data=data)


def entered(practice: Practice, **more) -> Claim:
    practice.claims({**CLEAN, **more})
    return Claim.objects.select_related("patient__party", "payer").get()


def found(practice: Practice):
    return changed(practice.office.call("biller").subject, practice.office.today)


def follow(practice: Practice, row: Claim):
    return follow_coverage(practice.office.call("biller"), claims=[row], reason="The patient had another plan")


def owed(practice: Practice, row: Claim) -> dict[int | None, int]:
    books = standings([row.pk])[row.pk]
    assert books.whole, "receivables, adjustments and paid are the charge"
    return {party: cents for party, cents in (*books.insurance_by_payer.items(), (0, books.patient_due_cents)) if cents}


def own(row: Claim) -> Coverage:
    return Coverage.objects.get(patient=row.patient.party_id, voided_on=None, rank=1)


def test_a_claim_not_sent_yet_goes_to_the_right_payer(ready: Practice) -> None:
    row = entered(ready)
    assert found(ready) == []
    void_coverage(ready.office.system(), coverage=own(row), reason="never was")
    cover(ready, ready.medicaid)
    (one,) = found(ready)
    assert (one.remedy, one.cents, [p.code for p in one.was]) == (Remedy.MOVE, 15_000, ["BLUE"])
    done = follow(ready, row)
    assert (done.by, done.files, done.held, done.asked) == ({"move": 1}, 1, 0, 0)
    row.refresh_from_db()
    assert (row.payer, row.member_id, owed(ready, row)) == (ready.medicaid, "M9", {ready.medicaid.party_id: 15_000})
    assert ready.balances()["charges"] == -15_000 and found(ready) == []
    assert b"*PI*MC1~" in content(Submission.objects.get().batch.file).replace(b"\n", b"")


def test_a_claim_the_payer_has_is_voided_there_or_asked_of_a_person(ready: Practice) -> None:
    row = entered(ready)
    call = ready.office.call("biller")
    (batch,) = write_claims(call).batches
    ready.run(ack(batch, "accepted"))
    ready.run(judged(row.ref, "A2", control="ICN1"))
    void_coverage(ready.office.system(), coverage=own(row), reason="never was")
    cover(ready, ready.medicaid)
    done = follow(ready, row)
    kinds = list(Submission.objects.order_by("id").values_list("frequency", "batch__payer__code"))
    voided = [kind for kind in kinds if kind == ("8", "BLUE")]
    assert kinds[0] == ("1", "BLUE") and kinds[-1] == ("1", "MCAID") and len(voided) + done.asked == 1
    assert claim_status(call.subject, row.ref)["state"] == "SENT"
    if done.asked:
        assert "void it" in WorkItem.objects.get(kind="coverage", closed_at=None).reason
    assert owed(ready, row) == {ready.medicaid.party_id: 15_000}


def test_nobody_covers_the_day_any_more(ready: Practice) -> None:
    row = entered(ready)
    void_coverage(ready.office.system(), coverage=own(row), reason="never was")
    (one,) = found(ready)
    assert one.remedy is Remedy.PATIENT
    assert follow(ready, row).files == 0
    row.refresh_from_db()
    assert row.payer is None and owed(ready, row) == {0: 15_000} and not write_claims(ready.office.call("biller")).batches
    void_charge(ready.office.call("biller"), charge=row.charges.get(), reason="still voidable: revenue moved along")
    assert not ready.balances()


def test_a_self_pay_claim_turns_out_insured(ready: Practice) -> None:
    row = entered(ready)
    old = own(row)
    void_coverage(ready.office.system(), coverage=old, reason="never was")
    follow(ready, row)
    cover(ready, ready.blue, member="M77")
    row.refresh_from_db()
    assert [one.remedy for one in found(ready)] == [Remedy.MOVE]
    assert follow(ready, row).files == 1
    row.refresh_from_db()
    assert (row.payer, row.member_id, owed(ready, row)) == (ready.blue, "M77", {ready.blue.party_id: 15_000})


def test_a_denied_claim_moves_and_its_denial_is_done(ready: Practice) -> None:
    row = entered(ready)
    write_claims(ready.office.call("biller"))
    ready.remit(remittance(claim(row.ref, service_line(15_000, cas("CO", "27", 15_000), control=row.charges.get().line_ref), status="4")))
    assert WorkItem.objects.filter(closed_at=None).count() >= 1
    void_coverage(ready.office.system(), coverage=own(row), reason="never was")
    cover(ready, ready.medicaid)
    done = follow(ready, row)
    assert done.by == {"move": 1} and done.files == 1 and not WorkItem.objects.filter(closed_at=None).exists()
    assert owed(ready, row) == {ready.medicaid.party_id: 15_000}


def test_what_the_wrong_payer_paid_is_asked_of_a_person_once(ready: Practice) -> None:
    row = entered(ready)
    write_claims(ready.office.call("biller"))
    ready.remit(remittance(claim(row.ref, service_line(15_000, cas("CO", "45", 5_000), control=row.charges.get().line_ref))))
    void_coverage(ready.office.system(), coverage=own(row), reason="never was")
    cover(ready, ready.medicaid)
    before = ready.balances()
    for _twice in range(2):
        assert follow(ready, row).by == {"ask_back": 1}
    assert ready.balances() == before and WorkItem.objects.filter(kind="coverage", closed_at=None).count() == 1


def test_a_wrong_member_number_is_sent_again_rightly(ready: Practice) -> None:
    row = entered(ready)
    write_claims(ready.office.call("biller"))
    cover_ = own(row)
    data = CoverageData(cover_.patient_id, cover_.plan_id, cover_.patient_id, "RIGHT1", cover_.starts_on)
    update_coverage(ready.office.system(), coverage=cover_, data=data)
    (one,) = found(ready)
    assert one.remedy is Remedy.MEMBER and follow(ready, row).files == 1
    assert b"RIGHT1" in content(Submission.objects.order_by("-id")[0].batch.file) and found(ready) == []


def test_the_order_of_benefits_changes_places_whole(ready: Practice) -> None:
    row = entered(ready)
    second = cover(ready, ready.medicaid, rank=2)
    system = ready.office.system()
    assert found(ready) == []
    for _both_ways in range(2):
        one, other = order_benefits(system, first=second, second=own(row), reason="birthday rule")
        assert (one.rank, other.rank) == (1, 2) and Coverage.objects.filter(voided_on=None).count() == 2
        second = other
    _first, second = order_benefits(system, first=second, second=own(row), reason="birthday rule")
    assert [each.remedy for each in found(ready)] == [Remedy.MOVE] and follow(ready, row).files == 1
    row.refresh_from_db()
    assert row.payer == ready.medicaid
    for fault, code in ((lambda: order_benefits(system, first=second, second=second, reason="x"), "patient"),
                        (lambda: order_benefits(system, first=own(row), second=second, reason=" "), "reason")):
        with pytest.raises(Refused) as refused:
            fault()
        assert refused.value.code == code


@pytest.mark.parametrize("somebody", [True, False])
def test_the_first_payer_was_right_and_a_later_one_was_not(ready: Practice, somebody: bool) -> None:
    """What the first payer left goes from the wrong second payer to the right one, or to the patient; the first is not touched."""
    row = entered(ready)
    system = ready.office.system()
    wrong = create_payer(system, data=PayerData("SUPP", "Supplement", "SUP01", "", "587654321", "CI"))
    second = cover(ready, wrong, rank=2)
    line = service_line(15_000, cas("CO", "45", 2_000), cas("PR", "1", 5_000), control=row.charges.get().line_ref)
    ready.remit(remittance(claim(row.ref, line), trace="R-1"))
    assert owed(ready, row) == {wrong.party_id: 5_000} and found(ready) == []
    before = ready.balances()
    void_coverage(system, coverage=second, reason="never was")
    if somebody:
        cover(ready, ready.medicaid, rank=2)
    (one,) = found(ready)
    assert (one.remedy, [p.code for p in one.was][:1]) == (Remedy.LATER, ["BLUE"])
    done = follow(ready, row)
    row.refresh_from_db()
    assert done.by == {"later": 1} and row.payer == ready.blue
    assert owed(ready, row) == {ready.medicaid.party_id if somebody else 0: 5_000}
    assert ready.balances()["contractual"] == before["contractual"] and ready.balances()["charges"] == before["charges"]
    wanted = [(each.claim, each.rank) for each in due() if each.claim == row.pk]
    assert wanted == ([(row.pk, 2)] if somebody else [])
    assert found(ready) == [] and follow(ready, row).by == {}, "nothing is left to do"


def test_two_of_one_rank_on_one_day_are_refused(ready: Practice) -> None:
    entered(ready)
    with pytest.raises(Refused) as refused:
        cover(ready, ready.medicaid, rank=1)
    assert refused.value.code == "overlap" and "End the other one" in refused.value.refusals[0].fix


def test_screens_from_the_desk_to_the_biller(ready: Practice) -> None:
    row = entered(ready)
    desk, biller = signed_in("frontdesk"), signed_in("biller")
    answer = desk.post(reverse("frontdesk:coverage_void", args=[own(row).uid]), {"reason": "another plan"})
    assert answer.status_code == 303
    item = WorkItem.objects.get(kind="coverage")
    assert "1 claims" in item.reason and item.amount_cents == 15_000
    page = biller.get(reverse("billing:coverage_change", args=[row.patient.uid])).content.decode()
    assert row.ref in page and "The patient owes it" in page
    assert row.ref in biller.get(reverse("billing:coverage_changes")).content.decode()
    assert reverse("billing:coverage_change", args=[row.patient.uid]) in biller.get(reverse("billing:work_item", args=[item.uid])).content.decode()
    assert biller.post(reverse("billing:follow_coverage"), {"uid": [row.uid]}).status_code == 200
    assert biller.post(reverse("billing:follow_coverage"), {"uid": [row.uid], "reason": "Plan ended"}).status_code == 303
    assert owed(ready, row) == {0: 15_000} and not WorkItem.objects.filter(kind="coverage", closed_at=None).exists()
    assert "Every claim went" in biller.get(reverse("billing:coverage_changes")).content.decode()
    assert desk.post(reverse("billing:follow_coverage"), {"uid": [row.uid], "reason": "x"}).status_code == 403


def test_the_pages_ask_a_constant_number_of_queries(ready: Practice) -> None:
    biller, system = signed_in("biller"), ready.office.system()
    row = entered(ready)

    def queries() -> list[int]:
        for held in Coverage.objects.filter(voided_on=None):
            void_coverage(system, coverage=held, reason="never covered")
        counts = []
        for url in (reverse("billing:coverage_changes"), reverse("billing:coverage_change", args=[row.patient.uid])):
            with CaptureQueriesContext(connection) as made:
                assert row.ref in biller.get(url).content.decode()
            counts.append(len(made))
        return counts

    queries()  # what is read once a process is read
    few = queries()
    ready.claims(*({**CLEAN, "claim_ref": f"D-{n}", "patient_ref": f"Q{n % 4}", "member_id": f"Q{n % 4}",
                    "payer_id": ("BLUE", "MCAID")[n % 2]} for n in range(8)))  # fmt: skip
    assert queries() == few and len(found(ready)) == 9 and max(few) <= 30


def test_the_desk_corrects_and_reorders(ready: Practice) -> None:
    row = entered(ready)
    second, desk = cover(ready, ready.medicaid, rank=2), signed_in("frontdesk")
    first = own(row)
    typed = {"plan": first.plan_id, "member_id": "RIGHT1", "rank": 1, "starts_on": "2026-01-01"}
    assert desk.get(reverse("frontdesk:coverage_edit", args=[first.uid])).status_code == 200
    assert desk.post(reverse("frontdesk:coverage_edit", args=[first.uid]), typed).status_code == 303
    assert desk.post(reverse("frontdesk:coverage_first", args=[second.uid]), {"reason": "birthday rule"}).status_code == 303
    assert dict(Coverage.objects.values_list("member_id", "rank")) == {"RIGHT1": 2, "M9": 1}
    assert desk.get(reverse("frontdesk:coverage_first", args=[second.uid])).status_code == 404
