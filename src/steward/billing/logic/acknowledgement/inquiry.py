"""276: asking a payer what became of claims nobody answered (005010X212, Claim Status Request).

Levels: payer 20, receiver (we, or our clearinghouse's name for us) 21, provider 19, subscriber 22 and, where another is the
patient, patient 23. One level of subscriber a claim, so that every answer hangs on its own trace number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from steward.core.x12.read import X12Error
from steward.core.x12.segments import Level, Reader, Segment, as_span, levels, runs, transactions
from steward.core.x12.write import Envelope, Segments, amount, day, plain, questions

VERSION = "005010X212"


@dataclass(frozen=True, slots=True)
class Asked:
    """Subscriber or patient. ``born`` is required of whoever is the patient; ``sex`` F, M or empty."""

    last: str
    first: str
    born: date | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One claim to ask about. ``patient`` None: the subscriber is the patient. ``trace`` comes back in the answer;
    ``ref`` is our claim number, ``control`` the payer's own if known, ``bill_type`` of a claim on a UB form."""

    trace: str
    ref: str
    payer_name: str
    payer_id: str
    provider_name: str
    provider_npi: str
    subscriber: Asked
    member_id: str
    charge_cents: int
    first_day: date
    last_day: date
    patient: Asked | None = None
    control: str = ""
    bill_type: str = ""


def write_276(inquiries: Sequence[Inquiry], envelope: Envelope, reference: str) -> str:
    """One interchange with one transaction a payer (``core.x12.write.questions``, which says what is raised). Inquiries of one
    payer, and of one provider in it, that follow each other share its level.
    """
    return questions(inquiries, envelope, VERSION, "HR", reference, _payer)


def _payer(inquiries: list[Inquiry], payer: tuple[str, str], envelope: Envelope, reference: str) -> Segments:
    out = Segments(["276"])
    out.add("BHT", "0010", "13", reference, day(envelope.at.date()), envelope.at.strftime("%H%M"))
    out.add("HL", "1", "", "20", "1")
    out.add("NM1", "PR", "2", plain(payer[1]), "", "", "", "", "PI", plain(payer[0], 80))
    out.add("HL", "2", "1", "21", "1")
    out.add("NM1", "41", "2", plain(envelope.sender_name), "", "", "", "", "46", envelope.sender)
    number = 2
    for (npi, name), own in groupby(inquiries, key=lambda one: (one.provider_npi, one.provider_name)):
        number += 1
        top = number
        out.add("HL", str(top), "2", "19", "1")
        out.add("NM1", "1P", "2", plain(name), "", "", "", "", "XX", npi)
        for inquiry in own:
            number = _claim(out, inquiry, number + 1, top)
    return out


def _claim(out: Segments, inquiry: Inquiry, number: int, top: int) -> int:
    own = inquiry.patient is None
    out.add("HL", str(number), str(top), "22", "0" if own else "1")
    if own:
        _born(out, inquiry.subscriber)
    _name(out, "IL", inquiry.subscriber, "MI", plain(inquiry.member_id, 80))
    if inquiry.patient is not None:
        number += 1
        out.add("HL", str(number), str(number - 1), "23")
        _born(out, inquiry.patient)
        _name(out, "QC", inquiry.patient)
    out.add("TRN", "1", plain(inquiry.trace, 50))
    for qualifier, value in (("1K", inquiry.control), ("BLT", inquiry.bill_type), ("EJ", inquiry.ref)):
        if value:
            out.add("REF", qualifier, plain(value, 50))
    out.add("AMT", "T3", amount(inquiry.charge_cents))
    if inquiry.first_day == inquiry.last_day:
        out.add("DTP", "472", "D8", day(inquiry.first_day))
    else:
        out.add("DTP", "472", "RD8", f"{day(inquiry.first_day)}-{day(inquiry.last_day)}")
    return number


def _born(out: Segments, who: Asked) -> None:
    if who.born:
        out.add("DMG", "D8", day(who.born), who.sex if who.sex in ("F", "M") else "")


def _name(out: Segments, role: str, who: Asked, kind: str = "", number: str = "") -> None:
    out.add("NM1", role, "1", plain(who.last), plain(who.first, 35), "", "", "", kind, number)


def read_276(raw: bytes) -> tuple[Inquiry, ...]:
    """The inquiries of a 276, ours or another's: payers' doubles answer it, and the writer is proved by it.

    Raises :class:`X12Error`, also for a claim without days or charge, which cannot be asked about.
    """
    found: list[Inquiry] = []
    for transaction in transactions(raw, "276", (VERSION,), "claim status inquiry (276)"):
        reader = Reader(transaction)
        for level in levels(reader.segments())[1]:
            found += [_inquiry(reader, level, own) for own in runs(level.segments, "TRN")]
    return tuple(found)


def _inquiry(reader: Reader, level: Level, own: list[Segment]) -> Inquiry:
    payer, provider, insured = level.above("20"), level.above("19"), level.above("22")
    if payer is None or provider is None or insured is None:
        raise _incomplete(own[0], "does not hang under a payer, a provider and a subscriber")
    by_tag = {one.tag: one for one in reversed(own)}
    refs = {one[1]: one[2] for one in reversed(own) if one.tag == "REF"}
    days = reader.span(by_tag["DTP"]) if "DTP" in by_tag else None
    charge_at, place = (by_tag["AMT"], 2) if "AMT" in by_tag else (by_tag.get("SVC"), 2)
    charge = reader.cents(charge_at, place) if charge_at else None
    if days is None or charge is None:
        raise _incomplete(own[0], "has no days of service or no charge")
    at_payer, at_provider, at_insured = _nm1(payer), _nm1(provider), _nm1(insured)
    return Inquiry(
        own[0][2], refs.get("EJ", ""), at_payer[3], at_payer[9], at_provider[3], at_provider[9], _person(insured),
        at_insured[9], charge, days.first, days.last or days.first, None if level is insured else _person(level),
        refs.get("1K", ""), refs.get("BLT", ""),
    )  # fmt: skip


def _nm1(level: Level) -> Segment:
    found = next((one for one in level.segments if one.tag == "NM1"), None)
    if found is None:
        raise X12Error(
            "structure",
            f"Level {level.number[:12]} (HL) has no name (NM1).",
            "Ask the sender for the file again.",
            loop="HL",
        )
    return found


def _person(level: Level) -> Asked:
    name = _nm1(level)
    dmg = next((one for one in level.segments if one.tag == "DMG"), None)
    span = as_span(dmg[1], dmg[2]) if dmg else None
    return Asked(name[3], name[4], span.first if span else None, dmg[3] if dmg else "")


def _incomplete(trn: Segment, what: str) -> X12Error:
    return X12Error(
        "structure",
        f"Inquiry {trn[2][:20]} {what}.",
        "Ask the sender for the file again.",
        segment=trn.number,
        loop="2200",
    )
