"""Bring files in: 835, charges-csv, journal-csv, ofx, bai2. The kind is recognised from the content."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from steward.cli.answer import DONE, REFUSED, Answer
from steward.cli.caller import call_as
from steward.cli.progress import bar
from steward.core.imports import Imported, Options, refused
from steward.core.refusals import Refusal


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--kind")
    parser.add_argument("--account", metavar="CODE", help="bank account of a bank file: a code of the chart")
    parser.add_argument(
        "--create-payers", action="store_true", help="make payers a charges file names and nobody knows"
    )


def run(args: argparse.Namespace) -> Answer:
    """Exit 1 when any part of any file was refused; held and duplicate files are done."""
    call = call_as(args.user)
    options = Options(account=args.account, create_payers=args.create_payers)
    tell = bar()
    rows: list[dict[str, Any]] = []
    files = [p for path in args.paths for p in _files(Path(path))]
    for n, path in enumerate(files, 1):
        rows.append(_one(call, path, args.kind, options))
        tell("Importing", n, len(files))
    any_refused = any(r["status"] == "refused" or any(p["status"] == "refused" for p in r["parts"]) for r in rows)
    return Answer(rows, REFUSED if any_refused else DONE, "\n".join(_words(r) for r in rows))


def _files(path: Path) -> list[Path]:
    return sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]


def _one(call: Any, path: Path, kind: str | None, options: Options) -> dict[str, Any]:
    from steward.desk.imports import import_content

    try:
        content = path.read_bytes()
    except OSError as fault:
        nothing: Imported = refused(kind or "unknown", Refusal("unreadable", f"{fault.strerror}.", "Check the path."))
        return nothing.as_json(str(path), b"")
    return import_content(call, content, path.name, kind=kind, options=options).as_json(str(path), content)


def _words(row: dict[str, Any]) -> str:
    lines = [f"{row['path']}: {row['status']} ({row['kind']}). {row['message']}"]
    for part in row["parts"]:
        for problem in part["problems"]:
            lines.append(f"  {part['ref']} {part['status']}: {problem['message']} {problem['fix']}".rstrip())
    return "\n".join(lines)
