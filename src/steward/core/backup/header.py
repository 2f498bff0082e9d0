"""The readable first lines of a backup, and which key opens it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from steward.core.refusals import refuse
from steward.core.vault.keyring import MASTER, VaultError, fingerprint, read_key

FIRST_LINE = b"STEWARD-BACKUP 1\n"
LONGEST_HEADER = 100_000


@dataclass(frozen=True, slots=True)
class Header:
    """``key`` is the master key's fingerprint; ``keys_folder`` where it lay (a hint, tried on the same machine);
    ``migrations`` maps each app to the names of its applied migrations; ``salt`` is hexadecimal.
    """

    made_at: str
    version: str
    vendor: str
    key: str
    keys_folder: str
    salt: str
    migrations: dict[str, list[str]]

    def encoded(self) -> bytes:
        """The two lines as they stand in the file; also what every chunk authenticates."""
        return FIRST_LINE + json.dumps(asdict(self), sort_keys=True).encode() + b"\n"


def read_header(source: BinaryIO) -> Header:
    """The header; leaves ``source`` behind it. Refuses ``backup_not_one`` for anything that is no backup of ours."""
    first, second = source.readline(len(FIRST_LINE)), source.readline(LONGEST_HEADER)
    try:
        if first != FIRST_LINE or not second.endswith(b"\n"):
            raise ValueError
        header = Header(**json.loads(second))
        bytes.fromhex(header.salt)
        if header.encoded() != first + second:
            raise ValueError
        return header
    except (ValueError, TypeError, RecursionError):  # the last: brackets within brackets without an end
        raise refuse(
            "backup_not_one", _("This is not a Steward backup, or its beginning is damaged."), _("Choose another file.")
        ) from None


def master_for(header: Header, explicit: Path | None, target_keys: Path) -> bytes:
    """The master key that opens this backup.

    Looked for where the caller says (``--key``, a file or folder) or ``$STEWARD_KEYS`` says, and then nowhere else;
    otherwise in the target's own keys folder and where it lay when the backup was made. Refuses
    ``backup_key_missing`` and ``backup_key_wrong``.
    """
    said = explicit or (Path(os.environ["STEWARD_KEYS"]) if os.environ.get("STEWARD_KEYS") else None)
    places = [said] if said else [target_keys, Path(header.keys_folder)]
    found = []
    for place in places:
        path = place / MASTER if place.is_dir() else place
        try:
            key = read_key(path)
        except (VaultError, OSError):
            key = None
        if key is not None:
            found.append(path)
            if fingerprint(key) == header.key:
                return key
    fix = _("Bring keys/master.key from its safe copy and name it: --key FILE.")
    if found:
        raise refuse("backup_key_wrong", _("The key %s is not the one this backup was made with.") % found[0], fix)
    raise refuse("backup_key_missing", _("The key that opens this backup is not here."), fix)
