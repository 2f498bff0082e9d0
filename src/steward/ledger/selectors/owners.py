"""A fiscal year as its owners see it: its result, what of it is distributed, each owner's capital."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from steward.core.clock import add_months
from steward.ledger.logic.owners import Capital, among
from steward.ledger.models import Distribution, Entry, Line, Owner, OwnerShare, PeriodEvent
from steward.ledger.selectors.statements import day_before, stood, year_start


@dataclass(frozen=True)
class Year:
    """``left_cents`` of the result is not in the owners' capital yet; ``open_draws`` stand on their accounts of draws at its end;
    ``rounds`` distributions were made of it, ``waiting`` says that one is not signed."""

    first_on: date
    last_on: date
    result_cents: int
    distributed_cents: int
    owners: tuple[Owner, ...]
    shares: dict[int, list[tuple[date, int]]]
    open_draws: dict[int, int]
    rounds: int
    waiting: UUID | None

    @property
    def left_cents(self) -> int:
        return self.result_cents - self.distributed_cents

    @property
    def name(self) -> str:
        """The year as one calls it."""
        return str(self.first_on.year) if self.first_on.month == 1 else f"{self.first_on.year}/{self.last_on.year}"


def year(first_on: date) -> Year:
    """A fiscal year from its first day. About nine queries."""
    last_on = day_before(add_months(first_on, 12))
    owners = tuple(Owner.objects.select_related("capital", "draws").order_by("name", "id"))
    shares: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for owner, starts_on, weight in OwnerShare.objects.values_list("owner_id", "starts_on", "weight"):
        shares[owner].append((starts_on, weight))
    made = list(Distribution.objects.filter(first_on=first_on).values_list("voucher", flat=True))
    state = dict(Entry.objects.filter(uid__in=made).values_list("uid", "state"))
    posted = [uid for uid, how in state.items() if how == "posted"]
    lines = Line.objects.filter(entry__uid__in=posted, account__role="retained_earnings", entry__reversed_by=None)
    given = lines.aggregate(sum=Sum("cents"))["sum"] or 0
    draws = {owner.pk: _balance(owner.draws_id, last_on, posted) for owner in owners if owner.draws_id}
    waiting = next((uid for uid, how in state.items() if how == "draft"), None)
    return Year(
        first_on, last_on, result(first_on, last_on), given, owners, dict(shares), {pk: cents for pk, cents in draws.items() if cents},
        len(posted), waiting,
    )  # fmt: skip


def _balance(account: int | None, last_on: date, posted: Iterable[UUID]) -> int:
    """An account at the end of a day, and what the year's own distributions moved on it since."""
    before = Line.objects.filter(account=account, date__lte=last_on).exclude(entry__uid__in=posted).aggregate(sum=Sum("cents"))["sum"] or 0
    since = Line.objects.filter(account=account, entry__uid__in=posted).aggregate(sum=Sum("cents"))["sum"] or 0
    return int(before + since)


def result(first_on: date, last_on: date) -> int:
    """Revenue less expense between two days, cents; a loss is negative. Six queries."""
    end, start = stood(last_on), stood(day_before(first_on))
    return sum(start.cents.get(head.id, 0) - end.cents.get(head.id, 0) for head in end.accounts if head.kind in ("revenue", "expense"))


def capital(found: Year) -> list[Capital]:
    """Each owner's capital through the year: what earlier years' distributions booked since its first day belongs to its opening, its own
    share counts whether or not it is booked. Three queries an owner."""
    vouchers = list(Distribution.objects.values_list("voucher", "first_on"))
    earlier = [uid for uid, first in vouchers if first < found.first_on]
    every = [uid for uid, _first in vouchers]
    try:
        parts = among(found.result_cents, found.shares, found.first_on, found.last_on)
    except ValueError:
        parts = {}
    rows = []
    for owner in found.owners:
        own = [pk for pk in (owner.capital_id, owner.draws_id) if pk]
        lines = Line.objects.filter(account__in=own, date__isnull=False)
        before = lines.filter(date__lt=found.first_on).aggregate(sum=Sum("cents"))["sum"] or 0
        late = lines.filter(date__gte=found.first_on, entry__uid__in=earlier).aggregate(sum=Sum("cents"))["sum"] or 0
        moved = lines.filter(date__gte=found.first_on, date__lte=found.last_on).exclude(entry__uid__in=every).values_list("cents", flat=True)
        put = -sum(cents for cents in moved if cents < 0)
        drawn = sum(cents for cents in moved if cents > 0)
        rows.append(Capital(owner.pk, owner.name, -before - late, put, drawn, parts.get(owner.pk, 0)))
    return rows


def reopenings(found: Year) -> list[PeriodEvent]:
    """Months of the year that were opened again, who by and why. One query."""
    rows = PeriodEvent.objects.filter(to_state="open").exclude(from_state="open").select_related("period", "by").order_by("id")
    return [row for row in rows if found.first_on <= date(row.period.year, row.period.month, 1) <= found.last_on]


def this_year(today: date, month: int) -> date:
    """The first day of the fiscal year the day lies in."""
    return year_start(today, month)
