"""Settlement allocation as tables: what each event shows on the cash basis."""

from __future__ import annotations

import pytest

from steward.ledger.logic.cash_basis import Treatment, settle, treatment
from tests.ledger.cash_support import ACCOUNTS, E, L, entry, rows, undone, view

C, R, M = "charge:1", "receipt:1", "remit:1"
CHARGE = entry(1, L("ar_insurance", 10_000, C), L("charges", -10_000, C))
CONTRACTUAL = entry(2, L("contractual", 4_000, C), L("ar_insurance", -4_000, C))
ERA = entry(3, L("era_clearing", 6_000, M), L("ar_insurance", -6_000, C), L("eft_in_transit", 6_000, M), L("era_clearing", -6_000, M))  # fmt: skip
CARRIED = entry(4, L("ar_insurance", 6_000, C), L("era_clearing", -6_000, "remit:2"), L("era_clearing", 6_000, "remit:2"),
                L("recoupment_payable", -6_000, "recoup:9:X"))  # fmt: skip
WITHHELD = entry(2, L("withhold_receivable", 1_000, C), L("eft_in_transit", 9_000, M), L("ar_insurance", -10_000, C))
COPAY = entry(1, L("drawer", 2_500, "drawer:1"), L("patient_prepaid", -2_500, R))
SHARE = entry(4, L("ar_patient", 2_000, C), L("ar_insurance", -2_000, C))
APPLIED = entry(5, L("patient_prepaid", 2_000, R), L("ar_patient", -2_000, C))
REFUND = entry(6, L("patient_prepaid", 500, R), L("refunds_payable", -500, R))
REFUND_PAID = entry(7, L("refunds_payable", 500, R), L("bank_operating", -500, "bank:1"))
OVERPAID = entry(3, L("eft_in_transit", 12_000, M), L("ar_insurance", -12_000, C))
ASIDE = entry(4, L("ar_insurance", 2_000, C), L("credit_balance", -2_000, C))
ASIDE_REFUND = entry(5, L("credit_balance", 2_000, C), L("refunds_payable", -2_000, C))
BILL = entry(1, L("6000", 50_000, "bill:1"), L("ap", -50_000, "bill:1"))
BILL_PAID = entry(2, L("ap", 50_000, "bill:1"), L("bank_operating", -50_000, "bank:1"))

TABLE: list[tuple[str, list[E], dict[str, int]]] = [
    ("a charge is nothing", [CHARGE], {}),
    ("a write-off is nothing", [CHARGE, CONTRACTUAL], {}),
    ("what the payer paid", [CHARGE, CONTRACTUAL, ERA], {"eft_in_transit": 6_000, "charges": -6_000}),
    ("a payment taken back", [CHARGE, ERA, undone(ERA, 4)], {}),
    ("a charge voided after its payment leaves a credit", [CHARGE, ERA, undone(CHARGE, 4)],
     {"eft_in_transit": 6_000, "unapplied": -6_000}),
    ("a copay is income when it comes", [COPAY], {"drawer": 2_500, "patient_prepaid": -2_500}),
    ("applying it reclassifies", [CHARGE, COPAY, SHARE, APPLIED],
     {"drawer": 2_500, "patient_prepaid": -500, "charges": -2_000}),
    ("a refund agreed reclassifies", [COPAY, REFUND],
     {"drawer": 2_500, "patient_prepaid": -2_000, "refunds_payable": -500}),
    ("a refund paid reduces", [COPAY, REFUND, REFUND_PAID],
     {"drawer": 2_500, "bank_operating": -500, "patient_prepaid": -2_000}),
    ("more than was charged is no charge", [CHARGE, OVERPAID],
     {"eft_in_transit": 12_000, "charges": -10_000, "unapplied": -2_000}),
    ("set aside, it stands as the patient's credit", [CHARGE, OVERPAID, ASIDE],
     {"eft_in_transit": 12_000, "charges": -10_000, "credit_balance": -2_000}),
    ("and as a refund to pay", [CHARGE, OVERPAID, ASIDE, ASIDE_REFUND],
     {"eft_in_transit": 12_000, "charges": -10_000, "refunds_payable": -2_000}),
    ("a bill is nothing", [BILL], {}),
    ("a bill paid is an expense", [BILL, BILL_PAID], {"6000": 50_000, "bank_operating": -50_000}),
    ("what is paid at once needs no item", [entry(1, L("6900", 300), L("bank_operating", -300))],
     {"bank_fees": 300, "bank_operating": -300}),
    ("interest beside unapplied money", [entry(1, L("eft_in_transit", 3_500, M), L("interest_income", -500, M), L("unapplied", -3_000, M))],
     {"eft_in_transit": 3_500, "interest_income": -500, "unapplied": -3_000}),
    ("an 835 whose takeback is carried forward moves no money",
     [CHARGE, ERA, CARRIED],
     {"eft_in_transit": 6_000, "recoupment_payable": -6_000}),
    ("depreciation stays", [entry(1, L("depreciation", 900), L("accumulated_depreciation", -900))],
     {"depreciation": 900, "accumulated_depreciation": -900}),
    ("the allowance is no loss of money", [CHARGE, entry(2, L("contractual", 700), L("1150", -700))], {}),
    ("capitated care is nothing", [CHARGE, entry(2, L("capitation_contra", 10_000, C), L("ar_insurance", -10_000, C))], {}),
    ("a withhold comes when it comes", [CHARGE, WITHHELD],
     {"eft_in_transit": 9_000, "charges": -9_000}),
]  # fmt: skip

LOOSE: list[tuple[str, list[E], dict[str, int]]] = [
    ("a charge without an item", [entry(1, L("ar_patient", 10_000), L("charges", -10_000))], {}),
    ("oldest first", [
        entry(1, L("ar_patient", 10_000), L("charges", -10_000)), entry(2, L("ar_patient", 5_000), L("4300", -5_000)),
        entry(3, L("bank_operating", 12_000), L("ar_patient", -12_000))],
     {"bank_operating": 12_000, "charges": -10_000, "4300": -2_000}),
    ("written off and paid in one entry", [
        entry(1, L("ar_insurance", 10_000), L("charges", -10_000)),
        entry(3, L("bank_operating", 6_000), L("contractual", 4_000), L("ar_insurance", -10_000))],
     {"bank_operating": 6_000, "charges": -6_000}),
    ("the share moves to the patient", [
        entry(1, L("ar_insurance", 10_000), L("charges", -10_000)), entry(2, L("ar_patient", 2_000), L("ar_insurance", -2_000)),
        entry(3, L("bank_operating", 2_000), L("ar_patient", -2_000))],
     {"bank_operating": 2_000, "charges": -2_000}),
    ("paid in part at once", [entry(1, L("drawer", 2_000), L("ar_patient", 8_000), L("charges", -10_000))],
     {"drawer": 2_000, "charges": -2_000}),
    ("a vendor's bills are his own", [
        entry(1, L("6000", 50_000), L("ap", -50_000, party=7)), entry(2, L("5310", 20_000), L("ap", -20_000, party=8)),
        entry(3, L("ap", 20_000, party=8), L("bank_operating", -20_000))],
     {"supplies_expense": 20_000, "bank_operating": -20_000}),
    ("one bill of two vendors", [
        entry(1, L("6000", 10_000), L("5310", 20_000), L("ap", -12_000, party=7), L("ap", -18_000, party=8)),
        entry(3, L("ap", 12_000, party=7), L("bank_operating", -12_000))],
     {"6000": 4_000, "supplies_expense": 8_000, "bank_operating": -12_000}),
    ("a discount taken", [BILL, entry(2, L("ap", 50_000, "bill:1"), L("bank_operating", -49_000), L("4300", -1_000))],
     {"6000": 50_000, "bank_operating": -49_000, "4300": -1_000}),
    ("a machine on credit is not there yet", [entry(1, L("fixed_assets", 90_000, "bill:2"), L("ap", -90_000, "bill:2"))], {}),
    ("a machine paid in part", [
        entry(1, L("fixed_assets", 90_000), L("ap", -90_000, party=7)), entry(2, L("ap", 30_000, party=7), L("bank_operating", -30_000))],
     {"fixed_assets": 30_000, "bank_operating": -30_000}),
    ("a machine sent back unpaid", [
        entry(1, L("fixed_assets", 90_000), L("ap", -90_000)), undone(entry(1, L("fixed_assets", 90_000), L("ap", -90_000)), 2)], {}),
    ("savings paid the bill", [BILL, entry(2, L("ap", 50_000, "bill:1"), L("1070", -50_000))], {"6000": 50_000, "1070": -50_000}),
    ("the owner paid the bill", [BILL, entry(2, L("ap", 50_000, "bill:1"), L("3000", -50_000))], {"6000": 50_000, "3000": -50_000}),
    ("the company card paid the bill", [BILL, entry(2, L("ap", 50_000, "bill:1"), L("2050", -50_000))], {"6000": 50_000, "2050": -50_000}),
    ("what was brought forward", [
        entry(1, L("bank_operating", 50_000), L("ar_insurance", 100_000), L("ap", -30_000), L("retained_earnings", -120_000))],
     {"bank_operating": 50_000, "retained_earnings": -50_000}),
    ("old receivables collected are charges, old bills paid go out", [
        entry(1, L("bank_operating", 50_000), L("ar_insurance", 100_000), L("ap", -30_000), L("3000", -120_000)),
        entry(2, L("bank_operating", 40_000), L("ar_insurance", -40_000)), entry(3, L("ap", 30_000), L("bank_operating", -30_000))],
     {"bank_operating": 60_000, "3000": -50_000, "charges": -40_000, "unapplied": 30_000}),
    ("a stale check comes back", [entry(1, L("bank_operating", 900), L("unclaimed_property", -900))],
     {"bank_operating": 900, "unclaimed_property": -900}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "history", "shown"), [*TABLE, *LOOSE], ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_an_event_shows(said, history, shown):
    balance = view(history)
    assert rows(balance) == shown, said
    assert balance.debit_cents == balance.credit_cents
    assert balance.proof.difference_cents == 0, balance.proof


def test_several_revenue_lines_share_one_item_by_largest_remainder():
    history = [entry(1, L("ar_insurance", 1_000, C), L("charges", -667, C), L("incentive_revenue", -333, C)),
               entry(2, L("eft_in_transit", 100), L("ar_insurance", -100, C))]  # fmt: skip
    assert rows(view(history)) == {"eft_in_transit": 100, "charges": -67, "incentive_revenue": -33}


def test_write_offs_that_one_line_shares_come_off_all_lines():
    lots = [(1, 600), (2, 400)]
    assert settle(lots, -500, 250) == ({1: 150, 2: 100}, 0)
    assert settle(lots, -500, 0) == ({1: 300, 2: 200}, 0)
    assert settle(lots, -500, -100) == ({1: 300, 2: 200}, 100)


def test_a_lot_taken_back_is_the_latest_of_its_account():
    lots = [(1, 100), (2, 50), (1, 70), (1, -70)]
    assert settle(lots, 0, 30, oldest_first=True) == ({1: 100, 2: 20}, 0)
    assert settle([*lots, (1, -20)], 0, 30, oldest_first=True) == ({1: 80, 2: 20}, 0)


def test_as_of_a_day_the_later_entries_are_not_there():
    history = [CHARGE, CONTRACTUAL, ERA]
    assert rows(view(history, until=2)) == {}
    assert rows(view(history, until=3)) == {"eft_in_transit": 6_000, "charges": -6_000}


def test_the_proof_names_its_parts():
    proof = view(
        [CHARGE, CONTRACTUAL, COPAY, BILL, entry(9, L("eft_in_transit", 1_000, M), L("ar_insurance", -1_000, C))]
    ).proof
    assert proof.as_json() == {
        "accrual_income_cents": 10_000 - 4_000 - 50_000,
        "receivables_change_cents": 5_000,
        "payables_change_cents": 50_000,
        "deferrals_change_cents": 2_500,
        "assets_unpaid_cents": 0,
        "cash_income_cents": 3_500,
        "difference_cents": 0,
        "ok": True,
    }


def test_every_account_of_the_chart_has_a_treatment_of_its_kind():
    for account in ACCOUNTS:
        how = treatment(account)
        if account.kind in ("revenue", "expense"):
            assert how in (Treatment.INCOME, Treatment.ADJUSTMENT), account
        else:
            assert how not in (Treatment.INCOME, Treatment.ADJUSTMENT), account


def test_the_table_names_only_roles_and_codes_of_the_chart():
    from steward.ledger.logic.cash_basis import _table

    said_roles, said_codes = _table()
    assert set(said_roles) <= {a.role for a in ACCOUNTS}
    assert set(said_codes) <= {a.code for a in ACCOUNTS if not a.role}
