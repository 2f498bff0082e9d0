"""Clearinghouse doors, a folder and SFTP alike: files reach them whole and once, answers come in once, every fault told apart."""

from __future__ import annotations

import datetime as dt
import io
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from steward.billing.doors import opened
from steward.billing.doors.folder import FOLDER
from steward.billing.doors.sftp import fingerprint, pinned
from steward.billing.logic.doors import Seen, Silence, mark, neutral_name, silence, whole
from steward.billing.models import Arrival, Door, Sighting, SubmissionEvent, WorkItem
from steward.billing.selectors.doors import arrivals, silences
from steward.billing.selectors.submissions import undelivered
from steward.billing.services.doors import DoorData, end_door, save_door
from steward.billing.services.paper_claims import add_attachment
from steward.billing.services.submissions import deliver
from steward.core.files.selectors import content
from steward.core.jobs.models import Job
from steward.core.jobs.work import Work
from steward.core.refusals import Denied, Refused
from steward.desk import collecting
from steward.desk.schedule import KINDS, SCHEDULE
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .sftp_server import PASSWORD, USER, Clearinghouse, private_key
from .test_acknowledged import ack, sent, ta1
from .test_sending import ready

__all__ = ["ready"]
pytestmark = pytest.mark.django_db
T = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


# ---- pure ----
@pytest.mark.parametrize(
    ("hours", "answered", "found"),
    [(2, None, "waiting"), (30, None, "late"), (80, None, "never"), (80, 5, "answered"), (80, 50, "answered_late"),
     (24, None, "waiting"), (72, None, "late")],
)  # fmt: skip
def test_late_and_never_are_told_apart(hours: int, answered: int | None, found: str) -> None:
    at = None if answered is None else T + dt.timedelta(hours=answered)
    assert silence(T, at, T + dt.timedelta(hours=hours)) is Silence(found)


def test_only_whole_files_are_taken_and_a_rewritten_one_is_another() -> None:
    names = {"a.835": True, ".a.835": False, "a.835.part": False, "b.tmp": False, "~a": False, "B.FILEPART": False}
    assert {name: whole(Seen(name, 5, 0)) for name in names} == names and not whole(Seen("a.835", 0, 0))
    assert len({mark(Seen("a", 1, 1)), mark(Seen("a", 2, 1)), mark(Seen("a", 1, 2)), mark(Seen("b", 1, 1))}) == 4


@pytest.mark.parametrize("text", ["", "hello", "SHA256:short", "ssh-ed25519 not/base64!", "ssh-ed25519 QUJD"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        pinned(text)
    assert refused.value.code == "host_key"


def test_a_file_is_called_what_it_is_and_never_as_it_came() -> None:
    day = dt.date(2026, 11, 23)
    isa = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261123*1200*^*00501*000000905*0*P*:~"
    assert len(isa) == 106
    assert neutral_name(isa + b"GS*HP*S*R*20261123*1200*1*X*005010X221A1~ST*835*0001~", day) == "835-20261123-000000905"
    assert neutral_name(isa + b"TA1*000000905*261123*1200*A*000~IEA*0*000000905~", day) == "ta1-20261123-000000905"
    for data in (isa.replace(b"000000905", b"DOE^JANE "), b"%PDF-1.4 Jane Doe", b"ISA*", b"", "ISA*\u00e9".encode()):
        name = neutral_name(data, day)
        assert "JANE" not in name.upper() and re.fullmatch(r"[a-z0-9]+-20261123-[0-9a-f]{8}", name), name
    assert neutral_name(b"chart,name", day, "charges-csv").startswith("charges-csv-20261123-")


# ---- both doors ----
@pytest.fixture
def house(tmp_path: Path) -> Iterator[Clearinghouse]:
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    there = tmp_path / "clearinghouse"
    there.mkdir()
    one = Clearinghouse(there).start()
    yield one
    one.stop()


def sftp(practice: Practice, house: Clearinghouse, door: Door | None = None, **more) -> Door:
    values = {"host": "127.0.0.1", "port": house.port, "username": USER, "host_key": fingerprint(house.host_key),
              "password": PASSWORD, "out_folder": "/out", "in_folder": "/in", **more}  # fmt: skip
    return save_door(practice.office.call("administrator"), data=DoorData("sftp", "Harbor Clearing", **values), door=door)


def folder(practice: Practice, house: Clearinghouse, **more) -> Door:
    data = DoorData("folder", "Harbor Clearing", str(house.folder / "out"), str(house.folder / "in"), **more)
    return save_door(practice.office.call("administrator"), data=data)


DOORS = {"sftp": sftp, "folder": folder}


@pytest.fixture(params=["folder", "sftp"])
def door(request, ready: Practice, house: Clearinghouse) -> Door:
    return DOORS[request.param](ready, house)


def run(practice: Practice) -> dict[str, int]:
    job = Job.objects.create(kind="doors.run", title="x", asked_at=practice.office.now)
    return collecting.run(Work(job, practice.office.system())).data


def fault_of(door: Door) -> str:
    with pytest.raises(Refused) as refused, opened(Door.objects.get(pk=door.pk)) as there:
        there.put("a.x12", b"x" * 1000)
    return refused.value.code


def test_claims_go_and_answers_come_once(ready: Practice, house: Clearinghouse, door: Door) -> None:
    batch = sent(ready, "C-1")
    assert run(ready) == {"put": 1, "collected": 0, "read": 0, "troubled": 0}
    assert [(path.name, path.read_bytes()) for path in (house.folder / "out").iterdir()] == [(batch.name, content(batch.file))]
    batch.refresh_from_db()
    assert batch.delivered_at and "out" in batch.delivered_to and not undelivered().exists()

    (house.folder / "in" / "r1.999").write_bytes(ack(batch, "accepted"))
    (house.folder / "in" / ".half").write_bytes(b"ISA")
    assert run(ready) == {"put": 0, "collected": 1, "read": 1, "troubled": 0}
    (row,) = Arrival.objects.all()
    assert (row.kind, row.state, content(row.file)) == ("999", "posted", ack(batch, "accepted"))
    assert SubmissionEvent.objects.get().outcome == "SYNTAX_OK"
    assert run(ready)["collected"] == 0, "what was seen is not fetched again"
    assert (house.folder / "in" / "r1.999").exists() and not house.removed, "nothing is deleted there unless it is set"
    assert Door.objects.get().trouble == "" and not WorkItem.objects.exists()


def test_every_kind_of_answer_finds_its_reader(ready: Practice, house: Clearinghouse, door: Door) -> None:
    from tests.insurance.test_eligibility import answered, benefit

    batch = sent(ready, "C-1")
    pay = ready.remit.__globals__["write"]
    paid = claim("C-1", service_line(15_000, cas("CO", "45", 5_000), control="C-1-1"))
    inbox = house.folder / "in"
    (inbox / "1.ta1").write_bytes(ta1(batch, "accepted", "000"))
    (inbox / "2.999").write_bytes(ack(batch, "accepted"))
    (inbox / "3.835").write_bytes(pay([remittance(paid)], ready.remit.__globals__["ENVELOPE"]))
    (inbox / "4.271").write_bytes(answered("NOT-OURS", benefit("1")))
    (inbox / "5.pdf").write_bytes(b"%PDF-1.4 a letter")
    assert run(ready)["read"] == 5
    found = {row.kind: row.state for row in Arrival.objects.all()}
    assert set(found) == {"ta1", "999", "835", "271", "unknown"} and found["ta1"] == found["999"] == "posted"
    assert found["271"] == "refused" and found["unknown"] == "unknown"
    strange = {row.work.kind: row for row in Arrival.objects.filter(state__in=["refused", "unknown"])}
    assert set(strange) == {"strange_file"} and WorkItem.objects.filter(kind="strange_file", closed_at=None).count() == 2
    assert content(Arrival.objects.get(kind="unknown").file) == b"%PDF-1.4 a letter", "its bytes are safe"


def test_an_answer_delivered_twice_is_read_once_and_said(ready: Practice, house: Clearinghouse, door: Door) -> None:
    batch = sent(ready, "C-1")
    for name in ("a.999", "b.999"):
        (house.folder / "in" / name).write_bytes(ack(batch, "accepted"))
    run(ready)
    assert [row.times for row in arrivals(ready.office.call("biller").subject)] == [2]
    assert SubmissionEvent.objects.count() == 1 and Sighting.objects.count() == 2


def test_a_run_cut_off_between_keeping_and_reading_is_taken_up(ready: Practice, house: Clearinghouse, door: Door, monkeypatch) -> None:
    batch = sent(ready, "C-1")
    (house.folder / "in" / "a.999").write_bytes(ack(batch, "accepted"))
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(collecting, "import_content", lambda *_a, **_k: (_ for _ in ()).throw(KeyboardInterrupt))
        run(ready)
    assert Arrival.objects.get().state == "safe" and not SubmissionEvent.objects.exists()
    assert run(ready)["read"] == 1 and SubmissionEvent.objects.count() == 1


def test_a_file_that_breaks_its_reader_stops_no_other(ready: Practice, house: Clearinghouse, door: Door, monkeypatch) -> None:
    batch = sent(ready, "C-1")
    real = collecting.import_content
    (house.folder / "in" / "1.bad").write_bytes(b"bad")
    (house.folder / "in" / "2.999").write_bytes(ack(batch, "accepted"))

    def reader(call, data, name):
        if data == b"bad":
            raise ZeroDivisionError
        return real(call, data, name)

    monkeypatch.setattr(collecting, "import_content", reader)
    run(ready)
    assert dict(Arrival.objects.values_list("kind", "state")) == {"x12": "refused", "999": "posted"}
    monkeypatch.undo()
    Arrival.objects.filter(state="refused").update(state="safe")
    run(ready)
    assert WorkItem.objects.filter(kind="strange_file", closed_at=None).count() == 1, "still nobody knows it: one question"


def test_collected_files_go_only_where_it_is_set(ready: Practice, house: Clearinghouse) -> None:
    door = sftp(ready, house, remove_collected=True)
    (house.folder / "in" / "a.bin").write_bytes(b"anything")
    run(ready)
    assert not list((house.folder / "in").iterdir()) and Arrival.objects.get().door == door


def test_another_file_of_that_name_is_never_overwritten(ready: Practice, house: Clearinghouse, door: Door) -> None:
    batch = sent(ready, "C-1")
    (house.folder / "out" / batch.name).write_bytes(b"other")
    assert run(ready)["troubled"] == 1 and (house.folder / "out" / batch.name).read_bytes() == b"other"
    assert Door.objects.get().trouble == "other_file" and undelivered().exists()


def test_a_server_without_the_extension_gets_the_plain_rename(ready: Practice, house: Clearinghouse) -> None:
    house.posix = False
    with opened(sftp(ready, house)) as there:
        assert there.put("a.x12", b"abc") == there.put("a.x12", b"abc") == "/out/a.x12"
    assert [path.name for path in (house.folder / "out").iterdir()] == ["a.x12"]


# ---- faults told apart ----
def test_each_fault_at_the_server_has_its_own_name(ready: Practice, house: Clearinghouse) -> None:
    door = sftp(ready, house)
    for fault, code in (("full", "full"), ("failure", "broken"), ("cut", "broken")):
        house.fault = fault
        assert fault_of(door) == code, fault
        assert not list((house.folder / "out").glob("a.x12")), "no half file under its name"
    house.fault = ""
    assert fault_of(sftp(ready, house, door, password="wrong")) == "login"
    assert fault_of(sftp(ready, house, door, out_folder="/nowhere", password=PASSWORD)) == "folder"
    sftp(ready, house, door)
    house.stop()
    assert fault_of(door) == "unreachable"


def test_a_changed_key_is_not_spoken_to(ready: Practice, house: Clearinghouse, tmp_path: Path) -> None:
    key = house.host_key
    door = sftp(ready, house, host_key=f"harbor.example {key.get_name()} {key.get_base64()} comment")
    with opened(door) as there:
        assert "lets Steward in" in there.look()
    house.key = private_key()
    with pytest.raises(Refused) as refused, opened(door):
        pass
    assert refused.value.code == "host_key" and fingerprint(house.host_key) in str(refused.value)
    rsa = paramiko.RSAKey.generate(2048)
    with pytest.raises(Refused) as refused, opened(sftp(ready, house, door, host_key=f"ssh-rsa {rsa.get_base64()}")):
        pass
    assert refused.value.code == "host_key", "a server that has no key of the pinned kind is another one"


def test_a_private_key_lets_in(ready: Practice, house: Clearinghouse) -> None:
    text = private_key()
    house.known = paramiko.Ed25519Key.from_private_key(io.StringIO(text)).get_base64()
    with opened(sftp(ready, house, password="", private_key=text)) as there:
        assert there.put("a", b"1")
    house.known = None
    door = Door.objects.get()
    assert fault_of(door) == "login"
    with pytest.raises(Refused) as refused:
        sftp(ready, house, door, private_key="-----BEGIN NOTHING-----")
    assert refused.value.code == "private_key"


def test_a_folder_that_is_full_or_gone(ready: Practice, house: Clearinghouse, monkeypatch) -> None:
    door = folder(ready, house)
    with monkeypatch.context() as small:
        small.setattr(os, "fsync", lambda _fd: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        assert fault_of(door) == "full" and not list((house.folder / "out").iterdir())
    (house.folder / "out").rmdir()
    assert fault_of(door) == "folder"


def test_a_door_in_trouble_comes_to_somebody_once_and_goes_when_it_works(ready: Practice, house: Clearinghouse) -> None:
    door = sftp(ready, house, password="wrong")
    sent(ready, "C-1")
    for _again in range(3):
        assert run(ready)["troubled"] == 1
    item = WorkItem.objects.get(kind="door")
    assert "refuses the login" in item.reason and item.closed_at is None and undelivered().count() == 1
    sftp(ready, house, door)
    assert run(ready) == {"put": 1, "collected": 0, "read": 0, "troubled": 0}
    item.refresh_from_db()
    assert item.closed_at and Door.objects.get().trouble == ""


def test_passwords_lie_sealed(ready: Practice, house: Clearinghouse) -> None:
    sftp(ready, house)
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM billing_door")
        assert PASSWORD not in cursor.fetchone()[0]
    end_door(ready.office.call("administrator"), door=Door.objects.get())
    assert Door.objects.get().password == ""


@pytest.mark.parametrize(
    ("more", "code"),
    [({"host": ""}, "host"), ({"username": " "}, "username"), ({"host_key": ""}, "host_key"), ({"password": ""}, "secret"),
     ({"out_folder": "/in"}, "folders"), ({"out_folder": "", "in_folder": ""}, "folders"), ({"private_key": "x"}, "private_key")],
)  # fmt: skip
def test_a_half_door_is_refused(ready: Practice, house: Clearinghouse, more: dict, code: str) -> None:
    with pytest.raises(Refused) as refused:
        sftp(ready, house, **more)
    assert refused.value.code == code and not Door.objects.exists()


def test_claims_go_out_by_one_door(ready: Practice, house: Clearinghouse) -> None:
    folder(ready, house)
    with pytest.raises(Refused) as refused:
        sftp(ready, house)
    assert refused.value.code == "second"
    sftp(ready, house, out_folder="")
    with pytest.raises(Denied):
        save_door(ready.office.call("biller"), data=DoorData("folder", "x", "/a", "/b"))


def test_no_door_leads_into_our_own_data(ready: Practice, tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DATA = tmp_path / "data"
    (tmp_path / "data" / "keys").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "data" / "keys")
    out = tmp_path / "out"
    for into, code in ((tmp_path / "data/keys", "own_data"), (tmp_path / "x/../data", "own_data"), (tmp_path, "own_data"),
                       (tmp_path / "link", "own_data"), (tmp_path / "in/../out", "folders")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            save_door(ready.office.call("administrator"), data=DoorData("folder", "x", str(out), str(into)))
        assert refused.value.code == code
    assert not Door.objects.exists()


def test_a_folder_swapped_for_a_link_is_not_used(ready: Practice, house: Clearinghouse, tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DATA = tmp_path / "data"
    (tmp_path / "data" / "keys").mkdir(parents=True)
    (tmp_path / "data" / "keys" / "master").write_bytes(b"the key")
    (tmp_path / "elsewhere").mkdir()
    door = folder(ready, house)
    for target, code in ((tmp_path / "data" / "keys", "own_data"), (tmp_path / "elsewhere", "link")):
        for name in ("in", "out"):
            place = house.folder / name
            place.rename(tmp_path / "aside")
            place.symlink_to(target)
            with pytest.raises(Refused) as refused, opened(door) as there:
                _ = there.put("a.x12", b"x") if name == "out" else there.seen()
            assert refused.value.code == code
            if name == "in":
                with pytest.raises(Refused) as refused, opened(door) as there:
                    there.get(Seen("master", 7, 0))
                assert refused.value.code == code
            place.unlink()
            (tmp_path / "aside").rename(place)
    house.folder.rename(tmp_path / "moved")  # a link further up the way
    house.folder.symlink_to(tmp_path / "moved")
    assert fault_of(door) == "link" and not list((tmp_path / "elsewhere").iterdir())
    assert run(ready)["troubled"] == 1 and not Arrival.objects.exists()


def test_no_link_in_a_folder_is_read_written_through_or_left(ready: Practice, house: Clearinghouse, tmp_path: Path) -> None:
    door = folder(ready, house)
    secret = tmp_path / "secret"
    secret.write_bytes(b"the key")
    (house.folder / "in" / "r.835").symlink_to(secret)
    (house.folder / "out" / "a.x12").symlink_to(secret)
    (house.folder / "out" / f".b.x12.{os.getpid()}.part").symlink_to(secret)
    os.mkfifo(house.folder / "in" / "pipe.835")
    with opened(door) as there:
        assert list(there.seen()) == []
        for name in ("r.835", "pipe.835", "../../secret", ".."):
            with pytest.raises(Refused):
                there.get(Seen(name, 7, 0))
        with pytest.raises(Refused) as refused:
            there.put("a.x12", b"the key")
        assert refused.value.code == "other_file"
        there.put("b.x12", b"claims")
    assert secret.read_bytes() == b"the key" and (house.folder / "out" / "b.x12").read_bytes() == b"claims"


def test_a_linked_folder_is_kept_as_the_disk_knows_it(ready: Practice, house: Clearinghouse, tmp_path: Path) -> None:
    (tmp_path / "mounted").symlink_to(house.folder)
    door = save_door(ready.office.call("administrator"), data=DoorData("folder", "x", "", str(tmp_path / "mounted" / "in")))
    assert door.in_folder == str(house.folder / "in")


def test_a_name_that_says_too_much_is_said_nowhere(ready: Practice, house: Clearinghouse, door: Door, monkeypatch, caplog) -> None:
    caplog.set_level(logging.DEBUG, "steward")
    (house.folder / "in" / "DOE^JANE.835").write_bytes(b"%PDF-1.4 a letter")
    monkeypatch.setattr("steward.desk.collecting.MOST_BYTES", 10)
    monkeypatch.setattr("steward.billing.doors.folder.MOST_BYTES", 10)
    monkeypatch.setattr("steward.billing.doors.sftp.MOST_BYTES", 10)
    assert run(ready)["troubled"] == 1
    monkeypatch.undo()
    run(ready)
    said = [Door.objects.get().said, caplog.text, *WorkItem.objects.values_list("reason", flat=True)]
    said += [str(row) for row in Job.objects.values_list("title", "message", "args")] + [Arrival.objects.get().file.name]
    assert not [text for text in said if "JANE" in text]


def test_files_nobody_answered_are_named(ready: Practice) -> None:
    batch, biller = sent(ready, "C-1"), ready.office.call("biller")
    deliver(biller, batch=batch, to="by hand")
    for days, found in ((0, Silence.WAITING), (2, Silence.LATE), (4, Silence.NEVER)):
        (one,) = silences(biller.subject, ready.office.now + dt.timedelta(days=days))
        assert (one.batch, one.silence) == (batch, found)
    ready.run(ack(batch, "accepted"))
    assert silences(biller.subject, ready.office.now + dt.timedelta(days=4)) == []


def test_the_clock_looks_and_a_folder_in_the_surroundings_is_a_door(ready: Practice, tmp_path: Path, monkeypatch) -> None:
    assert {"doors.look", "doors.run", "doors.put_files"} <= {kind.name for kind in KINDS}
    assert any(item.kind == "doors.look" and item.every_seconds for item in SCHEDULE)
    system = ready.office.system()
    assert collecting.look(system) is None, "no door, no work"
    monkeypatch.setenv(FOLDER, str(tmp_path / "ch"))
    job = collecting.look(system)
    assert job is not None and collecting.look(system) is None, "one run at a time"
    door = Door.objects.get()
    assert (door.out_folder, door.in_folder) == (str(tmp_path / "ch" / "out"), str(tmp_path / "ch" / "in"))


def test_a_folder_of_the_surroundings_within_our_data_is_said_and_not_used(ready, tmp_path, monkeypatch, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DATA = tmp_path / "data"
    (tmp_path / "data").mkdir()
    for where, words in ((tmp_path / "data" / "ch", "own data"), (Path("ch"), "no whole path")):
        monkeypatch.setenv(FOLDER, str(where))
        assert collecting.look(ready.office.system()) is None
        assert words in signed_in("administrator").get(reverse("billing:doors")).content.decode()
    assert not Door.objects.exists() and not (tmp_path / "data" / "ch").exists() and not Path("ch").exists()


def test_inquiries_are_put_too(ready: Practice, house: Clearinghouse, door: Door) -> None:
    from steward.billing.services.inquiries import ask_status

    batch = sent(ready, "C-1")
    (file,) = ask_status(ready.office.call("biller"), submissions=list(batch.submissions.all()))
    job = Job.objects.create(kind="doors.put_files", title="x", asked_at=ready.office.now)
    collecting.put_files(Work(job, ready.office.system()), [str(file.uid)])
    assert (house.folder / "out" / file.name).read_bytes() == content(file)


# ---- the screen ----
def test_the_screen_sets_up_tries_and_tells(ready: Practice, house: Clearinghouse) -> None:
    client = signed_in("administrator")
    typed = {"name": "Harbor", "host": "127.0.0.1", "port": house.port, "username": USER, "password": "wrong",
             "host_key": fingerprint(house.host_key), "out_folder": "/out", "in_folder": "/in"}  # fmt: skip
    assert client.post(reverse("billing:sftp_new"), typed).status_code == 303
    door = Door.objects.get()
    assert client.post(reverse("billing:door_try", args=[door.uid])).status_code == 303
    page = client.get(reverse("billing:doors")).content.decode()
    assert "refuses the login" in page and "wrong" not in client.get(reverse("billing:door_edit", args=[door.uid])).content.decode()
    assert client.post(reverse("billing:door_edit", args=[door.uid]), {**typed, "password": PASSWORD}).status_code == 303
    client.post(reverse("billing:door_try", args=[door.uid]))
    assert "Works" in client.get(reverse("billing:doors")).content.decode()
    assert client.post(reverse("billing:door_edit", args=[door.uid]), {**typed, "host_key": "x"}).status_code == 422
    assert signed_in("frontdesk").post(reverse("billing:doors_run")).status_code == 403


def test_a_biller_reads_a_file_again(ready: Practice, house: Clearinghouse, door: Door) -> None:
    (house.folder / "in" / "DOE^JANE.bin").write_bytes(b"anything")
    run(ready)
    client, row = signed_in("biller"), Arrival.objects.get()
    assert row.file.name in client.get(reverse("billing:doors")).content.decode()
    assert client.post(reverse("billing:arrival_again", args=[row.uid])).status_code == 303
    assert Arrival.objects.get().state == "safe" and Job.objects.filter(kind="doors.run", title="Clearinghouse").count() == 1
    item = row.work
    assert item and str(row.file.uid) in client.get(reverse("billing:work_item", args=[item.uid])).content.decode()
    masked = signed_in("auditor").get(reverse("billing:doors")).content.decode()
    assert "JANE" not in masked and "Harbor Clearing" in masked
    assert signed_in("clinician").get(reverse("billing:doors")).status_code == 403




@pytest.mark.parametrize("edit", [
    "UPDATE billing_arrival SET sha256 = 'x'", "DELETE FROM billing_arrival", "UPDATE billing_sighting SET mark = 'x'",
    "DELETE FROM billing_sighting", "UPDATE billing_attachment SET kind = 'OZ'", "DELETE FROM billing_attachment",
])  # fmt: skip
def test_what_came_and_what_was_named_is_not_edited(ready: Practice, house: Clearinghouse, edit: str) -> None:
    folder(ready, house)
    batch = sent(ready, "C-1")
    (house.folder / "in" / "a.999").write_bytes(ack(batch, "accepted"))
    run(ready)
    add_attachment(ready.office.call("biller"), claim=batch.submissions.get().claim, kind="M1", by="FX")
    with pytest.raises(DatabaseError, match=r"billing\."), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(edit)
