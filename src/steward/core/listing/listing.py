"""One list: filter in the URL, order from a closed set, keyset pages, selection, export and print, all from one scoped queryset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import opens
from steward.core.listing import keyset
from steward.core.listing.filters import Filter, FilterError
from steward.core.listing.parts import Bulk, Column, Empty, Preset, Sort
from steward.core.listing.table import Painter
from steward.core.web import now

PAGE_ROWS = 50
COUNT_CAP = 1_000
MAX_SELECTED = 500
NO_WORDS = Empty("")
OWN = ("sort", "after", "before", "export")


@dataclass(frozen=True)
class Listing:
    """A list screen as a value; ``respond`` is the screen. Fields are explained in docs/screens.md."""

    name: str
    title: Any
    columns: Sequence[Column]
    sorts: Sequence[Sort]
    filters: Sequence[Filter] = ()
    presets: Sequence[Preset] = ()
    bulk: Sequence[Bulk] = ()
    money: str = ""
    export: str = ""
    object_type: str = ""
    empty: Empty = NO_WORDS
    patient: Callable[[Any], UUID | None] | None = None
    about: Callable[[Any], UUID | None] | None = None
    noun: Any = ""
    extra: Sequence[str] = ()
    page_rows: int = PAGE_ROWS
    masked: bool = False

    def hiding(self, **values: Callable[[Any], Any]) -> Listing:
        """The same list for who may only see masked values: the named columns computed otherwise."""
        columns = [replace(c, value=values[c.name]) if c.name in values else c for c in self.columns]
        return replace(self, columns=tuple(columns), masked=True)

    def respond(
        self, request: OfficeRequest, rows: QuerySet[Any], *, template: str = "core/listing.html", lead: object = "",
        context: Mapping[str, Any] | None = None,
    ) -> HttpResponse:  # fmt: skip
        """The screen, or with ``?export=csv|xlsx|print`` the export. 400 for an order, a filter or a page link that is not of the set."""
        state = State(self, request, rows)
        if "export" in request.GET:
            from steward.core.listing.export import respond

            return respond(state, request.GET["export"])
        state.check()
        self.tell(request, state.page)
        status = 400 if state.error else 200
        return render(
            request,
            template,
            {**(context or {}), "listing": self, "list": state, "lead": lead or state.lead},
            status=status,
        )

    def tell(self, request: OfficeRequest, page: Iterable[Any]) -> None:
        """Rows about patients were shown: the audit row of this request lists them."""
        if self.patient is not None:
            shown = [uid for row in page if (uid := self.patient(row)) is not None]
            request.call.read("patient", shown)


class State:
    """One request's view of a list; everything is computed once and only when asked for."""

    def __init__(self, listing: Listing, request: OfficeRequest, rows: QuerySet[Any]) -> None:
        self.listing, self.request, self.rows = listing, request, rows
        self.given: dict[str, str] = {name: str(value) for name, value in request.GET.items() if value != ""}
        self.today = now.today()
        self.error = ""

    def check(self) -> None:
        """Read every parameter once; what a person typed wrongly is said on the page, what no page of ours wrote is a 400."""
        known = {p for f in self.listing.filters for p in f.params} | set(OWN) | set(self.listing.extra)
        for name in self.given:
            if name not in known:
                raise BadRequest(_("This list has no filter called “%(name)s”.") % {"name": name[:40]})
        self.sort  # noqa: B018 - reading it is the check
        try:
            self.filtered  # noqa: B018 - likewise
        except FilterError as wrong:
            self.error = str(wrong)
            self.__dict__["filtered"] = self.rows.none()

    @cached_property
    def sort(self) -> Sort:
        name = self.given.get("sort", self.listing.sorts[0].name)
        for sort in self.listing.sorts:
            if sort.name == name:
                return sort
        known = ", ".join(sort.name for sort in self.listing.sorts)
        raise BadRequest(
            _("This list has no order “%(name)s”. It knows: %(known)s.") % {"name": name[:40], "known": known}
        )

    @cached_property
    def filtered(self) -> QuerySet[Any]:
        """The scoped rows, narrowed. Raises FilterError."""
        rows = self.rows
        for part in self.listing.filters:
            rows = part.apply(rows, self.given, self.today)
        return rows

    @cached_property
    def _fetched(self) -> tuple[list[Any], bool, bool]:
        """(rows of the page, is there more before, is there more after)."""
        backwards = "before" in self.given and "after" not in self.given
        mark = self.given.get("before" if backwards else "after")
        rows = keyset.ordered(self.filtered, self.sort, backwards)
        if mark is not None:
            try:
                values = keyset.read_cursor(self.listing.name, self.sort, mark)
            except keyset.CursorError:
                raise BadRequest(_("This page link is old. Open the list again.")) from None
            rows = keyset.beyond(rows, self.sort, values, backwards)
        found = list(rows[: self.listing.page_rows + 1])
        more = len(found) > self.listing.page_rows
        found = found[: self.listing.page_rows]
        if backwards:
            return found[::-1], more, True
        return found, mark is not None, more

    @property
    def page(self) -> list[Any]:
        return self._fetched[0]

    @property
    def more(self) -> bool:
        """Whether rows follow this page."""
        return bool(self.page) and self._fetched[2]

    @cached_property
    def count(self) -> int:
        """How many match, counted no further than the cap."""
        before, after = self._fetched[1:]
        if not before and not after:
            return len(self.page)
        return int(self.filtered.order_by().values("pk")[: COUNT_CAP + 1].count())

    @property
    def count_words(self) -> str:
        return f"{COUNT_CAP:,}+" if self.count > COUNT_CAP else f"{self.count:,}"

    @property
    def lead(self) -> str:
        """How things stand when the screen brings no sentence of its own."""
        if self.page:
            return f"{self.count_words} {self.listing.noun or str(self.listing.title).lower()}."
        return _("Nothing matches.") if self.narrowed else f"{self.listing.empty.title}."

    @property
    def bare(self) -> bool:
        """Nothing is here at all, so there is nothing to filter, keep or export."""
        return not self.page and not self.given

    def url(self, **changes: str | None) -> str:
        """This list with other parameters; a page link never outlives a change of filter or order."""
        given = {k: v for k, v in self.given.items() if k not in ("after", "before", "export")}
        for name, value in changes.items():
            given.pop(name, None)
            if value:
                given[name] = value
        return f"?{urlencode(given)}" if given else self.request.path

    @property
    def next_url(self) -> str:
        return self.url(after=keyset.cursor(self.listing.name, self.sort, self.page[-1])) if self.more else ""

    @property
    def before_url(self) -> str:
        return (
            self.url(before=keyset.cursor(self.listing.name, self.sort, self.page[0]))
            if self.page and self._fetched[1]
            else ""
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.said) or bool(self.error)

    @cached_property
    def said(self) -> list[tuple[str, str]]:
        """Filters at work as chips: (words, the list without it)."""
        try:
            chips = [(part.said(self.given, self.today), part) for part in self.listing.filters]
        except FilterError:
            return []
        return [(words, self.url(**dict.fromkeys(part.params))) for words, part in chips if words]

    @property
    def query(self) -> str:
        """The filters and the order, for a saved view."""
        return urlencode({k: v for k, v in self.given.items() if k not in ("after", "before", "export")})

    @property
    def presets(self) -> list[tuple[Any, str, bool]]:
        """Chips: (words, url, whether it is what is shown)."""
        mine = parse_qs(self.query)
        return [
            (p.label, f"?{p.query}" if p.query else self.request.path, parse_qs(p.query) == mine)
            for p in self.listing.presets
        ]

    @cached_property
    def views(self) -> list[tuple[Any, str, bool]]:
        """Saved views: (row, url, whether it is what is shown)."""
        from steward.core.listing.selectors import views_of

        mine = parse_qs(self.query)
        return [
            (v, f"?{v.query}", parse_qs(v.query) == mine) for v in views_of(self._subject.user_id, self.listing.name)
        ]

    @property
    def filter_fields(self) -> list[Any]:
        return [part.html(self.given) for part in self.listing.filters]

    @property
    def _subject(self) -> Any:
        return self.request.call.subject

    @cached_property
    def bulk(self) -> list[tuple[Bulk, str]]:
        from steward.core.web.navigation import resolve

        return [
            (b, url) for b in self.listing.bulk if holds(self._subject, b.capability) and (url := resolve(b.url_name))
        ]

    @cached_property
    def can_export(self) -> bool:
        return bool(self.listing.export) and holds(self._subject, self.listing.export)

    @property
    def empty_url(self) -> str:
        from steward.core.web.navigation import resolve

        return resolve(self.listing.empty.url_name) or "" if self.listing.empty.url_name else ""

    @property
    def next_one(self) -> str:
        """What makes the first row makes the next ones, too: its address, for who may open it."""
        url = self.empty_url if self.page else ""
        return url if url and opens(self.request.call.subject, url) else ""

    @cached_property
    def heads(self) -> list[dict[str, Any]]:
        """Column headings; those the closed set can sort by link to it, turning round when pressed again."""
        names = {sort.name for sort in self.listing.sorts}
        heads = []
        for column in self.listing.columns:
            up, down = column.name in names, f"-{column.name}" in names
            now_up, now_down = self.sort.name == column.name, self.sort.name == f"-{column.name}"
            other = f"-{column.name}" if down and (now_up or not up) else column.name if up else ""
            first = bool(self.listing.sorts) and other == self.listing.sorts[0].name
            url = self.url(sort=None if first else other) if other or now_up or now_down else ""
            heads.append(
                {"column": column, "url": url, "aria": "ascending" if now_up else "descending" if now_down else ""}
            )
        return heads

    @cached_property
    def main_column(self) -> Column:
        """The column that names and opens a row: the first that links, else the first. What no file exports is an act on
        the row and names nothing."""
        opens = (column for column in self.listing.columns if column.link is not None and column.export)
        return next(opens, self.listing.columns[0])

    @cached_property
    def body(self) -> SafeString:
        """The rows, drawn."""
        painter = Painter(self.today)
        return painter.rows(
            self.listing.columns, self.main_column, self.page, pick=bool(self.bulk), money=self.listing.money
        )


def selected(request: OfficeRequest) -> list[UUID]:
    """The uids a bulk form sent, each once, in the order of the list. 400 when none, too many, or not uids."""
    try:
        uids = list(dict.fromkeys(UUID(text) for text in request.POST.getlist("uid")))
    except ValueError:
        raise BadRequest(_("The selection cannot be read. Select the rows again.")) from None
    if not uids:
        raise BadRequest(_("Nothing was selected. Tick the rows first."))
    if len(uids) > MAX_SELECTED:
        raise BadRequest(_("At most %(n)d rows at once.") % {"n": MAX_SELECTED})
    return uids
