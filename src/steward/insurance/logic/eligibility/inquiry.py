"""270: is this patient covered on that day? (005010X279A1, Eligibility Benefit Inquiry)

The day asked about is the day of the appointment, never today. Levels: payer 20, provider 21, subscriber 22 and, where another
is the patient, dependent 23. A payer that gives each dependent a number of their own is asked about them as a subscriber.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from steward.core.x12.read import X12Error
from steward.core.x12.segments import Level, Reader, Segment, as_span, levels, transactions
from steward.core.x12.write import Envelope, Segments, day, plain, questions

VERSION = "005010X279A1"
#: Relations a 270 names: spouse, child, other adult. Others are left out and the payer searches by name and birth date.
RELATIONS = ("01", "19", "34")
#: 99 as the guide has it; payers in real time take one.
MOST_SERVICES = 99


@dataclass(frozen=True, slots=True)
class Person:
    """Subscriber or dependent; ``sex`` F, M or empty."""

    last: str
    first: str
    born: date | None = None
    sex: str = ""
    middle: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One patient, one day. ``trace`` comes back in the answer; ``origin`` (TRN03) is ten characters, 1 and the tax number.

    ``services`` are service type codes (X12 1365): 30 the plan as a whole, 98 an office visit, ...
    """

    trace: str
    origin: str
    payer_name: str
    payer_id: str
    provider_name: str
    provider_npi: str
    member_id: str
    subscriber: Person
    on: date
    services: tuple[str, ...] = ("30",)
    dependent: Person | None = None
    relation: str = ""
    group_number: str = ""


def write_270(inquiries: Sequence[Inquiry], envelope: Envelope, reference: str) -> str:
    """One interchange with one transaction a payer (``core.x12.write.questions``, which says what is raised). Inquiries of one
    payer, and of one provider in it, that follow each other share its level.
    """
    return questions(inquiries, envelope, VERSION, "HS", reference, _payer)


def _payer(inquiries: list[Inquiry], payer: tuple[str, str], envelope: Envelope, reference: str) -> Segments:
    out = Segments(["270"])
    out.add("BHT", "0022", "13", reference, day(envelope.at.date()), envelope.at.strftime("%H%M"))
    out.add("HL", "1", "", "20", "1")
    out.add("NM1", "PR", "2", plain(payer[1]), "", "", "", "", "PI", plain(payer[0], 80))
    number = 1
    for (npi, name), own in groupby(inquiries, key=lambda one: (one.provider_npi, one.provider_name)):
        number += 1
        top = number
        out.add("HL", str(top), "1", "21", "1")
        out.add("NM1", "1P", "2", plain(name), "", "", "", "", "XX", npi)
        for inquiry in own:
            number = _patient(out, inquiry, number + 1, top)
    return out


def _patient(out: Segments, inquiry: Inquiry, number: int, top: int) -> int:
    own = inquiry.dependent is None
    out.add("HL", str(number), str(top), "22", "0" if own else "1")
    if own:
        _trace(out, inquiry)
    _name(out, "IL", inquiry.subscriber, "MI", plain(inquiry.member_id, 80))
    if inquiry.group_number:
        out.add("REF", "6P", plain(inquiry.group_number, 50))
    _born(out, inquiry.subscriber)
    if inquiry.dependent is not None:
        number += 1
        out.add("HL", str(number), str(number - 1), "23", "0")
        _trace(out, inquiry)
        _name(out, "03", inquiry.dependent)
        _born(out, inquiry.dependent)
        if inquiry.relation in RELATIONS:
            out.add("INS", "N", inquiry.relation)
    out.add("DTP", "291", "D8", day(inquiry.on))
    for service in inquiry.services[:MOST_SERVICES]:
        out.add("EQ", service)
    return number


def _trace(out: Segments, inquiry: Inquiry) -> None:
    out.add("TRN", "1", plain(inquiry.trace, 50), f"{plain(inquiry.origin, 10):0>10}")


def _name(out: Segments, role: str, who: Person, kind: str = "", number: str = "") -> None:
    out.add("NM1", role, "1", plain(who.last), plain(who.first, 35), plain(who.middle, 25), "", "", kind, number)


def _born(out: Segments, who: Person) -> None:
    if who.born:
        out.add("DMG", "D8", day(who.born), who.sex if who.sex in ("F", "M") else "")


def read_270(raw: bytes) -> tuple[Inquiry, ...]:
    """The inquiries of a 270, ours or another's: payers' doubles answer it, and the writer is proved by it.

    A patient without a day of their own is asked about as of the transaction's date (BHT04), as the guide says. Raises
    :class:`X12Error`, also when neither is there.
    """
    found: list[Inquiry] = []
    for transaction in transactions(raw, "270", ("005010X279",), "eligibility inquiry (270)"):
        reader = Reader(transaction)
        head, tree = levels(reader.segments())
        bht = next((one for one in head if one.tag == "BHT"), None)
        written = reader.day(bht, 4) if bht else None
        found += [_inquiry(reader, level, written) for level in tree if _asks(level)]
    return tuple(found)


def _asks(level: Level) -> bool:
    return level.code in ("22", "23") and any(one.tag == "EQ" for one in level.segments)


def _inquiry(reader: Reader, level: Level, written: date | None) -> Inquiry:
    payer, provider, insured = level.above("20"), level.above("21"), level.above("22")
    if payer is None or provider is None or insured is None:
        raise _faulty(level, "does not hang under a payer, a provider and a subscriber")
    by_tag = {one.tag: one for one in reversed(level.segments)}
    span = reader.span(by_tag["DTP"]) if "DTP" in by_tag else None
    on = span.first if span else written
    if on is None:
        raise _faulty(level, "asks about no day")
    trn, at_insured = by_tag.get("TRN"), _nm1(insured)
    services = [code for one in level.segments if one.tag == "EQ" for code in reader.repeats(one[1])]
    refs = {one[1]: one[2] for one in insured.segments if one.tag == "REF"}
    at_payer, at_provider = _nm1(payer), _nm1(provider)
    ins = by_tag.get("INS")
    own = level is insured
    return Inquiry(
        trn[2] if trn else "", trn[3] if trn else "", at_payer[3], at_payer[9], at_provider[3], at_provider[9],
        at_insured[9], _person(insured), on, tuple(services), None if own else _person(level),
        ins[2] if ins and not own else "", refs.get("6P", ""),
    )  # fmt: skip


def _nm1(level: Level) -> Segment:
    found = next((one for one in level.segments if one.tag == "NM1"), None)
    if found is None:
        raise _faulty(level, "has no name (NM1)")
    return found


def _person(level: Level) -> Person:
    name = _nm1(level)
    dmg = next((one for one in level.segments if one.tag == "DMG"), None)
    span = as_span(dmg[1], dmg[2]) if dmg else None
    return Person(name[3], name[4], span.first if span else None, dmg[3] if dmg else "", name[5])


def _faulty(level: Level, what: str) -> X12Error:
    number = level.segments[0].number - 1 if level.segments else 0
    return X12Error(
        "structure",
        f"Level {level.number[:12]} (HL) {what}.",
        "Ask the sender for the file again.",
        segment=number,
        loop="HL",
    )
