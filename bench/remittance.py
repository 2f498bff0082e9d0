"""835 of 10,000 claims: parsed and balanced, beside ``oxedi.parse`` of the same bytes, in one run.

    .venv/bin/python bench/remittance.py [--claims N] [--rounds R] [--seed S]

Prints one JSON document: medians in seconds, the ratio (goal: at most 1.5), claims per second, size of the file.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from steward.billing.logic.remittance import Adjustment, ClaimPayment, Remittance, ServiceLine, parse, problems
from steward.billing.logic.remittance_writer import Envelope, nm1, write

#: A fee schedule: service code and fee in cents. Real remittances repeat these amounts by the thousand.
FEES = (
    ("G0438", 21_000),
    ("G0439", 15_500),
    ("G2211", 2_450),
    ("J3420", 1_875),
    ("Q0091", 6_400),
    ("G0101", 5_900),
    ("G0008", 3_500),
    ("G0009", 3_500),
    ("J1885", 2_200),
    ("G0444", 3_125),
    ("Q0111", 1_200),
    ("G0447", 4_150),
)


def service_line(rng: random.Random, number: int, day: date) -> ServiceLine:
    code, fee = rng.choice(FEES)
    units = rng.choice((1, 1, 1, 2))
    charge = fee * units
    contractual, share = charge * rng.choice((18, 25, 31, 40)) // 100, rng.choice((0, 0, 500, 1_000))
    adjustments = [Adjustment("CO", "45", contractual)] + ([Adjustment("PR", "3", share)] if share else [])
    return ServiceLine(
        "HC",
        code,
        (),
        charge,
        charge - contractual - share,
        str(units),
        "",
        (),
        f"L{number}",
        day,
        tuple(adjustments),
        (),
        (f"AMT*B6*{(charge - contractual) / 100:.2f}",),
    )


def claim(rng: random.Random, number: int) -> ClaimPayment:
    day = date(2026, rng.randrange(1, 10), rng.randrange(1, 28))
    lines = tuple(service_line(rng, number * 10 + i, day) for i in range(rng.choice((1, 2, 2, 3))))
    share = sum(a.cents for line in lines for a in line.adjustments if a.group == "PR")
    details = (
        nm1("QC", f"LAST{number % 997}", "FIRST", "MI", f"M{number:08d}"),
        nm1("82", "PROVIDER", "ANN", "XX", "1234567893"),
        f"DTM*232*{day:%Y%m%d}",
    )
    return ClaimPayment(
        f"C{number:08d}",
        "1",
        sum(line.charge_cents for line in lines),
        sum(line.paid_cents for line in lines),
        share,
        "12",
        f"ICN{number:010d}",
        "11",
        "1",
        (),
        lines,
        details,
    )


def remittance(claims: int, seed: int) -> Remittance:
    """A balanced remittance with one to three lines a claim."""
    rng = random.Random(seed)
    paid = tuple(claim(rng, number) for number in range(1, claims + 1))
    empty = Remittance(
        "0001",
        "I",
        0,
        "C",
        "ACH",
        "1512345678",
        date(2026, 11, 2),
        "20261102",
        "TRACE1",
        "1512345678",
        "BLUE HARBOR",
        "",
        (),
        "OUR PRACTICE",
        "XX",
        "1234567893",
        (("TJ", "123456789"),),
        (),
        (),
    )
    return replace(empty, claims=paid, paid_cents=sum(c.paid_cents for c in paid))


def file_of(claims: int, seed: int = 1) -> bytes:
    return write([remittance(claims, seed)], Envelope("PAYER", "PRACTICE", datetime(2026, 11, 2, 6, 0), 1))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--claims", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    import oxedi

    raw = file_of(chosen.claims, chosen.seed)
    ours, peer = [], []
    for _ in range(chosen.rounds):
        start = time.perf_counter()
        found = parse(raw)
        faults = [fault for one in found for fault in problems(one)]
        ours.append(time.perf_counter() - start)
        assert not faults and len(found[0].claims) == chosen.claims
        del found
        start = time.perf_counter()
        document = oxedi.parse(raw)
        peer.append(time.perf_counter() - start)
        del document
    mine, theirs = statistics.median(ours), statistics.median(peer)
    print(
        json.dumps(
            {
                "claims": chosen.claims,
                "bytes": len(raw),
                "segments": raw.count(b"~"),
                "seed": chosen.seed,
                "ours_seconds": round(mine, 4),
                "oxedi_seconds": round(theirs, 4),
                "ratio": round(mine / theirs, 3),
                "goal_ratio": 1.5,
                "claims_per_second": round(chosen.claims / mine),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
