"""What posts for charges that are no claim, and for a payment the bank took back.

====================================  ==============================  =================================
event                                 debit                           credit
====================================  ==============================  =================================
fee or copies                         ar_patient (``fee:`` item)      the kind's income account
product                               ar_patient, tax included        product income, sales_tax_payable
payment put to it                     patient_prepaid                 ar_patient
====================================  ==============================  =================================
"""

from __future__ import annotations

from dataclasses import dataclass

from steward.ledger.types import LineDraft

from .facts import PrepaidFacts, Where
from .result import Books, Posting


@dataclass(frozen=True, slots=True)
class OtherFacts:
    """Who owes (a registry.Party), where it was earned, and what: cents before tax, and the tax."""

    item: str
    debtor: int
    account: str
    cents: int
    tax_cents: int = 0
    entity: int | None = None
    site: int | None = None


def _owed(facts: OtherFacts, cents: int) -> LineDraft:
    return LineDraft(
        role="ar_patient", cents=cents, entity=facts.entity, site=facts.site, party=facts.debtor, party_role="patient",
        item=facts.item,
    )  # fmt: skip


def other_charge(facts: OtherFacts) -> tuple[LineDraft, ...]:
    """Dr what is owed with its tax, Cr income and the tax. Raises ValueError for no amount or a negative tax."""
    if facts.cents <= 0 or facts.tax_cents < 0:
        raise ValueError("a charge is more than zero, its tax not less")
    earned = LineDraft(account=facts.account, cents=-facts.cents, entity=facts.entity, site=facts.site, item=facts.item)
    tax = LineDraft(role="sales_tax_payable", cents=-facts.tax_cents, entity=facts.entity, site=facts.site, item=facts.item)
    return (_owed(facts, facts.cents + facts.tax_cents), earned, *([tax] if facts.tax_cents else ()))


def pay_other(facts: OtherFacts, held: PrepaidFacts, cents: int) -> Posting:
    """Dr what was paid ahead (party ``held.patient``), Cr what is owed. Raises ValueError beyond what is left of it."""
    if not 0 < cents <= held.cents:
        raise ValueError("a payment is more than zero and at most what is left of it")
    books = Books()
    books.line("patient_prepaid", cents, held.item, Where(entity=held.entity, patient=held.patient))
    books.line("ar_patient", -cents, facts.item, Where(entity=facts.entity, site=facts.site, patient=facts.debtor))
    return Posting(books.sheets(facts.entity))
