"""The audit log and its proof, for the owner, the administrator and the auditor."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit import selectors
from steward.core.audit.chain import verify
from steward.core.audit.models import AuditRow
from steward.core.audit.services import record_event
from steward.core.listing import Choice, Column, DateRange, Empty, Flag, Listing, Preset, ScopedList, Sort, Text

CHANNELS = (("web", _("Screen")), ("api", _("API")), ("cli", _("Command line")), ("job", _("Steward itself")))


def _decision(row: AuditRow) -> tuple[str, Any]:
    return ("warn", _("Refused")) if row.decision == "deny" else ("", "")


def _about(row: AuditRow) -> str:
    kind = row.object_type.rpartition(".")[2]
    return f"{kind} {str(row.object_uid)[:8]}" if row.object_uid else f"{len(row.refs)} × {kind}" if row.refs else kind


LOG = Listing(
    name="core.audit",
    title=_("Audit log"),
    columns=(
        Column("at", _("When"), kind="moment"),
        Column("actor_name", _("Who")),
        Column("action", _("Did"), value=lambda row: selectors.sentence(row).did),
        Column("decision", _("Refused"), kind="badge", badge=_decision),
        Column("object_uid", _("What"), kind="code", value=_about),
        Column("fields", _("Fields"), value=lambda row: ", ".join(row.fields)),
        Column("reason", _("Reason")),
        Column("address", _("From"), kind="code"),
        Column("seq", _("Row"), kind="number"),
    ),
    filters=(
        Text("who", _("Who"), "actor_name"),
        Text("act", _("Act"), "action"),
        DateRange("at", _("When"), "at"),
        Choice("by", _("By"), "channel", CHANNELS),
        Flag("refused", _("Refused"), Q(decision="deny")),
        Flag("reads", _("Reads"), Q(action__startswith="read ")),
    ),
    sorts=(Sort("newest", _("Newest first"), "-seq"), Sort("oldest", _("Oldest first"), "seq")),
    presets=(Preset(_("All"), ""), Preset(_("Refused"), "refused=1"), Preset(_("Reads of patients"), "reads=1")),
    export="audit.read",
    object_type="core.auditrow",
    noun=_("rows"),
    empty=Empty(
        _("Nothing has happened yet"), _("Every act, and every look at a patient's record, leaves a row here."), "", ""
    ),
)


ASKED = {param for each in LOG.filters for param in each.params} | {"sort", "after", "before", "export", "limit"}


def _opened(request: OfficeRequest) -> None:
    """By what was looked: the names this list knows, for anything else is a stranger's text."""
    record_event(request.call, "audit.read_log", fields=sorted(ASKED & set(request.GET)))


LOG_LIST = ScopedList(LOG, "audit.read", selectors.log, opened=_opened)


@screen(GET="audit.read")
def log(request: OfficeRequest) -> HttpResponse:
    """The whole log; reading it is itself a row in it."""
    return LOG_LIST.respond(
        request, template="audit/log.html", lead=gettext("Nothing in it can be changed or taken out.")
    )


@screen(GET="audit.read", POST="audit.read")
def chain(request: OfficeRequest) -> HttpResponse:
    """The signed days; on request the whole chain is walked."""
    verdict = verify() if request.method == "POST" else None
    if verdict is not None:
        record_event(request.call, "audit.verify", reason="" if verdict.ok else verdict.why)
    context = {"verdict": verdict, "heads": selectors.signed_heads(limit=31), "last": selectors.last_row()}
    return render(request, "audit/chain.html", context)
