"""What payers and patients owed at the end of a past day, by age, over 200,000 lines of the receivables.

    .venv/bin/python bench/ageing.py [--lines N] [--postgres]

Half the lines are charges of three years, half what was paid on them; the day asked lies in the middle, so that no total helps. Prints one
JSON document (goal: at most 300 ms) and fails when the report does not tie to the control accounts. ``DATABASE_URL`` measures that
PostgreSQL database (empty); ``--postgres`` starts one for the run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
GOAL_MS, BATCH = 300, 4_000
FIRST, SPAN, DAY = date(2025, 1, 1), 690, date(2026, 3, 17)


def fill(lines: int) -> None:
    """Charges to payers and patients, and a payment on nearly each, through the ledger's own service."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from steward.ledger import services as ledger
    from steward.registry.services import create_parties_many
    from steward.registry.types import PersonData
    from tests.support import open_office

    office = open_office()
    people = [row.pk for row in create_parties_many(office.system(), data=[PersonData(f"Last{n}") for n in range(2_000)])]
    drafts = []
    for n in range(lines // 2):
        drafts += _pair(n, people)
        if len(drafts) >= BATCH:
            ledger.post_many(office.system(), drafts=drafts)
            drafts = []
    if drafts:
        ledger.post_many(office.system(), drafts=drafts)


def _pair(n: int, people: list[int]) -> list[object]:
    from steward.ledger.types import EntryDraft, LineDraft

    role, cents = ("ar_patient", "ar_insurance")[n % 5 > 0], 2_000 + n % 30_000
    day, item, who = FIRST + timedelta(days=n * 7 % SPAN), f"charge:{n}", people[n % len(people)]
    payer = people[n % 9] if role == "ar_insurance" else None
    paid = cents if n % 11 else cents // 2
    later = min(day + timedelta(days=10 + n % 90), FIRST + timedelta(days=SPAN))
    out = LineDraft(role=role, cents=cents, item=item, party=who, party_role="patient", payer=payer)
    back = LineDraft(role=role, cents=-paid, item=item, party=who, party_role="patient", payer=payer)
    return [
        EntryDraft(uuid4(), day, "charge", "charges", "bench", f"c{n}", (out, LineDraft(role="charges", cents=-cents, item=item))),
        EntryDraft(uuid4(), later, "payment", "remittance", "bench", f"p{n}", (back, LineDraft(role="era_clearing", cents=paid))),
    ]


def measure(rounds: int = 7) -> dict[str, object]:
    """Milliseconds by cut, the median of some rounds; exit when it does not tie."""
    from django.db import connection

    from steward.billing.selectors.reports.ageing import ageing
    from steward.ledger.models import Line

    counted = Line.objects.filter(account__role__in=("ar_insurance", "ar_patient")).count()
    found: dict[str, object] = {"database": connection.vendor, "receivable_lines": counted, "lines": Line.objects.count()}
    for by in ("age", "payer", "patient"):
        times = []
        for _round in range(rounds):
            started = time.perf_counter()
            report = ageing(DAY, by)
            times.append((time.perf_counter() - started) * 1000)
            if report.off_cents:
                raise SystemExit(f"the ageing is off by {report.off_cents} cents")
        found[f"by_{by}_ms"] = round(statistics.median(times), 1)
    return found | {"goal_ms": GOAL_MS}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--postgres", action="store_true")
    args = parser.parse_args()
    if args.postgres:
        from tests.office.postgres import server

        with server(long=True) as url:
            env = {**os.environ, "DATABASE_URL": url}
            return subprocess.run([sys.executable, __file__, "--lines", str(args.lines)], env=env, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="steward-bench-") as folder:
        os.environ["STEWARD_DATA"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")
        fill(args.lines)
        found = measure()
    print(json.dumps(found, indent=1))
    return 1 if float(str(found["by_age_ms"])) > GOAL_MS else 0


if __name__ == "__main__":
    sys.exit(main())
