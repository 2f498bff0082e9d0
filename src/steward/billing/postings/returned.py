"""What a payment that came back posts: Dr the same items it had paid, Cr the bank (facts, posting map). Pure.

====================================  ============================================================
what the receipt's money had done     debit
====================================  ============================================================
nothing yet                           patient_prepaid, the receipt's item
paid a charge                         ar_patient, the charge's item; its credit_balance before that
stood to be given back                refunds_payable, the receipt's item
was given back                        ar_patient, the receipt's item: the money is owed
====================================  ============================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .facts import Where
from .result import Books, Posting


@dataclass(frozen=True, slots=True)
class PaidItem:
    """What a receipt had paid of one item, where that stands, and what of it lies aside as a credit by now."""

    item: str
    cents: int
    where: Where
    aside_cents: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """A receipt that came back: ``held`` is where its money lay, ``unused_cents`` what is left of it, ``owed_back_cents`` what
    stands to be refunded, ``given_back_cents`` what was."""

    item: str
    cents: int
    held: Where
    paid: Sequence[PaidItem]
    unused_cents: int = 0
    owed_back_cents: int = 0
    given_back_cents: int = 0


def payment_returned(facts: ReceiptFacts, role: str, item: str, bank: Where) -> Posting:
    """Reopen it all, Cr ``role`` under ``item``. Raises ValueError when what the receipt did is not the whole of it."""
    books = Books()
    for one in facts.paid:
        aside = min(one.aside_cents, one.cents)
        books.line("credit_balance", aside, one.item, one.where)
        books.line("ar_patient", one.cents - aside, one.item, one.where)
    books.line("patient_prepaid", facts.unused_cents, facts.item, facts.held)
    books.line("refunds_payable", facts.owed_back_cents, facts.item, facts.held)
    books.line("ar_patient", facts.given_back_cents, facts.item, facts.held)
    parts = sum(one.cents for one in facts.paid) + facts.unused_cents + facts.owed_back_cents + facts.given_back_cents
    if parts != facts.cents or min(facts.unused_cents, facts.owed_back_cents, facts.given_back_cents, 0) < 0:
        raise ValueError("what a receipt paid, what is left of it and what was given back are the whole of it")
    books.line(role, -facts.cents, item, bank)
    return Posting(books.sheets(bank.entity))
