"""Edited rules tried before they go live, and what is wrong in a rule named with its place."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.billing.logic.scrub import RuleFault, data_of, load, overlay, parse, rule_from, scrub_many, text_of
from steward.billing.logic.scrub.asking import Codes
from steward.billing.logic.scrub.catalogue import CHECKS
from steward.billing.logic.scrub.trial import try_rules

from .claims import CLEAN, DAY, WORLD, claim, with_line

RULES = load()
BOX = claim(ref="C3", billing=replace(CLEAN.billing, address=replace(CLEAN.billing.address, street="PO Box 1")))
MONTH = [CLEAN, with_line(replace(CLEAN, ref="C2"), code="G0101"), BOX]


def edited(rule_id: str, **changes):
    return [replace(rule, **changes) if rule.id == rule_id else rule for rule in RULES]


def test_a_stricter_rule_shows_what_it_would_hold():
    stricter = edited("authorisation-missing", parameters={"codes": ("G0101",)})
    trial = try_rules(MONTH, RULES, stricter, WORLD)
    assert (trial.claims, trial.cents) == (3, 16500)
    assert (trial.held_before, trial.held_after, trial.held_cents_before, trial.held_cents_after) == (1, 2, 5500, 11000)
    assert [one.ref for one in trial.newly_held] == ["C2"] and trial.newly_held_cents == 5500
    assert [each.rule for one in trial.newly_held for each in one.new] == ["authorisation-missing"]
    assert trial.denied_caught(["C2", "C9"]) == (1, 5500) and trial.denied_caught(["C1001"]) == (0, 0)
    count = {each.rule: each for each in trial.rules}["authorisation-missing"]
    assert (count.claims_before, count.claims_after, count.cents_before, count.cents_after) == (0, 1, 0, 5500)


def test_a_rule_turned_off_or_weaker_shows_what_it_would_let_pass():
    trial = try_rules(MONTH, RULES, edited("billing-po-box", on=False), WORLD)
    assert [one.ref for one in trial.newly_passed] == ["C3"] and not trial.newly_held
    weaker = try_rules(MONTH, RULES, edited("billing-po-box", severity="warning"), WORLD)
    assert [(one.ref, one.held_after, one.new[0].severity) for one in weaker.newly_passed] == [("C3", False, "warning")]
    assert try_rules(MONTH, RULES, RULES, WORLD).differing == ()


def test_many_are_answered_in_their_order():
    answers = list(scrub_many(MONTH, RULES, WORLD))
    assert [(one.ref, [each.rule for each in problems]) for one, problems in answers] == [
        ("C1001", []), ("C2", []), ("C3", ["billing-po-box"]),
    ]  # fmt: skip


def test_a_rule_sees_only_the_lines_of_its_days():
    """A line of the day after the rule ended passes; its neighbour of the day before does not."""
    ended = edited("units-most", valid_to=DAY)
    two = claim(
        lines=tuple(replace(line, units="10000", day=DAY + dt.timedelta(n)) for n, line in enumerate(CLEAN.lines))
    )
    assert [each.line for _, problems in scrub_many([two], ended, WORLD) for each in problems] == [1]


def test_every_rule_survives_being_stored():
    assert tuple(rule_from(data_of(rule), "stored") for rule in RULES) == RULES
    as_json = json.loads(
        json.dumps([data_of(replace(rule, valid_to=dt.date(2099, 1, 1))) for rule in RULES], default=str)
    )
    assert [rule_from(row, "stored").valid_to for row in as_json] == [dt.date(2099, 1, 1)] * len(RULES)
    assert parse(text_of(RULES)) == RULES


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@given(
    title=words,
    message=words,
    payers=st.lists(words, max_size=3),
    on=st.booleans(),
    till=st.none() | st.dates(dt.date(2026, 2, 1)),
)
def test_whatever_a_manager_writes_is_read_back(title, message, payers, on, till):
    rule = replace(parse(GOOD)[0], title=title, message=message, payers=tuple(payers), on=on, valid_to=till)
    assert parse(text_of([rule])) == (rule,)


def test_the_practices_own_rules_take_the_place_of_the_shipped():
    changed, added = replace(RULES[3], severity="info"), parse(GOOD)[0]
    both = overlay(RULES, [added, changed])
    assert [rule.id for rule in both] == [*(rule.id for rule in RULES), "our-own"]
    assert both[3] == changed and both[-1] == added
    with pytest.raises(RuleFault, match="Two rules"):
        overlay(RULES, [added, added])


def test_every_rule_names_its_source_and_mend():
    assert len(RULES) == len({rule.id for rule in RULES})
    assert all(rule.checked_on for rule in RULES)
    assert all(rule.source and rule.fix.endswith(".") and rule.message.endswith(".") for rule in RULES)


def test_the_guide_names_every_family_and_every_parameter():
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "scrub.md").read_text("utf-8")
    assert not [rule.family for rule in RULES if f"| {rule.family} |" not in guide]
    taken = [(name, each) for name, check in CHECKS.items() for each in check.takes]
    rows = {line.split("`")[1]: line for line in guide.splitlines() if line.startswith("| `")}
    assert taken and not [(name, each) for name, each in taken if f"`{each}`" not in rows.get(name, "")]


def test_codes_as_a_rule_lists_them():
    codes = Codes.of(("J3420", "g0432-G0435", "Q5*", "V00-Y99"))
    assert all(code in codes for code in ("J3420", "G0432", "G0435", "Q5101", "W19XXXA", "Y99"))
    assert not any(code in codes for code in ("J3421", "G0431", "G0436", "Q4101", "U99", "Z00", "", "V0"))


GOOD = """
[[rule]]
id = "our-own"
family = "service"
severity = "error"
title = "Ours"
message = "Line {line} has {units} units."
fix = "Look."
source = "The practice"
check = "units_most"
valid_from = 2026-01-01
[rule.parameters]
most = 4
"""


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('"our-own"', '"Our Own"', "cannot be an id"),
        ('"error"', '"fatal"', "is no severity"),
        ('"units_most"', '"units_mots"', "No check is called"),
        ("most = 4", 'most = "4"', "whole number"),
        ("most = 4", "most = -4", "whole number"),
        ("most = 4", "mots = 4", "takes most"),
        ("2026-01-01", '"soon"', "is not a day"),
        ("2026-01-01", "2026-01-01\nvalid_to = 2025-01-01", "before valid_from"),
        ("2026-01-01", "2026-01-01\npayer = []", "means nothing"),
        ("2026-01-01", '2026-01-01\npayers = "ACME"', "not a list"),
        ("2026-01-01", "2026-01-01\non = 1", "neither true nor false"),
        ('"The practice"', '" "', "is missing"),
        ("[[rule]]", "[[rules]]", "means nothing"),
        ("[[rule]]", "[rule]", "not a list"),
        ("severity =", "severity", "not TOML"),
    ],
)
def test_a_rule_with_a_fault_is_refused_with_its_place(old, new, wrong):
    assert len(parse(GOOD)) == 1
    with pytest.raises(RuleFault) as told:
        parse(GOOD.replace(old, new, 1), "ours.toml")
    assert wrong in str(told.value) and told.value.place.startswith("ours.toml") and told.value.mend


def test_codes_of_a_rule_with_a_fault_are_refused():
    text = GOOD.replace("units_most", "referring_missing").replace("most = 4", 'codes = ["G0435-G0432"]')
    with pytest.raises(RuleFault, match="is no code, range"):
        parse(text)


def test_two_rules_of_one_id_are_refused():
    with pytest.raises(RuleFault, match="Two rules"):
        parse(GOOD + GOOD)
