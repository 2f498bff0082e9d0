"""What may be kept of a card: a token, the last four digits, the brand. Never the number (PCI DSS 3.2). Pure."""

from __future__ import annotations

import re

#: Runs of 13 to 19 digits, however they are set apart: what a card number (ISO/IEC 7812) looks like when it is typed.
_RUN = re.compile(r"(?<!\d)\d(?:[ .\-–/]{0,2}\d){12,18}(?!\d)")

#: Our own identifiers may be digits for long stretches; 32 of them, set in five groups, are no card's.
_UID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for n, char in enumerate(reversed(digits)):
        value = int(char) * (2 if n % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def looks_like_card(*texts: str) -> bool:
    """Whether one of these texts holds 13 to 19 digits that check as a card number, with or without gaps between them."""
    return any(_holds(text) for text in texts)


def _holds(text: str) -> bool:
    plain = _UID.sub(" ", text.translate(_DIGITS))
    for found in _RUN.finditer(plain):
        digits = re.sub(r"\D", "", found.group())
        # a longer run may begin or end with digits of something else: every window of a card's length is looked at
        if any(luhn(digits[i : i + size]) for size in range(13, 20) for i in range(len(digits) - size + 1)):
            return True
    return False


#: Full-width and other decimal digits count as digits.
_DIGITS = {code: chr(48 + value) for start in (0xFF10, 0x0660, 0x06F0) for value, code in enumerate(range(start, start + 10))}
