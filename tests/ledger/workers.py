"""What other processes do in the tests of races and kills: ``python -m tests.ledger.workers VERB ARGS``.

Every acknowledged act is one line on standard output, flushed after the commit.
"""

from __future__ import annotations

import os
import random
import sys
import time
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from steward.core.clock import FixedClock  # noqa: E402
from steward.core.refusals import Refused  # noqa: E402
from steward.core.service import system_call  # noqa: E402
from steward.ledger import services  # noqa: E402
from tests.ledger.support import entry, random_entry  # noqa: E402

CALL = system_call("test", now=FixedClock(datetime(2026, 11, 23, 17, tzinfo=UTC), ZoneInfo("America/New_York")))


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def many(seed: str, count: str) -> None:
    """Post ``count`` entries one by one."""
    rnd = random.Random(int(seed))
    for _ in range(int(count)):
        draft = random_entry(rnd)
        say(draft.key, services.post(CALL, draft=draft).number)


def same(key: str, count: str) -> None:
    """Post the same entry again and again."""
    for _ in range(int(count)):
        say(services.post(CALL, draft=entry(key=UUID(key))).number)


def wavering(seed: str, count: str) -> None:
    """Post, and roll every third transaction back after the post."""
    rnd = random.Random(int(seed))
    for n in range(int(count)):
        try:
            with transaction.atomic():
                number = services.post(CALL, draft=random_entry(rnd)).number
                if n % 3 == 0:
                    raise KeyError
            say(number)
        except KeyError:
            continue


def slow_post(seconds: str) -> None:
    """Post into November and commit only after a while; "posted" is said before the commit."""
    with transaction.atomic():
        services.post(CALL, draft=entry(day=date(2026, 11, 20)))
        say("posted")
        time.sleep(float(seconds))
    say("committed")


def lock() -> None:
    """Lock November; tell how many entries the checks saw."""
    state = services.lock_period(CALL, period="2026-11")
    say(next(check.evidence for check in state.checks if check.id == "verify"))


def slip_in(entry_id: str) -> None:
    """Insert a balanced pair of lines into a draft that somebody else is just posting."""
    connection.ensure_connection()
    say("ready")
    try:
        with connection.cursor() as cursor:
            for n, cents in ((91, 7), (92, -7)):
                cursor.execute(
                    "INSERT INTO ledger_line (entry_id, n, date, account_id, cents, entity_id, party_role, item, memo)"
                    " SELECT entry_id, %s, date, account_id, %s, entity_id, '', '', '' FROM ledger_line"
                    " WHERE entry_id = %s ORDER BY n LIMIT 1", [n, cents, int(entry_id)],
                )  # fmt: skip
        say("inserted")
    except Exception as error:
        say("refused", str(error).split("\n")[0])


def reverse(number: str) -> None:
    """Reverse one entry."""
    try:
        say("done", services.reverse(CALL, number=int(number), date=date(2026, 11, 23), reason="race").number)
    except Refused as refused:
        say("refused", refused.code)


def batches(seed: str) -> None:
    """Post batches for ever; each is said after its commit."""
    rnd = random.Random(int(seed))
    while True:
        drafts = [random_entry(rnd) for _ in range(rnd.randint(1, 30))]
        services.post_many(CALL, drafts=drafts)
        say(*(draft.key for draft in drafts))


def singles(seed: str) -> None:
    """Post for ever, one by one."""
    many(seed, str(10**9))


if __name__ == "__main__":
    {
        "many": many, "same": same, "wavering": wavering, "slow_post": slow_post, "lock": lock, "slip_in": slip_in,
        "reverse": reverse, "batches": batches, "singles": singles,
    }[sys.argv[1]](*sys.argv[2:])  # fmt: skip
