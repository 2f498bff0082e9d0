"""Files from outside: remittances (835), charge files (charges-csv), our own claims (837) as charges, and what is said of
claims sent (TA1, 999, 277CA, 277)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from steward.billing.logic import charges_csv, claim_file, synthea
from steward.billing.logic.charges_csv import ChargeFile, ChargesError, Fault
from steward.billing.logic.doors import neutral_name
from steward.billing.logic.remittance import parse
from steward.billing.selectors.rules import crosswalk
from steward.billing.services.acknowledgements import import_acknowledgement
from steward.billing.services.imports import ImportedClaim, import_charges
from steward.billing.services.remittances import import_remittance
from steward.billing.services.synthea import Brought, import_synthea
from steward.billing.types import RemittanceResult
from steward.core.imports import Imported, Options, Part, refused
from steward.core.money import format_cents
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call
from steward.core.x12 import read as x12
from steward.core.x12.read import X12Error

ANSWERS = ("ta1", "999", "277ca", "277")
KINDS: Sequence[str] = ("835", "837", "charges-csv", *ANSWERS, "synthea")
MOST_PROBLEMS = 50


def recognise(content: bytes) -> str | None:
    """``835``, ``837``, an answer's kind, ``charges-csv`` or ``synthea`` (a zipped folder) from the content, else None."""
    if x12.looks_like_x12(content):
        return _x12_kind(content)
    if content[:4] == b"PK\x03\x04":
        return "synthea" if synthea.looks_like_zip(content) else None
    return "charges-csv" if charges_csv.looks_like_charges(content) else None


def _x12_kind(content: bytes) -> str | None:
    """A TA1 stands in an interchange without transactions; the two 277s are told apart by their version (GS08, ST03)."""
    kind = x12.first_kind(content)
    if kind == "277":
        return "277ca" if b"005010X214" in content[:4096] else "277"
    if not kind:
        return "ta1" if b"TA1" in content[:4096] else None
    return kind if kind in KINDS else None


def run(call: Call, *, kind: str, content: bytes, name: str, options: Options) -> Imported:
    """Import one file. An 835 has a part an ST; a charge file or an 837 a part a claim, all of it or nothing.

    ``name`` is not kept: whoever named the file may have named a patient.
    """
    name = neutral_name(content, call.today, kind)
    if kind == "835":
        return _remittances(call, content, name)
    if kind in ANSWERS:
        return _said(call, kind, content, name)
    if kind == "837":
        return _claims(call, content, name, options)
    if kind == "synthea":
        return _synthetic(call, content, name)
    return _charges(call, content, name, options)


# ---- 835 ----
def _remittances(call: Call, content: bytes, name: str) -> Imported:
    try:
        found = parse(content)
    except X12Error as fault:
        return refused("835", _of_x12(fault))
    parts = []
    for position, read in enumerate(found):
        try:
            result = import_remittance(call.with_key(None), content=content, name=name, position=position, read=read)
            parts.append(_part(result))
        except Refused as fault:
            parts.append(Part(read.trace, "refused", 0, fault.refusals))
    return Imported("835", _status(parts), _message(parts), tuple(parts))


def _of_x12(fault: X12Error) -> Refusal:
    return Refusal(fault.code, str(fault), fault.fix)


def _part(result: RemittanceResult) -> Part:
    problems = tuple(Refusal(*problem) for problem in result.problems[:MOST_PROBLEMS])
    return Part(result.ref, result.state, result.posted_cents, problems)


def _status(parts: Sequence[Part]) -> str:
    """Of the whole file: the gravest of its parts."""
    found = {part.status for part in parts}
    return next(status for status in ("refused", "held", "posted", "duplicate") if status in found)


def _message(parts: Sequence[Part]) -> str:
    counts = {
        status: sum(part.status == status for part in parts) for status in ("posted", "held", "duplicate", "refused")
    }
    words = {
        "posted": _("%s posted"),
        "held": _("%s held"),
        "duplicate": _("%s known before"),
        "refused": _("%s refused"),
    }
    return ", ".join(words[status] % count for status, count in counts.items() if count)


# ---- what is said of claims sent ----
def _said(call: Call, kind: str, content: bytes, name: str) -> Imported:
    try:
        noted = import_acknowledgement(call, kind=kind, content=content, name=name)
    except X12Error as fault:
        return refused(kind, _of_x12(fault))
    except Refused as fault:
        return refused(kind, *fault.refusals[:MOST_PROBLEMS])
    fix = _("Look the claim up; if it is ours, ask the payer or the clearinghouse.")
    parts = [
        Part(
            one.ref,
            {"noted": "posted", "known": "duplicate", "strange": "held"}[one.state],
            0,
            (Refusal("unmatched", one.message, fix),) if one.state == "strange" else (),
        )
        for one in noted
    ]
    if not parts:
        return refused(kind, Refusal("empty", _("The file answers nothing."), _("Fetch it again from the clearinghouse.")))
    return Imported(kind, _status(parts), _message(parts), tuple(parts))


# ---- charges ----
def _charges(call: Call, content: bytes, name: str, options: Options) -> Imported:
    try:
        file = charges_csv.parse(content)
    except ChargesError as error:
        return refused("charges-csv", *(_of_fault(fault) for fault in error.faults[:MOST_PROBLEMS]))
    return _enter(call, "charges-csv", file, content, name, options)


def _claims(call: Call, content: bytes, name: str, options: Options) -> Imported:
    try:
        file = claim_file.parse(content)
    except X12Error as fault:
        return refused("837", _of_x12(fault))
    return _enter(call, "837", file, content, name, options)


def _enter(call: Call, kind: str, file: ChargeFile, content: bytes, name: str, options: Options) -> Imported:
    try:
        done = import_charges(call, file=file, content=content, name=name, create_payers=options.create_payers)
    except Refused as fault:
        return refused(kind, *fault.refusals[:MOST_PROBLEMS])
    warned: dict[str, list[Refusal]] = {}
    claim_of = {claim.charges[0].row: claim.claim_ref for claim in file.claims}
    for warning in file.warnings:
        warned.setdefault(claim_of.get(warning.row, ""), []).append(_of_fault(warning))
    parts = [_claim_part(one, warned.get(one.ref, [])) for one in done]
    return Imported(kind, _status(parts), _message(parts), tuple(parts))


def _of_fault(fault: Fault) -> Refusal:
    return Refusal(fault.code, str(fault), fault.fix, fault.column)


def _claim_part(one: ImportedClaim, warned: list[Refusal]) -> Part:
    return Part(one.ref, one.state, one.copay_cents, tuple(warned))


# ---- synthetic patients ----
def _synthetic(call: Call, content: bytes, name: str) -> Imported:
    try:
        folder = synthea.read(synthea.unpack(content), crosswalk())
        done = import_synthea(call, folder=folder, content=content, name=name)
    except synthea.FolderError as error:
        return refused("synthea", *(fault.refusal() for fault in error.faults[:MOST_PROBLEMS]))
    except Refused as fault:
        return refused("synthea", *fault.refusals[:MOST_PROBLEMS])
    warned: dict[str, list[Refusal]] = {}
    for warning in folder.warnings:
        warned.setdefault(warning.file, []).append(warning.refusal())
    status = "posted" if any(one.state == "posted" for one in done.claims) else "duplicate"
    parts = [Part(file, status, 0, tuple(found[:MOST_PROBLEMS])) for file, found in warned.items()]
    parts += [_claim_part(one, []) for one in done.claims]
    return Imported("synthea", status, _synthetic_words(folder, done), tuple(parts))


def _synthetic_words(folder: synthea.Folder, done: Brought) -> str:
    """What came in, and the folder's own sum beside ours; the default codes are counted where a person looks first."""
    known = sum(one.charge_cents for one in done.claims if one.state == "duplicate")
    said = _(
        "%(patients)s patients, %(coverages)s coverages, %(visits)s visits, %(claims)s claims with %(charges)s charges of"
        " %(cents)s; known before: %(known)s. The folder's own charges add up to %(told)s."
    ) % {
        "patients": done.patients, "coverages": done.coverages, "visits": done.visits, "charges": done.charges,
        "claims": sum(one.state == "posted" for one in done.claims), "cents": format_cents(done.charge_cents),
        "known": format_cents(known), "told": format_cents(folder.told_cents),
    }  # fmt: skip
    defaults = sum(one.code.startswith("default_") for one in folder.warnings)
    left = _(" Left out: its payments of %s, which no remittance stands behind.") % format_cents(folder.left_out_cents["PAYMENT"])
    return said + left + (_(" Codes not in the crosswalk, entered by its default: %s.") % defaults if defaults else "")
