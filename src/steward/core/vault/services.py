"""Acts on keys. Each is audited; none ever returns a key."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.core.service import Call, note, refuse, service
from steward.core.vault.keyring import VaultError, ring
from steward.core.vault.rotation import model_of, old_keys_in_use, sealed_models


@service("vault.renew", "office.write", says="made a new key")
def renew(call: Call, *, table: str) -> str:
    """Give ``table`` a new key for new values; the key's id.
    The job ``vault.rotate`` then seals the old values anew.
    """
    _known(table)
    key_id = ring().renew(table)
    note(refs=[key_id])
    return key_id


@service("vault.drop_old", "office.write", says="destroyed earlier keys")
def drop_old(call: Call, *, table: str) -> list[str]:
    """Destroy the earlier keys of ``table``. Refuses ``keys_in_use`` while a value needs one;
    older backups then no longer open there.
    """
    _known(table)
    from steward.core.files import blobs

    count = sum(old_keys_in_use(table).values()) + (
        sum(blobs.old_keys_in_use().values()) if table == blobs.TABLE else 0
    )
    if count:
        raise refuse(
            "keys_in_use", _("%s values still need an earlier key.") % count, _("Let the rotation finish first.")
        )
    current, keys = ring().tables()[table]
    dropped = [key for key in keys if key != current]
    for key in dropped:
        ring().drop(key)
    note(refs=dropped)
    return dropped


@service("vault.shred", "office.write", says="shredded sealed data")
def shred(call: Call, *, table: str | None, typed: str) -> None:
    """Make everything sealed in ``table`` (None: in the whole practice) unreadable for good.
    ``typed`` must be the word SHRED.
    """
    if typed != "SHRED":
        raise refuse("not_confirmed", _("Type SHRED to confirm."), field="typed")
    if table is not None:
        _known(table)
    note(refs=[table or "all"])
    ring().shred(table)


def _known(table: str) -> None:
    try:
        model_of(table)
    except VaultError:
        known = ", ".join(sorted(m._meta.db_table for m in sealed_models()))
        raise refuse("no_such_table", _("%s holds nothing sealed.") % table, _("One of: %s") % known) from None
