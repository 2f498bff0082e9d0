"""A progress bar on standard error; quiet when nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

Progress = Callable[[str, int, int], None]


def bar(stream: object = None) -> Progress:
    """``tell(what, done, total)``: redraws at most ten times a second on a terminal, a line a stage elsewhere."""
    out = stream or sys.stderr
    tty = bool(getattr(out, "isatty", lambda: False)())
    last = {"at": 0.0, "what": ""}

    def tell(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if tty and (now - last["at"] > 0.1 or done >= total):
            share = done / total if total else 1.0
            filled = int(share * 30)
            out.write(f"\r{what[:34]:<34} [{'#' * filled}{'.' * (30 - filled)}] {share:4.0%}")  # type: ignore[attr-defined]
            if done >= total:
                out.write("\n")  # type: ignore[attr-defined]
            last["at"] = now
        elif not tty and what != last["what"]:
            out.write(f"{what}...\n")  # type: ignore[attr-defined]
        last["what"] = what
        out.flush()  # type: ignore[attr-defined]

    return tell
