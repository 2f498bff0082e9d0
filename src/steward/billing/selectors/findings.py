"""The rows billing's checks look at, and what they find today."""

from __future__ import annotations

from datetime import date

from steward.billing import checks
from steward.billing.models import Charge, Claim
from steward.billing.selectors import findings_control
from steward.billing.selectors.claims import standings
from steward.billing.selectors.credits import credits
from steward.core.findings import Finding, in_order
from steward.ledger.selectors import open_items

STEP = 2000


def findings(today: date) -> list[Finding]:
    """Everything billing's checks find, worst first: every claim against its charges, payers' money, credits."""
    waiting = open_items(["era_clearing", "unapplied", "recoupment_suspense"])
    owed = [(one.item.item, one.cents, one.due_on, str(one.rule)) for one in credits(today)]
    return in_order([
        *_claims(),
        *checks.money_without_owner(waiting, today),
        *checks.clearing_not_zero(waiting, today),
        *checks.credit_overdue(owed, today),
        *findings_control.findings(today),
    ])  # fmt: skip


def _claims() -> list[Finding]:
    """Every claim that has charges, in steps, so that memory stays flat."""
    pks = list(Claim.objects.filter(pk__in=Charge.objects.values("claim")).order_by("pk").values_list("pk", "ref"))
    found: list[Finding] = []
    for start in range(0, len(pks), STEP):
        refs = dict(pks[start : start + STEP])
        books = {refs[pk]: one for pk, one in standings(refs).items()}
        found += checks.claims_not_whole(books)
    return found
