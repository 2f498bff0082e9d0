"""Payments that came back: which may, what each had paid, which stand."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.banking.models import BankLine, DepositLine, Receipt
from steward.billing.logic.returned import use_of
from steward.billing.models import Charge, Decision, OtherCharge, RemittanceLine, ReturnedPayment
from steward.billing.postings import PaidItem, ReceiptFacts, Where
from steward.billing.states import DecisionKind
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.ledger.selectors import item_balances
from steward.ledger.selectors.open_lines import EntryMove, moves_through

STANDING = Q(undone_at=None, decision__entry__isnull=False)


def returned_payments(subject: Subject) -> QuerySet[ReturnedPayment]:
    """Those this person may see, the latest first."""
    rows = scoped(subject, "charge.read", ReturnedPayment.objects.all(), own=Q(receipt__party__user_id=subject.user_id))
    return rows.select_related("receipt__party", "decision", "fee").order_by("-returned_on", "-id")


def returns_of_receipt(receipt: Receipt) -> list[ReturnedPayment]:
    """Every return of a receipt, undone ones too, the latest first."""
    return list(ReturnedPayment.objects.filter(receipt=receipt).select_related("decision").order_by("-id"))


def returned_of(parties: Iterable[int]) -> list[ReturnedPayment]:
    """Returns that stand of what these parties paid, the latest first. One query."""
    rows = ReturnedPayment.objects.filter(STANDING, receipt__party__in=list(parties))
    return list(rows.select_related("receipt").order_by("-returned_on", "-id"))


def undo_waits(row: ReturnedPayment) -> bool:
    """Whether its undoing waits for a signature."""
    return Decision.objects.filter(kind=DecisionKind.UNRETURNED, item=row.item, entry=None, rejected_at=None).exists()


def deposited(receipt: Receipt) -> bool:
    """Whether its money has left the house: a check in a locked deposit, a card in a closed batch."""
    if receipt.tender == "card":
        return receipt.batch_id is not None
    return DepositLine.objects.filter(item=receipt.item, deposit__voided_at=None).exists()


def receipts_like(line: BankLine) -> list[Receipt]:
    """Receipts by check or card of exactly what a bank line took, that have not come back; the latest first, at most 50."""
    back = ReturnedPayment.objects.filter(undone_at=None).values("receipt")
    rows = Receipt.objects.filter(cents=-line.cents, tender__in=["check", "card"], voided_at=None, day__lte=line.posted_on)
    return list(rows.exclude(pk__in=back).select_related("party__patient").order_by("-day", "-id")[:50])


def bank_line(uid: UUID) -> BankLine | None:
    """A line that took money."""
    return BankLine.objects.filter(uid=uid, cents__lt=0).select_related("bank_account").first()


def receipt_facts(receipt: Receipt) -> ReceiptFacts:
    """What a receipt's money did, from the books. Six queries."""
    moves = moves_through(receipt.item)
    use = use_of(receipt.item, moves, _told(moves))
    left = item_balances([receipt.item, *use.paid])
    own = left.get(receipt.item, {})
    held = next((one.party for one in moves if one.item == receipt.item and one.role == "patient_prepaid"), receipt.party_id)
    owed_back = min(max(-own.get("refunds_payable", 0), 0), use.given_back_cents)
    where = _where(use.paid)
    paid = tuple(
        PaidItem(item, cents, where[item], max(-left.get(item, {}).get("credit_balance", 0), 0))
        for item, cents in use.paid.items()
    )
    entity, site = receipt.session.drawer.entity_id, receipt.session.drawer.site_id
    return ReceiptFacts(
        receipt.item, receipt.cents, Where(entity=entity, site=site, patient=held), paid, -own.get("patient_prepaid", 0),
        owed_back, use.given_back_cents - owed_back,
    )  # fmt: skip


def _told(moves: Iterable[EntryMove]) -> dict[tuple[int, str], int]:
    """(entry of a remittance, charge's item) -> cents the payer paid for it."""
    entries: dict[str, list[int]] = {}
    items: set[str] = set()
    for move in moves:
        if move.journal == "remittance" and move.entry not in entries.setdefault(move.source_ref, []):
            entries[move.source_ref].append(move.entry)
        if move.item.startswith("charge:"):
            items.add(move.item.partition(":")[2])
    if not entries:
        return {}
    rows = RemittanceLine.objects.filter(charge__uid__in=items, answer__remittance__uid__in=list(entries))
    found: dict[tuple[int, str], int] = {}
    for uid, remittance, cents in rows.values_list("charge__uid", "answer__remittance__uid", "paid_cents"):
        for entry in entries[str(remittance)]:
            found[entry, f"charge:{uid}"] = found.get((entry, f"charge:{uid}"), 0) + cents
    return found


def _where(items: Iterable[str]) -> dict[str, Where]:
    """The dimensions of charges and of charges that are no claim, by item."""
    uids = {kind: [item.partition(":")[2] for item in items if item.startswith(kind)] for kind in ("charge:", "fee:")}
    columns = ("claim__entity", "claim__site", "claim__provider__party", "claim__patient__party")
    found = {
        f"charge:{uid}": Where(entity, site, None, provider, patient)
        for uid, entity, site, provider, patient in Charge.objects.filter(uid__in=uids["charge:"]).values_list("uid", *columns)
    }
    fees = OtherCharge.objects.filter(uid__in=uids["fee:"]).values_list("uid", "site__entity", "site", "debtor")
    return found | {f"fee:{uid}": Where(entity, site, None, None, debtor) for uid, entity, site, debtor in fees}
