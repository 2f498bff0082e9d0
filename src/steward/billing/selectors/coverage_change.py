"""Claims that no longer agree with coverage, after it was added, ended, voided or put into another order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from steward.billing.logic.claim_state import Standing, standing
from steward.billing.logic.coverage_change import Remedy, remedy
from steward.billing.models import Charge, Claim, RemittanceClaim
from steward.billing.selectors.claims import claims, standings
from steward.billing.selectors.sending import SILENT
from steward.billing.selectors.submissions import last_sent
from steward.billing.states import Sending
from steward.core.access.decide import Subject
from steward.insurance.logic.retroactive import ClaimFact
from steward.insurance.models import Coverage, Payer
from steward.insurance.selectors import covering_many, touched_claims

LOOK_BACK = timedelta(days=730)  # payers take back for a year, Medicaid for longer; older bills are history
MOST = 5_000
UNTOUCHED = ("denied", "reversed", *SILENT)  # answers after which the payer holds nothing and adjusted nothing


@dataclass(frozen=True)
class Changed:
    """A claim that coverage touches: billed to ``was``, on its day ``now`` hold, and what is to be done."""

    claim: Claim
    was: tuple[Payer, ...]
    now: tuple[Coverage, ...]
    remedy: Remedy
    books: Standing
    out: bool

    @property
    def cents(self) -> int:
        """What is open of payers and patient."""
        return self.books.insurance_due_cents + self.books.patient_due_cents


def changed(subject: Subject, today: date, *, party: int | None = None, only: Sequence[int] = ()) -> list[Changed]:
    """Claims of a patient (party), or of everybody, that coverage touches, the newest day first; ``only`` these claims.

    Ten queries and some a thousand claims. Claims without a charge that stands are nobody's bill.
    """
    stands = Exists(Charge.objects.filter(claim=OuterRef("pk"), voided_on=None))
    rows = claims(subject).filter(stands, service_date__gte=today - LOOK_BACK)
    rows = rows.filter(patient__party=party) if party is not None else rows
    return _changed(rows.filter(pk__in=only) if only else rows)


def _changed(rows: QuerySet[Claim]) -> list[Changed]:
    found = {row.pk: row for row in rows.order_by("-service_date", "-id")[:MOST]}
    billed = _billed(found)
    facts = [
        ClaimFact(pk, row.patient.party_id, row.service_date, billed[pk], row.member_id) for pk, row in found.items()
    ]
    told = touched_claims(facts)
    touched = [int(str(one.ref)) for one in told]
    books, paid, sent = standings(touched), _settled(touched), last_sent(touched)
    held = covering_many((found[pk].patient.party_id, found[pk].service_date) for pk in touched)
    payers = {row.pk: row for row in Payer.objects.filter(pk__in={pk for one in told for pk in (*one.was, *one.now)})}
    result = []
    for pk, one in zip(touched, told, strict=True):
        row = found[pk]
        what = remedy(one.was, one.now, member=one.member, paid=pk in paid, restricted=row.no_claim)
        own = books.get(pk, standing([]))
        if what is not Remedy.NOTHING and (what is not Remedy.LATER or own.insurance_due_cents > 0):
            out = any(each.outcome != Sending.RECALLED for each in sent.get(pk, []))
            now = tuple(held[row.patient.party_id, row.service_date])
            result.append(Changed(row, tuple(payers[pk] for pk in one.was), now, what, own, out))
    return result


def _billed(rows: dict[int, Claim]) -> dict[int, tuple[int, ...]]:
    """Claim -> payers it was billed to, the first first: its own, then those of whom the books hold something open."""
    books = standings(rows)
    parties = {party for own in books.values() for party, cents in own.insurance_by_payer.items() if party and cents > 0}
    known = dict(Payer.objects.filter(party__in=parties).values_list("party_id", "pk"))
    found: dict[int, list[int]] = defaultdict(list)
    for pk, row in rows.items():
        own = [row.payer_id] if row.payer_id else []
        later = [known[p] for p, cents in books[pk].insurance_by_payer.items() if p in known and cents > 0] if pk in books else []
        found[pk] = [*own, *(each for each in later if each not in own)]
    return {pk: tuple(each) for pk, each in found.items()}


def _settled(pks: Sequence[int]) -> set[int]:
    """Claims of which an answer stands that moved money or adjusted something. One query a thousand."""
    found: set[int] = set()
    for start in range(0, len(pks), 1000):
        rows = RemittanceClaim.objects.filter(claim__in=pks[start : start + 1000], live=True).exclude(outcome__in=UNTOUCHED)
        found.update(pk for pk in rows.values_list("claim_id", flat=True) if pk)
    return found


