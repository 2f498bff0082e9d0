"""Keys of sealed fields: show them, rotate them (a new key, then every old value sealed anew), drop the earlier ones."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from steward.cli.answer import DONE, REFUSED, Answer
from steward.cli.progress import Progress, bar

POLL_SECONDS = 0.3


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("show", help="which tables have which keys, and how many values an earlier key still seals")
    rotate = verbs.add_parser("rotate", help="make new keys, seal old values anew while everybody works")
    rotate.add_argument("--table", action="append", help="only this table (may be said again); else every one")
    rotate.add_argument("--later", action="store_true", help="queue the work and return")
    drop = verbs.add_parser("drop", help="destroy earlier keys that seal nothing any more")
    drop.add_argument("--table", action="append", help="only this table; else every one")


def run(args: argparse.Namespace) -> Answer:
    if args.verb == "show":
        return Answer(_shown())
    from steward.cli.caller import call_as

    call = call_as(args.user)
    tables = args.table or sorted(_tables())
    if args.verb == "drop":
        from steward.core.vault.services import drop_old

        return Answer([{"table": table, "dropped": drop_old(call, table=table)} for table in tables])
    rows = [_begin(call, table) for table in tables]
    if not args.later:
        _follow(rows, bar())
    return _answer(rows, waited=not args.later)


def _tables() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Tables that hold sealed fields and have a key, with their keys; one that never sealed anything needs no new one."""
    from steward.core.vault.keyring import ring
    from steward.core.vault.rotation import sealed_models

    names = {model._meta.db_table for model in sealed_models()}
    return {table: keys for table, keys in ring().tables().items() if table in names}


def _shown() -> list[dict[str, Any]]:
    from steward.core.files import blobs
    from steward.core.vault.rotation import old_keys_in_use

    contents = {blobs.TABLE: sum(blobs.old_keys_in_use().values())}
    return [
        {
            "table": table, "key": current, "earlier": ", ".join(key for key in keys if key != current),
            "under_earlier": sum(old_keys_in_use(table).values()) + contents.get(table, 0),
        }
        for table, (current, keys) in sorted(_tables().items())
    ]  # fmt: skip


def _begin(call: Any, table: str) -> dict[str, Any]:
    """A new key for new values, and the job that seals the old ones, in this order: a value is never without a key."""
    from steward.core.jobs.services import enqueue
    from steward.core.vault.services import renew

    key = renew(call, table=table)
    job = enqueue(call, kind="vault.rotate", title=f"New key for {table}", args={"table": table})
    return {"table": table, "key": key, "job": str(job.uid), "row": job}


def _follow(rows: list[dict[str, Any]], tell: Progress) -> None:
    """Watch the jobs to their end. The server's worker does them; where no server runs, this command does."""
    from django.conf import settings

    from steward.core.jobs import slate
    from steward.core.jobs.runner import run_job
    from steward.core.running import running

    for row in rows:
        job = row["row"]
        while job.is_open:
            if running(Path(settings.DATA)) is None:
                run_job.func(str(job.uid))
            else:
                time.sleep(POLL_SECONDS)
            job.refresh_from_db()
            done, total, _words = slate.read(job.uid) or (job.done, job.total, "")
            tell(row["table"], done, max(total, 1))
        tell(row["table"], 1, 1)


def _answer(rows: list[dict[str, Any]], *, waited: bool) -> Answer:
    told = [
        {
            "table": row["table"], "key": row["key"], "job": row["job"], "state": row["row"].state,
            "changed": (row["row"].result or {}).get("changed"), "message": row["row"].message,
        }
        for row in rows
    ]  # fmt: skip
    bad = waited and any(row["state"] != "done" for row in told)
    return Answer(told, REFUSED if bad else DONE)
