"""What the books themselves say about closing a month."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from steward.core.approvals.selectors import after_the_fact
from steward.core.money import format_cents
from steward.core.sql import query
from steward.ledger.logic.balance import TrialBalance, TrialRow
from steward.ledger.logic.close_list import EXPLAINED, FROZEN, UNAPPLIED_LIMIT_CENTS, Act, Moved, flux
from steward.ledger.logic.periods import LOCKED, Month
from steward.ledger.models import CloseAct, Document, Entry, Period, PeriodEvent
from steward.ledger.selectors.balances import heads, trial_balance, turnovers
from steward.ledger.selectors.schedules import due, loan_steps, releases_due
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
            *_controls(balance, month), *_by_hand(balance), _schedules(month), _loans(month), _flux(month), _frozen(month, balance),
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
    few = ", ".join(earlier) if len(earlier) <= 3 else _("%(n)s months since %(first)s") % {"n": len(earlier), "first": earlier[0]}
    evidence = _("not locked: %s") % few if earlier else _("all locked")
    return CheckResult("earlier_periods", not earlier, evidence, blocks=False)


def _proved(thorough: bool) -> Iterator[CheckResult]:
    if not thorough:
        return
    proof = verify()
    first = proof.first_bad
    evidence = first.why if first else _("%s entries proved from their lines") % proof.entries
    yield CheckResult("verify", proof.ok, evidence)


def _role(balance: TrialBalance, *roles: str) -> int:
    return sum(row.balance_cents for row in balance.rows if row.account.role in roles)


def _controls(balance: TrialBalance, month: Month) -> Iterator[CheckResult]:
    """Lines 4 to 6. Sub-ledger rows are ledger lines here, so a control account can only differ by lines that name nobody. The
    words name sums alone: what is shown here stays in the log of the month."""
    nobody = _named_nobody(month.last)
    for check, roles in (("ar_control", ("ar_patient", "ar_insurance")), ("ap_control", ("ap",))):
        off = sum(nobody.get(role, 0) for role in roles)
        evidence = _("%(total)s in the books, %(off)s of it without a name") % {
            "total": format_cents(_role(balance, *roles)), "off": format_cents(off),
        }  # fmt: skip
        if check == "ap_control" and (grni := _role(balance, "grni")):
            evidence += "; " + _("goods received not billed %s") % format_cents(grni)
        yield CheckResult(check, off == 0, evidence, blocks=False)
    unapplied = abs(_role(balance, "unapplied"))
    evidence = _("%(cents)s, limit %(limit)s") % {"cents": format_cents(unapplied), "limit": format_cents(UNAPPLIED_LIMIT_CENTS)}
    yield CheckResult("unapplied", unapplied < UNAPPLIED_LIMIT_CENTS, evidence, blocks=False)


def _named_nobody(day: date) -> dict[str, int]:
    """Role -> cents up to ``day`` on lines of control accounts that name no party, no payer and no item. One query."""
    sql = """SELECT a.role, CAST(SUM(l.cents) AS bigint) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
             WHERE a.role IN ('ar_patient', 'ar_insurance', 'ap') AND l.date <= %s AND l.party_id IS NULL
               AND l.payer_id IS NULL AND l.item = '' GROUP BY a.role"""
    return {role: int(cents) for role, cents in query(sql, day)}


#: Lines a person has to look at, with the accounts that tell what there is to look at.
BY_HAND: Final = {
    "stock": ("inventory",),
    "payroll": ("federal_payroll_tax", "state_payroll_tax", "futa_payable", "sui_payable", "benefits_payable", "net_pay_clearing",
                "accrued_wages"),
    "credits": ("credit_balance",),
}  # fmt: skip
ALLOWANCES: Final = ("1150", "1160")


def _by_hand(balance: TrialBalance) -> Iterator[CheckResult]:
    stands = {row.account.role: row for row in balance.rows}
    for check, roles in BY_HAND.items():
        found = [stands[role] for role in roles if role in stands and stands[role].balance_cents]
        yield CheckResult(check, not found, _listed(found), blocks=False)
    allowances = [row for row in balance.rows if row.account.code in ALLOWANCES]
    yield CheckResult("allowance", False, _listed(allowances), blocks=False)
    yield CheckResult("backup", False, _("restore the latest backup elsewhere and compare its trial balance"), blocks=False)


def _listed(found: Sequence[TrialRow]) -> str:
    return "; ".join(f"{r.account.code} {format_cents(r.balance_cents)}" for r in found) or _("nothing stands here")


def _schedules(month: Month) -> CheckResult:
    waits = sum(len(one.steps) for one in due(month.last)) + len(releases_due(month.last))
    return CheckResult("schedules", waits == 0, _("%s steps are due and not posted") % waits, blocks=False)


def _loans(month: Month) -> CheckResult:
    steps = loan_steps(month.first, month.last)
    left = [one.name for one in steps if not one.posted]
    evidence = _("not posted: %s") % ", ".join(left) if left else _("%s payments by schedule") % len(steps)
    return CheckResult("loans", not left, evidence, blocks=False)


def moved(month: Month) -> list[Moved]:
    """Accounts of profit and loss that moved by more than the limits against the month before. Four queries."""
    before = month.plus(-1)
    ends = [turnovers(day) for day in (month.last, before.last, before.plus(-1).last)]
    heads_now = {head.id: head for head in heads() if head.kind in ("revenue", "expense")}
    stood = [{heads_now[pk].code: debit - credit for pk, (debit, credit) in end.items() if pk in heads_now} for end in ends]
    now, then = ({code: end.get(code, 0) - start.get(code, 0) for code in {*end, *start}} for end, start in pairwise(stood))
    return flux(now, then, {head.code: head.name for head in heads_now.values()})


def _flux(month: Month) -> CheckResult:
    found, told = moved(month), explained(month)
    left = [one.code for one in found if one.code not in told]
    evidence = _("to explain: %s") % ", ".join(left) if left else _("%s accounts moved, all explained") % len(found)
    return CheckResult("flux", not left, evidence, blocks=False)


def books_stamp(balance: TrialBalance) -> str:
    """The books of a day as one digest: any posting dated up to it that moves an account changes it."""
    parts = ";".join(f"{row.account.code}:{row.turnover_debit_cents}:{row.turnover_credit_cents}" for row in balance.rows)
    return hashlib.sha256(parts.encode()).hexdigest()


def _frozen(month: Month, balance: TrialBalance) -> CheckResult:
    latest = _acts(month).filter(kind=FROZEN).order_by("-id").first()
    if latest is None:
        return CheckResult("frozen", False, _("no packet is frozen"), blocks=False)
    same = latest.stamp == books_stamp(balance)
    evidence = _("frozen as %s") % latest.ref[:12] if same else _("the books of the month changed since the packet was frozen")
    return CheckResult("frozen", same, evidence, blocks=False)


def _acts(month: Month) -> QuerySet[CloseAct]:
    """What was done about the month since it was opened last."""
    events = PeriodEvent.objects.filter(period=OuterRef("period"), to_state="open").order_by("-version").values("version")[:1]
    rows = CloseAct.objects.annotate(reopened=Coalesce(Subquery(events), 0))
    return rows.filter(period__year=month.year, period__month=month.month, version__gte=F("reopened"))


def explained(month: Month) -> dict[str, str]:
    """Account code -> what was said about its move. One query."""
    return dict(_acts(month).filter(kind=EXPLAINED).order_by("id").values_list("ref", "words"))


def close_acts(month: Month) -> list[Act]:
    """Everything done about the lines of the month as it stands now, oldest first. One query."""
    return [
        Act(one.check_id, one.kind, one.by_id, one.by.name if one.by else "", one.at, one.words, one.ref, one.stamp)
        for one in _acts(month).select_related("by").order_by("id")
    ]
