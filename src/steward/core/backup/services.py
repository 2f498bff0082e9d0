"""Making, proving and restoring backups."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

import steward
from steward.core import guards
from steward.core.backup import database
from steward.core.backup.header import Header, master_for, read_header
from steward.core.backup.stream import Opener, Sealer, Torn, stream_key
from steward.core.files import blobs
from steward.core.refusals import refuse
from steward.core.running import run_folder, running
from steward.core.schema import as_owner, bring_up, grant
from steward.core.service import Call, note, service
from steward.core.vault.keyring import MASTER, RING, keys_folder, ring, write_key, write_private

MANIFEST = "manifest.json"
LARGEST_KEY_FILE_BYTES = 16_000_000
KEY_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}\.(key|json|jsonl|pem)")
Step = Callable[[int, int, str], None]


def _silent(_done: int, _total: int, _words: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Report:
    """What a backup holds. ``tables`` are row counts, ``files`` the number of stored contents."""

    path: str
    made_at: str
    version: str
    vendor: str
    bytes: int
    sha256: str
    tables: dict[str, int]
    files: int
    audit_seq: int

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "made_at": self.made_at,
            "version": self.version,
            "database": self.vendor,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "rows": sum(self.tables.values()),
            "tables": self.tables,
            "files": self.files,
            "audit_seq": self.audit_seq,
        }


# --- making -----------------------------------------------------------------------------------------------------------


@service("backup.begin", "backup.make", says="began a backup")
def begin(call: Call) -> None:
    """Ask whether this person may, and say so in the audit log before anything is read."""
    note(refs=[call.now.isoformat(timespec="seconds")])


@service("backup.made", "backup.make", says="made a backup")
def made(call: Call, *, sha256: str) -> None:
    """Note the finished backup by its hash. Its own short act: nothing is locked while the data is copied."""
    note(refs=[sha256])


def create(call: Call, path: Path, step: Step = _silent) -> Report:
    """Write a backup to ``path`` (mode 0600; only a whole one takes the name) while the office works on; what it holds.

    Refuses ``disk_full`` and what ``backup.make`` refuses.
    """
    begin(call)
    part = path.with_name(path.name + ".part")
    try:
        with (
            _temporary() as scratch,
            os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as out,
        ):
            report = _write(call, out, scratch, str(path), step)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise refuse(
            "disk_full", _("The backup could not be written (%s).") % error.strerror, _("Make room, then repeat.")
        ) from None
    made(call, sha256=report.sha256)
    return report


def _write(call: Call, out: BinaryIO, scratch: Path, path: str, step: Step) -> Report:
    salt = os.urandom(16)
    header = Header(
        made_at=call.now.isoformat(timespec="seconds"),
        version=getattr(steward, "__version__", "0"),
        vendor=connection.vendor,
        key=ring().fingerprint(),
        keys_folder=str(keys_folder().resolve()),
        salt=salt.hex(),
        migrations=database.applied(),
    )
    out.write(header.encoded())
    sealer = Sealer(out, stream_key(ring().master(), salt), header.encoded())
    archive = _Archive(sealer)
    # signatures before the rows they sign, keys after the values they seal: what is inside is never ahead of its
    # proof or key
    _put_keys(archive, signatures=True)
    tables, head = _put_database(archive, scratch, step)
    contents = list(blobs.addresses())
    for n, name in enumerate(contents, 1):
        archive.put(f"files/{name}", blobs.folder() / name[:2] / name)
        step(n, len(contents), _("stored files"))
    _put_keys(archive, signatures=False)
    manifest = {
        "members": archive.members,
        "tables": tables,
        "files": len(contents),
        "audit": head,
        "demo": _marker().exists(),
    }
    archive.put_bytes(MANIFEST, json.dumps({**manifest, "guards": guards.fingerprint(connection.vendor)}).encode())
    archive.tar.close()
    sealer.close()
    return _report(header, path, out, manifest)


def _report(header: Header, path: str, out: BinaryIO, manifest: dict[str, Any]) -> Report:
    out.flush()
    size = out.tell()
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
    out.seek(size)
    return Report(
        path=path,
        made_at=header.made_at,
        version=header.version,
        vendor=header.vendor,
        bytes=size,
        sha256=digest,
        tables=manifest["tables"],
        files=manifest["files"],
        audit_seq=manifest["audit"][0],
    )


class _Archive:
    """A tar stream that remembers the hash and size of every member."""

    def __init__(self, out: Sealer) -> None:
        self.tar: tarfile.TarFile = tarfile.TarFile.open(mode="w|", fileobj=out, bufsize=1 << 16)  # type: ignore[call-overload]
        self.members: dict[str, dict[str, Any]] = {}

    def put(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            proving = _Proving(source)
            self._add(name, size, proving)
            self.members[name] = {"sha256": proving.digest.hexdigest(), "size": size}

    def put_bytes(self, name: str, data: bytes) -> None:
        import io

        self._add(name, len(data), io.BytesIO(data))
        self.members[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

    def _add(self, name: str, size: int, source: Any) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, source)


class _Proving:
    """A file being read, and the hash of what was read."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        return data


def _put_database(archive: _Archive, scratch: Path, step: Step) -> tuple[dict[str, int], tuple[int, str]]:
    """The database's members; row counts by table, and the audit head of the same moment."""
    if connection.vendor == "sqlite":
        copy = scratch / database.SQLITE_MEMBER
        database.copy_sqlite(copy)
        tables = database.check_sqlite(copy)
        archive.put(database.SQLITE_MEMBER, copy)
        step(1, 1, _("database"))
        return tables, _head_of(copy)
    tables = {}
    with database.snapshot() as cursor:
        names = database.pg_tables(cursor)
        for n, table in enumerate(names, 1):
            rows = scratch / "rows"
            tables[table] = database.dump_table(cursor, table, rows)
            archive.put(f"rows/{table}.copy", rows)
            step(n, len(names), table)
        cursor.execute("SELECT seq, hash FROM core_audithead")
        head = cursor.fetchone() or (0, "")
    return tables, (head[0], head[1])


def _head_of(copy: Path) -> tuple[int, str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(copy)) as own:
        row = own.execute("SELECT seq, hash FROM core_audithead").fetchone()
    return (row[0], row[1]) if row else (0, "")


def _put_keys(archive: _Archive, *, signatures: bool) -> None:
    """All key files but the master key: they are wrapped by it, or secrets that the encryption of the backup covers.

    ``signatures`` takes the growing list of signed audit heads, otherwise all the others.
    """
    for path in sorted(keys_folder().iterdir()) if keys_folder().is_dir() else []:
        ours = KEY_NAME.fullmatch(path.name) and not path.name.startswith(MASTER) and path.is_file()
        if ours and path.stat().st_size < LARGEST_KEY_FILE_BYTES and (path.suffix == ".jsonl") == signatures:
            archive.put(f"keys/{path.name}", path)


@contextmanager
def _temporary() -> Iterator[Path]:
    """A closed folder inside the data folder: plain rows never leave it."""
    folder = Path(tempfile.mkdtemp(prefix="backup-", dir=run_folder(Path(settings.DATA))))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Unpacked:
    header: Header
    manifest: dict[str, Any]
    folder: Path
    master: bytes
    names: dict[str, str]


def verify(path: Path, key: Path | None = None) -> Report:
    """Read a backup to its end and prove every part; what it holds.

    Refuses ``backup_not_one``, ``backup_key_missing``, ``backup_key_wrong``, ``backup_torn``, ``backup_damaged``,
    ``backup_newer``.
    """
    with _temporary() as scratch, _open(path) as source:
        unpacked = _unpack(source, scratch, key)
        _prove_database(unpacked)
        source.seek(0, os.SEEK_END)
        return _report(unpacked.header, str(path), source, unpacked.manifest)


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    try:
        source = path.open("rb")
    except OSError as error:
        raise refuse("backup_not_one", f"{path}: {error.strerror}.", _("Choose another file.")) from None
    with source:
        yield source


def _unpack(source: BinaryIO, scratch: Path, key: Path | None) -> _Unpacked:
    """All members under names of our own making inside ``scratch``, each proved by the manifest."""
    header = read_header(source)
    master = master_for(header, key, keys_folder())
    database.refuse_newer(header.migrations)
    found: dict[str, dict[str, Any]] = {}
    try:
        opener = Opener(source, stream_key(master, bytes.fromhex(header.salt)), header.encoded())
        with tarfile.open(mode="r|", fileobj=opener, bufsize=1 << 16) as tar:  # type: ignore[call-overload]
            for member in tar:
                found[member.name] = _take(tar, member, scratch, len(found))
        opener.read()
        manifest = json.loads((scratch / str(found[MANIFEST]["file"])).read_bytes())
        _compare(manifest, found)
    except (Torn, tarfile.TarError, KeyError, ValueError, EOFError) as fault:
        said = str(fault) if isinstance(fault, Torn) else _("its contents do not agree with its list")
        raise refuse("backup_torn", _("This backup is not whole: %s.") % said, _("Use another copy of it.")) from None
    return _Unpacked(header, manifest, scratch, master, {name: str(entry["file"]) for name, entry in found.items()})


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, scratch: Path, number: int) -> dict[str, Any]:
    body = tar.extractfile(member)
    if body is None:
        raise Torn("it holds something that is no file")
    name = f"m{number}"
    digest = hashlib.sha256()
    with (scratch / name).open("wb") as out:
        while piece := body.read(1 << 20):
            digest.update(piece)
            out.write(piece)
    return {"file": name, "sha256": digest.hexdigest(), "size": member.size}


def _compare(manifest: dict[str, Any], found: dict[str, dict[str, Any]]) -> None:
    listed = manifest["members"]
    if set(listed) != set(found) - {MANIFEST}:
        raise Torn("a part is missing")
    for name, entry in listed.items():
        if entry["sha256"] != found[name]["sha256"]:
            raise Torn(f"{name} is damaged")


def _member(unpacked: _Unpacked, name: str) -> Path:
    return unpacked.folder / unpacked.names[name]


def _prove_database(unpacked: _Unpacked) -> None:
    if unpacked.header.vendor == "sqlite":
        counted = database.check_sqlite(_member(unpacked, database.SQLITE_MEMBER))
        if counted != unpacked.manifest["tables"]:
            raise refuse(
                "backup_damaged",
                _("The database inside has other rows than its list says."),
                _("Use an earlier backup."),
            )


# --- restoring --------------------------------------------------------------------------------------------------------


def restore(path: Path, key: Path | None = None) -> Report:
    """Fill this process's empty data folder (and empty PostgreSQL database) from a backup; what came back.

    Refuses what ``verify`` refuses, ``folder_not_empty``, ``backup_other_database`` and ``server_runs``; then
    nothing was changed.
    """
    data = Path(settings.DATA)
    if running(data) is not None:
        raise refuse("server_runs", _("A server runs on this data folder."), _("Stop it: ./office stop"))
    if not database.is_empty() or any(blobs.addresses()):
        raise refuse(
            "folder_not_empty", _("%s already holds a practice.") % data, _("Restore into an empty folder: --data DIR")
        )
    with _temporary() as scratch, _open(path) as source:
        unpacked = _unpack(source, scratch, key)
        if unpacked.header.vendor != connection.vendor:
            raise refuse(
                "backup_other_database",
                _("This backup is of a %s database.") % unpacked.header.vendor,
                _("Restore it with DATABASE_URL set (PostgreSQL) or unset (SQLite), as it was when it was made."),
            )
        _prove_database(unpacked)
        _restore_keys(unpacked)
        _restore_files(unpacked)
        _restore_database(unpacked)
        if unpacked.manifest.get("demo"):
            _marker().write_text("A demo practice: invented people, invented money.\n")
        source.seek(0, os.SEEK_END)
        return _report(unpacked.header, str(path), source, unpacked.manifest)


def _restore_keys(unpacked: _Unpacked) -> None:
    folder = keys_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / MASTER).exists():
        write_key(folder / MASTER, unpacked.master)
    for name in unpacked.manifest["members"]:
        kind, _slash, plain = name.partition("/")
        # a ring that is there already holds at least the keys of the backup
        kept = plain == RING and (folder / RING).exists()
        if kind == "keys" and KEY_NAME.fullmatch(plain) and not kept:
            write_private(folder / plain, _member(unpacked, name).read_bytes())


def _marker() -> Path:
    """The file that makes a data folder a demo."""
    return Path(settings.DATA) / "DEMO"


def _restore_files(unpacked: _Unpacked) -> None:
    for name in unpacked.manifest["members"]:
        kind, _slash, plain = name.partition("/")
        if kind == "files" and len(plain) == 64 and set(plain) <= set("0123456789abcdef"):
            target = blobs.folder() / plain[:2] / plain
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(target, _member(unpacked, name).read_bytes())


def _restore_database(unpacked: _Unpacked) -> None:
    if unpacked.header.vendor == "sqlite":
        target = Path(str(connection.settings_dict["NAME"]))
        connection.close()
        copy = _member(unpacked, database.SQLITE_MEMBER)
        copy.chmod(0o600)
        os.replace(copy, target)
        bring_up()
        return
    rows = {
        found[1]: _member(unpacked, name)
        for name in unpacked.manifest["members"]
        if (found := database.ROWS_MEMBER.fullmatch(name))
    }
    with as_owner() as role:
        database.load_rows(rows, unpacked.header.migrations)
        grant(role)
