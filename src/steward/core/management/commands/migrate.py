"""Django's migrate between taking the guards away and putting them back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from steward.core import guards


class Command(DjangoMigrate):
    """Guards off, migrate, guards on, guards checked. A failed migration leaves the guards standing again."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        guards.drop(connection)
        try:
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
