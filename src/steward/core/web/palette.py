"""What the palette finds: pages, then what the rooms find, each through the same scoped querysets as their lists.

Rooms give a function ``find(subject, text) -> list[Hit]`` (at most eight, by prefix of an indexed column); the roof names them in
``settings.STEWARD_SEARCH`` as dotted paths, so that the ground never imports upward.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from steward.core.web.navigation import groups_for

LIMIT = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One line: what it is, a quiet note, where it leads. ``group`` is the heading (Patients, Claims, Do)."""

    label: str
    url: str
    note: str = ""
    group: str = ""


def find(request: HttpRequest, text: str) -> list[dict[str, Any]]:
    """Groups of hits for the palette and the search page; without text, the pages alone."""
    text = text.strip()[:80]
    hits = pages(request, text)
    if len(text) >= 2:
        for path in getattr(settings, "STEWARD_SEARCH", ()):
            hits.extend(import_string(path)(request.call.subject, text)[:LIMIT])  # type: ignore[attr-defined]
    groups: dict[str, list[dict[str, str]]] = {}
    for hit in hits:
        groups.setdefault(hit.group, []).append({"label": hit.label, "url": hit.url, "note": hit.note})
    return [{"label": label, "hits": found} for label, found in groups.items()]


def pages(request: HttpRequest, text: str) -> list[Hit]:
    """Pages whose name or words contain what was typed; those whose name begins with it first."""
    wanted = text.casefold()
    found = []
    for group in groups_for(request):
        for entry in group.entries:
            name = str(entry.label).casefold()
            if not wanted or wanted in name or wanted in str(entry.words).casefold():
                note = f"g {entry.key}" if entry.key else ""
                found.append((not name.startswith(wanted), Hit(str(entry.label), entry.url, note, _("Pages"))))
    found.sort(key=lambda pair: pair[0])
    return [hit for _rank, hit in found[: LIMIT if wanted else 30]]
