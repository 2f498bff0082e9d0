"""Read BAI2 cash management files (previous-day reporting) into statements.

Source: BAI, *Cash Management Balance Reporting Specifications, Version 2*. Records 01 file, 02 group, 03 account,
16 detail, 88 continuation, 49/98/99 trailers. Amounts are whole cents for US dollars; the sign of a detail follows its
type code: 100-399 and 920-959 credit, 400-699 and 960-999 debit. Counts and control totals are checked and reported as
problems, not refused: banks get them wrong more often than the money, and the balance proof guards the money.

Real files break the physical rules, and are read all the same with a note: several records on one line, a text broken
without an 88 record, a last line without its slash.

Raises only `Bai2Error`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .statement import MAX_CENTS, BankLine, Problem, Statement, StatementError, numbered, trace_in

MAX_BYTES = 50_000_000


class Bai2Error(StatementError):
    """The file is not BAI2, is torn, or holds a figure that cannot be read."""


_RECORD = re.compile(r"(01|02|03|16|49|88|98|99)(?:,|(?=/)|$)")
_JOINED = re.compile(r"/[ \t]+(?=(?:01|02|03|16|49|88|98|99),)")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_DATE = re.compile(r"(?:20)?([0-9]{2})([0-9]{2})([0-9]{2})")

OPENING, CLOSING, CLOSING_AVAILABLE = "010", "015", "045"
FLOAT_CODES = ("072", "074")  # one-day float, float of two days and more


@dataclass(slots=True)
class Record:
    """One logical record with its continuations. `parts` are physical bodies without code and closing slash."""

    code: str
    line: int
    parts: list[str]
    ended: bool  # the last physical line had its slash
    physical: int = 1

    @property
    def place(self) -> str:
        """Where it stands, for a message."""
        return f"line {self.line}, record {self.code}"

    def fields(self) -> list[str]:
        """All fields, continuations joined as further fields."""
        return [one.strip() for part in self.parts for one in part.split(",")]


@dataclass(slots=True)
class _Account:
    record: Record
    details: list[Record] = field(default_factory=list)
    physical: int = 0
    control_cents: int = 0


@dataclass(slots=True)
class _Group:
    record: Record
    accounts: list[_Account] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    physical: int = 0
    control_cents: int = 0


def looks_like_bai2(data: bytes) -> bool:
    """True when the first record is an 01 file header with the fields of BAI2."""
    head = data[:400].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"01,") and head.split(b"\n", 1)[0].count(b",") >= 6


def parse_bai2(data: bytes) -> tuple[Statement, ...]:
    """Every account of every group, in file order, as statements in integer cents. Raises Bai2Error."""
    text = _decode(data)
    notes: list[Problem] = []
    groups = _groups(_records(text, notes), notes)
    return tuple(_statement(group, account, tuple(notes)) for group in groups for account in group.accounts)


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Bai2Error("too_large", "file", "It is larger than 50 MB.", "Ask the bank for a shorter span of days.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if not text.strip():
        raise Bai2Error("empty", "file", "It is empty.", "Download it again.")
    if not text.lstrip().startswith("01,"):
        raise Bai2Error("not_bai2", "line 1", "It does not start with an 01 record.", "Choose a BAI2 balance report.")
    return text


# --- lines to records ----------------------------------------------------------------------------------------------


def _records(text: str, notes: list[Problem]) -> Iterator[Record]:
    """Logical records: joined lines parted, 88 records and broken texts added to the record before them."""
    current: Record | None = None
    for number, line in _lines(text, notes):
        code = _RECORD.match(line)
        if code is None:
            current = _broken_text(current, number, line, notes)
            continue
        body, ended = line[code.end() :], line.endswith("/")
        body = body.removesuffix("/")
        if code.group(1) == "88":
            if current is None or current.code not in ("02", "03", "16", "88"):
                raise Bai2Error(
                    "order", f"line {number}", "An 88 record continues nothing.", "Ask the bank for the file."
                )
            current.parts.append(body)
            current.ended, current.physical = ended, current.physical + 1
            continue
        if current is not None:
            yield current
        current = Record(code.group(1), number, [body], ended)
    if current is not None:
        yield current


def _lines(text: str, notes: list[Problem]) -> Iterator[tuple[int, str]]:
    """(line number, text) of every physical record, blanks and fillers removed."""
    joined = 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        pieces = _JOINED.split(line.strip())
        joined += len(pieces) > 1
        for nth, piece in enumerate(pieces, start=1):
            if piece.strip():
                yield number, piece.strip() + ("/" if nth < len(pieces) else "")
    if joined:
        message = f"{joined} lines hold more than one record; they were parted at the slashes."
        notes.append(Problem("joined_records", "file", message, "Nothing to do; compare the number of lines."))


def _broken_text(current: Record | None, number: int, line: str, notes: list[Problem]) -> Record:
    """A line without a record code belongs to an open text; anywhere else it is damage."""
    if current is None or current.ended or current.code != "16":
        raise Bai2Error(
            "record",
            f"line {number}",
            f"{line[:20]!r} is no BAI2 record.",
            "A line starts with 01 02 03 16 49 88 98 or 99.",
        )
    current.parts.append(line.removesuffix("/"))
    current.ended = line.endswith("/")
    notes.append(
        Problem(
            "broken_text", f"line {number}", "A text was broken without an 88 record; it was joined.", "Nothing to do."
        )
    )
    return current


# --- records to groups ---------------------------------------------------------------------------------------------

_MAY_FOLLOW = {
    "": ("01",),
    "01": ("02", "99"),
    "02": ("03", "98"),
    "03": ("16", "49"),
    "16": ("16", "49"),
    "49": ("03", "98"),
    "98": ("02", "99"),
    "99": (),
}


def _groups(records: Iterator[Record], notes: list[Problem]) -> list[_Group]:
    """The file's structure; refuses records out of order and a file without its trailers."""
    groups: list[_Group] = []
    last, physical = "", 0
    for record in records:
        if record.code not in _MAY_FOLLOW[last]:
            what = "A second file starts here." if record.code == "01" else f"It may not follow {last or 'nothing'}."
            raise Bai2Error("order", record.place, what, "Import each file of its own, complete, as the bank sent it.")
        last, physical = record.code, physical + record.physical
        _place(record, groups)
        if record.code == "99":
            _check_file(record, groups, physical, notes)
    if last != "99":
        raise Bai2Error(
            "torn",
            "end of file",
            f"It ends after a record {last}: the trailer records are missing.",
            "Download it again.",
        )
    return groups


def _place(record: Record, groups: list[_Group]) -> None:
    """Put one record where it belongs and check the trailer of an account or group."""
    if record.code == "02":
        groups.append(_Group(record))
    if record.code in ("01", "99"):
        return
    group = groups[-1]
    group.physical += record.physical
    if record.code == "03":
        group.accounts.append(_Account(record))
    if record.code in ("03", "16", "49"):
        account = group.accounts[-1]
        account.physical += record.physical
        if record.code == "16":
            account.details.append(record)
        if record.code == "49":
            _check_account(record, account, group)
    if record.code == "98":
        _check_group(record, group)


def _check_account(trailer: Record, account: _Account, group: _Group) -> None:
    """49: sum of all amounts of its 03 and 16 records, and the number of records."""
    total = sum(_raw_amount(one) for one in account.details)
    total += sum(cents for _, cents in _summaries(account.record))
    account.control_cents = _control(trailer)
    group.problems += _differ(trailer, "control total", account.control_cents, total)
    group.problems += _differ(trailer, "number of records", _count(trailer, 1), account.physical)


def _check_group(trailer: Record, group: _Group) -> None:
    """98: sum of the account totals, number of accounts and of records."""
    group.control_cents = _control(trailer)
    total = sum(account.control_cents for account in group.accounts)
    group.problems += _differ(trailer, "control total", group.control_cents, total)
    group.problems += _differ(trailer, "number of accounts", _count(trailer, 1), len(group.accounts))
    group.problems += _differ(trailer, "number of records", _count(trailer, 2), group.physical)


def _check_file(trailer: Record, groups: list[_Group], physical: int, notes: list[Problem]) -> None:
    """99: sum of the group totals, number of groups and of records in the whole file."""
    total = sum(group.control_cents for group in groups)
    notes += _differ(trailer, "control total", _control(trailer), total)
    notes += _differ(trailer, "number of groups", _count(trailer, 1), len(groups))
    notes += _differ(trailer, "number of records", _count(trailer, 2), physical)


def _differ(trailer: Record, what: str, said: int | None, found: int) -> list[Problem]:
    if said is None or said == found:
        return []
    return [
        Problem(
            "control",
            trailer.place,
            f"The {what} says {said}, the file holds {found}.",
            "Compare the lines with the bank's portal; the balance proof decides whether it may be imported.",
        )
    ]


def _control(trailer: Record) -> int:
    value = trailer.fields()[0]
    return _integer(value, trailer.place, "control total") if value else 0


def _count(trailer: Record, index: int) -> int | None:
    """A trailer's count; None when the bank left it out."""
    values = trailer.fields()
    if len(values) <= index or not values[index]:
        return None
    return _integer(values[index], trailer.place, "count")


# --- fields --------------------------------------------------------------------------------------------------------


def _integer(value: str, place: str, what: str) -> int:
    if not _INTEGER.fullmatch(value):
        raise Bai2Error(
            "amount",
            place,
            f"The {what} {value[:30]!r} is not a whole number.",
            "BAI2 amounts are cents without a point.",
        )
    number = int(value)
    if abs(number) >= MAX_CENTS:
        raise Bai2Error("amount", place, f"The {what} is impossibly large.", "Download the file again.")
    return number


def _date(value: str, place: str) -> dt.date:
    found = _DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        return dt.date(2000 + int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        raise Bai2Error("date", place, f"{value[:20]!r} is not a date.", "It should read YYMMDD.") from None


def _skip_funds(values: list[str], at: int, place: str) -> int:
    """The index behind a funds type and its own fields: S three amounts, V date and time, D n pairs."""
    kind = values[at].upper() if at < len(values) else ""
    if kind == "S":
        return at + 4
    if kind == "V":
        return at + 3
    if kind == "D":
        pairs = _integer(values[at + 1], place, "number of distributions") if at + 1 < len(values) else 0
        if not 0 <= pairs <= 1000:
            raise Bai2Error("funds", place, "The availability has an impossible count.", "Download the file again.")
        return at + 2 + 2 * pairs
    if kind not in ("", "Z", "0", "1", "2"):
        raise Bai2Error("funds", place, f"{kind[:10]!r} is no funds type.", "It is Z, 0, 1, 2, S, V, D or empty.")
    return at + 1


def _summaries(record: Record) -> list[tuple[str, int]]:
    """(type code, cents) of every status and summary amount of an 03 record; empty amounts are left out."""
    values, at, out = record.fields(), 2, []
    while at < len(values):
        code = values[at]
        if not code:
            at += 1
            continue
        if not re.fullmatch(r"[0-9]{3}", code):
            raise Bai2Error("type_code", record.place, f"{code[:20]!r} is no type code.", "It has three digits.")
        if at + 1 < len(values) and values[at + 1]:
            out.append((code, _integer(values[at + 1], record.place, f"amount of {code}")))
        at = _skip_funds(values, at + 3, record.place)
    return out


def _raw_amount(record: Record) -> int:
    """The amount of a detail as written, 0 when left out (type 890 carries text only)."""
    values = record.fields()
    return _integer(values[1], record.place, "amount") if len(values) > 1 and values[1] else 0


def sign_of(type_code: str) -> int:
    """+1 credit, -1 debit, 0 for a code that moves no deposit account (status, loans, 890)."""
    code = int(type_code)
    if 100 <= code <= 399 or 920 <= code <= 959:
        return 1
    if 400 <= code <= 699 or 960 <= code <= 999:
        return -1
    return 0


# --- groups to statements ------------------------------------------------------------------------------------------


def _statement(group: _Group, account: _Account, notes: tuple[Problem, ...]) -> Statement:
    head, values = [*group.record.fields(), *[""] * 7], [*account.record.fields(), "", ""]
    if not values[0]:
        raise Bai2Error("no_account", account.record.place, "The account number is missing.", "Download it again.")
    on = _date(head[3], group.record.place)
    sums = dict(_summaries(account.record))
    lines, problems = _details(account, on)
    currency = values[1].upper() or head[5].upper() or "USD"
    problems = [*notes, *group.problems, *problems, *_state(group.record, head, currency)]
    closing, available = sums.get(CLOSING), sums.get(CLOSING_AVAILABLE)
    return Statement(
        account_id=values[0],
        bank_id=head[1],
        currency=currency,
        lines=numbered(lines),
        opening_cents=sums.get(OPENING),
        closing_cents=closing,
        closing_on=on if closing is not None else None,
        available_cents=available,
        float_cents=_float(sums, closing, available),
        starts_on=on,
        ends_on=on,
        problems=tuple(problems),
    )


def _float(sums: dict[str, int], closing: int | None, available: int | None) -> int:
    """Credited but not collected: what the bank says in 072 and 074, else closing less closing available."""
    said = sum(sums.get(code, 0) for code in FLOAT_CODES)
    if said == 0 and closing is not None and available is not None:
        return max(0, closing - available)
    return max(0, said)


def _state(record: Record, head: list[str], currency: str) -> list[Problem]:
    """What forbids an import: another currency, a test or deletion, an interim report of the same day."""
    out = []
    if currency != "USD":
        fix = "Steward keeps US dollars only; import the account in dollars."
        out.append(Problem("currency", record.place, f"Amounts are in {currency[:8]}.", fix, blocks=True))
    if head[2] in ("2", "4"):
        what = "a deletion" if head[2] == "2" else "a test"
        out.append(
            Problem("group_status", record.place, f"The group is {what}.", "Ask for the real file.", blocks=True)
        )
    if head[6] == "3":
        message = "It is an interim report of the same day and will change."
        fix = "Import the previous-day report tomorrow."
        out.append(Problem("interim", record.place, message, fix, blocks=True))
    return out


def _details(account: _Account, on: dt.date) -> tuple[list[BankLine], list[Problem]]:
    lines, problems = [], []
    for record in account.details:
        code = (record.fields() or [""])[0]
        if not re.fullmatch(r"[0-9]{3}", code):
            raise Bai2Error("type_code", record.place, f"{code[:20]!r} is no type code.", "It has three digits.")
        sign, amount = sign_of(code), _raw_amount(record)
        if sign and amount:
            lines.append(_line(record, code, sign * amount, on))
        elif amount:
            message = f"Type code {code} does not say whether money came in or went out."
            fix = "Ask the bank what it means; until then the statement cannot be imported."
            problems.append(Problem("type_code", record.place, message, fix, blocks=True))
    return lines, problems


def _line(record: Record, code: str, cents: int, on: dt.date) -> BankLine:
    bank_ref, customer_ref, text = _references(record)
    check = customer_ref.lstrip("0") if code in CHECKS else ""
    return BankLine(
        posted_on=on,
        cents=cents,
        text=text,
        kind=kind_of(code),
        type_code=code,
        check_no=check,
        ref=customer_ref or bank_ref,
        trace=trace_in(text) or trace_in(customer_ref),
    )


CHECKS = frozenset({"472", "474", "475", "476", "477"})
_DEPOSITS = frozenset({"115", "170", "171", "172", "173", "174", "175", "301"})
_RETURNS = frozenset({"555", "557"})


def kind_of(type_code: str) -> str:
    """Our word for a BAI type code: deposit, credit, debit, check, fee, interest, return or other."""
    if type_code in CHECKS:
        return "check"
    if type_code in _DEPOSITS:
        return "deposit"
    if type_code in _RETURNS:
        return "return"
    if type_code == "354":
        return "interest"
    if type_code in ("661", "698"):
        return "fee"
    return {1: "credit", -1: "debit", 0: "other"}[sign_of(type_code)]


def _references(record: Record) -> tuple[str, str, str]:
    """(bank reference, customer reference, text). The text may hold commas and run over continuations."""
    flat = [(part, one) for part, body in enumerate(record.parts) for one in body.split(",")]
    at = _skip_funds([one.strip() for _, one in flat], 2, record.place)
    head = [one.strip() for _, one in flat[at : at + 2]] + ["", ""]
    rest = flat[at + 2 :]
    pieces = []
    for part in range(len(record.parts)):
        words = ",".join(one for of, one in rest if of == part)
        if words.strip():
            pieces.append(" ".join(words.split()))
    return head[0], head[1], " ".join(pieces)
