"""What is wrong: every check's findings as they stand now, with what people made of them."""

from __future__ import annotations

import argparse

from steward.cli.answer import Answer
from steward.cli.books import asked
from steward.cli.caller import call_as
from steward.core.refusals import refuse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", metavar="ID", help="one check of the catalogue alone")


def run(args: argparse.Namespace) -> Answer:
    """Looks and writes nothing down; the night's run and the button on the page do that."""
    from steward.findings.rooms import catalogue, check_named
    from steward.findings.selectors import kept, look, status_of

    call = call_as(args.user)
    asked(call, "finding.read")
    if args.check and check_named(args.check) is None:
        live = ", ".join(one.id for one in catalogue() if one.live)
        raise refuse("no_check", f"There is no check {args.check}.", f"Live checks: {live}.")
    looked = look(call.clock)
    if looked.broken:
        raise refuse("checks_failed", f"The checks of {', '.join(looked.broken)} failed.", "See the log; run steward doctor.")
    known = kept()
    wanted = [one for one in looked.findings if args.check in (None, one.check)]
    return Answer([one.as_json(status_of(one, known)) for one in wanted])
