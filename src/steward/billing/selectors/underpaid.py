"""Services that a payer allowed less for than its contract says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from steward.billing.logic.underpaid import allowed_cents
from steward.billing.models import Charge, RemittanceLine, UnderpaidDismissal
from steward.billing.selectors.facts import chunks
from steward.insurance.logic.allowed import Expected
from steward.insurance.models import Payer
from steward.insurance.selectors import covering_many, expected_many
from steward.insurance.types import PricedLine


@dataclass(frozen=True)
class Underpaid:
    """One service: what the payer allowed, what the contract says, and how that comes about."""

    charge: Charge
    payer: Payer
    allowed_cents: int
    expected_cents: int
    how: str

    @property
    def short_cents(self) -> int:
        return self.expected_cents - self.allowed_cents


@dataclass(frozen=True)
class ByPayer:
    """What one payer is short of."""

    payer: Payer
    services: int
    short_cents: int


@dataclass(frozen=True)
class Service:
    """One service that the first payer answered: allowed (None: denied), paid, and expected by contract (None: without one)."""

    charge: Charge
    payer: Payer
    allowed_cents: int | None
    paid_cents: int
    expected_cents: int | None
    how: str


def underpaid(first: date, last: date) -> list[Underpaid]:
    """Services answered by the first payer in remittances of these days, allowed below contract, the largest gap first.

    A constant number of queries a 500 services. Services without a contract, denied, taken back or let go are not among them.
    """
    return _short(services(first, last))


def underpaid_of(charges: set[int]) -> list[Underpaid]:
    """The same of these charges, whenever they were answered."""
    return _short(services_of(charges))


def _short(rows: Sequence[Service]) -> list[Underpaid]:
    short = [
        Underpaid(one.charge, one.payer, one.allowed_cents, one.expected_cents, one.how)
        for one in rows
        if one.allowed_cents is not None and one.expected_cents is not None and one.expected_cents > one.allowed_cents
    ]
    gone: set[int] = set()
    for part in chunks(one.charge.pk for one in short):
        gone.update(UnderpaidDismissal.objects.filter(charge__in=part).values_list("charge_id", flat=True))
    found = [one for one in short if one.charge.pk not in gone]
    return sorted(found, key=lambda one: (-one.short_cents, one.charge.pk))


def services(first: date, last: date) -> list[Service]:
    """Every service answered by the first payer in remittances of these days and not taken back, with what its contract says.
    A charge that was voided is no service.

    A constant number of queries a 500 services.
    """
    answered = RemittanceLine.objects.filter(
        answer__live=True, answer__rank=1, charge__isnull=False, answer__remittance__paid_on__range=(first, last)
    )
    return services_of(set(answered.values_list("charge_id", flat=True)))


def services_of(wanted: set[int]) -> list[Service]:
    """The same of these charges, whenever they were answered."""
    told, paid, stated = _told(wanted)
    charges: list[Charge] = []
    for part in chunks(told):
        rows = Charge.objects.filter(pk__in=part, voided_on=None)
        charges += rows.select_related("claim__payer", "claim__patient__party", "claim__provider")
    expected = agreed(charges)
    found = []
    for row in charges:
        if row.claim.payer is not None:
            one = expected.get(row.pk)
            # what its answers charge in sum, not the charge itself: a supplement states its own part of it
            found.append(Service(
                row, row.claim.payer, allowed_cents(stated[row.pk], told[row.pk]), paid[row.pk],
                one.cents if one else None, one.source if one else "",
            ))  # fmt: skip
    return found


def agreed(charges: Sequence[Charge]) -> dict[Hashable, Expected]:
    """Charge (primary key) -> what the contract of its first payer allows for it, and how that comes about; those without a
    payer are left out. At most six queries, and one more for each thousand codes."""
    plans = _plans(charges)
    return expected_many(
        PricedLine(
            ref=row.pk, payer=row.claim.payer_id, plan=plans.get(row.pk), code=row.code, day=row.service_date,
            charge_cents=row.charge_cents, units=whole_units(row.units), modifiers=tuple(m for m in row.modifiers.split(":") if m),
            place=row.place, together=(row.claim.patient_id, row.claim.provider_id, row.service_date),
        )
        for row in charges if row.claim.payer_id
    )  # fmt: skip


def by_payer(rows: Iterable[Underpaid]) -> list[ByPayer]:
    """Sums a payer, the largest first."""
    groups: dict[int, list[Underpaid]] = defaultdict(list)
    for row in rows:
        groups[row.payer.pk].append(row)
    sums = [ByPayer(own[0].payer, len(own), sum(one.short_cents for one in own)) for own in groups.values()]
    return sorted(sums, key=lambda one: -one.short_cents)


_Reasons = dict[int, list[tuple[str, str, int]]]


def _told(charges: set[int]) -> tuple[_Reasons, dict[int, int], dict[int, int]]:
    """Charge -> (group, reason, cents), -> paid cents, and -> cents charged, summed over the first payer's standing answers; none
    where a reversal left nothing.
    """
    sums: dict[int, dict[tuple[str, str], int]] = {}
    standing: dict[int, int] = defaultdict(int)
    money: dict[int, int] = defaultdict(int)
    for part in chunks(charges):
        rows = RemittanceLine.objects.filter(charge__in=part, answer__live=True, answer__rank=1).order_by("id")
        for charge, cents, paid, text in rows.values_list("charge_id", "charge_cents", "paid_cents", "adjustments"):
            own = sums.setdefault(charge, {})
            money[charge] += paid
            standing[charge] += cents
            for entry in text.split(";"):
                reason, _, amount = entry.rpartition(":")
                if reason:
                    group, _, carc = reason.partition("-")
                    own[group, carc] = own.get((group, carc), 0) + int(amount)
    told = {
        charge: [(group, carc, cents) for (group, carc), cents in own.items()]
        for charge, own in sums.items() if standing[charge]
    }  # fmt: skip
    return told, money, standing


def whole_units(text: str) -> int:
    """Units as a fee schedule counts them: whole, and at least one (minutes and doses in parts are priced by the charge)."""
    return max(1, int(text.partition(".")[0] or 0))


def _plans(charges: Iterable[Charge]) -> dict[int, int]:
    """Charge -> the plan of the payer under which the patient was covered that day."""
    rows = list(charges)
    covers = covering_many((row.claim.patient.party_id, row.claim.service_date) for row in rows)
    found = {}
    for row in rows:
        own = covers.get((row.claim.patient.party_id, row.claim.service_date), [])
        cover = next((one for one in own if one.plan.payer_id == row.claim.payer_id), None)
        if cover is not None:
            found[row.pk] = cover.plan_id
    return found
