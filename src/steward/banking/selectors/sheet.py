"""The day sheet: every figure of a day, taken from the books and from banking's own documents, and its two proofs.

A proof compares two roads to one figure: the balances before and after the day (from the books' totals) and the lines
of the day, sorted into charges, payments, adjustments and the rest by the role of their account.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from steward.banking.logic.day import CheckItem, ReceiptsProof, ReceivablesProof
from steward.banking.models import BankAccount, DayClose, Deposit, DrawerSession, MailLog, Receipt, TerminalBatch
from steward.banking.selectors.cash import BANK_ROLES
from steward.banking.selectors.deposits import card_receipts_open, undeposited
from steward.banking.selectors.drawers import flows, open_sessions
from steward.banking.selectors.refunds import refund_rows
from steward.core.money import format_cents
from steward.ledger.selectors import trial_balance

RECEIVABLE = frozenset({"ar_insurance", "ar_patient"})
CHARGE = frozenset({"charges", "capitation_contra"})
ADJUSTMENT = frozenset(
    {"contractual", "sequestration", "denial_writeoff", "bad_debt", "charity", "admin_writeoff", "early_payment"}
)
IN_HAND = frozenset({"drawer", "petty_cash", "undeposited", "card_clearing", "era_clearing", "eft_in_transit"})
HELD = frozenset(
    {"patient_prepaid", "unapplied", "credit_balance", "refunds_payable", "recoupment_payable", "recoupment_suspense"}
)
PAYER_SIDE = frozenset({"withhold_receivable", "levy", "payer_penalty", "interest_income", "incentive_revenue"})
"""Accounts that take a part of what a payer allowed: a payment to the receivable, no money to us."""

_LINES = """
SELECT l.entry_id, COALESCE(a.role, ''), a.code, CAST(SUM(l.cents) AS bigint) FROM ledger_line l
JOIN ledger_account a ON a.id = l.account_id WHERE l.date = %s GROUP BY l.entry_id, COALESCE(a.role, ''), a.code"""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What only other rooms know of a day: kept visits, those without a charge or a reason, and appointments that are
    still booked or here (both as shown to people). `still_on`: the last of these ends later than the clock says.
    """

    kept_visits: int = 0
    visits_without_charge: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    still_on: bool = False


def _sums(day: date) -> dict[int, dict[str, int]]:
    """Entry -> class -> cents of the day's lines. Classes: receivable charge adjustment money held payer other."""
    banks = set(BankAccount.objects.values_list("account__code", flat=True))
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [day.isoformat()])
        for entry, role, code, cents in cursor.fetchall():
            found[entry][_class(role, code, banks)] += cents
    return found


def _class(role: str, code: str, banks: set[str]) -> str:
    if role in IN_HAND or role in BANK_ROLES or code in banks:
        return "money"
    for name, roles in (("receivable", RECEIVABLE), ("charge", CHARGE), ("adjustment", ADJUSTMENT), ("held", HELD)):
        if role in roles:
            return name
    return "payer" if role in PAYER_SIDE else "other"


def proofs(day: date) -> tuple[ReceivablesProof, ReceiptsProof]:
    """The two proofs of the day sheet, by posting date, in cents. Eight queries, whatever the day held."""
    before, after = _money(day - timedelta(days=1)), _money(day)
    entries = _sums(day)
    charges = adjustments = applied = returned = 0
    held = elsewhere = relief = 0
    for sums in entries.values():
        if "receivable" in sums:
            charges -= sums.get("charge", 0)
            adjustments += sums.get("adjustment", 0)
            paid = sums.get("money", 0) + sums.get("held", 0) + sums.get("payer", 0)
            applied, returned = applied + max(0, paid), returned + max(0, -paid)
        if "money" in sums or "held" in sums:
            held -= sums.get("held", 0)
            elsewhere -= sums.get("payer", 0) + sums.get("other", 0)
            relief -= sums.get("receivable", 0) + sums.get("charge", 0) + sums.get("adjustment", 0)
    receivables = ReceivablesProof(before["receivable"], charges, applied, returned, adjustments, after["receivable"])
    return receivables, ReceiptsProof(after["money"] - before["money"], relief, held, elsewhere)


def _money(day: date) -> dict[str, int]:
    """Balance of the receivables and of all money accounts at the end of a day."""
    banks = set(BankAccount.objects.values_list("account__code", flat=True))
    found = {"receivable": 0, "money": 0}
    for row in trial_balance(day).rows:
        name = _class(row.account.role, row.account.code, banks)
        if name in found:
            found[name] += row.balance_cents
    return found


def tenders(day: date) -> dict[str, dict[str, int]]:
    """Payments of a day by user and tender: {user: {tender: cents, "total": cents}}; voided ones never were."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"cash": 0, "check": 0, "card": 0, "total": 0})
    for one in Receipt.objects.filter(day=day, voided_at=None).select_related("by"):
        row = found[one.by.name if one.by else "Steward"]
        row[one.tender] += one.cents
        row["total"] += one.cents
    return dict(sorted(found.items()))


def voids(day: date) -> list[dict[str, Any]]:
    """Receipts of a day that were voided."""
    rows = Receipt.objects.filter(day=day, voided_at__isnull=False).select_related("voided_by").order_by("number")
    return [
        {
            "number": one.number, "tender": one.tender, "cents": one.cents, "reason": one.void_reason,
            "by": one.voided_by.name if one.voided_by else "Steward",
        }
        for one in rows
    ]  # fmt: skip


def drawer_rows(day: date) -> list[dict[str, Any]]:
    """Each session of a day: expected made of its parts, counted, over or short."""
    rows = list(
        DrawerSession.objects.filter(day=day).select_related("drawer", "cashier").order_by("drawer__name", "id")
    )
    parts = flows(rows)
    return [
        {
            "drawer": one.drawer.name, "cashier": one.cashier.name, "state": one.state, **asdict(parts[one.pk]),
            "expected_cents": one.expected_cents, "counted_cents": one.counted_cents, "left_cents": one.left_cents,
            "over_short_cents": one.over_short_cents, "reason": one.reason,
        }
        for one in rows
    ]  # fmt: skip


def deposit_rows(day: date) -> list[dict[str, Any]]:
    """Deposit slips of a day."""
    rows = Deposit.objects.filter(day=day, voided_at=None).order_by("number")
    return [
        {
            "number": one.number, "currency_cents": one.currency_cents, "coin_cents": one.coin_cents,
            "checks_cents": one.checks_cents, "total_cents": one.cents, "bag": one.bag,
        }
        for one in rows
    ]  # fmt: skip


def batch_rows(day: date) -> list[dict[str, Any]]:
    """Card batches of a day: gross, fee, net."""
    rows = TerminalBatch.objects.filter(day=day).order_by("number")
    return [
        {
            "number": one.number, "reference": one.reference, "gross_cents": one.gross_cents, "fee_cents": one.fee_cents,
            "net_cents": one.gross_cents - one.fee_cents,
        }
        for one in rows
    ]  # fmt: skip


def mail_rows(day: date) -> list[dict[str, Any]]:
    """The mail log of a day."""
    rows = MailLog.objects.filter(day=day).select_related("site", "opened_by", "witness").order_by("id")
    return [
        {
            "site": one.site.name, "opened_by": one.opened_by.name, "witness": one.witness.name, "checks": one.checks,
            "checks_cents": one.checks_cents, "note": one.note,
        }
        for one in rows
    ]  # fmt: skip


def day_checks(day: date, facts: DayFacts, reasons: dict[str, str] | None = None) -> list[CheckItem]:
    """What the lock asks: each with the figures in words; waivable ones take the reason given for them."""
    receivables, receipts = proofs(day)
    return _questions(day, facts, reasons or {}, receivables, receipts)


def _questions(
    day: date, facts: DayFacts, reasons: dict[str, str], receivables: ReceivablesProof, receipts: ReceiptsProof
) -> list[CheckItem]:
    waiting = [one.drawer.name for one in open_sessions(day)]
    cards = card_receipts_open(day).count()
    mail = MailLog.objects.filter(day=day).exists()
    missing, left = facts.visits_without_charge, facts.unfinished
    off, off2 = format_cents(receivables.difference_cents), format_cents(receipts.difference_cents)
    items = [
        (
            "day_open" if facts.still_on else "patients",
            not left,
            _("Everybody checked out or marked"),
            "; ".join(left[:20]),
            not facts.still_on,
        ),
        ("drawers", not waiting, _("Drawers counted"), ", ".join(waiting), False),
        (
            "batches",
            not cards,
            _("Card batches closed"),
            _("%s payments without a batch") % cards if cards else "",
            False,
        ),
        ("mail", mail, _("Mail opened by two people and logged"), "" if mail else _("not logged"), True),
        ("visits", not missing, _("Every kept visit has a charge"), "; ".join(missing[:20]), True),
        ("receivables", receivables.ok, _("Receivables prove"), "" if receivables.ok else _("off by %s") % off, True),
        ("receipts", receipts.ok, _("Receipts prove"), "" if receipts.ok else _("off by %s") % off2, True),
    ]
    return [
        CheckItem(name, ok, f"{words}: {more}" if more else words, waivable, reasons.get(name, ""))
        for name, ok, words, more, waivable in items
    ]


def day_sheet(day: date, facts: DayFacts, reasons: dict[str, str] | None = None) -> dict[str, Any]:
    """Everything the day sheet prints, as plain values in cents. A constant number of queries."""
    receivables, receipts = proofs(day)
    users = tenders(day)
    checks = _questions(day, facts, reasons or {}, receivables, receipts)
    return {
        "day": day.isoformat(),
        "drawers": drawer_rows(day),
        "payments": users,
        "payments_total_cents": sum(row["total"] for row in users.values()),
        "voids": voids(day),
        "refunds": refund_rows(day),
        "batches": batch_rows(day),
        "deposits": deposit_rows(day),
        "undeposited_cents": sum(one.cents for one in undeposited(day=day)),
        "mail": mail_rows(day),
        "visits": {"kept": facts.kept_visits, "without_charge": list(facts.visits_without_charge)},
        "receivables": {**asdict(receivables), "difference_cents": receivables.difference_cents},
        "receipts": {**asdict(receipts), "difference_cents": receipts.difference_cents},
        "checks": [{**asdict(one), "passes": one.passes} for one in checks],
    }


def close_of(day: date) -> DayClose | None:
    """The close of a day, prepared or signed."""
    return DayClose.objects.filter(day=day).select_related("prepared_by", "signed_by").first()
