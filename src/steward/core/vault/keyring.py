"""The key ring: a folder outside the database with the master key and the wrapped data keys.

``master.key``  32 random bytes, base64, mode 0600; keep a second copy away from the machine: backups open only with it.
``keys.json``   data keys wrapped by the master key, mode 0600, replaced atomically under a file lock; several
processes share it.

Every data key has an id unique in the ring. A table has one *current* key (new values) and any number of earlier
ones (reading).
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from steward.core.vault.seal import (
    KEY_BYTES,
    NONCE_BYTES,
    Place,
    VaultError,
    key_id_of,
    key_id_of_bytes,
    keyed_hash,
    seal,
    seal_bytes,
    unseal,
    unseal_bytes,
)

MASTER, NEXT, RING = "master.key", "master.key.next", "keys.json"

__all__ = [
    "MASTER",
    "RING",
    "KeyRing",
    "VaultError",
    "fingerprint",
    "keys_folder",
    "read_key",
    "ring",
    "write_key",
    "write_private",
]


def write_private(path: Path, data: bytes) -> None:
    """Replace ``path`` atomically and durably by ``data``, mode 0600."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def fingerprint(master: bytes) -> str:
    """A public name of a master key, by which a backup says which one it needs (16 hexadecimal digits)."""
    return hashlib.sha256(b"steward master|" + master).hexdigest()[:16]


def read_key(path: Path) -> bytes | None:
    """The key in a master key file, None if there is no such file; VaultError if it holds something else."""
    if not path.exists():
        return None
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultError(f"{path} is not a master key. Put the right one back from its safe copy.")
    return key


def write_key(path: Path, key: bytes) -> None:
    """Keep a master key at ``path``, mode 0600."""
    write_private(path, base64.b64encode(key) + b"\n")


class KeyRing:
    """The keys in one folder. Thread-safe; reads the file again when another process changed it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mutex = threading.RLock()
        self._stamp: tuple[int, int] | None = None
        self._state: dict[str, Any] = {"version": 1, "tables": {}, "index": {}}
        self._ciphers: dict[str, AESGCM] = {}
        self._secrets: dict[str, bytes] = {}

    # --- the master key -------------------------------------------------------------------------------------------

    def master(self) -> bytes:
        """The master key, made on first use in an empty ring. VaultError if keys exist but their master key is gone."""
        with self._mutex:
            if "master" not in self._secrets:
                self._secrets["master"] = self._read_master() or self._make_master()
            return self._secrets["master"]

    def _read_master(self) -> bytes | None:
        """The master key on disk;
        finishes a replacement that was cut off after the ring was written with the new one.
        """
        following = read_key(self.folder / NEXT)
        if following and self._wrapped_by() == fingerprint(following):
            os.replace(self.folder / NEXT, self.folder / MASTER)
        key = read_key(self.folder / MASTER)
        if key and self._wrapped_by() not in (None, fingerprint(key)):
            raise VaultError(f"{self.folder / MASTER} is not the master key of this ring. Put the right one back.")
        return key

    def _wrapped_by(self) -> str | None:
        """The fingerprint of the master key that wraps the ring on disk, None without a ring."""
        path = self.folder / RING
        return str(json.loads(path.read_text())["master"]) if path.exists() else None

    def _make_master(self) -> bytes:
        if (self.folder / RING).exists():
            raise VaultError(
                f"{self.folder / MASTER} is missing, yet keys wrapped by it exist. Put it back from its safe copy."
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            already = self._read_master()
            if already is None:
                already = os.urandom(KEY_BYTES)
                write_key(self.folder / MASTER, already)
            return already

    def fingerprint(self) -> str:
        """The public name of this ring's master key."""
        return fingerprint(self.master())

    # --- wrapped keys ---------------------------------------------------------------------------------------------

    def _wrap(self, name: str, key: bytes) -> str:
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(nonce + AESGCM(self.master()).encrypt(nonce, key, name.encode())).decode()

    def _unwrap(self, name: str, wrapped: str) -> bytes:
        body = base64.b64decode(wrapped)
        try:
            return AESGCM(self.master()).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise VaultError(f"Key {name} was wrapped by another master key than {self.folder / MASTER}.") from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _load(self) -> None:
        """Take in what the file says if it changed since last read."""
        with suppress(FileNotFoundError):
            found = (self.folder / RING).stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._stamp:
                before = self._state.get("master")
                self._state = json.loads((self.folder / RING).read_text())
                if before not in (None, self._state.get("master")):
                    self._secrets.clear()  # another process replaced the master key
                self._ciphers.clear()
                self._stamp = stamp

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """The newest state, to be changed; written back durably when the block ends well."""
        master = fingerprint(self.master())
        with self._mutex, self._locked():
            self._load()
            try:
                yield self._state
                self._state.setdefault("master", master)
                write_private(self.folder / RING, json.dumps(self._state, indent=1, sort_keys=True).encode() + b"\n")
            finally:
                self._stamp = None
                self._load()

    def _new_key(self, state: dict[str, Any], table: str) -> str:
        number = 1 + max((int(k.rpartition(".")[2]) for t in state["tables"].values() for k in t["keys"]), default=0)
        key_id = f"{table}.{number}"
        entry = state["tables"].setdefault(table, {"current": key_id, "keys": {}})
        entry["keys"][key_id] = self._wrap(key_id, os.urandom(KEY_BYTES))
        entry["current"] = key_id
        return key_id

    def current(self, table: str) -> str:
        """The id of the key that seals new values of ``table``; the key is made on first use."""
        with self._mutex:
            self._load()
            entry = self._state["tables"].get(table)
            if entry:
                return str(entry["current"])
            with self._changing() as state:
                if table not in state["tables"]:
                    self._new_key(state, table)
                return str(state["tables"][table]["current"])

    def cipher(self, key_id: str) -> AESGCM:
        """The cipher of a data key; VaultError if the ring has no such key (shredded, or another ring)."""
        with self._mutex:
            if key_id not in self._ciphers:
                self._load()
            if key_id not in self._ciphers:
                wrapped = self._state["tables"].get(key_id.rpartition(".")[0], {}).get("keys", {}).get(key_id)
                if wrapped is None:
                    raise VaultError(
                        f"Key {key_id} is not in {self.folder}: it was shredded, or this is another practice's ring."
                    )
                self._ciphers[key_id] = AESGCM(self._unwrap(key_id, wrapped))
            return self._ciphers[key_id]

    def index_key(self, table: str) -> bytes:
        """The key of ``table``'s blind indexes; never rotated, because every index value would change with it."""
        with self._mutex:
            if table not in self._secrets:
                self._load()
                if table not in self._state["index"]:
                    with self._changing() as state:
                        if table not in state["index"]:
                            state["index"][table] = self._wrap(f"index {table}", os.urandom(KEY_BYTES))
                self._secrets[table] = self._unwrap(f"index {table}", self._state["index"][table])
            return self._secrets[table]

    # --- values ---------------------------------------------------------------------------------------------------

    def seal(self, place: Place, text: str) -> str:
        """``text`` sealed for ``place`` under its table's current key."""
        key_id = self.current(place.table)
        return seal(self.cipher(key_id), key_id, place, text, os.urandom(NONCE_BYTES))

    def unseal(self, place: Place, token: str) -> str:
        """The text in ``token``; VaultError if it does not belong to ``place``, was altered, or its key is gone."""
        key_id = key_id_of(token)
        if key_id.rpartition(".")[0] != place.table:
            raise VaultError(
                f"A value of {place.table}.{place.column} in row {place.row} was sealed for another table."
            )
        return unseal(self.cipher(key_id), place, token)

    def seal_bytes(self, place: Place, data: bytes) -> bytes:
        """``data`` sealed for ``place`` under its table's current key."""
        key_id = self.current(place.table)
        return seal_bytes(self.cipher(key_id), key_id, place, data, os.urandom(NONCE_BYTES))

    def unseal_bytes(self, place: Place, sealed: bytes) -> bytes:
        """The bytes in ``sealed``; VaultError as for ``unseal``."""
        return unseal_bytes(self.cipher(key_id_of_bytes(sealed)), place, sealed)

    def blind(self, table: str, column: str, text: str) -> str:
        """The blind index of ``text`` in ``table.column``: 64 hexadecimal digits, the same for the same text."""
        return keyed_hash(self.index_key(table), column, text)

    # --- life of keys ---------------------------------------------------------------------------------------------

    def tables(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """For each table its current key and all its keys, without the keys themselves."""
        with self._mutex:
            self._load()
            return {t: (e["current"], tuple(sorted(e["keys"]))) for t, e in self._state["tables"].items()}

    def renew(self, table: str) -> str:
        """Give ``table`` a new current key (earlier ones keep reading); its id. The first half of a rotation."""
        with self._changing() as state:
            return self._new_key(state, table)

    def drop(self, key_id: str) -> None:
        """Destroy one data key that seals nothing any more. VaultError for a current key."""
        table = key_id.rpartition(".")[0]
        with self._changing() as state:
            entry = state["tables"].get(table, {"current": "", "keys": {}})
            if entry["current"] == key_id:
                raise VaultError(f"Key {key_id} is in use; rotate {table} first.")
            entry["keys"].pop(key_id, None)

    def rewrap(self) -> str:
        """Replace the master key: unwrap all with the old one, wrap with a new one; the new one's fingerprint.

        The new master key is written beside the old one, then the ring, then it takes the old one's place: a crash
        at any instant leaves a ring that opens.
        """
        with self._changing() as state:
            plain = {k: self._unwrap(k, w) for e in state["tables"].values() for k, w in e["keys"].items()}
            index = {t: self._unwrap(f"index {t}", w) for t, w in state["index"].items()}
            fresh = self._secrets["master"] = os.urandom(KEY_BYTES)
            write_key(self.folder / NEXT, fresh)
            for entry in state["tables"].values():
                entry["keys"] = {k: self._wrap(k, plain[k]) for k in entry["keys"]}
            state["index"] = {t: self._wrap(f"index {t}", key) for t, key in index.items()}
            state["master"] = fingerprint(fresh)
        os.replace(self.folder / NEXT, self.folder / MASTER)
        return fingerprint(fresh)

    def shred(self, table: str | None = None) -> None:
        """Make everything sealed for ``table`` (None: for the whole practice) unreadable for good.

        The key files are overwritten before they are removed; every copy of the master key elsewhere must go too.
        """
        if table is not None:
            with self._changing() as state:
                state["tables"].pop(table, None)
                state["index"].pop(table, None)
        else:
            for path in (self.folder / n for n in (MASTER, NEXT, RING)):
                if path.exists():
                    with path.open("r+b") as out:
                        out.write(os.urandom(path.stat().st_size))
                        out.flush()
                        os.fsync(out.fileno())
                    path.unlink()
            self._state = {"version": 1, "tables": {}, "index": {}}
        self._stamp = None
        self._ciphers.clear()
        self._secrets.clear()


_rings: dict[Path, KeyRing] = {}


def keys_folder() -> Path:
    """Where this practice's keys lie: ``$STEWARD_KEYS``, else ``keys`` in the data folder."""
    from django.conf import settings

    return Path(os.environ.get("STEWARD_KEYS") or settings.DATA / "keys")


def ring() -> KeyRing:
    """The key ring of this practice, one object a folder and process."""
    folder = keys_folder()
    if folder not in _rings:
        _rings[folder] = KeyRing(folder)
    return _rings[folder]
