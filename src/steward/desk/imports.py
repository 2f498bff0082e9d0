"""One door for files from outside: recognise, hand to the room's importer, answer in one shape."""

from __future__ import annotations

from steward.core.imports import Imported, Options, refused
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call
from steward.desk.rooms import IMPORTERS

#: Kinds of the contract whose room is not built yet.
NOT_YET = ("stock-csv", "staff-csv", "timeclock-csv")
#: X12 that Steward writes, and what answers it.
QUESTIONS = {"270": "271", "276": "277"}
NOTHING_SAID = Options()
MAX_BYTES = 64 * 1024 * 1024
ISA_BYTES = 106  # X12.5: the interchange header is of fixed length


def kinds() -> list[str]:
    """Every kind a room imports today."""
    return [kind for importer in IMPORTERS for kind in importer.KINDS]


def import_content(
    call: Call, content: bytes, name: str, *, kind: str | None = None, options: Options = NOTHING_SAID
) -> Imported:
    """Import one file. Never raises for its content; the answer says posted, held, duplicate or refused, and why."""
    if kind in NOT_YET and kind not in kinds():
        return refused(kind, Refusal("not_yet", f"{kind} files: not yet", "This kind comes with its own room."))
    if kind is not None and kind not in kinds():
        return refused(
            kind, Refusal("unknown_kind", f"There is no import kind {kind}.", f"Known: {', '.join(kinds())}.")
        )
    if not content.strip():
        return refused(kind or "unknown", Refusal("empty", "The file is empty.", "Save it again from where it came."))
    if len(content) > MAX_BYTES:
        return refused(
            kind or "unknown", Refusal("too_large", "The file is larger than 64 MB.", "Split it and import the parts.")
        )
    for importer in IMPORTERS:
        found = kind if kind in importer.KINDS else (importer.recognise(content) if kind is None else None)
        if found is not None:
            return _run(importer, call, found, content, name, options)
    return _unknown(content)


def _run(importer: object, call: Call, kind: str, content: bytes, name: str, options: Options) -> Imported:
    try:
        return importer.run(call, kind=kind, content=content, name=name, options=options)  # type: ignore[attr-defined,no-any-return]
    except Refused as fault:
        return refused(kind, *fault.refusals)


def _unknown(content: bytes) -> Imported:
    if content.lstrip()[:3] == b"ISA":
        return _unknown_x12(content)
    return refused(
        "unknown",
        Refusal("unknown_kind", "Nobody here knows this kind of file.", f"Name it with --kind: {', '.join(kinds())}."),
    )


def _unknown_x12(content: bytes) -> Imported:
    """An X12 file no room took: torn when its first transaction cannot be read, a question of ours, or of no kind we read."""
    kind = _x12_kind(content)
    if kind is None or kind in kinds():
        message = "The file is torn: it begins as X12 and ends before its first transaction can be read."
        return refused(kind or "x12", Refusal("torn", message, "Fetch it again, whole, from where it came."))
    if kind in QUESTIONS:
        message = f"A {kind} asks a payer; it goes out and is not brought in."
        return refused(kind, Refusal("question", message, f"Bring in the payer's answer, a {QUESTIONS[kind]}."))
    return refused(kind, Refusal("unknown_kind", f"Steward does not read {kind} files.", f"Known: {', '.join(kinds())}."))


def _x12_kind(content: bytes) -> str | None:
    """What ST01 of the first transaction says, three digits; None where the file ends before that."""
    text = content.lstrip()
    at = text.find(b"ST" + text[3:4], ISA_BYTES) if len(text) > ISA_BYTES else -1
    said = text[at + 3 : at + 6] if at >= 0 else b""
    return said.decode() if len(said) == 3 and said.isdigit() else None
