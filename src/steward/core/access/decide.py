"""The decision itself: pure, total, and the only one there is.

Invariants: 1 nothing declared is denied; 2 a deny of any role beats every allow; 3 adding a role never removes an allow
unless it brings a deny; 4 an ended or second-factor-less person is denied everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

MODES = ("all", "assigned", "own", "masked", "deny")


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks. ``roles`` are names in ``roles.toml``; ``party_id`` is the person's registry party, when there is
    one."""

    user_id: int | None
    name: str = ""
    roles: frozenset[str] = frozenset()
    party_id: int | None = None
    sites: frozenset[int] = frozenset()
    active: bool = True
    is_system: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision needs to know of the thing asked about; empty sets mean "not told", never "everybody"."""

    owners: frozenset[int] = frozenset()  # user ids whose own it is
    assigned: frozenset[int] = frozenset()  # user ids to whom it is assigned
    sites: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """How it is asked: whether the second factor was given, and when the person last proved who they are."""

    second_factor: bool = True
    stepped_up_at: datetime | None = None
    now: datetime | None = None
    step_up_seconds: int = 300
    read_only: bool = False  # asked with a token that only reads: nothing is decided by it, the middleware keeps to it


@dataclass(frozen=True, slots=True)
class Capability:
    """One row of the matrix: which role holds it in which mode, and whether it asks for a fresh proof of identity."""

    name: str
    title: str
    modes: Mapping[str, str] = field(default_factory=dict)
    step_up: bool = False
    phi: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """``modes`` are those by which it was allowed; ``masked`` says that only a masked view is."""

    allowed: bool
    reason: str
    modes: frozenset[str] = frozenset()
    step_up_needed: bool = False

    @property
    def masked(self) -> bool:
        return self.modes == frozenset({"masked"})


def decide(
    subject: Subject,
    capability: Capability | None,
    facts: Facts | None = None,
    context: Context = Context(),
) -> Decision:
    """Allow or deny, with the reason in words. ``facts`` None asks about the act as such (a list, a new thing)."""
    refusal = _barred(subject, capability, context)
    if refusal or capability is None:
        return Decision(False, refusal or "nothing allows it")
    if subject.is_system:
        return Decision(True, "the system acts for itself", frozenset({"all"}))
    held = {capability.modes[role] for role in subject.roles if role in capability.modes}
    if "deny" in held:
        return Decision(False, f"one of your roles is barred from this: {capability.title}")
    modes = frozenset(mode for mode in held if facts is None or _reaches(mode, subject, facts))
    if not modes:
        return Decision(False, f"none of your roles allows this: {capability.title}")
    if capability.step_up and not _fresh(context):
        return Decision(False, "confirm who you are to go on", modes, step_up_needed=True)
    return Decision(True, "allowed", modes)


def _barred(subject: Subject, capability: Capability | None, context: Context) -> str | None:
    if capability is None:
        return "it declares no capability, and what declares none is closed"
    if not subject.active:
        return "this person's access has ended"
    if subject.user_id is None and not subject.is_system:
        return "sign in first"
    if not context.second_factor and not subject.is_system:
        return "set up a second factor first"
    return None


def _reaches(mode: str, subject: Subject, facts: Facts) -> bool:
    if mode in ("all", "masked"):
        return True
    if mode == "own":
        return subject.user_id in facts.owners
    return subject.user_id in facts.assigned or bool(subject.sites & facts.sites) if mode == "assigned" else False


def _fresh(context: Context) -> bool:
    if context.stepped_up_at is None or context.now is None:
        return False
    age = (context.now - context.stepped_up_at).total_seconds()
    return 0 <= age <= context.step_up_seconds
