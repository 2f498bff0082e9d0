"""What insurance puts into the demo practice: the payers it is given, each with its copay, and the shipped white
list.
"""

from __future__ import annotations

from collections.abc import Sequence

from steward.core.service import Call
from steward.insurance.models import Plan
from steward.insurance.selectors import standard_plan
from steward.insurance.services import create_payer, load_default_rules, update_plan
from steward.insurance.types import PayerData, PlanData


def build_payers(call: Call, payers: Sequence[tuple[PayerData, int]]) -> list[Plan]:
    """Make (payer, copay in cents) pairs and the default white list; gives each payer's standard plan, in order."""
    load_default_rules(call)
    found = []
    for data, copay_cents in payers:
        plan = standard_plan(create_payer(call, data=data))
        found.append(update_plan(call, plan=plan, data=PlanData(plan.name, copay_cents=copay_cents)))
    return found
