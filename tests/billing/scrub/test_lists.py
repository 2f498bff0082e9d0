"""The code lists of the rules are those of a foreign copy of the guide (pyx12's maps, BSD), not ours alone."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import pyx12

from steward.billing.logic.scrub import load

MAPS = Path(pyx12.__file__).parent / "map"
RULES = {rule.id: rule for rule in load()}


def of_guide(element: str) -> set[str]:
    """The longest list the 837P guide gives for an element, such as PWK01."""
    tree = ET.parse(MAPS / "837.5010.X222.A1.xml")
    lists = [
        {code.text or "" for code in one.iter("code")} for one in tree.iter("element") if one.get("xid") == element
    ]
    return max(lists, key=len)


@pytest.mark.parametrize(
    ("rule", "parameter", "element"),
    [
        ("attachment-type", "types", "PWK01"),
        ("attachment-way", "ways", "PWK02"),
        ("medicare-reason-odd", "reasons", "SBR05"),
        ("accident-kind", "kinds", "CLM11-01"),
        ("answer-codes", "groups", "CAS01"),
        ("ndc-quantity", "units", "CTP05-01"),
    ],
)
def test_a_list_is_the_guides(rule, parameter, element):
    assert set(RULES[rule].parameters[parameter]) == of_guide(element)


def test_filing_indicators_are_the_guides_and_self_pay_which_has_a_rule_of_its_own():
    assert set(RULES["filing-indicator"].parameters["filings"]) == of_guide("SBR09") | {"09"}


def test_relations_are_the_guides_and_self():
    assert set(RULES["relation-code"].parameters["relations"]) == of_guide("PAT01") | {"18"}


def test_places_of_service_are_the_published_ones():
    sets = ET.parse(MAPS / "codes.xml").iter("codeset")
    places = next({code.text for code in one.iter("code")} for one in sets if one.findtext("id") == "pos")
    assert set(RULES["place-code"].parameters["places"]) == places
