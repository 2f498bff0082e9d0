"""Segments as text, for every writer of X12. Elements never carry a separator, whatever a person typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Protocol, TypeVar

END, ELEMENT, COMPONENT, REPETITION = "~", "*", ":", "^"
#: The basic and extended character set of X12 5010 (Appendix B) less our separators.
_FOREIGN = re.compile(r"[^A-Z0-9 !\"&'()+,\-./;?=%@\[\]_{}\\|<>#$]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, when, under which numbers. ``usage`` is P (production) or T (test); ``at`` is local time."""

    sender: str
    sender_name: str
    contact: str
    phone: str
    receiver: str
    receiver_name: str
    at: datetime
    interchange: int
    group: int
    usage: str = "P"


def plain(text: str, most: int = 60) -> str:
    """Text as an element may carry it: accents become their letters, separators and line breaks a blank."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(_FOREIGN.sub(" ", folded).split())[:most].strip()


def amount(cents: int) -> str:
    """Dollars as X12 R wants them: no trailing zeros, no leading zero before the point's own."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    whole, rest = divmod(cents, 100)
    return f"{sign}{whole}" if not rest else f"{sign}{whole or ''}.{rest:02d}".rstrip("0")


def day(value: date) -> str:
    """CCYYMMDD."""
    return value.strftime("%Y%m%d")


@dataclass(slots=True)
class Segments:
    """A transaction being written; ``st`` counts segments for SE01."""

    parts: list[str] = field(default_factory=list)

    def add(self, *elements: str) -> None:
        """One segment; empty elements at its end are left off."""
        last = len(elements)
        while last > 1 and elements[last - 1] == "":
            last -= 1
        self.parts.append(ELEMENT.join(elements[:last]))

    def text(self) -> str:
        return END.join(self.parts) + END + "\n"


def composite(*parts: str) -> str:
    """Components joined, empty ones at the end left off."""
    last = len(parts)
    while last > 1 and parts[last - 1] == "":
        last -= 1
    return COMPONENT.join(parts[:last])


def interchange(envelope: Envelope, version: str, code: str, transactions: Iterable[Segments]) -> str:
    """ISA..IEA around transactions of one kind; ``code`` is GS01 (HC for claims). One segment a line."""
    at = envelope.at
    bodies = list(transactions)
    gs = ["GS", code, envelope.sender[:15], envelope.receiver[:15], at.strftime("%Y%m%d"), at.strftime("%H%M"),
          str(envelope.group), "X", version]  # fmt: skip
    lines = [ELEMENT.join(gs)]
    for n, body in enumerate(bodies, 1):
        control = f"{n:04d}"
        lines += [
            f"ST*{body.parts[0]}*{control}*{version}", *body.parts[1:], f"SE*{len(body.parts) + 1}*{control}",
        ]  # fmt: skip
    return _enveloped(envelope, [*lines, f"GE*{len(bodies)}*{envelope.group}"], 1)


class Asking(Protocol):
    """What is asked of a payer, of which an interchange has one transaction."""

    @property
    def payer_id(self) -> str: ...
    @property
    def payer_name(self) -> str: ...


A = TypeVar("A", bound=Asking)


def questions(
    asked: Sequence[A], envelope: Envelope, version: str, code: str, reference: str,
    write: Callable[[list[A], tuple[str, str], Envelope, str], Segments],
) -> str:  # fmt: skip
    """One interchange with one transaction a payer (id, name), in the order given. ``reference`` begins BHT03, unique a file.

    Raises ValueError when there is nothing to ask.
    """
    if not asked:
        raise ValueError("there is nothing to ask")
    payers = groupby(asked, key=lambda one: (one.payer_id, one.payer_name))
    written = [
        write(list(own), payer, envelope, f"{plain(reference, 40)}-{n}") for n, (payer, own) in enumerate(payers, 1)
    ]
    return interchange(envelope, version, code, written)


def outside_groups(envelope: Envelope, segments: Segments) -> str:
    """ISA..IEA around segments that belong to no group: interchange acknowledgements (TA1)."""
    return _enveloped(envelope, segments.parts, 0)


def _enveloped(envelope: Envelope, lines: list[str], groups: int) -> str:
    at = envelope.at
    isa = ELEMENT.join([
        "ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{envelope.sender[:15]:<15}", "ZZ", f"{envelope.receiver[:15]:<15}",
        at.strftime("%y%m%d"), at.strftime("%H%M"), REPETITION, "00501", f"{envelope.interchange:09d}", "0", envelope.usage,
        COMPONENT,
    ])  # fmt: skip
    return "".join(f"{line}{END}\n" for line in [isa, *lines, f"IEA*{groups}*{envelope.interchange:09d}"])


def digits(text: str) -> str:
    """The digits of a phone number, ZIP or tax number."""
    return "".join(c for c in text if c.isdigit() and c.isascii())
