"""What one receipt had paid, told from the entries its money went through. Pure.

An entry that uses a prepayment debits it under the receipt's item and credits what is owed under the charge's. Where several
receipts of a patient pay several charges in one entry, both stand in the order they were put to use: each receipt fills the
charges in that order (``postings.claim``), so walking both in order gives each pair's share exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class EntryLine(Protocol):
    """A ledger line with an item (``ledger.selectors.open_lines.EntryMove``)."""

    @property
    def entry(self) -> int: ...
    @property
    def item(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def party(self) -> int | None: ...
    @property
    def cents(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Use:
    """Where a receipt's money went: cents by the item they paid, and what was put aside to be given back."""

    paid: Mapping[str, int]
    given_back_cents: int

    @property
    def cents(self) -> int:
        return sum(self.paid.values()) + self.given_back_cents


def use_of(receipt: str, lines: Iterable[EntryLine], told: Mapping[tuple[int, str], int]) -> Use:
    """What ``receipt`` (a ledger item) paid. ``lines`` are all lines with an item of the entries that moved it, in order, entries
    that were reversed and their reversals left out; ``told``: (entry, charge's item) -> cents a payer's remittance paid for it.
    """
    by_entry: dict[int, list[EntryLine]] = {}
    for line in lines:
        by_entry.setdefault(line.entry, []).append(line)
    paid: dict[str, int] = {}
    given = 0
    for entry, own in by_entry.items():
        taken = sum(line.cents for line in own if line.item == receipt and line.role == "patient_prepaid")
        if taken <= 0:
            continue  # the receipt itself
        shares = _shares(receipt, entry, own, told)
        for item, cents in shares.items():
            paid[item] = paid.get(item, 0) + cents
        given += taken - sum(shares.values())
    return Use({item: cents for item, cents in paid.items() if cents}, given)


@dataclass(slots=True)
class _Part:
    item: str
    party: int | None
    cents: int


def _shares(receipt: str, entry: int, own: Sequence[EntryLine], told: Mapping[tuple[int, str], int]) -> dict[str, int]:
    """Item -> cents of this receipt in one entry: receipts of the debtor first, then whoever else paid for it."""
    held = [_Part(line.item, line.party, line.cents) for line in own if line.role == "patient_prepaid" and line.cents > 0]
    open_ = [_Part(item, party, cents) for (item, party), cents in _money(entry, own, told).items() if cents > 0]
    found: dict[str, int] = {}
    for same in (True, False):
        for each in held:
            for owed in open_:
                cents = min(each.cents, owed.cents) if each.party == owed.party or not same else 0
                each.cents, owed.cents = each.cents - cents, owed.cents - cents
                if cents and each.item == receipt:
                    found[owed.item] = found.get(owed.item, 0) + cents
    return found


def _money(entry: int, own: Sequence[EntryLine], told: Mapping[tuple[int, str], int]) -> dict[tuple[str, int | None], int]:
    """(item, debtor) -> the patient's money on it in this entry: what its lines lack of zero, less what the payer paid."""
    sums: dict[str, int] = {}
    debtor: dict[str, int | None] = {}
    for line in own:
        if line.item.startswith(("charge:", "fee:")):
            sums[line.item] = sums.get(line.item, 0) - line.cents
            if line.party is not None:  # a share paid in the entry that made it leaves no line on ar_patient
                debtor[line.item] = line.party
    return {(item, debtor[item]): cents - told.get((entry, item), 0) for item, cents in sums.items() if item in debtor}
