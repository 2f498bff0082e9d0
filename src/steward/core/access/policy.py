"""The matrix as loaded, and the scoped querysets that follow from it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from steward.core.access.decide import MODES, Capability, Context, Decision, Facts, Subject, decide

M = TypeVar("M", bound=Model)
SYSTEM = Subject(user_id=None, name="Steward", is_system=True)


@cache
def matrix() -> Mapping[str, Capability]:
    """Every capability by name. Raises ValueError when the file names an unknown role or mode: a typo must not deny
    silently."""
    data = tomllib.loads((Path(__file__).parent / "roles.toml").read_text())
    table = {}
    for name, row in data["capability"].items():
        modes = {k: v for k, v in row.items() if k not in ("title", "step_up", "phi")}
        wrong = [f"{k} = {v!r}" for k, v in modes.items() if k not in data["roles"] or v not in MODES]
        if wrong:
            raise ValueError(f"roles.toml, {name}: {', '.join(wrong)} is neither a role nor a mode known here")
        table[name] = Capability(
            name, row["title"], MappingProxyType(modes), row.get("step_up", False), row.get("phi", False)
        )
    return MappingProxyType(table)


@cache
def role_names() -> Mapping[str, str]:
    """Role -> the words for it."""
    names: dict[str, str] = tomllib.loads((Path(__file__).parent / "roles.toml").read_text())["roles"]
    return names


def may(subject: Subject, capability: str, obj: object = None, context: Context | None = None) -> Decision:
    """``decide`` on the loaded matrix. ``obj`` may tell its ``access_facts()``; one that does not is known only as
    itself."""
    facts = obj.access_facts() if obj is not None and hasattr(obj, "access_facts") else None
    if obj is not None and facts is None:
        facts = obj if isinstance(obj, Facts) else None
    return decide(subject, matrix().get(capability), facts, context or Context())


def holds(subject: Subject, capability: str) -> bool:
    """Whether the person could do this at all (step-up aside): for menus and buttons, never instead of the decision."""
    decision = may(subject, capability)
    return decision.allowed or decision.step_up_needed


def scoped(
    subject: Subject, capability: str, rows: QuerySet[M], *, own: Q | None = None, assigned: Q | None = None
) -> QuerySet[M]:
    """The rows this person may see by ``capability``; lists, exports, search and API all start here.

    ``own`` and ``assigned`` say what those modes mean for this model; a mode that is not told reaches nothing.
    """
    decision = may(subject, capability)
    if not (decision.allowed or decision.step_up_needed):
        return rows.none()
    if decision.modes & {"all", "masked"}:
        return rows
    reach = [q for mode, q in (("own", own), ("assigned", assigned)) if mode in decision.modes and q is not None]
    if not reach:
        return rows.none()
    condition = reach[0]
    for q in reach[1:]:
        condition |= q
    return rows.filter(condition).distinct()


def masks(subject: Subject, capability: str) -> bool:
    """True when this person may only see masked values (names as initials, numbers as their last digits)."""
    return may(subject, capability).masked


def in_full(subject: Subject, capability: str) -> bool:
    """True when this person may see everything of it, as it is: neither masked, nor only what is theirs or assigned."""
    decision = may(subject, capability)
    return (decision.allowed or decision.step_up_needed) and "all" in decision.modes
