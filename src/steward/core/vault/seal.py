"""Sealing one value: AES-256-GCM, bound to where it lives. Pure; the caller brings key and nonce.

A sealed value reads ``v1:<key id>:<base64url(nonce, 12 bytes + ciphertext + tag, 16 bytes)>``. The additional data is
``v1|table|column|row uid``: NIST SP 800-38D authenticates it without storing it, so a moved value fails to open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32


class VaultError(Exception):
    """A sealed value, key or key ring is not what it must be; the message names the place, never a value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value lives: table and column of the database and the row's uid (as text)."""

    table: str
    column: str
    row: str

    def bound(self) -> bytes:
        """The additional authenticated data of this place."""
        return f"{FORMAT}|{self.table}|{self.column}|{self.row}".encode()


def seal(cipher: AESGCM, key_id: str, place: Place, text: str, nonce: bytes) -> str:
    """The sealed form of ``text`` at ``place``. ``nonce`` is 12 random bytes, never used twice with one key."""
    if len(nonce) != NONCE_BYTES:
        raise VaultError(f"A nonce has {NONCE_BYTES} bytes, not {len(nonce)}.")
    body = nonce + cipher.encrypt(nonce, text.encode(), place.bound())
    return f"{FORMAT}:{key_id}:{base64.urlsafe_b64encode(body).decode()}"


def key_id_of(token: str) -> str:
    """The id of the data key that sealed ``token``; VaultError if it is no sealed value."""
    version, _, rest = token.partition(":")
    key_id, colon, _ = rest.partition(":")
    if version != FORMAT or not colon or not key_id:
        raise VaultError("This is not a sealed value.")
    return key_id


def unseal(cipher: AESGCM, place: Place, token: str) -> str:
    """The text sealed in ``token``; VaultError if it was altered, or sealed for another place or by another key."""
    try:
        body = base64.urlsafe_b64decode(token.split(":", 2)[2])
        return cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], place.bound()).decode()
    except (InvalidTag, binascii.Error, IndexError, ValueError, UnicodeDecodeError):
        raise VaultError(
            f"A sealed value of {place.table}.{place.column}, row {place.row}, does not open: altered or misplaced."
        ) from None


def keyed_hash(key: bytes, purpose: str, text: str) -> str:
    """HMAC-SHA-256 of ``text`` under ``key``, apart for each ``purpose``, as 64 hexadecimal digits."""
    return hmac.new(key, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()


MAGIC = b"SV1"


def seal_bytes(cipher: AESGCM, key_id: str, place: Place, data: bytes, nonce: bytes) -> bytes:
    """Sealed bytes, for files: ``SV1``, the key id's length and the key id, nonce, ciphertext with tag."""
    name = key_id.encode()
    return MAGIC + bytes([len(name)]) + name + nonce + cipher.encrypt(nonce, data, place.bound())


def key_id_of_bytes(sealed: bytes) -> str:
    """The id of the data key that sealed these bytes; VaultError if they are not sealed."""
    if sealed[:3] != MAGIC or len(sealed) < 4 or len(sealed) < 4 + sealed[3] + NONCE_BYTES:
        raise VaultError("This is not a sealed file.")
    return sealed[4 : 4 + sealed[3]].decode("utf-8", "replace")


def unseal_bytes(cipher: AESGCM, place: Place, sealed: bytes) -> bytes:
    """The bytes sealed at ``place``; VaultError if they were altered, cut short, or belong elsewhere."""
    start = 4 + sealed[3]
    body = start + NONCE_BYTES
    try:
        return cipher.decrypt(sealed[start:body], sealed[body:], place.bound())
    except (InvalidTag, ValueError):
        raise VaultError(
            f"The sealed file {place.row[:12]}… does not open: altered, cut short, or of another place."
        ) from None
