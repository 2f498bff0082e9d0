"""Fixtures for every room. Real transactions never use ``flush`` (guards refuse it): they copy a migrated database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases

from tests.office.pure import touches_no_database
from tests.proofs.report import proofs, pytest_terminal_summary  # noqa: F401
from tests.support import Office, open_office

# The day of the worlds the tests build; the clock ticks on from it, so that a run next spring is the run of today.
os.environ.setdefault("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside SQLite's turn, PostgreSQL's leaves out what touches no database, what asks nothing of it (``either``), and the offices
    of test runs that are SQLite's whatever the run's own database is (``STEWARD_ONCE``: ``office/suite.py``).
    """
    if os.environ.get("STEWARD_ONCE") != "PostgreSQL" or not os.environ.get("DATABASE_URL"):
        return
    once = [one for one in items if _pure(one)]
    config.hook.pytest_deselected(items=once)
    left = set(once)
    items[:] = [one for one in items if one not in left]


def _pure(item: pytest.Item) -> bool:
    if item.get_closest_marker("either") is not None:
        return True
    stores = {"db", "real_db", "migrated", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    if stores:
        return False
    always = item.get_closest_marker("always_sqlite") is not None
    return always or (not item.get_closest_marker("proof") and touches_no_database(item.path))


@pytest.fixture
def office(db) -> Office:
    """An office with one person of every role, an entity and a site: the ground most tests stand on."""
    return open_office()


@pytest.fixture(scope="session")
def migrated(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The migrated test database,
    also when only users of ``real_db`` run (pytest-django counts users of ``db`` alone).
    """
    with django_db_blocker.unblock():
        made = None
        if "core_office" not in connections["default"].introspection.table_names():
            made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    if made:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture
def real_db(migrated, django_db_blocker, tmp_path) -> Iterator[dict[str, str]]:
    """A private copy of the migrated database where commits are real, in this process and in others.

    Yields the environment that makes another process use it.
    """
    settings = connections.settings["default"]
    name = settings["NAME"]
    with django_db_blocker.unblock():
        copy, env = _copy(str(name), tmp_path)
        connections["default"].close()
        settings["NAME"] = copy
        connections["default"].settings_dict["NAME"] = copy
        try:
            yield {**os.environ, **env}
        finally:
            connections["default"].close()
            settings["NAME"] = name
            connections["default"].settings_dict["NAME"] = name
            _drop(copy)


def _copy(name: str, folder: Path) -> tuple[str, dict[str, str]]:
    connection = connections["default"]
    if connection.vendor == "sqlite":
        data = folder / "data"
        data.mkdir(mode=0o700, exist_ok=True)
        path = data / "steward.sqlite3"
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(path)) as target:
            connection.connection.backup(target)
        return str(path), {"STEWARD_DATA": str(data), "DATABASE_URL": ""}
    copy = f"steward_copy_{uuid.uuid4().hex[:12]}"
    connection.close()
    _admin(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    url = os.environ["DATABASE_URL"]
    base = url.rsplit("/", 1)[0]
    query = url.partition("?")[2]
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    return copy, {"STEWARD_DATA": str(data), "DATABASE_URL": f"{base}/{copy}" + (f"?{query}" if query else "")}


def _drop(name: str) -> None:
    if connections["default"].vendor == "postgresql":
        _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _admin(sql: str) -> None:
    import psycopg

    s = connections.settings["default"]
    with psycopg.connect(
        dbname="postgres", user=s["USER"], password=s["PASSWORD"], host=s["HOST"], port=s["PORT"], autocommit=True
    ) as admin:
        admin.execute(sql)


@pytest.fixture
def samples() -> Path:
    """The folder of real files, when this checkout lies beside one; a test without it says what it leaves out."""
    path = Path(os.environ.get("STEWARD_SAMPLES") or Path(__file__).parents[2] / "shared" / "samples")
    if not path.is_dir():
        pytest.skip(f"left out: the real files of {path} are not on this machine")
    return path
