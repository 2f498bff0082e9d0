"""The questions of insurance, by concept. Coverage is asked for the day of service, for many patients in a constant number
of queries.
"""

from steward.insurance.selectors.contracts import (
    Limits,
    carve_outs,
    contract_value,
    contracts,
    editions,
    expected_many,
    fees,
    limits_many,
    schedules,
    standing_schedules,
    tried,
)
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
from steward.insurance.selectors.grants import (
    expiring,
    grant_by_uid,
    grant_terms,
    grants,
    grants_of,
)
from steward.insurance.selectors.payers import (
    find_payers,
    numbers,
    payer_by_code,
    payers,
    payers_by_edi,
    plans,
    standard_plan,
    standing_payers,
)
from steward.insurance.selectors.rules import rules, write_off_rules

__all__ = [
    "Limits",
    "carve_outs",
    "contract_value",
    "contracts",
    "copay_cents",
    "coverage_by_uid",
    "coverages",
    "coverages_of",
    "covering",
    "covering_many",
    "covers_of",
    "editions",
    "expected_many",
    "expiring",
    "fees",
    "find_payers",
    "findings",
    "grant_by_uid",
    "grant_terms",
    "grants",
    "grants_of",
    "limits_many",
    "numbers",
    "payer_by_code",
    "payers",
    "payers_by_edi",
    "plans",
    "rules",
    "schedules",
    "standard_plan",
    "standing_payers",
    "standing_schedules",
    "tried",
    "write_off_rules",
]
