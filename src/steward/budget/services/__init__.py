"""The verbs of the budget."""

from steward.budget.services.budgets import (
    KIND,
    comment,
    commit,
    draft_budget,
    put_lines,
    release,
    sign_budget,
    submit_budget,
    withdraw_budget,
    write_assumptions,
)
from steward.budget.services.drivers import (
    DriverData,
    draft_what_if,
    put_driver,
    put_drivers,
    put_season,
    remove_driver,
)

__all__ = [
    "KIND",
    "DriverData",
    "comment",
    "commit",
    "draft_budget",
    "draft_what_if",
    "put_driver",
    "put_drivers",
    "put_lines",
    "put_season",
    "release",
    "remove_driver",
    "sign_budget",
    "submit_budget",
    "withdraw_budget",
    "write_assumptions",
]
