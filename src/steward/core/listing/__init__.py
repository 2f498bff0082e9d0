"""The one list component: every list screen, its filters, pages, selection, export and print. See docs/screens.md."""

from steward.core.listing.filters import Choice, DateRange, Flag, MoneyRange, Text
from steward.core.listing.listing import Listing, selected
from steward.core.listing.parts import Bulk, Column, Empty, Preset, Sort, link_to
from steward.core.listing.scoped import ScopedList

__all__ = [
    "Bulk",
    "Choice",
    "Column",
    "DateRange",
    "Empty",
    "Flag",
    "Listing",
    "MoneyRange",
    "Preset",
    "ScopedList",
    "Sort",
    "Text",
    "link_to",
    "selected",
]
