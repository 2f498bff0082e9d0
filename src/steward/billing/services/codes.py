"""Code sets come in: each edition one row of its own, its codes joined to what was there in bulk SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing.logic.scrub.code_files import WHOLE, CodeFile
from steward.billing.logic.scrub.editions import Changes, Row, changes, lost
from steward.billing.models import Code, CodeAddOn, CodeImport, CodeLimit, CodePair, Exclusion, HeldChange
from steward.billing.services.exclusions import join_exclusions, screen_everybody
from steward.billing.services.held import APPROVALS, ask_second
from steward.billing.states import LICENSED, HeldKind, ListKind
from steward.core import sql
from steward.core.approvals import selectors as asked
from steward.core.files.services import store
from steward.core.jobs.models import Job
from steward.core.jobs.services import enqueue
from steward.core.service import Call, note, refuse, service
from steward.registry.logic.names import name_key

#: An edition that ends more than one in so many of the running codes asks a second person; real ones end a few in a hundred.
FIFTH = 5
STEP = 20_000  # rows between two words of progress
LIMIT_COLUMNS: tuple[str, ...] = ("code", "valid_from", "valid_to", "units", "indicator")
CODE_COLUMNS: tuple[str, ...] = ("code", "valid_from", "valid_to", "leaf", "side", "kind", "label", "words")
Told = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Nobody listens."""


@service("billing.import_codes", "payer.write", says="imported a code set")
def import_codes(
    call: Call, *, file: CodeFile, starts_on: date, ends_on: date | None = None, licence: str = "", told: Told = _silent,
    job: tuple[str, dict[str, Any]] | None = None,
) -> CodeImport | HeldChange:  # fmt: skip
    """Join an edition that holds from ``starts_on`` to the tables; ``ends_on`` is the last day it speaks of.

    Refuses `days`, `licence` (codes that are somebody's property), `empty`, `duplicate` (this very file is in), `older` (a later
    edition of a whole list is in: editions come in order).

    One that ends more than a fifth of what runs changes nothing before a second person signed it (``HeldChange``); ``job`` (kind,
    arguments) is what brings it in then. Steward's own calls need nobody.
    """
    _stand(file, starts_on, ends_on, licence)
    later, here = max(starts_on, call.today), transaction.savepoint()
    made = _joined(file, starts_on, later, told)
    if made.over * FIFTH > made.running and not call.subject.is_system:
        transaction.savepoint_rollback(here)
        held = _ask_second(call, file, made, {"licence": licence, **_said(starts_on, ends_on)}, job)
        if held is not None:
            return held
        made = _joined(file, starts_on, later, told)
    row = CodeImport.objects.create(
        kind=file.kind, name=file.name[:120], sha256=file.sha256, starts_on=starts_on, ends_on=ends_on,
        whole=file.kind in WHOLE, row_count=file.count, new_count=made.begun, ended_count=made.ended,
        licence=licence.strip(), imported_at=call.now, imported_by_id=call.user_id,
    )  # fmt: skip
    if file.kind == ListKind.LEIE:
        screen_everybody(call)
    note(row, fields=["kind", "starts_on", "row_count"])
    return row


@dataclass(frozen=True)
class _Joined:
    """What an edition did: codes that began, codes a whole list no longer names, and how many of those that ran do not any more."""

    begun: int
    ended: int
    over: int
    running: int


def _joined(file: CodeFile, starts_on: date, later: date, told: Told) -> _Joined:
    if file.kind in (ListKind.PTP, ListKind.ADDON):
        model = CodePair if file.kind == ListKind.PTP else CodeAddOn
        top = model._default_manager.aggregate(top=Max("pk"))["top"] or 0
        known = model._default_manager.filter(Q(valid_to=None) | Q(valid_to__gt=later), pk__lte=top)
        running = known.count()
        begun = _pairs(file, told) if file.kind == ListKind.PTP else _addons(file, told)
        return _Joined(begun, 0, running - known.count(), running)
    if file.kind == ListKind.LEIE:
        listed = Exclusion.objects.filter(listed_to=None).count()
        begun, gone = join_exclusions(file.excluded, starts_on, told)
        return _Joined(begun, gone, gone, listed)
    found = changes(_stored(file.kind), file.rows, starts_on, whole=file.kind in WHOLE)
    running = _running(file.kind, later)
    _write(CodeLimit if file.kind == ListKind.MUE else Code, file.kind, found, told)
    return _Joined(len(found.begin), found.ended, lost(found, later), running)


def _running(kind: str, day: date) -> int:
    runs = Q(valid_to=None) | Q(valid_to__gt=day)
    return CodeLimit.objects.filter(runs).count() if kind == ListKind.MUE else Code.objects.filter(runs, kind=kind).count()


def _ask_second(
    call: Call, file: CodeFile, made: _Joined, said: dict[str, str | None], job: tuple[str, dict[str, Any]] | None
) -> HeldChange | None:
    """What waits; None once it is signed."""
    fields = {"kind": file.kind, "sha256": file.sha256, **said}
    words = {"kind": ListKind(file.kind).label, "day": said["starts_on"], "over": made.over, "running": made.running}
    kind, args = job or ("", {})
    return ask_second(
        call, kind=HeldKind.EDITION, fields=fields, body=fields | {"job": kind, "args": args}, url=reverse("billing:codes"),
        title=_("%(kind)s from %(day)s would end %(over)s of %(running)s codes") % words,
    )  # fmt: skip


@service("billing.bring_held", "payer.write", says="brought a signed edition in")
def bring_held(call: Call, *, uid: UUID) -> Job:
    """Queue an edition that a second person has signed. Refuses ``no_change`` and ``waits``."""
    row = HeldChange.objects.filter(uid=uid, kind=HeldKind.EDITION, done_at=None, ended_at=None).first()
    if row is None or not row.body["job"]:
        raise refuse("no_change", _("Nothing waits under this name."), _("Look at what came in."))
    signed = asked.latest(row.uid, APPROVALS[row.kind])
    if signed is None or not signed.approved:
        raise refuse("waits", _("It waits for a signature."), _("Have it decided first."))
    note(row, fields=["kind"])
    return enqueue(call, kind=row.body["job"], title=_("Import %s") % ListKind(row.body["kind"]).label, args=row.body["args"])


def _days_and_licence(kind: str, starts_on: date, ends_on: date | None, licence: str) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise refuse("days", _("It ends before it starts."), _("Check both days."), "ends_on")
    if kind in LICENSED and not licence.strip():
        raise refuse(
            "licence", _("These codes are somebody's property: the licence is missing."),
            _("Name the licence under which your practice uses them."), "licence",
        )  # fmt: skip


def _stand(file: CodeFile, starts_on: date, ends_on: date | None, licence: str) -> None:
    _days_and_licence(file.kind, starts_on, ends_on, licence)
    if not file.count:
        raise refuse("empty", _("The file holds nothing that counts today."), _("Take the current file."), "file")
    imports = CodeImport.objects.filter(kind=file.kind)
    if imports.filter(sha256=file.sha256, starts_on=starts_on).exists():
        raise refuse("duplicate", _("This very list is in, from that day."), _("Nothing is left to do."), "file")
    later = imports.filter(starts_on__gt=starts_on).order_by("-starts_on").first() if file.kind in WHOLE else None
    if later is not None:
        raise refuse(
            "older", _("An edition that holds from %s is in already.") % later.starts_on.isoformat(),
            _("Editions come in the order of their days; the codes of today are in."), "starts_on",
        )  # fmt: skip


# ---- lists of codes and of limits ----
def _stored(kind: str) -> Iterable[Row]:
    if kind == ListKind.MUE:
        columns = CodeLimit.objects.values_list("code", "valid_from", "valid_to", "units", "indicator", "pk")
        return (Row(code, since, till, (units, how), "", pk) for code, since, till, units, how, pk in columns)
    rows = Code.objects.filter(kind=kind)
    listed = rows.values_list("code", "valid_from", "valid_to", "leaf", "side", "label", "pk")
    return (Row(code, since, till, (leaf, side), label, pk) for code, since, till, leaf, side, label, pk in listed)


def searched(label: str) -> str:
    """A label as the search reads it: folded, a blank before each word."""
    key = name_key(label)
    return f" {key}"[:300] if key else ""


def _write(model: type[Code | CodeLimit], kind: str, found: Changes, told: Told) -> None:
    for start in range(0, len(found.drop), STEP):
        model._default_manager.filter(pk__in=found.drop[start : start + STEP]).delete()
    _begin(kind, found.begin, told)
    if kind == ListKind.MUE:
        limits = [CodeLimit(pk=r.pk, valid_to=r.valid_to, units=r.facts[0], indicator=r.facts[1]) for r in found.change]
        CodeLimit.objects.bulk_update(limits, ["valid_to", "units", "indicator"], batch_size=500)
        return
    codes = [
        Code(pk=r.pk, valid_to=r.valid_to, leaf=r.facts[0], side=r.facts[1], label=r.label, words=searched(r.label))
        for r in found.change
    ]
    Code.objects.bulk_update(codes, ["valid_to", "leaf", "side", "label", "words"], batch_size=500)


def _begin(kind: str, rows: list[Row], told: Told) -> None:
    table, columns = ("billing_codelimit", LIMIT_COLUMNS) if kind == ListKind.MUE else ("billing_code", CODE_COLUMNS)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), STEP):
            told(start, len(rows))
            part = rows[start : start + STEP]
            values: list[tuple[object, ...]] = [(r.code, *_days(r.valid_from, r.valid_to), *r.facts) for r in part]
            if kind != ListKind.MUE:
                values = [(*own, kind, r.label, searched(r.label)) for own, r in zip(values, part, strict=True)]
            sql.insert(cursor, table, columns, values)


def _days(since: date, till: date | None) -> tuple[object, object]:
    return sql.day(since), None if till is None else sql.day(till)


# ---- pairs ----
def _pairs(file: CodeFile, told: Told) -> int:
    """Join pairs: CMS's files carry each pair's whole history, in parts by code, so what is named is set and the rest stays.
    Gives how many were not known before."""
    before = CodePair.objects.count()
    columns = ("one", "two", "valid_from", "valid_to", "indicator")
    again = " ON CONFLICT (one, two, valid_from) DO UPDATE SET valid_to = excluded.valid_to, indicator = excluded.indicator"
    with connection.cursor() as cursor:
        for start in range(0, len(file.pairs), STEP):
            told(start, len(file.pairs))
            part = file.pairs[start : start + STEP]
            values = [(one, two, *_days(e.valid_from, e.valid_to), e.indicator) for one, two, e in part]
            sql.insert(cursor, "billing_codepair", columns, values, again)
    return CodePair.objects.count() - before


# ---- add-on codes ----
def _addons(file: CodeFile, told: Told) -> int:
    """Join add-on codes, as pairs are joined: the file carries each edit's whole history. Gives how many were not known."""
    before = CodeAddOn.objects.count()
    columns = ("code", "primary_code", "edit_type", "valid_from", "valid_to")
    again = " ON CONFLICT (code, primary_code, valid_from) DO UPDATE SET valid_to = excluded.valid_to, edit_type = excluded.edit_type"
    with connection.cursor() as cursor:
        for start in range(0, len(file.addons), STEP):
            told(start, len(file.addons))
            part = file.addons[start : start + STEP]
            values = [(code, one.primary, one.type, *_days(one.valid_from, one.valid_to)) for code, one in part]
            sql.insert(cursor, "billing_codeaddon", columns, values, again)
    return CodeAddOn.objects.count() - before


# ---- asked for ----
@service("billing.ask_code_import", "payer.write", says="asked for a code set to come in")
def ask_import(
    call: Call, *, kind: str, data: bytes, name: str, starts_on: date, ends_on: date | None = None, licence: str = ""
) -> Job:
    """Keep a file of codes and queue its import. Refuses `kind`, and what can be seen before it is read: `days`, `licence`."""
    if kind not in ListKind.values:
        raise refuse("kind", _("Nobody here knows this kind of list."), _("Choose one of the list."), "kind")
    _days_and_licence(kind, starts_on, ends_on, licence)
    file = store(call, data=data, name=name, capability="payer.read")
    args = {"kind": kind, "file": str(file.uid), "name": name[:120], **_said(starts_on, ends_on), "licence": licence}
    return enqueue(call, kind="billing.import_codes", title=_("Import %s") % ListKind(kind).label, args=args)


@service("billing.ask_icd10", "payer.write", says="asked for ICD-10-CM to be loaded")
def ask_icd10(call: Call, *, starts_on: date, ends_on: date | None = None) -> Job:
    """Queue the loading of the edition of ICD-10-CM that comes with Steward. Refuses `days`."""
    _days_and_licence(ListKind.ICD10, starts_on, ends_on, "")
    title = _("Load %s") % ListKind.ICD10.label
    return enqueue(call, kind="billing.load_icd10", title=title, args=_said(starts_on, ends_on))


def _said(starts_on: date, ends_on: date | None) -> dict[str, str | None]:
    return {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat() if ends_on else None}
