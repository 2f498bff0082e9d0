"""The cash basis out of the books themselves: what SQL sums is what the logic was proved with; command and screen show it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from steward.ledger import selectors, services
from steward.ledger.logic.cash_basis import CashBalance
from steward.ledger.types import EntryDraft
from tests.ledger.cash_support import ID, START, E, L, rows, view
from tests.ledger.support import entry, line
from tests.support import signed_in

pytestmark = pytest.mark.django_db
ROLES = (
    "ar_patient", "ar_insurance", "charges", "contractual", "era_clearing", "eft_in_transit", "patient_prepaid", "ap",
    "wages", "fixed_assets", "retained_earnings", "unapplied", "1070", "3000", "6000", "bank_operating",
)  # fmt: skip


def drafted(history: list[E]) -> list[EntryDraft]:
    return [
        entry(
            *(line(part.account, part.cents, item=part.item) for part in one.lines),
            day=START + timedelta(days=one.day),
            key=UUID(int=n, version=4),
        )
        for n, one in enumerate(history, 1)
    ]


def test_what_the_database_sums_is_what_the_logic_was_proved_with(call):
    rnd = random.Random(17)
    history = []
    for _ in range(250):
        cents = [c for c in (rnd.randrange(-9_000, 9_000) for _ in range(rnd.randrange(1, 4))) if c]
        parts = [
            L(rnd.choice(ROLES), c, rnd.choice(["", "charge:a", "charge:b", "bill:c"]))
            for c in [*cents, -sum(cents)]
            if c
        ]
        if len(parts) > 1:
            history.append(E(rnd.randrange(300), tuple(parts)))
    services.post_many(call, drafts=drafted(history))
    for until in (0, 100, 299):
        found = selectors.trial_balance(START + timedelta(days=until), basis="cash")
        assert rows(found) == rows(view(history, until))
        assert found.debit_cents == found.credit_cents
        assert isinstance(found, CashBalance) and found.proof.as_json() == view(history, until).proof.as_json()
    assert len(found.rows) == len([key for key in ID if key[0].isdigit()])


def test_a_reversal_takes_its_settlement_back(call):
    machine = services.post(call, draft=entry(line("fixed_assets", 900), line("ap", -900)))
    services.post(call, draft=entry(line("ar_patient", 700), line("charges", -700)))
    paid = services.post(call, draft=entry(line("bank_operating", 700), line("ar_patient", -700)))
    day = date(2026, 11, 23)
    assert rows(selectors.trial_balance(day, basis="cash")) == {"bank_operating": 700, "charges": -700}
    for posted in (machine, paid):
        services.reverse(call, number=posted.number, date=day, reason="a test")
    assert rows(selectors.trial_balance(day, basis="cash")) == {}
    assert rows(selectors.trial_balance(date(2026, 11, 22), basis="cash")) == {"bank_operating": 700, "charges": -700}


def test_each_entity_has_its_own(call, second_entity):
    services.post(call, draft=entry(line("ar_patient", 700), line("charges", -700)))
    services.post(
        call,
        draft=entry(line("bank_operating", 300, entity=second_entity), line("ar_patient", -300, entity=second_entity)),
    )
    day = date(2026, 11, 23)
    assert rows(selectors.trial_balance(day, basis="cash", entity=second_entity)) == {
        "bank_operating": 300,
        "unapplied": -300,
    }
    assert rows(selectors.trial_balance(day, basis="cash")) == {"bank_operating": 300, "unapplied": -300}


def test_the_number_of_queries_does_not_grow(call, django_assert_num_queries):
    services.post_many(call, drafts=[entry() for _ in range(150)])
    with django_assert_num_queries(6):
        selectors.trial_balance(date(2026, 11, 23), basis="cash")


def test_drafts_do_not_count(call):
    from steward.ledger.models import Entry

    services.post(call, draft=entry(line("drawer", 500), line("charges", -500)))
    before = selectors.trial_balance(date(2026, 12, 31), basis="cash")
    services.draft_journal(
        call, uid=UUID(int=9, version=4), date=date(2026, 11, 20), memo="a draft",
        lines=[line("drawer", 100), line("charges", -100)],
    )  # fmt: skip
    assert Entry.objects.filter(state="draft").count() == 1
    assert selectors.trial_balance(date(2026, 12, 31), basis="cash") == before


def test_the_screen_switches_between_accrual_and_cash(office, call):
    keeper = signed_in("bookkeeper")
    services.post(
        call, draft=entry(line("ar_patient", 12_345, item="charge:1"), line("charges", -12_345, item="charge:1"))
    )
    services.post(call, draft=entry(line("bank_operating", 2_100), line("ar_patient", -2_100, item="charge:1")))
    url = reverse("ledger:trial_balance")
    accrual = keeper.get(url, {"as_of": "2026-11-20"}).content.decode()
    cash = keeper.get(url, {"as_of": "2026-11-20", "basis": "cash"}).content.decode()
    assert "123.45" in accrual and "accrual basis" in accrual and "Proof row" not in accrual
    assert "cash basis" in cash and "Proved to the cent" in cash and cash.count("21.00") >= 4
    assert "Receivable from patients" in accrual and "Receivable from patients" not in cash
    assert f"{'?as_of=2026-11-20&amp;basis=accrual'}" in cash
    assert keeper.get(url, {"basis": "tax"}).status_code == 422
    exported = keeper.get(url, {"as_of": "2026-11-20", "basis": "cash", "export": "csv"})
    assert "trial-balance-cash-2026-11-20.csv" in exported["Content-Disposition"]
    assert b"4000,Charges" in exported.content.replace(b'"', b"") and b"0.00,21.00" in exported.content


def test_the_command_answers_in_the_contract_s_shape_with_its_proof(call):
    from argparse import Namespace

    from steward.cli.books import VERBS

    services.post(call, draft=entry(line("ar_patient", 700), line("charges", -700)))
    services.post(call, draft=entry(line("bank_operating", 300), line("ar_patient", -300)))
    answer = VERBS["trial-balance"](Namespace(as_of="2026-11-20", basis="cash"), call).data
    assert {"as_of", "basis", "rows", "debit_cents", "credit_cents", "proof"} <= set(answer)
    assert (answer["basis"], answer["debit_cents"], answer["credit_cents"]) == ("cash", 300, 300)
    assert {r["role"]: r["balance_cents"] for r in answer["rows"] if r["balance_cents"]} == {
        "bank_operating": 300,
        "charges": -300,
    }
    assert (answer["proof"]["cash_income_cents"], answer["proof"]["difference_cents"]) == (300, 0)
