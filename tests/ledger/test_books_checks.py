"""Named checks: each finds what was planted, and leaves its legitimate twin alone. And the shipped chart."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from steward.core.refusals import Refused
from steward.ledger import checks, selectors, services
from steward.ledger.logic.chart import NORMAL_SIDE, ROLES, ChartError, read, shipped
from steward.ledger.models import Account
from steward.ledger.selectors import registers
from steward.ledger.selectors.verify import Fault, Proof
from tests.ledger.support import entry, line

DAY = date(2026, 11, 20)


def test_every_role_of_the_contract_has_one_account_and_no_account_two():
    found = [a.role for a in shipped() if a.role]
    assert sorted(found) == sorted(ROLES) and len(set(ROLES)) == 62


def test_the_roles_are_those_of_the_contract():
    contract = Path(__file__).resolve().parents[3] / "shared" / "contracts.md"
    if not contract.exists():
        pytest.skip("left out: contracts.md does not lie beside this checkout")
    text = contract.read_text().split("Account roles")[1].split("`")[1]
    assert sorted(text.split()) == sorted(ROLES)


def test_contra_accounts_are_those_on_the_other_side():
    contra = {a.code for a in shipped() if a.contra}
    assert {"1150", "1160", "1590", "3100", "4500", "4540"} <= contra and "4000" not in contra
    assert all(a.side != NORMAL_SIDE[a.kind] for a in shipped() if a.contra)


@pytest.mark.parametrize(
    "row",
    [
        {"code": "", "name": "x", "kind": "asset"},
        {"code": "x" * 17, "name": "x", "kind": "asset"},
        {"code": "1", "name": "", "kind": "asset"},
        {"code": "1", "name": "x", "kind": "thing"},
        {"code": "1", "name": "x", "kind": "asset", "side": "left"},
        {"code": "1", "name": "x", "kind": "asset", "role": "no_such"},
        {"code": "1", "name": "x", "kind": "asset", "colour": "red"},
    ],
)
def test_rows_that_are_no_account(row):
    with pytest.raises(ChartError):
        read([row])


def test_no_code_and_no_role_twice():
    with pytest.raises(ChartError, match="code"):
        read([{"code": "1", "name": "a", "kind": "asset"}, {"code": "1", "name": "b", "kind": "asset"}])
    with pytest.raises(ChartError, match="role"):
        read([{"code": n, "name": n, "kind": "asset", "role": "drawer"} for n in "12"])


@pytest.mark.django_db
def test_a_practice_adds_accounts_and_overrides_none(call):
    assert services.install_chart(call) == 0
    assert services.install_chart(call, extra=[{"code": "6601", "name": "Radio", "kind": "expense"}]) == 1
    for extra in ({"code": "4000", "name": "Mine", "kind": "revenue"}, {"code": "x", "name": "x", "kind": "none"}):
        with pytest.raises(Refused):
            services.install_chart(call, extra=[extra])
    parent = Account.objects.get(code="6600")
    child = services.add_account(call, code="6602", name="Press", kind="expense", parent=parent)
    assert child.parent == parent and child.normal_side == "debit"
    with pytest.raises(Refused):
        services.add_account(call, code="6603", name="Press", kind="asset", parent=parent)


@pytest.mark.django_db
def test_wrong_side_and_its_twin(call):
    services.post(call, draft=entry(line("ar_patient", -500), line("cash_over_short", 500)))
    services.post(call, draft=entry(line("cash_over_short", -900), line("bank_operating", 900)))
    found = list(checks.wrong_normal_side(selectors.trial_balance(DAY)))
    assert [f.evidence[0].ref for f in found] == ["1100"]


@pytest.mark.django_db
def test_old_suspense_and_its_twin(call):
    services.post(call, draft=entry(line("suspense", 5, item="s:1"), line("wages", -5), day=date(2026, 9, 1)))
    services.post(call, draft=entry(line("suspense", 6, item="s:2"), line("wages", -6), day=date(2026, 11, 10)))
    services.post(call, draft=entry(line("suspense", 7, item="s:3"), line("wages", -7), day=date(2026, 9, 1)))
    services.post(call, draft=entry(line("suspense", -7, item="s:3"), line("wages", 7), day=date(2026, 9, 2)))
    found = list(checks.suspense_not_cleared(selectors.open_items(["suspense"]), DAY))
    assert [(f.evidence[0].ref, f.evidence[0].amount_cents) for f in found] == [("s:1", 5)]


@pytest.mark.django_db
def test_one_source_twice_and_its_twins(call):
    for ref, cents in (("a", 5), ("a", 5), ("b", 5), ("b", 6), ("c", 5), ("c", 5)):
        services.post(call, draft=entry(line("ar_patient", cents), line("charges", -cents), source_ref=ref))
    services.reverse(call, number=6, date=DAY, reason="entered twice")
    found = list(checks.duplicate_posting(registers.same_source()))
    assert [[e.ref for e in f.evidence] for f in found] == [["1", "2", "billing.charge:a"]]


def test_broken_books_are_findings():
    proof = Proof(3, (Fault(2, "entry 2 is missing"), Fault(3, "entry 3 is not what was posted")), (("1000", 5, 6),))
    assert [f.check for f in checks.broken_books(proof)] == ["sequence_gap", "hash_chain_broken", "totals_drift"]
    assert not list(checks.broken_books(Proof(3, (), ())))


def test_a_reclassification_balances():
    assert sum(row.cents for row in checks.reclassify(DAY, "1999", "6600", 700).lines) == 0


@pytest.mark.django_db
def test_open_items_and_balances_by_dimension(office, call):
    party = office.entity.party_id
    owed = [line("ar_insurance", 70, item="charge:1", payer=party), line("charges", -70)]
    services.post(call, draft=entry(*owed))
    services.post(call, draft=entry(line("era_clearing", 50), line("ar_insurance", -50, item="charge:1", payer=party)))
    services.post(call, draft=entry(line("ar_insurance", 9, item="other:2"), line("charges", -9)))
    items = selectors.open_items(["ar_insurance"], prefix="charge:")
    assert [(i.item, i.cents, i.first) for i in items] == [("charge:1", 20, DAY)]
    assert selectors.item_balances(["charge:1", "nothing"]) == {"charge:1": {"ar_insurance": 20}}
    by_payer = selectors.balances_by("payer", roles=["ar_insurance"])
    assert by_payer == {("ar_insurance", party): 20, ("ar_insurance", None): 9}
    assert selectors.balances_by("payer", roles=["ar_insurance"], day=date(2026, 11, 1)) == {}
    with pytest.raises(ValueError, match="no dimension"):
        selectors.balances_by("colour", roles=["ar_insurance"])
    with pytest.raises(Refused):
        selectors.account_balance(DAY, role="no_such")
    assert [e.number for e in registers.entries_of_source("billing.charge", "c-1")] == [1, 2, 3]
    assert len(registers.lines_of_item("charge:1")) == 2
    assert registers.entry_number(2) is not None and registers.entry_number(99) is None
