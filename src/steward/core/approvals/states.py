"""How a request ends. While it waits it has no outcome: who must still sign is computed, never set by hand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    REPLACED = "replaced", _("Replaced by a new request")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: action -> (from, to); "" is waiting. Nothing leaves an outcome.
TRANSITIONS: dict[str, tuple[str, str]] = {
    "approve": ("", Outcome.APPROVED),
    "reject": ("", Outcome.REJECTED),
    "replace": ("", Outcome.REPLACED),
    "withdraw": ("", Outcome.WITHDRAWN),
}
