"""The rail: every entry of every room in one tuple, by duty. An entry shows when its page exists and the person may open it.

A group that grew past what an eye takes in keeps its entries in folds: closed but for the one where we are. Who may open few
of them sees them plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.translation import gettext_lazy as _

from steward.core.access.decide import Subject
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
class Fold:
    """Entries that open together, under a word of their own."""

    label: Any
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Group:
    label: Any
    parts: tuple[Entry | Fold, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry, in a fold or not."""
        return tuple(e for part in self.parts for e in (part.entries if isinstance(part, Fold) else (part,)))


@dataclass(slots=True)
class Shown:
    label: Any
    url: str
    key: str = ""
    words: Any = ""
    count: int = 0
    here: bool = False


@dataclass(slots=True)
class ShownFold:
    label: Any
    entries: list[Shown] = field(default_factory=list)

    @property
    def here(self) -> bool:
        return any(entry.here for entry in self.entries)

    @property
    def count(self) -> int:
        """What waits behind it."""
        return sum(entry.count for entry in self.entries)


@dataclass(slots=True)
class ShownGroup:
    label: Any
    parts: list[Shown | ShownFold] = field(default_factory=list)

    @property
    def entries(self) -> list[Shown]:
        """Every entry, in a fold or not."""
        return [e for part in self.parts for e in (part.entries if isinstance(part, ShownFold) else [part])]


OpenEntry = tuple[Entry, str]  # with the path of its page


@dataclass(frozen=True, slots=True)
class OpenFold:
    label: Any
    entries: tuple[OpenEntry, ...]


MOST_PLAIN = 7  # so many entries of a group need no folds


NAVIGATION: tuple[Group, ...] = (
    Group("", (
        Entry(_("Today"), "desk:today", "desk.read", "t", _("home work waiting")),
        Entry(_("Search"), "core:search", "desk.read", "s", _("find")),
    )),
    Group(_("Office"), (
        Entry(_("Front desk"), "frontdesk:day", "appointment.read", "f", _("schedule appointments grid check in")),
        Entry(_("Patients"), "frontdesk:patients", "patient.read", "p", _("person chart account")),
        Entry(_("Eligibility"), "insurance:eligibility", "coverage.read", "v", _("coverage active benefits authorizations 270 271")),
        Entry(_("Day's close"), "banking:close", "day.prepare", "c", _("count drawer day sheet")),
        Entry(_("Import files"), "desk:import", "desk.read", "n", _("835 charges csv ofx bai2 bank remittance")),
    )),
    Group(_("Money"), (
        Fold(_("Charges"), (
            Entry(_("To charge"), "billing:uncharged", "visit.charge", "", _("kept visits without a charge enter charges")),
            Entry(_("All charges"), "billing:charges", "charge.read", "h", _("claims visits services")),
        )),
        Fold(_("Claims"), (
            Entry(_("Claims to send"), "billing:sending", "billing.report", "", _("837 ready held scrub write batch")),
            Entry(_("No answer yet"), "billing:unanswered", "charge.read", "", _("unanswered silent claims status 276 277")),
            Entry(_("Scrub rules"), "billing:scrub_rules", "billing.report", "", _("edits held claims errors warnings checks")),
            Entry(_("Code sets"), "billing:codes", "payer.read", "", _("icd 10 hcpcs cpt modifiers ncci mue search diagnosis")),
        )),
        Fold(_("Payers' answers"), (
            Entry(_("Remittances"), "billing:remittances", "remittance.read", "r", _("835 era payer payments")),
            Entry(_("Denials"), "billing:denials", "charge.read", "", _("appeals refused deadline chance")),
            Entry(_("Underpaid"), "billing:underpaid", "billing.report", "", _("paid below contract letters disputes")),
            Entry(_("Work list"), "billing:work", "charge.read", "w", _("denials unmatched to do")),
        )),
        Fold(_("Patients' money"), (
            Entry(_("Patient balances"), "billing:accounts", "charge.read", "o", _("accounts owes statements guarantor prepaid")),
            Entry(_("Statements"), "billing:statements", "charge.read", "", _("letters guarantor bill cycle")),
            Entry(_("Other charges"), "billing:others", "charge.read", "", _("no show fee forms copies records products employer attorney tax")),
            Entry(_("Credits"), "billing:credits", "billing.report", "", _("refund overpaid unclaimed give back")),
            Entry(_("Giving up"), "billing:giving_up", "billing.report", "", _("small balances bad debt agency collections write off")),
        )),
        Fold(_("Bank and books"), (
            Entry(_("Banking"), "banking:home", "deposit.read", "b", _("deposits bank lines reconcile cash")),
            Entry(_("Books"), "ledger:home", "books.read", "l", _("ledger journal trial balance accounts")),
            Entry(_("Budget"), "budget:home", "budget.read", "", _("plan forecast variance actual year")),
            Entry(_("Trace"), "desk:trace_find", "books.read", "q", _("cent dollar follow claim check")),
            Entry(_("Findings"), "findings:board", "finding.read", "", _("errors checks wrong audit duplicate transposition")),
        )),
        Entry(_("Insurance"), "insurance:payers", "payer.read", "i", _("payers plans coverage")),
        Fold(_("Reports"), (
            Entry(_("Billing reports"), "billing:reports", "billing.report", "", _("ageing receivable days denial collection")),
            Entry(_("Provider statements"), "billing:provider_statements", "compensation.read", "", _("compensation overhead contract wrvu")),
        )),
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
    return _resolve(name, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=512)
def _resolve(name: str, _urlconf: str | None, _prefix: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def groups_for(request: HttpRequest, counts: Mapping[str, int] | None = None) -> list[ShownGroup]:
    """What this person sees in the rail. ``counts`` maps url names to how many things wait there."""
    subject = getattr(getattr(request, "call", None), "subject", None)
    if subject is None:
        return []
    open_to = _open_to(
        subject.roles, subject.active, subject.is_system, subject.user_id is None, get_urlconf(), get_script_prefix()
    )
    told = counts or {}
    shown = [ShownGroup(label, [_shown(part, told) for part in parts]) for label, parts in open_to]
    _mark_here(shown, request.path)
    return shown


def _shown(part: OpenEntry | OpenFold, told: Mapping[str, int]) -> Shown | ShownFold:
    if isinstance(part, OpenFold):
        return ShownFold(part.label, [_entry(one, told) for one in part.entries])
    return _entry(part, told)


def _entry(one: OpenEntry, told: Mapping[str, int]) -> Shown:
    entry, url = one
    return Shown(entry.label, url, entry.key, entry.words, told.get(entry.url_name, 0))


@lru_cache(maxsize=256)
def _open_to(
    roles: frozenset[str], active: bool, is_system: bool, nobody: bool, _urlconf: str | None, _prefix: str
) -> tuple[tuple[Any, tuple[OpenEntry | OpenFold, ...]], ...]:
    """Groups and entries that exist and that people of these roles may open: the same for all of them, so asked once."""
    subject = Subject(None if nobody else 0, "", roles, active=active, is_system=is_system)
    return tuple((group.label, parts) for group in NAVIGATION if (parts := _parts(subject, group)))


def _parts(subject: Subject, group: Group) -> tuple[OpenEntry | OpenFold, ...]:
    """A group as folds and entries; plain where it is short, and a fold of one is that one."""
    open_ = {e: url for e in group.entries if holds(subject, e.capability) and (url := resolve(e.url_name))}
    if len(open_) <= MOST_PLAIN:
        return tuple(open_.items())
    found: list[OpenEntry | OpenFold] = []
    for part in group.parts:
        inside = tuple((e, open_[e]) for e in (part.entries if isinstance(part, Fold) else (part,)) if e in open_)
        found += [OpenFold(part.label, inside)] if isinstance(part, Fold) and len(inside) > 1 else inside
    return tuple(found)


def _mark_here(groups: list[ShownGroup], path: str) -> None:
    """The entry whose path is the longest beginning of where we are; "/" only when we are exactly there."""
    entries = [e for g in groups for e in g.entries]
    fits = [e for e in entries if path == e.url or (e.url != "/" and path.startswith(e.url))]
    if fits:
        max(fits, key=lambda e: len(e.url)).here = True
