"""Django's makemigrations, with the indexes and constraints of a first migration inside its tables.

Left apart, as Django writes them, SQLite builds each table anew for every one of them: a first start took twice as
long.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands.makemigrations import Command as DjangoMakeMigrations
from django.db.migrations import Migration
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel


def fold(migration: Migration) -> int:
    """Move what belongs to a table made in this migration into the making of it; how many operations went.

    What names a field that is added later stays where it is.
    """
    made = {op.name_lower: op for op in migration.operations if isinstance(op, CreateModel)}
    late = {(op.model_name_lower, op.name) for op in migration.operations if isinstance(op, AddField)}
    kept: list[Any] = []
    for op in migration.operations:
        if not isinstance(op, AddIndex | AddConstraint) or op.model_name_lower not in made:
            kept.append(op)
            continue
        thing: Any = op.index if isinstance(op, AddIndex) else op.constraint
        said = repr(thing.deconstruct())
        if any(model == op.model_name_lower and name in said for model, name in late):
            kept.append(op)
            continue
        options = made[op.model_name_lower].options
        key = "indexes" if isinstance(op, AddIndex) else "constraints"
        options[key] = [*options.get(key, []), thing]
    gone = len(migration.operations) - len(kept)
    migration.operations = kept  # type: ignore[misc]  # Django itself sets it on the instance
    return gone


class Command(DjangoMakeMigrations):
    """Folds every initial migration before it is written."""

    def write_migration_files(self, changes: dict[str, list[Migration]], *args: Any, **more: Any) -> None:
        for migrations in changes.values():
            for migration in migrations:
                if getattr(migration, "initial", False):
                    fold(migration)
        super().write_migration_files(changes, *args, **more)
