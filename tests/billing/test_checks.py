"""The checks find what is wrong and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from steward.billing import checks
from steward.billing.logic.claim_state import ADJUSTED, standing, state
from steward.core.findings import Severity
from steward.ledger.selectors import OpenItem

TODAY = date(2026, 11, 23)
WHOLE = {("ar_insurance", 601): 4_000, ("contractual", 601): 1_000, ("charges", 601): -10_000}


def test_a_claim_that_adds_up_is_silent() -> None:
    one = standing([WHOLE])
    assert (one.paid_cents, one.insurance_due_cents, one.adjusted["contractual"]) == (5_000, 4_000, 1_000)
    assert list(checks.claims_not_whole({"C-1": one})) == []


def test_a_strange_account_on_a_charge_is_found() -> None:
    (found,) = checks.claims_not_whole({"C-1": standing([{**WHOLE, ("suspense", None): 7}])})
    assert found.severity is Severity.HIGH and found.evidence[0].ref == "C-1" and found.fix


def test_remittance_cash() -> None:
    (found,) = checks.remittance_cash_differs([("T1", 500, 500), ("T2", 500, 499)])
    assert found.evidence[0].ref == "T2" and found.evidence[0].amount_cents == -1


def test_old_unapplied_money() -> None:
    def item(role: str, days: int) -> OpenItem:
        return OpenItem(role, f"remit:{role}{days}", -500, TODAY - timedelta(days=days), TODAY)

    found = list(
        checks.money_without_owner([item("unapplied", 31), item("unapplied", 30), item("ar_patient", 99)], TODAY)
    )
    assert [one.evidence[0].ref for one in found] == ["remit:unapplied31"]


@pytest.mark.parametrize(("answers", "books", "expected"), [
    ([], {}, "DRAFT"),
    ([("unmatched", 601)], {}, "DRAFT"),
    ([("paid", 601)], {("ar_insurance", 601): 0}, "PAID"),
    ([("paid", 601)], {("ar_insurance", 601): 5}, "PARTIAL"),
    ([("paid", 601)], {("ar_insurance", 602): 5}, "SECONDARY_READY"),
    ([("denied", 601)], {("ar_insurance", 601): 5}, "DENIED"),
    ([("denied", 601)], {("denial_writeoff", 601): 5}, "WRITTEN_OFF"),
    ([("denied", 601), ("reversed", 601)], {}, "REVERSED"),
    ([("denied", 601), ("reversed", 601), ("paid", 601)], {}, "PAID"),
    ([("crossed_over", 601)], {("ar_insurance", 602): 5}, "CROSSED_OVER"),
    ([("zero_paid", 601)], {("ar_patient", None): 5}, "ZERO_PAID"),
])  # fmt: skip
def test_state_table(answers, books, expected) -> None:
    assert state(True, answers, standing([books])) == expected


def test_self_pay_states() -> None:
    assert state(False, [], standing([{("ar_patient", None): 5}])) == "PATIENT_DUE"
    assert state(False, [], standing([{}])) == "CLOSED"
    assert set(standing([{}]).adjusted) == set(ADJUSTED.values())
