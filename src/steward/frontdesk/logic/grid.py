"""A day as a table: one column a provider or a room, rows of equal minutes, appointments spanning what they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gcd

FINEST = 5


@dataclass(frozen=True)
class Block:
    """Something that takes time in a column; minutes since local midnight, the end excluded."""

    ref: int
    column: int
    begin: int
    end: int


@dataclass(frozen=True)
class Span:
    """A stretch in which a column can be booked, and the raster on which it is."""

    column: int
    begin: int
    end: int
    step: int = FINEST


@dataclass(frozen=True)
class Cell:
    """One cell: `ref` names a block that begins here and takes `rows`; else the time is `open` for booking or not."""

    column: int
    minute: int
    rows: int = 1
    ref: int | None = None
    open: bool = False


@dataclass(frozen=True)
class Row:
    """One row: the minute it begins, and the cells that begin in it, in order of columns."""

    minute: int
    cells: tuple[Cell, ...]


def raster(blocks: Iterable[Block], spans: Iterable[Span]) -> int:
    """The largest step, in minutes, on which every begin, end and slot of the day falls; at least five."""
    step = 0
    for block in blocks:
        step = gcd(step, gcd(block.begin, block.end))
    for span in spans:
        step = gcd(step, gcd(gcd(span.begin, span.end), span.step))
    return max(step, FINEST) if step else 60


def day_rows(columns: Sequence[int], blocks: Sequence[Block], spans: Sequence[Span]) -> list[Row]:
    """The table of a day, from the first to the last minute that anything happens; [] for an empty day.

    Every minute of every column lies in exactly one cell. Blocks of one column do not overlap (the database sees to
    it); one that begins inside another anyway is put into the first free row after it, so that nothing is hidden.
    """
    if not blocks and not spans:
        return []
    step = raster(blocks, spans)
    begin = min([b.begin for b in blocks] + [s.begin for s in spans]) // step * step
    end = -(-max([b.end for b in blocks] + [s.end for s in spans]) // step) * step
    placed = {column: _placed(column, blocks, begin, step) for column in columns}
    end = max([end] + [begin + step * (at + rows) for own in placed.values() for at, (_, rows) in own.items()])
    count = (end - begin) // step
    by_row: list[list[Cell]] = [[] for _ in range(count)]
    for column in columns:
        for row, cell in _column(column, placed[column], spans, begin, step, count):
            by_row[row].append(cell)
    return [Row(begin + step * row, tuple(cells)) for row, cells in enumerate(by_row)]


def _placed(column: int, blocks: Sequence[Block], begin: int, step: int) -> dict[int, tuple[int, int]]:
    """Row -> (block, rows) of a column."""
    found: dict[int, tuple[int, int]] = {}
    free = 0
    for block in sorted((b for b in blocks if b.column == column), key=lambda b: (b.begin, b.end, b.ref)):
        row = max((block.begin - begin) // step, free)
        rows = max(1, -(-(block.end - block.begin) // step))
        found[row] = (block.ref, rows)
        free = row + rows
    return found


def _column(
    column: int, placed: dict[int, tuple[int, int]], spans: Sequence[Span], begin: int, step: int, count: int
) -> list[tuple[int, Cell]]:
    own = [span for span in spans if span.column == column]
    cells: list[tuple[int, Cell]] = []
    row = 0
    while row < count:
        minute = begin + step * row
        if row in placed:
            ref, rows = placed[row]
            cells.append((row, Cell(column, minute, rows, ref)))
            row += rows
            continue
        rows = _until(row, minute, placed, own, step, count)
        is_open = any(span.begin <= minute < span.end for span in own)
        cells.append((row, Cell(column, minute, rows, None, is_open)))
        row += rows
    return cells


def _until(row: int, minute: int, placed: dict[int, tuple[int, int]], own: list[Span], step: int, count: int) -> int:
    """How many rows a free cell takes: a whole slot of the hours it lies in, cut short by what comes first."""
    span = next((s for s in own if s.begin <= minute < s.end), None)
    wanted = 1
    if span is not None:
        into = (minute - span.begin) % span.step
        wanted = max(1, min(span.step - into, span.end - minute) // step)
    limit = min([at for at in placed if at > row] + [count]) - row
    return max(1, min(wanted, limit))
