"""Event -> ledger lines, pure. Every posting sums to zero in every legal entity; what no rule names is kept safe."""

from .agency import Collected, agency_paid
from .facts import (
    ChargeFacts,
    ClaimFacts,
    CoverageFacts,
    PrepaidFacts,
    Recoupable,
    RemittanceFacts,
    Where,
)  # fmt: skip
from .other import OtherFacts, other_charge, pay_other
from .patient import (
    WRITE_OFF_ROLES,
    change_payer,
    charge,
    copay,
    refund,
    set_credit_aside,
    use_prepaid,
    void_charge,
    write_off,
)
from .remittance import apply_unapplied, match_later, post_remittance
from .result import Books, ClaimResult, Kind, Outcome, Posting, Work
from .returned import PaidItem, ReceiptFacts, payment_returned

__all__ = [
    "WRITE_OFF_ROLES", "Books", "ChargeFacts", "ClaimFacts", "ClaimResult", "Collected", "CoverageFacts", "Kind", "OtherFacts",
    "Outcome", "PaidItem", "Posting", "PrepaidFacts", "ReceiptFacts", "Recoupable", "RemittanceFacts", "Where", "Work", "agency_paid",
    "apply_unapplied", "change_payer",
    "charge", "copay", "match_later",
    "other_charge", "pay_other", "payment_returned", "post_remittance", "refund", "set_credit_aside", "use_prepaid", "void_charge", "write_off",
]  # fmt: skip
