"""The verbs of insurance, by concept: payers and plans kept, coverage entered, ended and voided, adjustments white-listed."""

from steward.insurance.services.coverage import (
    add_coverage,
    add_coverages_many,
    end_coverage,
    update_coverage,
    void_coverage,
)
from steward.insurance.services.payers import create_payer, create_plan, end_payer, update_payer, update_plan
from steward.insurance.services.rules import (
    DEFAULT_RULES,
    add_write_off_rule,
    end_write_off_rule,
    load_default_rules,
)

__all__ = [
    "DEFAULT_RULES",
    "add_coverage",
    "add_coverages_many",
    "add_write_off_rule",
    "create_payer",
    "create_plan",
    "end_coverage",
    "end_payer",
    "end_write_off_rule",
    "load_default_rules",
    "update_coverage",
    "update_payer",
    "update_plan",
    "void_coverage",
]
