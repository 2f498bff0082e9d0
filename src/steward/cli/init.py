"""Make an empty or a demo practice in the data folder; refuses one that holds a practice already."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

from steward.cli.answer import Answer, Usage
from steward.cli.progress import bar
from steward.core.refusals import refuse
from steward.desk.practice_file import PracticeSaid, read_practice


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="a year of a practice that never was")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", help="the demo's last day, or the opening date (ISO)")
    parser.add_argument("--practice", type=Path, metavar="FILE.toml")


def run(args: argparse.Namespace) -> Answer:
    """Migrate, then open the books; with ``--demo`` build the demo practice with a progress bar."""
    as_of = _day(args.as_of)
    said = read_practice(args.practice) if args.practice else PracticeSaid()
    _folder()
    _migrate()
    _refuse_second()
    from steward.core.service import system_call

    call = system_call("cli")
    if args.demo:
        return _demo(call, args.seed, as_of or call.today)
    return _empty(call, said, as_of or call.today)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise Usage(f"--as-of {text}: write the day as 2026-11-23") from fault


def _folder() -> None:
    from django.conf import settings

    data = Path(settings.DATA)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chmod(data, 0o700)


def _migrate() -> None:
    from steward.core.schema import SchemaFault, bring_up

    try:
        bring_up()
    except SchemaFault as fault:
        raise refuse("schema", str(fault)) from None


def _refuse_second() -> None:
    from steward.core.access.models import Office

    if Office.objects.exists():
        raise refuse(
            "not_empty", "This data folder already holds a practice.", "Choose another folder with --data DIR."
        )


def _empty(call: Any, said: PracticeSaid, opened_on: date) -> Answer:
    from django.db import transaction

    from steward.desk.opening import add_administrator, open_practice

    with transaction.atomic():
        opened = open_practice(
            call,
            opened_on=opened_on,
            said=said,
            until=max(opened_on, call.today),
            small_office=True,
        )
        user, token = add_administrator(call)
    from steward.cli.links import link

    sys.stderr.write(f"Sign in once with this link, and set your passphrase and second factor:\n  {link(token)}\n")
    data = {
        "practice": opened.office.name,
        "administrator": user.username,
        "opened_on": opened_on.isoformat(),
        "demo": False,
    }
    return Answer(data)


def _demo(call: Any, seed: int, as_of: date) -> Answer:
    from django.conf import settings

    from steward.desk.demo import build

    gc.set_threshold(200_000, 50, 1_000)  # hundreds of thousands of rows pass by and hardly one is part of a cycle
    (Path(settings.DATA) / "DEMO").write_text("A demo practice: invented people, invented money.\n")
    built = build.demo_practice(call, seed=seed, as_of=as_of, tell=bar())
    return Answer({"practice": built.name, "demo": True, "seed": seed, "as_of": as_of.isoformat(), **built.counts})
