"""Journals that come as files: the list of ``steward books post`` (JSON) and ``journal-csv``. Pure: bytes to entries, or
every reason why not, each with its place.

CSV columns (docs/formats.md): required ``key date account``, and ``debit`` / ``credit`` (dollars); optional ``memo line_memo
item entity site department provider payer patient vendor employee``. Lines of one key make one entry, wherever they stand.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from steward.core.money import MoneyError, parse_decimal_dollars
from steward.core.refusals import Refusal

DIMENSIONS: Final = ("entity", "site", "department", "provider", "payer")
PARTIES: Final = ("patient", "vendor", "employee")
KEYS: Final = uuid5(NAMESPACE_OID, "steward.ledger.journal-file")
MAX_BYTES: Final = 64 * 1024 * 1024
MAX_ENTRIES: Final = 200_000
REQUIRED: Final = ("key", "date", "account", "debit", "credit")
OPTIONAL: Final = ("memo", "line_memo", "item", *DIMENSIONS, *PARTIES)
MANY: Final = 50  # faults told before the rest is left unread

Ref = str | int


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line as the file says it; ``dims`` are (dimension or party role, whatever names it there)."""

    account: str
    cents: int
    dims: tuple[tuple[str, Ref], ...] = ()
    item: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One entry as the file says it. ``ref`` is its key as written, ``key`` the uid made of it."""

    ref: str
    key: UUID
    date: date
    memo: str
    lines: tuple[FileLine, ...]


class JournalFileError(ValueError):
    """What is wrong with the file: one or more refusals."""

    def __init__(self, *problems: Refusal) -> None:
        self.problems = problems
        super().__init__("; ".join(p.message for p in problems))


def key_of(text: str) -> UUID:
    """A key that is a UUID stands for itself; any other text makes one."""
    try:
        return UUID(text)
    except ValueError:
        return uuid5(KEYS, text)


def parse_json(content: bytes) -> tuple[FileEntry, ...]:
    """The entries of ``books post``'s list. Raises JournalFileError."""
    text = _text(content)
    try:
        data = json.loads(text, parse_int=_whole, parse_float=_no_float, parse_constant=_no_float)
        if "\\ud" in text.lower():  # half of a pair of escapes is no character: nothing could store it
            json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        fix = "Write the character whole."
        raise _fault("not_utf8", "The file has half a character (\\ud800 to \\udfff alone).", fix) from error
    except json.JSONDecodeError as error:
        raise _fault(
            "not_json", f"Line {error.lineno}, column {error.colno}: this is not JSON.", "Write a list of entries."
        ) from error
    except RecursionError as error:
        raise _fault("not_json", "The file is nested too deeply.", "Write a list of entries.") from error
    if not isinstance(data, list):
        raise _fault("not_a_list", "The file is not a list of entries.", "Begin with [ and end with ].")
    if len(data) > MAX_ENTRIES:
        raise _fault("too_many", f"The file holds {len(data):,} entries; {MAX_ENTRIES:,} fit.", "Split it.")
    problems: list[Refusal] = []
    entries = []
    for n, row in enumerate(data, 1):
        try:
            entries.append(_json_entry(n, row))
        except JournalFileError as error:
            problems.extend(error.problems)
            if len(problems) >= MANY:
                break
    if problems:
        raise JournalFileError(*problems)
    return tuple(entries)


def _whole(text: str) -> int:
    if len(text) > 20:  # Python itself refuses to read whole numbers of thousands of digits
        raise _fault(
            "cents", f"A number of {len(text):,} digits is no amount.", "Give whole cents: 12.50 dollars are 1250."
        )
    return int(text)


def _no_float(text: str) -> Any:
    raise _fault("cents", f"{text} is not a whole number of cents.", "Give whole cents: 12.50 dollars are 1250.")


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _fault("too_large", f"The file has {len(content):,} bytes; {MAX_BYTES:,} fit.", "Split it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _fault("not_utf8", f"Byte {error.start} is not UTF-8.", "Save the file as UTF-8.") from error


def _json_entry(n: int, row: Any) -> FileEntry:
    where = f"Entry {n}"
    if not isinstance(row, dict):
        raise _fault("entry", f"{where} is not an object.", 'Write {{"key", "date", "memo", "lines"}}.')
    unknown = set(row) - {"key", "date", "memo", "lines"}
    if unknown:
        raise _fault(
            "unknown_field", f"{where} has {', '.join(sorted(unknown))}, which means nothing here.", "Remove it."
        )
    ref = row.get("key")
    if not isinstance(ref, str) or not ref.strip() or len(ref) > 200:
        raise _fault(
            "key", f"{where} has no key of 1 to 200 characters.", "Give each entry a key of its own, made once."
        )
    memo = row.get("memo", "")
    if not isinstance(memo, str):
        raise _fault("memo", f"{where}: the memo is not text.", "Write it in quotes.")
    lines = row.get("lines")
    if not isinstance(lines, list):
        raise _fault("lines", f"{where} has no list of lines.", "Give two lines or more.")
    made = tuple(_json_line(f"{where}, line {k}", line) for k, line in enumerate(lines, 1))
    return FileEntry(ref, key_of(ref), _day(where, row.get("date")), memo, made)


def _json_line(where: str, row: Any) -> FileLine:
    if not isinstance(row, dict):
        raise _fault("line", f"{where} is not an object.", 'Write {"account", "cents"}.')
    unknown = set(row) - {"account", "cents", "memo", "item", *DIMENSIONS, *PARTIES}
    if unknown:
        raise _fault(
            "unknown_field", f"{where} has {', '.join(sorted(unknown))}, which means nothing here.", "Remove it."
        )
    cents = row.get("cents")
    if type(cents) is not int:
        raise _fault(
            "cents", f"{where}: cents is not a whole number.", "Give whole cents, debit positive, credit negative."
        )
    account = row.get("account")
    if not isinstance(account, str | int) or isinstance(account, bool):
        raise _fault("account", f"{where} names no account.", "Give a code of the chart or a role.")
    texts = {name: row.get(name, "") or "" for name in ("memo", "item")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise _fault("memo", f"{where}: memo and item are text.", "Write them in quotes.")
    return FileLine(str(account).strip(), cents, _dims(where, row), texts["item"], texts["memo"])


def _dims(where: str, row: Mapping[str, Any]) -> tuple[tuple[str, Ref], ...]:
    found: list[tuple[str, Ref]] = []
    for name in (*DIMENSIONS, *PARTIES):
        value = row.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise _fault(
                "dimension", f"{where}: {name} is neither text nor a number.", "Give its code, uid or number.", name
            )
        found.append((name, value.strip() if isinstance(value, str) else value))
    if sum(name in PARTIES for name, _ref in found) > 1:
        raise _fault("party", f"{where} names more than one of {', '.join(PARTIES)}.", "One line, one of them.")
    return tuple(found)


def _day(where: str, text: Any) -> date:
    try:
        if not isinstance(text, str) or len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise _fault(
            "date", f"{where}: {text!r} is not a date like 2026-11-23.", "Write year-month-day.", "date"
        ) from error


def recognise_csv(content: bytes) -> bool:
    """Whether the first line has the columns of ``journal-csv``."""
    try:
        header = next(csv.reader(io.StringIO(content[:4096].decode("utf-8-sig", "replace"))), [])
    except csv.Error:
        return False
    return {"key", "date", "account"} <= {name.strip().lower() for name in header}


def parse_csv(content: bytes) -> tuple[FileEntry, ...]:
    """The entries of a ``journal-csv`` file. Raises JournalFileError."""
    rows: list[tuple[int, str, date, str, FileLine]] = []
    problems: list[Refusal] = []
    for number, row in _csv_rows(_text(content)):
        try:
            rows.append(_csv_line(number, row))
        except JournalFileError as error:
            problems.extend(error.problems)
            if len(problems) >= MANY:
                break
    if problems:
        raise JournalFileError(*problems)
    return _grouped(rows)


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if missing := [name for name in ("key", "date", "account") if name not in header]:
            raise _fault(
                "columns",
                f"Line 1: the columns {', '.join(missing)} are missing.",
                f"Use {', '.join((*REQUIRED, *OPTIONAL))}.",
            )
        if unknown := [name for name in header if name not in (*REQUIRED, *OPTIONAL)]:
            raise _fault(
                "columns", f"Line 1: {', '.join(unknown)[:200]} is no column known here.", "Remove or rename it."
            )
        if len(set(header)) != len(header):
            raise _fault("columns", "Line 1: a column stands twice.", "Keep one of them.")
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise _fault(
                    "columns",
                    f"Line {reader.line_num} has {len(row)} fields instead of {len(header)}.",
                    "Mend the line; quote text with commas.",
                )
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in row), strict=True))
    except csv.Error as error:
        raise _fault("not_csv", f"Line {reader.line_num}: {error}.", "Save the file as CSV with commas.") from error


def _csv_line(number: int, row: dict[str, str]) -> tuple[int, str, date, str, FileLine]:
    where = f"Line {number}"
    ref = row["key"]
    if not ref or len(ref) > 200:
        raise _fault("key", f"{where} has no key of 1 to 200 characters.", "Give the lines of one entry the same key.")
    if not row["account"]:
        raise _fault("account", f"{where} names no account.", "Give a code of the chart or a role.")
    cents = _cents(where, row.get("debit", ""), row.get("credit", ""))
    line = FileLine(row["account"], cents, _dims(where, row), row.get("item", ""), row.get("line_memo", ""))
    return number, ref, _day(where, row["date"]), row.get("memo", ""), line


def _cents(where: str, debit: str, credit: str) -> int:
    if bool(debit) == bool(credit):
        raise _fault("amount", f"{where} has an amount in both or in none of debit and credit.", "Fill one of the two.")
    try:
        cents = parse_decimal_dollars(debit or credit)
    except MoneyError as error:
        raise _fault("amount", f"{where}: {error}", "Write dollars like 1234.50.") from error
    return int(cents) if debit else -int(cents)


def _grouped(rows: Sequence[tuple[int, str, date, str, FileLine]]) -> tuple[FileEntry, ...]:
    heads: dict[str, tuple[date, str]] = {}
    lines: dict[str, list[FileLine]] = {}
    for number, ref, day, memo, line in rows:
        first = heads.setdefault(ref, (day, memo))
        if day != first[0] or (memo and memo != first[1]):
            raise _fault(
                "key",
                f"Line {number}: entry {ref} has another date or memo than before.",
                "One key, one date, one memo.",
            )
        lines.setdefault(ref, []).append(line)
    return tuple(FileEntry(ref, key_of(ref), *heads[ref], tuple(made)) for ref, made in lines.items())


def _fault(code: str, message: str, fix: str, field: str = "") -> JournalFileError:
    return JournalFileError(Refusal(code, message, fix, field))
