"""Which claims are due to go out, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from steward.billing.models import Charge, Claim, RemittanceClaim, Submission, SubmissionEvent, WorkItem
from steward.billing.selectors.claims import standings
from steward.billing.selectors.credits import late_sql
from steward.billing.selectors.outgoing import Wanted
from steward.billing.states import DENIED_KINDS, Sending, WorkKind
from steward.core.sql import query
from steward.insurance.models import Payer
from steward.insurance.selectors import covering_many
from steward.ledger.selectors.open_lines import as_day

SILENT = ("unmatched", "not_posted")  # answers that say nothing of the claim


def due(*, payer: Payer | None = None, claims: Sequence[int] | None = None) -> list[Wanted]:
    """Claims to be written now, oldest service first: never sent (or taken back) and not answered, to their payer; paid by
    one payer and open to the next, to that one."""
    rows = Claim.objects.filter(payer__isnull=False)
    if claims is not None:
        rows = rows.filter(pk__in=claims)
    first = _first(rows if payer is None else rows.filter(payer=payer))
    return [Wanted(pk) for pk in first] + _next(rows, payer)


@dataclass(frozen=True)
class Glance:
    """What Today says of claims and credits: how many claims went to nobody yet and their oldest day of service; how many
    credits are past the day the law wants them back, since when the oldest stands, their cents."""

    unsent: int
    oldest: date | None
    late_credits: int
    since: date | None
    late_cents: int


def glance(today: date) -> Glance:
    """Both in one query: Today has twelve for the whole house."""
    days, given = _unsent(Claim.objects.filter(payer__isnull=False)).order_by().values("service_date").query.sql_with_params()
    late, values = late_sql(today)
    claims = f"SELECT 'claims', COUNT(*), MIN(u.service_date), 0 FROM ({days}) u"  # noqa: S608 - made of our own queries
    found = {kind: row for kind, *row in query(f"{claims} UNION ALL {late}", *given, *values)}
    (unsent, oldest, _none), (count, since, cents) = found["claims"], found["credits"]
    return Glance(unsent, _day(oldest), count, _day(since), cents)


def _day(value: date | str | None) -> date | None:
    return None if value is None else as_day(value)


def stands(how: str) -> Q:
    """The condition of claims that stand so: ``unsent`` (went to nobody), ``out`` (no payer has answered), ``answered``,
    ``rejected``, ``denied``, ``asked`` (a person is asked something)."""
    charged = Exists(Charge.objects.filter(claim=OuterRef("pk"), voided_on=None))
    work = WorkItem.objects.filter(claim=OuterRef("pk"), closed_at=None)
    conditions = {
        "unsent": Q(charged, ~_answers(), ~_out(1), payer__isnull=False),
        "out": Q(~_answers(), _out(1)),
        "answered": Q(_answers()),
        "rejected": Q(Exists(work.filter(kind=WorkKind.REJECTED_CLAIM))),
        "denied": Q(Exists(work.filter(kind__in=DENIED_KINDS))),
        "asked": Q(Exists(work)),
    }
    return conditions[how]


def _answers() -> Exists:
    return Exists(RemittanceClaim.objects.filter(claim=OuterRef("pk"), live=True).exclude(outcome__in=SILENT))


def _out(rank: int) -> Exists:
    """A submission that nobody took back."""
    recalled = SubmissionEvent.objects.filter(submission=OuterRef("pk"), outcome=Sending.RECALLED)
    standing = Submission.objects.filter(Q(rank__gte=rank), claim=OuterRef("pk"))
    return Exists(standing.filter(~Exists(recalled)))


def _unsent(rows: QuerySet[Claim]) -> QuerySet[Claim]:
    charged = Exists(Charge.objects.filter(claim=OuterRef("pk"), voided_on=None))
    return rows.filter(charged, ~_answers(), ~_out(1))


def _first(rows: QuerySet[Claim]) -> list[int]:
    return list(_unsent(rows).order_by("service_date", "id").values_list("pk", flat=True))


def _next(rows: QuerySet[Claim], payer: Payer | None) -> list[Wanted]:
    """Claims a payer has answered and another, of a later rank, still owes on; crossed over ones went by themselves."""
    crossed = Exists(RemittanceClaim.objects.filter(claim=OuterRef("pk"), live=True, outcome="crossed_over"))
    open_ = rows.filter(_answers(), ~crossed, ~_out(2)).order_by("service_date", "id")
    asked = {
        pk: (party, day) for pk, party, day in open_.values_list("pk", "patient__party_id", "service_date")
    }
    covers = covering_many(asked.values())
    later = {pk: [c for c in covers[key] if c.rank > 1] for pk, key in asked.items()}
    later = {pk: found for pk, found in later.items() if found}
    books = standings(later)
    wanted = []
    for pk, found in later.items():
        owed = books[pk].insurance_by_payer
        cover = next((c for c in found if owed.get(c.plan.payer.party_id, 0) > 0), None)
        if cover is not None and (payer is None or cover.plan.payer_id == payer.pk):
            wanted.append(Wanted(pk, cover.rank))
    return wanted
