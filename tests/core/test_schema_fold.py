"""First migrations make each table in one go, and what they make is what the models say."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q

from steward.core.management.commands.makemigrations import fold
from steward.core.management.commands.migrate import new_models_alone

ROOMS = ("core", "registry", "ledger", "banking", "budget", "people", "insurance", "frontdesk", "billing")


def test_every_first_migration_is_folded():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for app in ROOMS:
        assert fold(loader.disk_migrations[(app, "0001_initial")]) == 0, f"run makemigrations for {app} again"


def test_the_migrations_make_what_the_models_say(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def _sql_of_an_empty_database() -> list[str]:
    """What a database is told that has no tables yet; the moment a column is filled with is left out."""
    loader = MigrationLoader(connection, replace_migrations=False)
    plan = loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True)
    told = loader.collect_sql([(loader.graph.nodes[key], False) for key in plan])
    return [re.sub(r"'\d{4}-\d\d-\d\d [^']*'", "'then'", line) for line in told]


@pytest.mark.long
def test_drawing_a_new_model_alone_makes_the_same_tables(migrated, django_db_blocker):
    with django_db_blocker.unblock():
        usual = _sql_of_an_empty_database()
        with new_models_alone():
            assert _sql_of_an_empty_database() == usual
    assert sum("CREATE TABLE" in line for line in usual) > 100


def test_what_names_a_later_field_stays_behind():
    migration = migrations.Migration("0001_initial", "x")
    first = models.CheckConstraint(condition=Q(a__gt=0), name="a_positive")
    second = models.CheckConstraint(condition=Q(later__gt=0), name="later_positive")
    migration.operations = [
        migrations.CreateModel("Thing", fields=[("a", models.IntegerField())]),
        migrations.AddField("Thing", "later", models.IntegerField()),
        migrations.AddConstraint("Thing", first),
        migrations.AddConstraint("Thing", second),
        migrations.AddIndex("Thing", models.Index(fields=["a"], name="thing_a")),
        migrations.AddConstraint("Other", first),
    ]
    assert fold(migration) == 2
    assert migration.operations[0].options["constraints"] == [first]
    assert [type(op).__name__ for op in migration.operations] == [
        "CreateModel",
        "AddField",
        "AddConstraint",
        "AddConstraint",
    ]
