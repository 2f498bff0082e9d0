"""The loops both 837s share: submitter and receiver, billing provider, people and their addresses."""

from __future__ import annotations

from steward.billing.logic.outgoing.model import Address, BillingProvider, Human
from steward.core.x12.write import Envelope, Segments, day, digits, plain

VERSION = {"P": "005010X222A1", "I": "005010X223A2"}


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
