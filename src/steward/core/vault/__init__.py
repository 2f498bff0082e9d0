"""The vault: what must not be readable in a stolen database, disk or backup.

Words: a *master key* lies in a file outside the database; it wraps one *data key* per table; a *sealed* value is
AES-256-GCM under a data key, carries that key's id, and is bound to table, column and the row's ``uid``, so that a
value copied to another row, column or table does not open. A *blind index* is a keyed hash by which a sealed value
can be found, never read.

Invariants: nothing is ever written unsealed into a sealed column; a value that does not open raises, it never reads
as empty; rotation leaves no value unreadable at any instant; shredding a key makes everything under it unreadable
for good.
"""

from steward.core.vault.fields import BlindIndexField, EncryptedTextField, Sealed, blind
from steward.core.vault.keyring import KeyRing, VaultError, ring

__all__ = ["BlindIndexField", "EncryptedTextField", "KeyRing", "Sealed", "VaultError", "blind", "ring"]
