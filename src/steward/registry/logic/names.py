"""Names as people write them, and the keys by which they are found again."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

# Letters that NFKD does not take apart into a base letter and a mark.
_FOLD = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def name_key(text: str) -> str:
    """Search key of a name: ASCII lower-case letters and digits, single spaces between words.

    Apostrophes vanish ("O'Brien" -> "obrien"); every other sign parts words ("Smith-Jones" -> "smith jones"). Letters
    that have no ASCII form are kept, so that a name in another script still finds itself.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_FOLD)).casefold()
    kept: list[str] = []
    for char in folded:
        if unicodedata.combining(char) or char in "'’`ʼ":
            continue
        kept.append(char if char.isalnum() else " ")
    return " ".join("".join(kept).split())


def prefix_range(prefix: str) -> tuple[str, str]:
    """Half-open range [low, high) holding exactly the strings that begin with `prefix` under code-point order.

    A range uses a plain b-tree index on both databases, which LIKE does not (65 ms against 9 at 100,000 rows).
    Raises ValueError on an empty prefix.
    """
    if not prefix:
        raise ValueError("a prefix has at least one character")
    last = ord(prefix[-1])
    if last >= 0x10FFFF:
        return prefix, prefix + "\U0010ffff"
    following = 0xE000 if last == 0xD7FF else last + 1  # surrogates are not characters
    return prefix, prefix[:-1] + chr(following)


def name_likeness(one: str, other: str) -> int:
    """How alike two names are, 0 to 100, whatever the order of their words."""
    first, second = (" ".join(sorted(name_key(text).split())) for text in (one, other))
    if not first or not second:
        return 0
    return round(100 * SequenceMatcher(None, first, second, autojunk=False).ratio())


def full_name(first: str, middle: str, last: str, suffix: str) -> str:
    """A person's name as read aloud: "Ana M. Ortiz Jr."."""
    return " ".join(part for part in (first.strip(), middle.strip(), last.strip(), suffix.strip()) if part)


def file_name(first: str, middle: str, last: str, suffix: str) -> str:
    """A person's name as filed: "Ortiz Jr., Ana M."."""
    family = " ".join(part for part in (last.strip(), suffix.strip()) if part)
    given = " ".join(part for part in (first.strip(), middle.strip()) if part)
    return ", ".join(part for part in (family, given) if part)


def initials(*names: str) -> str:
    """The first letters of names, as shown to those who may not see the names: "A. O."."""
    return " ".join(f"{name.strip()[0].upper()}." for name in names if name.strip())
