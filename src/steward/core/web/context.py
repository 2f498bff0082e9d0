"""What every template may say about where it is: one lazy object, no query until it is asked."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from steward.core.sql import query
from steward.core.web import now as now_
from steward.core.web.navigation import Shown, groups_for, resolve

THEMES = ("light", "dark")
DENSITIES = ("comfortable",)


class Shell:
    """The frame around a page. Names and places come from the session and the office row, once a request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def theme(self) -> str:
        """light, dark, or "" for what the machine prefers; from a closed set, for it lands in an attribute.

        The person's own choice, on whatever machine; before sign-in, what was last chosen on this one.
        """
        value = getattr(getattr(self.request, "user", None), "dark", None) or self.request.COOKIES.get("theme", "")
        return value if value in THEMES else ""

    @property
    def density(self) -> str:
        dense = getattr(getattr(self.request, "user", None), "dense", None)
        value = self.request.COOKIES.get("density", "") if dense is None else "" if dense else "comfortable"
        return value if value in DENSITIES else ""

    @property
    def person(self) -> str:
        subject = getattr(getattr(self.request, "call", None), "subject", None)
        return getattr(subject, "name", "") or _("You")

    @property
    def idle_seconds(self) -> int:
        """After how long the server ends this person's session; 0 when nobody is signed in."""
        from steward.core.access.middleware import idle_seconds

        call = getattr(self.request, "call", None)
        return idle_seconds(call.subject) if call is not None and call.user_id is not None else 0

    @cached_property
    def practice(self) -> str:
        found = query("SELECT name FROM core_office")  # one row; stands on every page
        return str(found[0][0] if found else "") or "Steward"

    @property
    def site(self) -> str:
        return str(getattr(self.request, "site_name", "") or "")

    @property
    def place(self) -> str:
        return f"{self.practice} · {self.site}" if self.site else self.practice

    @property
    def now(self) -> datetime:
        return now_.local_now()

    @cached_property
    def entries(self) -> list[Shown]:
        return [entry for group in groups_for(self.request) for entry in group.entries]

    @property
    def go_keys(self) -> list[tuple[str, str]]:
        return [(entry.key, str(entry.label)) for entry in self.entries if entry.key]

    @property
    def home_url(self) -> str:
        return resolve("desk:today") or "/"

    @property
    def search_url(self) -> str:
        return resolve("core:search") or "/"

    @property
    def palette_url(self) -> str:
        return resolve("core:palette") or ""

    @property
    def theme_url(self) -> str:
        return resolve("core:theme") or ""

    @property
    def density_url(self) -> str:
        return resolve("core:density") or ""

    @property
    def sign_out_url(self) -> str:
        return resolve("account_logout") or ""

    @property
    def person_links(self) -> list[Shown]:
        wanted = ((_("Your sign-in"), "core:me"), (_("Second factor"), "mfa_index"), (_("API tokens"), "tokens:list"))
        return [Shown(label, url) for label, name in wanted if (url := resolve(name))]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"shell": Shell(request)}
