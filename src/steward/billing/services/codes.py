"""Code sets come in: each edition one row of its own, its codes joined to what was there in bulk SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from steward.billing.logic.scrub.code_files import WHOLE, CodeFile
from steward.billing.logic.scrub.editions import Changes, Row, changes
from steward.billing.models import Code, CodeAddOn, CodeImport, CodeLimit, CodePair
from steward.billing.services.exclusions import join_exclusions, screen_everybody
from steward.billing.states import LICENSED, ListKind
from steward.core import sql
from steward.core.files.services import store
from steward.core.jobs.models import Job
from steward.core.jobs.services import enqueue
from steward.core.service import Call, note, refuse, service
from steward.registry.logic.names import name_key

STEP = 20_000  # rows between two words of progress
LIMIT_COLUMNS: tuple[str, ...] = ("code", "valid_from", "valid_to", "units", "indicator")
CODE_COLUMNS: tuple[str, ...] = ("code", "valid_from", "valid_to", "leaf", "side", "kind", "label", "words")
Told = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Nobody listens."""


@service("billing.import_codes", "payer.write", says="imported a code set")
def import_codes(
    call: Call, *, file: CodeFile, starts_on: date, ends_on: date | None = None, licence: str = "", told: Told = _silent
) -> CodeImport:
    """Join an edition that holds from ``starts_on`` to the tables; ``ends_on`` is the last day it speaks of.

    Refuses `days`, `licence` (codes that are somebody's property), `empty`, `duplicate` (this very file is in), `older` (a later
    edition of a whole list is in: editions come in order).
    """
    _stand(file, starts_on, ends_on, licence)
    if file.kind == ListKind.PTP:
        begun, ended = _pairs(file, told), 0
    elif file.kind == ListKind.LEIE:
        begun, ended = join_exclusions(file.excluded, starts_on, told)
    elif file.kind == ListKind.ADDON:
        begun, ended = _addons(file, told), 0
    else:
        model = CodeLimit if file.kind == ListKind.MUE else Code
        found = changes(_stored(file.kind), file.rows, starts_on, whole=file.kind in WHOLE)
        _write(model, file.kind, found, told)
        begun, ended = len(found.begin), found.ended
    row = CodeImport.objects.create(
        kind=file.kind, name=file.name[:120], sha256=file.sha256, starts_on=starts_on, ends_on=ends_on,
        whole=file.kind in WHOLE, row_count=file.count, new_count=begun, ended_count=ended,
        licence=licence.strip(), imported_at=call.now, imported_by_id=call.user_id,
    )  # fmt: skip
    if file.kind == ListKind.LEIE:
        screen_everybody(call)
    note(row, fields=["kind", "starts_on", "row_count"])
    return row


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
