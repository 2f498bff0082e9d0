"""The rules learned of the bank's lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from steward.banking.models import BankAccount, BankLine, LearnedRule, Match
from steward.banking.states import RuleState
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.ledger.logic.costs import payee
from steward.ledger.models import Line


def rules(subject: Subject) -> QuerySet[Any]:
    """All of them; ``used`` counts the lines each has booked that stand."""
    booked = Match.objects.filter(learned=OuterRef("pk"), undone_at=None).order_by().values("learned").annotate(n=Count("pk")).values("n")
    rows = LearnedRule.objects.select_related("bank_account", "account", "made_by", "approved_by").annotate(used=Subquery(booked))
    return scoped(subject, "bank.read", rows).order_by("text", "id")


def rule_by_uid(subject: Subject, uid: UUID) -> Any:
    """One, or None."""
    return rules(subject).filter(uid=uid).first()


def ruled(account: BankAccount, lines: Iterable[BankLine]) -> list[tuple[BankLine, LearnedRule]]:
    """Open lines that exactly one signed rule fits. One query."""
    standing = list(LearnedRule.objects.filter(bank_account=account, state=RuleState.ACTIVE).select_related("account").order_by("id"))
    found = []
    for line in lines if standing else ():
        fits = [rule for rule in standing if rule.fits(payee(line.text), line.cents)]
        if len(fits) == 1:
            found.append((line, fits[0]))
    return found


def often(line: BankLine) -> tuple[str, int, int, int] | None:
    """(account code, least, most cents, how often) of earlier lines of this account with the same name and sign that people explained to
    one account; None when they did so less than twice, or to several. One query."""
    name = payee(line.text)
    if not name:
        return None
    sign = {"cents__gt": 0} if line.cents > 0 else {"cents__lt": 0}
    rows = (
        BankLine.objects.filter(bank_account=line.bank_account_id, parts__live=True, parts__match__rule="explained", **sign)
        .annotate(entry=F("parts__match__entry"))
        .order_by("-id")[:400]
    )
    same = [row for row in rows if payee(row.text) == name]
    if len(same) < 2:
        return None
    entries = [row.entry for row in same]
    codes = set(
        Line.objects.filter(entry__number__in=entries).exclude(account=line.bank_account.account_id).values_list("account__code", flat=True)
    )
    sizes = [abs(row.cents) for row in same]
    return (codes.pop(), min(sizes), max(sizes), len(same)) if len(codes) == 1 else None
