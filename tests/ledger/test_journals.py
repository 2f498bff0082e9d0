"""Entries by hand with a second signature, and whole journals from files."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest

from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide
from steward.core.refusals import Refused
from steward.ledger import selectors, services
from steward.ledger.logic.journal_file import JournalFileError, key_of, parse_csv, parse_json
from steward.ledger.models import Entry, Line
from tests.ledger.support import line

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
LINES = (line("6000", 250_000, memo="November"), line("bank_operating", -250_000))


@pytest.fixture
def waiting(call):
    """A draft that waits for the owner; its uid."""
    uid = uuid4()
    services.draft_journal(call, uid=uid, date=DAY, memo="Rent", lines=LINES)
    assert services.submit_journal(call, uid=uid).state == "waiting"
    return uid


def test_a_draft_counts_nowhere_and_may_be_rewritten(call):
    uid = uuid4()
    services.draft_journal(call, uid=uid, date=DAY, memo="Rent", lines=(line("6000", 1),))
    services.draft_journal(call, uid=uid, date=DAY, memo="Rent, corrected", lines=LINES)
    assert Line.objects.count() == 2 and Entry.objects.get().memo == "Rent, corrected"
    assert selectors.trial_balance(DAY).debit_cents == 0
    assert selectors.verify().ok


def test_the_second_person_posts_it(office, call, waiting):
    assert Entry.objects.get(uid=waiting).state == "draft"
    done = services.sign_journal(office.call("owner"), uid=waiting, approve=True)
    entry = Entry.objects.get(uid=waiting)
    assert (done.state, done.number, entry.state) == ("posted", 1, "posted")
    assert (entry.drafted_by_id, entry.approved_by_id) == (call.user_id, office.user("owner").pk)
    assert entry.document is not None and selectors.account_balance(DAY, code="6000") == 250_000
    assert selectors.verify().ok


def test_nobody_signs_his_own(office, call, waiting):
    with pytest.raises(Refused) as found:
        services.sign_journal(call, uid=waiting, approve=True)
    assert found.value.code in ("separation", "not_asked")
    assert Entry.objects.get(uid=waiting).state == "draft"


def test_a_no_hands_it_back_with_its_reason(office, call, waiting):
    owner = office.call("owner")
    with pytest.raises(Refused):
        services.sign_journal(owner, uid=waiting, approve=False)
    assert services.sign_journal(owner, uid=waiting, approve=False, comment="wrong month").state == "rejected"
    assert Entry.objects.get(uid=waiting).state == "draft"


def test_a_changed_entry_needs_submitting_again(office, call, waiting):
    services.draft_journal(call, uid=waiting, date=DAY, memo="Rent and more", lines=LINES)
    with pytest.raises(Refused) as found:
        services.sign_journal(office.call("owner"), uid=waiting, approve=True)
    assert found.value.code == "changed"
    services.submit_journal(call, uid=waiting)
    assert services.sign_journal(office.call("owner"), uid=waiting, approve=True).state == "posted"


def test_an_unbalanced_entry_is_not_submitted(call):
    uid = uuid4()
    services.draft_journal(call, uid=uid, date=DAY, memo="", lines=(line("6000", 5), line("bank_operating", -4)))
    with pytest.raises(Refused) as found:
        services.submit_journal(call, uid=uid)
    assert found.value.code == "unbalanced"


def test_only_its_drafter_changes_a_draft(office, call, waiting):
    other = office.call("administrator")
    for act in (
        lambda: services.draft_journal(other, uid=waiting, date=DAY, memo="", lines=LINES),
        lambda: services.submit_journal(other, uid=waiting),
        lambda: services.discard_journal(other, uid=waiting),
    ):
        with pytest.raises(Refused) as found:
            act()
        assert found.value.code == "not_yours"


def test_a_draft_can_be_discarded_and_a_posted_entry_not(office, call, waiting):
    services.discard_journal(call, uid=waiting)
    assert not Entry.objects.exists() and not ApprovalRequest.objects.filter(outcome="").exists()
    services.draft_journal(call, uid=waiting, date=DAY, memo="again", lines=LINES)
    services.submit_journal(call, uid=waiting)
    services.sign_journal(office.call("owner"), uid=waiting, approve=True)
    with pytest.raises(Refused) as found:
        services.discard_journal(call, uid=waiting)
    assert found.value.code == "posted"


def test_a_softly_closed_month_still_takes_a_signed_entry(office, call, waiting):
    services.close_period(call, period="2026-11")
    assert services.sign_journal(office.call("owner"), uid=waiting, approve=True).state == "posted"


def test_a_locked_month_takes_none(office, call, waiting):
    services.waive_check(office.call("owner"), period="2026-11", check="drafts", reason="rent comes in December")
    services.lock_period(office.call("administrator"), period="2026-11")
    with pytest.raises(Refused) as found:
        services.sign_journal(office.call("owner"), uid=waiting, approve=True)
    assert found.value.code == "period_locked"


def journal(*entries):
    return json.dumps(list(entries)).encode()


def one(key="a", **more):
    return {
        "key": key, "date": "2026-11-20", "memo": "m",
        "lines": [{"account": "6000", "cents": 100}, {"account": "bank_operating", "cents": -100}], **more,
    }  # fmt: skip


def post_file(call, content, parse=parse_json):
    return services.post_batch(call, entries=parse(content), content=content, name="j.json")


def test_a_file_posts_at_once_and_waits_for_its_review(office, call):
    done = post_file(call, journal(one("a"), one("b")))
    assert (done.posted, done.duplicate, done.first_number, done.last_number) == (2, 0, 1, 2)
    entry = Entry.objects.get(number=1)
    assert entry.document.entries.count() == 2 and entry.uid == key_of("a")
    review = ApprovalRequest.objects.get(outcome="")
    assert decide(office.call("owner"), request=review, approve=True).approved


def test_the_same_file_again_is_all_duplicates(call):
    content = journal(one("a"), one("b"))
    post_file(call, content)
    again = post_file(call, content)
    assert (again.posted, again.duplicate, again.first_number) == (0, 2, None)
    mixed = post_file(call, journal(one("b"), one("c")))
    assert (mixed.posted, mixed.duplicate, mixed.first_number) == (1, 1, 3)


def test_another_body_under_a_known_key_refuses_the_whole_file(call):
    post_file(call, journal(one("a")))
    with pytest.raises(Refused) as found:
        post_file(call, journal(one("b"), one("a", memo="other")))
    assert found.value.code == "key_reused" and Entry.objects.count() == 1


def test_dimensions_by_code_uid_or_number(office, call):
    from steward.registry.models import Party

    party = Party.objects.order_by("id").first()
    lines = [
        {
            "account": "1100",
            "cents": 5,
            "entity": office.entity.code,
            "site": str(office.site.uid),
            "patient": party.pk,
        },
        {"account": "charges", "cents": -5, "payer": str(party.uid), "item": "x:1"},
    ]
    post_file(call, journal(one("a", lines=lines)))
    first, second = Line.objects.order_by("n")
    assert (first.entity_id, first.site_id, first.party_id, first.party_role) == (
        office.entity.pk, office.site.pk, party.pk, "patient",
    )  # fmt: skip
    assert (second.payer_id, second.item) == (party.pk, "x:1")
    lines[0]["site"] = "nowhere"
    with pytest.raises(Refused) as found:
        post_file(call, journal(one("b", lines=lines)))
    assert found.value.code == "unknown_dimension"


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("not_json", b""),
        ("not_json", b"[{"),
        ("not_json", b"[" * 100_000),
        ("not_utf8", b"\xff\xfe["),
        ("not_a_list", b"{}"),
        ("entry", b"[1]"),
        ("key", journal({"date": "2026-11-20", "lines": []})),
        ("date", journal(one(date="20.11.2026"))),
        ("date", journal(one(date="2026-02-30"))),
        ("lines", journal(one(lines=None))),
        ("cents", journal(one(lines=[{"account": "6000", "cents": 1.0}]))),
        ("cents", b'[{"key":"a","date":"2026-11-20","lines":[{"account":"1","cents":NaN}]}]'),
        ("cents", journal(one(lines=[{"account": "6000", "cents": True}]))),
        ("cents", journal(one(lines=[{"account": "6000", "cents": "5"}]))),
        ("account", journal(one(lines=[{"cents": 5}]))),
        ("unknown_field", journal(one(lines=[{"account": "1", "cents": 5, "dept": "x"}]))),
        ("unknown_field", journal(one(reverses=1))),
        ("party", journal(one(lines=[{"account": "1", "cents": 5, "patient": 1, "vendor": 2}]))),
        ("dimension", journal(one(lines=[{"account": "1", "cents": 5, "site": [1]}]))),
        ("memo", journal(one(memo=5))),
        ("not_utf8", journal(one(key="K\ud800"))),
        ("not_utf8", journal(one(memo="\udfff"))),
    ],
)
def test_files_that_are_no_journal(code, content):
    with pytest.raises(JournalFileError) as found:
        parse_json(content)
    assert code in {p.code for p in found.value.problems}
    assert all(p.message and p.fix for p in found.value.problems)


CSV = b"""key,date,memo,account,debit,credit,line_memo
a,2026-11-20,Rent,6000,"2500.00",,November
a,2026-11-20,,bank_operating,,2500.00,
b,2026-11-21,Fee,bank_fees,12.5,,
b,2026-11-21,Fee,1050,,12.50,
"""


def test_a_csv_journal(call):
    done = post_file(call, CSV, parse_csv)
    assert done.posted == 2
    assert selectors.account_balance(DAY, code="6000") == 250_000
    assert post_file(call, b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n"), parse_csv).duplicate == 2


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("columns", b""),
        ("columns", b"key,date\n"),
        ("columns", b"key,date,account,debit,credit,colour\n"),
        ("columns", b"key,date,account,debit,debit\n"),
        ("columns", CSV + b"too,few\n"),
        ("amount", CSV.replace(b"12.5,,", b"12.5,12.5,")),
        ("amount", CSV.replace(b"12.5,,", b",,")),
        ("amount", CSV.replace(b"12.5,,", b"12.555,,")),
        ("amount", CSV.replace(b"12.5,,", b"1e5,,")),
        ("amount", CSV.replace(b"12.5,,", b"9999999999999999999,,")),
        ("date", CSV.replace(b"2026-11-21,Fee,bank", b"11/21/2026,Fee,bank")),
        ("key", CSV.replace(b"b,2026-11-21,Fee,1050", b"b,2026-11-22,Fee,1050")),
        ("key", CSV.replace(b"b,2026-11-21,Fee,1050", b",2026-11-21,Fee,1050")),
        ("account", CSV.replace(b"bank_fees", b"")),
        ("not_csv", CSV + b'c,2026-11-20,"open'),
        ("not_utf8", b"\xff"),
    ],
)
def test_csv_files_that_are_no_journal(code, content):
    with pytest.raises(JournalFileError) as found:
        parse_csv(content)
    assert code in {p.code for p in found.value.problems}
