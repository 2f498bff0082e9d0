"""10,000 claims scrubbed and written as 837P, durably on SQLite, in a process of its own.

    .venv/bin/python bench/claims_out.py [--claims N] [--seed S]

The practice and its charges are made first (not timed); a second process then writes the files as the biller would. Prints one
JSON document: seconds (goal: at most 20), of them of this process's own CPU, how many were held, and the peak of memory the work added.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from remittance_post import ROOT, make, start_django

GOAL_SECONDS = 20
# codes that may stand together on a claim; those of the 835's own fee schedule may not
TOGETHER = ("G0439", "G0444", "G0447", "G2211", "G0442", "G0446")


def write(claims: int) -> dict[str, object]:
    """What the biller waits for."""
    start_django()
    from steward.billing.services.submissions import write_claims
    from steward.core import clock
    from steward.core.access.decide import Context
    from steward.core.access.models import Office, User
    from steward.core.access.subjects import subject_of
    from steward.core.service import Call
    from steward.registry.models import Site

    Office.objects.update(submitter_id="BENCH")
    Site.objects.update(phone="2175550142", street="12 Main St", city="Springfield", state="IL", zip="62701")
    now = clock.system_clock()
    subject = subject_of(User.objects.get(username="biller"), now.today(), now.now())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, used = time.perf_counter(), time.process_time()
    done = write_claims(Call(subject, now, channel="bench", context=Context(second_factor=True, now=now.now())))
    seconds, used = time.perf_counter() - started, time.process_time() - used
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {
        "claims": claims, "written": sum(b.claim_count for b in done.batches), "files": len(done.batches),
        "held": len(done.held), "held_by": sorted({p.rule for h in done.held for p in h.problems})[:10],
        "seconds": round(seconds, 2), "cpu_seconds": round(used, 2), "memory_mb": round(added), "goal_seconds": GOAL_SECONDS,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", choices=["make", "write"])
    args = parser.parse_args()
    if args.step == "make":
        make(args.claims, args.seed, Path(os.environ["STEWARD_DATA"]) / "answer.835", TOGETHER)
        return 0
    if args.step == "write":
        print(json.dumps(write(args.claims), indent=1))
        return 0
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-claims-", dir=ROOT / "var") as folder:
        env = {**os.environ, "STEWARD_DATA": folder}
        common = [sys.executable, __file__, "--claims", str(args.claims), "--seed", str(args.seed)]
        subprocess.run([*common, "--step", "make"], env=env, check=True)
        done = subprocess.run([*common, "--step", "write"], env=env, check=True, capture_output=True, text=True)
    print(done.stdout)
    found = json.loads(done.stdout)
    return 1 if found["seconds"] > GOAL_SECONDS or found["written"] + found["held"] != args.claims else 0


if __name__ == "__main__":
    sys.exit(main())
