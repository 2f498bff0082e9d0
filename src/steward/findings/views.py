"""The board of findings, one finding with its evidence and its cure, and the catalogue of checks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.utils.translation import ngettext

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import opens, screen
from steward.core.jobs.services import enqueue
from steward.core.listing import (
    Bulk,
    Choice,
    Column,
    DateRange,
    Empty,
    Listing,
    MoneyRange,
    Preset,
    ScopedList,
    Sort,
    Text,
    link_to,
    selected,
)
from steward.core.web.forms import Done, handle, press
from steward.findings import selectors, services
from steward.findings.forms import AcceptForm
from steward.findings.models import Found
from steward.findings.rooms import check_named
from steward.ledger.services import JournalState

SEVERITIES = (("high", __("High")), ("medium", __("Medium")), ("low", __("Low")))
STATUSES = (("open", __("Open")), ("cured", __("Cured")), ("accepted", __("Reviewed, ok")))
TONES = {"high": "bad", "medium": "warn", "low": ""}

FINDINGS = Listing(
    name="findings.found",
    title=__("Findings"),
    columns=(
        Column("title", __("What"), link=link_to("findings:finding")),
        Column("severity", __("How bad"), kind="badge", badge=lambda row: (TONES[row.severity], dict(SEVERITIES)[row.severity])),
        Column("check_name", __("Check"), kind="code"),
        Column("first_seen", __("Since"), kind="moment"),
        Column("status", __("State"), kind="badge", badge=lambda row: ("" if row.status == "open" else "good", dict(STATUSES)[row.status])),
        Column("cents", __("At risk"), kind="money"),
    ),
    filters=(
        Choice("status", __("State"), "status", STATUSES), Choice("severity", __("How bad"), "severity", SEVERITIES),
        Text("check", __("Check"), "check_name"), DateRange("since", __("Since"), "first_seen__date"), MoneyRange("cents", __("At risk"), "cents"),
    ),
    sorts=(Sort("-cents", __("Dearest first"), "-cents"), Sort("-first_seen", __("Newest first"), "-first_seen")),
    presets=(Preset(__("Open"), "status=open"), Preset(__("High"), "status=open&severity=high"),
             Preset(__("Reviewed, ok"), "status=accepted"), Preset(__("Cured"), "status=cured"), Preset(__("All"), "")),
    bulk=(Bulk("accept", __("Reviewed, ok"), "findings:accept_many", "finding.decide"),),
    money="cents",
    export="finding.read",
    object_type="findings.found",
    empty=Empty(__("Nothing found"), __("The checks run every night; run them now to see how things stand.")),
)  # fmt: skip
FINDING_LIST = ScopedList(FINDINGS, "finding.read", selectors.found)


@screen(GET="finding.read")
def board(request: OfficeRequest) -> HttpResponse:
    """Everything found, the dearest first."""
    run = selectors.last_run()
    lead = _("The checks have not run yet.")
    if run is not None:
        lead = _("%(found)s found at the last run, %(told)s of them new, %(gone)s cured.") % {
            "found": run.found, "told": run.told, "gone": run.gone,
        }  # fmt: skip
        if run.broken:
            lead += " " + _("Not looked at: %s.") % ", ".join(run.broken)
    context = {"may_run": holds(request.call.subject, "finding.run"), "run": run}
    return FINDING_LIST.respond(request, template="findings/board.html", lead=lead, context=context)


@screen(GET="finding.read")
def checks(request: OfficeRequest) -> HttpResponse:
    """The catalogue: what is looked for, which checks are live, what each has found, and how long a cure takes."""
    rows = selectors.check_rows()
    page = {"rows": rows, "live": sum(row.check.live for row in rows)}
    return render(request, "findings/checks.html", page)


@screen(POST="finding.run")
def run(request: OfficeRequest) -> HttpResponse:
    """Run the checks now, beside the day's work."""
    return press(
        request, lambda call: enqueue(call, kind="findings.run", title=_("Checks of the books")),
        success=lambda job: Done(reverse("jobs:job", args=[job.uid]), _("Under way")), back=reverse("findings:board"),
    )  # fmt: skip


def _found(request: OfficeRequest, uid: UUID) -> Found:
    row = selectors.found_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence with where it leads, if the reader may go there."""

    kind: str
    ref: str
    cents: int | None
    url: str


#: Evidence -> the trace's word for it; an item is found by its own text.
TRACED = {"entry": "entry", "claim": "claim", "receipt": "receipt", "bank_line": "line"}


def _shown(request: OfficeRequest, one: dict[str, str | int | None]) -> Shown:
    kind, ref = str(one["kind"]), str(one["ref"])
    url = ""
    if kind in TRACED:
        url = reverse("desk:trace", args=[TRACED[kind], ref])
    elif kind in ("item", "settlement"):
        url = f"{reverse('desk:trace_find')}?q={ref}" if ":" in ref else ""
    cents = one["amount_cents"]
    words = kind.replace("_", " ").capitalize()
    return Shown(words, ref, cents if isinstance(cents, int) else None, url if url and opens(request.call.subject, url) else "")


@screen(GET="finding.read")
def finding(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One finding: its evidence, the entry that would cure it, what was decided."""
    row = _found(request, uid)
    subject = request.call.subject
    page = {
        "row": row, "tone": TONES[row.severity], "severity": dict(SEVERITIES)[row.severity], "state": dict(STATUSES)[row.status],
        "check": check_named(row.check_name), "evidence": [_shown(request, one) for one in row.evidence],
        "lines": selectors.proposed(row), "may_decide": holds(subject, "finding.decide"), "may_write": holds(subject, "journal.write"),
        "sure": row.confidence_ppm // 10_000, "day": date_format(row.first_seen, "DATE_FORMAT"),
    }  # fmt: skip
    return render(request, "findings/finding.html", page)


def _page(uid: UUID) -> str:
    return reverse("findings:finding", args=[uid])


@screen(GET="finding.decide", POST="finding.decide")
def accept(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """"Reviewed, ok", with the reason."""
    row = _found(request, uid)
    return handle(
        request, AcceptForm, lambda call, **data: services.accept(call, row=row, **data),
        context={"title": _("Reviewed, ok"), "submit": _("It is right"), "cancel": _page(uid), "lead": row.title},
        success=lambda done: Done(_page(done.uid), _("Kept as reviewed")),
    )  # fmt: skip


@screen(GET="finding.decide", POST="finding.decide")
def accept_many(request: OfficeRequest) -> HttpResponse:
    """Several at once with one reason; the choice comes from the list and stays in the form."""
    rows = list(selectors.found(request.call.subject).filter(uid__in=selected(request), status="open"))
    if "reason" not in request.POST:
        request.method = "GET"
    uids = [row.uid for row in rows]
    return handle(
        request, AcceptForm, lambda call, **data: services.accept_many(call, uids=uids, **data),
        "findings/accept_many.html", context={"rows": rows, "cents": sum(row.cents for row in rows)},
        success=lambda n: Done(reverse("findings:board"), ngettext("%d finding reviewed", "%d findings reviewed", n) % n),
    )  # fmt: skip


@screen(POST="finding.decide")
def reopen(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take "reviewed, ok" back."""
    row = _found(request, uid)
    return press(
        request, lambda call: services.reopen(call, row=row), success=lambda done: Done(_page(done.uid), _("Open again")), back=_page(uid)
    )


@screen(POST="journal.write")
def propose(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Draft the entry that cures it and ask for the second signature."""
    row = _found(request, uid)

    def told(done: JournalState) -> Done:
        words = _("Posted as entry %s") % done.number if done.number else _("Drafted; a second person signs it")
        return Done(reverse("ledger:entry", args=[done.uid]), words)

    return press(request, lambda call: services.propose(call, row=row), success=told, back=_page(uid))
