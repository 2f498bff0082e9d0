"""The receivable as of any past day, from ledger lines alone; it ties to the books or says by how much not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from steward.billing.logic.account import BUCKETS
from steward.billing.models import Charge, OtherCharge
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.others import PREFIX, uid_of
from steward.ledger.selectors.ageing import AgedItem, aged, aged_items, control
from steward.registry.models import Party

ROLES = ("ar_insurance", "ar_patient")
#: What the report is cut by -> the ledger's dimension.
CUTS = {"age": "", "payer": "payer", "patient": "party", "provider": "provider"}
ENDS = tuple(last for _, last in BUCKETS if last is not None)


@dataclass(frozen=True)
class AgeRow:
    """One line of the ageing: whose (None: nobody's, or an account's whole when cut by age), and cents by column."""

    role: str
    party: Party | None
    columns: tuple[int, ...]
    items: int

    @property
    def cents(self) -> int:
        return sum(self.columns)


@dataclass(frozen=True)
class Ageing:
    """The whole report; ``control_cents`` is what the control accounts hold by their own totals."""

    day: date
    by: str
    rows: tuple[AgeRow, ...]
    columns: tuple[int, ...]
    control_cents: int

    @property
    def cents(self) -> int:
        return sum(self.columns)

    @property
    def off_cents(self) -> int:
        """What the report and the control accounts differ by: zero, or the books are to be verified."""
        return self.cents - self.control_cents


def ageing(day: date, by: str = "age") -> Ageing:
    """What payers and patients owed at the end of ``day``. Four queries and one per 500 names."""
    sums: dict[tuple[str, int | None], list[int]] = {}
    counts: dict[tuple[str, int | None], int] = {}
    for one in aged(ROLES, day, ENDS, by=CUTS[by]):
        # cut by payer or age, patients stand on their own; cut by patient or provider, both receivables are theirs
        key = (one.role if by in ("age", "payer") else "", one.key)
        sums.setdefault(key, [0] * len(BUCKETS))[one.column] += one.cents
        counts[key] = counts.get(key, 0) + one.items
    who = {row.pk: row for part in chunks({k for _, k in sums if k}) for row in Party.objects.filter(pk__in=part)}
    rows = [
        AgeRow(role, who.get(key) if key else None, tuple(cents), counts[role, key])
        for (role, key), cents in sums.items()
    ]
    rows.sort(key=lambda row: (-row.cents, row.party.pk if row.party else 0))
    columns = tuple(sum(row.columns[n] for row in rows) for n in range(len(BUCKETS)))
    return Ageing(day, by, tuple(rows), columns, sum(control(ROLES, day).values()))


@dataclass(frozen=True)
class Behind:
    """An open item behind a number, with its charge when it is one's, or the charge that is no claim."""

    item: AgedItem
    charge: Charge | None
    other: OtherCharge | None = None


def behind(day: date, by: str, party: int | None, role: str = "", limit: int = 500) -> list[Behind]:
    """The open items behind a row, largest first, at most ``limit``. Four queries."""
    items = aged_items([role] if role else ROLES, day, by=CUTS[by], key=party, limit=limit)
    uids = [one.item.partition(":")[2] for one in items if one.item.startswith("charge:")]
    related = Charge.objects.select_related("claim__patient__party", "claim__payer", "claim__provider__party")
    charges = {row.item: row for part in chunks(uids) for row in related.filter(uid__in=part)}
    fees = [uid_of(one.item) for one in items if one.item.startswith(PREFIX)]
    related_fees = OtherCharge.objects.select_related("debtor")
    others = {row.item: row for part in chunks(fees) for row in related_fees.filter(uid__in=part)}
    return [Behind(one, charges.get(one.item), others.get(one.item)) for one in items]
