"""What can be wrong in the books themselves. Pure functions over what the selectors give; a person decides what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from steward.core.findings import Evidence, Finding, Proposal, ProposalLine, Severity
from steward.core.money import format_cents
from steward.ledger.logic.balance import TrialBalance
from steward.ledger.selectors.balances import OpenItem
from steward.ledger.selectors.verify import Proof

#: Accounts whose balance may stand on either side without anything being wrong.
EITHER_SIDE = frozenset(
    {"cash_over_short", "era_clearing", "suspense", "retained_earnings", "net_pay_clearing", "card_clearing"}
)


def broken_books(proof: Proof) -> Iterator[Finding]:
    """``hash_chain_broken``, ``sequence_gap`` and ``totals_drift``: the books are not what was posted. Restore a backup."""
    fix = _("Compare with the latest backup; the books since then must be restored or entered anew.")
    for fault in proof.faults:
        check = "sequence_gap" if "missing" in fault.why else "hash_chain_broken"
        evidence = (Evidence("entry", str(fault.number or "-")),)
        yield Finding(check, Severity.HIGH, fault.why.capitalize(), evidence, fix=fix)
    for code, lines, totals in proof.accounts:
        title = _("The totals of account %s are not the sum of its lines") % code
        yield Finding("totals_drift", Severity.HIGH, title, (Evidence("account", code, lines - totals),), fix=fix)


def wrong_normal_side(balance: TrialBalance) -> Iterator[Finding]:
    """``wrong_normal_side``: an account stands where its kind never does."""
    for row in balance.rows:
        if row.abnormal and row.account.role not in EITHER_SIDE:
            title = _("%(code)s %(name)s stands at %(amount)s, on the wrong side") % {
                "code": row.account.code, "name": row.account.name, "amount": format_cents(row.balance_cents),
            }  # fmt: skip
            evidence = (Evidence("account", row.account.code, row.balance_cents),)
            yield Finding("wrong_normal_side", Severity.MEDIUM, title, evidence, fix=_("Open its register and look."))


def suspense_not_cleared(items: Sequence[OpenItem], today: date, *, days: int = 30) -> Iterator[Finding]:
    """``suspense_not_cleared``: something has lain in suspense for more than ``days`` days."""
    for item in items:
        if item.role == "suspense" and item.first < today - timedelta(days=days):
            title = _("%(amount)s has been in suspense since %(day)s") % {
                "amount": format_cents(item.cents), "day": item.first.isoformat(),
            }  # fmt: skip
            yield Finding("suspense_not_cleared", Severity.HIGH, title, (Evidence("item", item.item, item.cents),))


def duplicate_posting(rows: Iterable[tuple[str, str, int, int, int]]) -> Iterator[Finding]:
    """``duplicate_posting``: one source document on two entries of the same amount, neither reversing the other.

    ``rows`` are (source type, source ref, first number, second number, cents).
    """
    for kind, ref, first, second, cents in rows:
        title = _("Entries %(first)s and %(second)s are booked from the same source") % {
            "first": first,
            "second": second,
        }
        evidence = (
            Evidence("entry", str(first), cents),
            Evidence("entry", str(second), cents),
            Evidence("source", f"{kind}:{ref}"),
        )
        fix = _("If it is one event, reverse the second entry.")
        yield Finding("duplicate_posting", Severity.MEDIUM, title, evidence, fix=fix, confidence_ppm=700_000)


def reclassify(day: date, wrong: str, right: str, cents: int) -> Proposal:
    """The entry that moves ``cents`` (signed as they stand on ``wrong``) to the account where they belong."""
    return Proposal(day, (ProposalLine(right, cents), ProposalLine(wrong, -cents)))
