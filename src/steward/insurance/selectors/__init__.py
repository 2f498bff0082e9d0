"""The questions of insurance, by concept. Coverage is asked for the day of service, for many patients in a constant number
of queries.
"""

from steward.insurance.selectors.coverage import (
    copay_cents,
    coverage_by_uid,
    coverages,
    coverages_of,
    covering,
    covering_many,
    covers_of,
)
from steward.insurance.selectors.findings import findings
from steward.insurance.selectors.payers import (
    find_payers,
    payer_by_code,
    payers,
    payers_by_edi,
    plans,
    standard_plan,
    standing_payers,
)
from steward.insurance.selectors.rules import rules, write_off_rules

__all__ = [
    "copay_cents",
    "coverage_by_uid",
    "coverages",
    "coverages_of",
    "covering",
    "covering_many",
    "covers_of",
    "find_payers",
    "findings",
    "payer_by_code",
    "payers",
    "payers_by_edi",
    "plans",
    "rules",
    "standard_plan",
    "standing_payers",
    "write_off_rules",
]
