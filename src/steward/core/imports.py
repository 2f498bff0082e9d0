"""How a file from outside comes in: one protocol for every room's ``importers`` module.

A room's ``importers.py`` has ``KINDS`` (the contract's kind names), ``recognise(content) -> kind | None`` (from the content,
never the name) and ``run(call, *, kind, content, name, options) -> Imported``. ``run`` calls services only; it never raises for
bad content: what was wrong is in the problems, with its fix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from steward.core.refusals import Refusal
from steward.core.service import Call

STATUSES = ("posted", "held", "duplicate", "refused")


@dataclass(frozen=True, slots=True)
class Options:
    """What the person said beside the file: the bank account's code, whether unknown payers may be made, which faults
    of a bank statement she accepts and why."""

    account: str | None = None
    create_payers: bool = False
    accept: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a file (an ST, a statement, a claim). ``posted_cents`` is the cash side that reached the ledger."""

    ref: str
    status: str
    posted_cents: int = 0
    problems: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file."""

    kind: str
    status: str
    message: str
    parts: tuple[Part, ...] = ()

    @property
    def problems(self) -> tuple[Refusal, ...]:
        """Why the file, or a part of it, was refused; empty when nothing was."""
        refused = [part for part in self.parts if part.status == "refused"]
        found = tuple(problem for part in refused for problem in part.problems)
        return found or ((Refusal("refused", self.message),) if refused or self.status == "refused" else ())

    def as_json(self, path: str, content: bytes) -> dict[str, Any]:
        """The contract's shape for ``steward import``."""
        return {
            "path": path,
            "kind": self.kind,
            "sha256": hashlib.sha256(content).hexdigest(),
            "status": self.status,
            "message": self.message,
            "parts": [
                {
                    "ref": p.ref,
                    "status": p.status,
                    "posted_cents": p.posted_cents,
                    "problems": [{"code": r.code, "message": r.message, "fix": r.fix} for r in p.problems],
                }
                for p in self.parts
            ],
        }


class Importer(Protocol):
    """What a room's ``importers`` module looks like from outside."""

    KINDS: Sequence[str]

    def recognise(self, content: bytes) -> str | None: ...

    def run(self, call: Call, *, kind: str, content: bytes, name: str, options: Options) -> Imported: ...


def refused(kind: str, *problems: Refusal, ref: str = "") -> Imported:
    """A whole file refused, with the reasons."""
    return Imported(kind, "refused", problems[0].message, (Part(ref, "refused", 0, problems),))
