"""Bring files in: 835, charges-csv, journal-csv, ofx, bai2, ... The kind is recognised from the content.

A folder is each of its files, but for a folder that is one thing: ``steward import synthea DIR``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from steward.billing.logic.synthea import FILES, looks_like_folder, pack
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
    parser.add_argument(
        "--accept", action="append", default=[], metavar="CODE", help="take a bank statement in spite of gap or fitid_reused"
    )
    parser.add_argument("--reason", default="", help="why it is accepted")


def run(args: argparse.Namespace) -> Answer:
    """Exit 1 when any part of any file was refused; held and duplicate files are done."""
    call = call_as(args.user)
    options = Options(args.account, args.create_payers, tuple(args.accept), args.reason)
    tell = bar()
    rows: list[dict[str, Any]] = []
    kind, paths = _kind(args.kind, args.paths)
    files = [p for path in paths for p in _files(Path(path))]
    for n, path in enumerate(files, 1):
        rows.append(_one(call, path, kind, options))
        tell("Importing", n, len(files))
    any_refused = any(r["status"] == "refused" or any(p["status"] == "refused" for p in r["parts"]) for r in rows)
    return Answer(rows, REFUSED if any_refused else DONE, "\n".join(_words(r) for r in rows))


def _kind(said: str | None, paths: list[str]) -> tuple[str | None, list[str]]:
    """``import synthea DIR`` is ``import DIR --kind synthea``, unless a file of that name lies here."""
    if said is None and len(paths) > 1 and paths[0] == "synthea" and not Path(paths[0]).exists():
        return paths[0], paths[1:]
    return said, paths


def _files(path: Path) -> list[Path]:
    """The files of a folder, or the folder itself where its files are one import."""
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.is_file())
    return [path] if looks_like_folder([p.name for p in found]) else found


def _content(path: Path) -> bytes:
    """A file's bytes; a folder's as the zip it travels in."""
    if path.is_dir():
        return pack({name: (path / name).read_bytes() for name in FILES if (path / name).is_file()})
    return path.read_bytes()


def _one(call: Any, path: Path, kind: str | None, options: Options) -> dict[str, Any]:
    from steward.desk.imports import import_content

    try:
        content = _content(path)
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
