"""What findings tell Today and the palette."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.today import Action, Task
from steward.findings.models import Found

ACTIONS = (Action(__("What is wrong in the books"), "findings:board", "finding.read"),)


def waiting(subject: Subject, today: date) -> list[Task]:
    """High findings that stand open. One query."""
    if not holds(subject, "finding.decide"):
        return []
    high = Found.objects.filter(status="open", severity="high").aggregate(n=Count("id"), cents=Sum("cents"))
    if not high["n"]:
        return []
    what = ngettext("%d finding blocks the month's close", "%d findings block the month's close", high["n"]) % high["n"]
    why = _("Each has its evidence, and where there is one, the entry that cures it")
    return [Task("finding", what, why, reverse("findings:board"), _("Look"), cents=high["cents"] or None, order=40)]
