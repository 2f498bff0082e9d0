"""Run one bench or all; each is a script of its own that prints one JSON document."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Exit 1 when any bench failed."""
    known = sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))
    wrong = [n for n in names if n not in known]
    if wrong:
        sys.stderr.write(f"bench: there is no {', '.join(wrong)}. Known: {', '.join(known)}\n")
        return 2
    failed = 0
    for name in names or known:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        failed |= subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
