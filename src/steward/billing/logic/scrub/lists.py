"""Readers of lists that the practice brings under its own licence or from public files: add-on codes (CMS), taxonomies (NUCC),
reason and remark codes (X12).

Texts in, values out; the first fault stops with its row, column and mend, and nothing is half read. Nothing of them is shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from steward.billing.logic.scrub.codes import CodeFileFault, Entry, Table
from steward.billing.logic.scrub.model import AddOn, Span

CONTRACTOR = "CCCCC"  # CMS's word for "the contractor says which"
MOST_TEXT = 2000
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
#: 45, A1, B7, P12; M15, MA130, N876.
REASONS = {"carc": re.compile(r"[A-Z]?[0-9]{1,4}"), "rarc": re.compile(r"[A-Z]{1,2}[0-9]{1,4}")}
_ADDON_COLUMNS = (
    "add-on|add on|addon", "primary_code|primary code|primary procedure|primary", "aoc_edit_type|edit type|type",
    "aoc_edit_eff|effective", "aoc_edit_del|deletion?", "aoc_del|add-on code del?", "primary_code_del|primary code del?",
)  # fmt: skip


def addon_rows(text: str, name: str = "add-on file") -> Iterator[tuple[str, AddOn]]:
    """NCCI add-on edits as CMS publishes them, one at a time: ``AOC_Edit_Type``, ``Add-On_Code``, ``AOC_DelDT``,
    ``Primary_Code`` (``CCCCC``: the contractor says which), ``Primary_Code_DelDT``, ``AOC_Edit_EffDT``, ``AOC_Edit_DelDT``; days
    as YYYYDDD or YYYYMMDD; several primary codes of a cell are parted by blanks, commas or semicolons. An edit ends on the
    earliest of its three last days; one that never held is passed over. Raises CodeFileFault."""
    table = Table(text, name, _ADDON_COLUMNS)
    for row, (code, primary, sort, since, *ends) in table.rows(2):
        code = table.code(row, "Add-On_Code", code)
        if sort[:1] not in ("1", "2", "3"):
            raise CodeFileFault(name, row, "AOC_Edit_Type", f"{sort!r} is no type.", "It is 1, 2 or 3.")
        first = table.ordinal_day(row, "AOC_Edit_EffDT", since)
        if first is None:
            raise CodeFileFault(name, row, "AOC_Edit_EffDT", "There is no date.", "Write it as YYYYDDD or YYYYMMDD.")
        days = [table.ordinal_day(row, "last day", end) for end in ends]
        last = min((day for day in days if day), default=None)
        if last is not None and last < first:
            continue
        for one in _primaries(table, row, primary, sort[:1]):
            yield code, AddOn(one, sort[:1], first, last)


def _primaries(table: Table, row: int, text: str, sort: str) -> list[str]:
    """The primary codes of a cell; one empty word where the contractor names them."""
    told = [part for part in re.split(r"[\s,;]+", text.upper()) if part and part != CONTRACTOR]
    if not told and sort == "1":
        raise CodeFileFault(table.name, row, "Primary_Code", "Type 1 needs a primary code.", "Name one, or make it type 2.")
    return [table.code(row, "Primary_Code", one) for one in told] or [""]


def taxonomy_entries(text: str, valid_from: date, name: str = "taxonomy file") -> tuple[Entry, ...]:
    """NUCC's list: ``Code``, ``Grouping``, ``Classification``, ``Specialization``. Its words are NUCC's: the practice imports them
    under its own licence. Raises CodeFileFault."""
    found: dict[str, Entry] = {}
    table = Table(text, name, ("code", "grouping?", "classification?", "specialization?"))
    for row, (code, *words) in table.rows(1):
        code = code.upper()
        if not _TAXONOMY.fullmatch(code):
            wrong = f"{code[:40]!r} is no taxonomy code."
            raise CodeFileFault(name, row, "Code", wrong, "It has ten characters, the last an X.")
        _once(found, Entry(code, Span(valid_from), ", ".join(word for word in words if word)[:MOST_TEXT]), name, row, "Code")
    return tuple(found.values())


def read_taxonomies(text: str, name: str = "taxonomy file") -> frozenset[str]:
    """The codes of ``taxonomy_entries``. Raises CodeFileFault."""
    return frozenset(entry.code for entry in taxonomy_entries(text, date.min, name))


def reason_entries(text: str, kind: str, valid_from: date, name: str = "reason codes") -> tuple[Entry, ...]:
    """X12's reason (``carc``) or remark codes (``rarc``), comma or tab: code, description, start, stop, last modified (the last
    three may be missing). The stop is the last day on which the code is used. Raises CodeFileFault, KeyError for another kind."""
    form, found = REASONS[kind], dict[str, Entry]()
    table = Table(text, name, ("code", "description", "start|effective?", "stop|end date|deactivat?"))
    for row, (code, words, since, till) in table.rows(1):
        code = code.upper()
        if not form.fullmatch(code):
            mend = "A reason code is 45 or B7." if kind == "carc" else "A remark code is M15, MA01 or N130."
            raise CodeFileFault(name, row, "code", f"{code[:40]!r} is no {kind.upper()}.", mend)
        if not words or len(words) > MOST_TEXT:
            wrong = "There are no words." if not words else f"The words have more than {MOST_TEXT} characters."
            raise CodeFileFault(name, row, "description", wrong, "Take the list as X12 gives it.")
        first, last = table.day(row, "start", since) or valid_from, table.day(row, "stop", till)
        if last is not None and last < first:
            raise CodeFileFault(name, row, "stop", "It lies before the start.", "Turn them round.")
        _once(found, Entry(code, Span(first, last), words), name, row, "code")
    return tuple(found.values())


def _once(found: dict[str, Entry], entry: Entry, name: str, row: int, column: str) -> None:
    if entry.code in found:
        raise CodeFileFault(name, row, column, f"{entry.code} stands here twice.", "Keep one of the rows.")
    found[entry.code] = entry
