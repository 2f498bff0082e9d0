"""A child that works until it is killed, as the proofs of kill -9 share it."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable

from django.db import connection, connections

#: Works from a number on and tells each one that is done; never returns, because a child that ends by itself has failed.
Work = Callable[[int, Callable[[int], None]], None]
PATIENCE = 60.0  # seconds for a turn on a machine that has much else to do


def one_life(work: Work, start: int, seconds: float) -> int:
    """Fork, let it work, kill it after ``seconds``; gives the last number it told, or -1 for none."""
    child, ears = _born(work, start)
    time.sleep(seconds)
    return _killed(child, ears)


def one_turn(work: Work, start: int, share: float) -> int:
    """The same, killed when ``share`` of the time that its first turn took has gone by after it: wherever in a turn the
    draw says, however busy the machine is.
    """
    began = time.monotonic()
    child, ears = _born(work, start)
    select.select([ears], [], [], PATIENCE)
    time.sleep((time.monotonic() - began) * share)
    return _killed(child, ears)


def _born(work: Work, start: int) -> tuple[int, int]:
    """The child's process, and where it is heard."""
    connections.close_all()
    ears, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(ears)
            work(start, lambda n: _tell(mouth, n))
        finally:
            os._exit(1)
    os.close(mouth)
    return child, ears


def _tell(mouth: int, n: int) -> None:
    os.write(mouth, n.to_bytes(3, "big"))


def _killed(child: int, ears: int) -> int:
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the child ended by itself: its work failed"
    heard = b""
    while part := os.read(ears, 4096):
        heard += part
    os.close(ears)
    said = [int.from_bytes(heard[i : i + 3], "big") for i in range(0, len(heard) - len(heard) % 3, 3)]
    return max([-1, *said])


def settled() -> None:
    """PostgreSQL's processes of killed clients finish what they were at; wait until they are gone."""
    if connection.vendor != "postgresql":
        return
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()")
            if cursor.fetchone()[0] == 1:
                return
        time.sleep(0.05)
    raise AssertionError("a killed client's connection is still at work")
