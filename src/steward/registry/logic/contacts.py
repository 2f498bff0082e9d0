"""Phones, e-mail addresses and postal addresses: brought to one form so that they can be found and compared."""

from __future__ import annotations

import re

from steward.registry.logic.identifiers import digits_of

# USPS Publication 28, appendix B: states, possessions and military posts, in pairs of letters.
_PAIRS = (
    "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWYASFM"
    "GUMHMPPRPWUMVIAAAEAP"
)
STATES: frozenset[str] = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))


def phone_digits(text: str) -> str:
    """A North American number as ten digits, a foreign one (leading +) as its digits; "" when it is not a number."""
    cleaned = text.strip()
    base = re.split(r"(?i)\s*(?:x|ext\.?)\s*[0-9]+$", cleaned)[0]
    if re.search(r"[A-Za-z]", base):
        return ""
    digits = digits_of(base)
    if base.startswith("+") and not digits.startswith("1"):
        return digits if 7 <= len(digits) <= 15 else ""
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return digits if len(digits) == 10 else ""


def phone_text(digits: str) -> str:
    """A stored number as people read it: (212) 555-0142; a foreign one with its plus."""
    if len(digits) == 10:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return f"+{digits}" if digits else ""


def email_key(text: str) -> str:
    """An e-mail address in the form it is compared by, or "" when it cannot be one."""
    cleaned = text.strip().lower()
    return cleaned if re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+", cleaned) else ""


def zip_ok(text: str) -> bool:
    """True for a five-digit ZIP code or ZIP+4, with or without the hyphen."""
    return bool(re.fullmatch(r"[0-9]{5}(?:-?[0-9]{4})?", text))


def state_ok(text: str) -> bool:
    """True for a USPS two-letter code of a state, possession or military post."""
    return text in STATES
