"""Django's migrate between taking the guards away and putting them back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections
from django.db.migrations.state import ModelState, ProjectState

from steward.core import guards


class Command(DjangoMigrate):
    """Guards off, migrate, guards on, guards checked. A failed migration leaves the guards standing again."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        guards.drop(connection)
        try:
            with new_models_alone():
                super().handle(*args, **options)
        finally:
            _reinstall(connection)
        faults = guards.check(connection)
        if faults:
            raise CommandError("Guards do not stand: " + "; ".join(faults))


def _reinstall(connection: Any) -> None:
    tables = set(connection.introspection.table_names())
    if "core_auditrow" in tables and "ledger_entry" in tables:
        guards.install(connection)


@contextmanager
def new_models_alone() -> Iterator[None]:
    """Draw a model that a migration creates, and no other.

    Django draws again whatever is related to it by any number of steps (``ProjectState.reload_model``), which in a house
    where everything points to the party and the user is every model: 8,500 drawings and nine seconds for an empty
    database. Nobody points to a new model yet, and the creation asks for that one alone; every other operation
    draws again as Django does. ``tests/core/test_schema_fold.py`` holds that the tables come out the same.
    """
    django: Any = ProjectState
    usual = django.add_model
    django.add_model = _add_alone
    try:
        yield
    finally:
        django.add_model = usual


def _add_alone(state: Any, model: ModelState) -> None:
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:  # asking for it would draw all of them
        state.apps.render_multiple([model])
