"""The matcher: 5,000 bank lines against 5,000 book items, and how often it is right over planted months.

    .venv/bin/python bench/matching.py [--seeds N]

Prints one JSON document. Goals: 2 s for the slowest of four spreads of amounts (one, few, some, many) and for days that add up in as many
ways as are looked at; no wrong match over all seeds; of the true pairs of all seeds 95 % found with slip numbers, 35 % on amounts alone.
Fails when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steward.banking.logic.match_items import BankItem, BookItem

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
GOAL_SECONDS, WITH_SLIPS, WITHOUT = 2.0, 0.95, 0.35
SIZE, RUNS = 5_000, 3


def seconds(amounts: int) -> float:
    """The median of three runs over ``SIZE`` lines and items whose cents are drawn from so many amounts."""
    from tests.banking.logic.test_matching import bank, book

    rng = random.Random(amounts)
    lines = [bank(f"b{n}", rng.randint(1, amounts) * 25, day=rng.randint(0, 29)) for n in range(SIZE)]
    items = [book(f"k{n}", rng.randint(1, amounts) * 25, day=rng.randint(0, 29)) for n in range(SIZE)]
    return timed(lines, items)


def crowded() -> float:
    """The same for days of twelve open items of each kind, and lines that each are six of them."""
    from steward.banking.logic.match_items import LAG_DAYS
    from tests.banking.logic.test_matching import bank, book

    rng = random.Random(12)
    days = [(kind, day) for kind in LAG_DAYS for day in range(SIZE // 12 // len(LAG_DAYS) + 1)]
    items = [book(f"k{kind}{day}-{n}", rng.randint(1_000, 90_000), day=day, kind=kind) for kind, day in days for n in range(12)][:SIZE]
    lines = [bank(f"b{n}", sum(one.cents for one in rng.sample(items, 6)), day=rng.randint(0, 80)) for n in range(SIZE)]
    return timed(lines, items)


def timed(lines: list[BankItem], items: list[BookItem]) -> float:
    """The median of three runs, seconds."""
    from steward.banking.logic.matching import match

    took = []
    for _ in range(RUNS):
        start = time.perf_counter()
        match(lines, items)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def right(seeds: int, *, slips: bool) -> dict[str, float]:
    """How many of the matches made are true, and how many of the true ones were made."""
    from steward.banking.logic.matching import match
    from tests.banking.logic.test_matching import planted_month

    made = true = wrong = 0
    worst = 1.0
    for seed in range(seeds):
        lines, items, truth = planted_month(seed, slips=slips)
        auto = {(group.bank[0], group.book[0]) for group in match(lines, items, identity_only=slips).auto}
        made, true, wrong = made + len(auto & truth), true + len(truth), wrong + len(auto - truth)
        worst = min(worst, len(auto & truth) / len(truth))
    return {"recall": round(made / true, 4), "worst_recall": round(worst, 4), "wrong": wrong}


def main() -> int:
    """Exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    seeds = parser.parse_args().seeds
    took = {str(amounts): round(seconds(amounts), 3) for amounts in (1, 50, 5_000, 500_000)}
    took["crowded days"] = round(crowded(), 3)
    slips, bare = right(seeds, slips=True), right(seeds, slips=False)
    good = max(took.values()) <= GOAL_SECONDS and not slips["wrong"] + bare["wrong"]
    good = good and slips["recall"] >= WITH_SLIPS and bare["recall"] >= WITHOUT
    told = {"lines": SIZE, "seconds_by_amounts": took, "seeds": seeds, "with_slips": slips, "amounts_alone": bare, "ok": good}
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
