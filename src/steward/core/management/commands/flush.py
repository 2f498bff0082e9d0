"""Flush is refused: nothing is deleted here."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Refuses, and says what to do instead."""

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Steward never flushes a database. Use a fresh data folder: steward --data DIR init")

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("rest", nargs="*")
