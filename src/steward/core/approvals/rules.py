"""From ``rules.toml`` to rules. What is misspelt is refused with its place: a typo must not open a door silently."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from steward.core.approvals.logic import APPROVER, Policy, Rule, RuleError, Selector, Step

SHIPPED = Path(__file__).with_name("rules.toml")
_RULE = {"id", "kind", "from_cents", "to_cents", "where", "starts", "ends", "steps"}
_STEP = {"approver", "count", "within_hours", "escalate_to"}
_FILE = {"rule", "separation", "source", "checked_on", "confirmed"}


def load(path: Path = SHIPPED, *, small_office: bool = False) -> Policy:
    """The policy of a file. Raises RuleError naming the file and what is wrong in it."""
    try:
        return parse(tomllib.loads(path.read_text("utf-8")), small_office=small_office)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RuleError) as error:
        raise RuleError(f"{path.name}: {error}") from error


def parse(data: Mapping[str, Any], *, small_office: bool = False) -> Policy:
    """The policy of a parsed file; pure. Raises RuleError."""
    _known(data, _FILE, "the file")
    rules = tuple(_rule(row) for row in data.get("rule", []))
    names = [rule.id for rule in rules]
    for name in names:
        if names.count(name) > 1:
            raise RuleError(f"two rules are called {name}")
    written = data.get("separation", {})
    separation = {kind: frozenset(_pair(kind, pair) for pair in pairs) for kind, pairs in written.items()}
    for kind in sorted({rule.kind for rule in rules} | set(separation)):
        if frozenset({"requester", APPROVER}) not in separation.get(kind, ()):
            raise RuleError(f"separation of {kind} has to begin with requester and approver")
    return Policy(rules, separation, small_office)


def _rule(row: Mapping[str, Any]) -> Rule:
    name = row.get("id", "a rule")
    _known(row, _RULE, f"rule {name}")
    try:
        return Rule(
            id=row["id"],
            kind=row["kind"],
            steps=tuple(_step(step, name) for step in row["steps"]),
            from_cents=_whole(row.get("from_cents", 0), name),
            to_cents=None if "to_cents" not in row else _whole(row["to_cents"], name),
            where={str(k): str(v) for k, v in row.get("where", {}).items()},
            starts=_day(row.get("starts", date.min), name),
            ends=_day(row.get("ends", date.max), name),
        )
    except KeyError as error:
        raise RuleError(f"rule {name} does not say its {error.args[0]}") from error


def _step(row: Mapping[str, Any], rule: str) -> Step:
    _known(row, _STEP, f"a step of rule {rule}")
    escalate = row.get("escalate_to")
    if escalate and "within_hours" not in row:
        raise RuleError(f"rule {rule} escalates without a time limit")
    return Step(Selector.parse(row["approver"]), row.get("count", 1), row.get("within_hours"),
                Selector.parse(escalate) if escalate else None)


def _pair(kind: str, pair: Any) -> frozenset[str]:
    if len(pair) != 2 or len(set(pair)) != 2:
        raise RuleError(f"separation of {kind}: {pair!r} is not a pair")
    return frozenset(pair)


def _known(row: Mapping[str, Any], names: set[str], where: str) -> None:
    unknown = sorted(set(row) - names)
    if unknown:
        raise RuleError(f"{where} says {', '.join(unknown)}, which means nothing here")


def _whole(value: Any, rule: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RuleError(f"rule {rule}: {value!r} is no amount in whole cents")
    return value


def _day(value: Any, rule: str) -> date:
    if type(value) is not date:
        raise RuleError(f"rule {rule}: {value!r} is no day")
    return value
