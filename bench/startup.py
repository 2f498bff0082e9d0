"""``./office up`` cold (fresh clone, no environment), cold without the demo, and warm: seconds to the first page.

    .venv/bin/python bench/startup.py [--cold]

Without ``--cold`` only the warm start is measured. The bare limit beside it: importing Django and answering one request in process.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def seconds(*command: str, cwd: Path) -> float:
    """Wall time of one command that must succeed."""
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def up(clone: Path, data: Path, *more: str) -> float:
    """Start, stop, and give the time of the start."""
    took = seconds("./office", "up", "--port", "8791", "--data", str(data), *more, cwd=clone)
    seconds("./office", "stop", "--data", str(data), cwd=clone)
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cold", action="store_true")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="steward-bench-"))
    try:
        figures: dict[str, float] = {}
        clone = ROOT
        if args.cold:
            clone = work / "clone"
            subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
            figures["cold_with_demo_s"] = up(clone, work / "demo")
            shutil.rmtree(clone / ".venv")
            figures["cold_without_demo_s"] = up(clone, work / "bare", "--empty")
        else:
            up(clone, work / "demo")
        figures["warm_median_s"] = statistics.median(up(clone, work / "demo") for _ in range(5))
        bare = [seconds(sys.executable, "-c", "import django, django.core.handlers.wsgi", cwd=ROOT) for _ in range(5)]
        figures["bare_django_import_s"] = statistics.median(bare)
        print(json.dumps({k: round(v, 2) for k, v in figures.items()}, indent=2))
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
