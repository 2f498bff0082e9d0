"""The words of banking's life cycles, and what may follow what."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tender(models.TextChoices):
    """How a patient pays at the desk."""

    CASH = "cash", _("Cash")
    CHECK = "check", _("Check")
    CARD = "card", _("Card")


class SessionState(models.TextChoices):
    """A drawer session is open until its blind count; nothing reopens it."""

    OPEN = "open", _("Open")
    COUNTED = "counted", _("Counted")


class MoveKind(models.TextChoices):
    """Cash that left or entered a drawer without being a payment."""

    PAID_OUT = "paid_out", _("Paid out")
    SAFE_DROP = "safe_drop", _("Safe drop")
    HANDOVER = "handover", _("Handover")


class SettlementKind(models.TextChoices):
    """What the books expect as bank lines of their own."""

    DEPOSIT = "deposit", _("Deposit")
    EFT = "eft", _("EFT")
    CARD_BATCH = "card_batch", _("Card batch")
    CHECK = "check", _("Check")
    PAYOUT = "payout", _("Card payout")
    OTHER = "other", _("Other")


class MovementKind(models.TextChoices):
    """What a card processor's payout is made of."""

    BATCH = "batch", _("Batch")
    FEE = "fee", _("Fee")
    CHARGEBACK = "chargeback", _("Chargeback")
    REVERSAL = "chargeback_reversal", _("Chargeback won")
    HELD = "reserve_held", _("Held in reserve")
    RELEASED = "reserve_released", _("Reserve released")
    ADJUSTMENT = "adjustment", _("Adjustment")


class CheckState(models.TextChoices):
    """A check waits for its second signature; issued, it is void, stopped at the bank, or paid (the bank line says so)."""

    WAITING = "waiting", _("Waits for a signature")
    ISSUED = "issued", _("Issued")
    REJECTED = "rejected", _("Not signed")
    VOIDED = "voided", _("Voided")
    STOPPED = "stopped", _("Stopped")
    SPOILED = "spoiled", _("Spoiled")


CHECK_MOVES: dict[tuple[str, str], str] = {
    (CheckState.WAITING, "sign"): CheckState.ISSUED,
    (CheckState.WAITING, "reject"): CheckState.REJECTED,
    (CheckState.ISSUED, "void"): CheckState.VOIDED,
    (CheckState.ISSUED, "stop"): CheckState.STOPPED,
    (CheckState.ISSUED, "print"): CheckState.ISSUED,
}
"""(state, act) -> state; what is not here is refused."""


class RuleState(models.TextChoices):
    """A rule learned of the bank's lines waits for its second signature, is applied, and ends."""

    WAITING = "waiting", _("Waits for a signature")
    ACTIVE = "active", _("Applied")
    REJECTED = "rejected", _("Not signed")
    ENDED = "ended", _("Ended")


class CloseState(models.TextChoices):
    """A day is prepared by one person and signed, and thereby locked, by another."""

    PREPARED = "prepared", _("Waits for the second signature")
    SIGNED = "signed", _("Closed")


CLOSE_MOVES: dict[tuple[str, str], str] = {
    ("", "prepare"): CloseState.PREPARED,
    (CloseState.PREPARED, "prepare"): CloseState.PREPARED,
    (CloseState.PREPARED, "sign"): CloseState.SIGNED,
}
"""(state, act) -> state; what is not here is refused."""

SESSION_MOVES: dict[tuple[str, str], str] = {
    (SessionState.OPEN, "take"): SessionState.OPEN,
    (SessionState.OPEN, "move"): SessionState.OPEN,
    (SessionState.OPEN, "void"): SessionState.OPEN,
    (SessionState.OPEN, "count"): SessionState.COUNTED,
}

KEY_KINDS: dict[str, str] = {
    SettlementKind.DEPOSIT: "slip",
    SettlementKind.EFT: "trn",
    SettlementKind.CARD_BATCH: "batch",
    SettlementKind.CHECK: "check",
    SettlementKind.PAYOUT: "batch",
    SettlementKind.OTHER: "ref",
}
"""Which identity a settlement of each kind carries (`logic.matching.key`)."""

FLOW_KINDS = {
    "payroll": _("Payroll"), "tax": _("Taxes"), "rent": _("Rent"), "loan": _("Loan"), "bill": _("Bill"),
    "capital": _("Equipment"), "draw": _("Draw"), "other": _("Other"),
}  # fmt: skip
FLOW_EVERY = {
    "once": _("Once"), "week": _("Every week"), "two_weeks": _("Every two weeks"), "half_month": _("Twice a month"),
    "month": _("Every month"), "quarter": _("Every quarter"), "year": _("Every year"),
}  # fmt: skip
