"""What the books themselves say about closing a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from steward.core.approvals.selectors import after_the_fact
from steward.core.money import format_cents
from steward.ledger.logic.balance import TrialBalance
from steward.ledger.logic.periods import LOCKED, Month
from steward.ledger.models import Document, Entry, Period
from steward.ledger.selectors.balances import trial_balance
from steward.ledger.selectors.verify import verify
from steward.ledger.types import CheckResult

#: Accounts through which money only passes: at a month's end their balance is listed, item by item.
CLEARING_ROLES = (
    "undeposited",
    "card_clearing",
    "era_clearing",
    "eft_in_transit",
    "net_pay_clearing",
    "recoupment_suspense",
)


def files_unreviewed(last: date) -> int:
    """How many files were posted at once, into days up to ``last``, that no second person has reviewed yet. One query."""
    waiting = after_the_fact().filter(object_type="ledger.document").values("object_uid")
    return Document.objects.filter(uid__in=waiting, entries__date__lte=last).distinct().count()


def reversals_unreviewed(last: date) -> int:
    """How many reversals by hand, dated up to ``last``, no second person has reviewed yet. One query."""
    waiting = after_the_fact().filter(object_type="ledger.entry").values("object_uid")
    return Entry.objects.filter(uid__in=waiting, date__lte=last).count()


def close_checks(month: Month, *, thorough: bool) -> list[CheckResult]:
    """The ledger's own checks of a month. ``thorough`` proves the whole books from the lines, as locking does."""
    balance = trial_balance(month.last)
    return [_balanced(balance), _drafts(month), *_suspense(balance), _clearings(balance), _sides(balance), _earlier(month),
            *_proved(thorough)]  # fmt: skip


def _balanced(balance: TrialBalance) -> CheckResult:
    debit, credit = format_cents(balance.debit_cents), format_cents(balance.credit_cents)
    evidence = _("debits %(debit)s, credits %(credit)s") % {"debit": debit, "credit": credit}
    return CheckResult("balanced", balance.debit_cents == balance.credit_cents, evidence)


def _drafts(month: Month) -> CheckResult:
    waiting = Entry.objects.filter(state="draft", date__gte=month.first, date__lte=month.last).count()
    return CheckResult("drafts", waiting == 0, _("%s journal entries of this month wait") % waiting)


def _suspense(balance: TrialBalance) -> Iterator[CheckResult]:
    for row in balance.rows:
        if row.account.role == "suspense":
            yield CheckResult(
                "suspense", row.balance_cents == 0, _("suspense stands at %s") % format_cents(row.balance_cents)
            )


def _clearings(balance: TrialBalance) -> CheckResult:
    open_ones = [r for r in balance.rows if r.account.role in CLEARING_ROLES and r.balance_cents]
    evidence = "; ".join(f"{r.account.code} {format_cents(r.balance_cents)}" for r in open_ones) or _("all at zero")
    return CheckResult("clearings", not open_ones, evidence, blocks=False)


def _sides(balance: TrialBalance) -> CheckResult:
    wrong = [f"{r.account.code} {format_cents(r.balance_cents)}" for r in balance.rows if r.abnormal]
    return CheckResult("abnormal_sides", not wrong, "; ".join(wrong) or _("none"), blocks=False)


def _earlier(month: Month) -> CheckResult:
    rows = Period.objects.exclude(state=LOCKED).order_by("year", "month")
    earlier = [str(p) for p in rows if Month(p.year, p.month) < month]
    evidence = _("not locked: %s") % ", ".join(earlier) if earlier else _("all locked")
    return CheckResult("earlier_periods", not earlier, evidence, blocks=False)


def _proved(thorough: bool) -> Iterator[CheckResult]:
    if not thorough:
        return
    proof = verify()
    first = proof.first_bad
    evidence = first.why if first else _("%s entries proved from their lines") % proof.entries
    yield CheckResult("verify", proof.ok, evidence)
