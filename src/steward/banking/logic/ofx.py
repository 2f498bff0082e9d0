"""Read OFX 1.x (SGML), OFX 2.x (XML), QFX and QBO files into statements.

One small tokenizer reads both syntaxes, because real files mix them: closed leaves in SGML, headers on one line or
missing, blank lines first, a charset that is not the declared one, empty tags. No entity is ever expanded beyond the
five of XML and numeric references, and a document type is refused. Source: OFX Banking Specification 2.2, chapters 2
(headers), 3.2.9 (amounts and dates) and 11 (statement download).

Raises only `OfxError`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .statement import MAX_CENTS, BankLine, Problem, Statement, StatementError, numbered, trace_in

MAX_BYTES = 50_000_000
MAX_DEPTH = 40


class OfxError(StatementError):
    """The file is not OFX, is torn, or holds a figure that cannot be read."""


LEAVES = frozenset(
    {"CODE", "SEVERITY", "MESSAGE", "DTSERVER", "LANGUAGE", "ORG", "FID", "TRNUID", "CURDEF", "BANKID", "BRANCHID"}
    | {"ACCTID", "ACCTTYPE", "ACCTKEY", "DTSTART", "DTEND", "TRNTYPE", "DTPOSTED", "DTUSER", "DTAVAIL", "TRNAMT"}
    | {"FITID", "CORRECTFITID", "CORRECTACTION", "SRVRTID", "CHECKNUM", "REFNUM", "SIC", "PAYEEID", "NAME", "MEMO"}
    | {"BALAMT", "DTASOF", "CURRATE", "CURSYM", "MKTGINFO", "DTPROFUP", "DTACCTUP"}
    | {"INTU.BID", "INTU.USERID", "INTU.ORG"}
)
"""Tags that hold a value and never other tags: in SGML an empty one is not closed and must not swallow what follows."""

_TAG = re.compile(r"<\s*(/?)\s*([A-Za-z][A-Za-z0-9._\-]*)\s*(/?)\s*>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_SKIP = re.compile(r"<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_AMOUNT = re.compile(r"([+-]?)(\d*)(?:[.,](\d{0,2}))?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d{2}")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{2,6}.*)?", re.DOTALL)
_BODY = re.compile(r"<\s*OFX\s*>", re.IGNORECASE)


@dataclass(slots=True)
class Node:
    """One tag: its value if a leaf, its children if an aggregate, and the line it stands on."""

    name: str
    line: int
    value: str = ""
    children: list[Node] = field(default_factory=list)

    def first(self, name: str) -> Node | None:
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def text(self, name: str) -> str:
        """The value of the first child of that name, "" when absent."""
        child = self.first(name)
        return child.value if child else ""

    def walk(self, *names: str) -> Iterator[Node]:
        """Every node below with one of these names, in file order."""
        stack = list(reversed(self.children))
        while stack:
            node = stack.pop()
            if node.name in names:
                yield node
            else:
                stack.extend(reversed(node.children))


def looks_like_ofx(data: bytes) -> bool:
    """True when the first four kilobytes carry an OFX header or body."""
    head = data[:4096].replace(b"\0", b"").upper()
    return b"OFXHEADER" in head or b"<OFX>" in head


def parse_ofx(data: bytes) -> tuple[Statement, ...]:
    """All bank and card statements of one file, in file order.

    Amounts become integer cents, signs as the bank gives them. Dates are the calendar day written in the file (the
    bank's own day; a zone behind it is not converted). Raises OfxError.
    """
    text, problems = _decode(data)
    root = _tree(_body(text), text)
    found = [
        _statement(node, tuple(problems))
        for node in root.walk("STMTRS", "CCSTMTRS")
        if node.first("BANKACCTFROM") or node.first("CCACCTFROM")
    ]
    if not found:
        raise OfxError(
            "no_statement",
            "file",
            "It holds no account statement.",
            "Download the account's transactions as QFX or OFX.",
        )
    return tuple(found)


# --- bytes to text -------------------------------------------------------------------------------------------------


def _decode(data: bytes) -> tuple[str, list[Problem]]:
    """The text, with a note when the declared character set was not the real one."""
    if len(data) > MAX_BYTES:
        raise OfxError("too_large", "file", "It is larger than 50 MB.", "Download a shorter span of days.")
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise OfxError("empty", "file", "It is empty.", "Download it again.")
    for mark, codec in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(codec, errors="replace"), []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), _charset_note(data)
    if "\0" in text:
        raise OfxError("binary", "file", "It holds zero bytes: it is not text.", "Download it again as QFX or OFX.")
    return text, []


def _charset_note(data: bytes) -> list[Problem]:
    head = data[:2000].upper()
    if b"USASCII" in head or b"UTF-8" in head or b"US-ASCII" in head:
        message = "It holds letters outside its declared character set; they were read as Windows-1252."
        return [Problem("charset", "header", message, "Nothing to do; look at the names of the lines.")]
    return []


def _body(text: str) -> int:
    """Where `<OFX>` starts. What stands before it must be a header, or nothing."""
    start = _BODY.search(text)
    if start is None:
        raise OfxError("not_ofx", "file", "There is no <OFX> tag.", "Choose a QFX, QBO or OFX download.")
    head = text[: start.start()].upper()
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise OfxError("doctype", "header", "It declares a document type.", "Ask the bank for a plain OFX file.")
    if head.strip() and "OFXHEADER" not in head and "<?XML" not in head:
        raise OfxError("not_ofx", "header", "What stands before <OFX> is no OFX header.", "Download the file again.")
    if _BODY.search(text, start.end()):
        raise OfxError("two_files", "file", "It holds two OFX documents.", "Import each of them as a file of its own.")
    return start.start()


# --- text to tree --------------------------------------------------------------------------------------------------


def _tree(start: int, text: str) -> Node:
    """The tree below <OFX>; refuses a torn file and one nested beyond reason."""
    root = Node("", 1)
    stack = [root]
    line, seen_at = text.count("\n", 0, start) + 1, start
    for at, closing, name, value in _tokens(text, start):
        line, seen_at = line + text.count("\n", seen_at, at), at
        if closing:
            _close(stack, name, line)
        else:
            _open(stack, Node(name, line, value))
        if len(stack) > MAX_DEPTH:
            raise OfxError("too_deep", f"line {line}", "Tags are nested too deeply.", "Download the file again.")
        if len(stack) == 1 and closing:
            break
    if len(stack) > 1:
        raise OfxError(
            "torn",
            f"line {stack[-1].line}",
            f"<{stack[-1].name}> is never closed: the file is torn.",
            "Download it again.",
        )
    return root


def _tokens(text: str, start: int) -> Iterator[tuple[int, bool, str, str]]:
    """(offset, is a closing tag, upper-case name, value up to the next tag) for every tag."""
    at = start
    while (tag := _TAG.search(text, at)) is not None:
        closing, name, empty = bool(tag.group(1)), tag.group(2).upper(), bool(tag.group(3))
        value, at = ("", tag.end()) if closing or empty else _value(text, tag.end())
        yield tag.start(), closing, name, value
        if empty and name not in LEAVES:
            yield tag.start(), True, name, ""


def _value(text: str, at: int) -> tuple[str, int]:
    """The text between a tag and the next one, CDATA included, and where it ends."""
    parts: list[str] = []
    while True:
        stop = text.find("<", at)
        stop = len(text) if stop < 0 else stop
        parts.append(_plain(text[at:stop]))
        if (cdata := _CDATA.match(text, stop)) is not None:
            parts.append(cdata.group(1))
            at = cdata.end()
        elif (skip := _SKIP.match(text, stop)) is not None:
            at = skip.end()
        elif stop < len(text) and _TAG.match(text, stop) is None:
            parts.append("<")  # a bare "<" inside a name: the bank forgot to write &lt;
            at = stop + 1
        else:
            return " ".join("".join(parts).split()), stop


def _plain(text: str) -> str:
    """The text with the five XML entities and numeric references resolved; anything else stays as written."""

    def one(found: re.Match[str]) -> str:
        decimal, hexadecimal, name = found.groups()
        if name:
            return _NAMED[name]
        point = int(decimal) if decimal else int(hexadecimal, 16)
        return chr(point) if 31 < point < 0x110000 and not 0xD800 <= point < 0xE000 else " "

    return _ENTITY.sub(one, text)


def _open(stack: list[Node], node: Node) -> None:
    """Add a node; it stays open only if it can hold others."""
    stack[-1].children.append(node)
    if not node.value and node.name not in LEAVES:
        stack.append(node)


def _close(stack: list[Node], name: str, line: int) -> None:
    """Close an aggregate. The closing tag of a leaf is only passed over; empty unknown leaves close on the way."""
    for depth in range(len(stack) - 1, 0, -1):
        if stack[depth].name == name:
            left = stack[depth + 1 :]
            if any(node.children and node.name in _AGGREGATES for node in left):
                inner = next(node for node in left if node.children and node.name in _AGGREGATES)
                raise OfxError(
                    "torn", f"line {line}", f"</{name}> closes before </{inner.name}>.", "Download the file again."
                )
            _adopt(left, stack[depth])
            del stack[depth:]
            return


_AGGREGATES = frozenset(
    {"OFX", "SIGNONMSGSRSV1", "SONRS", "BANKMSGSRSV1", "CREDITCARDMSGSRSV1", "STMTTRNRS", "CCSTMTTRNRS", "STMTRS"}
    | {"CCSTMTRS", "BANKACCTFROM", "CCACCTFROM", "BANKTRANLIST", "STMTTRN", "LEDGERBAL", "AVAILBAL"}
)


def _adopt(left: list[Node], parent: Node) -> None:
    """An empty SGML leaf nobody knew looked like an aggregate: give what it swallowed back to the parent."""
    for node in left:
        parent.children.extend(node.children)
        node.children = []


# --- tree to statements --------------------------------------------------------------------------------------------


def _statement(node: Node, problems: tuple[Problem, ...]) -> Statement:
    account = node.first("BANKACCTFROM") or node.first("CCACCTFROM") or node
    number = account.text("ACCTID")
    if not number:
        raise OfxError("no_account", f"line {account.line}", "The account has no ACCTID.", "Download the file again.")
    listing = node.first("BANKTRANLIST") or Node("BANKTRANLIST", node.line)
    closing, closing_on = _balance(node.first("LEDGERBAL"))
    available, _ = _balance(node.first("AVAILBAL"))
    rows = [one for one in listing.children if one.name == "STMTTRN"]
    currency, notes = _currency(node, rows)
    return Statement(
        account_id=number,
        bank_id=account.text("BANKID"),
        account_type=account.text("ACCTTYPE") or ("CREDITCARD" if node.name == "CCSTMTRS" else ""),
        currency=currency,
        lines=numbered(_line(row) for row in rows),
        closing_cents=closing,
        closing_on=closing_on,
        available_cents=available,
        starts_on=_date(listing, "DTSTART"),
        ends_on=_date(listing, "DTEND"),
        problems=problems + notes,
    )


def _currency(node: Node, rows: list[Node]) -> tuple[str, tuple[Problem, ...]]:
    """The currency of the statement, and a blocking problem for anything but US dollars."""
    words = {node.text("CURDEF").upper()}
    for row in rows:
        if (own := row.first("CURRENCY")) is not None:
            words.add(own.text("CURSYM").upper())
    foreign = sorted(words - {"", "USD"})
    if foreign:
        return foreign[0], (
            Problem(
                "currency",
                f"line {node.line}",
                f"Amounts are in {foreign[0]}.",
                "Steward keeps US dollars only; import the account in dollars.",
                blocks=True,
            ),
        )
    if words == {""}:
        message = "The file names no currency; US dollars were assumed."
        return "USD", (Problem("no_currency", f"line {node.line}", message, "Check that the account is in dollars."),)
    return "USD", ()


def _balance(node: Node | None) -> tuple[int | None, dt.date | None]:
    """(cents, as-of day) of a balance aggregate; None where the bank left it empty."""
    if node is None or not node.text("BALAMT"):
        return None, None
    return _cents(node, "BALAMT"), _date(node, "DTASOF")


_KINDS = {
    "CHECK": "check",
    "FEE": "fee",
    "SRVCHG": "fee",
    "INT": "interest",
    "DEP": "deposit",
    "DIRECTDEP": "credit",
    "CREDIT": "credit",
    "DEBIT": "debit",
}


def _line(row: Node) -> BankLine:
    for name in ("DTPOSTED", "TRNAMT"):
        if not row.text(name):
            raise OfxError("missing", f"line {row.line}", f"A transaction has no {name}.", "Download the file again.")
    posted = _date(row, "DTPOSTED")
    assert posted is not None
    text = _words(row)
    check = row.text("CHECKNUM").lstrip("0")
    return BankLine(
        posted_on=posted,
        cents=_cents(row, "TRNAMT"),
        text=text,
        fitid=row.text("FITID"),
        kind=_KINDS.get(row.text("TRNTYPE").upper(), "other"),
        type_code=row.text("TRNTYPE").upper(),
        check_no=check,
        ref=row.text("REFNUM"),
        trace=trace_in(text) or trace_in(row.text("REFNUM")),
    )


def _words(row: Node) -> str:
    """Name and memo, without saying the same twice."""
    payee = row.first("PAYEE")
    name = row.text("NAME") or (payee.text("NAME") if payee else "")
    memo = row.text("MEMO")
    if memo.startswith(name):
        return memo
    return f"{name} {memo}".strip()


def _date(node: Node, name: str) -> dt.date | None:
    value = node.text(name)
    if not value:
        return None
    found = _DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        return dt.date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        raise OfxError(
            "date", f"line {node.line}, {name}", f"{value[:40]!r} is not a date.", "It should read YYYYMMDD."
        ) from None


def _cents(node: Node, name: str) -> int:
    """OFX 3.2.9.1: an optional sign, digits, a point or comma, at most two decimals here (US dollars)."""
    value = node.text(name).replace(" ", "")
    if _GROUPED.fullmatch(value):
        value = value.replace(",", "")
    found = _AMOUNT.fullmatch(value)
    if found is None or not (found.group(2) or found.group(3)) or not value.isascii():
        raise OfxError(
            "amount",
            f"line {node.line}, {name}",
            f"{value[:40]!r} is not an amount in dollars and cents.",
            "Correct the download; amounts have at most two decimals.",
        )
    sign, whole, part = found.group(1), found.group(2)[:20], (found.group(3) or "").ljust(2, "0")
    cents = int(whole or "0") * 100 + int(part)
    if cents >= MAX_CENTS or len(found.group(2)) > 20:
        raise OfxError("amount", f"line {node.line}, {name}", "The amount is impossibly large.", "Download it again.")
    return -cents if sign == "-" else cents
