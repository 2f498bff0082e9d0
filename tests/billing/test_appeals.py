"""Appeals: the ladder of levels, the table of what may be done, deadlines, the letter, and what was won by the books."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

import steward
from steward.billing.letters import appeal_letter, appeal_pdf
from steward.billing.logic.appeals import (
    ACT_OF,
    DRAFT,
    OUTCOMES,
    OVERTURNED,
    PARTLY,
    SENT,
    TRANSITIONS,
    UPHELD,
    WITHDRAWN,
    Step,
    deadline,
    ladder_of,
    next_level,
    read_ladders,
)
from steward.billing.models import Appeal
from steward.billing.selectors.appeals import way, won_cents
from steward.billing.services.appeals import answer_appeal, draft_appeal, send_appeal
from steward.billing.services.work import resolve_work
from steward.core.outbox.models import Message
from steward.core.refusals import Refused
from tests.support import signed_in

from .conftest import Practice
from .test_denials import DAY, denied, paid

LADDERS = read_ladders((Path(steward.__path__[0]) / "billing/data/appeals.toml").read_text("utf-8"))
WHY = "the authorisation was given by telephone.\n\nA copy of the record is enclosed."


def test_the_ladder_of_a_payer() -> None:
    medicare, other = ladder_of(LADDERS, "X", "MB"), ladder_of(LADDERS, "X", "CI")
    assert medicare and other and [level.days for level in medicare.levels] == [120, 180, 60, 60, 60]
    assert [level.id for level in other.levels] == ["first", "second", "external"]
    own = read_ladders('[[set]]\nname="Blue"\npayers=["BLUE"]\nfiling=[]\n[[set.level]]\nid="only"\ntitle="Only"\nto="them"\n')
    assert ladder_of([*own, *LADDERS], "BLUE", "CI") == own[0] and ladder_of([*own, *LADDERS], "X", "CI") == other
    with pytest.raises(ValueError, match="Blue"):
        read_ladders('[[set]]\nname="Blue"\npayers=[]\nfiling=[]\nlevel=[]\n')


def test_levels_follow_each_other_and_deadlines_count_from_the_last_answer() -> None:
    ladder = ladder_of(LADDERS, "X", "MB")
    assert ladder
    day = dt.date(2026, 10, 1)
    first, second = ladder.levels[:2]
    assert next_level(ladder, []) == first and deadline(first, DAY, [], None) == DAY + dt.timedelta(days=120)
    for state, following in ((DRAFT, None), (SENT, None), (OVERTURNED, None), (UPHELD, second), (PARTLY, second),
                             (WITHDRAWN, first)):  # fmt: skip
        assert next_level(ladder, [Step(first.id, state, day)]) == following, state
    assert deadline(second, DAY, [Step(first.id, UPHELD, day)], None) == day + dt.timedelta(days=180)
    last = [Step(level.id, UPHELD, day) for level in ladder.levels]
    assert next_level(ladder, last) is None and next_level(ladder, [Step("gone", UPHELD, day)]) is None
    other = LADDERS[-1].levels[0]
    assert deadline(other, DAY, [], 90) == DAY + dt.timedelta(days=90) and deadline(other, DAY, [], None) is None


ACTS = {
    "send": lambda call, row: send_appeal(call, appeal=row, how="letter"),
    **{
        ACT_OF[outcome]: lambda call, row, outcome=outcome: answer_appeal(call, appeal=row, outcome=outcome, on=call.today)
        for outcome in OUTCOMES
    },
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("state", TRANSITIONS)
@pytest.mark.parametrize("act", ACTS)
def test_every_act_in_every_state(practice: Practice, state: str, act: str) -> None:
    call = practice.office.call("biller")
    row = draft_appeal(call, item=denied(practice, "C-1"), argument=WHY)
    told: dict[str, Any] = {} if state == DRAFT else {"sent_on": call.today, "how": "fax"}
    told |= {} if state in (DRAFT, SENT) else {"outcome_on": call.today}
    Appeal.objects.filter(pk=row.pk).update(state=state, **told)
    if act in TRANSITIONS[state]:
        assert ACTS[act](call, row).state == TRANSITIONS[state][act]
    else:
        with pytest.raises(Refused) as refused:
            ACTS[act](call, row)
        assert refused.value.code == "state"


@pytest.mark.django_db
def test_drafted_sent_upheld_and_appealed_again_then_won_by_the_books(practice: Practice) -> None:
    item, call = denied(practice, "C-1"), practice.office.call("biller")
    row = draft_appeal(call, item=item, argument=WHY, asked_cents=12_000)
    assert (row.level, row.asked_cents, row.deadline, row.told["claim"]) == ("first", 12_000, None, "C-1")
    with pytest.raises(Refused) as refused:
        draft_appeal(call, item=item, argument=WHY)
    assert refused.value.code == "no_level"
    row = send_appeal(call, appeal=row, how="letter")
    message = Message.objects.get()
    assert message.subject == "Appeal" and "Blue Harbor" in message.to and "$120.00" in message.body and WHY in message.body
    practice.office.now += dt.timedelta(days=10)
    call = practice.office.call("biller")
    row = answer_appeal(call, appeal=row, outcome="upheld", on=call.today, words="No record came")
    found = way(item)
    assert found.level and found.level.id == "second"
    second = send_appeal(call, appeal=draft_appeal(call, item=item, argument=WHY), how="portal")
    assert Message.objects.count() == 1 and won_cents(second) == 0
    second = answer_appeal(call, appeal=second, outcome="partly", on=call.today)
    paid(practice, "C-1", 9_000, "P1")
    assert won_cents(second) == 9_000
    item.refresh_from_db()
    assert item.closed_at is not None and way(item).level is not None
    with pytest.raises(Refused) as refused:
        draft_appeal(call, item=item, argument=WHY)
    assert refused.value.code == "closed"


@pytest.mark.django_db
def test_medicare_deadlines_move_with_the_answers(practice: Practice) -> None:
    practice.blue.filing = "MB"
    practice.blue.save()
    item, call = denied(practice, "C-1"), practice.office.call("biller")
    assert item.due == DAY + dt.timedelta(days=120)
    row = send_appeal(call, appeal=draft_appeal(call, item=item, argument=WHY), how="fax")
    assert row.deadline == DAY + dt.timedelta(days=120)
    answer_appeal(call, appeal=row, outcome="upheld", on=call.today)
    item.refresh_from_db()
    assert item.due == call.today + dt.timedelta(days=180)


@pytest.mark.django_db
def test_what_cannot_be_appealed_is_refused_with_its_reason(practice: Practice) -> None:
    item, call = denied(practice, "C-1"), practice.office.call("biller")
    for more, code in (({"argument": " "}, "argument"), ({"asked_cents": 15_001}, "amount"), ({"asked_cents": 0}, "amount")):
        with pytest.raises(Refused) as refused:
            draft_appeal(call, item=item, **{"argument": WHY, **more})
        assert refused.value.code == code
    row = draft_appeal(call, item=item, argument=WHY)
    past = row.made_at.date() - dt.timedelta(days=1)
    for act, code in (
        (lambda: send_appeal(call, appeal=row, how="pigeon"), "how"),
        (lambda: send_appeal(call, appeal=row, how="fax", on=past), "on"),
        (lambda: answer_appeal(call, appeal=row, outcome="maybe", on=call.today), "outcome"),
        (lambda: answer_appeal(call, appeal=row, outcome="withdrawn", on=past), "on"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == code
    resolve_work(call, item=item, resolution="Done")
    with pytest.raises(Refused) as refused:
        draft_appeal(call, item=item, argument=WHY)
    assert refused.value.code == "closed"


@pytest.mark.django_db
def test_a_withdrawn_letter_is_stopped_and_its_level_open_again(practice: Practice) -> None:
    item, call = denied(practice, "C-1"), practice.office.call("biller")
    row = send_appeal(call, appeal=draft_appeal(call, item=item, argument=WHY), how="letter")
    answer_appeal(call, appeal=row, outcome="withdrawn", on=call.today)
    assert Message.objects.get().state == "cancelled"
    assert draft_appeal(call, item=item, argument=WHY).level == "first"


@pytest.mark.django_db
def test_the_letter_is_the_same_whenever_it_is_printed(practice: Practice) -> None:
    item, call = denied(practice, "C-1"), practice.office.call("biller")
    row = draft_appeal(call, item=item, argument=WHY)
    first = appeal_pdf(row)
    assert first.startswith(b"%PDF") and first == appeal_pdf(Appeal.objects.get())
    text = appeal_letter(row)
    assert all(word in text for word in ("C-1", "CO-197", "150.00", "ICNC-1", "Blue Harbor", "Doe", WHY))


@pytest.mark.django_db
def test_the_pages_of_an_appeal(practice: Practice) -> None:
    item, client = denied(practice, "C-1"), signed_in("biller")
    url = reverse("billing:appeal_draft", args=[item.uid])
    assert "authorisation" in client.get(url).content.decode()
    assert client.post(url, {"asked_cents": "150", "argument": ""}).status_code == 422
    assert client.post(url, {"asked_cents": "150", "argument": WHY}).status_code == 303
    row = Appeal.objects.get()
    page, paper = reverse("billing:appeal", args=[row.uid]), reverse("billing:appeal_paper", args=[row.uid])
    assert "Draft" in client.get(page).content.decode() and client.get(paper)["Content-Type"] == "application/pdf"
    assert client.post(reverse("billing:appeal_send", args=[row.uid]), {"how": "letter", "on": "t"}).status_code == 303
    assert "Enter the answer" in client.get(page).content.decode()
    answered = {"outcome": "upheld", "on": "t", "words": "No"}
    assert client.post(reverse("billing:appeal_answer", args=[row.uid]), answered).status_code == 303
    assert "Upheld" in client.get(reverse("billing:denial", args=[item.uid])).content.decode()
    auditor = signed_in("auditor")
    assert auditor.get(paper).status_code == 404 and "record is enclosed" not in auditor.get(page).content.decode()
