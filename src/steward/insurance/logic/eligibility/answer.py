"""271 -> :class:`Answer` (005010X279A1, Eligibility Benefit Response; the first version without A1 too)."""

from __future__ import annotations

from collections.abc import Iterable

from steward.core.x12.read import Transaction
from steward.core.x12.segments import Level, Reader, Segment, Span, as_span, levels, transactions

from .model import Answer, Benefit, Member, Other, PatientAnswer, Rejection, Trace

PAYER, PROVIDER, SUBSCRIBER, DEPENDENT = "20", "21", "22", "23"
VERSIONS = ("005010X279",)


def read_271(raw: bytes) -> tuple[Answer, ...]:
    """Every eligibility answer of the file. Raises :class:`steward.core.x12.read.X12Error`."""
    return tuple(_answer(one) for one in transactions(raw, "271", VERSIONS, "eligibility answer (271)"))


def _answer(transaction: Transaction) -> Answer:
    reader = Reader(transaction)
    head, tree = levels(reader.segments())
    bht = _first(head, "BHT")
    payer = next((level.segments for level in tree if level.code == PAYER), [])
    provider = next((level.segments for level in tree if level.code == PROVIDER), [])
    refused = [*_rejections(head, "payer"), *_rejections(payer, "payer"), *_rejections(provider, "provider")]
    asked = {id(level.parent) for level in tree if level.code == DEPENDENT}
    patients = [
        level
        for level in tree
        if level.code == DEPENDENT
        or (level.code == SUBSCRIBER and (id(level) not in asked or _parted(level.segments)[1]))
    ]
    return Answer(
        reference=bht[3] if bht else "",
        control=transaction.control,
        payer_name=_named(_first(payer, "NM1")),
        payer_id=_at(_first(payer, "NM1"), 9),
        payer_phone=_phone(payer),
        provider_name=_named(_first(provider, "NM1")),
        provider_id=_at(_first(provider, "NM1"), 9),
        rejections=tuple(refused),
        patients=tuple(_patient(reader, level) for level in patients),
        unread=tuple(reader.unread),
    )


def _patient(reader: Reader, level: Level) -> PatientAnswer:
    own, served = _parted(level.segments)
    insured = level.above(SUBSCRIBER)
    above = [] if insured is None or insured is level else _parted(insured.segments)[0]
    dependent = level.code == DEPENDENT
    refused = [*_rejections(above, "subscriber"), *_rejections(own, "patient" if dependent else "subscriber")]
    benefits = tuple(_benefit(reader, one) for one in served)
    refused += [one for run in served for one in _rejections(run, "benefit")]
    both = [*above, *own]
    return PatientAnswer(
        traces=tuple(Trace(one[1], one[2], one[3]) for one in [*own, *above] if one.tag == "TRN"),
        subscriber=_member(reader, above if dependent else own),
        dependent=_member(reader, own) if dependent else None,
        refs=tuple((one[1], one[2]) for one in both if one.tag == "REF"),
        dates=_dates(reader, both),
        rejections=tuple(refused),
        benefits=benefits,
    )


def _parted(segments: list[Segment]) -> tuple[list[Segment], list[list[Segment]]]:
    """What stands before the first EB, and each EB with what follows it."""
    starts = [n for n, one in enumerate(segments) if one.tag == "EB"]
    if not starts:
        return segments, []
    cut = zip(starts, [*starts[1:], len(segments)], strict=True)
    return segments[: starts[0]], [segments[start:end] for start, end in cut]


def _member(reader: Reader, segments: list[Segment]) -> Member:
    name, dmg, home, town, ins = (_first(segments, tag) for tag in ("NM1", "DMG", "N3", "N4", "INS"))
    born = as_span(dmg[1], dmg[2]) if dmg else None
    return Member(
        last=_at(name, 3), first=_at(name, 4), middle=_at(name, 5), member_id=_at(name, 9), born=born.first if born else None,
        sex=_at(dmg, 3), street=_at(home, 1), city=_at(town, 1), state=_at(town, 2), zip=_at(town, 3), relation=_at(ins, 2),
    )  # fmt: skip


def _benefit(reader: Reader, run: list[Segment]) -> Benefit:
    eb = run[0]
    others, own = _others(run)
    return Benefit(
        info=eb[1],
        level=eb[2],
        services=reader.repeats(eb[3]),
        insurance=eb[4],
        plan=eb[5],
        period=eb[6],
        cents=reader.cents(eb, 7),
        ppm=reader.ppm(eb, 8),
        counted=eb[9],
        quantity=eb[10],
        authorisation=eb[11],
        network=eb[12],
        procedure=tuple(part for part in reader.parts(eb[13]) if part),
        refs=tuple((one[1], one[2]) for one in own if one.tag == "REF"),
        dates=_dates(reader, own),
        messages=tuple(one[1] for one in own if one.tag == "MSG" and one[1]),
        places=tuple(one[2] for one in own if one.tag == "III" and one[1] == "ZZ" and one[2]),
        delivery=tuple(tuple(part.strip() for part in one.elements[1:]) for one in own if one.tag == "HSD"),
        others=others,
        segment=eb.number,
    )


def _others(run: list[Segment]) -> tuple[tuple[Other, ...], list[Segment]]:
    """Whom a benefit names (each NM1 with the PER after it), and the benefit's own segments before them."""
    starts = [n for n, one in enumerate(run) if one.tag == "NM1"]
    if not starts:
        return (), run
    found = []
    for start, end in zip(starts, [*starts[1:], len(run)], strict=True):
        name = run[start]
        found.append(Other(name[1], _named(name), name[9], _phone(run[start:end])))
    return tuple(found), run[: starts[0]]


def _phone(segments: list[Segment]) -> str:
    per = _first(segments, "PER")
    pairs = ((3, 4), (5, 6), (7, 8))
    return next((per[n] for kind, n in pairs if per[kind] == "TE"), "") if per else ""


def _dates(reader: Reader, segments: Iterable[Segment]) -> tuple[tuple[str, Span], ...]:
    spans = ((one[1], reader.span(one)) for one in segments if one.tag == "DTP")
    return tuple((qualifier, span) for qualifier, span in spans if span)


def _rejections(segments: Iterable[Segment], level: str) -> list[Rejection]:
    return [Rejection(one[3], one[4], level) for one in segments if one.tag == "AAA"]


def _first(segments: list[Segment], tag: str) -> Segment | None:
    return next((one for one in segments if one.tag == tag), None)


def _at(segment: Segment | None, index: int) -> str:
    return segment[index] if segment else ""


def _named(nm1: Segment | None) -> str:
    return " ".join(part for part in (nm1[4], nm1[3]) if part) if nm1 else ""
