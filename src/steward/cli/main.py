"""``steward AREA VERB [ARGS] [--json] [--data DIR] [--as USER]``: exit 0 done, 1 refused, 2 wrong usage."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steward.cli.answer import REFUSED, USAGE, Answer, Usage, refusal_json, say

AREAS = ("init", "import", "books", "bank", "budget", "findings", "billing", "backup", "doctor", "links", "audit", "keys", "serve")
NOT_YET = ("payroll", "flow", "law")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; never a traceback for what a person did."""
    words, common = _common(list(sys.argv[1:] if argv is None else argv))
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(_help())
        return 0 if words else USAGE
    if words[0] in NOT_YET:
        return _tell(_not_yet(words[0]), common)
    if words[0] not in AREAS:
        sys.stderr.write(f"steward: there is no area {words[0]!r}. Areas: {', '.join(AREAS)}\n")
        return USAGE
    try:
        return _tell(_run(words, common), common)
    except Usage as fault:
        sys.stderr.write(f"steward {words[0]}: {fault}\n")
        return USAGE
    except SystemExit as ended:  # argparse
        return ended.code if isinstance(ended.code, int) else USAGE
    except BrokenPipeError:
        return 0


def _common(words: list[str]) -> tuple[list[str], argparse.Namespace]:
    """The flags every command knows, wherever they stand."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data")
    parser.add_argument("--as", dest="user")
    # backup restore takes the folder to restore into as its own --data
    common, rest = parser.parse_known_args(words)
    return rest, common


def _run(words: list[str], common: argparse.Namespace) -> Answer:
    data = _folder(common.data)
    if not _asks_for_practice(words) or _may_hold_practice(data):
        _django(common.data)
        return _perform(words, common)
    with tempfile.TemporaryDirectory(prefix="steward-none-") as nowhere:
        _django(nowhere)  # so that usage and --help are answered, and nothing is left in a folder that holds nothing
        return _perform(words, common)


def _folder(said: str | None) -> Path:
    """The data folder. Raises Usage when it is a file, or could only stand under one."""
    data = Path(said or os.environ.get("STEWARD_DATA") or "var").absolute()
    for place in (data, *data.parents):
        if place.exists():
            if not place.is_dir():
                raise Usage(f"--data {said or data}: {place} is a file, and a data folder is a folder")
            break
    return data


def _asks_for_practice(words: Sequence[str]) -> bool:
    """Whether the command works on a practice that stands: all do but those that make one, read a backup or look around."""
    if words[0] == "backup":
        return not {"verify", "restore"} & set(words[1:])
    return words[0] not in ("init", "doctor", "serve")


def _may_hold_practice(data: Path) -> bool:
    """Told before Django starts, which would make folders and a database: PostgreSQL is asked, SQLite's file seen."""
    from django.conf import settings

    return settings.configured or bool(os.environ.get("DATABASE_URL")) or (data / "steward.sqlite3").exists()


def _require_practice() -> None:
    from django.db import DatabaseError

    from steward.core.access.models import Office
    from steward.core.refusals import refuse

    try:
        found = Office.objects.exists()
    except DatabaseError as fault:
        if not any(words in str(fault) for words in ("no such table", "does not exist")):
            raise
        found = False
    if not found:
        raise refuse("no_practice", "This data folder holds no practice yet.", "steward init, or steward init --demo")


def _perform(words: list[str], common: argparse.Namespace) -> Answer:
    from steward.core.refusals import Refused

    module: Any = importlib.import_module("steward.cli." + {"import": "imports"}.get(words[0], words[0]))
    parser = argparse.ArgumentParser(prog=f"steward {words[0]}", description=module.__doc__, allow_abbrev=False)
    module.arguments(parser)
    args = parser.parse_args(words[1:])
    args.user, args.json = common.user, common.json
    try:
        if _asks_for_practice(words):
            _require_practice()
        answer: Answer = module.run(args)
    except Refused as refused:
        return Answer(refusal_json(refused.refusals), REFUSED, _refusal_words(refused))
    return answer


def _django(data: str | None) -> None:
    os.umask(0o077)  # whatever a command writes is its owner's alone
    if data:
        os.environ["STEWARD_DATA"] = os.path.abspath(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")
    import django

    django.setup()


def _tell(answer: Answer, common: argparse.Namespace) -> int:
    say(answer, as_json=common.json)
    return answer.code


def _not_yet(area: str) -> Answer:
    data = {"refused": [{"code": "not_yet", "message": f"{area}: not yet", "fix": "This room is not built yet."}]}
    return Answer(data, USAGE, f"{area}: not yet")


def not_yet(what: str) -> Answer:
    """A verb whose room is not built yet."""
    return _not_yet(what)


def _refusal_words(refused: Any) -> str:
    return "\n".join(f"Refused ({r.code}): {r.message} {r.fix}".rstrip() for r in refused.refusals)


def _help() -> str:
    return (
        "steward AREA VERB [ARGS] [--json] [--data DIR] [--as USER]\n\nAreas\n"
        "  init      make an empty or demo practice          import   bring files in\n"
        "  books     post, reverse, close, export, verify    bank     reconcile, cash, close the day\n"
        "  billing   a claim's state                         backup   create, verify, restore\n"
        "  doctor    what is missing or at risk              links    one-time sign-in links\n"
        "  audit     verify the audit chain                  keys     show, rotate, drop keys of sealed fields\n"
        "  serve     the server (./office up does this)      findings what is wrong, with its cure\n"
        "  budget    what it leaves of an account\n"
        "  payroll, flow, law: not yet\n\nsteward AREA --help says more.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
