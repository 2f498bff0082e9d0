"""Read QAPLIB files: n, then two n x n matrices, whole numbers in free form; and solution files, whichever way they count.

Source: Burkard, Karisch, Rendl, "QAPLIB - a quadratic assignment problem library", J. Global Optimization 10 (1997) 391-403. The value of a
permutation p is the sum over i, j of a[i][j] * b[p[i]][p[j]], with a the first matrix and b the second. Stored solutions are met in four
forms: p or its inverse, counted from 0 or from 1; `stored_permutation` finds out which by the value. Raises only `QaplibError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.int64]  # n x n
MAX_N = 500  # rooms; a search holds several n x n tables, and its steps grow with n squared
MAX_CHARS = 20_000_000
MAX_VALUE = 2**53  # beyond it a number is no longer exact in the search


class QaplibError(ValueError):
    """The file is not a QAPLIB instance or solution; the words say what, where, and what was expected."""


@dataclass(frozen=True)
class Instance:
    """One problem as it was read: ``a`` and ``b`` are n x n, of any whole numbers."""

    a: Matrix
    b: Matrix

    @property
    def n(self) -> int:
        """How many facilities, and as many places."""
        return len(self.a)


@dataclass(frozen=True)
class Solution:
    """A solution file: its size, the value it claims, and its numbers as they stand."""

    value: int
    numbers: tuple[int, ...]


def cost_of(a: npt.ArrayLike, b: npt.ArrayLike, permutation: Sequence[int] | npt.NDArray[Any]) -> int:
    """The sum over i, j of a[i][j] * b[p[i]][p[j]]; ``permutation`` counts from 0."""
    places = np.asarray(permutation, dtype=np.int64)
    moved = np.asarray(b)[np.ix_(places, places)]
    return int(np.multiply(np.asarray(a), moved).sum())


def read_instance(text: str) -> Instance:
    """The problem of a file's text. Raises QaplibError naming line and number where it stops being one."""
    words = _words(text)
    n = _size(words)
    needed = 2 * n * n
    numbers = [value for _, value in _numbers(words)]
    if len(numbers) < needed:
        matrix, row, column = _place(len(numbers), n)
        raise QaplibError(
            f"The file ends after {len(numbers)} of {needed} numbers: {matrix} matrix, row {row}, column {column} is missing. "
            f"After n = {n} two matrices of {n} x {n} are expected."
        )
    if len(numbers) > needed:
        line = _line_of(text, needed + 1)
        raise QaplibError(
            f"Line {line}: a number too many. After n = {n} two matrices of {n} x {n} are expected, {needed} numbers; the file has {len(numbers)}."
        )
    both = np.array(numbers, dtype=np.int64).reshape(2, n, n)
    return Instance(both[0].copy(), both[1].copy())


def read_solution(text: str) -> Solution:
    """A solution file: n, the value, then n numbers that count each place once, from 0 or from 1."""
    words = _words(text)
    n = _size(words)
    numbers = [value for _, value in _numbers(words)]
    if len(numbers) != n + 1:
        raise QaplibError(f"A solution of n = {n} has its value and {n} numbers after n; the file has {len(numbers)} numbers after n.")
    found = tuple(numbers[1:])
    if sorted(found) not in (list(range(n)), list(range(1, n + 1))):
        twice = sorted({one for one in found if found.count(one) > 1})
        said = f"{twice[0]} stands twice" if twice else f"{min(found)} to {max(found)} are used"
        raise QaplibError(f"The {n} numbers do not count each place once, from 1 to {n} or from 0 to {n - 1}: {said}.")
    return Solution(numbers[0], found)


def stored_permutation(instance: Instance, solution: Solution, value: int | None = None) -> tuple[int, ...]:
    """The stored permutation, counted from 0, read the way (as it stands or inverse) that gives ``value``.

    Without ``value`` the one that the file claims is looked for. Raises QaplibError with both values when neither way gives it.
    """
    if len(solution.numbers) != instance.n:
        raise QaplibError(f"The solution is for n = {len(solution.numbers)}, the problem has n = {instance.n}.")
    wanted = solution.value if value is None else value
    straight = np.array(solution.numbers, dtype=np.int64) - min(solution.numbers)
    inverse = np.argsort(straight)
    costs = []
    for way in (straight, inverse):
        costs.append(cost_of(instance.a, instance.b, way))
        if costs[-1] == wanted:
            return tuple(int(one) for one in way)
    raise QaplibError(f"The stored permutation does not give {wanted}: as it stands it gives {costs[0]}, its inverse {costs[1]}.")


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Every word with its line, from 1."""
    if len(text) > MAX_CHARS:
        raise QaplibError(f"The file has {len(text)} characters; at most {MAX_CHARS} are read.")
    for number, line in enumerate(text.splitlines(), start=1):
        for word in line.split():
            yield number, word


def _numbers(words: Iterator[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    for line, word in words:
        yield line, _whole(line, word)


def _whole(line: int, word: str) -> int:
    digits = word[1:] if word[0] in "+-" else word
    if not (digits.isascii() and digits.isdigit()):
        raise QaplibError(f"Line {line}: {word[:40]!r} is not a whole number.")
    if len(digits) > 18 or abs(int(word)) > MAX_VALUE:
        raise QaplibError(f"Line {line}: {word[:40]} is beyond what is searched exactly ({MAX_VALUE}); use a coarser unit.")
    return int(word)


def _size(words: Iterator[tuple[int, str]]) -> int:
    first = next(words, None)
    if first is None:
        raise QaplibError("The file is empty; it begins with n, the number of facilities.")
    n = _whole(*first)
    if not 1 <= n <= MAX_N:
        raise QaplibError(f"Line {first[0]}: n is {n}; from 1 to {MAX_N} facilities can be placed.")
    return n


def _place(count: int, n: int) -> tuple[str, int, int]:
    """Where the number after ``count`` others belongs: matrix, row and column, from 1."""
    which, rest = divmod(count, n * n)
    return ("first", "second")[which], rest // n + 1, rest % n + 1


def _line_of(text: str, index: int) -> int:
    """The line of the word with so many words before it."""
    return next(line for at, (line, _) in enumerate(_words(text)) if at == index)
