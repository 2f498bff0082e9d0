"""What clearinghouses and payers answer to claims before they pay: TA1, 999, 277CA and 277; and the 276 that asks them."""

from .categories import MEANING, Meaning, meaning
from .inquiry import Asked, Inquiry, read_276, write_276
from .place import SentFile, claim_at, claims_at
from .status import ClaimStatus, LevelStatus, LineStatus, Status, StatusAnswer, read_277, read_277ca
from .syntax import (
    ClaimSyntax,
    ElementFault,
    InterchangeAnswer,
    SegmentFault,
    SyntaxAnswer,
    TransactionAnswer,
    read_999,
    read_ta1,
)
from .words import fault_words, note_words

__all__ = [
    "MEANING",
    "Asked",
    "ClaimStatus",
    "ClaimSyntax",
    "ElementFault",
    "Inquiry",
    "InterchangeAnswer",
    "LevelStatus",
    "LineStatus",
    "Meaning",
    "SegmentFault",
    "SentFile",
    "Status",
    "StatusAnswer",
    "SyntaxAnswer",
    "TransactionAnswer",
    "claim_at",
    "claims_at",
    "fault_words",
    "meaning",
    "note_words",
    "read_276",
    "read_277",
    "read_277ca",
    "read_999",
    "read_ta1",
    "write_276",
]
