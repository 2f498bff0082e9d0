"""The bytes on disk: sealed, at an address that is a keyed hash of the content, so that the disk tells nothing.

``<data>/files/ab/<64 digits>``. Written whole or not at all (temporary name, fsync, rename), before the row that
names it commits; a blob without a row is harmless and is swept by ``unused``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from steward.core.vault.keyring import VaultError, ring, write_private
from steward.core.vault.seal import Place, key_id_of_bytes

TABLE = "core_storedfile"


def folder() -> Path:
    """Where sealed contents lie."""
    return Path(settings.DATA) / "files"


def address(sha256: str) -> str:
    """The keyed name of a content on disk."""
    return ring().blind(TABLE, "content", sha256)


def path_of(sha256: str) -> Path:
    """Where the content with this hash lies or would lie. The name is made here, never taken from outside."""
    name = address(sha256)
    return folder() / name[:2] / name


def _place(sha256: str) -> Place:
    return Place(TABLE, "content", sha256)


def write(data: bytes, sha256: str) -> None:
    """Keep ``data`` on disk unless it is there already. OSError (disk full) leaves nothing behind that counts."""
    path = path_of(sha256)
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, ring().seal_bytes(_place(sha256), data))


def read(sha256: str) -> bytes:
    """The content with this hash, proved; VaultError if it is missing, altered or unreadable."""
    try:
        sealed = path_of(sha256).read_bytes()
    except FileNotFoundError:
        raise VaultError(f"The stored file {sha256[:12]}… is missing on disk; bring it back from a backup.") from None
    data = ring().unseal_bytes(_place(sha256), sealed)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise VaultError(f"The stored file {sha256[:12]}… is not what was stored; bring it back from a backup.")
    return data


def reseal(sha256: str) -> bool:
    """Seal a content anew under the current key; False if it already is."""
    path = path_of(sha256)
    with path.open("rb") as blob:
        if key_id_of_bytes(blob.read(300)) == ring().current(TABLE):
            return False
    write_private(path, ring().seal_bytes(_place(sha256), read(sha256)))
    return True


def old_keys_in_use() -> dict[str, int]:
    """How many contents each key other than the current one still seals."""
    current, counts = ring().current(TABLE), dict[str, int]()
    for name in addresses():
        with (folder() / name[:2] / name).open("rb") as blob:
            key = key_id_of_bytes(blob.read(300))
        if key != current:
            counts[key] = counts.get(key, 0) + 1
    return counts


def addresses() -> Iterator[str]:
    """The address of every content on disk."""
    for path in sorted(folder().glob("??/*")):
        if len(path.name) == 64:
            yield path.name
