"""Stored files: once, sealed, proved, and inert on the way out."""

from __future__ import annotations

import hashlib
from uuid import uuid4

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from steward.core.files import blobs, selectors, services
from steward.core.files.models import FileLink, StoredFile
from steward.core.files.sniff import INLINE, mime_of, safe_name
from steward.core.refusals import Refused
from steward.core.vault import VaultError, ring
from steward.core.vault import tasks as vault_tasks
from tests.support import Office, signed_in

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PAGE = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture
def office(db) -> Office:
    """People alone: the ground needs no room above it."""
    return Office()


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


def put(office, data: bytes, name: str = "remit.835", **more) -> StoredFile:
    return services.store(office.call("biller"), data=data, name=name, **more)


def test_the_same_content_is_stored_once(office):
    one, two = put(office, b"ISA*00*", "a.txt"), put(office, b"ISA*00*", "b.txt")
    assert one == two and one.name == "a.txt"
    assert one.sha256 == hashlib.sha256(b"ISA*00*").hexdigest()
    other = put(office, b"ISA*00*", capability="staff.read")
    assert other != one
    assert len(list(blobs.addresses())) == 1


def test_the_disk_tells_nothing(office, tmp_path):
    file = put(office, b"Mary Brown, born 1950", "Mary Brown.txt")
    found = [p for p in (tmp_path / "files").rglob("*") if p.is_file()]
    assert found
    for path in found:
        assert b"Mary" not in path.read_bytes()
        assert "Mary" not in path.name and file.sha256 not in path.name
        assert path.stat().st_mode & 0o077 == 0
    assert selectors.content(file) == b"Mary Brown, born 1950"


def test_a_changed_or_missing_blob_is_found(office):
    file = put(office, b"content")
    path = blobs.path_of(file.sha256)
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(VaultError):
        selectors.content(file)
    path.write_bytes(sealed[: len(sealed) // 2])
    with pytest.raises(VaultError):
        selectors.content(file)
    path.unlink()
    with pytest.raises(VaultError, match="missing"):
        selectors.content(file)


def test_a_blob_of_another_file_does_not_open(office):
    one, two = put(office, b"one"), put(office, b"two")
    blobs.path_of(one.sha256).write_bytes(blobs.path_of(two.sha256).read_bytes())
    with pytest.raises(VaultError):
        selectors.content(one)


def test_empty_and_too_large_are_refused(office, settings):
    settings.STEWARD_FILE_CAP_BYTES = 10
    for data, code in ((b"", "file_empty"), (b"x" * 11, "file_too_large")):
        with pytest.raises(Refused) as refused:
            put(office, data)
        assert refused.value.code == code and refused.value.refusals[0].fix
    assert StoredFile.objects.count() == 0


def test_disk_full_leaves_no_row_and_no_half_file(office, monkeypatch, tmp_path):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("steward.core.files.blobs.write_private", full)
    with pytest.raises(OSError):
        put(office, b"content")
    assert StoredFile.objects.count() == 0
    monkeypatch.undo()
    assert not [p for p in tmp_path.rglob("files/*/*") if p.is_file()]


def test_links_belong_to_any_record_once(office):
    file = put(office, b"content")
    user = office.user("biller")
    for _ in range(2):
        services.link(office.call("biller"), file=file, to=user, label="scan")
    assert FileLink.objects.count() == 1
    assert selectors.records_of(file) == [("core.user", user.uid, "scan")]
    assert [row.file for row in selectors.links_of(office.call("biller").subject, user)] == [file]
    assert selectors.links_of(office.call("clinician").subject, user) == []


def test_rotation_of_contents(office):
    from types import SimpleNamespace

    file = put(office, b"content", "name.txt")
    ring().renew("core_storedfile")
    assert blobs.old_keys_in_use()
    result = vault_tasks.rotate(SimpleNamespace(progress=lambda *_: None), table="core_storedfile")
    assert result.data["changed"] == 2
    assert blobs.old_keys_in_use() == {}
    assert selectors.content(StoredFile.objects.get()) == b"content"
    assert StoredFile.objects.get().name == "name.txt"
    assert file.pk


# --- what a content is


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"ISA*00*~GS*HP", "text/plain"),
        (b"ISA\x1d00\x1e", "text/plain"),
        (PAGE, "text/plain"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"PK\x03\x04", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_what_a_content_is(data, mime):
    assert mime_of(data) == mime


@given(st.text(max_size=200), st.sampled_from(sorted(INLINE)))
def test_a_download_name_is_harmless(name, mime):
    safe = safe_name(name, mime)
    assert safe and len(safe) <= 90
    assert not set(safe) & set('/\\"\r\n\0;<>') and not safe.startswith(".")


# --- on the way out


def test_a_file_leaves_inert(office):
    file = put(office, PAGE, '../../x"\r\nSet-Cookie: a.html')
    client = signed_in("biller")
    answer = client.get(reverse("files:raw", args=[file.uid]))
    assert answer.status_code == 200 and answer.content == PAGE
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"] and "'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert "\n" not in answer["Content-Disposition"] and "/" not in answer["Content-Disposition"]
    octets = put(office, b"MZ\x90\x00", "setup.exe")
    assert client.get(reverse("files:raw", args=[octets.uid]))["Content-Disposition"].startswith("attachment")
    pdf = put(office, PDF, "slip.pdf")
    shown = client.get(reverse("files:raw", args=[pdf.uid]))
    assert shown["Content-Type"] == "application/pdf" and shown["Content-Disposition"].startswith("inline")
    assert "'none'" in shown["Content-Security-Policy"]
    saved = client.get(reverse("files:raw", args=[pdf.uid]) + "?download")
    assert saved["Content-Disposition"].startswith("attachment")


def test_the_page_shows_text_escaped(office):
    file = put(office, PAGE, "page.html")
    page = signed_in("biller").get(reverse("files:show", args=[file.uid])).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page


def test_who_lacks_the_capability_finds_nothing(office):
    file = put(office, b"secret", capability="staff.read")
    for view in ("files:show", "files:raw"):
        assert signed_in("biller").get(reverse(view, args=[file.uid])).status_code == 404
        assert signed_in("hr").get(reverse(view, args=[file.uid])).status_code == 200
        assert signed_in("hr").get(reverse(view, args=[uuid4()])).status_code == 404


def test_opening_a_file_is_audited(office):
    from steward.core.models import AuditRow

    file = put(office, b"secret")
    signed_in("biller").get(reverse("files:raw", args=[file.uid]))
    assert any(str(file.uid) in row.refs for row in AuditRow.objects.filter(action="opened a file"))
