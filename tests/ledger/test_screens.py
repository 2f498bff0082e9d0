"""The screens of the books: what they show, keep, refuse and do."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.ledger import services
from steward.ledger.models import Account, Document, Entry, Period
from tests.ledger.support import entry, line
from tests.support import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted(office, call):
    return services.post(call, draft=entry(line("ar_patient", 12_345, item="charge:1"), line("charges", -12_345)))


@pytest.fixture
def keeper(office):
    return signed_in("bookkeeper")


def page(client, name, *args, status=200, **query):
    response = client.get(reverse(f"ledger:{name}", args=args), query)
    assert response.status_code == status, response.content[:2000]
    return response.content.decode()


def account(role):
    return Account.objects.get(role=role).uid


def test_every_page_opens_on_empty_books_and_on_full_ones(office, keeper, call):
    simple = (
        "home",
        "journal",
        "journal_new",
        "accounts",
        "account_new",
        "trial_balance",
        "export",
        "proof",
        "periods",
    )
    for name in simple:
        page(keeper, name)
    page(keeper, "account", account("charges"))
    posted = services.post(call, draft=entry())
    document = services.store_document(call, content=b"v", name="v.txt")
    services.post(call, draft=entry(source_type="document", source_ref="v", document=document.pk))
    for name in simple:
        page(keeper, name)
    assert "123.45" in page(keeper, "account", account("charges"))
    assert "123.45" in page(keeper, "entry", posted.key)
    assert "v.txt" in page(keeper, "document", document.uid)
    page(keeper, "reverse", posted.key)
    page(keeper, "period", Period.objects.get(year=2026, month=11).uid)


def test_what_is_not_there_is_not_there(keeper):
    for name in ("entry", "reverse", "journal_edit", "document", "account", "account_change", "period"):
        page(keeper, name, uuid4(), status=404)


@pytest.mark.parametrize("role", ["frontdesk", "biller", "clinician", "assistant"])
def test_the_books_are_closed_to_others(office, role):
    assert signed_in(role).get(reverse("ledger:home")).status_code == 403


def test_the_number_of_queries_does_not_grow(keeper, call, django_assert_max_num_queries):
    services.post_many(call, drafts=[entry() for _ in range(120)])
    for name, most in (("home", 30), ("journal", 25), ("accounts", 20), ("trial_balance", 20)):
        with django_assert_max_num_queries(most):
            page(keeper, name)


def test_the_trial_balance_leads_to_the_register_and_the_entry(keeper, posted):
    body = page(keeper, "trial_balance", as_of="2026-11-20")
    assert body.count("123.45") >= 4
    assert "123.45" not in page(keeper, "trial_balance", as_of="2026-11-19")
    register = reverse("ledger:account", args=[account("ar_patient")])
    assert f"{register}?last=2026-11-20" in body
    assert reverse("ledger:entry", args=[posted.key]) in keeper.get(register, {"last": "2026-11-20"}).content.decode()


def test_the_trial_balance_says_when_the_day_is_none(keeper):
    assert "not a day" in page(keeper, "trial_balance", as_of="yesteryear", status=400)


def test_the_trial_balance_as_csv(keeper, posted):
    response = keeper.get(reverse("ledger:trial_balance"), {"as_of": "2026-11-20", "export": "csv"})
    assert response["Content-Type"].startswith("text/csv")
    assert b'1100,"Receivable from patients",asset,123.45,0.00' in response.content


def test_the_register_pages_by_key_with_a_running_balance(keeper, call):
    services.post_many(call, drafts=[entry(line("drawer", 100), line("charges", -100)) for _ in range(120)])
    first = keeper.get(reverse("ledger:account", args=[account("drawer")]))
    assert "5,000" not in first.content.decode() and "50.00" in first.content.decode()
    following = first.context["next_url"]
    second = keeper.get(reverse("ledger:account", args=[account("drawer")]) + following)
    assert second.context["page"].before_cents == 5_000
    third = keeper.get(reverse("ledger:account", args=[account("drawer")]) + second.context["next_url"])
    assert (len(third.context["page"].rows), third.context["page"].rows[-1].balance_cents) == (20, 12_000)
    back = keeper.get(reverse("ledger:account", args=[account("drawer")]) + third.context["before_url"])
    assert back.context["page"].rows == second.context["page"].rows


def test_a_strange_page_mark_opens_the_first_page(keeper, posted):
    for mark in ("x", "2026-99-99.1", "2026-11-20.x", "2026-11-20." + "9" * 30, "'; --"):
        assert keeper.get(reverse("ledger:account", args=[account("charges")]), {"after": mark}).status_code == 200


def typed(**more):
    return {
        "_key": str(uuid4()), "uid": str(uuid4()), "date": "11/20/2026", "memo": "Rent", "do": "submit",
        "account": ["6000 Rent", "1050", "", ""], "note": ["November", "", "", ""],
        "debit": ["2*1250", "", "", ""], "credit": ["", "2,500.00", "", ""], **more,
    }  # fmt: skip


def test_an_entry_by_hand_goes_to_the_second_person_and_is_posted(office, keeper):
    response = keeper.post(reverse("ledger:journal_new"), typed())
    assert response.status_code == 303, response.content.decode()[:3000]
    drafted = Entry.objects.get()
    assert (drafted.state, drafted.lines.count()) == ("draft", 2)
    assert "second signature" in page(keeper, "entry", drafted.uid)
    owner = signed_in("owner")
    assert "Your signature" in page(owner, "entry", drafted.uid)
    where = reverse("ledger:entry", args=[drafted.uid])
    assert owner.post(where, {"_key": str(uuid4()), "answer": "no", "comment": ""}).status_code == 422
    assert owner.post(where, {"_key": str(uuid4()), "answer": "yes"}).status_code == 303
    assert Entry.objects.get().state == "posted"
    assert "Reverse" in page(keeper, "entry", drafted.uid)


def test_pressing_twice_writes_once(office, keeper):
    form = typed()
    keeper.post(reverse("ledger:journal_new"), form)
    keeper.post(reverse("ledger:journal_new"), form)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"debit": ["abc", "", "", ""]}, "line 1"),
        ({"account": ["nonsense", "1050", "", ""]}, "Choose an account"),
        ({"debit": ["1", "", "", ""]}, "exceed"),
        ({"credit": ["5", "2,500.00", "", ""]}, "One amount"),
        ({"date": "never"}, "not a day"),
        ({"memo": ""}, "required"),
        ({"date": "11/20/2031"}, "no period"),
    ],
)
def test_a_wrong_entry_comes_back_with_all_that_was_typed(office, keeper, change, said):
    response = keeper.post(reverse("ledger:journal_new"), typed(**change))
    body = response.content.decode()
    assert response.status_code == 422 and said in body, body[:3000]
    for kept in ("November", 'value="1050"', "2,500.00"):
        assert kept in body
    assert not Entry.objects.filter(state="posted").exists()


def test_a_draft_is_saved_changed_submitted_and_discarded(office, keeper):
    keeper.post(reverse("ledger:journal_new"), typed(do="save", debit=["1", "", "", ""]))
    drafted = Entry.objects.get()
    assert "2,500.00" in page(keeper, "journal_edit", drafted.uid)
    keeper.post(reverse("ledger:journal_edit", args=[drafted.uid]), typed(uid=str(drafted.uid), do="save"))
    assert drafted.lines.filter(cents=250_000).exists()
    submit = reverse("ledger:journal_submit", args=[drafted.uid])
    assert keeper.post(submit, {"_key": str(uuid4())}).status_code == 303
    assert "second signature" in page(keeper, "entry", drafted.uid)
    keeper.post(reverse("ledger:journal_discard", args=[drafted.uid]), {"_key": str(uuid4())})
    assert not Entry.objects.exists()


def test_more_lines_keep_what_was_typed(office, keeper):
    response = keeper.post(reverse("ledger:journal_new"), typed(do="more"))
    body = response.content.decode()
    assert response.status_code == 200 and body.count('name="account"') == 8 and "2*1250" in body and "Rent" in body
    assert not Entry.objects.exists()


def test_the_sums_follow_while_one_types(office, keeper):
    response = keeper.post(reverse("ledger:journal_sums"), typed())
    assert "Balanced" in response.content.decode()
    assert "Out by" in keeper.post(reverse("ledger:journal_sums"), typed(debit=["1", "", "", ""])).content.decode()
    assert (
        "not read yet" in keeper.post(reverse("ledger:journal_sums"), typed(debit=["1*", "", "", ""])).content.decode()
    )


def test_reversing_from_the_page(keeper, call):
    paper = services.store_document(call, content=b"v", name="v.txt")
    own = {"source_type": "document", "source_ref": "v", "journal": "manual", "document": paper.pk}
    posted = services.post(call, draft=entry(**own))
    where = reverse("ledger:reverse", args=[posted.key])
    assert keeper.post(where, {"_key": str(uuid4()), "date": "11/21/2026", "reason": ""}).status_code == 422
    assert keeper.post(where, {"_key": str(uuid4()), "date": "11/19/2026", "reason": "r"}).status_code == 422
    response = keeper.post(where, {"_key": str(uuid4()), "date": "11/21/2026", "reason": "wrong patient"})
    assert response.status_code == 303 and Entry.objects.count() == 2
    assert "Reversed by entry 2" in page(keeper, "entry", posted.key)
    assert "Reverses entry 1" in keeper.get(response["Location"]).content.decode()


def test_accounts_are_added_renamed_and_closed(office, keeper):
    new = {"_key": str(uuid4()), "code": "6600", "name": "Rent two", "kind": "expense", "normal_side": ""}
    assert keeper.post(reverse("ledger:account_new"), new).status_code == 422
    assert keeper.post(reverse("ledger:account_new"), {**new, "code": "6005"}).status_code == 303
    uid = Account.objects.get(code="6005").uid
    change = reverse("ledger:account_change", args=[uid])
    assert keeper.post(change, {"_key": str(uuid4()), "name": "Rent, annexe"}).status_code == 303
    assert Account.objects.filter(code="6005", name="Rent, annexe", active=False).exists()


def test_months_close_lock_and_reopen(office, posted):
    boss = signed_in("administrator")
    month = Period.objects.get(year=2026, month=11)
    here = reverse("ledger:period", args=[month.uid])
    assert "Close to ordinary posting" in boss.get(here).content.decode()
    boss.post(reverse("ledger:close", args=[month.uid]), {"_key": str(uuid4())})
    assert Period.objects.get(pk=month.pk).state == "soft"
    page(boss, "lock", month.uid)
    assert boss.post(reverse("ledger:lock", args=[month.uid]), {"_key": str(uuid4())}).status_code == 303
    assert Period.objects.get(pk=month.pk).state == "locked"
    reopen = reverse("ledger:reopen", args=[month.uid])
    assert boss.post(reopen, {"_key": str(uuid4()), "reason": ""}).status_code == 422
    assert boss.post(reopen, {"_key": str(uuid4()), "reason": "a late bill"}).status_code == 303
    assert "a late bill" in boss.get(here).content.decode()


def test_a_lock_asks_for_a_reason_where_a_check_fails(office, call):
    services.post(call, draft=entry(line("suspense", 100), line("bank_operating", -100)))
    boss = signed_in("administrator")
    lock = reverse("ledger:lock", args=[Period.objects.get(year=2026, month=11).uid])
    assert boss.post(lock, {"_key": str(uuid4())}).status_code == 422
    waive = reverse("ledger:close_waive", args=lock.split("/")[-3:-2])
    owner = signed_in("owner")
    assert "suspense stands at" in owner.get(waive).content.decode()
    assert owner.post(waive, {"_key": str(uuid4()), "check": "suspense", "reason": "asked the bank"}).status_code == 303
    assert boss.post(lock, {"_key": str(uuid4())}).status_code == 303


def test_the_export_downloads(keeper, posted):
    for form, word in (("hledger", b"commodity"), ("beancount", b"open"), ("csv", b"number,date")):
        response = keeper.post(reverse("ledger:export"), {"form": form})
        assert word in b"".join(response.streaming_content)
    assert keeper.post(reverse("ledger:export"), {"form": "xml"}).status_code == 422


def test_the_proof_is_shown(keeper, posted):
    response = keeper.post(reverse("ledger:proof"))
    assert b"All proved" in response.content


def test_a_document_page_names_its_review(office, keeper, call):
    content = b"key,date,account,debit,credit\na,2026-11-20,6000,5.00,\na,2026-11-20,1050,,5.00\n"
    from steward.core.imports import Options
    from steward.ledger import importers

    assert importers.recognise(content) == "journal-csv" and importers.recognise(b"ISA*00*") is None
    done = importers.run(call, kind="journal-csv", content=content, name="j.csv", options=Options())
    assert (done.status, done.parts[0].posted_cents) == ("posted", 500)
    assert (
        importers.run(call, kind="journal-csv", content=content, name="j.csv", options=Options()).status == "duplicate"
    )
    wrong = importers.run(
        call, kind="journal-csv", content=content.replace(b"6000", b"60"), name="j.csv", options=Options()
    )
    assert wrong.status == "refused" and wrong.parts[0].problems
    assert "Waits for the second person" in page(keeper, "document", Document.objects.order_by("id").first().uid)


def test_today_and_search(office, call, posted):
    from steward.ledger import desk

    subject = call.subject
    tasks = desk.waiting(subject, date(2026, 11, 23))
    assert any("October" in task.what and task.state == "overdue" for task in tasks)
    services.draft_journal(call, uid=uuid4(), date=date(2026, 11, 20), memo="Rent", lines=(line("6000", 1),))
    assert any("Rent" in task.what for task in desk.waiting(subject, date(2026, 11, 23)))
    assert desk.search(subject, "1")[0].kind == "Entry"
    assert any("Receivable" in hit.label for hit in desk.search(subject, "rec"))
    assert desk.search(office.call("frontdesk").subject, "1") == []
