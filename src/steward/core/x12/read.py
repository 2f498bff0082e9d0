"""X12 files cut into segments and elements, the envelope checked, nothing interpreted.

Delimiters are read from the ISA segment itself (element at position 3, component at 104, segment end at 105, X12.5);
the bytes of the file are never changed, only read. Tolerated: a byte order mark, white space before ISA, line breaks
anywhere, several interchanges in one file (each with its own delimiters), several functional groups and ST in each.
Refused with place and mend: everything whose control numbers or counts (SE01, GE01, IEA01) do not agree, because such a
file was cut or altered on its way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ISA_LENGTH = 106
ISA_ELEMENTS = 17
SEND_AGAIN = "Fetch the file again from the payer or clearinghouse; if it is the same, ask them to send it anew."


class X12Error(ValueError):
    """The one error X12 readers raise: what is wrong, where, and how to mend it.

    ``segment`` is the 1-based number of the segment in the file (0: the file as a whole), ``loop`` the X12 loop or
    envelope part it belongs to.
    """

    def __init__(self, code: str, message: str, fix: str, *, segment: int = 0, loop: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix
        self.segment, self.loop = segment, loop

    @property
    def place(self) -> str:
        """Where, in words: ``segment 12, loop 2100``."""
        parts = [f"segment {self.segment}" if self.segment else "", f"loop {self.loop}" if self.loop else ""]
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        return f"{self.message} ({self.place})" if self.place else self.message


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four separators of one interchange, one character each."""

    element: str
    component: str
    repetition: str
    segment: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """One ST..SE: ``text`` is what stands between ST and SE, both excluded, line breaks removed.

    ``first_segment`` is the file-wide number of the ST segment, so that ``segments[i]`` is segment
    ``first_segment + 1 + i`` of the file.
    """

    kind: str
    control: str
    version: str
    text: str
    first_segment: int
    delimiters: Delimiters
    interchange_control: str
    group_control: str
    sender: str
    receiver: str

    @property
    def segments(self) -> list[str]:
        """The raw segments between ST and SE."""
        return self.text.split(self.delimiters.segment) if self.text else []


@dataclass(frozen=True, slots=True)
class Interchange:
    """One ISA..IEA with its transactions in file order; TA1 segments outside groups are kept raw."""

    isa: tuple[str, ...]
    delimiters: Delimiters
    transactions: tuple[Transaction, ...]
    acknowledgements: tuple[str, ...] = ()


def read(raw: bytes) -> tuple[Interchange, ...]:
    """All interchanges of the file ``raw``. Raises :class:`X12Error` only."""
    text = _text(raw)
    found: list[Interchange] = []
    position, segment = 0, 1
    while position < len(text):
        delimiters, body, position = _cut(text, position, segment)
        walk = _Walk(delimiters, body, segment)
        found.append(walk.interchange())
        segment = walk.last_segment + 1
        position = _skip_space(text, position)
    return tuple(found)


def looks_like_x12(raw: bytes) -> bool:
    """Whether the file begins as an X12 interchange does; says nothing about its being whole."""
    head = raw[:256].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"ISA") and len(head) > 3 and not head[3:4].isalnum()


def kinds(raw: bytes) -> tuple[str, ...]:
    """ST01 of every transaction (``835``, ``999``, ...), in file order. Raises :class:`X12Error`."""
    return tuple(tx.kind for interchange in read(raw) for tx in interchange.transactions)


def _text(raw: bytes) -> str:
    if not raw.strip():
        raise X12Error("empty", "The file is empty.", SEND_AGAIN)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    text = text.lstrip()
    if not text.startswith("ISA"):
        raise X12Error(
            "not_x12",
            "The file does not begin with an ISA segment, so it is not an X12 file.",
            "Choose the file the payer calls 835, ERA or X12; a PDF or a web page is not it.",
        )
    if "\0" in text:
        raise X12Error("characters", "The file contains zero bytes.", SEND_AGAIN)
    return text


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n\x1a":
        position += 1
    return position


def _cut(text: str, start: int, segment: int) -> tuple[Delimiters, str, int]:
    """The delimiters of the interchange at ``start``, its text without line breaks, and where it ends."""
    if not text.startswith("ISA", start):
        raise X12Error(
            "after_iea",
            "Something stands after the end of the interchange that is not a new one.",
            SEND_AGAIN,
            segment=segment,
            loop="ISA",
        )
    head = text[start : start + ISA_LENGTH]
    if len(head) == ISA_LENGTH and head[-1] in "\r\n" and "\r" not in head[:-1] and "\n" not in head[:-1]:
        delimiters = _delimiters(head, segment)
    else:
        head = text[start : start + 2 * ISA_LENGTH].replace("\r", "").replace("\n", "")[:ISA_LENGTH]
        delimiters = _delimiters(head, segment)
    end = _end_of_interchange(text, start, delimiters, segment)
    body = text[start:end]
    for line_break in "\r\n":
        if line_break != delimiters.segment and line_break in body:
            body = body.replace(line_break, "")
    return delimiters, body, end + 1


def _delimiters(head: str, segment: int) -> Delimiters:
    if len(head) < ISA_LENGTH:
        raise X12Error(
            "truncated", "The file ends inside its first segment (ISA).", SEND_AGAIN, segment=segment, loop="ISA"
        )
    element, component, end = head[3], head[104], head[105]
    parts = head[:105].split(element)
    readable = not element.isspace() and not component.isspace() and end not in head[:105]
    distinct = (
        readable
        and len({element, component, end}) == 3
        and not any(c.isalnum() or c == " " for c in element + component + end)
    )
    if not distinct or len(parts) != ISA_ELEMENTS or parts[16] != component:
        raise X12Error(
            "delimiters",
            "The delimiters cannot be read from the ISA segment: it is not 106 characters long"
            " or its separators are not three different signs.",
            "Ask the sender for the file with an ISA segment of fixed width.",
            segment=segment,
            loop="ISA",
        )
    repetition = parts[11] if len(parts[11]) == 1 and not parts[11].isalnum() else ""
    return Delimiters(element, component, repetition, end)


def _end_of_interchange(text: str, start: int, delimiters: Delimiters, segment: int) -> int:
    """Index of the delimiter that ends the IEA segment of the interchange at ``start``."""
    mark, position = "IEA" + delimiters.element, start
    while True:
        position = text.find(mark, position + 1)
        if position < 0:
            raise X12Error(
                "truncated",
                "The end of the interchange (IEA) is missing: the file was cut off.",
                SEND_AGAIN,
                segment=segment,
                loop="ISA",
            )
        before = text[max(start, position - 4) : position].rstrip("\r\n".replace(delimiters.segment, ""))
        if before.endswith(delimiters.segment):
            break
    end = text.find(delimiters.segment, position)
    return len(text) if end < 0 else end


class _Walk:
    """One interchange, walked from envelope segment to envelope segment; what lies between them is not looked at."""

    def __init__(self, delimiters: Delimiters, body: str, first: int) -> None:
        self.delimiters, self.body, self.first = delimiters, body, first
        self.last_segment = first
        self.isa = body[: body.index(delimiters.segment)].split(delimiters.element)
        self.group: list[str] = []
        self.st: list[str] = []
        self.st_number = self.st_end = 0
        self.groups = self.in_group = 0
        self.transactions: list[Transaction] = []
        self.acknowledgements: list[str] = []

    def interchange(self) -> Interchange:
        mark = self.delimiters.segment
        counted, number = 0, self.first
        for found in self._envelope():
            start = found.start() + 1
            end = self.body.find(mark, start)
            number += self.body.count(mark, counted, start)
            counted = start
            self._step(start, len(self.body) if end < 0 else end, number)
        self.last_segment = number + self.body.count(mark, counted)
        iea = self.body[self.body.rindex(mark) + 1 :].split(self.delimiters.element)
        if self.st or self.group:
            raise X12Error(
                "truncated",
                "The interchange ends inside a group or transaction: SE or GE is missing.",
                SEND_AGAIN,
                segment=self.last_segment,
                loop="IEA",
            )
        # Many programs write IEA01 = 1 around nothing but a TA1; refusing those would hide that a file was rejected.
        alone = self.acknowledgements and not self.groups and len(iea) > 1 and iea[1].strip() == "1"
        _agree(iea, 1, 1 if alone else self.groups, "IEA01", self.last_segment, "IEA")
        _same(iea, 2, self.isa[13], "IEA02", "ISA13", self.last_segment, "IEA")
        return Interchange(tuple(self.isa), self.delimiters, tuple(self.transactions), tuple(self.acknowledgements))

    def _envelope(self) -> Iterator[re.Match[str]]:
        mark, element = re.escape(self.delimiters.segment), re.escape(self.delimiters.element)
        return re.finditer(f"{mark}(?=(?:GS|ST|SE|GE|TA1){element})", self.body)

    def _step(self, start: int, end: int, number: int) -> None:
        text = self.body[start:end]
        elements = text.split(self.delimiters.element)
        if elements[0] == "TA1":
            self.acknowledgements.append(text)
        elif elements[0] == "GS":
            self._open_group(elements, number)
        elif elements[0] == "ST":
            self._open_transaction(elements, end, number)
        elif elements[0] == "SE":
            self._close_transaction(elements, start, number)
        else:
            self._close_group(elements, number)

    def _open_group(self, elements: list[str], number: int) -> None:
        if self.group:
            raise X12Error(
                "envelope",
                "A functional group (GS) begins before the one before it ended (GE).",
                SEND_AGAIN,
                segment=number,
                loop="GS",
            )
        if len(elements) < 9:
            raise X12Error(
                "envelope", "The GS segment has fewer than eight elements.", SEND_AGAIN, segment=number, loop="GS"
            )
        self.group, self.in_group = elements, 0
        self.groups += 1

    def _open_transaction(self, elements: list[str], end: int, number: int) -> None:
        if not self.group or self.st:
            raise X12Error(
                "envelope",
                "A transaction (ST) begins outside a group or inside another transaction.",
                SEND_AGAIN,
                segment=number,
                loop="ST",
            )
        self.st, self.st_end, self.st_number = [*elements, "", "", ""], end, number

    def _close_transaction(self, se: list[str], start: int, number: int) -> None:
        if not self.st:
            raise X12Error(
                "envelope", "A transaction ends (SE) that never began (ST).", SEND_AGAIN, segment=number, loop="SE"
            )
        st, self.st = self.st, []
        _agree(se, 1, number - self.st_number + 1, "SE01", number, "SE")
        _same(se, 2, st[2], "SE02", "ST02", number, "SE")
        self.in_group += 1
        self.transactions.append(
            Transaction(
                kind=st[1],
                control=st[2],
                version=st[3] or self.group[8],
                text=self.body[self.st_end + 1 : start - 1],
                first_segment=self.st_number,
                delimiters=self.delimiters,
                interchange_control=self.isa[13],
                group_control=self.group[6],
                sender=self.group[2],
                receiver=self.group[3],
            )
        )

    def _close_group(self, ge: list[str], number: int) -> None:
        if not self.group or self.st:
            raise X12Error(
                "envelope",
                "A group ends (GE) that never began, or with a transaction still open.",
                SEND_AGAIN,
                segment=number,
                loop="GE",
            )
        _agree(ge, 1, self.in_group, "GE01", number, "GE")
        _same(ge, 2, self.group[6], "GE02", "GS06", number, "GE")
        self.group = []


def _agree(elements: list[str], index: int, counted: int, name: str, segment: int, loop: str) -> None:
    said = elements[index].strip() if len(elements) > index else ""
    if not (said.isascii() and said.isdigit() and len(said) < 12 and int(said) == counted):
        raise X12Error(
            "count",
            f"{name} says {said[:20] or 'nothing'}, but {counted} were counted: something is missing or was added.",
            SEND_AGAIN,
            segment=segment,
            loop=loop,
        )


def _same(elements: list[str], index: int, opening: str, name: str, other: str, segment: int, loop: str) -> None:
    said = elements[index].strip() if len(elements) > index else ""
    if said != opening.strip():
        raise X12Error(
            "control_number",
            f"{name} is {said[:20] or 'empty'} where {other} is {opening[:20]}: the envelope"
            " does not close what it opened.",
            SEND_AGAIN,
            segment=segment,
            loop=loop,
        )


def first_kind(raw: bytes) -> str:
    """ST01 of the first transaction without checking anything else; empty when there is none in the first 4 kB."""
    head = raw[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    element, end = head[3:4], head[105:106]
    found = (
        re.search(re.escape(end) + rb"[\r\n]*ST" + re.escape(element) + rb"(\w{3})", head) if element and end else None
    )
    return found[1].decode("ascii", "replace") if found else ""
