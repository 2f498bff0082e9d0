"""271 written from the values the reader gives: the demo's payers, test doubles and the proofs speak through it.

One transaction a value, each patient under a subscriber's level of its own. The same values give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from steward.core.x12.segments import Span
from steward.core.x12.write import (
    REPETITION,
    Envelope,
    Segments,
    amount,
    composite,
    day,
    interchange,
    plain,
)

from .model import Answer, Benefit, Member, PatientAnswer, Rejection

VERSION = "005010X279A1"
#: NM108 of somebody named with a benefit: a payer's number or a provider's.
PAYER_ROLES = frozenset({"PR", "PRP", "SEP", "TTP"})


def write_271(answers: Sequence[Answer], envelope: Envelope) -> str:
    """One interchange of all ``answers``. Rejections of a benefit stand under the patient's last one."""
    return interchange(envelope, VERSION, "HB", [_answer(one, envelope) for one in answers])


def _answer(answer: Answer, envelope: Envelope) -> Segments:
    out, at = Segments(["271"]), envelope.at
    out.add("BHT", "0022", "11", plain(answer.reference, 50), day(at.date()), at.strftime("%H%M"))
    refused = {one.level for one in answer.rejections}
    above = bool(answer.patients) or "provider" in refused or not refused
    out.add("HL", "1", "", "20", "1" if above else "0")
    out.add("NM1", "PR", "2", plain(answer.payer_name), "", "", "", "", "PI", plain(answer.payer_id, 80))
    if answer.payer_phone:
        out.add("PER", "IC", "", "TE", plain(answer.payer_phone, 20))
    _refused(out, answer.rejections, "payer")
    if above:
        out.add("HL", "2", "1", "21", "1" if answer.patients else "0")
        out.add("NM1", "1P", "2", plain(answer.provider_name), "", "", "", "", "XX", plain(answer.provider_id, 80))
        _refused(out, answer.rejections, "provider")
    number = 2
    for patient in answer.patients:
        number = _patient(out, patient, number + 1)
    return out


def _patient(out: Segments, patient: PatientAnswer, number: int) -> int:
    """Subscriber and, where another is the patient, dependent; gives the last HL number used."""
    dependent = patient.dependent
    out.add("HL", str(number), "2", "22", "1" if dependent else "0")
    if dependent is None:
        _traces(out, patient)
    _name(out, "IL", patient.subscriber)
    if dependent is None:
        _known(out, patient, patient.subscriber)
        _refused(out, patient.rejections, "subscriber")
    else:
        _home(out, patient.subscriber)
        _refused(out, patient.rejections, "subscriber")
        _born(out, patient.subscriber)
        number += 1
        out.add("HL", str(number), str(number - 1), "23", "0")
        _traces(out, patient)
        _name(out, "03", dependent)
        _known(out, patient, dependent)
        _refused(out, patient.rejections, "patient")
    for one in patient.benefits:
        _benefit(out, one)
    _refused(out, patient.rejections if patient.benefits else (), "benefit")
    return number


def _traces(out: Segments, patient: PatientAnswer) -> None:
    for one in patient.traces:
        out.add("TRN", one.kind, plain(one.number, 50), plain(one.origin, 10))


def _known(out: Segments, patient: PatientAnswer, who: Member) -> None:
    for qualifier, value in patient.refs:
        out.add("REF", qualifier, plain(value, 50))
    _home(out, who)
    _born(out, who)
    if who.relation:
        out.add("INS", "Y" if patient.dependent is None else "N", who.relation)
    _dates(out, patient.dates)


def _name(out: Segments, role: str, who: Member) -> None:
    out.add(
        "NM1", role, "1", plain(who.last), plain(who.first, 35), plain(who.middle, 25), "", "", "MI" if who.member_id else "",
        plain(who.member_id, 80),
    )  # fmt: skip


def _home(out: Segments, who: Member) -> None:
    if who.street:
        out.add("N3", plain(who.street, 55))
    if who.city or who.state or who.zip:
        out.add("N4", plain(who.city, 30), who.state, who.zip)


def _born(out: Segments, who: Member) -> None:
    if who.born or who.sex:
        out.add("DMG", "D8" if who.born else "", day(who.born) if who.born else "", who.sex)


def _dates(out: Segments, dates: Iterable[tuple[str, Span]]) -> None:
    for qualifier, span in dates:
        if span.last == span.first:
            out.add("DTP", qualifier, "D8", day(span.first))
        else:
            out.add("DTP", qualifier, "RD8", f"{day(span.first)}-{day(span.last) if span.last else ''}")


def _benefit(out: Segments, one: Benefit) -> None:
    out.add(
        "EB", one.info, one.level, REPETITION.join(one.services), one.insurance, plain(one.plan, 50), one.period,
        "" if one.cents is None else amount(one.cents), "" if one.ppm is None else _share(one.ppm), one.counted, one.quantity,
        one.authorisation, one.network, composite(*one.procedure) if one.procedure else "",
    )  # fmt: skip
    for how in one.delivery:
        out.add("HSD", *how)
    for qualifier, value in one.refs:
        out.add("REF", qualifier, plain(value, 50))
    _dates(out, one.dates)
    for message in one.messages:
        out.add("MSG", plain(message, 264))
    for place in one.places:
        out.add("III", "ZZ", place)
    for other in one.others:
        out.add("LS", "2120")
        kind = ("PI" if other.role in PAYER_ROLES else "XX") if other.identifier else ""
        out.add("NM1", other.role, "2", plain(other.name), "", "", "", "", kind, plain(other.identifier, 80))
        if other.phone:
            out.add("PER", "IC", "", "TE", plain(other.phone, 20))
        out.add("LE", "2120")


def _refused(out: Segments, rejections: Iterable[Rejection], level: str) -> None:
    for one in rejections:
        if one.level == level:
            out.add("AAA", "N", "", one.reason, one.follow_up)


def _share(ppm: int) -> str:
    """Parts a million as a share of one: ``.2``, ``1``."""
    whole, rest = divmod(ppm, 1_000_000)
    return f"{whole or ''}.{rest:06d}".rstrip("0") if rest else str(whole)
