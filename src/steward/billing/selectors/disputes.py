"""Letters to payers about what they paid below contract, and what came back since, read from their later answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BigIntegerField, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least

from steward.billing.models import Charge, Dispute, DisputeLine, RemittanceLine, UnderpaidDismissal
from steward.billing.selectors.facts import chunks
from steward.billing.states import DisputeState
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped

SHORT = F("expected_cents") - F("allowed_cents")


def _with_recovered(rows: QuerySet[DisputeLine]) -> QuerySet[DisputeLine]:
    """``recovered_cents``: what payments posted after the letter that stand brought, at most what was short."""
    since = RemittanceLine.objects.filter(
        charge=OuterRef("charge"), answer__live=True, answer__remittance__posted_at__gt=OuterRef("dispute__made_at"),
        answer__remittance__payer=OuterRef("dispute__payer"),
    ).order_by()  # fmt: skip
    paid = Subquery(since.values("charge").annotate(cents=Sum("paid_cents")).values("cents"))
    back = Least(Greatest(Coalesce(paid, 0), 0), SHORT, output_field=BigIntegerField())
    return rows.annotate(recovered_cents=back)


def disputes(subject: Subject) -> QuerySet[Dispute]:
    """Letters this person may see, the latest first, with ``services``, ``recovered_cents`` and ``open_cents`` (0 once given up)."""
    rows = scoped(subject, "billing.report", Dispute.objects.all(), own=Q(pk__in=[])).select_related("payer", "made_by")
    lines = _with_recovered(DisputeLine.objects.filter(dispute=OuterRef("pk"))).order_by().values("dispute")
    rows = rows.annotate(
        recovered_cents=Coalesce(Subquery(lines.annotate(cents=Sum("recovered_cents")).values("cents")), 0, output_field=BigIntegerField()),
        services=Count("lines"),
    )  # fmt: skip
    return rows.annotate(open_cents=F("asked_cents") - F("recovered_cents")).order_by("-made_at", "-id")


def dispute_by_uid(subject: Subject, uid: UUID) -> Dispute | None:
    """One letter, or None."""
    return disputes(subject).select_related("message").filter(uid=uid).first()


def lines_of(row: Dispute) -> list[DisputeLine]:
    """Its services with what each brought since."""
    rows = _with_recovered(DisputeLine.objects.filter(dispute=row)).order_by("id")
    return list(rows.select_related("charge__claim__patient__party"))


def in_dispute(charges: Iterable[int]) -> dict[int, Dispute]:
    """Charge -> the letter that still waits for an answer. One query a 500."""
    found: dict[int, Dispute] = {}
    for part in chunks(charges):
        rows = DisputeLine.objects.filter(charge__in=part, dispute__state=DisputeState.SENT).select_related("dispute")
        found.update({row.charge_id: row.dispute for row in rows})
    return found


@dataclass(frozen=True)
class Recovery:
    """What letters asked for and brought, in cents; ``open`` only of letters that still wait."""

    letters: int
    asked_cents: int
    recovered_cents: int
    open_cents: int


def recovery(subject: Subject) -> Recovery:
    """All letters in one line. One query."""
    waits = Q(state=DisputeState.SENT)
    found = disputes(subject).order_by().aggregate(
        n=Count("pk"), asked=Coalesce(Sum("asked_cents"), Value(0)), back=Coalesce(Sum("recovered_cents"), Value(0)),
        left=Coalesce(Sum("open_cents", filter=waits), Value(0)),
    )  # fmt: skip
    return Recovery(found["n"], found["asked"], found["back"], found["left"])


def let_go() -> QuerySet[UnderpaidDismissal]:
    """Services let go, the latest first."""
    return UnderpaidDismissal.objects.select_related("charge__claim__patient__party", "by").order_by("-id")


def charge_by_uid(uid: UUID) -> Charge | None:
    """A charge that stands, by its uid."""
    return Charge.objects.filter(uid=uid, voided_on=None).select_related("claim__patient__party").first()
