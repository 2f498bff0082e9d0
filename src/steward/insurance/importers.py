"""Files from outside: payers' answers about coverage (271)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from steward.core.imports import Imported, Options, Part, refused
from steward.core.refusals import Refusal
from steward.core.service import Call
from steward.core.x12.read import X12Error, first_kind, looks_like_x12
from steward.insurance.services import take_answers
from steward.insurance.types import Taken

KINDS: Sequence[str] = ("271",)


def recognise(content: bytes) -> str | None:
    """``271`` from the content, else None."""
    return "271" if looks_like_x12(content) and first_kind(content) == "271" else None


def run(call: Call, *, kind: str, content: bytes, name: str, options: Options) -> Imported:
    """Import one file; a part a patient. What names no question of ours is refused and told, the rest stands."""
    try:
        taken = take_answers(call, content=content, name=name)
    except X12Error as fault:
        return refused(kind, Refusal(fault.code, str(fault), fault.fix))
    parts = tuple(_part(one) for one in taken)
    found = {part.status for part in parts}
    status = next((one for one in ("refused", "posted", "duplicate") if one in found), "refused")
    counts = {one: sum(part.status == one for part in parts) for one in ("posted", "duplicate", "refused")}
    words = {"posted": _("%s answered"), "duplicate": _("%s known before"), "refused": _("%s refused")}
    return Imported(kind, status, ", ".join(words[one] % n for one, n in counts.items() if n), parts)


def _part(one: Taken) -> Part:
    if not one.problem:
        return Part(one.ref, one.status)
    what = _("No question of ours is answered by %s.") % one.ref + (f" {one.words}" if one.words else "")
    return Part(
        one.ref, one.status, 0, (Refusal(one.problem, what, _("Record it on the patient's page if it is ours.")),)
    )
