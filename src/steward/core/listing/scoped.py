"""A list with who may open it and which of its rows each person sees: the one source of its screen, its export and its API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from steward.core.access import policy
from steward.core.access.decide import Subject
from steward.core.access.request import OfficeRequest
from steward.core.listing.listing import Listing


@dataclass(frozen=True)
class ScopedList:
    """``rows(subject)`` are the rows this person may see, read with everything the columns need.

    ``masked`` is the same list for whoever holds ``capability`` only masked (or for whom ``masks`` says so); ``opened`` is told of
    every opening, where looking is itself an act to be logged.
    """

    listing: Listing
    capability: str
    rows: Callable[[Subject], QuerySet[Any]]
    masked: Listing | None = None
    masks: Callable[[Subject], bool] | None = None
    opened: Callable[[OfficeRequest], None] | None = None

    def seen_by(self, subject: Subject) -> tuple[Listing, QuerySet[Any]]:
        """The list and the rows as this person sees them."""
        return self._listing_for(subject), self.rows(subject)

    def _listing_for(self, subject: Subject) -> Listing:
        if self.masked is None:
            return self.listing
        masked = self.masks(subject) if self.masks is not None else policy.masks(subject, self.capability)
        return self.masked if masked else self.listing

    def open(self, request: OfficeRequest) -> tuple[Listing, QuerySet[Any]]:
        """``seen_by`` for the person of a request; the opening is told."""
        if self.opened is not None:
            self.opened(request)
        return self.seen_by(request.call.subject)

    def respond(
        self, request: OfficeRequest, *, template: str = "core/listing.html", lead: object = "",
        context: Mapping[str, Any] | None = None,
    ) -> HttpResponse:  # fmt: skip
        """The screen or the export, for the person of this request."""
        listing, rows = self.open(request)
        return listing.respond(request, rows, template=template, lead=lead, context=context)
