"""Payment plans: how each stands, told from what came in by the books. Nothing is marked as paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from steward.billing.logic.patient_money import PlanStanding, plan_standing
from steward.billing.models import PaymentPlan
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.rules import rules
from steward.frontdesk.models import Patient
from steward.ledger.selectors.open_lines import received, sums_of_parties


@dataclass(frozen=True)
class PlanView:
    """A plan that runs, and how it stands."""

    plan: PaymentPlan
    standing: PlanStanding


def running_plans(guarantors: Iterable[int], today: date) -> dict[int, PlanView]:
    """Guarantor -> the plan that runs. Three queries per 500, and one a plan's first day."""
    plans = {row.guarantor_id: row for part in chunks(guarantors) for row in _running(part)}
    if not plans:
        return {}
    families: dict[int, set[int]] = {pk: {pk} for pk in plans}
    for part in chunks(plans):
        for guarantor, party in Patient.objects.filter(guarantor__in=part).values_list("guarantor_id", "party_id"):
            families[guarantor].add(party)
    owed = sums_of_parties({party for family in families.values() for party in family}, "ar_patient")
    rule = rules()
    found = {}
    for pk, plan in plans.items():
        paid = received(families[pk], plan.agreed_at)
        standing = plan_standing(
            plan.cents, plan.agreed_cents, plan.first_due, plan.day_of_month, paid_cents=paid,
            owed_cents=sum(owed.get(party, 0) for party in families[pk]), rules=rule, today=today,
        )  # fmt: skip
        found[pk] = PlanView(plan, standing)
    return found


def _running(guarantors: list[int]) -> list[PaymentPlan]:
    return list(PaymentPlan.objects.filter(guarantor__in=guarantors, ended_at=None))
