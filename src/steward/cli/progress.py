"""A progress bar on standard error; quiet when nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[str, int, int], None]


def bar(stream: TextIO | None = None) -> Progress:
    """``tell(what, done, total)``: redraws at most ten times a second on a terminal, a line a stage elsewhere."""
    out = stream or sys.stderr
    tty = out.isatty()
    last_at, last_what = 0.0, ""

    def tell(what: str, done: int, total: int) -> None:
        nonlocal last_at, last_what
        now = time.monotonic()
        if tty and (now - last_at > 0.1 or done >= total):
            share = done / total if total else 1.0
            filled = int(share * 30)
            out.write(f"\r{what[:34]:<34} [{'#' * filled}{'.' * (30 - filled)}] {share:4.0%}")
            if done >= total:
                out.write("\n")
            last_at = now
        elif not tty and what != last_what:
            out.write(f"{what}...\n")
        last_what = what
        out.flush()

    return tell
