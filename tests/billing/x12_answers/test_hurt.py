"""Answers hurt inside, with an envelope that still agrees: the readers go past it, and give what they read or their error.

The proofs hurt the bytes (tests/proofs/test_fuzz.py), which mostly breaks the counts; here segments and elements are hurt
and counted anew. A failing run prints the seed, the number of the input and the input itself.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from steward.billing.logic.acknowledgement import (
    SegmentFault,
    SentFile,
    read_276,
    read_277,
    read_277ca,
    read_999,
    write_276,
)
from steward.billing.logic.acknowledgement.writer import write_277, write_277ca, write_999
from steward.core.x12.read import X12Error
from steward.insurance.logic.eligibility import read_270, read_271, summary, write_270
from tests.billing.samples import SAMPLES
from tests.insurance import test_eligibility_x12 as covered
from tests.proofs.counts import count, seed

from . import samples as told

Read = Callable[[bytes], tuple[Any, ...]]
READERS: dict[str, tuple[Read, bytes, str]] = {
    "999": (read_999, write_999([told.SYNTAX], told.THEIRS).encode(), ""),
    "277ca": (read_277ca, write_277ca([told.ACKNOWLEDGED], told.THEIRS).encode(), ""),
    "277": (read_277, write_277([told.TOLD], told.THEIRS).encode(), "277"),
    "276": (read_276, write_276(told.ASKED, told.OURS, "Q1").encode(), "276"),
    "270": (read_270, write_270(covered.ASKED, covered.OURS, "E1").encode(), "270"),
    "271": (read_271, covered.answered(*covered.FULL), "271"),
}
ODD = [
    "",
    "*",
    ":",
    "^",
    ":" * 9,
    "-",
    "1.234",
    "9" * 30,
    "20261399",
    "20260230-",
    "20260101-20250101",
    "D8",
    "RD8",
    "DT",
    "é",
    "\t",
    "ZZ",
]


def seeds(name: str) -> list[bytes]:
    """Our own file, and the public ones of its kind where they are here."""
    _, own, suffix = READERS[name]
    return [own, *[path.read_bytes() for path in sorted((SAMPLES / "x12").rglob(f"*.{suffix}")) if suffix]]


def hurt(rng: random.Random, raw: bytes) -> bytes:
    """Segments dropped, doubled, swapped or with other elements; SE01 counted anew."""
    text = raw.decode().replace("\n", "").replace("\r", "")
    body = [one for one in text.split("~") if one]
    first = next(n for n, one in enumerate(body) if one.startswith("ST*"))
    last = next(n for n, one in enumerate(body) if one.startswith("SE*"))
    own = body[first + 1 : last]
    for _ in range(rng.choice((1, 1, 2, 4, 9))):
        at = rng.randrange(len(own)) if own else 0
        match rng.randrange(6):
            case 0:
                del own[at : at + 1]
            case 1:
                own[at:at] = own[at : at + rng.choice((1, 3))]
            case 2:
                other = rng.randrange(len(own)) if own else 0
                own[at : at + 1], own[other : other + 1] = own[other : other + 1], own[at : at + 1]
            case 3:
                own[at : at + 1] = [
                    rng.choice(["HL", "HL*1", "TRN", "STC*", "NM1", "EB", "SVC", "IK4", "LS", "DTP*472", "", "AAA"])
                ]
            case _:
                elements = own[at].split("*") if own else [""]
                elements[rng.randrange(len(elements))] = rng.choice(ODD)
                own[at : at + 1] = ["*".join(elements)]
    whole = [*body[: first + 1], *own, *body[last:]]
    number = "~".join(whole).split("~SE*")[0].split("~ST*")[1].count("~") + 2
    return re.sub("~SE[*][0-9]+[*]", f"~SE*{number}*", "~".join(whole) + "~", count=1).encode()


@pytest.mark.parametrize("name", READERS)
def test_only_the_declared_error(name: str) -> None:
    read, inputs = READERS[name][0], seeds(name)
    understood = 0
    for number in range(count("R13") // 10):
        rng = random.Random(f"{name} {seed(20261123)} {number}")
        data = hurt(rng, rng.choice(inputs))
        try:
            found = read(data)
        except X12Error as fault:
            assert fault.code and fault.message and fault.fix
        except Exception as fault:
            pytest.fail(f"seed {seed(20261123)}, input {number}: {fault!r} on {data!r}")
        else:
            understood += 1
            if name == "271":
                assert all(summary(one) for one in found)
    assert understood > count("R13") // 50, "the hurts are too strong to say anything"


def took(work: Callable[[], object]) -> float:
    """The best of three: a collection of garbage in the midst says nothing of the reader."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


LARGE: dict[str, Callable[[int], bytes]] = {
    "277ca": lambda n: write_277ca([replace(told.ACKNOWLEDGED, claims=told.ACKNOWLEDGED.claims * n)], told.THEIRS).encode(),
    "277": lambda n: write_277([replace(told.TOLD, claims=told.TOLD.claims * n)], told.THEIRS).encode(),
    "276": lambda n: write_276(told.ASKED * n, told.OURS, "Q1").encode(),
    "270": lambda n: write_270(covered.ASKED * n, covered.OURS, "E1").encode(),
    "271": lambda n: covered.answered(*covered.FULL * n),
    "999": lambda n: write_999(
        [replace(told.SYNTAX, transactions=(replace(told.SYNTAX.transactions[1], faults=(replace(
            told.BAD_CODE, elements=told.BAD_CODE.elements * n),)),))], told.THEIRS).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_four_times_the_file_takes_at_most_ten_times_the_time(name: str) -> None:
    read = READERS[name][0]
    small, large = LARGE[name](250), LARGE[name](1_000)
    assert took(lambda: read(large)) <= 10 * took(lambda: read(small)) + 0.1


def test_a_thousand_faults_are_placed_without_cutting_the_file_a_thousand_times() -> None:
    text = write_276(told.ASKED * 1_000, told.OURS, "Q1").replace("REF*EJ*", "CLM*")
    faults = tuple(SegmentFault("X", n, "", "1") for n in range(1, 3_001))
    answer = replace(told.SYNTAX, transactions=(replace(told.SYNTAX.transactions[0], faults=faults),))
    assert took(lambda: answer.placed(text)) <= 20 * took(lambda: SentFile(text).claims_at("0001", 5)) + 0.2
