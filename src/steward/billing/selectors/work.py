"""The work list and the remittances, as people see them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from steward.banking.selectors.deposits import open_settlements, settlements
from steward.banking.states import SettlementKind
from steward.billing.models import Remittance, RemittanceClaim, WorkItem
from steward.billing.states import RemittanceState
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped


def work(subject: Subject) -> QuerySet[WorkItem]:
    """Open work this person may see, the earliest due first."""
    rows = scoped(subject, "charge.read", WorkItem.objects.filter(closed_at=None), own=Q(pk__in=[]))
    return rows.select_related("claim__patient__party", "remittance", "charge", "answer").order_by("due", "id")


def all_work(subject: Subject) -> QuerySet[WorkItem]:
    """Work this person may see, closed items too."""
    rows = scoped(subject, "charge.read", WorkItem.objects.all(), own=Q(pk__in=[]))
    return rows.select_related("claim__patient__party", "remittance", "charge", "answer").order_by("due", "id")


def work_by_uid(subject: Subject, uid: UUID) -> WorkItem | None:
    """One work item, or None."""
    return all_work(subject).filter(uid=uid).first()


def work_counts(subject: Subject, today: date) -> list[tuple[str, int, int, int]]:
    """(kind, how many are open, how many overdue, their cents) of what this person may see. One query."""
    rows = scoped(subject, "charge.read", WorkItem.objects.filter(closed_at=None), own=Q(pk__in=[]))
    late = Count("id", filter=Q(due__lt=today))
    counted = rows.values("kind").annotate(n=Count("id"), late=late, cents=Sum("amount_cents")).order_by("kind")
    return [(row["kind"], row["n"], row["late"], row["cents"] or 0) for row in counted]


def remittances(subject: Subject) -> QuerySet[Remittance]:
    """Remittances this person may see, newest first. A clinician and a patient see none: they are the payers' letters
    about many.
    """
    rows = scoped(subject, "remittance.read", Remittance.objects.all(), own=Q(pk__in=[]))
    return rows.select_related("payer", "entity").order_by("-imported_at", "-id")


def remittances_at_bank(subject: Subject) -> QuerySet[Remittance]:
    """The same, each with ``transfer`` (the books expect its money by transfer) and ``unseen`` (the bank has not shown it).
    Joined by trace number and amount, as the bank line is (CORE 370)."""
    same = {"kind": SettlementKind.EFT, "key": OuterRef("trace"), "cents": OuterRef("paid_cents")}
    return remittances(subject).annotate(
        transfer=Exists(settlements().filter(**same)), unseen=Exists(open_settlements().filter(**same))
    )


def remittance_by_uid(subject: Subject, uid: UUID) -> Remittance | None:
    """One remittance, or None."""
    return remittances(subject).filter(uid=uid).select_related("file", "imported_by").first()


def answers(remittance: Remittance) -> QuerySet[RemittanceClaim]:
    """What it says, claim by claim, in file order."""
    rows = RemittanceClaim.objects.filter(remittance=remittance).select_related("claim__patient__party", "remittance")
    return rows.order_by("position")


def held(subject: Subject) -> tuple[int, int]:
    """How many remittances wait, and their cents."""
    rows = scoped(subject, "remittance.read", Remittance.objects.filter(state=RemittanceState.HELD), own=Q(pk__in=[]))
    found = rows.aggregate(n=Count("id"), cents=Sum("paid_cents"))
    return found["n"], found["cents"] or 0
