"""The budget: left."""

from __future__ import annotations

import argparse
from typing import Any

from steward.cli.answer import Answer
from steward.cli.books import asked, day_said
from steward.cli.caller import call_as
from steward.core.refusals import refuse


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    left = verbs.add_parser("left", help="what the approved plan leaves of an account to the end of its year, orders counted")
    left.add_argument("--account", required=True, metavar="CODE")
    left.add_argument("--on", metavar="DATE", help="a day of the year asked for; today without it")


def run(args: argparse.Namespace) -> Answer:
    return _left(args, call_as(args.user))


def _left(args: argparse.Namespace, call: Any) -> Answer:
    from steward.budget.selectors import codes, left

    asked(call, "budget.read")
    on = day_said(args.on, call.today)
    if args.account not in codes().accounts:
        raise refuse("unknown_account", f"{args.account} is no account of income or cost.", "See the chart of accounts.")
    found = left(args.account, on)
    if found is None:
        raise refuse("no_plan", f"No approved plan holds {on.isoformat()}.", "Draft a budget, submit it, have it signed.")
    amounts = {name: getattr(found, name) for name in ("budget_cents", "spent_cents", "committed_cents", "left_cents")}
    return Answer({"account": args.account, "on": on.isoformat(), **amounts})
