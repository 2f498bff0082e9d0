"""What posts without a payer's file: charges, a copay put to use, write-offs by a person, credits and refunds.

====================================  ===========================  ==========================
event                                 debit                        credit
====================================  ===========================  ==========================
charge, insured                       ar_insurance (payer)         charges
charge, self-pay                      ar_patient                   charges
copay taken with a charge file        undeposited                  patient_prepaid
prepayment used                       patient_prepaid              ar_patient
write-off decided by a person         its role                     ar_insurance or ar_patient
credit of a charge set aside          ar_insurance or ar_patient   credit_balance
refund asked and approved             credit_balance or prepaid    refunds_payable
====================================  ===========================  ==========================
"""

from __future__ import annotations

from .adjustments import AR, PATIENT
from .claim import apply_prepaid
from .facts import ChargeFacts, PrepaidFacts, Where
from .result import Books, Posting

#: Roles a person may write off to (facts, "Invariants, always").
WRITE_OFF_ROLES = ("denial_writeoff", "bad_debt", "charity", "admin_writeoff", "contractual", "sequestration")


def charge(facts: ChargeFacts, payer: int | None) -> Posting:
    """A charge line: ``payer`` is the first rank's, None for self-pay. A negative amount is a correction."""
    books = Books()
    books.add(facts, AR if payer else PATIENT, payer, facts.charge_cents)
    books.add(facts, "charges", payer, -facts.charge_cents)
    return Posting(books.sheets(facts.where.entity))


def void_charge(facts: ChargeFacts, payer: int | None) -> Posting:
    """The charge's own lines turned round; the caller has seen that nothing else touched it."""
    books = Books()
    books.add(facts, AR if payer else PATIENT, payer, -facts.charge_cents)
    books.add(facts, "charges", payer, facts.charge_cents)
    return Posting(books.sheets(facts.where.entity))


def copay(receipt_item: str, cents: int, where: Where) -> Posting:
    """A copay that came with a charge file: Dr undeposited, Cr patient_prepaid (contracts, charges-csv)."""
    books = Books()
    books.line("undeposited", cents, receipt_item, Where(entity=where.entity, site=where.site))
    books.line("patient_prepaid", -cents, receipt_item, Where(entity=where.entity, patient=where.patient))
    return Posting(books.sheets(where.entity))


def use_prepaid(held: PrepaidFacts, facts: ChargeFacts, cents: int) -> Posting:
    """Put ``cents`` of a receipt to a charge the patient owes. Raises ValueError beyond either side."""
    books = Books()
    if not 0 < cents <= min(held.cents, books.open(facts, PATIENT)):
        raise ValueError("a prepayment can only cover what is open, with what is left of it")
    apply_prepaid(books, held, facts, cents)
    return Posting(books.sheets(facts.where.entity))


def write_off(facts: ChargeFacts, payer: int | None, role: str, cents: int) -> Posting:
    """Dr ``role``, Cr the receivable of ``payer`` (None: the patient's). Raises ValueError beyond what is open."""
    if role not in WRITE_OFF_ROLES:
        raise ValueError(f"{role} is no write-off account")
    books = Books()
    side = (AR if payer else PATIENT, payer)
    if not 0 < cents <= books.open(facts, *side):
        raise ValueError("a write-off takes at most what is open")
    books.move(facts, (role, payer), side, cents)
    return Posting(books.sheets(facts.where.entity))


def set_credit_aside(facts: ChargeFacts, payer: int | None) -> Posting:
    """A receivable below zero is money owed back: Dr it up to zero, Cr credit_balance."""
    books = Books()
    side = (AR if payer else PATIENT, payer)
    cents = -books.open(facts, *side)
    if cents <= 0:
        raise ValueError("there is no credit on this charge")
    books.move(facts, side, ("credit_balance", payer), cents)
    return Posting(books.sheets(facts.where.entity))


def refund(role: str, item: str, cents: int, where: Where, payer: int | None = None) -> Posting:
    """An approved refund: Dr the credit (``credit_balance`` or ``patient_prepaid``), Cr refunds_payable, same item."""
    if role not in ("credit_balance", "patient_prepaid") or cents <= 0:
        raise ValueError("a refund is paid out of a credit balance or a prepayment, and is more than zero")
    books = Books()
    books.line(role, cents, item, where, payer)
    books.line("refunds_payable", -cents, item, where, payer)
    return Posting(books.sheets(where.entity))


def change_payer(facts: ChargeFacts, old: int | None, new: int | None) -> Posting:
    """A charge was billed to the wrong side: what is open goes from ``old`` to ``new`` (None: the patient), its revenue with it.

    What was paid, adjusted or owed back stays where it is.
    """
    books = Books()
    from_side, to_side = (AR if old else PATIENT, old), (AR if new else PATIENT, new)
    books.move(facts, to_side, from_side, max(books.open(facts, *from_side), 0))
    books.move(facts, ("charges", old), ("charges", new), -books.open(facts, "charges", old))
    return Posting(books.sheets(facts.where.entity))
