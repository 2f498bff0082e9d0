"""The 835, read: what a payer says it paid, why it paid less, and whether its own sums agree."""

from .balance import Problem, problems, warnings
from .identity import RemittanceKey, content_hash, identity
from .model import Adjustment, ClaimPayment, Person, ProviderAdjustment, Remittance, ServiceLine
from .parse import parse, parse_transaction

__all__ = [
    "Adjustment",
    "ClaimPayment",
    "Person",
    "Problem",
    "ProviderAdjustment",
    "Remittance",
    "RemittanceKey",
    "ServiceLine",
    "content_hash",
    "identity",
    "parse",
    "parse_transaction",
    "problems",
    "warnings",
]
