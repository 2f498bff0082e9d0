"""What a subject line may say: nothing that tells a stranger anything about a person. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 78  # RFC 5322 2.1.1: a line should have no more characters


def fault(subject: str, private: Iterable[str]) -> str | None:
    """What is wrong with a subject, None if nothing. ``private`` are words that must not be in it (names of the
    people concerned).

    Digits are refused whole: dates, amounts and record numbers are what subjects leak.
    """
    if not subject.strip():
        return "it is empty"
    if len(subject) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if any(ord(c) < 32 for c in subject):
        return "it has a line break"
    if any(c.isdigit() or c.isnumeric() for c in subject):
        return "it has digits, which tell a date, an amount or a number"
    words = set(re.findall(r"\w+", subject.casefold()))
    for name in private:
        if words & {w for w in re.findall(r"\w+", name.casefold()) if len(w) > 1}:
            return "it names a person"
    return None
