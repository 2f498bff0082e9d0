"""Numbers that the state gives to people, organisations and providers: checked, never guessed."""

from __future__ import annotations

import re

_NPI_PREFIX = "80840"  # 45 CFR 162.406: the NPI's check digit is Luhn over the card-issuer prefix 80840 and 9 digits


def luhn_ok(digits: str) -> bool:
    """True when the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def npi_ok(npi: str) -> bool:
    """True for a national provider identifier: ten digits, the first 1 or 2, check digit right."""
    return bool(re.fullmatch(r"[12][0-9]{9}", npi)) and luhn_ok(_NPI_PREFIX + npi)


def npi_of(nine: str) -> str:
    """The NPI whose first nine digits are given. Raises ValueError unless they are nine, from 1 or 2."""
    if not re.fullmatch(r"[12][0-9]{8}", nine):
        raise ValueError("an NPI begins with 1 or 2 and has nine digits before its check digit")
    return next(nine + str(check) for check in range(10) if luhn_ok(_NPI_PREFIX + nine + str(check)))


def digits_of(text: str) -> str:
    """The ASCII digits of a text, in order."""
    return re.sub(r"[^0-9]", "", text)


def tin_digits(text: str) -> str:
    """A taxpayer number as nine digits, or "" when it is not one (26 CFR 301.6109-1: SSN, ITIN and EIN have nine)."""
    if re.search(r"[^0-9\s-]", text):
        return ""
    digits = digits_of(text)
    return digits if len(digits) == 9 and len(set(digits)) > 1 else ""


def taxonomy_ok(code: str) -> bool:
    """True for the pattern of a provider taxonomy code; the list itself is imported by the practice (NUCC licence)."""
    return bool(re.fullmatch(r"[0-9A-Z]{9}X", code))
