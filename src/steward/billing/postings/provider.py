"""PLB: what a payer gives or takes outside of claims (facts, "Posting map"). Positive cents reduce the payment.

=============  ========================  =============================================================
code           negative (raises)         positive (reduces)
=============  ========================  =============================================================
L6             Cr interest income        Dr interest income
FB, WO         Cr recoupment payable     Dr recoupment payable of that reference, else suspense
72, B2, CS     against the open recoupment payable or credit balance of that reference, else suspense
CT             Cr capitation revenue     suspense
E3, LE, 50, 90 Cr / Dr withhold receivable, levy, payer penalty, early payment
any other      suspense
=============  ========================  =============================================================
Suspense always comes with a work item; nothing of a PLB ever reaches a patient.
"""

from __future__ import annotations

from ..logic.remittance import ProviderAdjustment
from .facts import Recoupable, RemittanceFacts, Where
from .result import Books, Kind, Work

CLEARING, PAYABLE, SUSPENSE = "era_clearing", "recoupment_payable", "recoupment_suspense"
BOTH_WAYS = {
    "L6": "interest_income",
    "E3": "withhold_receivable",
    "LE": "levy",
    "50": "payer_penalty",
    "90": "early_payment",
}
FORWARD = frozenset({"FB", "WO"})
BY_REFERENCE = frozenset({"72", "B2", "CS"})


def post_provider(books: Books, facts: RemittanceFacts, entry: ProviderAdjustment) -> list[Work]:
    """Post one PLB pair; returns the work it leaves."""
    where = Where(entity=facts.entity)
    books.line(CLEARING, -entry.cents, facts.item, where, facts.payer)
    if entry.code in BOTH_WAYS:
        books.line(BOTH_WAYS[entry.code], entry.cents, facts.item, where, facts.payer)
        return []
    if entry.code in FORWARD and entry.cents < 0:
        books.line(PAYABLE, entry.cents, payable_item(facts, entry.reference), where, facts.payer)
        return []
    if entry.code == "CT" and entry.cents < 0:
        books.line("capitation_revenue", entry.cents, facts.item, where, facts.payer)
        return []
    rest = _against(books, facts, entry) if entry.code in FORWARD | BY_REFERENCE else entry.cents
    books.line(SUSPENSE, rest, facts.item, where, facts.payer)
    return [_work(entry, rest)] if rest else []


def payable_item(facts: RemittanceFacts, reference: str) -> str:
    """The item of a recoupment payable: the payer and its reference, so that a later PLB finds it."""
    return f"recoup:{facts.payer}:{reference.strip()}"[:80] if reference.strip() else facts.item


def _against(books: Books, facts: RemittanceFacts, entry: ProviderAdjustment) -> int:
    """Settle what the reference names; returns the cents that found nothing (signed)."""
    named: Recoupable | None = facts.recoupable.get(entry.reference.strip())
    if named is None or entry.cents <= 0:
        return entry.cents
    cents = min(entry.cents, named.cents - books.used.get(named.item, 0))
    if cents <= 0:
        return entry.cents
    books.used[named.item] = books.used.get(named.item, 0) + cents
    books.line(named.role, cents, named.item, Where(entity=facts.entity), facts.payer)
    return entry.cents - cents


def _work(entry: ProviderAdjustment, cents: int) -> Work:
    name = f"{entry.code[:4]} {entry.reference[:40]}".strip()
    what = "took" if cents > 0 else "gave"
    return Work(Kind.SUSPENSE, f"The payer {what} money outside of claims (PLB {name}) and no rule or open amount says for"
                " what. It waits in suspense.", cents)  # fmt: skip
