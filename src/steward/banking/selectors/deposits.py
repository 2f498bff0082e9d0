"""What is in hand, and what is on its way to the bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import connection
from django.db.models import Exists, F, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from steward.banking.models import (
    BankLine,
    Deposit,
    DrawerSession,
    MatchPart,
    PayoutLine,
    Receipt,
    Settlement,
    TerminalBatch,
)
from steward.banking.states import SettlementKind, Tender
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.ledger.models import Line
from steward.ledger.selectors import account_id

M = TypeVar("M", bound=Model)
_IN_HAND = """
SELECT l.item, l.entity_id, MAX(l.site_id), CAST(SUM(l.cents) AS bigint), MIN(l.date) FROM ledger_line l
WHERE l.account_id = %s AND NOT (l.item = '') AND l.date <= %s GROUP BY l.item, l.entity_id
HAVING SUM(l.cents) > 0 ORDER BY MIN(l.date), l.item"""


@dataclass(frozen=True, slots=True)
class Undeposited:
    """One thing in hand that a deposit may take: a drawer's takings in the safe, or a check. Cents, positive."""

    item: str
    role: str
    kind: str  # cash or check
    cents: int
    entity: int
    site: int | None
    since: date
    label: str = ""
    check_no: str = ""


def undeposited(*, entity: int | None = None, site: int | None = None, day: date | None = None) -> list[Undeposited]:
    """Everything in hand, oldest first, as the books hold it: three queries. `site` keeps what has no site as well."""
    account = account_id(role="undeposited")
    with connection.cursor() as cursor:
        cursor.execute(_IN_HAND, [account, (day or date(2999, 12, 31)).isoformat()])
        rows = cursor.fetchall()
    rows = [row for row in rows if entity in (None, row[1]) and (site is None or row[2] in (None, site))]
    uids = [row[0].split(":", 1)[-1] for row in rows]
    receipts = {
        one.item: one
        for one in Receipt.objects.filter(uid__in=_of(rows, "receipt:")).select_related("party")
    } if uids else {}  # fmt: skip
    sessions = {
        one.item: one
        for one in DrawerSession.objects.filter(uid__in=_of(rows, "drawer:")).select_related("drawer")
    } if uids else {}  # fmt: skip
    return [_one(row, receipts.get(row[0]), sessions.get(row[0])) for row in rows]


def _of(rows: list[tuple[str, int, int | None, int, object]], prefix: str) -> list[str]:
    return [row[0].removeprefix(prefix) for row in rows if row[0].startswith(prefix)]


def _one(
    row: tuple[str, int, int | None, int, date | str], receipt: Receipt | None, session: DrawerSession | None
) -> Undeposited:
    item, entity, site, cents, since = row
    day = since if isinstance(since, date) else date.fromisoformat(since)
    if session is not None:
        label = f"{session.drawer.name}, {session.day.isoformat()}"
        return Undeposited(item, "undeposited", "cash", cents, entity, site, day, label)
    if receipt is not None:
        label = f"Receipt {receipt.number}"
        return Undeposited(item, "undeposited", "check", cents, entity, site, day, label, receipt.check_no)
    kind = "check" if item.startswith("remit:") else "cash"
    return Undeposited(item, "undeposited", kind, cents, entity, site, day)


def deposits(subject: Subject) -> QuerySet[Deposit]:
    """Deposits this person may see (the front desk those it prepared), newest first."""
    rows = Deposit.objects.select_related("bank_account", "prepared_by", "site")
    return scoped(subject, "deposit.read", rows, own=Q(prepared_by_id=subject.user_id)).order_by("-number")


def batches(subject: Subject) -> QuerySet[TerminalBatch]:
    """Card batches this person may see (the front desk those it closed), newest first."""
    rows = TerminalBatch.objects.select_related("site", "closed_by")
    return scoped(subject, "deposit.read", rows, own=Q(closed_by_id=subject.user_id)).order_by("-number")


def with_seen(rows: QuerySet[M]) -> QuerySet[M]:
    """Deposits or batches whose `settlement.seen` says whether the bank has shown them. One query more for all."""
    live = MatchPart.objects.filter(settlement=OuterRef("pk"), live=True)
    taken = PayoutLine.objects.filter(settlement=OuterRef("pk"), live=True)
    paid = MatchPart.objects.filter(settlement__payout__lines__settlement=OuterRef("pk"), settlement__payout__lines__live=True, live=True)
    seen = Settlement.objects.annotate(seen=Exists(live) | Exists(paid), in_payout=Exists(taken))
    return rows.prefetch_related(Prefetch("settlement", seen))


def card_receipts_open(day: date | None = None) -> QuerySet[Receipt]:
    """Card receipts no batch holds yet (up to `day`)."""
    rows = Receipt.objects.filter(tender=Tender.CARD, voided_at=None, batch=None)
    return rows.filter(day__lte=day) if day else rows


def settlements() -> QuerySet[Settlement]:
    """What the books expect of the bank, shown or not; what was called off is left out."""
    return Settlement.objects.filter(cancelled_at=None)


def open_settlements(entity: int | None = None) -> QuerySet[Settlement]:
    """What the books expect and neither the bank has shown nor a processor's payout taken in; ``by_hand_cents`` is what entries by hand
    changed of it since (a slip of the pen put right), so that its ``due_cents`` are what the bank should show now; what was taken off
    whole is expected no more."""
    rows = settlements().exclude(parts__live=True).exclude(taken__live=True).annotate(by_hand_cents=_by_hand()).exclude(by_hand_cents=-F("cents"))
    if entity is not None:
        rows = rows.filter(entity_id=entity)
    return rows.order_by("expected_on", "id")


def _by_hand() -> Coalesce:
    lines = Line.objects.filter(item=OuterRef("item"), account__role=OuterRef("role"), entry__journal="manual", date__isnull=False)
    sums = lines.exclude(item="").order_by().values("item").annotate(sum=Sum("cents")).values("sum")
    return Coalesce(Subquery(sums), 0)


def shown_on(item: str) -> BankLine | None:
    """The bank line that showed what the books expected under a ledger item; None while none has. One query."""
    parts = MatchPart.objects.filter(settlement__item=item, live=True)
    return BankLine.objects.filter(parts__match__in=parts.values("match"), parts__live=True).order_by("posted_on", "id").first()


def on_its_way() -> tuple[int, int]:
    """What the bank should show of everything on its way to it, and what card processors keep of it: cents, both >= 0.

    Together they are what the books hold in transit (`CashPosition.in_transit_cents`): a card batch is owed gross.
    """
    rows = list(open_settlements().filter(cents__gt=0))
    return sum(one.due_cents for one in rows), sum(max(0, one.gross_cents - one.cents) for one in rows)


def outstanding_cents(day: date) -> int:
    """Checks issued up to `day` that the bank has not paid, positive cents."""
    rows = open_settlements().filter(kind=SettlementKind.CHECK, cents__lt=0, expected_on__lte=day)
    return -sum(one.due_cents for one in rows)
