"""Kept visits that have neither a charge that stands nor a reason why not: whose they are and what is at stake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from steward.banking.models import Receipt
from steward.billing.logic.kept import usual
from steward.billing.models import Charge, VisitDuty
from steward.billing.selectors.entry import chargeable
from steward.core.access.decide import Subject
from steward.core.access.models import User
from steward.core.access.policy import matrix, scoped
from steward.core.access.subjects import holders
from steward.core.clock import system_clock
from steward.core.today import once
from steward.frontdesk.models import Visit
from steward.ledger.selectors import item_balances

LATELY = timedelta(days=120)  # what a provider's usual visit is taken from


def missing() -> QuerySet[Visit]:
    """Every kept visit without a charge or a reason. Not scoped."""
    charged = Charge.objects.filter(claim__visit=OuterRef("pk"), voided_on=None)
    return Visit.objects.filter(voided_at=None, no_charge_reason="").filter(~Exists(charged))


def usual_cents(today: date) -> dict[int, int]:
    """Provider -> cents of the usual visit of the last 120 days (median); key 0: of all. One query."""
    rows = Charge.objects.filter(
        claim__visit__isnull=False, voided_on=None, service_date__gte=today - LATELY, service_date__lte=today
    )
    sums = rows.order_by().values("claim__visit", "claim__provider").annotate(cents=Sum("charge_cents"))
    return dict(usual((row["claim__provider"], int(row["cents"])) for row in sums))


def uncharged(subject: Subject, today: date | None = None) -> QuerySet[Any]:
    """Visits without a charge this person may charge, or was named for, the oldest first; with ``owner_name``, ``owner_user``,
    ``owner_note`` and ``stake_cents``. Two queries."""
    usual_of = usual_cents(today or system_clock().today())
    duty = VisitDuty.objects.filter(visit=OuterRef("pk"))
    cents = [When(provider=pk, then=Value(value)) for pk, value in sorted(usual_of.items()) if pk]
    rows = scoped(subject, "visit.charge", missing(), own=_own(subject)).annotate(
        owner_name=Coalesce(Subquery(duty.values("owner__name")[:1]), F("provider__party__name"), output_field=CharField()),
        owner_user=_owner(),
        owner_note=Coalesce(Subquery(duty.values("note")[:1]), Value(""), output_field=CharField()),
        stake_cents=Case(*cents, default=Value(usual_of[0]), output_field=BigIntegerField()),
    )  # fmt: skip
    return rows.select_related("patient__party", "provider__party", "site").order_by("service_date", "id")


def _owner() -> Coalesce:
    """Who was named (a user's key), else the provider's login, else nobody."""
    named = VisitDuty.objects.filter(visit=OuterRef("pk")).values("owner")[:1]
    return Coalesce(Subquery(named), F("provider__party__user"), output_field=BigIntegerField())


def _own(subject: Subject) -> Q:
    return Q(provider__party__user=subject.user_id)


@dataclass(frozen=True)
class Waiting:
    """How many visits of past days wait for their charge: all one may see, and those one was named for or saw oneself; and how
    many of today do."""

    count: int
    oldest: date | None
    mine: int
    mine_oldest: date | None
    today: int


@once
def waiting(subject: Subject, today: date) -> Waiting:
    """What Today says of visits up to ``today``. One query."""
    rows = scoped(subject, "visit.charge", missing().filter(service_date__lte=today), own=_own(subject))
    rows = rows.annotate(owner_user=_owner())
    past = Q(service_date__lt=today)
    mine = past & Q(owner_user=subject.user_id)
    found = rows.aggregate(
        count=Count("pk", filter=past), oldest=Min("service_date", filter=past), mine=Count("pk", filter=mine),
        mine_oldest=Min("service_date", filter=mine), today=Count("pk", filter=~past),
    )  # fmt: skip
    return Waiting(found["count"], found["oldest"], found["mine"], found["mine_oldest"], found["today"])


def next_after(subject: Subject, visit: Visit) -> Visit | None:
    """The next visit to charge after this one: later in the list, else from its beginning. Two queries at most."""
    rows = chargeable(subject).filter(pk__in=missing().values("pk")).exclude(pk=visit.pk).order_by("service_date", "id")
    later = Q(service_date__gt=visit.service_date) | Q(service_date=visit.service_date, id__gt=visit.pk)
    return rows.filter(later).first() or rows.first()


def possible_owners(today: date) -> QuerySet[User]:
    """Who may be named: everybody who works here and may enter the charges of any visit. Two queries."""
    roles = [role for role, mode in matrix()["visit.charge"].modes.items() if mode == "all"]
    return User.objects.filter(pk__in=holders(roles, today)).order_by("name", "id")


def unused_of_visit(visit: UUID) -> int:
    """Cents taken for a visit that neither paid anything nor were given back. Two queries."""
    taken = Receipt.objects.filter(for_ref=f"visit:{visit}", voided_at=None)
    held = item_balances([one.item for one in taken])
    return -sum(balances.get("patient_prepaid", 0) for balances in held.values())
