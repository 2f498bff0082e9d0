"""What a command answers: a JSON document, an exit code, and words for a person."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from steward.core.refusals import Refusal

DONE, REFUSED, USAGE = 0, 1, 2


@dataclass(frozen=True)
class Answer:
    """``data`` is the contract's JSON; ``words`` replaces the plain rendering of it when given."""

    data: Any
    code: int = DONE
    words: str = ""


class Usage(Exception):
    """Wrong usage: exit 2 with one sentence."""


def refusal_json(refusals: Sequence[Refusal]) -> dict[str, Any]:
    return {"refused": [{"code": r.code, "message": r.message, "fix": r.fix} for r in refusals]}


def say(answer: Answer, *, as_json: bool, out: TextIO | None = None) -> None:
    """JSON alone on standard output, or words."""
    out = out or sys.stdout
    if as_json:
        out.write(json.dumps(answer.data, indent=2, default=str) + "\n")
    else:
        out.write((answer.words or in_words(answer.data)).rstrip() + "\n")


def in_words(data: Any, indent: str = "") -> str:
    """Any JSON as readable lines: keys aligned, rows as a table."""
    if isinstance(data, Mapping):
        return "\n".join(_pair(indent, k, v) for k, v in data.items())
    if isinstance(data, list | tuple):
        if data and all(
            isinstance(row, Mapping) and not any(isinstance(v, list | dict) for v in row.values()) for row in data
        ):
            return _table(data, indent)
        return "\n".join(in_words(row, indent) for row in data) or f"{indent}none"
    return f"{indent}{data}"


def _pair(indent: str, key: Any, value: Any) -> str:
    if isinstance(value, Mapping | list | tuple) and value:
        return f"{indent}{key}\n{in_words(value, indent + '  ')}"
    text = _cell(str(key), value)
    return f"{indent}{key}: {'none' if value in ([], {}, None) else text}"


def _table(rows: Sequence[Mapping[str, Any]], indent: str) -> str:
    heads = list(rows[0])
    cells = [[_cell(h, row.get(h)) for h in heads] for row in rows]
    widths = [max(len(h), *(len(c[i]) for c in cells)) for i, h in enumerate(heads)]
    lines = ["  ".join(h.ljust(w) for h, w in zip(heads, widths, strict=True))]
    for row in cells:
        lines.append(
            "  ".join(
                c.rjust(w) if h.endswith("_cents") else c.ljust(w) for h, c, w in zip(heads, row, widths, strict=True)
            )
        )
    return "\n".join(indent + line.rstrip() for line in lines)


def _cell(head: str, value: Any) -> str:
    if value is None:
        return ""
    if head.endswith("_cents") and isinstance(value, int):
        sign, whole = ("-" if value < 0 else ""), abs(value)
        return f"{sign}{whole // 100:,}.{whole % 100:02}"
    return str(value)
