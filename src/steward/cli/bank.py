"""The bank: reconcile, cash, forecast, close-day."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from steward.cli.answer import Answer, Usage
from steward.cli.books import asked, day_said
from steward.cli.caller import call_as
from steward.core.refusals import refuse


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    reconcile = verbs.add_parser("reconcile", help="match bank lines with what the books expect; safe to repeat")
    reconcile.add_argument("--account", required=True, metavar="CODE")
    cash = verbs.add_parser("cash", help="what is available, to the cent")
    cash.add_argument("--as-of")
    verbs.add_parser("forecast", help="make the forecast of thirteen weeks, and tell it")
    close = verbs.add_parser("close-day", help="count, prove, and lock a day with a second signature")
    close.add_argument("date")
    close.add_argument("--counts", type=Path, required=True)


def run(args: argparse.Namespace) -> Answer:
    return VERBS[args.verb](args, call_as(args.user))


def _reconcile(args: argparse.Namespace, call: Any) -> Answer:
    from steward.banking import services
    from steward.banking.selectors.statements import bank_account, bank_accounts

    account = bank_account(args.account)
    if account is None:
        known = ", ".join(bank_accounts().order_by("account__code").values_list("account__code", flat=True))
        fix = f"Bank accounts: {known}." if known else "Add the bank account under Money first."
        raise refuse("no_bank_account", f"Account {args.account} is no bank account here.", fix)
    return Answer(services.reconcile(call, account=account))


def _cash(args: argparse.Namespace, call: Any) -> Answer:
    from steward.banking.selectors.cash import cash

    asked(call, "cash.read")
    return Answer(cash(day_said(args.as_of, call.today)).as_json())


def _forecast(_args: argparse.Namespace, call: Any) -> Answer:
    from steward.banking.services import make_forecast

    row = make_forecast(call)
    told = ("opening_cents", "floor_cents", "low_cents", "seed", "weeks")
    return Answer({"made_on": row.made_on.isoformat(), "low_on": row.low_on.isoformat(), **{name: getattr(row, name) for name in told}})


def _close_day(args: argparse.Namespace, call: Any) -> Answer:
    from steward.desk.closing import close_day

    return Answer(close_day(call, day=day_said(args.date), counts=_counts(args.counts)))


def _counts(path: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as fault:
        raise refuse(
            "counts", f"{path} can't be read: {fault}", 'Write [{"drawer": "Front desk 1", "cents": 12345}].'
        ) from fault
    if not isinstance(rows, list) or not all(
        isinstance(r, dict) and (r.get("check") or (type(r.get("cents")) is int and r.get("drawer"))) for r in rows
    ):
        raise Usage(
            '--counts: a list of {"drawer", "cents", "reason"}, cents as whole numbers; {"check", "reason"} waives'
        )
    return rows


VERBS = {"reconcile": _reconcile, "cash": _cash, "forecast": _forecast, "close-day": _close_day}
