"""The journal, one entry, its reversal, its source document; and entries by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals import selectors as approvals
from steward.core.files import selectors as files
from steward.core.listing import Choice, Column, DateRange, Empty, Flag, Listing, Preset, ScopedList, Sort, link_to
from steward.core.web.forms import Done, handle, press
from steward.ledger import services
from steward.ledger.forms import JournalForm, ReverseForm, Row, SignForm, fresh_uid, rows_of, sums_of
from steward.ledger.models import Document, Entry, Line
from steward.ledger.selectors import registers
from steward.ledger.services.journals import KIND
from steward.ledger.services.undo import belonging
from steward.ledger.types import JOURNALS
from steward.ledger.words import of_line, source_words

WORDS = {
    "general": __("General"), "manual": __("By hand"), "import": __("From a file"), "opening": __("Opening"),
    "closing": __("Closing"), "adjusting": __("Adjusting"), "charges": __("Charges"), "receipts": __("Receipts"),
    "remittance": __("Remittances"), "bank": __("Bank"), "payroll": __("Payroll"), "purchasing": __("Purchasing"),
    "stock": __("Stock"), "assets": __("Equipment"),
}  # fmt: skip


def _journal(name: str, title: Any) -> Listing:
    return Listing(
        name=name, title=title,
        columns=(
            Column("number", __("No."), kind="number", link=link_to("ledger:entry")),
            Column("date", __("Date"), kind="date"),
            Column("journal", __("Journal"), value=lambda row: WORDS.get(row.journal, row.journal)),
            Column("memo", __("What")),
            Column("source_type", __("Source"), value=lambda row: source_words(row.source_type)),
            Column("debit_cents", __("Amount"), kind="money"),
            Column("reverses", __("State"), kind="badge", badge=_state),
        ),
        filters=(
            DateRange("day", __("Date"), "date"),
            Choice("journal", __("Journal"), "journal", [(name, WORDS[name]) for name in JOURNALS]),
            Flag("reversals", __("Only reversals"), Q(reverses__isnull=False)),
        ),
        sorts=(
            Sort("-number", __("Latest first"), "-number"),
            Sort("number", __("Oldest first"), "number"),
        ),
        presets=(Preset(__("All"), ""), Preset(__("By hand"), "journal=manual"), Preset(__("Reversals"), "reversals=1")),
        money="debit_cents", export="books.read", object_type="ledger.entry",
        empty=Empty(__("Nothing is posted yet"), __("Every charge, receipt and bill ends up here as an entry."),
                    "ledger:journal_new", __("Enter one by hand")),
    )  # fmt: skip


def _state(row: Entry) -> tuple[str, Any]:
    if row.reverses_id is not None:
        return "warn", _("reversal")
    return ("bad", _("reversed")) if getattr(row, "undone", None) else ("", "")


JOURNAL = _journal("ledger.journal", __("Journal"))
OF_DOCUMENT = _journal("ledger.document", __("Entries"))


def _with_state(rows: Any) -> Any:
    return rows.annotate(undone=Exists(Entry.objects.filter(reverses=OuterRef("pk"))))


JOURNAL_LIST = ScopedList(JOURNAL, "books.read", lambda subject: _with_state(registers.journal(subject)))


@screen(GET="books.read")
def journal(request: OfficeRequest) -> HttpResponse:
    """Every posted entry, latest first."""
    return JOURNAL_LIST.respond(
        request, template="ledger/journal.html", lead=_("What was posted, in the order of its numbers."),
        context={"may_enter": holds(request.call.subject, "journal.write")},
    )  # fmt: skip


@screen(GET="books.read")
def document(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A source document: the file itself and the entries booked from it."""
    call = request.call
    shown = Document.objects.filter(uid=uid).select_related("added_by").first()
    if shown is None:
        raise Http404
    stored = next((f for f in files.by_hash(shown.sha256) if holds(call.subject, f.capability)), None)
    rows = _with_state(registers.entries_of_document(call.subject, shown))
    context = {"document": shown, "file": stored, "review": approvals.latest(shown.uid, KIND)}
    return OF_DOCUMENT.respond(request, rows, template="ledger/document.html", lead=shown.name, context=context)


@screen(GET="books.read", POST="approval.decide")
def entry(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One entry: lines, source, reversal, who did it; a draft with what can be done next; POST is the second signature."""
    shown = _entry(request, uid)
    context = _page(request, shown)

    def act(call: Any, *, answer: str, comment: str) -> services.JournalState:
        return services.sign_journal(call, uid=uid, approve=answer == "yes", comment=comment)

    return handle(request, SignForm, act, "ledger/entry.html", context=context, success=_signed)


def _signed(state: services.JournalState) -> Done:
    said = {
        "posted": _("Posted as entry %s.") % state.number,
        "rejected": _("Handed back."),
        "waiting": _("Signed; one more has to."),
    }
    return Done(reverse("ledger:entry", args=[state.uid]), said[state.state])


def _entry(request: OfficeRequest, uid: UUID) -> Entry:
    found = registers.entry(request.call.subject, uid)
    if found is None:
        raise Http404
    return found


def _lines(request: OfficeRequest, shown: Entry) -> list[Line]:
    """The lines to show. Whoever may read patients sees their names here, so that the audit lists them."""
    lines, call = [of_line(line) for line in registers.lines(shown)], request.call
    if holds(call.subject, "patient.read"):
        told = {line.party for line in lines if line.party_role == "patient"}
        call.read("patient", [party.patient.uid for party in told if getattr(party, "patient", None)])
    return lines


def _page(request: OfficeRequest, shown: Entry) -> dict[str, Any]:
    call = request.call
    lines = _lines(request, shown)
    asked = approvals.latest(shown.uid, KIND) if shown.state == "draft" or shown.reverses_id else None
    mine = shown.state == "draft" and shown.drafted_by_id == call.user_id and holds(call.subject, "journal.write")
    undone = Entry.objects.filter(reverses=shown).first() if shown.state == "posted" else None
    return {
        "entry": shown, "lines": lines, "journal_words": WORDS.get(shown.journal, shown.journal),
        "source_words": source_words(shown.source_type), "undone": undone,
        "debit_cents": sum(line.cents for line in lines if line.cents > 0),
        "credit_cents": -sum(line.cents for line in lines if line.cents < 0),
        "asked": asked, "mine": mine, "entities": len({line.entity_id for line in lines}),
        "to_sign": asked is not None and asked.waiting and call.user_id in approvals.may_sign(asked, call.now),
        "may_trace": shown.state == "posted" and holds(call.subject, "trace.read"),
        "may_copy": shown.state == "posted" and shown.journal == "manual" and holds(call.subject, "journal.write"),
        "may_reverse": shown.state == "posted" and undone is None and belonging(shown) is None
                       and holds(call.subject, "journal.reverse"),
    }  # fmt: skip


@screen(GET="journal.reverse", POST="journal.reverse")
def reverse_entry(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Undo a posted entry by its mirror."""
    shown = _entry(request, uid)
    if shown.state != "posted":
        raise Http404

    def act(call: Any, **data: Any) -> Any:
        return services.reverse_entry(call, number=shown.number or 0, **data)

    def success(done: Any) -> Done:
        return Done(
            reverse("ledger:entry", args=[done.key]),
            _("Entry %(a)s reversed by %(b)s.") % {"a": shown.number, "b": done.number},
        )

    return handle(
        request, ReverseForm, act, "ledger/reverse.html",
        context={"entry": shown, "lines": _lines(request, shown), "belongs": belonging(shown)},
        initial={"date": max(request.call.today, shown.date)}, success=success,
    )  # fmt: skip


@screen(GET="journal.write", POST="journal.write")
def journal_new(request: OfficeRequest) -> HttpResponse:
    """An entry by hand: saved as a draft, or submitted for the second signature."""
    initial = {"uid": fresh_uid(), "date": request.call.today}
    return _manual(request, initial, [], None)


@screen(GET="journal.write", POST="journal.write")
def journal_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Rewrite a draft of one's own."""
    shown = _entry(request, uid)
    if shown.state != "draft":
        raise Http404
    return _manual(request, {"uid": uid, "date": shown.date, "memo": shown.memo}, list(rows_of(shown)), shown)


def _manual(request: OfficeRequest, initial: dict[str, Any], rows: list[Row], shown: Entry | None) -> HttpResponse:
    context = choices(request, shown)
    if request.method == "POST" and request.POST.get("do") == "more":
        form = JournalForm(initial={**initial, **_kept(request)}, rows=JournalForm(request.POST).rows, spare=4)
        return render(request, "ledger/journal_form.html", {**context, "form": form, "sums": sums_of(form.rows)})
    submit = request.POST.get("do") == "submit"

    def act(call: Any, *, document: Any = None, **data: Any) -> services.JournalState:
        return _save(call, submit=submit, document=document, shown=shown, **data)

    if request.method == "POST":
        context["sums"] = sums_of(JournalForm(request.POST).rows)
    else:
        context["sums"] = sums_of(rows)
    return handle(
        request,
        JournalForm,
        act,
        "ledger/journal_form.html",
        context=context,
        initial=initial,
        rows=rows,
        success=_saved,
    )


def _kept(request: OfficeRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in ("uid", "date", "memo") if name in request.POST}


def _save(call: Any, *, submit: bool, document: Any, shown: Entry | None, **data: Any) -> services.JournalState:
    """Store the document, write the draft, and submit it: three services, each keyed by what it writes."""
    call = call.with_key(None)
    paper = shown.document if shown is not None else None
    if document is not None:
        paper = services.store_document(call, content=document.read(), name=document.name)
    entry = services.draft_journal(call, document=paper, **data)
    return services.submit_journal(call, uid=entry.uid) if submit else services.JournalState(entry.uid, "draft")


def _saved(state: services.JournalState) -> Done:
    said = {"draft": _("Saved as a draft."), "waiting": _("Submitted: it waits for the second signature."),
            "posted": _("Posted as entry %s.") % state.number, "rejected": ""}  # fmt: skip
    return Done(reverse("ledger:entry", args=[state.uid]), said[state.state])


def choices(request: OfficeRequest, shown: Entry | None) -> dict[str, Any]:
    entities = (
        Line._meta.get_field("entity")
        .related_model._default_manager.filter(ended_on=None)
        .order_by("-is_practice", "code")
    )
    sites = Line._meta.get_field("site").related_model._default_manager.filter(ended_on=None).order_by("code")
    accounts = registers.accounts(request.call.subject).filter(active=True)
    return {"accounts": accounts, "entities": list(entities), "sites": list(sites), "entry": shown}


@screen(POST="journal.write")
def journal_sums(request: OfficeRequest) -> HttpResponse:
    """The foot of the form while one types: sums and difference, read by the same rules as posting."""
    return render(request, "ledger/parts/sums.html", {"sums": sums_of(JournalForm(request.POST).rows)})


@screen(POST="journal.write")
def journal_submit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Submit a saved draft."""
    back = reverse("ledger:entry", args=[uid])
    return press(request, lambda call: services.submit_journal(call, uid=uid), success=_saved, back=back)


@screen(POST="journal.write")
def journal_discard(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Throw a draft away."""
    back = reverse("ledger:entry", args=[uid])
    done = Done(reverse("ledger:home"), _("The draft is gone."))
    return press(request, lambda call: services.discard_journal(call, uid=uid), success=lambda _state: done, back=back)
