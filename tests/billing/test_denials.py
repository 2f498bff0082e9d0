"""The denial queue: category, deadline, chance and dollars; who works it; what settles it; its cause and the rate around the mend."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

import steward
from steward.billing.logic.denial_rule import Shows, drafted
from steward.billing.logic.denials import (
    OTHER,
    Month,
    Past,
    before_after,
    chance,
    expected_cents,
    months_between,
    read_categories,
)
from steward.billing.logic.scrub.rules import data_of, rule_from
from steward.billing.models import Charge, DenialCause, Remittance, WorkItem, WorkNote
from steward.billing.selectors import denials as ask
from steward.billing.services.decisions import write_off
from steward.billing.services.denials import CauseData, assign_denials, mend_cause, name_cause, note_work, recategorise
from steward.billing.services.remittances import undo_remittance
from steward.core.access.models import User
from steward.core.refusals import Refused
from steward.insurance.models import Contract
from tests.support import signed_in

from .conftest import Practice
from .samples import CATEGORIES, cas, claim, remittance, service_line

DAY = dt.date(2026, 11, 2)


# ---- pure ----
def test_a_category_is_of_the_carc_or_where_that_is_vague_of_the_remark() -> None:
    assert [CATEGORIES.of(carc) for carc in ("197", "50", "29", "18", "22", "97", "27", "204")] == [
        "authorisation", "necessity", "timely", "duplicate", "cob", "bundled", "eligibility", "noncovered"]  # fmt: skip
    assert CATEGORIES.of("16") == "information" and CATEGORIES.of("16", ["M62"]) == "authorisation"
    assert CATEGORIES.of("50", ["M62"]) == "necessity", "a plain reason is not overruled by its remark"
    assert CATEGORIES.of("9999") == OTHER and CATEGORIES.of("9999", ["N290", "ZZ9"]) == "provider"
    assert CATEGORIES.get("nonsense").title == "Nonsense"


def test_the_shipped_categories_name_their_source_and_every_code_once() -> None:
    text = (Path(steward.__path__[0]) / "billing/data/denials.toml").read_text("utf-8")
    assert "source = " in text and "checked_on = 2026" in text
    with pytest.raises(ValueError, match="29"):
        read_categories(text.replace('carc = ["18"]', 'carc = ["18", "29"]'))
    with pytest.raises(KeyError):
        read_categories('[[category]]\nid = "x"')


def test_the_chance_is_the_share_of_dollars_and_nothing_is_guessed_without_history() -> None:
    assert chance(None).ppm is None and chance(Past()).ppm is None and expected_cents(10_000, chance(None)) is None
    told = chance(Past(12, 7, 230_000, 92_000))
    assert told.ppm == 400_000 and expected_cents(15_000, told) == 6_000 and told.past.recovered == 7


@given(st.integers(1, 10**9), st.integers(-(10**9), 2 * 10**9), st.integers(0, 10**9))
def test_what_is_expected_is_never_more_than_what_is_open(denied: int, back: int, open_cents: int) -> None:
    told = chance(Past(1, 1, denied, back))
    found = expected_cents(open_cents, told)
    assert told.ppm is not None and 0 <= told.ppm <= 1_000_000 and found is not None and 0 <= found <= open_cents


def test_before_and_after_leave_the_month_of_the_mend_out() -> None:
    months = [Month(dt.date(2026, m, 1), 100, d) for m, d in ((8, 10), (9, 12), (10, 90), (11, 2))]
    both = before_after(months, dt.date(2026, 10, 15))
    assert (both.before_ppm, both.after_ppm) == (110_000, 20_000)
    assert before_after(months[:1], dt.date(2026, 8, 2)).before_ppm is None
    assert months_between(dt.date(2025, 11, 30), dt.date(2026, 2, 1)) == [
        dt.date(2025, 11, 1), dt.date(2025, 12, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 1)]  # fmt: skip


# ---- the queue ----
def denied(practice: Practice, ref: str, carc: str = "197", cents: int = 15_000, trace: str = "", **more: object) -> WorkItem:
    practice.claims({"claim_ref": ref, "line_ref": f"{ref}-L", "charge": f"{cents / 100:.2f}"})
    line = service_line(cents, cas("CO", carc, cents), control=f"{ref}-L", **more)
    practice.remit(remittance(claim(ref, line), trace=trace or f"D{ref}"))
    return WorkItem.objects.get(claim__ref=ref, kind="denial")


def paid(practice: Practice, ref: str, cents: int, trace: str, denied_cents: int = 15_000) -> None:
    rest = () if cents == denied_cents else (cas("CO", "45", denied_cents - cents),)
    practice.remit(remittance(claim(ref, service_line(denied_cents, *rest, control=f"{ref}-L")), trace=trace))


@pytest.mark.django_db
def test_a_denial_comes_with_its_category_deadline_dollars_and_no_history(practice: Practice) -> None:
    item = denied(practice, "C-1", "16", remarks=("M62",))
    (row,) = ask.denials(practice.office.call("biller").subject, practice.office.today)
    assert row == item and row.category == "authorisation" and row.open_cents == 15_000
    assert row.due == DAY + dt.timedelta(days=30), "counted from the payer's answer, not from the day of import"
    assert row.chance_ppm is None and row.expected_cents is None
    page = signed_in("biller").get(reverse("billing:denials")).content.decode()
    assert "no history" in page and "Authorisation" in page and "1 without a history" in page


@pytest.mark.django_db
def test_the_contract_says_by_when(practice: Practice) -> None:
    Contract.objects.create(
        payer=practice.blue, name="2026", starts_on=dt.date(2026, 1, 1), source="Contract", appeal_limit_days=90
    )
    assert denied(practice, "C-1").due == DAY + dt.timedelta(days=90)


@pytest.mark.django_db
def test_payment_settles_a_denial_and_becomes_the_chance_of_the_next(practice: Practice) -> None:
    first, second = denied(practice, "C-1"), denied(practice, "C-2")
    paid(practice, "C-1", 9_000, "P1")
    first.refresh_from_db()
    assert first.closed_at is not None and first.settled_by == Remittance.objects.get(trace="P1") and "P1" in first.resolution
    call = practice.office.call("biller")
    (row,) = ask.denials(call.subject, call.today)
    assert row == second and (row.chance_ppm, row.past_denials, row.past_recovered) == (600_000, 1, 1)
    assert row.expected_cents == 9_000
    assert ask.totals(ask.denials(call.subject, call.today), call.today).expected_cents == 9_000
    page = signed_in("biller").get(reverse("billing:denials") + "?sort=-expected").content.decode()
    assert "60 %, 1 of 1" in page
    undo_remittance(call, remittance=Remittance.objects.get(trace="P1"), reason="Wrong file")
    first.refresh_from_db()
    assert first.closed_at is None and first.settled_by is None, "what the books show open is open again"
    assert {row.chance_ppm for row in ask.denials(call.subject, call.today)} == {None}


@pytest.mark.django_db
def test_a_part_payment_leaves_the_rest_open_and_another_payer_has_its_own_history(practice: Practice) -> None:
    item = denied(practice, "C-1")
    practice.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "50", 10_000), control="C-1-L")), trace="P1"))
    call = practice.office.call("biller")
    rows = {row.pk: row for row in ask.denials(call.subject, call.today)}
    assert rows[item.pk].open_cents == 10_000 and len(rows) == 2
    write_off(call, charge=Charge.objects.get(), role="denial_writeoff", cents=10_000, reason="x", payer=practice.blue)
    assert WorkItem.objects.filter(closed_at=None).count() == 2, "asked for is not signed"


@pytest.mark.django_db
def test_denials_are_given_written_about_and_put_elsewhere(practice: Practice) -> None:
    first, second = denied(practice, "C-1"), denied(practice, "C-2")
    call = practice.office.call("biller")
    me = User.objects.get(pk=call.user_id)
    assert assign_denials(call, items=[first, second], owner=me) == 2
    assert assign_denials(call, items=[first, second], owner=me) == 0
    stranger = User.objects.get(pk=practice.office.call("hr").user_id)
    for wrong, code in (({"items": [first], "owner": stranger}, "owner"), ({"items": [], "owner": me}, "nothing")):
        with pytest.raises(Refused) as refused:
            assign_denials(call, **wrong)
        assert refused.value.code == code
    note_work(call, item=first, text=" Called, they want the record. ")
    assert WorkNote.objects.get().text == "Called, they want the record."
    assert recategorise(call, item=first, category="coding").category == "coding"
    for act in (lambda: note_work(call, item=first, text=" "), lambda: recategorise(call, item=first, category="x")):
        with pytest.raises(Refused):
            act()
    client = signed_in("biller")
    assert client.get(reverse("billing:denials") + f"?owner={me.pk}&category=coding").content.decode().count("data-row") == 1
    url = reverse("billing:assign_denials")
    assert client.post(url, {"uid": [str(second.uid)]}).status_code == 200
    assert client.post(url, {"uid": [str(second.uid)], "owner": ""}).status_code == 303
    second.refresh_from_db()
    assert second.owner is None
    page = client.get(reverse("billing:denial", args=[first.uid])).content.decode()
    assert "they want the record" in page and "Coding" in page and "Next: First level" in page
    export = client.get(reverse("billing:denials") + "?export=csv")
    assert export.status_code == 200 and b"C-2" in export.content


# ---- causes ----
@pytest.mark.django_db
def test_a_cause_is_named_from_a_denial_mended_and_its_rate_shown(practice: Practice) -> None:
    client = signed_in("biller")
    item, call = denied(practice, "C-1"), practice.office.call("biller")
    denied(practice, "C-2", "29", trace="OTHER")
    form = client.get(reverse("billing:cause_new", args=[item.uid])).content.decode()
    assert "Authorisation" in form and "197" in form
    typed = {"title": "No authorisation asked", "kind": "desk", "duty": "Ask at booking", "category": "authorisation"}
    assert client.post(reverse("billing:cause_new", args=[item.uid]), {**typed, "duty": ""}).status_code == 422
    assert client.post(reverse("billing:cause_new", args=[item.uid]), typed).status_code == 303
    cause = DenialCause.objects.get()
    item.refresh_from_db()
    assert item.cause == cause and WorkItem.objects.filter(cause=cause).count() == 1
    months = ask.rates(cause, call.today)
    assert len(months) == 12 and months[-1] == Month(dt.date(2026, 11, 1), 2, 1)
    page = client.get(reverse("billing:cause", args=[cause.uid])).content.decode()
    assert "50.0 %" in page and "Not mended yet" in page
    assert "Make a rule of it" not in page and "Asks of this already" in page  # a duty; the shipped rule is named
    assert client.post(reverse("billing:cause_mended", args=[cause.uid]), {"on": "t"}).status_code == 303
    assert "No authorisation asked" in client.get(reverse("billing:causes")).content.decode()
    assert "Mended" in client.get(reverse("billing:cause", args=[cause.uid])).content.decode()
    practice.office.now += dt.timedelta(days=40)
    later = practice.office.call("biller")
    assert ask.rates(cause, later.today)[-1] == Month(dt.date(2027, 1, 1), 0, 0)


@pytest.mark.django_db
def test_a_rule_is_made_of_a_cause(practice: Practice) -> None:
    """Prefilled with payer, service, reason code and hint; tried, it holds, and cause and rule name each other."""
    client = signed_in("biller")
    item, call = denied(practice, "C-1"), practice.office.call("biller")
    assert item.charge is not None
    data = CauseData("No authorisation", "scrub", rule="own rule!", category="authorisation", carc="197", code=item.charge.code,
                     payer=practice.blue)  # fmt: skip
    cause = name_cause(call, data=data)
    page = client.get(reverse("billing:cause", args=[cause.uid])).content.decode()
    assert "Not made yet" in page and "Asks of this already" in page and f"?cause={cause.uid}" in page
    new = f"{reverse('billing:scrub_new')}?cause={cause.uid}"
    form = client.get(new).context["form"]
    sent = {name: value for name, value in form.initial.items() if value}
    assert (sent["id"], sent["check"], sent["payers"]) == ("own-rule", "authorisation_missing", practice.blue.code)
    assert item.charge.code in sent["parameters"] and "197" in sent["source"]
    sent["valid_from"] = sent["valid_from"].isoformat()
    assert client.post(new, sent | {"confirm": "1"}).status_code == 303
    cause.refresh_from_db()
    assert cause.rule == "own-rule"
    assert "No authorisation" in client.get(reverse("billing:scrub_rule", args=["own-rule"])).content.decode()
    page = client.get(reverse("billing:cause", args=[cause.uid])).content.decode()
    assert reverse("billing:scrub_rule", args=["own-rule"]) in page and "Make a rule of it" not in page
    assert client.get(reverse("billing:scrub_new"), {"cause": "x"}).status_code == 404


def test_a_cause_nothing_fits_asks_whenever_the_service_goes() -> None:
    rule = drafted(Shows("Needs the record", "BLUE", "Blue Harbor", "G0438", "50"), "", None, dt.date(2026, 1, 1))
    assert (rule.check, rule.payers, rule.parameters["codes"]) == ("refused_before", ("BLUE",), ("G0438",))
    assert rule_from(data_of(rule), "here") == rule


@pytest.mark.django_db
def test_a_cause_says_where_and_how(practice: Practice) -> None:
    call = practice.office.call("biller")
    right = CauseData("Wrong modifier", "scrub", rule="own-blue-g0438", carc="4", payer=practice.blue)
    for change, code in (
        ({"title": " "}, "title"), ({"kind": "x"}, "kind"), ({"carc": ""}, "scope"), ({"rule": ""}, "rule"),
        ({"kind": "desk"}, "duty"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            name_cause(call, data=CauseData(**{**right.__dict__, **change}))
        assert refused.value.code == code
    cause = name_cause(call, data=right)
    with pytest.raises(Refused) as refused:
        mend_cause(call, cause=cause, on=call.today + dt.timedelta(days=1))
    assert refused.value.code == "on"


@pytest.mark.django_db
def test_who_may_see_and_work_denials(practice: Practice) -> None:
    item = denied(practice, "C-1")
    for role, status in (("frontdesk", 403), ("hr", 403), ("auditor", 200), ("clinician", 200)):
        answer = signed_in(role).get(reverse("billing:denials"))
        assert answer.status_code == status, role
        assert ("Doe" in answer.content.decode()) is False, role
    assert signed_in("clinician").get(reverse("billing:denial", args=[item.uid])).status_code == 404
    assert signed_in("auditor").get(reverse("billing:denial_note", args=[item.uid])).status_code == 403
    assert signed_in("clinician").get(reverse("billing:causes")).status_code == 403
