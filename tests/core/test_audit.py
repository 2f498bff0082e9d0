"""The log: one chain, nothing changed unseen, the tail not cut unseen, no values in it."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from steward.core import guards
from steward.core.audit import heads, selectors
from steward.core.audit.chain import Verdict, verify
from steward.core.audit.models import AuditHead, AuditRow, SignedHead
from steward.core.audit.services import record_event, record_read, sign_head
from steward.core.service import Call, note, service
from tests.core.ground import bare_office
from tests.support import NOON, Office, signed_in


@service("tests.rename", "user.write", says="renamed a person")
def rename(call: Call, *, user: Any, name: str) -> None:
    type(user).objects.filter(pk=user.pk).update(name=name)
    note(user, fields=["name"], reason="asked for")


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEWARD_KEYS", str(tmp_path))
    return tmp_path


@pytest.fixture
def office(db: Any, keys: Path) -> Office:
    return bare_office()


def write(office: Office, count: int) -> None:
    for n in range(count):
        record_event(
            office.call("administrator"), f"tests.act_{n % 3}", obj=office.user("hr"), fields=["name"], reason="r"
        )


def by_force(*statements: tuple[str, list[Any]]) -> None:
    """Raw SQL with the guards dropped first, as somebody with the file and a tool would do it."""
    guards.drop(connection)
    with connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)


def test_an_empty_log_proves(office: Office) -> None:
    assert verify() == Verdict(True, 0)


def test_a_chain_proves_and_each_row_rests_on_the_one_before(office: Office) -> None:
    write(office, 7)
    rows = list(AuditRow.objects.order_by("seq"))
    assert [r.seq for r in rows] == list(range(1, 8))
    assert rows[0].prev_hash == "0" * 64 and all(b.prev_hash == a.hash for a, b in itertools.pairwise(rows))
    assert verify() == Verdict(True, 7)


EDITS: dict[str, Any] = {
    "at": "2020-01-01 00:00:00+00:00",
    "actor": 999_999,
    "actor_name": "Somebody Else",
    "on_behalf_of": 999_999,
    "session": "0123456789abcdef",
    "address": "10.9.8.7",
    "channel": "cli",
    "action": "tests.other",
    "capability": "patient.read",
    "decision": "deny",
    "object_type": "core.office",
    "object_uid": None,
    "refs": '["x"]',
    "fields": '["cents"]',
    "reason": "another reason",
    "parent": 1,
    "prev_hash": "f" * 64,
    "hash": "e" * 64,
}


def test_every_column_is_under_the_seal() -> None:
    assert set(EDITS) | {"seq"} == {f.column for f in AuditRow._meta.fields}


@pytest.mark.proof
def test_every_edit_by_force_is_found_and_the_first_bad_row_named(office: Office, proofs: Any) -> None:
    """R20: columns changed, rows taken out, swapped, doubled and cut off at the end; each undone before the next."""
    proof = proofs("R20 audit")
    draw = random.Random(proof.seed)
    write(office, 60)
    guards.drop(connection)
    kinds = dict.fromkeys(FORCED, 0)
    for n in range(proof.count):
        kind = draw.choice(sorted(FORCED))
        kinds[kind] += 1
        statements, seq = FORCED[kind](draw)
        with transaction.atomic():
            with connection.cursor() as cursor:
                for sql, values in statements:
                    cursor.execute(sql, values)
            verdict = verify()
            transaction.set_rollback(True)
        assert not verdict.ok and verdict.first_bad == seq, (proof.seed, n, kind, statements, verdict)
    assert verify().ok
    proof.done(edits=proof.count, found=proof.count, first_bad_named=proof.count, **kinds)


def _column(draw: random.Random) -> tuple[list[Any], int]:
    column, seq = draw.choice(list(EDITS)), draw.randint(1, 60)
    return [(f"UPDATE core_auditrow SET {column} = %s WHERE seq = %s", [EDITS[column], seq])], seq


def _taken_out(draw: random.Random) -> tuple[list[Any], int]:
    seq = draw.randint(1, 60)
    return [("DELETE FROM core_auditrow WHERE seq = %s", [seq])], seq


def _swapped(draw: random.Random) -> tuple[list[Any], int]:
    one, two = sorted(draw.sample(range(1, 61), 2))
    return [
        ("UPDATE core_auditrow SET seq = %s WHERE seq = %s", [new, old])
        for old, new in ((one, 900), (two, one), (900, two))
    ], one


def _put_in(draw: random.Random) -> tuple[list[Any], int]:
    """A copy of a row at the end, as if it had been done again."""
    columns = ", ".join(EDITS)
    text = f"INSERT INTO core_auditrow (seq, {columns}) SELECT 61, {columns} FROM core_auditrow WHERE seq = %s"
    return [(text, [draw.randint(1, 60)])], 61


def _cut_off(draw: random.Random) -> tuple[list[Any], int]:
    seq = draw.randint(1, 60)
    return [("DELETE FROM core_auditrow WHERE seq >= %s", [seq])], seq


FORCED: dict[str, Any] = {
    "changed": _column, "taken_out": _taken_out, "swapped": _swapped, "put_in": _put_in, "cut_off": _cut_off,
}  # fmt: skip


def test_rows_taken_out_put_in_or_swapped_are_found(office: Office) -> None:
    write(office, 10)
    by_force(("DELETE FROM core_auditrow WHERE seq = 4", []))
    assert verify() == Verdict(False, 3, 4, "row 4 is missing")
    by_force(
        ("UPDATE core_auditrow SET seq = 4 WHERE seq = 5", []),
        ("UPDATE core_auditrow SET seq = 5 WHERE seq = 6", []),
    )
    assert verify().first_bad == 4


def test_a_rewritten_row_with_a_fresh_hash_breaks_the_next(office: Office) -> None:
    from steward.core.audit.chain import link

    write(office, 5)
    row = AuditRow.objects.get(seq=3)
    row.actor_name = "Somebody Else"
    by_force(
        (
            "UPDATE core_auditrow SET actor_name = %s, hash = %s WHERE seq = 3",
            [row.actor_name, link(row.prev_hash, row)],
        )
    )
    assert verify() == Verdict(False, 3, 4, "it does not continue the row before it")


def rewrite_from(seq: int) -> None:
    """A thief with the formula: change one row and seal everything behind it again, head included."""
    from steward.core.audit.chain import link

    guards.drop(connection)
    prev = AuditRow.objects.get(seq=seq).prev_hash
    for row in AuditRow.objects.filter(seq__gte=seq).order_by("seq"):
        row.actor_name, row.prev_hash = "Nobody", prev
        row.hash = prev = link(prev, row)
        row.save()
    AuditHead.objects.update(hash=prev)


def test_a_whole_chain_written_anew_is_found_by_the_signed_head(office: Office) -> None:
    write(office, 6)
    sign_head(office.system())
    write(office, 4)
    rewrite_from(2)
    assert verify() == Verdict(False, 5, 6, "the head signed that day was another")


def test_a_cut_tail_is_found_by_the_signed_head(office: Office) -> None:
    write(office, 6)
    sign_head(office.system())
    tail = AuditRow.objects.get(seq=3)
    by_force(
        ("DELETE FROM core_auditrow WHERE seq > 3", []),
        ("UPDATE core_audithead SET seq = 3, hash = %s", [tail.hash]),
    )
    assert verify() == Verdict(False, 3, 4, "a signed head names rows that are gone")


def test_a_cut_tail_with_its_signed_rows_is_found_by_the_file_beside_the_key(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    write(office, 6)
    with django_capture_on_commit_callbacks(execute=True):
        sign_head(office.system())
    tail = AuditRow.objects.get(seq=3)
    by_force(
        ("DELETE FROM core_signedhead", []),
        ("DELETE FROM core_auditrow WHERE seq > 3", []),
        ("UPDATE core_audithead SET seq = 3, hash = %s", [tail.hash]),
    )
    assert verify() == Verdict(False, 3, 4, "a signed head names rows that are gone")


def test_a_cut_tail_is_found_by_a_head_kept_far_away(office: Office, keys: Path) -> None:
    """Even the key folder can be put back to yesterday; the head on the printed close or in the backup cannot."""
    write(office, 6)
    signed = sign_head(office.system())
    assert signed
    far = heads.Head(signed.day, signed.seq, signed.hash, signed.signature, signed.public_key)
    tail = AuditRow.objects.get(seq=3)
    by_force(
        ("DELETE FROM core_signedhead", []),
        ("DELETE FROM core_auditrow WHERE seq > 3", []),
        ("UPDATE core_audithead SET seq = 3, hash = %s", [tail.hash]),
    )
    assert verify().ok
    assert verify(beyond=[far]) == Verdict(False, 3, 4, "a signed head names rows that are gone")
    assert heads.read_line(far.line()) == far


def test_the_head_is_signed_once_a_day_with_the_key_of_the_folder(
    office: Office, keys: Path, django_capture_on_commit_callbacks: Any
) -> None:
    assert sign_head(office.system()) is None  # nothing to sign yet
    with django_capture_on_commit_callbacks(execute=True):
        write(office, 3)
        first = sign_head(office.system())
        write(office, 3)
        assert sign_head(office.system()) == first and first and first.seq == 3
        office.now += timedelta(days=1)
        second = sign_head(office.system())
    assert second and second.seq == 6 and second.day > first.day
    assert [h.seq for h in heads.kept(keys)] == [3, 6]
    assert (keys / heads.KEY).stat().st_mode & 0o777 == 0o600 and (keys / heads.KEPT).stat().st_mode & 0o777 == 0o600
    assert verify() == Verdict(True, 6)


def test_a_head_signed_by_another_key_is_no_proof(office: Office, tmp_path: Path) -> None:
    write(office, 3)
    row = AuditRow.objects.get(seq=3)
    forged = heads.sign(tmp_path / "thief", office.today, 3, row.hash)
    sign_head(office.system())
    by_force(("UPDATE core_signedhead SET signature = %s, public_key = %s", [forged.signature, forged.public_key]))
    verdict = verify()
    assert not verdict.ok and "not signed by this practice's key" in verdict.why


def test_a_signed_head_that_went_missing_is_said(office: Office, django_capture_on_commit_callbacks: Any) -> None:
    write(office, 3)
    with django_capture_on_commit_callbacks(execute=True):
        sign_head(office.system())
    by_force(("DELETE FROM core_signedhead", []))
    verdict = verify()
    assert not verdict.ok and "gone from the database" in verdict.why


def test_a_spoilt_file_of_heads_is_said_and_no_traceback(office: Office, keys: Path) -> None:
    write(office, 2)
    sign_head(office.system())
    for text in ("nonsense\n", "[]\n", '{"day": "x"}\n', "\x00\n"):
        (keys / heads.KEPT).write_text(text)
        assert not verify().ok


def test_reads_are_one_row_a_request_with_the_ids(office: Office) -> None:
    uids = [office.user(r).uid for r in ("hr", "biller", "hr")]
    record_read(office.call("frontdesk"), "read frontdesk:patients", "frontdesk.patient", uids)
    row = AuditRow.objects.get()
    assert row.refs == sorted({str(u) for u in uids}) and row.actor == office.user("frontdesk").pk


def test_history_speaks_in_sentences(office: Office, django_assert_num_queries: Any) -> None:
    rename(office.call("owner"), user=office.user("hr"), name="Hana")
    record_event(
        office.call("biller"), "signin.confirm_identity", obj=office.user("hr"), reason="wrong proof", decision="deny"
    )
    with django_assert_num_queries(1):
        lines = selectors.history(office.user("hr").uid)
    assert [(x.who, x.did, x.reason, x.denied) for x in lines] == [
        ("Biller", "was refused: confirm identity", "wrong proof", True),
        ("Owner", "renamed a person", "asked for", False),
    ]


def test_the_log_screen_shows_filters_exports_and_is_itself_logged(office: Office) -> None:
    write(office, 60)
    client = signed_in("auditor")
    page = client.get("/audit/log/?refused=1")
    assert page.status_code == 200
    assert AuditRow.objects.filter(action="audit.read_log").count() == 1
    full = client.get("/audit/log/").content.decode()
    assert "act 1" in full and "Next" in full
    assert client.get("/audit/log/?sort=actor_name;drop").status_code == 400
    assert client.get("/audit/log/?export=csv").status_code == 200
    assert signed_in("frontdesk").get("/audit/log/").status_code == 403


def test_the_proof_screen_names_the_first_bad_row(office: Office) -> None:
    write(office, 5)
    client = signed_in("owner")
    assert "rows prove" in client.post("/audit/chain/").content.decode()
    by_force(("UPDATE core_auditrow SET reason = 'x' WHERE seq = 2", []))
    assert "Row 2 does not prove" in client.post("/audit/chain/").content.decode()


def test_signed_heads_are_stored_once(office: Office) -> None:
    write(office, 1)
    sign_head(office.system())
    assert selectors.last_row() == 1 and [h.seq for h in selectors.signed_heads(limit=5)] == [1]
    assert SignedHead.objects.count() == 1


def test_the_scheduler_signs_the_day(office: Office) -> None:
    from steward.core.audit.tasks import sign_day
    from steward.desk.schedule import KINDS, SCHEDULE

    assert sign_day(office.system()) == 0
    write(office, 2)
    assert sign_day(office.system()) == 0, "at noon the day's rows are still to come"
    office.now = NOON.replace(hour=2) + timedelta(days=1)  # nine in the evening in New York
    assert sign_day(office.system()) == 2 == sign_day(office.system())
    assert SignedHead.objects.get().day == NOON.date()
    assert "audit.sign_day" in {k.name for k in KINDS} & {s.kind for s in SCHEDULE}


def test_a_day_the_machine_slept_through_is_signed_the_next_morning(office: Office) -> None:
    from steward.core.audit.tasks import sign_day

    write(office, 3)
    office.now = NOON + timedelta(hours=22)  # ten in the morning of the next day
    write(office, 2)
    assert sign_day(office.system()) == 3 == sign_day(office.system())
    signed = SignedHead.objects.get()
    assert (signed.day, signed.seq) == (NOON.date(), 3)
    assert verify().ok
