"""What the palette finds: pages of the rail, and what the caller brings: records and acts of the rooms, already scoped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from steward.core.today import Action, Hit
from steward.core.web.navigation import groups_for, resolve

LIMIT = 8


def find(
    request: HttpRequest, text: str, records: Callable[[str], Iterable[Hit]], actions: Iterable[Action]
) -> list[dict[str, Any]]:
    """Groups (label, hits of label, url, note) for the palette and the search page; without text, pages and acts alone."""
    text = text.strip()[:80]
    groups: dict[str, list[dict[str, str]]] = {}
    if len(text) >= 2:
        for hit in records(text):
            if len(groups.setdefault(hit.kind, [])) < LIMIT:
                groups[hit.kind].append({"label": hit.label, "url": hit.url, "note": hit.detail})
    groups[_("Do")] = acts(actions, text)
    shown: list[dict[str, Any]] = [{"label": label, "hits": hits} for label, hits in groups.items() if hits]
    found = pages(request, text)
    here = {"label": _("Pages"), "hits": found}
    named = bool(text) and bool(found) and found[0]["label"].casefold().startswith(text.casefold())
    return [here, *shown] if named else [*shown, here] if found else shown


def acts(actions: Iterable[Action], text: str) -> list[dict[str, str]]:
    """What can be started, by any word of its name."""
    wanted = text.casefold()
    found = [
        (str(a.label), resolve(a.url_name), a.keys) for a in actions if not wanted or wanted in str(a.label).casefold()
    ]
    return [{"label": label, "url": url, "note": keys} for label, url, keys in found if url][:LIMIT]


def pages(request: HttpRequest, text: str) -> list[dict[str, str]]:
    """Pages whose name or words contain what was typed; those whose name begins with it first."""
    wanted = text.casefold()
    found = []
    for group in groups_for(request):
        for entry in group.entries:
            name = str(entry.label).casefold()
            if not wanted or wanted in name or wanted in str(entry.words).casefold():
                shown = {"label": str(entry.label), "url": entry.url, "note": f"g {entry.key}" if entry.key else ""}
                found.append((not name.startswith(wanted), shown))
    found.sort(key=lambda pair: pair[0])
    return [shown for _rank, shown in found[: LIMIT if wanted else 30]]
