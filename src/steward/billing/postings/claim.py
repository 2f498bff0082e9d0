"""One CLP of a remittance: match its lines, spread what stands on the claim level, post each charge by the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from steward.core.money import allocate

from ..logic.remittance import Adjustment, ClaimPayment
from .adjustments import AR, GOVERNMENT, PATIENT, Case, rule_role, share, undecided, written_off
from .facts import ChargeFacts, ClaimFacts, CoverageFacts, PrepaidFacts, RemittanceFacts, Where
from .matching import match_lines
from .result import Books, ClaimResult, Kind, Outcome, Work

REVERSAL, PREDETERMINATION, NOT_OURS, NOT_RECOGNISED = "22", "25", "23", "4"
RANKS = {"1": 1, "2": 2, "3": 3, "19": 1, "20": 2, "21": 3}
FORWARDED = frozenset({"19", "20", "21"})
SIXTY_DAYS = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the money of the claim comes from: the clearing of this remittance, or its unapplied money (match later)."""

    role: str
    item: str
    where: Where
    payer: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What the payer says of one charge: paid cents and adjustments, claim-level shares included."""

    charge: ChargeFacts
    paid_cents: int
    adjustments: tuple[Adjustment, ...]


def post_claim(books: Books, facts: RemittanceFacts, index: int, paid: ClaimPayment, ours: ClaimFacts | None,
               source: Source) -> tuple[ClaimResult, list[Work]]:  # fmt: skip
    """Post ``paid`` to the charges of ``ours``; money that has no home goes to ``unapplied`` with a work item."""
    refused = _not_postable(index, paid, ours)
    cover = _cover(paid, ours, facts.payer) if ours else None
    if refused is None and cover is None:
        refused = Work(Kind.PAYER_MISMATCH, "The payer of this remittance is not on the claim's coverages. Say for which"
                       " rank it paid.", paid.paid_cents, index)  # fmt: skip
    if refused or ours is None or cover is None:
        keep_safe(books, paid.paid_cents, facts, source)
        outcome = Outcome.UNMATCHED if refused and refused.kind is Kind.UNMATCHED_CLAIM else Outcome.NOT_POSTED
        quiet = paid.status == PREDETERMINATION and not paid.paid_cents
        return ClaimResult(index, outcome, 0, paid.paid_cents), [] if quiet or not refused else [refused]
    case = Case(index, ours, cover, facts.day, tuple(facts.rules), paid.all_remarks, paid.status == REVERSAL,
                paid.status in FORWARDED, facts.categories, facts.answered_on)  # fmt: skip
    return _post_matched(books, facts, case, paid, source)


def keep_safe(books: Books, cents: int, facts: RemittanceFacts, source: Source) -> None:
    """Dr the source, Cr unapplied: the money is ours, whose it settles is open."""
    if source.role != "unapplied":
        books.line(source.role, cents, source.item, source.where, source.payer)
        books.line("unapplied", -cents, facts.item, Where(entity=facts.entity), facts.payer)


def _not_postable(index: int, paid: ClaimPayment, ours: ClaimFacts | None) -> Work | None:
    """Statuses that never post to a receivable, and claims that are not ours (facts, "Posting map")."""
    cents, status = paid.paid_cents, paid.status
    if status == PREDETERMINATION:
        return Work(Kind.UNKNOWN_STATUS, "A predetermination carries money; it is kept unapplied.", cents, index)
    if status == NOT_OURS:
        return Work(Kind.FORWARDED, "Not this payer's claim; the payer forwarded it. Find out to whom.",
                    paid.charge_cents, index)  # fmt: skip
    if status == NOT_RECOGNISED:
        return Work(Kind.ELIGIBILITY, "Denied: the payer does not know the patient. Check the member id and coverage.",
                    paid.charge_cents, index, category="eligibility")  # fmt: skip
    if status != REVERSAL and status not in RANKS:
        return Work(
            Kind.UNKNOWN_STATUS, f"Claim status {status[:4]} has no rule; any money is kept unapplied.", cents, index
        )
    if ours is None:
        return Work(Kind.UNMATCHED_CLAIM, f"No claim {paid.number[:40]} of ours was found. Match it, or return the money.",
                    cents, index)  # fmt: skip
    return None


def _cover(paid: ClaimPayment, ours: ClaimFacts, payer: int) -> CoverageFacts | None:
    """The rank this payer answers: the one CLP02 names if it is this payer's, else the only rank that is."""
    named = ours.coverage(RANKS.get(paid.status, 0))
    if named and named.payer == payer:
        return named
    own = [cover for cover in ours.coverages if cover.payer == payer]
    return min(own, key=lambda cover: cover.rank) if own else None


def _post_matched(books: Books, facts: RemittanceFacts, case: Case, paid: ClaimPayment,
                  source: Source) -> tuple[ClaimResult, list[Work]]:  # fmt: skip
    matched = match_lines(paid.lines, case.claim.charges) if paid.lines else []
    pieces = _pieces(paid, case.claim.charges, matched)
    before = sum(books.open(piece.charge, AR, case.payer) for piece in pieces)
    work = [each for piece in pieces for each in _post_piece(books, case, piece, source)]
    lost = paid.paid_cents - sum(piece.paid_cents for piece in pieces)
    homeless = [line for line, charge in zip(paid.lines, matched, strict=True) if charge is None]
    if homeless or not pieces:
        keep_safe(books, lost, facts, source)
        names = ", ".join(sorted({line.code for line in homeless})) or "none"
        work.append(Work(Kind.UNMATCHED_LINE, f"No single charge of claim {case.claim.ref} fits: {names[:80]}."
                         " Its money is kept unapplied.", lost, case.index))  # fmt: skip
    work.extend(_overpaid(books, case, pieces, before, paid))
    _use_prepaid(books, case.claim, pieces)
    pairs = tuple((number, charge.uid) for number, charge in enumerate(matched) if charge)
    unapplied = lost if homeless or not pieces else 0
    return ClaimResult(case.index, _outcome(case, paid, work), case.cover.rank, unapplied, pairs), work


def _outcome(case: Case, paid: ClaimPayment, work: Sequence[Work]) -> Outcome:
    if case.reversal:
        return Outcome.REVERSED
    if case.forwarded:
        return Outcome.CROSSED_OVER
    if paid.paid_cents:
        return Outcome.PAID
    return Outcome.DENIED if any(each.kind in (Kind.DENIAL, Kind.ELIGIBILITY) for each in work) else Outcome.ZERO_PAID


def _pieces(paid: ClaimPayment, charges: Sequence[ChargeFacts], matched: Sequence[ChargeFacts | None]) -> list[Piece]:
    """Per charge: its line's amounts and its share of what stands on the claim level alone.

    CLP04 counts, not the sum of SVC03: claim-level CAS parts them. Without lines (institutional claims) everything is
    spread over the charges. Shares follow what was paid, else what was charged, by largest remainder.
    """
    homes: list[tuple[ChargeFacts, int, int, tuple[Adjustment, ...]]]
    if not paid.lines:
        homes = [(charge, charge.charge_cents, 0, ()) for charge in charges]
        loose = paid.paid_cents
    else:
        homes = [(charge, abs(line.paid_cents), line.paid_cents, line.adjustments)
                 for line, charge in zip(paid.lines, matched, strict=True) if charge]  # fmt: skip
        loose = paid.paid_cents - sum(line.paid_cents for line in paid.lines)
    if not homes:
        return []
    weights = [weight for _, weight, _, _ in homes]
    if not any(weights):
        weights = [charge.charge_cents for charge, *_ in homes]
    if not any(weights):
        weights = [1] * len(homes)
    extra: list[list[Adjustment]] = [[] for _ in homes]
    for entry in paid.adjustments:
        for into, cents in zip(extra, allocate(entry.cents, weights), strict=True):
            if cents:
                into.append(entry._replace(cents=cents))
    cash = _loose_cash(loose, paid, extra, weights)
    return [Piece(charge, own + more, (*entries, *extra[number]))
            for number, ((charge, _, own, entries), more) in enumerate(zip(homes, cash, strict=True))]  # fmt: skip


def _loose_cash(
    loose: int, paid: ClaimPayment, extra: Sequence[Sequence[Adjustment]], weights: Sequence[int]
) -> list[int]:
    """The claim-level difference per charge: what its share of the claim-level CAS took, so that charges stay square."""
    taken = [-sum(entry.cents for entry in entries) for entries in extra]
    if paid.lines and sum(taken) == loose:
        return taken
    return list(allocate(loose, weights))


def _post_piece(books: Books, case: Case, piece: Piece, source: Source) -> list[Work]:
    """Money first, then shares, then write-offs: a write-off may take only what is left open (facts, "Posting map")."""
    charge = piece.charge
    work: list[Work] = []
    books.line(source.role, piece.paid_cents, source.item, source.where, source.payer)
    books.add(charge, AR, case.payer, -piece.paid_cents)
    rest = []
    for entry in piece.adjustments:
        if entry.group == "PR" or (entry.group == "OA" and entry.reason == "209"):
            work.extend(share(books, case, charge, entry))
        else:
            rest.append((entry, rule_role(case, entry)))
    for entry, role in sorted(rest, key=lambda pair: pair[0].cents):
        work.extend(written_off(books, case, charge, entry, role) if role else undecided(case, charge, entry))
    return work


def _overpaid(books: Books, case: Case, pieces: Sequence[Piece], before: int, paid: ClaimPayment) -> list[Work]:
    """More was paid than was open: the receivable shows the credit, a person returns or re-applies it."""
    after = sum(books.open(piece.charge, AR, case.payer) for piece in pieces)
    over = -after - max(-before, 0)
    if case.reversal or over <= 0:
        return []
    due = case.day + SIXTY_DAYS if case.cover.filing in GOVERNMENT else None
    return [Work(Kind.OVERPAID, f"Claim {paid.number[:40]} is paid beyond what was open. Return it or find what it pays.",
                 over, case.index, due=due)]  # fmt: skip


def _use_prepaid(books: Books, claim: ClaimFacts, pieces: Sequence[Piece]) -> None:
    """A copay was a prepayment until now: Dr prepaid, Cr the patient's receivable for what it covers."""
    for held in claim.prepaid:
        left = held.cents - books.used.get(held.item, 0)
        for piece in pieces:
            cents = min(left, books.open(piece.charge, PATIENT))
            if cents > 0:
                apply_prepaid(books, held, piece.charge, cents)
                left -= cents


def apply_prepaid(books: Books, held: PrepaidFacts, charge: ChargeFacts, cents: int) -> None:
    """Dr patient_prepaid (the receipt's item), Cr ar_patient (the charge's item)."""
    books.used[held.item] = books.used.get(held.item, 0) + cents
    books.line("patient_prepaid", cents, held.item, Where(entity=held.entity, patient=held.patient))
    books.add(charge, PATIENT, None, -cents)
