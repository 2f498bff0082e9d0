"""An encrypted stream in chunks, so that any size fits in little memory and a cut-off end is seen.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): nonce = 7 random bytes, a chunk counter
of 4, and a byte that marks the last chunk; AES-256-GCM; the header is authenticated with every chunk. On disk each
chunk is its length in 4 bytes, then itself.
"""

from __future__ import annotations

import os
import struct
import zlib
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 1 << 20
LONGEST = CHUNK + 16
PREFIX = 7


class Torn(Exception):
    """The stream was cut off, altered, or is under another key."""


def stream_key(master: bytes, salt: bytes) -> bytes:
    """The key of one backup, from the master key and the salt in its header (HKDF-SHA-256)."""
    return HKDF(hashes.SHA256(), 32, salt, b"steward backup 1").derive(master)


class Sealer:
    """A file to write into; what arrives in ``target`` is compressed and encrypted. ``close`` writes the last chunk."""

    def __init__(self, target: BinaryIO, key: bytes, header: bytes) -> None:
        self._target, self._cipher, self._header = target, AESGCM(key), header
        self._prefix, self._count, self._held = os.urandom(PREFIX), 0, bytearray()
        self._zip = zlib.compressobj(1)
        target.write(self._prefix)

    def write(self, data: bytes) -> int:
        self._held += self._zip.compress(data)
        while len(self._held) > CHUNK:
            self._chunk(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def close(self) -> None:
        self._held += self._zip.flush()
        while len(self._held) > CHUNK:
            self._chunk(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        self._chunk(bytes(self._held), last=True)

    def _chunk(self, data: bytes, *, last: bool) -> None:
        nonce = self._prefix + struct.pack(">IB", self._count, last)
        sealed = self._cipher.encrypt(nonce, data, self._header)
        self._target.write(struct.pack(">I", len(sealed)) + sealed)
        self._count += 1


class Opener:
    """A file to read from; Torn at the first chunk that is not what was written. Reading to the end proves the end."""

    def __init__(self, source: BinaryIO, key: bytes, header: bytes) -> None:
        self._source, self._cipher, self._header = source, AESGCM(key), header
        self._prefix, self._count, self._ended = source.read(PREFIX), 0, False
        self._zip = zlib.decompressobj()
        self._held = bytearray()
        if len(self._prefix) != PREFIX:
            raise Torn("it ends before it begins")

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._held) < size):
            self._next()
        if size < 0:
            size = len(self._held)
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _next(self) -> None:
        sealed = self._sealed()
        for last in (0, 1):
            try:
                data = self._cipher.decrypt(self._prefix + struct.pack(">IB", self._count, last), sealed, self._header)
            except InvalidTag:
                continue
            break
        else:
            raise Torn(f"piece {self._count + 1} does not open")
        self._count += 1
        try:
            self._held += self._zip.decompress(data)
        except zlib.error:
            raise Torn(f"piece {self._count} is damaged") from None
        if last:
            self._ended = True
            if self._source.read(1):
                raise Torn("something was added at its end")

    def _sealed(self) -> bytes:
        length = self._source.read(4)
        if len(length) != 4:
            raise Torn("its end is missing")
        (size,) = struct.unpack(">I", length)
        if not 16 <= size <= LONGEST:
            raise Torn(f"piece {self._count + 1} has no possible length")
        sealed = self._source.read(size)
        if len(sealed) != size:
            raise Torn("its end is missing")
        return sealed
