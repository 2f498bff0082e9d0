"""Read MT940 customer statements (SWIFT) into statements.

Not a format of US banks, but what a foreign bank's portal gives. One statement runs from `:20:` to the next; the
fields read are `:25:` account, `:60F:`/`:60M:` opening, `:61:` line, `:86:` its text, `:62F:`/`:62M:` closing and `:64:`
available. Amounts have a comma and no grouping; `C` and `RD` are money in, `D` and `RC` money out; the letter that may
follow is the third of the currency and says nothing more. Source: SWIFT Standards MT, category 9, MT 940.

The day of a line is its entry date where given (month and day only, the year nearest to the value date), else its value
date. The bank's reference behind `//` is kept but is no identity: banks repeat it.

Raises only `Mt940Error`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from .statement import MAX_CENTS, BankLine, Problem, Statement, StatementError, numbered, trace_in

MAX_BYTES = 50_000_000


class Mt940Error(StatementError):
    """The file is not MT940, is torn, or holds a figure that cannot be read."""


_TAG = re.compile(r":([0-9]{2}[A-Z]?):(.*)", re.DOTALL)
_BALANCE = re.compile(r"(C|D)([0-9]{6})([A-Z]{3})([0-9]{1,15}),([0-9]{0,2})")
_LINE = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?(?P<way>R?[CD])[A-Z]?(?P<whole>[0-9]{1,15}),(?P<part>[0-9]{0,2})"
    r"(?P<code>[A-Z][A-Z0-9]{3})(?P<ref>.*)",
)
_SUBFIELD = re.compile(r"\?[0-9]{2}")
_ENVELOPE = re.compile(r"\{[0-9]:")


@dataclass(slots=True)
class Field:
    """One tag, its lines, and the line it begins on."""

    tag: str
    line: int
    lines: list[str]

    @property
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"line {self.line}, :{self.tag}:"


@dataclass(slots=True)
class _Message:
    fields: list[Field] = field(default_factory=list)

    def first(self, *tags: str) -> Field | None:
        return next((one for one in self.fields if one.tag in tags), None)


def looks_like_mt940(data: bytes) -> bool:
    """True when `:20:` begins a line near the start and an account or an opening balance follows."""
    head = b"\n" + data[:2048].replace(b"\r", b"\n")
    return (b"\n:20:" in head or b"{4:" in head) and (b"\n:25:" in head or b"\n:60F:" in head or b"\n:60M:" in head)


def parse_mt940(data: bytes) -> tuple[Statement, ...]:
    """Every statement of one file, in file order, in integer cents. Raises Mt940Error."""
    notes: list[Problem] = []
    messages = _messages(_fields(_decode(data), notes))
    return tuple(_statement(one, tuple(notes)) for one in messages)


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Mt940Error("too_large", "file", "It is larger than 50 MB.", "Download a shorter span of days.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if not text.strip():
        raise Mt940Error("empty", "file", "It is empty.", "Download it again.")
    return text


# --- lines to fields -----------------------------------------------------------------------------------------------


def _fields(text: str, notes: list[Problem]) -> list[Field]:
    """Tags with their continuation lines. What stands outside of any statement is an envelope, and told."""
    out: list[Field] = []
    inside, outside = False, 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        line = line.rstrip(" \t\x00\x1a\x03")
        if _ENVELOPE.match(line) or line.startswith("-"):
            inside = False
            line = line.partition("{4:")[2]
        tag = _TAG.fullmatch(line)
        if tag is not None:
            inside = True
            out.append(Field(tag.group(1), number, [tag.group(2).strip()]))
        elif inside and out:
            out[-1].lines.append(line)
        elif line.strip(" -\x01"):
            outside += 1
    if outside:
        message = f"{outside} lines stand outside of the statements: the bank's envelope. They were passed over."
        notes.append(Problem("envelope", "file", message, "Nothing to do."))
    return out


def _messages(fields: list[Field]) -> list[_Message]:
    """Fields parted at `:20:`; refuses a file without one and a message without its closing balance."""
    out: list[_Message] = []
    for one in fields:
        if one.tag == "20":
            out.append(_Message())
        elif not out:
            raise Mt940Error("order", one.place, "It stands before any :20:.", "Download the file again.")
        out[-1].fields.append(one)
    if not out:
        raise Mt940Error("not_mt940", "file", "There is no :20: field.", "Choose the bank's MT940 download.")
    for message in out:
        if message.first("62F", "62M") is None:
            last = message.fields[-1]
            text = "The statement ends without its closing balance :62F:. The file is torn."
            raise Mt940Error("torn", last.place, text, "Download it again.")
    return out


# --- fields to statements ------------------------------------------------------------------------------------------


def _statement(message: _Message, notes: tuple[Problem, ...]) -> Statement:
    account = message.first("25", "25P")
    if account is None or not account.lines[0]:
        place = message.fields[0].place
        raise Mt940Error("no_account", place, "The statement names no account in :25:.", "Download it again.")
    bank_id, _, number = account.lines[0].rpartition("/")
    opening, _day, said = _balance(message.first("60F", "60M"))
    closing, closing_on, also = _balance(message.first("62F", "62M"))
    available, _day, _said = _balance(message.first("64"))
    lines = _lines(message)
    return Statement(
        account_id=number,
        bank_id=bank_id,
        currency=said or also,
        lines=numbered(lines),
        opening_cents=opening,
        closing_cents=closing,
        closing_on=closing_on,
        available_cents=available,
        float_cents=max(0, closing - available) if closing is not None and available is not None else 0,
        starts_on=min((one.posted_on for one in lines), default=closing_on),
        ends_on=closing_on,
        problems=(*notes, *_foreign(message, {said, also} - {""})),
    )


def _foreign(message: _Message, words: set[str]) -> tuple[Problem, ...]:
    foreign = sorted(words - {"USD"})
    if not foreign:
        return ()
    fix = "Steward keeps US dollars only; import the account in dollars."
    return (Problem("currency", message.fields[0].place, f"Amounts are in {foreign[0]}.", fix, blocks=True),)


def _balance(one: Field | None) -> tuple[int | None, dt.date | None, str]:
    """(cents, day, currency) of a balance field, which is never negative but by its letter D."""
    if one is None:
        return None, None, ""
    found = _BALANCE.fullmatch(one.lines[0].replace(" ", ""))
    if found is None:
        message = f"{one.lines[0][:40]!r} is no balance."
        raise Mt940Error("amount", one.place, message, "It reads C or D, YYMMDD, the currency and an amount with a comma.")
    way, day, currency, whole, part = found.groups()
    cents = _cents(whole, part, one)
    return cents if way == "C" else -cents, _day_of(day, one), currency


def _lines(message: _Message) -> list[BankLine]:
    """Each `:61:` with the `:86:` directly behind it."""
    out = []
    for number, one in enumerate(message.fields):
        if one.tag != "61":
            continue
        after = message.fields[number + 1] if number + 1 < len(message.fields) else None
        text = _words(after) if after is not None and after.tag == "86" else ""
        out.append(_line(one, text))
    return out


def _words(one: Field) -> str:
    """The text of :86: without the codes of its subfields; lines broken within a word stand together."""
    joined = "".join(one.lines) if _SUBFIELD.search("".join(one.lines)) else " ".join(one.lines)
    return " ".join(_SUBFIELD.sub(" ", joined).split())


def _line(one: Field, text: str) -> BankLine:
    found = _LINE.fullmatch(one.lines[0])
    if found is None:
        message = f"{one.lines[0][:40]!r} is no statement line."
        fix = "It reads YYMMDD, perhaps MMDD, C, D, RC or RD, an amount with a comma, and a code of four."
        raise Mt940Error("line", one.place, message, fix)
    cents = _cents(found["whole"], found["part"], one)
    sign = 1 if found["way"] in ("C", "RD") else -1
    ref, _, bank_ref = found["ref"].partition("//")
    more = " ".join(" ".join(one.lines[1:]).split())
    words = f"{text} {more}".strip()
    ref = "" if ref.strip() == "NONREF" else ref.strip()
    code = found["code"][1:]
    return BankLine(
        posted_on=_entry_day(_day_of(found["value"], one), found["entry"], one),
        cents=sign * cents,
        text=words,
        kind=_KINDS.get(code, "credit" if sign > 0 else "debit"),
        type_code=found["code"],
        check_no=ref.lstrip("0") if code == "CHK" and ref.isdigit() else "",
        ref=ref or bank_ref.strip(),
        trace=trace_in(words) or trace_in(ref),
    )


_KINDS = {"CHK": "check", "CHG": "fee", "COM": "fee", "INT": "interest", "RTI": "return", "DEP": "deposit"}
"""Our word for a transaction type of :61: subfield 6 (SWIFT MT 940 field specifications)."""


def _cents(whole: str, part: str, one: Field) -> int:
    cents = int(whole) * 100 + int(part.ljust(2, "0"))
    if cents >= MAX_CENTS:
        raise Mt940Error("amount", one.place, "The amount is impossibly large.", "Download it again.")
    return cents


def _day_of(value: str, one: Field) -> dt.date:
    """YYMMDD; years 80 to 99 are of the last century, as SWIFT reads them."""
    year = int(value[:2]) + (1900 if value[:2] >= "80" else 2000)
    try:
        return dt.date(year, int(value[2:4]), int(value[4:6]))
    except ValueError:
        raise Mt940Error("date", one.place, f"{value!r} is not a date.", "It should read YYMMDD.") from None


def _entry_day(value: dt.date, entry: str | None, one: Field) -> dt.date:
    """The entry date of the year that brings it nearest to the value date."""
    if entry is None:
        return value
    days = []
    for year in (value.year - 1, value.year, value.year + 1):
        try:
            days.append(dt.date(year, int(entry[:2]), int(entry[2:])))
        except ValueError:
            continue
    if not days:
        raise Mt940Error("date", one.place, f"{entry!r} is no month and day.", "It should read MMDD.")
    return min(days, key=lambda day: abs(day - value))
