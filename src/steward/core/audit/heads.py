"""The day's head, signed: a chain alone cannot show that its tail was cut.

The key (Ed25519) lies in the data folder's keys, outside the database; every signed head is kept twice, as a row and
as a line of ``audit-heads.jsonl`` beside the key, and goes into backups and onto the close's print. ``chain.verify``
compares all of them.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

KEY, KEPT = "audit.key", "audit-heads.jsonl"


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head: the last row's number and hash on a day. ``signature`` and ``public_key`` are base64."""

    day: date
    seq: int
    hash: str
    signature: str
    public_key: str

    def message(self) -> bytes:
        """What is signed."""
        return f"steward audit head|{self.day.isoformat()}|{self.seq}|{self.hash}".encode()

    def proves(self, public_key: str) -> bool:
        """Whether the signature is that key's."""
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
            key.verify(base64.b64decode(self.signature), self.message())
        except (InvalidSignature, ValueError):
            return False
        return True

    def line(self) -> str:
        """One line of the kept file."""
        return json.dumps(
            {
                "day": self.day.isoformat(),
                "seq": self.seq,
                "hash": self.hash,
                "signature": self.signature,
                "key": self.public_key,
            }
        )


def read_line(text: str) -> Head:
    """Back from ``line``. Raises ValueError for anything else."""
    try:
        row = json.loads(text)
        return Head(
            date.fromisoformat(row["day"]), int(row["seq"]), str(row["hash"]), str(row["signature"]), str(row["key"])
        )
    except (KeyError, TypeError) as error:
        raise ValueError("this is no signed head") from error


def private_key(folder: Path) -> Ed25519PrivateKey:
    """The signing key of the folder (mode 0600), made on first use."""
    path = folder / KEY
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        raw = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        fresh = path.with_name(f".{KEY}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(base64.b64encode(raw) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)  # whoever comes first wins; nobody's key is overwritten
        fresh.unlink()
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text().strip()))


def public_key(folder: Path) -> str:
    """The public half, base64; empty when nothing was ever signed here."""
    if not (folder / KEY).exists():
        return ""
    raw = private_key(folder).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def sign(folder: Path, day: date, seq: int, hash_: str) -> Head:
    """A head signed with the folder's key."""
    key = private_key(folder)
    bare = Head(day, seq, hash_, "", public_key(folder))
    return Head(day, seq, hash_, base64.b64encode(key.sign(bare.message())).decode(), bare.public_key)


def keep(folder: Path, head: Head) -> None:
    """Append to the file beside the key, durably."""
    handle = os.open(folder / KEPT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(head.line() + "\n")
        out.flush()
        os.fsync(out.fileno())


def kept(folder: Path) -> list[Head]:
    """Every head of the file. Raises ValueError when a line of it is no head (somebody wrote in it)."""
    path = folder / KEPT
    return [read_line(line) for line in path.read_text().splitlines() if line.strip()] if path.exists() else []


def strangers(heads: Iterable[Head], key: str) -> list[Head]:
    """Those the key did not sign."""
    return [head for head in heads if not head.proves(key)]
