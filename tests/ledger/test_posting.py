"""Posting, reversing, keys and refusals, through the services."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from steward.core.refusals import Refused
from steward.ledger import selectors, services
from steward.ledger.models import Account, Entry, Line, PeriodTotal
from steward.ledger.types import EntryDraft, LineDraft
from tests.ledger.support import entry, line

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def refused(call, code, draft):
    with pytest.raises(Refused) as found:
        services.post(call, draft=draft)
    assert code in {r.code for r in found.value.refusals}
    assert all(r.message and r.fix for r in found.value.refusals)
    return found.value


def test_a_posted_entry_has_number_hash_lines_and_totals(call):
    posted = services.post(call, draft=entry())
    stored = Entry.objects.get(pk=posted.id)
    assert (stored.number, stored.state, stored.hash) == (1, "posted", posted.hash)
    assert stored.posted_by_id == call.user_id
    assert sorted(Line.objects.filter(entry=stored).values_list("cents", flat=True)) == [-12_345, 12_345]
    assert sum(t.debit - t.credit for t in PeriodTotal.objects.all()) == 0
    assert selectors.account_balance(DAY, role="ar_patient") == 12_345
    assert selectors.verify().ok


def test_numbers_run_on_and_each_hash_carries_the_one_before(call):
    first, second = services.post(call, draft=entry()), services.post(call, draft=entry())
    assert (first.number, second.number) == (1, 2)
    assert Entry.objects.get(number=2).prev_hash == first.hash


def test_the_same_key_with_the_same_body_is_the_same_posting(call):
    key = uuid4()
    first = services.post(call, draft=entry(key=key))
    again = services.post(call, draft=entry(key=key))
    assert again.duplicate and (again.id, again.number) == (first.id, first.number)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"day": DAY - timedelta(days=1)},
        {"memo": "another"},
        {"lines": (line("ar_patient", 12_345, item="charge:1"), line("charges", -12_345))},
        {"lines": (line("ar_insurance", 12_345), line("charges", -12_345))},
    ],
)
def test_the_same_key_with_another_body_is_refused(call, other):
    key = uuid4()
    services.post(call, draft=entry(key=key))
    lines = other.pop("lines", ())
    refused(call, "key_reused", entry(*lines, key=key, **other))


def test_a_retry_after_the_lock_still_gets_its_first_answer(office, call):
    draft = entry()
    first = services.post(call, draft=draft)
    services.lock_period(office.call("administrator"), period="2026-11")
    assert services.post(call, draft=draft).number == first.number


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("unbalanced", (line("ar_patient", 100), line("charges", -99))),
        ("lines", (line("ar_patient", 100),)),
        ("cents", (line("ar_patient", 0), line("charges", 0))),
        ("cents", (line("ar_patient", 1.5), line("charges", -1.5))),
        ("cents", (line("ar_patient", True), line("charges", -1))),
        ("cents", (line("ar_patient", 10**13), line("charges", -(10**13)))),
        ("unknown_account", (LineDraft(role="no_such", cents=1), line("charges", -1))),
        ("unknown_account", (LineDraft(account="9999", cents=1), line("charges", -1))),
        ("account", (LineDraft(cents=1), line("charges", -1))),
        ("account", (LineDraft(role="charges", account="4000", cents=1), line("charges", -1))),
        ("party", (LineDraft(role="ar_patient", cents=1, party=7), line("charges", -1))),
        ("party", (LineDraft(role="ar_patient", cents=1, party_role="patient"), line("charges", -1))),
        ("too_long", (LineDraft(role="ar_patient", cents=1, item="x" * 81), line("charges", -1))),
    ],
)
def test_what_cannot_be_booked_is_refused_with_its_mend(call, code, lines):
    refused(call, code, entry(*lines))
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("no_source", {"source_ref": ""}),
        ("no_source", {"source_type": "document", "document": None}),
        ("no_journal", {"journal": ""}),
        ("too_long", {"memo": "x" * 201}),
        ("no_period", {"day": date(2031, 1, 1)}),
        ("no_period", {"day": date(2020, 1, 1)}),
        ("date", {"day": date(1800, 1, 1)}),
    ],
)
def test_heads_that_cannot_be_booked(call, code, values):
    refused(call, code, entry(**values))


def test_all_faults_of_an_entry_are_told_together(call):
    found = refused(call, "unbalanced", entry(line("ar_patient", 100), line("charges", -99), source_ref=""))
    assert {r.code for r in found.refusals} == {"unbalanced", "no_source"}


def test_each_entity_balances_on_its_own(office, call, second_entity):
    first = office.entity.pk
    lines = (line("bank_operating", 500, entity=first), line("charges", -500, entity=second_entity))
    refused(call, "entity_unbalanced", entry(*lines))
    between = (
        *lines,
        line("due_to", -500, entity=first),
        line("due_from", 500, entity=second_entity),
    )
    services.post(call, draft=entry(*between))
    assert selectors.trial_balance(DAY, entity=first).debit_cents == 500
    assert selectors.verify().ok


def test_a_closed_account_takes_nothing(office, call):
    account = Account.objects.get(code="6600")
    services.change_account(call, account=account, active=False)
    refused(call, "account_closed", entry(line("6600", 5), line("bank_operating", -5)))


def test_an_account_with_a_role_stays_open(call):
    with pytest.raises(Refused, match="4000"):
        services.change_account(call, account=Account.objects.get(role="charges"), active=False)


def test_many_at_once(call):
    drafts = [entry(line("ar_patient", n), line("charges", -n)) for n in range(1, 101)]
    done = services.post_many(call, drafts=drafts)
    assert (done.posted, done.duplicate, done.first_number, done.last_number) == (100, 0, 1, 100)
    assert list(Entry.objects.order_by("number").values_list("id", flat=True)) == list(done.entry_ids)
    again = services.post_many(call, drafts=[*drafts, entry()])
    assert (again.posted, again.duplicate, again.first_number) == (1, 100, 101)
    assert again.entry_ids[:100] == done.entry_ids
    assert selectors.verify().ok


def test_a_batch_is_all_or_nothing(call):
    with pytest.raises(Refused) as found:
        services.post_many(call, drafts=[entry(), entry(line("charges", 1), line("wages", 1))])
    assert found.value.refusals[0].message.startswith("Entry 2")
    assert not Entry.objects.exists()


def test_a_key_twice_in_one_batch(call):
    draft = entry()
    done = services.post_many(call, drafts=[draft, draft])
    assert (done.posted, done.duplicate) == (1, 1) and done.entry_ids[0] == done.entry_ids[1]
    with pytest.raises(Refused, match="two different entries"):
        services.post_many(call, drafts=[entry(key=(k := uuid4())), entry(key=k, memo="other")])


def test_an_empty_batch_is_done(call):
    assert services.post_many(call, drafts=[]).posted == 0


def test_a_reversal_mirrors_once_and_is_linked(call):
    posted = services.post(call, draft=entry(line("ar_patient", 70, item="charge:9", memo="x"), line("charges", -70)))
    back = services.reverse(call, number=posted.number, date=DAY, reason="wrong patient")
    assert Entry.objects.get(pk=back.id).reverses_id == posted.id
    assert selectors.account_balance(DAY, role="ar_patient") == 0
    assert selectors.item_balances(["charge:9"]) == {}
    with pytest.raises(Refused) as found:
        services.reverse(call, number=posted.number, date=DAY, reason="again")
    assert found.value.code == "reversed" and str(back.number) in str(found.value)
    assert selectors.verify().ok


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("no_entry", {"number": 99}),
        ("reversal_date", {"date": DAY - timedelta(days=1)}),
        ("no_reason", {"reason": "  "}),
    ],
)
def test_reversals_that_cannot_be(call, code, values):
    posted = services.post(call, draft=entry())
    with pytest.raises(Refused) as found:
        services.reverse(call, **{"number": posted.number, "date": DAY, "reason": "r", **values})
    assert found.value.code == code


def test_a_reversal_can_be_reversed(call):
    posted = services.post(call, draft=entry())
    back = services.reverse(call, number=posted.number, date=DAY, reason="mistake")
    services.reverse(call, number=back.number, date=DAY, reason="it was right")
    assert selectors.account_balance(DAY, role="ar_patient") == 12_345
    assert selectors.verify().ok


def test_whoever_may_not_write_journals_posts_nothing(office):
    with pytest.raises(Refused) as found:
        services.post(office.call("frontdesk"), draft=entry())
    assert found.value.code == "denied"


def test_a_document_is_stored_once_and_named_by_its_entries(call):
    first = services.store_document(call, content=b"voucher", name="v.txt")
    assert services.store_document(call, content=b"voucher", name="other.txt") == first
    posted = services.post(call, draft=entry(source_type="document", source_ref="v", document=first.pk))
    assert Entry.objects.get(pk=posted.id).document == first
    with pytest.raises(Refused):
        services.store_document(call, content=b"", name="empty")


def test_a_draft_is_a_value():
    with pytest.raises(AttributeError):
        entry().memo = "x"
    assert isinstance(entry(), EntryDraft)
