"""Passphrases: what is refused and, as important, what is not."""

from __future__ import annotations

import random
import string

import pytest
from django.core.exceptions import ValidationError

from steward.core.signin.passphrase import PassphraseValidator, blocklist, weakness
from tests.core.ground import bare_office


@pytest.mark.parametrize(
    "text",
    [
        "short but odd",
        "x" * 129,
        "aaaaaaaaaaaaaaaaaaaa",
        "passwordpasswordpassword",
        "password12345678",
        "P4$$w0rd P4$$w0rd!!",
        "123456789012345678",
        "qwertyuiopasdfghjkl",
        "abcdefghijklmnopqrstuv",
        "qwertyqwertyqwerty1",
        "Correct Horse Battery Staple",
        "correct-horse-battery-staple-1",
        "to be or not to be!",
        "welcome to the clinic",
        "letmeinletmeinplease",
        "Monday November 2026",
        "iloveyou princess",
        "98765432109876543210",
        "the quick brown fox jumps",
    ],
)
def test_refused(text: str) -> None:
    assert weakness(text)


@pytest.mark.parametrize(
    "text",
    [
        "otter lamp quilt meadow",
        "blue tiger coffee mountain",
        "dschungel-fahrrad-kerze",
        "m4ple syrup on the roof again",
        "Ünïcode ist völlig in Ordnung",
        "x9!vQ2#mLp7$zRt4",
        "no composition rules here please ever" * 3,
    ],
)
def test_accepted(text: str) -> None:
    assert weakness(text) is None


def test_own_and_office_names_do_not_carry_a_passphrase() -> None:
    own = {"ana", "ferreira", "cedar", "hill", "family", "practice"}
    assert weakness("anaferreira cedarhill", own)
    assert weakness("Ana Ferreira 2026!!", own)
    assert weakness("ana ferreira eats zucchini", own) is None


def test_random_phrases_pass() -> None:
    """Nothing with 80 bits is ever refused: the rules must not cost entropy (no composition rules)."""
    seed = 20261123
    draw = random.Random(seed)
    for n in range(500):
        text = "".join(draw.choice(string.ascii_lowercase + string.digits) for _ in range(17))
        assert weakness(text) is None, (seed, n, text)


def test_every_listed_phrase_of_fifteen_letters_is_refused() -> None:
    for phrase in blocklist():
        if len(phrase) >= 15:
            assert weakness(phrase.upper()), phrase


@pytest.mark.django_db
def test_the_validator_knows_the_person_and_the_office() -> None:
    office = bare_office()
    user = office.user("frontdesk")
    user.name, user.username = "Zebediah Quackenbush", "zquackenbush"
    with pytest.raises(ValidationError):
        PassphraseValidator().validate("zebediah quackenbush", user)
    with pytest.raises(ValidationError):
        PassphraseValidator().validate("Cedar Hill Family Practice", user)
    PassphraseValidator().validate("otter lamp quilt meadow", user)
