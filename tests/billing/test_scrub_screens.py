"""The scrub edited on screen: tried on last month's claims, said why, in force at once, kept, taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.billing.logic.scrub import rules
from steward.billing.models import Claim, HeldChange, ScrubRule
from steward.billing.selectors import scrub_rules, scrub_trial
from steward.billing.selectors.scrubbing import held_by
from steward.billing.services.scrub_rules import as_json, save_rule, withdraw_rule
from steward.core.approvals import deciders
from steward.core.approvals.models import ApprovalRequest
from steward.core.audit.models import AuditRow
from steward.core.refusals import Refused
from tests.billing.conftest import Practice
from tests.billing.samples import cas, claim, remittance, service_line
from tests.billing.test_sending import CLEAN, ready
from tests.support import signed_in

__all__ = ["ready"]
pytestmark = pytest.mark.django_db
OWN = {
    "id": "no-g2211-alone", "title": "No G2211 here", "severity": "error", "valid_from": "1/1/2026", "check": "unlisted_note",
    "parameters": 'codes = ["G2211"]', "message": "Line {line}: {code} needs words.", "mend": "Write them.",
    "source": "Letter of BLUE, May 2026", "payers": "BLUE", "reason": "BLUE denies it",
}  # fmt: skip


def url(name: str, *args: str) -> str:
    return reverse(f"billing:{name}", args=args)


def typed(rule: str, **changes: Any) -> dict[str, Any]:
    """What the form of a rule holds, changed."""
    from steward.billing.forms_scrub import RuleForm

    known = RuleForm.initial_of(next(one for one in scrub_rules.every_rule() if one.id == rule))
    sent = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in known.items()}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}
    return sent | {"reason": "tried"} | changes


@pytest.fixture
def month(ready: Practice) -> Practice:
    """Two claims of last month with G2211, one of BLUE (denied since) and one of Medicaid; one without."""
    line = {**CLEAN, "code": "G2211", "charge": "20"}
    ready.claims(line, {**line, "claim_ref": "C-2", "patient_ref": "P2", "payer_id": "MCAID", "member_id": "M7"},
                    {**CLEAN, "claim_ref": "C-3", "patient_ref": "P3", "code": "J3420"})  # fmt: skip
    return ready


def rules_of(ref: str) -> set[str]:
    return {one.rule for one in held_by(Claim.objects.get(ref=ref), Claim.objects.get(ref=ref).service_date)}


def test_an_own_rule_is_tried_then_holds_for_its_payer_alone(month: Practice) -> None:
    month.remit(remittance(claim("C-1", service_line(2000, cas("CO", "16", 2000), code="G2211"))))
    biller = signed_in("biller")
    answer = biller.post(url("scrub_new"), OWN | {"try": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "Let it hold" in page and "C-1" in page and "C-2" not in page
    assert "1, $20.00 saved" in " ".join(page.split()) and not ScrubRule.objects.exists()
    looked = AuditRow.objects.order_by("seq").last()
    assert looked is not None and looked.object_type == "frontdesk.patient" and len(looked.refs) == 1
    assert biller.post(url("scrub_new"), OWN | {"confirm": "1"}).status_code == 303
    row = ScrubRule.objects.get()
    assert row.made_by is not None and row.tried["newly_held"] == 1 and row.tried["saved_cents"] == 2000
    assert "no-g2211-alone" in rules_of("C-1") and "no-g2211-alone" not in rules_of("C-2") | rules_of("C-3")
    page = biller.get(url("scrub_rules"), {"family": "practice"}).content.decode()
    assert "no-g2211-alone" in page and "20.00" in page and "dx-none" not in page
    assert biller.post(url("scrub_new"), OWN | {"confirm": "1"}).status_code == 422  # the id is taken


def test_a_shipped_rule_is_softened_ended_switched_off_and_taken_back(month: Practice) -> None:
    biller, rule = signed_in("biller"), "dx-pattern"
    month.claims({**CLEAN, "claim_ref": "C-4", "patient_ref": "P4", "dx1": "QQQ"})
    assert rule in rules_of("C-4")
    page = biller.post(url("scrub_edit", rule), typed(rule, severity="warning", **{"try": "1"})).content.decode()
    assert "Would be freed" in page and "C-4" in page
    for change, speaks in (({"severity": "warning"}, True), ({"payers": "MCAID"}, False),
                           ({"severity": "info", "payers": ""}, True), ({"valid_to": "2026-01-31"}, False),
                           ({"off": "on", "valid_to": ""}, False)):  # fmt: skip
        assert biller.post(url("scrub_edit", rule), typed(rule, confirm="1", **change)).status_code == 303, change
        for waiting in ApprovalRequest.objects.filter(outcome=""):
            deciders.decide(month.office.call("owner"), request=waiting, approve=True)
        assert (rule in rules_of("C-4")) is speaks, change
    page = biller.get(url("scrub_rule", rule)).content.decode()
    assert "Switched off" in page and page.count("tried") >= 5
    assert biller.post(url("scrub_withdraw", rule), {"reason": ""}).status_code == 422
    assert "C-4" in biller.get(url("scrub_withdraw", rule)).content.decode()
    assert biller.post(url("scrub_withdraw", rule), {"reason": "was better"}).status_code == 303
    assert rule in rules_of("C-4") and ScrubRule.objects.filter(rule=rule).count() == 6
    assert "As shipped" in biller.get(url("scrub_rule", rule)).content.decode()


@pytest.mark.parametrize("change", [{"off": "on"}, {"severity": "info"}, {"valid_to": "2026-01-31"}])
def test_one_person_silences_no_shipped_rule(month: Practice, change: dict[str, str]) -> None:
    month.claims({**CLEAN, "claim_ref": "C-4", "patient_ref": "P4", "dx1": "QQQ"})
    rule, biller = "dx-pattern", signed_in("biller")
    for _again in range(2):
        assert biller.post(url("scrub_edit", rule), typed(rule, confirm="1", **change)).status_code == 303
    held = HeldChange.objects.get()
    assert rule in rules_of("C-4") and not ScrubRule.objects.exists()
    page = biller.get(url("scrub_rule", rule)).content.decode()
    assert "second person" in page and "tried" in page
    waiting = ApprovalRequest.objects.get(object_uid=held.uid)
    with pytest.raises(Refused):
        deciders.decide(month.office.call("biller"), request=waiting, approve=True)
    deciders.decide(month.office.call("administrator"), request=waiting, approve=True)
    row = ScrubRule.objects.get()
    assert row.made_by_id == month.office.user("biller").pk and (row.reason, HeldChange.objects.get().ended_at) == ("tried", None)
    assert (rule in rules_of("C-4")) is ("severity" in change)
    for edit in ("UPDATE billing_heldchange SET title = 'x'", "DELETE FROM billing_heldchange"):
        with pytest.raises(DatabaseError, match=r"billing\.held"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(edit)


def test_a_no_or_another_change_meanwhile_leaves_the_rule(month: Practice) -> None:
    rule, biller, owner = "dx-pattern", signed_in("biller"), month.office.call("owner")
    assert biller.post(url("scrub_edit", rule), typed(rule, confirm="1", off="on")).status_code == 303
    deciders.decide(owner, request=ApprovalRequest.objects.get(), approve=False, comment="it catches typing faults")
    assert biller.post(url("scrub_edit", rule), typed(rule, confirm="1", off="on")).status_code == 303
    deciders.withdraw(month.office.call("biller"), request=ApprovalRequest.objects.get(outcome=""))
    assert HeldChange.objects.filter(ended_at=None).count() == 0 and HeldChange.objects.count() == 2
    assert biller.post(url("scrub_edit", rule), typed(rule, confirm="1", off="on")).status_code == 303
    assert biller.post(url("scrub_edit", rule), typed(rule, confirm="1", severity="warning")).status_code == 303
    with pytest.raises(Refused) as refused:
        deciders.decide(owner, request=ApprovalRequest.objects.get(outcome=""), approve=True)
    assert refused.value.code == "changed" and ScrubRule.objects.get().data["on"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"payers": "NOBODY"}, "No payer has the code NOBODY"), ({"reason": ""}, "required"),
        ({"parameters": 'codes = ["J?"]'}, "is no code"), ({"parameters": "codes"}, "cannot be read"),
        ({"parameters": ""}, "look at codes"), ({"valid_to": "1/1/2020"}, "Turn them round"), ({"id": "Big"}, "small letters"),
        ({"id": "dx-none"}, "has this id already"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_its_mend(month: Practice, change: dict[str, str], words: str) -> None:
    answer = signed_in("biller").post(url("scrub_new"), OWN | {"confirm": "1"} | change)
    assert answer.status_code == 422 and words in answer.content.decode() and not ScrubRule.objects.exists()


def test_rules_come_fifty_a_page_and_those_that_spoke_most_first(month: Practice) -> None:
    month.claims({**CLEAN, "claim_ref": "C-4", "patient_ref": "P4", "dx1": "QQQ"})
    biller = signed_in("biller")
    first = biller.get(url("scrub_rules")).context["page"]
    assert len(first.rows) == 50 < first.total and first.next_url == "?page=2"
    rows = biller.get(url("scrub_rules"), {"sort": "claims"}).context["page"].rows
    spoke = [row["fired"].claims if row["fired"] else 0 for row in rows]
    assert spoke[0] > 0 and spoke == sorted(spoke, reverse=True)


def test_nothing_changed_is_said(month: Practice) -> None:
    assert signed_in("biller").post(url("scrub_edit", "dx-none"), typed("dx-none", confirm="1")).status_code == 422
    rule = next(one for one in scrub_rules.shipped() if one.id == "dx-none")
    for act in (
        lambda: save_rule(month.office.call("biller"), rule=rule, reason="x", tried={}),
        lambda: withdraw_rule(month.office.call("biller"), rule="dx-none", reason="x", tried={}),
    ):
        with pytest.raises(Refused) as fault:
            act()
        assert fault.value.refusals[0].code == "unchanged"


def test_every_shipped_rule_goes_through_the_form_and_the_row_unchanged() -> None:
    for rule in scrub_rules.shipped():
        assert rules.rule_from(as_json(rule), "row") == rule
        from steward.billing.forms_scrub import RuleForm

        form = RuleForm(typed(rule.id), base=rule, initial=RuleForm.initial_of(rule))
        assert not form.is_valid() and "Nothing is changed" in str(form.errors), (rule.id, form.errors)


def test_versions_stand(month: Practice) -> None:
    rule = rules.rule_from(as_json(scrub_rules.shipped()[0]) | {"message": "Mend this."}, "row")
    row = save_rule(month.office.call("biller"), rule=rule, reason="x", tried={})
    for act in (lambda: ScrubRule.objects.filter(pk=row.pk).update(reason="y"), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_who_may_look_and_who_may_change(month: Practice) -> None:
    assert signed_in("auditor").get(url("scrub_rules")).status_code == 200
    assert "Change</a>" not in signed_in("auditor").get(url("scrub_rule", "dx-none")).content.decode()
    assert signed_in("auditor").get(url("scrub_edit", "dx-none")).status_code == 403
    assert signed_in("clinician").get(url("scrub_rules")).status_code == 403
    assert signed_in("administrator").get(url("scrub_edit", "dx-none")).status_code == 200
    assert signed_in("biller").get(url("scrub_rule", "nonsense")).status_code == 404


def test_the_month_costs_the_same_for_few_and_many(month: Practice) -> None:
    counts = []
    for more in (0, 40):
        month.claims(*({**CLEAN, "claim_ref": f"X-{more}-{n}", "code": "J3420"} for n in range(more)))
        with CaptureQueriesContext(connection) as queries:
            scrub_trial.fired(scrub_trial.month(month.office.today))
        counts.append(len(queries))
    assert counts[0] == counts[1]
