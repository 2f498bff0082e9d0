"""Cards on file: whose, what was tried, what is to be charged today, what nobody knows yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from steward.banking.models import DrawerSession
from steward.billing.logic.patient_money import Instalment, PlanState, due_days, instalment
from steward.billing.models import CardAttempt, CardOnFile, PaymentPlan, PlanCard
from steward.billing.selectors.plans import PlanView, running_plans
from steward.billing.selectors.rules import rules
from steward.billing.selectors.statements import holds_on
from steward.billing.states import AttemptState
from steward.frontdesk.models import Patient
from steward.ledger.selectors.open_lines import sums_of_parties
from steward.registry.models import Party


def cards_of(guarantor: Party) -> list[CardOnFile]:
    """Cards that stand, the latest first."""
    return list(CardOnFile.objects.filter(guarantor=guarantor, ended_at=None).order_by("-id"))


def attempts_of(guarantor: Party, limit: int = 12) -> list[CardAttempt]:
    """What was tried lately, the latest first."""
    rows = CardAttempt.objects.filter(card__guarantor=guarantor).select_related("card", "receipt")
    return list(rows.order_by("-id")[:limit])


def plan_card(plan: PaymentPlan) -> CardOnFile | None:
    """The card that pays a plan, while it stands."""
    row = PlanCard.objects.filter(plan=plan, card__ended_at=None).select_related("card").first()
    return row.card if row else None


def unanswered() -> list[CardAttempt]:
    """Attempts the processor never answered, oldest first: to be asked again with the same key."""
    rows = CardAttempt.objects.filter(state=AttemptState.ASKED).select_related("card__guarantor", "plan")
    return list(rows.order_by("id"))


@dataclass(frozen=True)
class Due:
    """A plan whose card is to be charged now."""

    plan: PaymentPlan
    card: CardOnFile
    instalment: Instalment


def due_today(today: date) -> list[Due]:
    """Instalments a card on file is to pay now. Never of who is held or dead, of a card that expired, or twice at once."""
    rows = PlanCard.objects.filter(plan__ended_at=None, card__ended_at=None, card__expires_on__gte=today)
    paying = {row.plan.guarantor_id: row for row in rows.select_related("plan__guarantor", "card")}
    held = holds_on(paying)
    views = running_plans([pk for pk in paying if pk not in held], today)
    made = _attempts([view.plan for view in views.values()], today)
    open_ = set(CardAttempt.objects.filter(state=AttemptState.ASKED).values_list("card_id", flat=True))
    found = []
    for pk, view in views.items():
        row = paying[pk]
        if view.plan.guarantor_id != pk or row.plan.guarantor.death_date or row.card_id in open_:
            continue
        one = _instalment(row, view, made.get(row.plan_id, 0), today)
        if one is not None:
            found.append(Due(row.plan, row.card, one))
    return found


def _attempts(plans: Sequence[PaymentPlan], today: date) -> dict[int, int]:
    """Plan -> attempts made at its latest due day."""
    latest = {plan.pk: days[-1] for plan in plans if (days := due_days(plan.first_due, plan.day_of_month, today))}
    rows = CardAttempt.objects.filter(plan__in=list(latest)).order_by().values("plan", "due_on")
    return {
        row["plan"]: row["count"] for row in rows.annotate(count=Count("id")) if row["due_on"] == latest[row["plan"]]
    }


def _instalment(row: PlanCard, view: PlanView, attempts: int, today: date) -> Instalment | None:
    plan, standing = row.plan, view.standing
    if standing.state == PlanState.PAID:
        return None
    due = len(due_days(plan.first_due, plan.day_of_month, today))
    behind = min(due * plan.cents, plan.agreed_cents) - standing.paid_cents
    family = {plan.guarantor_id, *Patient.objects.filter(guarantor=plan.guarantor_id).values_list("party_id", flat=True)}
    owed = sum(sums_of_parties(family, "ar_patient").values()) + sum(sums_of_parties(family, "patient_prepaid").values())
    return instalment(
        plan.first_due, plan.day_of_month, plan.cents, behind_cents=behind, owed_cents=owed, attempts=attempts, today=today,
        rules=rules(), since=row.since,
    )  # fmt: skip


def given_up(today: date) -> int:
    """Plans whose latest instalment was declined as often as it is tried: a person is asked. One query for all attempts."""
    tries = len(rules().card_retry_days)
    rows = CardAttempt.objects.filter(state=AttemptState.DECLINED, n=tries, plan__ended_at=None, due_on__gt=_month_ago(today))
    return rows.order_by().values("plan").distinct().count()


def _month_ago(today: date) -> date:
    return date.fromordinal(today.toordinal() - 31)


def open_session(today: date) -> DrawerSession | None:
    """A drawer that is open today: where a payment that came without a person is written."""
    return DrawerSession.objects.filter(day=today, state="open").select_related("drawer").order_by("id").first()
