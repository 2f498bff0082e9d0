"""Read CAMT.053 (ISO 20022 BankToCustomerStatement, versions 02 to 14) into statements.

A tree is built by expat itself, which gives the line of every tag; a document type is refused before an entity could
be declared, so nothing is ever expanded or fetched. Names count without their namespace: banks mix the versions, and
what is read here has the same name in all of them (but `Sts`, a word in version 02, a choice since 08).

Only booked entries (`BOOK`) move money; pending ones and information are left out and told. The direction is
`CdtDbtInd` alone: `RvslInd` says why, not where to (ISO 20022 message definition report, BkToCstmrStmt, Entry).
`EndToEndId` is the payer's and not unique, so it is never taken as the line's identity; `AcctSvcrRef` is the bank's.

Raises only `CamtError`.
"""

from __future__ import annotations

import datetime as dt
import re
from xml.parsers import expat

from .ofx import Node
from .statement import MAX_CENTS, BankLine, Problem, Statement, StatementError, numbered, trace_in

MAX_BYTES = 50_000_000
MAX_DEPTH = 60


class CamtError(StatementError):
    """The file is not CAMT.053, is torn, or holds a figure that cannot be read."""


OTHERS = {
    "BkToCstmrAcctRpt": ("interim", "It is a CAMT.052: a report within the day, which will change."),
    "BkToCstmrDbtCdtNtfctn": ("notification", "It is a CAMT.054: a notice of single payments without balances."),
}
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,5})?|\.[0-9]{1,5}")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T+Z-].*)?", re.DOTALL)


def looks_like_camt(data: bytes) -> bool:
    """True when the first four kilobytes are XML that names a bank-to-customer message."""
    head = data[:4096].replace(b"\0", b"")
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") and b"BkToCstmr" in head


def parse_camt053(data: bytes) -> tuple[Statement, ...]:
    """Every `Stmt` of one file, in file order, in integer cents. Dates are the bank's own day, zones are not
    converted. Raises CamtError."""
    root = _tree(data)
    for name, (code, message) in OTHERS.items():
        if next(root.walk(name), None) is not None:
            raise CamtError(code, "file", message, "Download the CAMT.053 statement of the finished day.")
    found = tuple(_statement(node) for node in root.walk("Stmt"))
    if not found:
        fix = "Choose the bank's CAMT.053 download."
        raise CamtError("no_statement", "file", "It holds no account statement.", fix)
    return found


# --- bytes to tree -------------------------------------------------------------------------------------------------


class _Builder:
    """Expat's handlers: one node a tag, its value the text directly within; attributes only where money needs `Ccy`."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.root = Node("", 1)
        self.stack = [self.root]
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def doctype(self, *_: object) -> None:
        place = f"line {self.parser.CurrentLineNumber}"
        raise CamtError("doctype", place, "It declares a document type.", "Ask the bank for a plain CAMT.053 file.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        node = Node(name.rpartition(" ")[2], self.parser.CurrentLineNumber)
        if "Ccy" in attributes:
            node.children.append(Node("@Ccy", node.line, attributes["Ccy"].strip()))
        self.stack[-1].children.append(node)
        self.stack.append(node)
        if len(self.stack) > MAX_DEPTH:
            raise CamtError("too_deep", f"line {node.line}", "Tags are nested too deeply.", "Download the file again.")

    def end(self, _name: str) -> None:
        self.stack.pop()

    def text(self, words: str) -> None:
        if words.strip():
            self.stack[-1].value = " ".join(f"{self.stack[-1].value} {words}".split())


def _tree(data: bytes) -> Node:
    if len(data) > MAX_BYTES:
        raise CamtError("too_large", "file", "It is larger than 50 MB.", "Download a shorter span of days.")
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise CamtError("empty", "file", "It is empty.", "Download it again.")
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except CamtError:
        raise
    except expat.ExpatError as fault:
        what = expat.ErrorString(fault.code)
        raise CamtError("torn", f"line {fault.lineno}", f"It is not whole XML: {what}.", "Download it again.") from None
    except (LookupError, UnicodeError, ValueError):  # an encoding Python does not know, or bytes outside of it
        message = "Its declared character set cannot be read."
        raise CamtError("charset", "line 1", message, "Ask the bank for the file in UTF-8.") from None
    return builder.root


def _at(node: Node, *path: str) -> Node | None:
    """The node at the end of a path of names, None where a step is missing."""
    found: Node | None = node
    for name in path:
        found = found.first(name) if found is not None else None
    return found


def _said(node: Node, *path: str) -> str:
    found = _at(node, *path)
    return found.value if found is not None else ""


# --- tree to statements --------------------------------------------------------------------------------------------


def _statement(node: Node) -> Statement:
    number = _said(node, "Acct", "Id", "IBAN") or _said(node, "Acct", "Id", "Othr", "Id")
    if not number:
        raise CamtError("no_account", f"line {node.line}", "The statement names no account.", "Download it again.")
    if number.startswith(("{{", "{%")):
        message = "It is a template: its places were never filled in."
        raise CamtError("template", f"line {node.line}", message, "Choose a statement the bank has filled.")
    opening, _day = _balance(node, "OPBD", "PRCD")
    closing, closing_on = _balance(node, "CLBD")
    available, _day = _balance(node, "CLAV")
    lines, problems = _entries(node)
    starts_on, ends_on = _span(node)
    currency, foreign = _currency(node)
    return Statement(
        account_id=number,
        bank_id=_said(node, "Acct", "Svcr", "FinInstnId", "ClrSysMmbId", "MmbId"),
        currency=currency,
        lines=numbered(lines),
        opening_cents=opening,
        closing_cents=closing,
        closing_on=closing_on,
        available_cents=available,
        float_cents=max(0, closing - available) if closing is not None and available is not None else 0,
        starts_on=starts_on,
        ends_on=ends_on or closing_on,
        problems=(*foreign, *problems, *_summary(node, lines)),
    )


def _span(node: Node) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of `FrToDt`; None where the bank leaves it out."""
    days = []
    for name in ("FrDtTm", "ToDtTm"):
        found = _at(node, "FrToDt", name)
        days.append(_day_of(found) if found is not None and found.value else None)
    return days[0], days[1]


def _currency(node: Node) -> tuple[str, tuple[Problem, ...]]:
    """The currency, and a blocking problem for anything but US dollars anywhere in the statement."""
    words = {_said(node, "Acct", "Ccy")}
    for holder in (*node.walk("Bal"), *node.walk("Ntry")):
        words.add(_said(holder, "Amt", "@Ccy"))
    foreign = sorted(words - {"", "USD"})
    if foreign:
        message = f"Amounts are in {foreign[0][:8]}."
        fix = "Steward keeps US dollars only; import the account in dollars."
        return foreign[0][:8], (Problem("currency", f"line {node.line}", message, fix, blocks=True),)
    return "USD", ()


def _balance(node: Node, *kinds: str) -> tuple[int | None, dt.date | None]:
    """(cents, day) of the first balance of one of these kinds, looked for in their order; None without one."""
    for kind in kinds:
        for one in node.children:
            if one.name == "Bal" and _said(one, "Tp", "CdOrPrtry", "Cd") == kind:
                day = _at(one, "Dt", "Dt") or _at(one, "Dt", "DtTm")
                return _cents(one), _day_of(day) if day is not None else None
    return None, None


def _entries(node: Node) -> tuple[list[BankLine], list[Problem]]:
    """The booked entries as lines; what is pending or information is told and left out."""
    lines, problems = [], []
    for entry in node.children:
        if entry.name != "Ntry":
            continue
        state = _said(entry, "Sts", "Cd") or _said(entry, "Sts") or "BOOK"
        if state == "BOOK":
            lines.append(_line(entry))
        elif state in ("PDNG", "INFO", "FUTR"):
            message = "An entry is not booked yet and was left out."
            problems.append(Problem("not_booked", f"line {entry.line}", message, "It comes with a later statement."))
        else:
            message = f"An entry has the state {state[:20]!r}."
            fix = "It is BOOK, PDNG, INFO or FUTR: ask the bank what it means."
            raise CamtError("state", f"line {entry.line}, Sts", message, fix)
    return lines, problems


def _line(entry: Node) -> BankLine:
    day = _at(entry, "BookgDt", "Dt") or _at(entry, "BookgDt", "DtTm")
    day = day or _at(entry, "ValDt", "Dt") or _at(entry, "ValDt", "DtTm")
    if day is None:
        raise CamtError("missing", f"line {entry.line}", "An entry has no BookgDt.", "Download the file again.")
    cents, text = _cents(entry), _words(entry)
    check = next((one.value for one in entry.walk("ChqNb") if one.value), "")
    code = _said(entry, "BkTxCd", "Domn", "Fmly", "SubFmlyCd") or _said(entry, "BkTxCd", "Prtry", "Cd")
    return BankLine(
        posted_on=_day_of(day),
        cents=cents,
        text=text,
        fitid=_said(entry, "AcctSvcrRef"),
        kind="check" if check else _KINDS.get(code, "credit" if cents > 0 else "debit"),
        type_code=code,
        check_no=check.lstrip("0"),
        ref=_said(entry, "NtryRef") or next((one.value for one in entry.walk("EndToEndId")), ""),
        trace=trace_in(text),
    )


_KINDS = {
    "CHRG": "fee", "COMM": "fee", "FEES": "fee", "INTR": "interest", "CCHQ": "check", "CDPT": "deposit", "RRTN": "return",
    "UPDD": "return", "PRDD": "return",
}  # fmt: skip
"""Our word for a sub-family of BkTxCd (ISO 20022 external code set, bank transaction code)."""


def _words(entry: Node) -> str:
    """What a person can recognise the entry by: parties, remittance text, the bank's remark; nothing said twice."""
    said = [one.value for one in entry.walk("Nm", "Ustrd", "AddtlTxInf", "AddtlNtryInf", "AddtlInf")]
    return " ".join(dict.fromkeys(words for words in said if words))


def _summary(node: Node, lines: list[BankLine]) -> list[Problem]:
    """`TxsSummry`: number and sums, told when they differ; the balance proof decides."""
    rows = (("TtlNtries", lines), ("TtlCdtNtries", [one for one in lines if one.cents > 0]),
            ("TtlDbtNtries", [one for one in lines if one.cents < 0]))  # fmt: skip
    out = []
    for name, counted in rows:
        said = _said(node, "TxsSummry", name, "NbOfNtries")
        if said.isascii() and said.isdigit() and int(said[:18]) != len(counted):
            message = f"{name} says {said[:18]} entries, {len(counted)} are booked."
            fix = "Compare the lines with the bank's portal; the balance proof decides whether it may be imported."
            out.append(Problem("control", f"line {node.line}, TxsSummry", message, fix))
    return out


# --- values --------------------------------------------------------------------------------------------------------


def _cents(holder: Node) -> int:
    """`Amt` without sign, `CdtDbtInd` the direction: CRDT is money in. At most two decimals that are not 0."""
    place, value, way = f"line {holder.line}, Amt", _said(holder, "Amt"), _said(holder, "CdtDbtInd")
    if way not in ("CRDT", "DBIT"):
        message = f"{way[:20]!r} does not say whether money came in or went out."
        raise CamtError("direction", f"line {holder.line}, CdtDbtInd", message, "It is CRDT or DBIT: download it again.")
    whole, _, part = value.partition(".")
    if not _AMOUNT.fullmatch(value) or part[2:].strip("0"):
        message = f"{value[:40]!r} is not an amount in dollars and cents."
        raise CamtError("amount", place, message, "Correct the download; amounts have at most two decimals.")
    cents = int(whole or "0") * 100 + int(part[:2].ljust(2, "0"))
    if cents >= MAX_CENTS:
        raise CamtError("amount", place, "The amount is impossibly large.", "Download it again.")
    return cents if way == "CRDT" else -cents


def _day_of(node: Node) -> dt.date:
    found = _DATE.fullmatch(node.value)
    try:
        if found is None:
            raise ValueError(node.value)
        return dt.date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        message = f"{node.value[:40]!r} is not a date."
        raise CamtError("date", f"line {node.line}, {node.name}", message, "It should read YYYY-MM-DD.") from None
