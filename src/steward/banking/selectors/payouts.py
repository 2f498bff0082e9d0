"""What the card processor paid, held back and took back, and the terms it is held to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from steward.banking.models import CardTerms, MatchPart, Payout, PayoutLine, Receipt, Settlement, TerminalBatch
from steward.banking.states import MovementKind, Tender
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped


def waiting() -> QuerySet[PayoutLine]:
    """Chargebacks that stand, were not won back, and that nobody has booked as a payment that came back."""
    won = PayoutLine.objects.filter(kind=MovementKind.REVERSAL, reference=OuterRef("reference"), live=True)
    return PayoutLine.objects.filter(kind=MovementKind.CHARGEBACK, live=True, settlement=None).exclude(Exists(won))


def terms_on(entity: int, day: date) -> CardTerms | None:
    """The terms of a legal entity's processor on a day. One query."""
    return CardTerms.objects.filter(entity_id=entity, starts_on__lte=day).order_by("-starts_on").first()


def terms(subject: Subject) -> QuerySet[CardTerms]:
    """All terms, the latest first."""
    rows = CardTerms.objects.select_related("entity", "made_by")
    return scoped(subject, "bank.read", rows).order_by("entity__name", "-starts_on")


def payouts(subject: Subject) -> QuerySet[Any]:
    """Payouts with what they took in (``gross_cents``), what was kept (``batch_fees``), whether a chargeback ``waits``, and
    whether the bank has ``seen`` them."""
    live = MatchPart.objects.filter(settlement=OuterRef("settlement"), live=True)
    own = "lines__cents"
    rows = Payout.objects.select_related("entity", "settlement").annotate(
        seen=Exists(live),
        gross_cents=Coalesce(Sum(own, filter=Q(lines__kind=MovementKind.BATCH)), 0),
        batch_fees=Coalesce(Sum("lines__fee_cents"), 0),
        waits=Exists(waiting().filter(payout=OuterRef("pk"))),
    )
    return scoped(subject, "bank.read", rows).order_by("-paid_on", "-id")


def lines_of(payout: Payout) -> list[PayoutLine]:
    """The movements in the report's order."""
    return list(payout.lines.select_related("batch", "receipt", "settlement").order_by("n"))


def open_chargebacks() -> int:
    """How many chargebacks nobody has booked. One query."""
    return waiting().count()


@dataclass(frozen=True, slots=True)
class Known:
    """What of ours a report names: batches and receipts, each by what it may be called, and what was expected of them."""

    batches: dict[str, list[TerminalBatch]]
    receipts: dict[str, list[Receipt]]
    returned: dict[str, Settlement]  # by the receipt's number: a payment that came back and was booked before
    cases: dict[str, PayoutLine]  # chargebacks taken before, by their case


def known(references: Iterable[str], receipts: Iterable[str], cases: Iterable[str]) -> Known:
    """Look everything up at once: four queries. A batch is called by the processor's reference, or by our number where it has none."""
    wanted = {one.lstrip("0") or one for one in references} | set(references)
    numbers = [int(one) for one in wanted if one.isdecimal() and len(one) < 18]
    batches: dict[str, list[TerminalBatch]] = {}
    for batch in TerminalBatch.objects.filter(Q(reference__in=wanted) | Q(reference="", number__in=numbers)).select_related("settlement"):
        batches.setdefault(batch.reference or str(batch.number), []).append(batch)
    named = set(receipts)
    own = [int(one) for one in named if one.isdecimal() and len(one) < 18]
    found: dict[str, list[Receipt]] = {}
    rows = Receipt.objects.filter(Q(number__in=own) | Q(approval__in=named), tender=Tender.CARD, voided_at=None)
    for row in rows.select_related("session__drawer"):
        for name in {str(row.number), row.approval} & {one.lstrip("0") or one for one in named} | ({row.approval} & named):
            found.setdefault(name, []).append(row)
    keys = [str(row.number) for many in found.values() for row in many]
    back = Settlement.objects.filter(item__startswith="returned:", role="card_clearing", cancelled_at=None, key__in=keys)
    back = back.exclude(parts__live=True).exclude(taken__live=True)
    taken = PayoutLine.objects.filter(kind=MovementKind.CHARGEBACK, reference__in=set(cases), live=True).select_related("settlement", "receipt")
    return Known(batches, found, {row.key: row for row in back}, {row.reference: row for row in taken})
