"""Read NACHA files of returns and notifications of change, as the bank hands them to who originated the entries.

Source: Nacha Operating Rules, appendix three (record formats; addenda 98 and 99) and four (returns). A record has 94
columns; lines that lost their trailing blanks are filled up, blanks beyond are cut, a file without line ends is cut by 94.
Counts, entry hash and totals of every batch and of the file are proved: what does not agree was lost or changed on the way.

The account number in an entry is another person's: only its last four digits leave this module. Raises only `NachaError`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .statement import Problem, StatementError

MAX_BYTES = 20_000_000
WIDTH = 94
HASH_MODULUS = 10**10  # the entry hash keeps its ten last digits
CREDITS = frozenset("1234")  # last digit of the transaction code: 1 to 4 a credit, 5 to 9 a debit
FILLER = "9" * WIDTH


class NachaError(StatementError):
    """The file is no ACH file, is torn, does not add up, or returns nothing."""


@dataclass(frozen=True, slots=True)
class AchReturn:
    """One entry that came back, or a notice to change what we send. `cents` as our bank account sees it: a debit of ours
    that was returned takes money out (negative), a credit of ours that came back brings it in; 0 for a notice."""

    place: str
    kind: str  # return or change
    code: str  # R01.., C01..: the last one said, where a return was dishonored or contested
    codes: tuple[str, ...]  # all of them, in order
    trace: str  # of the entry we sent
    return_trace: str
    cents: int
    sec: str
    name: str
    ident: str  # what we wrote to name the person or, in converted checks, the check number
    account_last4: str
    settled_on: dt.date | None
    company: str
    corrected: str = ""
    info: str = ""


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """All returns of one file, in its order."""

    returns: tuple[AchReturn, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    text: str

    @property
    def place(self) -> str:
        return f"line {self.line}, record {self.text[:1]}"

    def at(self, first: int, last: int) -> str:
        """Columns as the rules count them, from 1, both included."""
        return self.text[first - 1 : last].strip()

    def number(self, first: int, last: int, what: str) -> int:
        value = self.at(first, last)
        if not (value.isascii() and value.isdigit()):
            message = f"The {what} {value[:20]!r} is not a number."
            raise NachaError("amount", self.place, message, "Ask the bank for the file again.")
        return int(value)


@dataclass(slots=True)
class _Sums:
    records: int = 0
    hash: int = 0
    debits: int = 0
    credits: int = 0

    def add(self, other: _Sums) -> None:
        self.records += other.records
        self.hash += other.hash
        self.debits += other.debits
        self.credits += other.credits


@dataclass(slots=True)
class _Entry:
    record: _Record
    addenda: list[_Record] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    header: _Record
    entries: list[_Entry] = field(default_factory=list)
    sums: _Sums = field(default_factory=_Sums)
    closed: bool = False


def looks_like_nacha(data: bytes) -> bool:
    """True when a file header of 94 columns stands first."""
    head = data[:120].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"101") and head[34:37] == b"094"


def parse_nacha_returns(data: bytes) -> ReturnFile:
    """Every return and notice of one file. Raises NachaError: `control` where it does not add up, `no_returns` where it
    is an ACH file but nothing in it came back."""
    notes: list[Problem] = []
    batches = _batches(_records(_decode(data), notes))
    found, plain = [], 0
    for batch in batches:
        for entry in batch.entries:
            if any(one.at(2, 3) in ("98", "99") for one in entry.addenda):
                found.append(_return(batch.header, entry))
            else:
                plain += 1
    if not found:
        message = "It is an ACH file, but nothing in it was returned: no entry has an addenda 98 or 99."
        raise NachaError("no_returns", "file", message, "Choose the bank's file of returns and notices.")
    if plain:
        message = f"{plain} entries were not returned and were passed over."
        notes.append(Problem("not_returned", "file", message, "Nothing to do."))
    return ReturnFile(tuple(found), tuple(notes))


# --- bytes to records ----------------------------------------------------------------------------------------------


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise NachaError("too_large", "file", "It is larger than 20 MB.", "Ask the bank for a file a day.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if not text.strip():
        raise NachaError("empty", "file", "It is empty.", "Download it again.")
    return text


def _records(text: str, notes: list[Problem]) -> Iterator[_Record]:
    """Records of 94 columns, fillers left out; lines mended within reason, and told."""
    lines = re.split(r"\r\n|\n|\r", text.strip("\r\n\x1a"))
    if len(lines) == 1 and len(text.rstrip()) > WIDTH:
        lines = [text[at : at + WIDTH] for at in range(0, len(text.rstrip()), WIDTH)]
    mended = 0
    for number, line in enumerate(lines, start=1):
        body = line.rstrip()
        if not body or body == FILLER:
            continue
        if len(body) > WIDTH:
            message = f"It has {len(body)} columns, a record has {WIDTH}."
            raise NachaError("length", f"line {number}", message, "Ask the bank for the file again.")
        mended += len(line) != WIDTH
        yield _Record(number, body.ljust(WIDTH))
    if mended:
        message = f"{mended} lines had lost or gained blanks at their end."
        notes.append(Problem("length", "file", message, "Nothing to do: the control totals agree."))


# --- records to batches --------------------------------------------------------------------------------------------

_MAY_FOLLOW = {"": "1", "1": "59", "5": "68", "6": "678", "7": "678", "8": "59", "9": ""}


def _batches(records: Iterator[_Record]) -> list[_Batch]:
    """The file's structure, its control records proved; refuses what is out of order or ends early."""
    batches: list[_Batch] = []
    last, whole = "", _Sums()
    for record in records:
        kind = record.text[0]
        if kind not in _MAY_FOLLOW[last]:
            what = f"A record {kind!r} may not follow {'nothing' if not last else 'a record ' + last}."
            raise NachaError("torn" if not last else "order", record.place, what, "Ask the bank for the whole file.")
        last = kind
        if kind == "5":
            batches.append(_Batch(record))
        elif kind in "67":
            _place(record, batches[-1])
        elif kind == "8":
            _prove(record, batches[-1].sums, (5, 10), (11, 20), (21, 32), (33, 44))
            whole.add(batches[-1].sums)
        elif kind == "9":
            _agree(record, "number of batches", record.number(2, 7, "number of batches"), len(batches))
            _prove(record, whole, (14, 21), (22, 31), (32, 43), (44, 55))
    if last != "9":
        message = "It ends before its file control record: the file is torn."
        raise NachaError("torn", "end of file", message, "Download it again.")
    return batches


def _place(record: _Record, batch: _Batch) -> None:
    batch.sums.records += 1
    if record.text[0] == "7":
        batch.entries[-1].addenda.append(record)
        return
    batch.entries.append(_Entry(record))
    cents = record.number(30, 39, "amount")
    batch.sums.hash += record.number(4, 11, "routing number")
    if record.at(2, 3)[-1:] in CREDITS:
        batch.sums.credits += cents
    else:
        batch.sums.debits += cents


def _prove(
    record: _Record, sums: _Sums, count: tuple[int, int], hashed: tuple[int, int], debits: tuple[int, int], credited: tuple[int, int]
) -> None:
    """A control record against what stands above it."""
    _agree(record, "number of entries and addenda", record.number(*count, "count"), sums.records)
    _agree(record, "entry hash", record.number(*hashed, "entry hash"), sums.hash % HASH_MODULUS)
    _agree(record, "total of debits", record.number(*debits, "total of debits"), sums.debits)
    _agree(record, "total of credits", record.number(*credited, "total of credits"), sums.credits)


def _agree(record: _Record, what: str, said: int, found: int) -> None:
    if said != found:
        message = f"The {what} says {said}, the file holds {found}."
        raise NachaError("control", record.place, message, "Something was lost on the way: ask the bank for the file again.")


# --- entries to returns --------------------------------------------------------------------------------------------


def _return(header: _Record, entry: _Entry) -> AchReturn:
    told = [one for one in entry.addenda if one.at(2, 3) in ("98", "99")]
    last, record = told[-1], entry.record
    codes = tuple(one.at(4, 6) for one in told)
    if not re.fullmatch(r"[RC][0-9]{2}", codes[-1]):
        message = f"{codes[-1]!r} is no return or change code."
        raise NachaError("code", last.place, message, "It reads R or C and two digits: ask the bank for the file again.")
    change = last.at(2, 3) == "98"
    cents = record.number(30, 39, "amount")
    came_back = 1 if record.at(2, 3)[-1:] in CREDITS else -1
    account = "".join(char for char in record.at(13, 29) if char.isalnum())
    return AchReturn(
        place=f"line {record.line}",
        kind="change" if change else "return",
        code=codes[-1],
        codes=codes,
        trace=told[0].at(7, 21),
        return_trace=record.at(80, 94),
        cents=0 if change else came_back * cents,
        sec=header.at(51, 53),
        name=record.at(55, 76),
        ident=record.at(40, 54),
        account_last4=account[-4:],
        settled_on=_day(header),
        company=header.at(5, 20),
        corrected=last.at(36, 64) if change else "",
        info="" if change else last.at(36, 79),
    )


def _day(header: _Record) -> dt.date | None:
    """The effective entry date; None where the bank left it empty. 30 February is refused."""
    value = header.at(70, 75)
    if not value.strip("0"):
        return None
    try:
        if not (value.isascii() and value.isdigit() and len(value) == 6):
            raise ValueError(value)
        return dt.date(2000 + int(value[:2]), int(value[2:4]), int(value[4:]))
    except ValueError:
        raise NachaError("date", header.place, f"{value!r} is not a date.", "It should read YYMMDD.") from None
