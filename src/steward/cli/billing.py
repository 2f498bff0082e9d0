"""Billing: what the books say of a claim, and claims written for payers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from steward.cli.answer import Answer, Usage
from steward.cli.books import asked
from steward.cli.caller import call_as
from steward.core.refusals import refuse


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("claim", help="state, paid, due, adjusted, open work").add_argument("ref")
    out = verbs.add_parser("claims-out", help="write 837 files")
    out.add_argument("--payer", help="only this payer, by its id")
    out.add_argument("--out", required=True, type=Path, help="folder for the files")


def run(args: argparse.Namespace) -> Answer:
    return _claims_out(args) if args.verb == "claims-out" else _claim(args)


def _claim(args: argparse.Namespace) -> Answer:
    from steward.billing.selectors.claims import claim_by_ref, claim_status
    from steward.core.audit.services import record_read

    call = call_as(args.user)
    asked(call, "charge.read")
    status = claim_status(call.subject, args.ref)
    claim = claim_by_ref(call.subject, args.ref)
    if status is None or claim is None:
        raise refuse("no_claim", f"There is no claim {args.ref}.", "Check its number: CLM01 as it was sent.")
    record_read(call, "read a claim", "frontdesk.patient", [claim.patient.uid])
    return Answer(status)


def _claims_out(args: argparse.Namespace) -> Answer:
    """Write what is due; files of an earlier run that never reached their folder are put there first."""
    from steward.billing.doors import put
    from steward.billing.selectors.submissions import undelivered
    from steward.billing.services.submissions import write_claims
    from steward.insurance.selectors import payer_by_code, standing_payers

    call = call_as(args.user)
    payer = None
    if args.payer:
        payer = payer_by_code(args.payer)
        if payer is None:
            known = ", ".join(standing_payers().values_list("code", flat=True)[:40])
            raise Usage(f"there is no payer {args.payer!r}; known: {known}")
    waiting = list(undelivered(payer))
    written = write_claims(call, payer=payer)
    placed = put(call, [*waiting, *written.batches], args.out)
    files = [{"path": str(one.path), "claims": one.batch.claim_count} for one in placed]
    held = [{"ref": one.ref, "problems": [_problem(p) for p in one.problems]} for one in written.held]
    return Answer({"files": files, "held": held})


def _problem(problem: Any) -> dict[str, str]:
    return {
        "code": problem.code, "severity": problem.severity, "where": problem.where, "message": problem.message,
        "fix": problem.fix,
    }  # fmt: skip
