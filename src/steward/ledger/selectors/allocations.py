"""What accounts hold without a site or a department, to be shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Sum

from steward.ledger.models import Account, Line

DIMENSIONS: Final = ("site", "department")


@dataclass(frozen=True, slots=True)
class Unshared:
    """An account of profit and loss and what of it names no site or department, cents (debit positive)."""

    code: str
    name: str
    cents: int


def unassigned(code: str, by: str, first: date, last: date) -> int:
    """What the account holds without one between two days, both included. One query."""
    rows = Line.objects.filter(account__code=code, date__gte=first, date__lte=last, **{f"{by}__isnull": True})
    return rows.aggregate(sum=Sum("cents"))["sum"] or 0


def unshared(by: str, first: date, last: date) -> list[Unshared]:
    """Every account of cost that holds something without one, the largest first. One query."""
    lines: Any = Line.objects.filter(account__kind="expense", date__gte=first, date__lte=last, **{f"{by}__isnull": True})
    rows = lines.values("account__code", "account__name").annotate(cents=Sum("cents")).exclude(cents=0)
    found = [Unshared(row["account__code"], row["account__name"], row["cents"]) for row in rows]
    return sorted(found, key=lambda one: (-abs(one.cents), one.code))


def account_named(code: str) -> Account | None:
    """The account, or None."""
    return Account.objects.filter(code=code).first()
