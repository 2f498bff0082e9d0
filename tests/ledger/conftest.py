"""An office whose books are open, and raw SQL on the same database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.support import Office


@pytest.fixture
def call(office: Office) -> Any:
    """A call by the bookkeeper."""
    return office.call("bookkeeper")


@pytest.fixture
def sql() -> Callable[..., list[tuple[Any, ...]]]:
    """``sql("SELECT ...", value)`` as anybody with the database's password could type it."""

    def run(text: str, *values: object) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(text, values or None)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def second_entity(office: Office) -> int:
    """The primary key of another legal entity of the practice."""
    from steward.registry import services as registry
    from steward.registry.types import EntityData

    data = EntityData(code="IMAGING", name="Cedar Hill Imaging LLC", tin="", npi="")
    return registry.create_entity(office.system(), data=data).pk
