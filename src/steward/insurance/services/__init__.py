"""The verbs of insurance, by concept: payers and plans kept, coverage entered, ended and voided, adjustments white-listed."""

from steward.insurance.services.contracts import (
    add_carve_out,
    create_contract,
    create_schedule,
    end_carve_out,
    end_contract,
    import_edition,
    make_standard,
    update_contract,
    void_contract,
)
from steward.insurance.services.coverage import (
    add_coverage,
    add_coverages_many,
    end_coverage,
    order_benefits,
    update_coverage,
    void_coverage,
)
from steward.insurance.services.eligibility import (
    ask_eligibility,
    note_placed,
    record_answer,
    take_answers,
)
from steward.insurance.services.estimates import (
    give_estimate,
    make_estimate,
)
from steward.insurance.services.grants import (
    add_grant,
    deny_grant,
    update_grant,
    withdraw_grant,
)
from steward.insurance.services.payers import (
    add_number,
    create_payer,
    create_plan,
    end_number,
    end_payer,
    update_payer,
    update_plan,
)
from steward.insurance.services.rules import (
    DEFAULT_RULES,
    add_write_off_rule,
    end_write_off_rule,
    load_default_rules,
)

__all__ = [
    "DEFAULT_RULES",
    "add_carve_out",
    "add_coverage",
    "add_coverages_many",
    "add_grant",
    "add_number",
    "add_write_off_rule",
    "ask_eligibility",
    "create_contract",
    "create_payer",
    "create_plan",
    "create_schedule",
    "deny_grant",
    "end_carve_out",
    "end_contract",
    "end_coverage",
    "end_number",
    "end_payer",
    "end_write_off_rule",
    "give_estimate",
    "import_edition",
    "load_default_rules",
    "make_estimate",
    "make_standard",
    "note_placed",
    "order_benefits",
    "record_answer",
    "take_answers",
    "update_contract",
    "update_coverage",
    "update_grant",
    "update_payer",
    "update_plan",
    "void_contract",
    "void_coverage",
    "withdraw_grant",
]
