"""Statements: to whom, how much, once a cycle, stopped by holds, in two languages, taken back with a reason."""

from __future__ import annotations

import ast
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

import steward
from steward.billing.logic.patient_money import Rules, Skip, Standing, read_rules, skip
from steward.billing.models import Statement
from steward.billing.papers import statement_letter, statement_pdf
from steward.billing.selectors.accounts import account
from steward.billing.selectors.statements import candidates, statements_of_items
from steward.billing.services.statements import hold_account, lift_hold, make_statements, void_statement
from steward.core.catalogue import read_po
from steward.core.outbox.models import Message
from steward.core.refusals import Denied, Refused
from steward.frontdesk.models import Patient
from steward.registry.models import Party
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line

HOME = Path(steward.__file__).parent
RULES = read_rules((HOME / "billing/data/patient_money.toml").read_text())
TODAY = dt.date(2026, 11, 23)
SELF = {"payer_id": "", "member_id": ""}


def later(practice: Practice, days: int) -> None:
    practice.office.now += dt.timedelta(days=days)


def test_what_is_the_patients_and_nothing_else(practice: Practice) -> None:
    practice.claims({"claim_ref": "C-1"}, {"claim_ref": "C-2", "line_ref": "L2"})
    biller = practice.office.call("biller")
    assert make_statements(biller).count == 0, "all of it is the payer's still"
    practice.remit(
        remittance(claim("C-1", service_line(15_000, cas("CO", "45", 5_000), cas("PR", "1", 2_000), control="L1")))
    )
    done = make_statements(practice.office.call("biller"))
    assert (done.count, done.cents, done.first, done.last, done.left) == (1, 2_000, 1, 1, 0)
    row = Statement.objects.get()
    (line,) = row.told["lines"]
    assert (line["charge"], line["insurance"], line["off"], line["paid"], line["owed"]) == (
        15_000,
        8_000,
        5_000,
        0,
        2_000,
    )
    assert row.message and row.message.kind == "letter" and "$20.00" in row.message.body
    subject, who = biller.subject, Patient.objects.get().guarantor
    assert account(subject, who, practice.office.today).owed_cents == 2_000, "a statement changes nothing that is owed"


def test_once_a_cycle_and_numbers_without_gaps(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", **SELF})
    assert make_statements(practice.office.call("biller")).count == 1
    assert make_statements(practice.office.call("biller")).count == 0
    later(practice, 27)
    assert make_statements(practice.office.call("biller")).count == 0
    later(practice, 1)
    assert make_statements(practice.office.call("biller")).count == 1
    assert list(Statement.objects.order_by("id").values_list("number", flat=True)) == [1, 2]
    who = Patient.objects.get().guarantor_id
    assert [len(days) for days in statements_of_items(who).values()] == [2]


def test_paid_ahead_is_not_asked_for(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", "copay_collected": "140.00", **SELF})
    assert make_statements(practice.office.call("biller"), minimum_cents=1_001).count == 0
    assert make_statements(practice.office.call("biller"), minimum_cents=1_000).cents == 1_000
    practice.claims({"claim_ref": "S-2", "patient_ref": "P2", "line_ref": "L2", "copay_collected": "150.00", **SELF})
    assert [one.skip for one in candidates(practice.office.today, RULES)] == [Skip.RECENT, Skip.COVERED]


@pytest.mark.parametrize("kind", ["dispute", "bankruptcy", "deceased", "other"])
def test_a_hold_stops_it_until_it_is_lifted(practice: Practice, kind: str) -> None:
    practice.claims({"claim_ref": "S-1", **SELF})
    who = Patient.objects.get().guarantor
    held = hold_account(practice.office.call("biller"), guarantor=who, kind=kind, reason="letter of the attorney")
    assert make_statements(practice.office.call("biller")).count == 0
    with pytest.raises(Refused):
        hold_account(practice.office.call("biller"), guarantor=who, kind=kind, reason="again")
    with pytest.raises(Refused):
        lift_hold(practice.office.call("biller"), hold=held, reason=" ")
    lift_hold(practice.office.call("biller"), hold=held, reason="settled")
    assert make_statements(practice.office.call("biller")).count == 1


def test_nobody_writes_to_the_dead_or_without_an_address(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", **SELF})
    who = Patient.objects.get().guarantor
    Party.objects.filter(pk=who.pk).update(death_date=dt.date(2026, 11, 3))
    assert [one.skip for one in candidates(practice.office.today, RULES)] == [Skip.DECEASED]
    Party.objects.filter(pk=who.pk).update(death_date=None)
    who.addresses.update(ended_on=dt.date(2026, 11, 1))
    assert [one.skip for one in candidates(practice.office.today, RULES)] == [Skip.NO_ADDRESS]


def test_taken_back_with_a_reason(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", **SELF})
    make_statements(practice.office.call("biller"))
    row = Statement.objects.get()
    with pytest.raises(Refused):
        void_statement(practice.office.call("biller"), statement=row, reason="")
    void_statement(practice.office.call("biller"), statement=row, reason="wrong address")
    assert Message.objects.get(pk=row.message_id).state == "cancelled"
    with pytest.raises(Refused):
        void_statement(practice.office.call("biller"), statement=row, reason="again")
    assert make_statements(practice.office.call("biller")).first == 2, "the same day, under the next number"
    with pytest.raises(Denied):
        make_statements(practice.office.call("frontdesk"))


def test_the_database_keeps_two_on_one_day_apart(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", **SELF})
    make_statements(practice.office.call("biller"))
    row = Statement.objects.get()
    row.pk, row.uid, row.number = None, practice.blue.uid, 99
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_paper_in_two_languages_on_one_page_and_always_the_same(practice: Practice) -> None:
    practice.claims(*({"claim_ref": f"S-{n}", "line_ref": f"L{n}", **SELF} for n in range(20)))
    Party.objects.update(language="es")
    make_statements(practice.office.call("biller"))
    row = Statement.objects.get()
    assert row.language == "es" and len(row.told["lines"]) == 20
    letter = statement_letter(row)
    assert "Pague $3,000.00" in letter and "Please" not in letter
    english, spanish = statement_pdf(row, "en"), statement_pdf(row)
    assert english == statement_pdf(row, "en") and spanish == statement_pdf(row, "es") != english
    assert english.count(b"/Type /Page\n") == 1 == spanish.count(b"/Type /Page\n")


def test_every_word_of_a_statement_has_its_spanish() -> None:
    known = read_po((HOME / "locale/es/LC_MESSAGES/django.po").read_text("utf-8"))
    calls = [
        node for node in ast.walk(ast.parse((HOME / "billing/papers.py").read_text())) if isinstance(node, ast.Call)
    ]
    said = {
        node.args[0].value for node in calls if isinstance(node.func, ast.Name) and node.func.id == "_"
        if isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert len(said) > 15 and sorted(word for word in said if not known.get(word)) == []


def test_screens(practice: Practice) -> None:
    practice.claims({"claim_ref": "S-1", **SELF})
    biller, patient = signed_in("biller"), Patient.objects.get()
    page = biller.get(reverse("billing:statement_run"))
    assert page.status_code == 200 and b"150.00" in page.content
    done = biller.post(reverse("billing:statement_run"), {"minimum_cents": "5.00", "cycle_days": "28"})
    assert done.status_code == 303 and Statement.objects.count() == 1
    row = Statement.objects.get()
    assert b"150.00" in biller.get(reverse("billing:statements")).content
    assert biller.get(reverse("billing:statement", args=[row.uid])).status_code == 200
    paper = biller.get(reverse("billing:statement_paper", args=[row.uid, "es"]))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert signed_in("auditor").get(reverse("billing:statement_paper", args=[row.uid, "es"])).status_code == 404
    assert (
        biller.post(reverse("billing:hold", args=[patient.uid]), {"kind": "dispute", "reason": "says paid"}).status_code
        == 303
    )
    page = biller.get(reverse("billing:account", args=[patient.uid]))
    assert b"says paid" in page.content and b"Lift the hold" in page.content
    assert biller.post(reverse("billing:statement_void", args=[row.uid]), {"reason": "wrong"}).status_code == 303
    assert b"Taken back" in biller.get(reverse("billing:statements")).content


standings = st.builds(
    Standing, st.integers(-10_000, 10_000), st.integers(-100, 10_000), st.none() | st.dates(dt.date(2026, 1, 1), TODAY),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip


@given(standings)
def test_nobody_is_asked_who_must_not_be(one: Standing) -> None:
    why = skip(one, RULES, TODAY)
    if one.held or one.deceased or one.owed_cents <= 0 or one.asked_cents <= 0 or not one.addressed:
        assert why is not None
    if why is None:
        assert one.asked_cents >= RULES.minimum_cents
        assert one.last_statement is None or (TODAY - one.last_statement).days >= RULES.cycle_days
    assert skip(replace(one, held=True), RULES, TODAY) is Skip.HELD


@pytest.mark.parametrize("fault", ["-1", '"28"', "true", "2.5"])
def test_a_faulty_rule_is_refused(fault: str) -> None:
    text = (HOME / "billing/data/patient_money.toml").read_text()
    with pytest.raises(ValueError, match="cycle_days"):
        read_rules(text.replace("cycle_days = 28 ", f"cycle_days = {fault} "))
    assert isinstance(read_rules(text), Rules)
