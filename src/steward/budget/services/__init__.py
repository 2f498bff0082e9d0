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

__all__ = [
    "KIND",
    "comment",
    "commit",
    "draft_budget",
    "put_lines",
    "release",
    "sign_budget",
    "submit_budget",
    "withdraw_budget",
    "write_assumptions",
]
