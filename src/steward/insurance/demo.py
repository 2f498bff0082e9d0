"""What insurance puts into the demo practice: the payers it is given, each with its copay, and the shipped white
list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from steward.core.service import Call
from steward.insurance.models import Plan
from steward.insurance.selectors import standard_plan
from steward.insurance.services import (
    create_contract,
    create_payer,
    create_schedule,
    import_edition,
    load_default_rules,
    make_standard,
    update_plan,
)
from steward.insurance.types import ContractData, EditionData, PayerData, PlanData


def build_payers(call: Call, payers: Sequence[tuple[PayerData, int]]) -> list[Plan]:
    """Make (payer, copay in cents) pairs and the default white list; gives each payer's standard plan, in order."""
    load_default_rules(call)
    found = []
    for data, copay_cents in payers:
        plan = standard_plan(create_payer(call, data=data))
        found.append(update_plan(call, plan=plan, data=PlanData(plan.name, copay_cents=copay_cents)))
    return found


def build_fees(call: Call, fees: Mapping[str, int], starts_on: date) -> None:
    """The practice's own price list (service code -> cents), by which charge entry fills its fees."""
    rows = "".join(f"{code},{cents // 100}.{cents % 100:02}\n" for code, cents in sorted(fees.items()))
    schedule = create_schedule(call, name="Our fees")
    data = EditionData(starts_on, f"code,amount\n{rows}".encode(), f"fees-{starts_on.year}.csv")
    import_edition(call, schedule=schedule, data=data)
    make_standard(call, schedule=schedule)


def build_contracts(call: Call, plans: Sequence[Plan], shares_ppm: Sequence[int], starts_on: date) -> None:
    """A contract for each plan's payer that pays a share of the charge, so that payments can be compared with it."""
    for plan, ppm in zip(plans, shares_ppm, strict=True):
        name = f"{plan.payer.name} {starts_on.year}"
        data = ContractData(
            plan.payer_id,
            name,
            starts_on,
            "Agreement on file",
            percent_ppm=ppm,
            filing_limit_days=180,
            appeal_limit_days=90,
        )
        create_contract(call, data=data)
