"""Today, the import screen and the trace: thin, each asks and renders."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import opens, screen
from steward.desk import selectors, tracing
from steward.desk.forms import ImportForm
from steward.desk.imports import import_content

TONES = {"overdue": ("bad", _("Overdue")), "today": ("warn", _("Today")), "finding": ("", _("Finding")),
         "reply": ("", _("Reply")), "wait": ("", _("Waiting"))}  # fmt: skip


@screen(GET="desk.read")
def today(request: OfficeRequest) -> HttpResponse:
    """The page the manager works from (at most 12 queries, asserted in tests/desk)."""
    page = selectors.today(request.call.subject, request.call.clock)
    page["work"] = [(*TONES[t.state], t) for t in page["tasks"]]
    return render(request, "desk/today.html", page)


@screen(GET="desk.read", POST="desk.read")
def import_files(request: OfficeRequest) -> HttpResponse:
    """Files from outside through one door; each kind's own service asks for its own capability."""
    form = ImportForm(request.POST or None, request.FILES or None)
    results = []
    status = 200
    if request.method == "POST":
        if form.is_valid():
            results = [_one(request, form, upload) for upload in request.FILES.getlist("uploads")]
            status = 422 if any(r["status"] == "refused" for r in results) else 200
        else:
            status = 422
    return render(request, "desk/import.html", {"form": form, "results": results}, status=status)


def _one(request: OfficeRequest, form: ImportForm, upload: object) -> dict[str, object]:
    content = upload.read()  # type: ignore[attr-defined]
    call = request.call.with_key(None)  # one form may carry many files; content makes each once-only
    name = str(upload.name)  # type: ignore[attr-defined]
    imported = import_content(call, content, name, kind=form.cleaned_data["kind"] or None, options=form.options())
    return imported.as_json(name, content)


@screen(GET="trace.read")
def trace_find(request: OfficeRequest) -> HttpResponse:
    """Find the start of a trace by a claim, receipt, slip, check or entry number."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:80]  # PostgreSQL's texts hold no NUL
    starts = tracing.find(text) if text else []
    if len(starts) == 1:
        return redirect(reverse("desk:trace", args=[starts[0].kind, starts[0].ref]))
    return render(request, "desk/trace_find.html", {"q": text, "starts": starts})


@screen(GET="trace.read")
def trace(request: OfficeRequest, kind: str, ref: str) -> HttpResponse:
    """From any cent to its visit, charge, remittance, deposit, bank line and entry, on one page."""
    chain = tracing.trace(kind, ref.replace("\x00", "")[:80])
    call = request.call
    if holds(call.subject, "charge.read"):
        call.read("patient", chain.patients)
    return render(request, "desk/trace.html", {
        "chain": chain, "links": [_step(link, call.subject) for link in chain.links], "may_books": holds(call.subject, "books.read"),
    })  # fmt: skip


def _step(link: tracing.Link, subject: Subject) -> dict[str, object]:
    """One link of the chain; its address only for who may open that page."""
    tone = "" if link.proved else "warn"
    url = link.url if link.url and opens(subject, link.url) else ""
    return {"label": link.label, "value": link.value, "note": link.note, "url": url, "here": link.here, "tone": tone}
