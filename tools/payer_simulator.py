"""A payer for rehearsals, by the command line: reads 837 files, answers each with a 999, a 277CA and an 835; all from one seed.

    .venv/bin/python tools/payer_simulator.py IN OUT [--seed 7] [--day 2026-11-23] [--ein N]

What it decides is in ``steward.desk.rehearsal``, which the demo practice lives with; ``truth.json`` lists what was planted.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from steward.desk.rehearsal.payer import Chances, Clearinghouse, File837, Payer, Terms, Truth, answer, follow_up, read

__all__ = ["Chances", "Clearinghouse", "File837", "Payer", "Terms", "Truth", "answer", "follow_up", "read"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("inbox", type=Path)
    parser.add_argument("outbox", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--day", type=date.fromisoformat, default=date(2026, 11, 23))
    parser.add_argument("--ein", default="999999999", help="the payer's tax number (TRN03)")
    args = parser.parse_args()
    args.outbox.mkdir(parents=True, exist_ok=True)
    payer = Payer(args.seed)
    for n, path in enumerate(sorted(args.inbox.glob("837*.x12"))):
        payer.turn()
        for name, data in answer(payer, read(path.read_bytes()), args.day + timedelta(days=n), args.ein).items():
            (args.outbox / name).write_bytes(data)
    (args.outbox / "truth.json").write_text(json.dumps([asdict(one) for one in payer.truth], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
