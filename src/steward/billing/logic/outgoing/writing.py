"""Segments as text: what both 837s share. Elements never carry a separator, whatever a person typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from steward.billing.logic.outgoing.model import Address, BillingProvider, Human

END, ELEMENT, COMPONENT, REPETITION = "~", "*", ":", "^"
VERSION = {"P": "005010X222A1", "I": "005010X223A2"}
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
    isa = ELEMENT.join([
        "ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{envelope.sender[:15]:<15}", "ZZ", f"{envelope.receiver[:15]:<15}",
        at.strftime("%y%m%d"), at.strftime("%H%M"), REPETITION, "00501", f"{envelope.interchange:09d}", "0", envelope.usage,
        COMPONENT,
    ])  # fmt: skip
    gs = ["GS", code, envelope.sender[:15], envelope.receiver[:15], at.strftime("%Y%m%d"), at.strftime("%H%M"),
          str(envelope.group), "X", version]  # fmt: skip
    lines = [isa, ELEMENT.join(gs)]
    for n, body in enumerate(bodies, 1):
        control = f"{n:04d}"
        lines += [
            f"ST*{body.parts[0]}*{control}*{version}", *body.parts[1:], f"SE*{len(body.parts) + 1}*{control}",
        ]  # fmt: skip
    lines += [f"GE*{len(bodies)}*{envelope.group}", f"IEA*1*{envelope.interchange:09d}"]
    return "".join(f"{line}{END}\n" for line in lines)


def open_claims(out: Segments, envelope: Envelope, reference: str) -> None:
    """BHT, submitter and receiver (loops 1000A, 1000B). The first part of ``out`` is the transaction's kind."""
    out.parts.append("837")
    out.add("BHT", "0019", "00", plain(reference, 50), day(envelope.at.date()), envelope.at.strftime("%H%M"), "CH")
    out.add("NM1", "41", "2", plain(envelope.sender_name), "", "", "", "", "46", envelope.sender)
    out.add("PER", "IC", plain(envelope.contact), "TE", digits(envelope.phone))
    out.add("NM1", "40", "2", plain(envelope.receiver_name), "", "", "", "", "46", envelope.receiver)


def billing(out: Segments, number: int, who: BillingProvider) -> None:
    """Loop 2000A with 2010AA. ZIP has nine digits there (TR3 N403); where four are not known, CMS takes 9998."""
    out.add("HL", str(number), "", "20", "1")
    if who.taxonomy:
        out.add("PRV", "BI", "PXC", who.taxonomy)
    out.add("NM1", "85", "2", plain(who.name), "", "", "", "", "XX", who.npi)
    _address(out, who.address, nine_digits(who.address.zip))
    out.add("REF", "EI", who.tin)


def nine_digits(text: str) -> str:
    """A billing provider's ZIP."""
    found = digits(text)
    return found + "9998" if len(found) == 5 else found


def person(out: Segments, role: str, who: Human, kind: str = "", number: str = "", *, whole: bool = True) -> None:
    """NM1, and with ``whole`` also N3, N4 and DMG, of a person."""
    out.add("NM1", role, "1", plain(who.last), plain(who.first, 35), plain(who.middle, 25), "", "", kind, number)
    if not whole:
        return
    if who.address.street:
        address(out, who.address)
    if who.born:
        out.add("DMG", "D8", day(who.born), who.sex if who.sex in ("F", "M") else "U")


def address(out: Segments, where: Address) -> None:
    """N3 and N4 of a home or office."""
    _address(out, where, digits(where.zip))


def _address(out: Segments, where: Address, zip_code: str) -> None:
    out.add("N3", plain(where.street, 55), plain(where.street2, 55))
    out.add("N4", plain(where.city, 30), where.state, zip_code)


def digits(text: str) -> str:
    """The digits of a phone number, ZIP or tax number."""
    return "".join(c for c in text if c.isdigit() and c.isascii())
