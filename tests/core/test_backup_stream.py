"""The encrypted stream: what was written comes back, and nothing else does."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.core.backup import stream
from steward.core.backup.stream import Opener, Sealer, Torn, stream_key

KEY = stream_key(b"m" * 32, b"salt")
HEADER = b"header\n"


def sealed(*pieces: bytes) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out, KEY, HEADER)
    for piece in pieces:
        sealer.write(piece)
    sealer.close()
    return out.getvalue()


BODY = sealed(b"abc" * 3000, bytes(range(200)))


def opened(data: bytes, key: bytes = KEY, header: bytes = HEADER) -> bytes:
    return Opener(io.BytesIO(data), key, header).read()


@given(st.lists(st.binary(max_size=5000), max_size=6))
def test_what_was_written_comes_back(pieces):
    assert opened(sealed(*pieces)) == b"".join(pieces)


def test_large_data_goes_in_pieces():
    data = os.urandom(3 * stream.CHUNK + 17)
    body = sealed(data)
    assert opened(body) == data
    reader = Opener(io.BytesIO(body), KEY, HEADER)
    assert b"".join(iter(lambda: reader.read(100_000), b"")) == data


@settings(max_examples=60)
@given(st.data())
def test_any_cut_or_changed_byte_is_torn(data):
    body = BODY
    if data.draw(st.booleans()):
        broken = body[: data.draw(st.integers(0, len(body) - 1))]
    else:
        at = data.draw(st.integers(0, len(body) - 1))
        broken = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
    with pytest.raises(Torn):
        opened(broken)


def test_missing_swapped_or_added_pieces_are_torn():
    data = os.urandom(3 * stream.CHUNK)
    body = sealed(data)
    first, size = stream.PREFIX, stream.LONGEST + 4
    one, two, rest = body[first : first + size], body[first + size : first + 2 * size], body[first + 2 * size :]
    for broken in (body[:first] + two + one + rest, body[:first] + one + rest, body[:first] + one + two, body + b"x"):
        with pytest.raises(Torn):
            opened(broken)


def test_another_key_or_header_opens_nothing():
    body = sealed(b"data")
    with pytest.raises(Torn):
        opened(body, key=stream_key(b"n" * 32, b"salt"))
    with pytest.raises(Torn):
        opened(body, key=stream_key(b"m" * 32, b"other"))
    with pytest.raises(Torn):
        opened(body, header=b"another\n")
