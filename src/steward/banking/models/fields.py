"""The two kinds of foreign key banking has: to a person who signs in, and down to a lower room."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


def user(**more: Any) -> models.ForeignKey[Any, Any]:
    """Somebody who signs in."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **more)


def down(to: str, **more: Any) -> models.ForeignKey[Any, Any]:
    """A row of a lower room, which does not know of it."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **more)
