"""Keeping and dropping views of lists."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from steward.core.listing.models import SavedView
from steward.core.service import Call, note, refuse, service


@service("listing.save_view", "self.write", says="kept a view of a list")
def save_view(call: Call, *, listing: str, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep filters and order under a name; the same name again replaces the view. Raises Refused for an empty or long name."""
    name = name.strip()
    if not name or len(name) > 60:
        raise refuse("name", _("A view needs a name of at most 60 letters."), _("Type a short name."), field="name")
    if len(query) > 1000:
        raise refuse("query", _("This view has too many filters to keep."), _("Remove some filters."))
    values = {"query": query, "shared": shared}
    view, _made = SavedView.objects.update_or_create(
        owner_id=call.user_id, listing=listing[:60], name=name, defaults=values
    )
    note(view, fields=list(values))
    return view


def _own(uid: UUID) -> SavedView | None:
    return SavedView.objects.filter(uid=uid).first()


@service("listing.drop_view", "self.write", says="dropped a view of a list", about=lambda uid: _own(uid))
def drop_view(call: Call, *, uid: UUID) -> str:
    """Drop one of your own views; its listing's name comes back. Raises Refused when there is none."""
    view = SavedView.objects.filter(uid=uid, owner_id=call.user_id).first()
    if view is None:
        raise refuse("gone", _("This view is gone, or it is somebody else's."), _("Open the list again."))
    note(view)
    listing = view.listing
    view.delete()
    return listing
