"""The rail: every entry of every room in one tuple, by duty. An entry shows when its page exists and the person may open it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from steward.core.access.policy import holds


@dataclass(frozen=True, slots=True)
class Entry:
    """``url_name`` is resolved late; ``key`` is the letter after ``g``; ``words`` help the palette find it."""

    label: Any
    url_name: str
    capability: str
    key: str = ""
    words: Any = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: Any
    entries: tuple[Entry, ...]


@dataclass(slots=True)
class Shown:
    label: Any
    url: str
    key: str = ""
    words: Any = ""
    count: int = 0
    here: bool = False


@dataclass(slots=True)
class ShownGroup:
    label: Any
    entries: list[Shown] = field(default_factory=list)


NAVIGATION: tuple[Group, ...] = (
    Group("", (
        Entry(_("Today"), "desk:today", "desk.read", "t", _("home work waiting")),
        Entry(_("Search"), "core:search", "desk.read", "s", _("find")),
    )),
    Group(_("Office"), (
        Entry(_("Front desk"), "frontdesk:day", "appointment.read", "f", _("schedule appointments grid check in")),
        Entry(_("Patients"), "frontdesk:patients", "patient.read", "p", _("person chart account")),
        Entry(_("Day's close"), "banking:close", "day.prepare", "c", _("count drawer day sheet")),
        Entry(_("Import files"), "desk:import", "desk.read", "n", _("835 charges csv ofx bai2 bank remittance")),
    )),
    Group(_("Money"), (
        Entry(_("Charges"), "billing:charges", "charge.read", "h", _("claims visits services")),
        Entry(_("Remittances"), "billing:remittances", "charge.read", "r", _("835 era payer payments")),
        Entry(_("Work list"), "billing:work", "charge.read", "w", _("denials unmatched to do")),
        Entry(_("Insurance"), "insurance:payers", "payer.read", "i", _("payers plans coverage")),
        Entry(_("Banking"), "banking:home", "deposit.read", "b", _("deposits bank lines reconcile cash")),
        Entry(_("Trace"), "desk:trace_find", "books.read", "q", _("cent dollar follow claim check")),
        Entry(_("Books"), "ledger:home", "books.read", "l", _("ledger journal trial balance accounts")),
    )),
    Group(_("People"), (
        Entry(_("Staff"), "people:staff", "staff.read", "e", _("employees users roles")),
        Entry(_("Providers"), "people:providers", "provider.read", "d", _("doctors sessions")),
    )),
    Group(_("Things"), (
        Entry(_("Directory"), "registry:parties", "party.read", "y", _("people organisations contacts")),
        Entry(_("Sites and rooms"), "registry:sites", "party.read", "m", _("places departments entities")),
    )),
    Group(_("Order"), (
        Entry(_("Approvals"), "approvals:waiting", "approval.read", "a", _("decide second signature")),
        Entry(_("Audit log"), "audit:log", "audit.read", "u", _("who did what history")),
        Entry(_("Work in progress"), "jobs:list", "job.read", "j", _("imports long jobs")),
        Entry(_("Outbox"), "outbox:list", "outbox.read", "x", _("mail texts letters sent")),
    )),
)  # fmt: skip


def resolve(name: str) -> str | None:
    """The path of a page, or None while it does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def groups_for(request: HttpRequest, counts: Mapping[str, int] | None = None) -> list[ShownGroup]:
    """What this person sees in the rail. ``counts`` maps url names to how many things wait there."""
    subject = getattr(getattr(request, "call", None), "subject", None)
    if subject is None:
        return []
    shown = [ShownGroup(group.label, list(_entries(group, subject, counts or {}))) for group in NAVIGATION]
    _mark_here(shown, request.path)
    return [group for group in shown if group.entries]


def _entries(group: Group, subject: Any, counts: Mapping[str, int]) -> Iterator[Shown]:
    for entry in group.entries:
        url = resolve(entry.url_name) if holds(subject, entry.capability) else None
        if url:
            yield Shown(entry.label, url, entry.key, entry.words, counts.get(entry.url_name, 0))


def _mark_here(groups: list[ShownGroup], path: str) -> None:
    """The entry whose path is the longest beginning of where we are; "/" only when we are exactly there."""
    entries = [e for g in groups for e in g.entries]
    fits = [e for e in entries if path == e.url or (e.url != "/" and path.startswith(e.url))]
    if fits:
        max(fits, key=lambda e: len(e.url)).here = True
