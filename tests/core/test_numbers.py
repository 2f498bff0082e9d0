"""Gapless numbers: in order, given back by a rollback, never falling, and one each to many at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import DatabaseError, connection, transaction

from steward.core.numbers import last_number, next_number, reserve
from steward.core.numbers_models import Counter


@pytest.mark.django_db
def test_numbers_follow_one_another() -> None:
    assert [next_number("entry") for _ in range(3)] == [1, 2, 3]
    assert reserve("entry", 5) == range(4, 9)
    assert next_number("receipt") == 1
    assert next_number("entry") == 9
    assert reserve("entry", 0) == range(0)
    assert (last_number("entry"), last_number("receipt"), last_number("slip")) == (9, 1, 0)


@pytest.mark.django_db
def test_a_rollback_gives_the_number_back() -> None:
    assert next_number("entry") == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert next_number("entry") == 2
        raise ZeroDivisionError
    assert next_number("entry") == 2


@pytest.mark.django_db
@pytest.mark.parametrize("series", ["", "Entry", "1st", "a b", "x" * 61, "a'b"])
def test_names_that_are_no_series(series: str) -> None:
    with pytest.raises(ValueError, match="series"):
        next_number(series)


@pytest.mark.django_db
@pytest.mark.parametrize("n", [-1, 1_000_001])
def test_counts_that_cannot_be_reserved(n: int) -> None:
    with pytest.raises(ValueError, match="at once"):
        reserve("entry", n)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_counter SET value = 1 WHERE series = 'entry'",
        "UPDATE core_counter SET series = 'other' WHERE series = 'entry'",
        "UPDATE core_counter SET value = -1 WHERE series = 'entry'",
        "DELETE FROM core_counter WHERE series = 'entry'",
        "INSERT INTO core_counter (series, value) VALUES ('receipt', 7)",
        "INSERT INTO core_counter (series, value) VALUES ('entry', 0)",
    ],
)
def test_raw_sql_cannot_turn_a_series_back(sql: str) -> None:
    reserve("entry", 2)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert last_number("entry") == 2 and Counter.objects.count() == 1


@pytest.mark.django_db
def test_replace_cannot_turn_a_series_back() -> None:
    if connection.vendor != "sqlite":
        return  # REPLACE is SQLite's own
    reserve("entry", 2)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT OR REPLACE INTO core_counter (series, value) VALUES ('entry', 0)")
    assert last_number("entry") == 2


def test_outside_a_transaction_there_is_no_number(real_db: dict[str, str]) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        next_number("entry")


TAKE = """
import django; django.setup()
from django.db import transaction
from steward.core.numbers import reserve
for turn in range(40):
    try:
        with transaction.atomic():
            got = reserve("entry", 1 + turn % 3)
            if turn % 7 == 3:
                raise ZeroDivisionError
    except ZeroDivisionError:
        continue
    print(*got)
"""


@pytest.mark.race
def test_many_at_once_get_one_number_each_and_leave_no_gap(real_db: dict[str, str]) -> None:
    env = {**real_db, "DJANGO_SETTINGS_MODULE": "steward.settings", "PYTHONPATH": "src"}
    crowd = [subprocess.Popen([sys.executable, "-c", TAKE], env=env, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = [one.communicate(timeout=120)[0] for one in crowd]
    assert [one.returncode for one in crowd] == [0] * 4
    numbers = sorted(int(number) for text in told for number in text.split())
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == 4 * sum(1 + turn % 3 for turn in range(40) if turn % 7 != 3)
