"""What can be wrong in billing. Pure functions over what the selectors give; a person decides what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _

from steward.billing.logic.claim_state import Standing
from steward.core.findings import Evidence, Finding, Severity
from steward.core.money import format_cents
from steward.ledger.selectors import OpenItem


def claims_not_whole(books: Mapping[str, Standing]) -> Iterator[Finding]:
    """``claim_not_whole``: receivables, adjustments and payments of a claim do not add to its charges.

    ``books`` is keyed by claim number. Source: facts of billing, "Invariants, always".
    """
    for ref, one in books.items():
        if not one.whole:
            title = _("Claim %s does not add up to its charges") % ref
            fix = _("Look for an entry by hand on one of its charges.")
            yield Finding("claim_not_whole", Severity.HIGH, title, (Evidence("claim", ref, one.charge_cents),), fix=fix)


def remittance_cash_differs(rows: Iterable[tuple[str, int, int]]) -> Iterator[Finding]:
    """``remittance_cash``: what a remittance brought into the books is not its BPR02.

    ``rows`` are (trace, BPR02, cents debited to money on its way or in hand by its own entries).
    """
    for trace, paid, posted in rows:
        if paid != posted:
            title = _("Remittance %(trace)s paid %(paid)s, the books have %(posted)s") % {
                "trace": trace, "paid": format_cents(paid), "posted": format_cents(posted),
            }  # fmt: skip
            fix = _("Take it back and import it again.")
            yield Finding("remittance_cash", Severity.HIGH, title, (Evidence("remittance", trace, posted - paid),), fix=fix)


def money_without_owner(items: Iterable[OpenItem], today: date, *, days: int = 30) -> Iterator[Finding]:
    """``unapplied_old``: a payer's money has waited unapplied or in suspense for more than ``days`` days."""
    for item in items:
        if item.role in ("unapplied", "recoupment_suspense") and item.first < today - timedelta(days=days):
            title = _("%(amount)s of a payer waits since %(day)s") % {
                "amount": format_cents(-item.cents), "day": item.first.isoformat(),
            }  # fmt: skip
            fix = _("Match it on the work list, or return it.")
            yield Finding("unapplied_old", Severity.MEDIUM, title, (Evidence("item", item.item, item.cents),), fix=fix)


def clearing_not_zero(items: Iterable[OpenItem], today: date, *, days: int = 3) -> Iterator[Finding]:
    """``era_clearing_nonzero`` (27): what a remittance paid and what was applied of it differ, for more than ``days`` days."""
    for item in items:
        if item.role == "era_clearing" and item.last < today - timedelta(days=days):
            title = _("%(amount)s of a remittance of %(day)s stands in clearing") % {
                "amount": format_cents(item.cents), "day": item.first.isoformat(),
            }  # fmt: skip
            fix = _("Open the remittance: its payment and what was applied must be one sum.")
            yield Finding("era_clearing_nonzero", Severity.HIGH, title, (Evidence("item", item.item, item.cents),), fix=fix)


def credit_overdue(rows: Iterable[tuple[str, int, date | None, str]], today: date) -> Iterator[Finding]:
    """``patient_credit_aged`` (31): a credit past the day by which it must go back. ``rows``: (item, cents owed back, due, rule)."""
    for item, cents, due, rule in rows:
        if due is not None and due < today:
            title = _("%(amount)s had to go back by %(day)s (%(rule)s)") % {
                "amount": format_cents(cents), "day": due.isoformat(), "rule": rule,
            }  # fmt: skip
            fix = _("Refund it, or hand it to the state as unclaimed.")
            yield Finding("patient_credit_aged", Severity.HIGH, title, (Evidence("item", item, cents),), fix=fix)
