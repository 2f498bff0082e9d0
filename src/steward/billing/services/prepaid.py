"""What was paid at the visit meets what the patient owes for it: for a patient without insurance, as soon as the charges are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from steward.billing import postings
from steward.billing.postings import ClaimFacts
from steward.billing.selectors.facts import Known, known_claims
from steward.billing.services import books
from steward.billing.services.holding import hold_claims
from steward.core.service import Call, note, service
from steward.ledger.types import EntryDraft


@service("billing.apply_visit_payments", "charge.enter", says="put the visit's payments to its charges")
def apply_visit_payments(call: Call, *, refs: Sequence[str]) -> int:
    """Put what is left of a visit's own receipts to what the patient owes on that visit's charges; cents applied.

    Only what is the patient's by the books is touched: an insured visit's copay stays a prepayment until the payer answers.
    """
    hold_claims(refs)
    known = known_claims(refs)
    drafts: list[EntryDraft] = []
    applied = 0
    for ref, facts in known.by_ref.items():
        cents, own = _of_claim(call, ref, facts, known)
        applied, drafts = applied + cents, drafts + own
    books.post_drafts(call, drafts)
    note(refs=[f"claim:{ref}" for ref in refs[:200]])
    return applied


def _of_claim(call: Call, ref: str, facts: ClaimFacts, known: Known) -> tuple[int, list[EntryDraft]]:
    """One claim: receipts in order of taking, charges in order of entry, each to its cent."""
    owes = {c.uid: sum(cents for (role, _), cents in c.balances.items() if role == "ar_patient") for c in facts.charges}
    drafts: list[EntryDraft] = []
    total = 0
    for held in facts.prepaid:
        left = held.cents
        for charge in facts.charges:
            cents = min(left, owes[charge.uid])
            if cents <= 0:
                continue
            posting = postings.use_prepaid(replace(held, cents=left), _as_open(charge, owes[charge.uid]), cents)
            drafts += [
                books.draft(
                    f"visit-paid:{held.item}:{n}", UUID(charge.uid), day=call.today, memo=f"Payment of the visit to claim {ref}",
                    journal="receipts", source="charge", lines=sheet,
                )
                for n, sheet in enumerate(posting.sheets)
            ]  # fmt: skip
            left, owes[charge.uid], total = left - cents, owes[charge.uid] - cents, total + cents
    return total, drafts


def _as_open(charge: postings.ChargeFacts, cents: int) -> postings.ChargeFacts:
    """The charge with only this much left open of the patient."""
    others = {key: value for key, value in charge.balances.items() if key[0] != "ar_patient"}
    return replace(charge, balances={**others, ("ar_patient", None): cents})
