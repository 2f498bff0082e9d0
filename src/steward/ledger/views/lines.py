"""The lines behind a figure: of an account, a span, a site, a payer ..., each leading to its entry and from there to its paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Choice, Column, DateRange, Empty, Listing, MoneyRange, Preset, ScopedList, Sort
from steward.core.listing.filters import FilterError
from steward.ledger.models import Account, Line
from steward.ledger.selectors import registers
from steward.ledger.selectors.statement_columns import named_rows
from steward.ledger.views.entries import WORDS
from steward.ledger.words import item_words

NONE = "none"


class Of(Choice):
    """Lines of one row of the registry, named by its uid, or ``none`` for those that name no such row."""

    __slots__ = ()

    def apply(self, rows: QuerySet[Any], given: Mapping[str, str], today: date) -> QuerySet[Any]:
        value = given.get(self.name, "")
        if not value:
            return rows
        if value == NONE:
            return rows.filter(**{f"{self.name}__isnull": True})
        return rows.filter(**{f"{self.name}__uid": self._uid(value)})

    def _uid(self, value: str) -> UUID:
        try:
            return UUID(value)
        except ValueError:
            raise FilterError(
                _("“%(value)s” names no %(label)s.") % {"value": value[:40], "label": self.label}
            ) from None

    def said(self, given: Mapping[str, str], today: date) -> str:
        value = given.get(self.name, "")
        if not value:
            return ""
        if value == NONE:
            return _("%s: unassigned") % str(self.label)
        rows = named_rows(self.name).filter(uid=self._uid(value))
        if self.name in ("provider", "payer"):
            rows = rows.filter(patient__isnull=True)  # an address with a patient's uid shall not tell the name
        found = rows.values_list("name", flat=True).first()
        return f"{self.label}: {found or value}"

    def html(self, given: Mapping[str, str]) -> SafeString:
        value = given.get(self.name, "")
        return format_html('<input type="hidden" name="{}" value="{}">', self.name, value) if value else SafeString("")


class OfAccount(Choice):
    """Lines of one account; its code is typed, since a list of the whole chart is longer than a phone is wide."""

    __slots__ = ()

    def html(self, given: Mapping[str, str]) -> SafeString:
        return format_html(
            '<div class="field"><label for="f-account">{}</label><input id="f-account" name="account" value="{}"'
            ' autocomplete="off"></div>', self.label, given.get(self.name, ""),
        )  # fmt: skip


def _of(name: str, label: Any) -> Of:
    return Of(name, label, name, ())


def _accounts() -> list[tuple[str, str]]:
    return [(account.code, str(account)) for account in Account.objects.order_by("code")]


def _entry_url(row: Line) -> str:
    return str(reverse("ledger:entry", args=[row.entry.uid]))


LINES = Listing(
    name="ledger.lines", title=__("Lines"),
    columns=(
        Column("number", __("No."), kind="number", value=lambda row: row.entry.number, link=_entry_url),
        Column("date", __("Date"), kind="date"),
        Column("account", __("Account"), value=lambda row: str(row.account)),
        Column("journal", __("Journal"), value=lambda row: str(WORDS.get(row.entry.journal, row.entry.journal))),
        Column("memo", __("What"), value=lambda row: row.memo or row.entry.memo),
        Column("item", __("Settles"), value=lambda row: item_words(row.item)),
        Column("site", __("Site"), value=lambda row: row.site.name if row.site else ""),
        Column("cents", __("Amount"), kind="money"),
    ),
    filters=(
        OfAccount("account", __("Account"), "account__code", _accounts), DateRange("day", __("Date"), "date"),
        MoneyRange("cents", __("Amount"), "cents"),
        _of("entity", __("Legal entity")), _of("site", __("Site")), _of("department", __("Department")),
        _of("provider", __("Provider")), _of("payer", __("Payer")),
    ),
    sorts=(Sort("-posted", __("Posted last first"), "-id"), Sort("posted", __("Posted first first"), "id")),
    presets=(Preset(__("All"), ""),),
    money="cents", export="books.read", object_type="ledger.entry", about=lambda row: row.entry.uid,
    empty=Empty(__("No line stands here"), __("Every figure of a statement is the sum of lines like these."),
                "ledger:journal", __("See the journal")),
)  # fmt: skip


LINE_LIST = ScopedList(LINES, "books.read", registers.posted_lines)


@screen(GET="books.read")
def lines(request: OfficeRequest) -> HttpResponse:
    """Posted lines, narrowed to what a figure is made of. Debits are positive."""
    return LINE_LIST.respond(request, lead=_("Posted lines, debits positive; each leads to its entry and its paper."))
