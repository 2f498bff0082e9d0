"""The request as views get it: signed in, decided, with its call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from steward.core.service import Call


class OfficeRequest(HttpRequest):
    """What ``DefaultDeny`` has let through (``access.middleware``). Never made: it names, for who reads and for the type
    checker, what the middleware lays on Django's own request.
    """

    call: Call
    tab_title: str  # a page may name its tab and its place in the history of pages
