"""The denial queue: what payers refused while it is still open, with what became of denials like it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least, TruncMonth

from steward.billing.logic.denials import Chance, Month, Past, chance, months_between
from steward.billing.models import DenialCause, RemittanceLine, WorkItem, WorkNote
from steward.billing.selectors.reasons import carc_words
from steward.billing.states import DENIED_KINDS
from steward.core.access.decide import Subject
from steward.core.access.models import User
from steward.core.access.policy import matrix, scoped
from steward.core.access.subjects import holders
from steward.ledger.selectors.open_lines import item_sum

#: How far back denials tell something of those of today.
LOOK_BACK = timedelta(days=730)
RELATED = ("claim__patient__party", "claim__payer", "charge", "remittance__payer", "answer", "owner", "cause")
PAYER = "remittance__payer_id"


def history(today: date) -> dict[tuple[str, int], Past]:
    """(category, payer) -> what became of the denials that came in within two years and are over. One query.

    Recovered is what the payers' later standing answers paid on the service, at most what was denied.
    """
    later = RemittanceLine.objects.filter(
        charge=OuterRef("charge"), answer__live=True, answer_id__gt=OuterRef("answer")
    ).order_by()
    paid = Subquery(later.values("charge").annotate(cents=Sum("paid_cents")).values("cents"))
    over = WorkItem.objects.filter(
        kind__in=DENIED_KINDS, closed_at__isnull=False, charge__isnull=False, amount_cents__gt=0,
        opened_at__date__gte=today - LOOK_BACK,
    ).exclude(category="")  # fmt: skip
    rows = over.annotate(back=Coalesce(paid, 0)).values_list("category", PAYER, "amount_cents", "back")
    sums: dict[tuple[str, int], list[int]] = {}
    for category, payer, denied, back in rows.iterator():
        own = sums.setdefault((category, payer), [0, 0, 0, 0])
        got = min(max(back, 0), denied)
        for n, value in enumerate((1, int(got > 0), denied, got)):
            own[n] += value
    return {key: Past(*own) for key, own in sums.items() if key[1] is not None}


def denials(subject: Subject, today: date) -> QuerySet[WorkItem]:
    """Open denials this person may see, with ``open_cents`` of the books, ``chance_ppm`` (None: no history), ``past_denials``,
    ``past_recovered`` and ``expected_cents``. Two queries.
    """
    rows = scoped(subject, "charge.read", WorkItem.objects.filter(closed_at=None), own=Q(pk__in=[]))
    rows = with_chance(rows.filter(kind__in=DENIED_KINDS), today).select_related(*RELATED)
    return rows.annotate(carc_words=carc_words())


def with_chance(rows: QuerySet[WorkItem], today: date) -> QuerySet[WorkItem]:
    """The annotations of ``denials``."""
    told = {key: chance(past) for key, past in history(today).items()}
    open_ = Least(F("amount_cents"), item_sum("ar_insurance", "charge", "charge__uid"))
    rows = rows.annotate(
        open_cents=Case(When(charge=None, then=F("amount_cents")), default=open_, output_field=BigIntegerField()),
        chance_ppm=_of(told, lambda one: one.ppm), past_denials=_of(told, lambda one: one.past.denials),
        past_recovered=_of(told, lambda one: one.past.recovered),
    )  # fmt: skip
    return rows.annotate(expected_cents=(F("open_cents") * F("chance_ppm") + 500_000) / 1_000_000)


def _of(told: dict[tuple[str, int], Chance], what: Any) -> Case | Value:
    if not told:
        return Value(None, output_field=BigIntegerField())
    whens = [
        When(category=category, remittance__payer=payer, then=Value(what(one)))
        for (category, payer), one in told.items()
    ]
    return Case(*whens, default=Value(None), output_field=BigIntegerField())


def denial_by_uid(subject: Subject, uid: UUID, today: date) -> WorkItem | None:
    """One denial with its annotations, open or closed; None when there is none this person may see."""
    rows = scoped(subject, "charge.read", WorkItem.objects.filter(kind__in=DENIED_KINDS), own=Q(pk__in=[]))
    return with_chance(rows, today).select_related(*RELATED).filter(uid=uid).first()


def notes(item: WorkItem) -> list[WorkNote]:
    """What was written about an item, oldest first."""
    return list(WorkNote.objects.filter(item=item).select_related("by").order_by("id"))


def workers(today: date) -> list[User]:
    """Who a denial can be given to: everybody who may work one."""
    return list(User.objects.filter(pk__in=holders(matrix()["remittance.post"].modes, today)).order_by("name", "id"))


@dataclass(frozen=True)
class Totals:
    """The queue in one line: how many, open cents, cents expected where there is a history, how many have none."""

    count: int
    late: int
    open_cents: int
    expected_cents: int
    unknown: int


def totals(rows: QuerySet[WorkItem], today: date) -> Totals:
    """Sums of the whole queue. One query beside the history's."""
    found = rows.order_by().aggregate(
        n=Count("pk"), late=Count("pk", filter=Q(due__lt=today)), cents=Sum("open_cents"),
        back=Sum("expected_cents"), unknown=Count("pk", filter=Q(chance_ppm=None)),
    )  # fmt: skip
    return Totals(found["n"], found["late"], found["cents"] or 0, found["back"] or 0, found["unknown"])


# ---- causes ----
def causes(subject: Subject) -> QuerySet[DenialCause]:
    """Causes this person may see, those not mended first."""
    rows = scoped(subject, "billing.report", DenialCause.objects.all(), own=Q(pk__in=[]))
    return rows.select_related("payer", "owner").annotate(items_count=Count("items")).order_by("fixed_on", "-id")


def cause_by_uid(subject: Subject, uid: UUID) -> DenialCause | None:
    """One cause, or None."""
    return causes(subject).filter(uid=uid).first()


def in_scope(cause: DenialCause) -> Q:
    """The work items a cause speaks of: its category, reason code, service and payer, as far as it names them."""
    found = Q(kind__in=DENIED_KINDS)
    for name, path in (("category", "category"), ("carc", "carc"), ("code", "charge__code")):
        if value := getattr(cause, name):
            found &= Q(**{path: value})
    return found & Q(remittance__payer=cause.payer_id) if cause.payer_id else found


def rates(cause: DenialCause, today: date, months: int = 12) -> list[Month]:
    """Month by month of the payers' answers: services answered, and those denied for this cause. Two queries.

    The month is that of the payment (BPR16), so that a late import changes the month it belongs to.
    """
    start = date((today.year * 12 + today.month - months) // 12, (today.year * 12 + today.month - months) % 12 + 1, 1)
    answered = RemittanceLine.objects.filter(
        answer__live=True, answer__remittance__paid_on__range=(start, today), charge__isnull=False, charge_cents__gt=0
    )
    if cause.payer_id:
        answered = answered.filter(answer__remittance__payer=cause.payer_id)
    if cause.code:
        answered = answered.filter(charge__code=cause.code)
    denied = WorkItem.objects.filter(in_scope(cause), answer__live=True, remittance__paid_on__range=(start, today))
    every = _by_month(answered.annotate(month=TruncMonth("answer__remittance__paid_on")), "pk")
    refused = _by_month(denied.annotate(month=TruncMonth("remittance__paid_on")), "charge")
    return [Month(one, every.get(one, 0), min(refused.get(one, 0), every.get(one, 0))) for one in months_between(start, today)]


def _by_month(rows: QuerySet[Any], what: str) -> dict[date, int]:
    counted: Iterable[tuple[date, int]] = (
        rows.order_by().values("month").annotate(n=Count(what, distinct=True)).values_list("month", "n")
    )
    return dict(counted)
