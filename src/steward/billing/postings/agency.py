"""What a collection agency's payment posts: the gross takes bad debt back line by line, the fee is an expense. Pure.

==============================  =======================================================
debit                           credit
==============================  =======================================================
eft_in_transit, the net         bad_debt of each charge, the gross: it was paid after all
the fee's expense account
==============================  =======================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steward.ledger.types import LineDraft

from .facts import ChargeFacts


@dataclass(frozen=True, slots=True)
class Collected:
    """What the debtor paid the agency for one charge, before its fee, in cents."""

    charge: ChargeFacts
    cents: int


def agency_paid(parts: Sequence[Collected], fee_cents: int, fee_account: str, item: str) -> tuple[LineDraft, ...]:
    """Raises ValueError beyond a charge's bad debt, for no amount, for two legal entities, or a fee that leaves nothing."""
    gross = sum(one.cents for one in parts)
    entities = {one.charge.where.entity for one in parts}
    if len(entities) != 1 or not 0 <= fee_cents < gross:
        raise ValueError("an agency pays one legal entity more than its fee")
    lines = []
    for one in parts:
        if not 0 < one.cents <= one.charge.balances.get(("bad_debt", None), 0):
            raise ValueError("an agency collects at most what was given up")
        where = one.charge.where
        lines.append(LineDraft(
            role="bad_debt", cents=-one.cents, entity=where.entity, site=where.site, provider=where.provider, party=where.patient,
            party_role="patient" if where.patient else "", item=one.charge.item,
        ))  # fmt: skip
    entity = entities.pop()
    fee = [LineDraft(account=fee_account, cents=fee_cents, entity=entity, item=item)] if fee_cents else []
    return (LineDraft(role="eft_in_transit", cents=gross - fee_cents, entity=entity, item=item), *fee, *lines)
