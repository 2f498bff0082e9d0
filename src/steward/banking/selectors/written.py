"""The register of the practice's own checks, and what the bank is to be told of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from steward.banking.models import BankAccount, CheckSetting, MatchPart, PositivePay, WrittenCheck
from steward.banking.states import CheckState
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped

VOID = (CheckState.VOIDED, CheckState.STOPPED)


def checks(subject: Subject) -> QuerySet[Any]:
    """All of them, newest first; ``paid`` says whether the bank has shown it."""
    shown = MatchPart.objects.filter(settlement=OuterRef("settlement"), live=True)
    rows = WrittenCheck.objects.select_related("bank_account", "written_by", "issued_by", "settlement").annotate(paid=Exists(shown))
    return scoped(subject, "check.read", rows).order_by("-day", "-id")


def check_by_uid(subject: Subject, uid: UUID) -> Any:
    """One, or None."""
    return checks(subject).filter(uid=uid).first()


def state_of(row: Any) -> tuple[str, Any]:
    """How it stands, as a badge."""
    if row.state == CheckState.ISSUED and row.paid:
        return "good", "paid"
    tones = {"waiting": "warn", "issued": "", "rejected": "bad", "voided": "bad", "stopped": "bad", "spoiled": ""}
    return tones[row.state], row.get_state_display()


def setting_of(account: BankAccount) -> CheckSetting | None:
    """The account's numbers and printing, None before the first check."""
    return CheckSetting.objects.filter(bank_account=account).first()


def to_tell(account: BankAccount) -> list[tuple[WrittenCheck, bool]]:
    """(check, whether as void) that no file has told yet, by number. A check that ended before it was told is told as void only."""
    rows = account.checks.filter(entry__isnull=False).prefetch_related("told").order_by("number")
    found = []
    for row in rows:
        told = {line.void for line in row.told.all()}
        void = row.state in VOID
        if (void and True not in told) or (not void and False not in told):
            found.append((row, void))
    return found


def positive_pays(subject: Subject) -> QuerySet[PositivePay]:
    """Files made, newest first."""
    rows = PositivePay.objects.select_related("bank_account", "made_by", "file")
    return scoped(subject, "check.read", rows).order_by("-number")


@dataclass(frozen=True, slots=True)
class Used:
    """An account's numbers as the checks of the catalogue see them: (number, state, cents, uid)."""

    account: str
    rows: tuple[tuple[int, str, int, str], ...]


def used_numbers(day: date) -> list[Used]:
    """The numbers of every account that has a register, in order. One query."""
    rows = WrittenCheck.objects.filter(number__isnull=False, day__lte=day).select_related("bank_account").order_by("bank_account", "number")
    by: dict[str, list[tuple[int, str, int, str]]] = {}
    for row in rows:
        by.setdefault(row.bank_account.name, []).append((row.number or 0, row.state, row.cents, str(row.uid)))
    return [Used(name, tuple(own)) for name, own in by.items()]
