"""All checks of the catalogue over 200,000 lines of healthy books, with what is planted in them found.

    .venv/bin/python bench/findings.py [--lines N]

Claims of two years with their answers, receipts put to charges and a thousand bills; then one error of each sort. Prints one JSON
document (goal: 20 s for a whole look) and fails when the goal is missed, a check broke, or a planted error was not found.
``DATABASE_URL`` measures that PostgreSQL database (empty).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT), str(ROOT / "tools")]
GOAL_SECONDS, BATCH = 20.0, 2_000
FIRST, SPAN = date(2025, 1, 6), 680


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lines", type=int, default=200_000)
    lines = parser.parse_args().lines
    (ROOT / "var").mkdir(exist_ok=True)
    folder = tempfile.mkdtemp(prefix="bench-findings-", dir=ROOT / "var")
    os.environ["STEWARD_DATA"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")
    try:
        found = measure(lines)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(found, indent=1))
    return 1 if found["seconds"] > GOAL_SECONDS or found["missed"] or found["broken"] else 0


def measure(lines: int) -> dict[str, Any]:
    """Fill, plant, look twice; the second look is the figure, as a nightly run finds the files warm."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from plant_errors import SLOW, plant, plants
    from planted.world import World

    from steward.findings.selectors import look
    from steward.ledger.models import Line
    from tests.support import make_user, open_office

    office = open_office()
    world = World(office.now, office.clock.zone, Random(11), make_user)
    fill(world, lines)
    expected = plant(world, set(plants()) - SLOW)
    took = []
    for _ in range(2):
        start = time.perf_counter()
        looked = look(office.clock)
        took.append(time.perf_counter() - start)
    there = {(one.check, frozenset((e.kind, e.ref) for e in one.evidence)) for one in looked.findings}
    return {
        "database": connection.vendor, "lines": Line.objects.count(), "seconds": round(took[-1], 2), "goal": GOAL_SECONDS,
        "planted": len(expected), "found": len(looked.findings), "broken": list(looked.broken),
        "missed": sorted(one.check for one in expected if (one.check, one.evidence) not in there),
    }  # fmt: skip


def fill(world: Any, lines: int) -> None:
    """Eight lines a claim: charged, answered, the rest paid from a receipt; and bills on the side."""
    from planted.world import NEUTRAL, line

    from steward.billing.models import Charge, Claim

    people = [world.patient() for _ in range(300)]
    for start in range(0, lines // 8, BATCH):
        drafts, claims, charges = [], [], []
        for n in range(start, min(start + BATCH, lines // 8)):
            who, day = people[n % len(people)], FIRST + timedelta(days=n * 7 % SPAN)
            cents, uid = 8_000 + n % 90 * 100, world.uid()
            claim = Claim(ref=f"B{n:07}", patient=who, payer=world.blue, provider=world.provider, entity=world.entity, site=world.site,
                          service_date=day, created_at=world.at(day))  # fmt: skip
            claims.append(claim)
            charges.append((uid, claim, day, cents))
            drafts += _entries(world, who, uid, day, cents)
        numbers = world.post_many(drafts)
        Claim.objects.bulk_create(claims)
        Charge.objects.bulk_create(
            Charge(uid=uid, claim=claim, line_ref="1", service_date=day, posted_on=day, code="G0438", charge_cents=cents, entry=numbers[3 * at])
            for at, (uid, claim, day, cents) in enumerate(charges)
        )
    bills = [
        world.draft(FIRST + timedelta(days=n * 11 % SPAN), line("6800", 1_003 + n), line(NEUTRAL, -1_003 - n), journal="bank", memo=f"Bill {n}")
        for n in range(1_000)
    ]
    world.post_many(bills)


def _entries(world: Any, who: Any, uid: Any, day: date, cents: int) -> list[Any]:
    """Charged; answered two weeks later with two fifths off; the patient's fifth paid."""
    from planted.world import line

    item = {"item": f"charge:{uid}", "party": who.party_id, "party_role": "patient"}
    mine = {**item, "payer": world.blue.party_id}
    off, own = cents * 2 // 5, cents // 5
    later = day + timedelta(days=14)
    return [
        world.draft(day, line("ar_insurance", cents, **mine), line("charges", -cents, **mine), journal="charges", source="billing.claim"),
        world.draft(later, line("contractual", off, **mine), line("undeposited", cents - off - own), line("ar_patient", own, **item),
                    line("ar_insurance", -cents, **mine), journal="remittance", source="billing.remittance"),
        world.draft(later, line("undeposited", own), line("ar_patient", -own, **item), journal="receipts", source="billing.charge"),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
