"""The first answer a payer gave to each claim: what clean-claim rate, denial rate and payment lag are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from steward.billing.logic.denials import OTHER
from steward.billing.models import Charge, RemittanceClaim, SubmissionEvent, WorkItem
from steward.billing.selectors.reasons import carc_words
from steward.billing.states import REJECTED, WorkKind
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped

#: A claim status of 4 says "denied, patient not recognised" (facts, "Posting map"): it posts nothing, yet it is an answer.
NOT_RECOGNISED = "4"
DENIED = Q(outcome="denied") | Q(status=NOT_RECOGNISED)
#: What a denial leaves to be worked: the amounts are those the payer refused.
DENIALS = (WorkKind.DENIAL, WorkKind.ELIGIBILITY)


@dataclass(frozen=True, slots=True)
class Answer:
    """A claim's first answer: ``day`` it was paid (or denied), what was charged, paid and refused (cents).

    ``payer`` and ``provider`` are keys of insurance and people; ``posted`` is the day the first charge reached the books.
    ``rejected``: the file was turned away at least once before anybody judged the claim.
    """

    claim: int
    day: date
    payer: int | None
    provider: int
    charge_cents: int
    paid_cents: int
    denied: bool
    denied_cents: int
    rejected: bool
    posted: date

    @property
    def clean(self) -> bool:
        return not (self.rejected or self.denied or self.denied_cents)


def first_answers(first: date, last: date) -> QuerySet[RemittanceClaim]:
    """The first standing answer of each claim, when it was paid (or denied) between two days."""
    answered = RemittanceClaim.objects.filter(live=True, claim__isnull=False).exclude(
        outcome__in=("unmatched", "reversed")
    )
    answered = answered.exclude(Q(outcome="not_posted") & ~Q(status=NOT_RECOGNISED))
    firsts = answered.order_by().values("claim").annotate(first=Min("id")).values("first")
    return RemittanceClaim.objects.filter(pk__in=firsts, remittance__paid_on__range=(first, last))


def answers(first: date, last: date) -> list[Answer]:
    """The first answers of these days as values. Four queries, whatever their number."""
    rows = first_answers(first, last)
    refused: dict[int, int] = dict(
        _denials(rows).order_by().values_list("answer").annotate(cents=Coalesce(Sum("amount_cents"), 0))
    )
    turned = rejections()
    posted = dict(
        Charge.objects.filter(claim__in=rows.values("claim"))
        .order_by()
        .values_list("claim")
        .annotate(day=Min("posted_on"))
    )
    found = []
    for pk, claim, day, payer, provider, charged, paid, outcome, status, at, entered in rows.values_list(
        "pk", "claim", "remittance__paid_on", "claim__payer", "claim__provider", "charge_cents", "paid_cents", "outcome",
        "status", "remittance__imported_at", "claim__created_at",
    ):  # fmt: skip
        assert day is not None  # the span asked for one
        found.append(Answer(
            claim, day, payer, provider, charged, paid, outcome == "denied" or status == NOT_RECOGNISED, refused.get(pk, 0),
            claim in turned and turned[claim] <= at, posted.get(claim) or entered.date(),
        ))  # fmt: skip
    return found


def rejections() -> dict[int, datetime]:
    """Claim -> when it was first turned away before anybody judged it. One query."""
    rows = SubmissionEvent.objects.filter(outcome__in=REJECTED).order_by().values_list("submission__claim")
    return dict(rows.annotate(first=Min("at")))


def _denials(rows: QuerySet[RemittanceClaim]) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(answer__in=rows.values("pk"), kind__in=DENIALS)


@dataclass(frozen=True, slots=True)
class Denial:
    """One thing a payer refused in its first answer: its codes, cents, and whose claim and which service it was."""

    claim: int
    day: date
    group: str
    carc: str
    category: str
    cents: int
    payer: int | None
    provider: int
    code: str


def denials(first: date, last: date) -> list[Denial]:
    """What payers refused in the first answers of these days. One query."""
    rows = _denials(first_answers(first, last)).order_by("id").values_list(
        "answer__claim", "answer__remittance__paid_on", "group", "carc", "category", "kind", "amount_cents", "answer__claim__payer",
        "answer__claim__provider", "charge__code",
    )  # fmt: skip
    return [
        Denial(claim, day, group, carc, category or _unnamed(kind), cents, payer, provider, code or "")
        for claim, day, group, carc, category, kind, cents, payer, provider, code in rows
        if day is not None and claim is not None and provider is not None
    ]


def answer_rows(subject: Subject) -> QuerySet[RemittanceClaim]:
    """The first answers a person may see, for the list behind the figures; with ``denied_cents`` and ``rejected``."""
    own = Q(claim__provider__party__user_id=subject.user_id) | Q(claim__patient__party__user_id=subject.user_id)
    rows = scoped(subject, "billing.report", first_answers(date.min, date.max), own=own)
    refused = WorkItem.objects.filter(answer=OuterRef("pk"), kind__in=DENIALS).order_by().values("answer")
    turned = SubmissionEvent.objects.filter(
        submission__claim=OuterRef("claim"), outcome__in=REJECTED, at__lte=OuterRef("remittance__imported_at")
    )
    return rows.select_related(
        "remittance", "claim__patient__party", "claim__payer", "claim__provider__party"
    ).annotate(
        denied_cents=Coalesce(Subquery(refused.annotate(cents=Sum("amount_cents")).values("cents")), 0),
        rejected=Exists(turned),
    )


def denial_rows(subject: Subject) -> QuerySet[WorkItem]:
    """What payers refused in first answers, open or settled since, for the list behind the denial figures."""
    own = Q(claim__provider__party__user_id=subject.user_id) | Q(claim__patient__party__user_id=subject.user_id)
    rows = scoped(subject, "billing.report", _denials(first_answers(date.min, date.max)), own=own)
    related = ("answer__remittance", "answer__claim__patient__party", "answer__claim__payer", "charge")
    return rows.select_related(*related).annotate(carc_words=carc_words())


def _unnamed(kind: str) -> str:
    """The category of what a payer refused without a code: a patient it does not know is a matter of eligibility."""
    return "eligibility" if kind == WorkKind.ELIGIBILITY else OTHER


def in_category(name: str) -> Q:
    """The rows of one category of denial."""
    if name == "eligibility":
        return Q(category=name) | Q(category="", kind=WorkKind.ELIGIBILITY)
    return Q(category=name) | Q(category="") & ~Q(kind=WorkKind.ELIGIBILITY) if name == OTHER else Q(category=name)
