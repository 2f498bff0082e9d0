"""Whatever the bytes, a reader answers with statements or its declared error, naming place and mend. Seeded.

`STEWARD_FUZZ` sets the number of inputs a reader (2,000 in a normal run); a failure prints seed and input.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from steward.banking.logic.bai2 import Bai2Error, parse_bai2
from steward.banking.logic.ofx import OfxError, parse_ofx
from steward.banking.logic.statement import Statement, StatementError
from tests.banking.logic.test_bai2 import GOOD
from tests.banking.logic.test_ofx import ROW, file

COUNT = int(os.environ.get("STEWARD_FUZZ", "2000"))
SEEDS = {
    "ofx": [
        file(ROW.format(amount="12.34", memo="x") * 3),
        file(ROW.format(amount="-1", memo=""), head=""),
        b"<OFX></OFX>",
    ],
    "bai2": [GOOD.encode(), GOOD.replace("\n", "\r\n").encode(), b"01,A,B,261120,0600,1,,,2/\n99,0,0,2/\n"],
}
SPLICE = [
    b"",
    b"\0",
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&#99999999;",
    b"&#xd800;",
    b"<!DOCTYPE x [",
    b"<![CDATA[",
    b"]]>",
    b"<?",
    b"<!--",
    b",",
    b"/",
    b"\r",
    b"\n",
    b"16,",
    b"88,",
    b"03,",
    b"49,",
    b"99,",
    b"999999999999999999999",
    b"1.234",
    b"-",
    b"D,9999",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    "١".encode(),
    b"<OFX>",
    b"</OFX>",
    b"<STMTTRN>",
    b"S,",
    b"V,",
    b" ",
    b"0" * 500,
]


def mutate(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at, length = rng.randint(0, len(data)), rng.choice((0, 1, 2, 10, 60))
        data = data[:at] + rng.choice(SPLICE) + data[at + length :]
    return data


@pytest.mark.parametrize(("name", "parse", "error"), [("ofx", parse_ofx, OfxError), ("bai2", parse_bai2, Bai2Error)])
def test_only_the_declared_error(
    name: str, parse: Callable[[bytes], tuple[Statement, ...]], error: type[StatementError]
) -> None:
    refused = read = 0
    for seed in range(COUNT):
        rng = random.Random(f"{name}{seed}")
        data = mutate(rng.choice(SEEDS[name]), rng)
        try:
            found = parse(data)
        except error as caught:
            assert caught.code and caught.place and caught.fix, f"seed {seed}: {data!r}"
            refused += 1
        except Exception as wrong:
            pytest.fail(f"{name}, seed {seed}: {wrong!r} on {data!r}")
        else:
            assert all(isinstance(line.cents, int) for one in found for line in one.lines)
            read += 1
    assert refused and read, "the mutations are too weak or too strong to say anything"


def test_real_files_cut_and_bent(samples: Path) -> None:
    files = [one for one in (samples / "bank").rglob("*") if one.suffix in (".ofx", ".qfx", ".bai2", ".txt")]
    assert len(files) >= 10
    for seed in range(COUNT // 4):
        rng = random.Random(f"real{seed}")
        data = rng.choice(files).read_bytes()
        data = mutate(data, rng) if rng.random() < 0.7 else data[: rng.randint(0, len(data))]
        for parse in (parse_ofx, parse_bai2):
            try:
                parse(data)
            except StatementError:
                continue
            except Exception as wrong:
                pytest.fail(f"seed {seed}: {wrong!r}")
