"""Backups: made while the office works, restored on an empty machine to the same rows,
refused when anything is not as it was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from steward.core.backup import services
from steward.core.backup.header import FIRST_LINE
from steward.core.files.services import store
from steward.core.models import AuditHead, Message, StoredFile
from steward.core.models import Office as OfficeRow
from steward.core.outbox.services import queue
from steward.core.outbox.states import Kind
from steward.core.refusals import Denied, Refused
from steward.core.vault import KeyRing
from tests.support import Office

ROOT = Path(__file__).parents[2]


@pytest.fixture
def practice(real_db, settings, tmp_path) -> Iterator[Office]:
    """A practice in a folder and database of its own, with something sealed and a stored file."""
    settings.DATA = Path(real_db["STEWARD_DATA"])
    office = Office()
    OfficeRow.objects.get_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": office.today})
    call = office.call("administrator")
    queue(call, kind=Kind.MAIL, to="a@example.org", subject="A message waits", body="sealed text of Mary Brown")
    store(call, data=b"ISA*00*remittance", name="remit.835")
    yield office


def make(office: Office, tmp_path: Path, name: str = "one.backup") -> Path:
    path = tmp_path / name
    services.create(office.call("administrator"), path)
    return path


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    assert all(r.message and (r.fix or r.code) for r in refused.value.refusals)
    return refused.value.code


class Elsewhere:
    """An empty machine: a data folder, a database, and the command line."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder, self.env = folder, env

    def steward(self, *words: str) -> tuple[int, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "steward.cli.main", *words, "--json", "--data", str(self.folder)],
            env=self.env,
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else done.stderr

    def python(self, program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "import django; django.setup()\n" + program],
            env={**self.env, "STEWARD_DATA": str(self.folder), "DJANGO_SETTINGS_MODULE": "steward.settings"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()


@pytest.fixture
def elsewhere(tmp_path) -> Iterator[Elsewhere]:
    env = {k: v for k, v in os.environ.items() if k not in ("STEWARD_KEYS", "STEWARD_DATA", "STEWARD_SECRET_KEY")}
    env["PYTHONPATH"] = str(ROOT / "src")
    env.pop("DJANGO_SETTINGS_MODULE", None)
    name = ""
    if connection.vendor == "postgresql":
        from tests.conftest import _admin

        name = f"steward_restore_{uuid.uuid4().hex[:12]}"
        _admin(f'CREATE DATABASE "{name}"')
        base, _slash, rest = os.environ["DATABASE_URL"].rpartition("/")
        env["DATABASE_URL"] = f"{base}/{name}" + (f"?{rest.partition('?')[2]}" if "?" in rest else "")
    yield Elsewhere(tmp_path / "elsewhere", env)
    if name:
        from tests.conftest import _admin

        _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


SUMMARY = """
import hashlib, json
from django.db import connection
from steward.core.models import Message, StoredFile, AuditHead
from steward.core.files.selectors import content
from steward.core.audit.chain import verify
from steward.core import guards
head = AuditHead.objects.get()
print(json.dumps([[m.body for m in Message.objects.order_by('id')], [content(f).decode() for f in
StoredFile.objects.order_by('id')], head.seq, head.hash, verify().ok, guards.check(connection)]))
"""


def test_a_backup_comes_back_whole_on_an_empty_machine(practice, elsewhere, tmp_path):
    from steward.core.audit.services import sign_head
    from steward.core.vault.keyring import keys_folder

    assert sign_head(practice.system()) is not None
    heads = keys_folder() / "audit-heads.jsonl"
    path = make(practice, tmp_path)
    report = services.verify(path)
    assert report.tables["core_message"] == 1 and report.files == 1
    code, answer = elsewhere.steward("backup", "restore", str(path))
    assert code == 0 and answer["ok"] and answer["tables"] == report.tables
    bodies, contents, _seq, _hash, audit_ok, faults = json.loads(elsewhere.python(SUMMARY))
    assert bodies == ["sealed text of Mary Brown"] and contents == ["ISA*00*remittance"]
    assert audit_ok and faults == []
    new_row = elsewhere.python(
        "from steward.core.service import system_call\nfrom steward.core.outbox.services import queue\n"
        "from steward.core.outbox.states import Kind\n"
        "m = queue(system_call(), kind=Kind.MAIL, to='b@c', subject='Hello there', body='new')\nprint(m.pk > 1, m.body)"
    )
    assert new_row == "True new", "the restored books must take new rows"
    mode = (elsewhere.folder / "keys" / "master.key").stat().st_mode
    assert mode & 0o077 == 0
    assert (elsewhere.folder / "keys" / heads.name).read_text() == heads.read_text(), "the signatures must come back"
    assert not (elsewhere.folder / "DEMO").exists()
    again, answer = elsewhere.steward("backup", "restore", str(path))
    assert again == 1 and answer["refused"][0]["code"] == "folder_not_empty"


def test_a_backup_tells_nothing_without_the_key(practice, tmp_path):
    body = make(practice, tmp_path).read_bytes()
    assert body.startswith(FIRST_LINE)
    for word in (b"Mary", b"Cedar Hill", b"ISA*00", b"SQLite format", b"core_message", b"administrator"):
        assert word not in body.split(b"\n", 2)[2], word
    assert (tmp_path / "one.backup").stat().st_mode & 0o077 == 0


def test_a_wrong_or_missing_key_is_refused(practice, elsewhere, tmp_path, monkeypatch):
    path = make(practice, tmp_path)
    KeyRing(tmp_path / "other").master()
    assert refusal(lambda: services.verify(path, tmp_path / "other")) == "backup_key_wrong"
    assert refusal(lambda: services.verify(path, tmp_path / "nothing")) == "backup_key_missing"
    code, answer = elsewhere.steward("backup", "restore", str(path), "--key", str(tmp_path / "other"))
    assert code == 1 and answer["refused"][0]["code"] == "backup_key_wrong"
    assert not (elsewhere.folder / "steward.sqlite3").exists() and not (elsewhere.folder / "files").exists()
    monkeypatch.setenv("STEWARD_KEYS", str(tmp_path / "other"))
    assert refusal(lambda: services.verify(path)) == "backup_key_wrong", "a place that was named is the only place"


def test_a_torn_or_changed_file_is_refused_at_every_place(practice, tmp_path):
    path = make(practice, tmp_path)
    whole = path.read_bytes()
    torn = tmp_path / "torn.backup"
    header_end = len(FIRST_LINE) + whole[len(FIRST_LINE) :].index(b"\n") + 1
    cuts = [0, 5, len(FIRST_LINE) + 10, header_end, header_end + 3, header_end + 100, len(whole) // 2, len(whole) - 1]
    for cut in cuts:
        torn.write_bytes(whole[:cut])
        assert refusal(lambda: services.verify(torn)) in ("backup_torn", "backup_not_one"), cut
    for at in (3, header_end + 2, header_end + 40, len(whole) // 2, len(whole) - 3):
        torn.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        assert refusal(lambda: services.verify(torn)) in ("backup_torn", "backup_not_one"), at
    made_at = whole.index(b'"made_at"') + 13
    torn.write_bytes(whole[:made_at] + (b"1" if whole[made_at : made_at + 1] != b"1" else b"2") + whole[made_at + 1 :])
    assert refusal(lambda: services.verify(torn)) in ("backup_torn", "backup_not_one"), "the header is proved too"
    torn.write_bytes(whole + b"more")
    assert refusal(lambda: services.verify(torn)) == "backup_torn"
    deep = FIRST_LINE + b"[" * 50_000 + b"\n"
    for other in (b"", b"PK\x03\x04", b"STEWARD-BACKUP 1\n{}\n", b"STEWARD-BACKUP 2\n", deep):
        torn.write_bytes(other)
        assert refusal(lambda: services.verify(torn)) == "backup_not_one"
    assert refusal(lambda: services.verify(tmp_path / "absent")) == "backup_not_one"


def test_a_newer_schema_is_refused(practice, tmp_path, monkeypatch):
    from steward.core.backup import database

    real = database.applied
    monkeypatch.setattr(database, "applied", lambda: {**real(), "core": [*real()["core"], "0999_from_the_future"]})
    path = make(practice, tmp_path)
    assert refusal(lambda: services.verify(path)) == "backup_newer"


def test_only_who_may_makes_a_backup(practice, tmp_path):
    with pytest.raises(Denied):
        services.create(practice.call("biller"), tmp_path / "no.backup")
    assert not list(tmp_path.glob("no.backup*"))
    make(practice, tmp_path)
    from steward.core.models import AuditRow

    actions = list(AuditRow.objects.filter(action__startswith="backup.").values_list("action", "decision"))
    assert actions == [("backup.begin", "deny"), ("backup.begin", "allow"), ("backup.made", "allow")]


def test_disk_full_leaves_nothing_behind(practice, tmp_path, monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services, "_write", full)
    assert refusal(lambda: services.create(practice.call("administrator"), tmp_path / "x.backup")) == "disk_full"
    assert not list(tmp_path.glob("x.backup*"))
    monkeypatch.undo()
    assert services.verify(make(practice, tmp_path)).files == 1
    assert not list((Path(django_settings.DATA) / "run").glob("backup-*")), "plain rows were left in the run folder"


def test_a_failed_backup_keeps_the_earlier_one(practice, tmp_path, monkeypatch):
    path = make(practice, tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr(services, "_put_keys", lambda *_args, **_more: (_ for _ in ()).throw(OSError(28, "full")))
    assert refusal(lambda: services.create(practice.call("administrator"), path)) == "disk_full"
    assert path.read_bytes() == before


@pytest.mark.race
def test_a_backup_under_load_is_one_moment(practice, elsewhere, tmp_path):
    """R9: rows are written all the while; what comes back is a prefix of them, and its audit chain proves."""
    stop = threading.Event()
    written: list[str] = []

    def load() -> None:
        call = practice.system()
        while not stop.is_set():
            body = f"row {len(written)}"
            queue(call, kind=Kind.MAIL, to="a@b", subject="Under load", body=body)
            written.append(body)
        connection.close()

    thread = threading.Thread(target=load)
    thread.start()
    try:
        paths = [make(practice, tmp_path, f"{n}.backup") for n in range(3)]
    finally:
        stop.set()
        thread.join()
    assert len(written) > 3
    assert elsewhere.steward("backup", "restore", str(paths[-1]))[0] == 0
    bodies, _contents, seq, _hash, audit_ok, faults = json.loads(elsewhere.python(SUMMARY))
    assert bodies[0] == "sealed text of Mary Brown"
    assert bodies[1:] == written[: len(bodies) - 1] and audit_ok and faults == []
    assert seq <= AuditHead.objects.get().seq
    assert Message.objects.count() == len(written) + 1 and StoredFile.objects.count() == 1
