"""Bringing tables and guards to what this code wants, and doing nothing when they are."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from steward.core import guards


class SchemaFault(Exception):
    """Why the database cannot be used, in words, with what to do."""


def bring_up() -> None:
    """Migrate if something waits, put guards back if some are missing.
    SchemaFault for a newer database or faulty guards.
    """
    executor = MigrationExecutor(connection)
    newer = set(executor.loader.applied_migrations) - set(executor.loader.graph.nodes)
    # a squashed migration leaves its old name behind; only a name of an app we know and do not have is from the future
    newer = {(app, name) for app, name in newer if app in executor.loader.migrated_apps}
    if newer:
        app, name = sorted(newer)[-1]
        raise SchemaFault(f"This database was written by a newer Steward ({app} {name}). Start that one.")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()) or guards.check(connection):
        call_command("migrate", interactive=False, verbosity=0)
    faults = guards.check(connection)
    if faults:
        raise SchemaFault(f"The database's guards do not stand: {'; '.join(faults[:3])}. Run: steward doctor")
