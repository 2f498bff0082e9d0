"""Passphrases: long, unknown, and nothing else asked (NIST SP 800-63B-4, 3.1.1.2: blocklist, no composition rules)."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST, MOST = 15, 128
FEW = 3  # common words that, alone, are too few: 400 of them give 400**3 = 64 million guesses
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz")
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i", "+": "t"}
)


class PassphraseValidator:
    """15 to 128 characters, not on the offline list, no pattern, not made of one's own or the office's names."""

    def validate(self, password: str, user: Any = None) -> None:
        fault = weakness(password, own_words(user))
        if fault:
            raise ValidationError(fault, code="passphrase")

    def get_help_text(self) -> str:
        return _("At least %d characters. Four or five words that do not belong together are easiest to keep.") % LEAST


def weakness(text: str, own: Iterable[str] = ()) -> str | None:
    """Why this passphrase would be guessed, in words; None when nothing speaks against it."""
    if len(text) < LEAST:
        return _("This is %(n)d characters long; a passphrase has at least %(least)d.") % {
            "n": len(text),
            "least": LEAST,
        }
    if len(text) > MOST:
        return _("A passphrase has at most %d characters.") % MOST
    plain = _letters(text)
    if _patterned(text.casefold()):
        return _("This repeats or counts. Take words that do not belong together.")
    if any(_well_known(letters) for letters in (plain, _letters(text, leet=False))):
        return _("This is a well-known phrase. Take words that do not belong together.")
    free = core_words() | set(own)
    if any(_cost(letters, free) <= FEW for letters in (plain, _letters(text, leet=False))):
        return _("This is made of the words everybody tries, or of your own or the office's name. Take other words.")
    return None


def own_words(user: Any) -> set[str]:
    """What somebody who knows the person would try: the name, the username, the address, the office."""
    from steward.core.access.models import Office

    texts = ["steward"]
    for name in ("username", "name", "email"):
        texts.append(str(getattr(user, name, "") or ""))
    texts.extend(Office.objects.values_list("name", flat=True)[:1])
    found = {_letters(word, leet=False) for text in texts for word in re.split(r"[\W_]+", text)}
    found |= {_letters(text, leet=False) for text in texts}
    return {word for word in found if len(word) >= 3}


def _letters(text: str, *, leet: bool = True) -> str:
    """Letters alone, folded; with ``leet`` the usual disguises (p4$$w0rd) are undone first, digits otherwise
    dropped."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    if leet:
        folded = folded.translate(_LEET)
    return "".join(c for c in folded if c.isalpha())


def _patterned(text: str) -> bool:
    """Few different characters, a short piece over and over, or mostly steps along the keyboard, alphabet or
    numbers."""
    if len(set(text)) < 6:
        return True
    if any(text == (text[:size] * len(text))[: len(text)] for size in range(1, min(LEAST, len(text) // 2 + 1))):
        return True
    steps = sum(_neighbours(a, b) for a, b in itertools.pairwise(text))
    return steps >= 0.7 * (len(text) - 1)


def _neighbours(a: str, b: str) -> bool:
    return a == b or any(a + b in row or b + a in row for row in ROWS) or a + b in ("09", "90")


def _well_known(letters: str) -> bool:
    """A listed phrase, or one with so little added that it is still that phrase (a fifth of its length, at least
    two)."""
    return any(p in letters and len(letters) - len(p) <= max(2, len(p) // 5) for p in blocklist() if len(p) >= 10)


def _cost(text: str, free: set[str] | frozenset[str]) -> int:
    """The fewest common words of four letters and more that, with ``free`` and short ones, make up all the letters.

    Dynamic programming over prefixes; 99 when something else is in it. No letters at all (digits only) cost nothing.
    """
    costs = [0] + [99] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 40), end):
            word = text[start:end]
            if word in free or word in common_words():
                costs[end] = min(costs[end], costs[start] + (word not in free and len(word) > 3))
    return min(costs[-1], 99)


@cache
def _lists() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    into = ""
    for line in (Path(__file__).parent / "blocklist.txt").read_text().splitlines():
        if line.startswith("["):
            into = line.strip("[]")
        elif line and not line.startswith("#"):
            found.setdefault(into, set()).update([_letters(line, leet=False)] if into == "phrases" else line.split())
    return {name: frozenset(values) for name, values in found.items()}


def blocklist() -> frozenset[str]:
    """Phrases as letters alone."""
    return _lists()["phrases"]


def core_words() -> frozenset[str]:
    """The words that passwords are made of."""
    return _lists()["core"]


def common_words() -> frozenset[str]:
    """The words people think of next."""
    return _lists()["words"]
