"""Prove the audit chain: audit verify."""

from __future__ import annotations

import argparse

from steward.cli.answer import DONE, REFUSED, Answer


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("verb", choices=["verify"])


def run(args: argparse.Namespace) -> Answer:
    from steward.core.audit.chain import verify

    verdict = verify()
    first = None if verdict.first_bad is None else {"seq": verdict.first_bad, "why": verdict.why}
    return Answer({"ok": verdict.ok, "rows": verdict.rows, "first_bad": first}, DONE if verdict.ok else REFUSED)
