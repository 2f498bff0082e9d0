"""Billing: what the books say of a claim."""

from __future__ import annotations

import argparse

from steward.cli.answer import Answer
from steward.cli.books import asked
from steward.cli.caller import call_as
from steward.cli.main import not_yet
from steward.core.refusals import refuse


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("claim", help="state, paid, due, adjusted, open work").add_argument("ref")
    out = verbs.add_parser("claims-out", help="write 837 files")
    out.add_argument("--payer")
    out.add_argument("--out")


def run(args: argparse.Namespace) -> Answer:
    if args.verb == "claims-out":
        return not_yet("claims-out")
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
