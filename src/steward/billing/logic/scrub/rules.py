"""From TOML to rules and back. A rule that says anything wrong is refused with its place: a misspelt rule must not let
claims pass in silence."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from steward.billing.logic.scrub.catalogue import CHECKS
from steward.billing.logic.scrub.model import SEVERITIES, Parameter, Rule

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "scrub"
_TEXTS = ("id", "family", "severity", "title", "message", "fix", "source", "check")
_LISTS = ("payers", "filings", "forms")
_KNOWN = frozenset({*_TEXTS, *_LISTS, "valid_from", "valid_to", "parameters", "on", "checked_on", "confirmed"})
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class RuleFault(ValueError):
    """A rule that cannot be used: where it stands, what is wrong, how to mend it."""

    def __init__(self, place: str, wrong: str, mend: str) -> None:
        self.place, self.wrong, self.mend = place, wrong, mend
        super().__init__(f"{place}: {wrong} {mend}")


def load(folder: Path = SHIPPED) -> tuple[Rule, ...]:
    """The rules of every TOML file of a folder, by file name, each in its written order. Raises RuleFault."""
    found: list[Rule] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RuleFault(path.name, f"The file cannot be read ({error}).", "Save it as UTF-8 text.") from error
        found += parse(text, path.name)
    _once(found)
    return tuple(found)


def parse(text: str, name: str = "rules") -> tuple[Rule, ...]:
    """The rules of one file's text. Raises RuleFault."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleFault(name, f"This is not TOML ({error}).", "Mend the line it names.") from error
    odd = sorted(set(data) - {"rule", "checked_on"})
    if odd:
        raise RuleFault(name, f"{odd[0]} means nothing here.", "A file holds checked_on and [[rule]] tables only.")
    rows = data.get("rule", [])
    if not isinstance(rows, list):
        raise RuleFault(name, "rule is not a list.", "Write [[rule]] with two brackets.")
    checked = {"checked_on": data["checked_on"]} if "checked_on" in data else {}
    rules = tuple(
        rule_from({**checked, **row} if isinstance(row, dict) else row, f"{name}, rule {number}")
        for number, row in enumerate(rows, 1)
    )
    _once(rules)
    return rules


def rule_from(row: Mapping[str, Any], place: str) -> Rule:
    """One rule from its table (or from a stored row). Raises RuleFault."""
    if not isinstance(row, Mapping):
        raise RuleFault(place, "This is not a table.", "Write its names and values below [[rule]].")
    place = f"{place} ({row['id']})" if isinstance(row.get("id"), str) else place
    odd = sorted(set(row) - _KNOWN)
    if odd:
        raise RuleFault(place, f"{odd[0]} means nothing in a rule.", f"Known are {', '.join(sorted(_KNOWN))}.")
    told: dict[str, Any] = {name: _text(row, name, place) for name in _TEXTS}
    told |= {name: _list(row.get(name, []), name, place) for name in _LISTS}
    rule = Rule(
        **told,
        valid_from=_day(row.get("valid_from"), "valid_from", place),
        valid_to=_day(row["valid_to"], "valid_to", place) if row.get("valid_to") is not None else None,
        parameters=_parameters(row.get("parameters", {}), place),
        on=_flag(row.get("on", True), "on", place),
        checked_on=_day(row["checked_on"], "checked_on", place) if row.get("checked_on") is not None else None,
        confirmed=_flag(row.get("confirmed", False), "confirmed", place),
    )
    _sound(rule, place)
    return rule


def data_of(rule: Rule) -> dict[str, Any]:
    """A rule as plain data that ``rule_from`` takes again."""
    row: dict[str, Any] = {name: getattr(rule, name) for name in _TEXTS}
    row |= {name: list(getattr(rule, name)) for name in _LISTS}
    row |= {"valid_from": rule.valid_from, "on": rule.on, "confirmed": rule.confirmed}
    row |= {name: value for name in ("valid_to", "checked_on") if (value := getattr(rule, name))}
    row["parameters"] = {name: list(v) if isinstance(v, tuple) else v for name, v in rule.parameters.items()}
    return row


def text_of(rules: Iterable[Rule]) -> str:
    """Rules as the TOML that ``parse`` takes again: for a file to keep, or a text to edit."""
    return "\n\n".join(_table(rule) for rule in rules) + "\n"


def _table(rule: Rule) -> str:
    row = data_of(rule)
    parameters = row.pop("parameters")
    head = [f"{name} = {_toml(value)}" for name, value in row.items() if value != []]
    tail = [f"{name} = {_toml(value)}" for name, value in parameters.items()]
    return "\n".join(["[[rule]]", *head, *(["[rule.parameters]", *tail] if tail else [])])


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # JSON's escapes are TOML's, save for a surrogate and DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return value.isoformat() if isinstance(value, date) else str(value)


def overlay(shipped: Iterable[Rule], own: Iterable[Rule]) -> tuple[Rule, ...]:
    """The shipped rules with the practice's in their place (same id), its others after them. Raises RuleFault for an id
    that the practice uses twice."""
    mine = list(own)
    _once(mine)
    edited = {rule.id: rule for rule in mine}
    kept = [edited.pop(rule.id, rule) for rule in shipped]
    return (*kept, *edited.values())


def _sound(rule: Rule, place: str) -> None:
    """What only the whole rule shows."""
    if not _ID.fullmatch(rule.id):
        raise RuleFault(place, f"{rule.id} cannot be an id.", "Use small letters, digits and single hyphens.")
    if rule.severity not in SEVERITIES:
        raise RuleFault(place, f"{rule.severity} is no severity.", f"Write one of {', '.join(SEVERITIES)}.")
    if rule.valid_to and rule.valid_to < rule.valid_from:
        raise RuleFault(place, "valid_to lies before valid_from.", "Turn them round.")
    check = CHECKS.get(rule.check)
    if check is None:
        raise RuleFault(place, f"No check is called {rule.check}.", f"Known are {', '.join(sorted(CHECKS))}.")
    try:
        check.ready(rule.parameters)
    except ValueError as error:
        raise RuleFault(place, f"{error}.", "Mend [rule.parameters].") from error


def _once(rules: Iterable[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleFault(f"rule {rule.id}", "Two rules have this id.", "Give one of them another.")
        seen.add(rule.id)


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise RuleFault(place, f"{name} is missing.", "Write it as a text.")
    return value


def _list(value: Any, name: str, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
        raise RuleFault(place, f"{name} is not a list of texts.", f'Write {name} = ["..."] or leave it out.')
    return tuple(value)


def _day(value: Any, name: str, place: str) -> date:
    """A TOML date, or its text (a stored rule)."""
    if isinstance(value, str) and _ISO.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    if type(value) is not date:
        raise RuleFault(place, f"{name} is not a day.", "Write it as 2026-01-31.")
    return value


def _flag(value: Any, name: str, place: str) -> bool:
    if not isinstance(value, bool):
        raise RuleFault(place, f"{name} is neither true nor false.", f"Write {name} = true or {name} = false.")
    return value


def _parameters(value: Any, place: str) -> dict[str, Parameter]:
    if not isinstance(value, Mapping):
        raise RuleFault(place, "parameters is not a table.", "Write it below [rule.parameters].")
    return {str(name): tuple(each) if isinstance(each, list) else each for name, each in value.items()}
