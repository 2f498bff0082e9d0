"""Names, prefixes and numbers: what is found must be what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.registry.logic.contacts import email_key, phone_digits, phone_text, state_ok, zip_ok
from steward.registry.logic.identifiers import npi_of, npi_ok, taxonomy_ok, tin_digits
from steward.registry.logic.names import file_name, full_name, name_key, name_likeness, prefix_range


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("O'Brien", "obrien"),
        ("  Smith-Jones ", "smith jones"),
        ("Núñez", "nunez"),
        ("Weiß", "weiss"),
        ("Łukasz", "lukasz"),
        ("Ångström", "angstrom"),
        ("St. John", "st john"),
        ("李", "李"),
        ("...", ""),
    ],
)
def test_key_folds_what_people_type_differently(typed: str, key: str) -> None:
    assert name_key(typed) == key


@given(st.text(max_size=30))
def test_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


_plain = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(_plain, _plain)
def test_range_holds_exactly_what_begins_with_the_prefix(prefix: str, other: str) -> None:
    low, high = prefix_range(prefix)
    assert low <= prefix + other < high or prefix.endswith("\U0010ffff")
    assert (low <= other < high) == other.startswith(prefix) or prefix.endswith("\U0010ffff")


def test_empty_prefix_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        prefix_range("")


def test_likeness_orders_near_names_above_far_ones() -> None:
    assert name_likeness("Smith, Jon", "John Smith") > 90
    assert name_likeness("Ana Ruiz", "Eva Ruiz") < 80
    assert name_likeness("", "Eva Ruiz") == 0


def test_names_read_and_filed() -> None:
    assert full_name("Ana", "M.", "Ortiz", "Jr.") == "Ana M. Ortiz Jr."
    assert file_name("Ana", "M.", "Ortiz", "Jr.") == "Ortiz Jr., Ana M."
    assert file_name("", "", "Ortiz", "") == "Ortiz"


def test_npi_check_digit() -> None:
    assert npi_ok("1234567893")  # the worked example of the CMS NPI check digit paper
    assert not npi_ok("1234567890")
    assert not npi_ok("3234567893")
    assert not npi_ok("123456789")


@given(st.integers(100_000_000, 299_999_999).map(str), st.integers(0, 9), st.integers(1, 9))
def test_npi_made_is_valid_and_one_changed_digit_is_not(nine: str, place: int, shift: int) -> None:
    npi = npi_of(nine)
    assert npi_ok(npi)
    broken = npi[:place] + str((int(npi[place]) + shift) % 10) + npi[place + 1 :]
    assert not npi_ok(broken)


def test_tax_numbers() -> None:
    assert tin_digits("12-3456789") == "123456789"
    assert tin_digits("123 45 6789") == "123456789"
    assert tin_digits("12345678") == tin_digits("12-345678X") == tin_digits("000000000") == ""


def test_taxonomy_pattern() -> None:
    assert taxonomy_ok("207Q00000X")
    assert not taxonomy_ok("207Q00000")
    assert not taxonomy_ok("207q00000X")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("(212) 555-0142", "2125550142"),
        ("+1 212.555.0142", "2125550142"),
        ("212-555-0142 ext. 12", "2125550142"),
        ("+44 20 7946 0958", "442079460958"),
        ("555-0142", ""),
        ("call me", ""),
        ("", ""),
    ],
)
def test_phones(typed: str, digits: str) -> None:
    assert phone_digits(typed) == digits


def test_phone_is_shown_as_people_read_it() -> None:
    assert phone_text("2125550142") == "(212) 555-0142"
    assert phone_text("442079460958") == "+442079460958"
    assert phone_text("") == ""


def test_email_zip_state() -> None:
    assert email_key(" Ana@Example.ORG ") == "ana@example.org"
    assert email_key("ana@localhost") == email_key("a b@c.de") == ""
    assert zip_ok("10001") and zip_ok("10001-1234") and zip_ok("100011234") and not zip_ok("1000")
    assert state_ok("NY") and not state_ok("ZZ")
