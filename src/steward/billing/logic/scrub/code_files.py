"""A file of codes made ready for the tables: by its kind, whatever reader it takes. Pure; bytes in, rows out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from steward.billing.logic.exclusions import Excluded, read_leie
from steward.billing.logic.scrub.codes import (
    CodeFileFault,
    Entry,
    IcdPackage,
    order_entries,
    package_entries,
    ptp_rows,
    read_mue,
    service_entries,
)
from steward.billing.logic.scrub.editions import Row
from steward.billing.logic.scrub.lists import addon_rows, reason_entries, taxonomy_entries
from steward.billing.logic.scrub.model import AddOn, Ptp

#: The first day of a code of the practice's own list that names none: nobody asks since when it is used.
ALWAYS = date(1900, 1, 1)
#: An edit that ended longer ago is left out: no payer takes a claim that late, and half of all pairs are such.
PAIR_MEMORY_DAYS = 2 * 366
#: Lists that are the whole set. The practice's own lists name what it uses, and say nothing of the rest.
WHOLE = frozenset({"icd10", "hcpcs", "mue", "taxonomy", "carc", "rarc", "leie"})

Pair = tuple[str, str, Ptp]


@dataclass(frozen=True, slots=True)
class CodeFile:
    """What a file says. ``pairs`` for ``ptp``, ``addons`` for ``addon``, ``excluded`` for ``leie``, ``rows`` for all others;
    ``left_out`` counts pairs that ended long ago."""

    kind: str
    name: str
    sha256: str
    rows: Sequence[Row] = ()
    pairs: Sequence[Pair] = ()
    addons: Sequence[tuple[str, AddOn]] = ()
    excluded: Sequence[Excluded] = ()
    left_out: int = 0

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.pairs) + len(self.addons) + len(self.excluded)


def read(kind: str, content: bytes, name: str, starts_on: date) -> CodeFile:
    """Read a file as ``kind`` (a value of ``ListKind``). Raises CodeFileFault, ValueError for another kind."""
    text, digest = _text(content, name), hashlib.sha256(content).hexdigest()
    if kind == "ptp":
        every = list(ptp_rows(text, name))
        oldest = starts_on - timedelta(days=PAIR_MEMORY_DAYS)
        pairs = {(one, two, edit.valid_from): (one, two, edit) for one, two, edit in every if _recent(edit, oldest)}
        return CodeFile(kind, name, digest, pairs=tuple(pairs.values()), left_out=len(every) - len(pairs))
    if kind == "leie":
        return CodeFile(kind, name, digest, excluded=read_leie(text, name))
    if kind == "addon":
        edits = {(code, one.primary, one.valid_from): (code, one) for code, one in addon_rows(text, name)}
        return CodeFile(kind, name, digest, addons=tuple(edits.values()))
    if kind == "mue":
        limits = read_mue(text, starts_on, None, name).items()
        return CodeFile(kind, name, digest, [Row(c, starts_on, None, (m.value, m.indicator)) for c, (m,) in limits])
    return CodeFile(kind, name, digest, [_row(one) for one in _entries(kind, text, name, starts_on)])


def of_package(package: IcdPackage, version: str, starts_on: date) -> CodeFile:
    """The edition of ICD-10-CM that a package holds; ``version`` stands for its bytes."""
    digest = hashlib.sha256(version.encode()).hexdigest()
    return CodeFile("icd10", version, digest, [_row(one) for one in package_entries(package, starts_on)])


def _entries(kind: str, text: str, name: str, starts_on: date) -> Sequence[Entry]:
    if kind == "icd10":
        return order_entries(text, starts_on, None, name)
    if kind == "hcpcs":
        return service_entries(text, starts_on, name)
    if kind in ("cpt", "modifier"):
        return service_entries(text, ALWAYS, name, modifiers=kind == "modifier")
    if kind == "taxonomy":
        return taxonomy_entries(text, ALWAYS, name)
    if kind in ("carc", "rarc"):
        return reason_entries(text, kind, ALWAYS, name)
    raise ValueError(kind)


def _row(one: Entry) -> Row:
    span = one.span
    return Row(one.code, span.valid_from, span.valid_to, (span.leaf, span.side), one.label)


def _recent(edit: Ptp, oldest: date) -> bool:
    """Whether an edit ever held and may still be asked for (CMS deletes some from their first day)."""
    return edit.valid_to is None or edit.valid_to >= max(oldest, edit.valid_from)


def _text(content: bytes, name: str) -> str:
    if b"\0" in content:
        raise CodeFileFault(name, 0, "", "This is not a text file.", "Unpack it, and save a spreadsheet as CSV.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # CMS writes its words so; codes and days are ASCII
