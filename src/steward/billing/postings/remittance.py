"""One 835 ST is one balanced journal through the clearing of that remittance (facts, decision 3).

Reversals post before corrections of the same ST, because a correction may only write off what the reversal opened (RFI 791:
the order in the file is not promised); a payment that the same ST takes back posts before its reversal.
"""

from __future__ import annotations

from collections import Counter

from ..logic.remittance import Adjustment, ClaimPayment, Remittance
from .claim import REVERSAL, Source, post_claim
from .facts import ChargeFacts, RemittanceFacts, Where
from .provider import CLEARING, post_provider
from .result import Books, ClaimResult, Outcome, Posting, Work

CHECK = "CHK"


def post_remittance(remittance: Remittance, facts: RemittanceFacts) -> Posting:
    """Lines, work and outcomes of a remittance that balances (``problems`` found nothing).

    A prenotification (BPR01=P) posts nothing. The cash side is ``undeposited`` for a check, else ``eft_in_transit``; it
    equals BPR02.
    """
    if remittance.is_prenotification:
        return Posting((), (), tuple(ClaimResult(i, Outcome.NOT_POSTED) for i in range(len(remittance.claims))))
    books, work, results = Books(), list[Work](), list[ClaimResult]()
    for index, claim in _in_order(remittance.claims):
        ours = facts.claims[index]
        patient = ours.charges[0].where.patient if ours and ours.charges else None
        source = Source(CLEARING, facts.item, Where(entity=facts.entity, patient=patient), facts.payer)
        result, left = post_claim(books, facts, index, claim, ours, source)
        results.append(result)
        work.extend(left)
        books.turn()
    for entry in remittance.provider_adjustments:
        work.extend(post_provider(books, facts, entry))
    _close(books, remittance, facts)
    return Posting(books.sheets(facts.entity), tuple(work), tuple(sorted(results, key=lambda r: r.index)))


def match_later(remittance: Remittance, facts: RemittanceFacts, index: int) -> Posting:
    """Post a claim whose money waits in ``unapplied`` (facts, "unmatched CLP": CAS kept, posted on match).

    ``facts.claims[index]`` is the claim a person named.
    """
    books = Books()
    source = Source("unapplied", facts.item, Where(entity=facts.entity), facts.payer)
    result, work = post_claim(books, facts, index, remittance.claims[index], facts.claims[index], source)
    return Posting(books.sheets(facts.entity), tuple(work), (result,))


def apply_unapplied(charge: ChargeFacts, item: str, entity: int | None, payer: int, cents: int) -> Posting:
    """A person says which charge a payer's unapplied money pays: Dr unapplied, Cr the receivable of that payer."""
    books = Books()
    books.line("unapplied", cents, item, Where(entity=entity), payer)
    books.add(charge, "ar_insurance", payer, -cents)
    return Posting(books.sheets(entity))


def _in_order(claims: tuple[ClaimPayment, ...]) -> list[tuple[int, ClaimPayment]]:
    """What is paid and taken back in this same ST, then reversals, then the rest; else as the file has them."""
    undone = _undone(claims)
    return sorted(enumerate(claims), key=lambda pair: 0 if pair[0] in undone else 1 if pair[1].status == REVERSAL else 2)


def _undone(claims: tuple[ClaimPayment, ...]) -> set[int]:
    """Positions of payments that a reversal of the same ST takes back: nothing of theirs stands in the books before it."""
    taken = Counter(_said(claim, -1) for claim in claims if claim.status == REVERSAL)
    found: set[int] = set()
    if taken:
        for index, claim in enumerate(claims):
            said = _said(claim, 1)
            if claim.status != REVERSAL and taken[said] > 0:
                taken[said] -= 1
                found.add(index)
    return found


def _said(claim: ClaimPayment, sign: int) -> tuple[object, ...]:
    """What a payment and its reversal have in common but for the sign: number, amounts, adjustments."""
    lines = tuple((line.code, line.modifiers, sign * line.paid_cents, _signed(line.adjustments, sign)) for line in claim.lines)
    return (claim.number, claim.payer_control, sign * claim.charge_cents, sign * claim.paid_cents, _signed(claim.adjustments, sign), lines)


def _signed(adjustments: tuple[Adjustment, ...], sign: int) -> tuple[tuple[str, str, int], ...]:
    return tuple((one.group, one.reason, sign * one.cents) for one in adjustments)


def _close(books: Books, remittance: Remittance, facts: RemittanceFacts) -> None:
    """The clearing closes to the money itself: Dr in transit (or the check), Cr clearing, by BPR02."""
    where = Where(entity=facts.entity)
    cash = "undeposited" if remittance.method == CHECK else "eft_in_transit"
    books.line(cash, remittance.paid_cents, facts.item, where, facts.payer)
    books.line(CLEARING, -remittance.paid_cents, facts.item, where, facts.payer)
