"""Backups: create FILE, verify FILE, restore FILE --data DIR. Encrypted under the practice's master key."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from steward.cli.answer import Answer
from steward.cli.progress import bar
from steward.core.refusals import refuse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("verb", choices=("create", "verify", "restore"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--force", action="store_true", help="create: write over the file that is there")
    parser.add_argument("--key", type=Path, help="the master key, a file or its folder; else $STEWARD_KEYS, DIR/keys")


def run(args: argparse.Namespace) -> Answer:
    from steward.core.backup import services

    if args.verb == "verify":
        return _answer(services.verify(args.file, args.key), "Whole and readable")
    if args.verb == "restore":
        return _answer(services.restore(args.file, args.key), "Restored")
    from steward.cli.caller import call_as

    if args.file.is_dir():
        raise refuse("exists", f"{args.file} is a folder.", "Name the backup's file, too.")
    if not args.force and args.file.exists() and args.file.stat().st_size:  # an empty file is a name somebody reserved
        raise refuse("exists", f"{args.file} is there already.", "Give another name, or --force to write over it.")
    tell = bar()
    report = services.create(call_as(args.user), args.file, lambda done, total, what: tell(what, done, total))
    return _answer(report, "Backed up")


def _answer(report: Any, words: str) -> Answer:
    data = report.as_json()
    said = f"{words}: {data['path']}, {data['rows']} rows, {data['files']} files, made {data['made_at']}."
    return Answer({"ok": True, **data}, words=f"{said}\nSHA-256 {data['sha256']}")
