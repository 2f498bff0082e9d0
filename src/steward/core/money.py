"""Money: one signed integer of cents, US dollars only.

Nothing here rounds twice and nothing here is a float. Text becomes cents at the edge (`parse_cents` for what people
type, `parse_decimal_dollars` for files), cents become text at the other edge (`format_cents`); in between, rates
are parts per million (`apply_rate`) and splits go by largest remainder (`allocate`).

Rounding is half up, away from zero, once: the rule of IRS Pub. 15 ("Rounding") and of every payer we know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NewType

Cents = NewType("Cents", int)

#: No amount in a practice comes near this (ten trillion dollars); a number beyond it is a mistake or an attack.
LIMIT_CENTS = 10**15
PPM = 1_000_000
TRUE_MINUS = "\u2212"

_MAX_TEXT = 80
_SPACES = " \t\u00a0\u2009\u202f"
_NUMBER = re.compile(r"(?P<whole>[0-9][0-9,]*)?(?P<point>\.(?P<fraction>[0-9]*))?", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+", re.ASCII)
_FILE_AMOUNT = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(\.(?P<fraction>[0-9]*))?", re.ASCII)


class MoneyError(ValueError):
    """A text that is no amount of money.

    `what` says what is wrong, `position` where (0-based index into the text, or None for the whole of it), `mend` what
    to do. `what` and `mend` are fixed sentences, so that a screen can translate them.
    """

    def __init__(self, code: str, what: str, mend: str, text: str = "", position: int | None = None) -> None:
        self.code = code
        self.what = what
        self.mend = mend
        self.text = text[:_MAX_TEXT]
        self.position = position
        super().__init__(str(self))

    def __str__(self) -> str:
        where = "" if self.position is None else f" at character {self.position + 1}"
        shown = f" in {self.text!r}" if self.text else ""
        return f"{self.what}{where}{shown}. {self.mend}"


def parse_cents(text: str) -> Cents:
    """Cents of what a person types: ``1,234.50``  ``(12.00)``  ``$5``  ``12-``  ``12*3.5``  ``(3+4)*2.50``.

    A lone amount in brackets is negative (the accountant's way); inside arithmetic, brackets group. A lone amount has
    at most two decimals; factors of arithmetic may have more, and the result is rounded once, half up away from zero.
    Raises MoneyError for anything else, and beyond +-10^15 cents.
    """
    if not isinstance(text, str):
        raise TypeError("parse_cents takes text")
    body = text.strip(_SPACES)
    if not body:
        raise MoneyError("empty", "There is no amount", "Type an amount such as 12.50.")
    if len(text) > _MAX_TEXT:
        raise MoneyError("too_long", "The amount is too long", "Type at most 80 characters.", text)
    alone = _Reader(text).alone()
    value = alone if alone is not None else _Reader(text).arithmetic()
    return _bounded(round_half_up(value.numerator * 100, value.denominator), text)


def parse_decimal_dollars(text: str) -> Cents:
    """Cents of a dollar amount in a file: ``150``, ``150.5``, ``-150.00``, ``.5``; strict, no symbol, no grouping.

    At most two decimals, ASCII digits only. Raises MoneyError.
    """
    body = text.strip(" \t\r\n")
    found = _FILE_AMOUNT.fullmatch(body)
    if found is None or not (found["whole"] or found["fraction"]):
        raise MoneyError("not_money", "This is not an amount", "Write dollars and cents, such as 150.00.", text)
    fraction = found["fraction"] or ""
    if len(fraction) > 2:
        raise MoneyError("decimals", "An amount has at most two decimals", "Write whole cents.", text,
                         text.index(".") + 3)
    if len(found["whole"]) > 30:
        raise _beyond(text)
    cents = int(found["whole"] or "0") * 100 + int(fraction.ljust(2, "0") or "0")
    return _bounded(-cents if found["sign"] == "-" else cents, text)


def format_cents(cents: int, *, symbol: bool = False, true_minus: bool = True) -> str:
    """``123450`` -> ``1,234.50``; with `symbol` ``$1,234.50``.

    Negative amounts take a true minus sign (U+2212), which lines up under tabular figures; files and exports ask for
    ``true_minus=False``. `parse_cents` reads back either.
    """
    dollars, rest = divmod(abs(cents), 100)
    sign = "" if cents >= 0 else (TRUE_MINUS if true_minus else "-")
    return f"{sign}{'$' if symbol else ''}{dollars:,}.{rest:02d}"


def format_dollars_file(cents: int) -> str:
    """``-123450`` -> ``-1234.50``: the form `parse_decimal_dollars` reads, for files that leave the house."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{dollars}.{rest:02d}"


def round_half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to numerator/denominator; a half goes away from zero. Denominator not zero."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size


def apply_rate(cents: int, rate_ppm: int) -> Cents:
    """`rate_ppm` millionths of `cents`, multiplied before it is divided, rounded once half up away from zero."""
    return Cents(round_half_up(cents * rate_ppm, PPM))


def allocate(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Split `total_cents` in proportion to `weights` so that the parts sum to it exactly (largest remainder).

    Every part is within one cent of its exact share; equal remainders go to the earlier part, so the answer depends on
    nothing else. Weights are whole numbers >= 0; raises ValueError when they are negative, or all zero under a total.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("allocate: a weight is negative")
    whole = sum(weights)
    if whole == 0:
        if total_cents:
            raise ValueError("allocate: there is nothing to allocate to")
        return [0] * len(weights)
    sign, size = (-1, -total_cents) if total_cents < 0 else (1, total_cents)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def _bounded(cents: int, text: str) -> Cents:
    if abs(cents) > LIMIT_CENTS:
        raise _beyond(text)
    return Cents(cents)


def _beyond(text: str) -> MoneyError:
    return MoneyError("too_large", "The amount is too large", "Amounts stay within ten trillion dollars.", text)


class _Reader:
    """A recursive descent over one short text: expression, term, factor, number. Never `eval`.

    The text is at most 80 characters, so depth and the size of the exact fraction are bounded too.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def alone(self) -> Fraction | None:
        """The value when the whole text is one amount (sign before or after, brackets, symbol), else None."""
        open_bracket = self._signs_and_symbol()
        start = self.at
        if not (self._peek().isdigit() or self._peek() == "."):
            return None
        value, decimals = self._number()
        trailing = self._take("-")
        closed = self._take(")")
        if self._peek() or closed != ("(" in open_bracket) or open_bracket.count("$") > 1:
            return None
        negatives = open_bracket.count("-") + open_bracket.count("(") + trailing
        if negatives + open_bracket.count("+") > 1:
            raise self._error("signs", "The sign is not clear", "Use one minus sign, or brackets, not both.", 0)
        if decimals > 2:
            raise self._error("decimals", "An amount has at most two decimals", "Type whole cents.", start)
        return -value if negatives else value

    def arithmetic(self) -> Fraction:
        """The value of the whole text as arithmetic; raises MoneyError at the first thing that is not."""
        self.at = 0
        value = self._expression()
        if self._peek():
            raise self._unexpected()
        return value

    def _signs_and_symbol(self) -> str:
        seen = ""
        while self._peek() in ("-", "+", "(", "$"):
            seen += self._peek()
            self.at += 1
        return seen

    def _expression(self) -> Fraction:
        value = self._term()
        while True:
            if self._take("+"):
                value += self._term()
            elif self._take("-"):
                value -= self._term()
            else:
                return value

    def _term(self) -> Fraction:
        value = self._factor()
        while True:
            if self._take("*"):
                value *= self._factor()
            elif self._take("/"):
                at, divisor = self.at, self._factor()
                if divisor == 0:
                    raise self._error("zero", "This divides by zero", "Divide by another number.", at)
                value /= divisor
            else:
                return value

    def _factor(self) -> Fraction:
        if self._take("-"):
            return -self._factor()
        if self._take("+"):
            return self._factor()
        self._take("$")
        if self._take("("):
            at = self.at - 1
            value = self._expression()
            if not self._take(")"):
                raise self._error("bracket", "A bracket is not closed", "Add the closing bracket.", at)
            return value
        return self._number()[0]

    def _number(self) -> tuple[Fraction, int]:
        self._peek()
        found = _NUMBER.match(self.text, self.at)
        if found is None or not (found["whole"] or found["fraction"]):
            raise self._unexpected()
        whole = found["whole"] or "0"
        if "," in whole and not _GROUPED.fullmatch(whole):
            raise self._error("grouping", "The commas do not group thousands",
                              "Write 1,234.50: commas every three digits, a point before the cents.", self.at)
        fraction = found["fraction"] or ""
        self.at = found.end()
        return Fraction(int(whole.replace(",", "") + fraction), 10 ** len(fraction)), len(fraction)

    def _peek(self) -> str:
        """The next character that is no space ('' at the end), true minus and the like as plain signs."""
        while self.at < len(self.text) and self.text[self.at] in _SPACES:
            self.at += 1
        return _PLAIN.get(self.text[self.at], self.text[self.at]) if self.at < len(self.text) else ""

    def _take(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self.at += 1
        return True

    def _unexpected(self) -> MoneyError:
        if not self._peek():
            return self._error("unfinished", "The amount stops short", "Finish it, such as 12.50.", self.at)
        return self._error("not_money", "This is not an amount", "Use digits, one point and + - * / ( ).", self.at)

    def _error(self, code: str, what: str, mend: str, at: int) -> MoneyError:
        return MoneyError(code, what, mend, self.text, at)


_PLAIN = {TRUE_MINUS: "-", "\u2013": "-", "\u00d7": "*", "\u00f7": "/"}
