"""A check's amount in words, as it stands on American checks. Pure."""

from __future__ import annotations

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
THOUSANDS = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
#: UCC 3-114: words prevail over figures, so that they must be whole and say the cents.
MOST_CENTS = 99_999_999_999


def number_in_words(n: int) -> str:
    """0 to 999,999,999 in English: ``one thousand two hundred thirty-four``. Raises ValueError outside."""
    if not 0 <= n <= 999_999_999:
        raise ValueError(f"{n} is not written in words here")
    for size, name in THOUSANDS:
        if n >= size:
            rest = n % size
            return f"{number_in_words(n // size)} {name}" + (f" {number_in_words(rest)}" if rest else "")
    if n >= 100:
        return f"{ONES[n // 100]} hundred" + (f" {number_in_words(n % 100)}" if n % 100 else "")
    if n >= 20:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    return ONES[n]


def amount_in_words(cents: int) -> str:
    """``One thousand two hundred thirty-four and 56/100``. Raises ValueError below a cent or beyond nine figures."""
    if not 0 < cents <= MOST_CENTS:
        raise ValueError(f"{cents} cents is no amount of a check")
    return f"{number_in_words(cents // 100).capitalize()} and {cents % 100:02d}/100"
