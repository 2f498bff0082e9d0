"""The books: post, reverse, trial-balance, close, reopen, export, verify."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from steward.cli.answer import DONE, REFUSED, Answer, Usage
from steward.cli.caller import call_as
from steward.core.access.policy import may
from steward.core.refusals import refuse


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("post", help="post a list of entries, all or nothing").add_argument("file", type=Path)
    reverse = verbs.add_parser("reverse", help="undo a posted entry by its mirror")
    reverse.add_argument("number", type=int)
    reverse.add_argument("--date", required=True)
    reverse.add_argument("--reason", required=True)
    balance = verbs.add_parser("trial-balance", help="every account as of a day")
    balance.add_argument("--as-of")
    balance.add_argument("--basis", choices=["accrual", "cash"], default="accrual")
    close = verbs.add_parser("close", help="close a period (2026-10); --lock for good")
    close.add_argument("period")
    close.add_argument("--lock", action="store_true")
    reopen = verbs.add_parser("reopen")
    reopen.add_argument("period")
    reopen.add_argument("--reason", required=True)
    export = verbs.add_parser("export", help="the whole journal")
    export.add_argument("--format", choices=["hledger", "beancount", "csv"], required=True)
    export.add_argument("--out", type=Path, required=True)
    verbs.add_parser("verify", help="prove the chain, the totals and the guards")


def run(args: argparse.Namespace) -> Answer:
    return VERBS[args.verb](args, call_as(args.user))


def asked(call: Any, capability: str) -> None:
    """Reading obeys the same permissions as the screens."""
    decision = may(call.subject, capability, None, call.context)
    if not decision.allowed:
        raise refuse("denied", f"Not done: {decision.reason}.", "Ask someone whose role allows it, or use --as.")


def day_said(text: str | None, otherwise: date | None = None) -> date:
    try:
        return date.fromisoformat(text) if text else (otherwise or date.max)
    except ValueError as fault:
        raise Usage(f"{text}: write the day as 2026-11-23") from fault


def _post(args: argparse.Namespace, call: Any) -> Answer:
    from steward.ledger import importers

    try:
        content = args.file.read_bytes()
    except OSError as fault:
        raise refuse("unreadable", f"{args.file}: {fault.strerror}.", "Check the path.") from fault
    return Answer(importers.post_file(call, content=content, name=args.file.name).as_json())


def _reverse(args: argparse.Namespace, call: Any) -> Answer:
    from steward.ledger import services

    posted = services.reverse_entry(call, number=args.number, date=day_said(args.date), reason=args.reason)
    return Answer({"number": posted.number})


def _balance(args: argparse.Namespace, call: Any) -> Answer:
    from steward.ledger.selectors.balances import trial_balance

    asked(call, "books.read")
    as_of = day_said(args.as_of, call.today)
    return Answer(trial_balance(as_of, basis=args.basis).as_json())


def _period(state: Any) -> Answer:
    checks = [{"id": c.id, "ok": c.ok, "evidence": c.evidence} for c in state.checks]
    return Answer({"period": state.period, "state": state.state, "checks": checks})


def _close(args: argparse.Namespace, call: Any) -> Answer:
    from steward.desk.closing import month_results
    from steward.ledger import services

    results = month_results(args.period)
    if args.lock:
        return _period(services.lock_period(call, period=args.period, results=results))
    return _period(services.close_period(call, period=args.period, results=results))


def _reopen(args: argparse.Namespace, call: Any) -> Answer:
    from steward.ledger import services

    return _period(services.reopen_period(call, period=args.period, reason=args.reason))


def _export(args: argparse.Namespace, call: Any) -> Answer:
    from steward.core.audit.services import record_read
    from steward.ledger.selectors.export import export_text

    asked(call, "books.export")
    record_read(call, f"exported the journal as {args.format}", "ledger.entry", [])
    size = 0
    try:
        with args.out.open("w", encoding="utf-8", newline="\n") as out:
            for piece in export_text(args.format):
                size += out.write(piece)
    except OSError as fault:
        raise refuse("unwritable", f"{args.out}: {fault.strerror}.", "Choose another place.") from fault
    return Answer({"format": args.format, "path": str(args.out), "characters": size})


def _verify(args: argparse.Namespace, call: Any) -> Answer:
    from steward.ledger.selectors.verify import verify

    asked(call, "books.read")
    proof = verify()
    return Answer(proof.as_json(), DONE if proof.ok else REFUSED)


VERBS = {
    "post": _post,
    "reverse": _reverse,
    "trial-balance": _balance,
    "close": _close,
    "reopen": _reopen,
    "export": _export,
    "verify": _verify,
}
