"""The nouns of insurance, by concept."""

from steward.insurance.models.contracts import CarveOut, Contract, FeeEdition, FeeRow, FeeSchedule
from steward.insurance.models.coverage import Coverage
from steward.insurance.models.eligibility import EligibilityBatch, EligibilityCheck
from steward.insurance.models.estimates import Estimate, EstimateLine
from steward.insurance.models.grants import Grant
from steward.insurance.models.payers import Payer, PayerNumber, Plan
from steward.insurance.models.rules import WriteOffRule

__all__ = [
    "CarveOut",
    "Contract",
    "Coverage",
    "EligibilityBatch",
    "EligibilityCheck",
    "Estimate",
    "EstimateLine",
    "FeeEdition",
    "FeeRow",
    "FeeSchedule",
    "Grant",
    "Payer",
    "PayerNumber",
    "Plan",
    "WriteOffRule",
]
