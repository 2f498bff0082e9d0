"""The outbox: nothing personal outside the seal, tried again with growing pauses, never lost,
recognisable when repeated.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.core.outbox import services, transports
from steward.core.outbox.models import Message
from steward.core.outbox.states import PAUSES_MINUTES, TRANSITIONS, Kind, MessageState, may_become
from steward.core.outbox.subjects import fault
from steward.core.refusals import Refused
from tests.support import Office, signed_in


@pytest.fixture
def office(db) -> Office:
    """People alone: the ground needs no room above it."""
    return Office()


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path
    settings.EMAIL_HOST = ""


def write(office, kind: Kind = Kind.MAIL, subject: str = "A message waits for you", **more) -> Message:
    values = {"to": "mary@example.org", "body": "Please sign in to read it.", **more}
    return services.queue(office.call("frontdesk"), kind=kind, subject=subject, **values)


def due(office):
    return services.send_due(office.system())


def test_a_message_becomes_a_file(office, tmp_path):
    message = write(office)
    assert due(office) == 1
    (path,) = (tmp_path / "outbox").glob("*.txt")
    text = path.read_text()
    assert "To: mary@example.org" in text and "Please sign in" in text and str(message.uid) in text
    assert path.stat().st_mode & 0o077 == 0
    message.refresh_from_db()
    assert message.state == "sent" and message.sent_at == office.now and message.attempts == 1
    assert due(office) == 0


def test_mail_goes_by_smtp_when_a_server_is_set(office, settings, tmp_path, monkeypatch):
    settings.EMAIL_HOST = "mail.example.org"
    monkeypatch.setattr(
        transports,
        "get_connection",
        lambda *_a, **_k: mail.get_connection("django.core.mail.backends.locmem.EmailBackend"),
    )
    message = write(office)
    write(office, Kind.SMS, subject="", to="+15550100", body="A message waits.")
    assert due(office) == 2
    (sent,) = mail.outbox
    assert sent.to == ["mary@example.org"] and str(message.uid) in sent.extra_headers["Message-ID"]
    assert len(list((tmp_path / "outbox").glob("*-sms-*.txt"))) == 1


def test_a_message_of_a_rolled_back_act_is_never_sent(office):
    with pytest.raises(RuntimeError), transaction.atomic():
        write(office)
        raise RuntimeError
    assert Message.objects.count() == 0


def test_trouble_is_tried_again_and_then_shown(office, monkeypatch):
    def broken(_message):
        raise ConnectionRefusedError("mail.example.org said: Mary Brown unknown")

    monkeypatch.setattr(services, "transport_for", lambda _kind: broken)
    message = write(office)
    for pause in PAUSES_MINUTES:
        assert due(office) == 0
        message.refresh_from_db()
        assert (message.state, message.trouble) == ("queued", "ConnectionRefusedError")
        assert message.next_try_at == office.now + timedelta(minutes=pause)
        assert due(office) == 0 and Message.objects.get().attempts == message.attempts, (
            "tried before its pause was over"
        )
        office.now += timedelta(minutes=pause)
    due(office)
    message.refresh_from_db()
    assert message.state == "failed" and message.attempts == len(PAUSES_MINUTES) + 1
    monkeypatch.undo()
    services.again(office.call("frontdesk"), message=message)
    assert due(office) == 1


def test_one_broken_message_does_not_stop_the_others(office, monkeypatch):
    first, second = write(office), write(office)
    real = services.transport_for

    def sometimes(kind):
        def send(message):
            if message.pk == first.pk:
                raise OSError
            real(kind)(message)

        return send

    monkeypatch.setattr(services, "transport_for", sometimes)
    assert due(office) == 1
    second.refresh_from_db()
    assert second.state == "sent"


def test_a_message_whose_worker_died_goes_once_more_under_the_same_name(office, tmp_path):
    message = write(office)
    due(office)
    Message.objects.update(state="sending", sent_at=None, next_try_at=office.now)
    office.now += timedelta(minutes=5)
    assert due(office) == 0, "it may still be on its way"
    office.now += timedelta(minutes=6)
    assert due(office) == 1
    assert len(list((tmp_path / "outbox").glob("*.txt"))) == 1, "a repeat must be recognisable"
    assert message.pk


def test_a_message_that_left_cannot_be_stopped(office):
    message = write(office)
    services.cancel(office.call("frontdesk"), message=message)
    assert due(office) == 0
    sent = write(office)
    due(office)
    with pytest.raises(Refused) as refused:
        services.cancel(office.call("frontdesk"), message=sent)
    assert refused.value.code == "message_left"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"to": ""}, "message_to"),
        ({"to": "nobody"}, "message_to"),
        ({"to": "a@b\nBcc: c@d"}, "message_to"),
        ({"subject": "Your visit on 11/23"}, "message_subject"),
        ({"subject": "Results for Mary"}, "message_subject"),
        ({"subject": "Hello\nBcc: x@y"}, "message_subject"),
        ({"subject": ""}, "message_subject"),
        ({"body": "  "}, "message_body"),
    ],
)
def test_what_must_not_leave_is_refused(office, values, code):
    with pytest.raises(Refused) as refused:
        write(office, **{"private": ["Mary Brown"], **values})
    assert refused.value.code == code
    assert Message.objects.count() == 0


@given(st.text(max_size=90), st.text(alphabet="abcdefgh", min_size=2, max_size=8))
def test_no_accepted_subject_names_the_person_or_has_digits(subject, name):
    if fault(subject, [name]) is None:
        assert name.casefold() not in subject.casefold().split()
        assert not any(c.isdigit() for c in subject) and "\n" not in subject and len(subject) <= 78


def test_the_life_of_a_message_is_the_table():
    for now in MessageState:
        for then in MessageState:
            assert may_become(now, then) == (then in TRANSITIONS[now])
    assert TRANSITIONS[MessageState.SENT] == frozenset()


def test_the_screens(office):
    message = write(office)
    client = signed_in("administrator")
    page = client.get(reverse("outbox:list")).content.decode()
    assert "A message waits for you" in page and "Please sign in" not in page
    assert "Please sign in" in client.get(reverse("outbox:message", args=[message.uid])).content.decode()
    client.post(reverse("outbox:cancel", args=[message.uid]))
    message.refresh_from_db()
    assert message.state == "cancelled"
    assert signed_in("clinician").get(reverse("outbox:list")).status_code == 403
    assert signed_in("auditor").post(reverse("outbox:again", args=[message.uid])).status_code == 403


def test_an_empty_outbox_says_what_it_is_for(office):
    assert "Nothing has been sent yet" in signed_in("administrator").get(reverse("outbox:list")).content.decode()
