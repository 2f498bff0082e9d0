"""TA1 and 999: was the interchange taken, was each group and transaction understood, and what was wrong where.

TA1 stands outside the groups of an interchange (X12.5, Interchange Acknowledgment). 999 is 005010X231A1, Implementation
Acknowledgment: one functional group of ours a transaction (AK1, AK9), our transactions in it (AK2, IK5), their faults (IK3,
IK4, CTX). A claim in which a fault stands is named by the sender (CTX*CLM01) or found by its place, see :mod:`.place`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from steward.billing.logic.acknowledgement.place import SentFile
from steward.core.x12.read import X12Error, read
from steward.core.x12.segments import Reader, Segment, Unread, as_day, runs, transactions

ACCEPTED, WITH_ERRORS, PARTIAL, REJECTED = "accepted", "accepted_with_errors", "partial", "rejected"
#: AK901 and IK501. M, W and X are rejections for reasons of authentication and encryption.
OUTCOME = {
    "A": ACCEPTED, "E": WITH_ERRORS, "P": PARTIAL, "R": REJECTED, "M": REJECTED, "W": REJECTED, "X": REJECTED,
}  # fmt: skip
ASK = "Ask the clearinghouse for the answer again; until then the claims stay without one."
VERSIONS = ("005010X231",)


@dataclass(frozen=True, slots=True)
class InterchangeAnswer:
    """One TA1: ``control`` is our ISA13, ``sent_on`` our ISA09, ``note`` the three digits of TA105 (000: nothing wrong)."""

    control: str
    sent_on: date | None
    outcome: str
    note: str
    answered_by: str = ""


@dataclass(frozen=True, slots=True)
class ElementFault:
    """IK4: ``element`` is the element's place in its segment, 1-based; ``component`` and ``repeat`` 0 where it has none.

    ``context`` are the elements of each CTX, components joined by ``:``: what called for the element that is missing.
    """

    element: int
    component: int
    repeat: int
    reference: str
    code: str
    value: str
    context: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentFault:
    """IK3: ``position`` counts from ST = 1. ``claim`` is our claim number, empty when the fault stands in none."""

    tag: str
    position: int
    loop: str
    code: str
    elements: tuple[ElementFault, ...] = ()
    claim: str = ""
    context: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TransactionAnswer:
    """AK2..IK5: what became of one ST of ours. ``codes`` are IK502 to IK506."""

    kind: str
    control: str
    version: str
    outcome: str
    codes: tuple[str, ...]
    faults: tuple[SegmentFault, ...]


@dataclass(frozen=True, slots=True)
class ClaimSyntax:
    """What a 999 means for one claim of ours: its transaction's outcome, and the faults that stand in it.

    In a rejected transaction every claim is rejected, also one without a fault; in one accepted with errors only the
    claims with faults carry the errors.
    """

    ref: str
    outcome: str
    faults: tuple[SegmentFault, ...] = ()


@dataclass(frozen=True, slots=True)
class SyntaxAnswer:
    """One 999: what became of one functional group of ours. ``codes`` are AK905 to AK909."""

    function: str
    group: str
    version: str
    outcome: str
    codes: tuple[str, ...]
    included: int | None
    received: int | None
    accepted: int | None
    transactions: tuple[TransactionAnswer, ...]
    control: str
    answered_by: str
    unread: tuple[Unread, ...] = ()

    def of(self, control: str) -> TransactionAnswer | None:
        """The answer to our ST02 ``control``; None when it is not named (in an accepted group it need not be)."""
        return next((one for one in self.transactions if one.control == control), None)

    def claims(self, sent: str | bytes) -> tuple[ClaimSyntax, ...]:
        """What it means for each claim of the 837 we sent, in its order. A transaction that is not named shares the fate of
        its group when that is accepted or rejected whole; otherwise its claims are left out: nothing was said of them."""
        file = SentFile(sent)
        found: list[ClaimSyntax] = []
        for control in file.controls(self.group):
            named = self.of(control)
            if named is not None:
                named = _placed(named, file, self.group)
            elif self.outcome in (ACCEPTED, REJECTED):
                named = TransactionAnswer("837", control, self.version, self.outcome, (), ())
            if named is not None:
                found += _claims(named, file.claims_at(control, 1, group=self.group))
        return tuple(found)

    def placed(self, sent: str | bytes) -> SyntaxAnswer:
        """The same with the claim of every fault found in the 837 we sent. Raises X12Error when ``sent`` is no X12."""
        file = SentFile(sent)
        return replace(self, transactions=tuple(_placed(one, file, self.group) for one in self.transactions))


def _placed(answer: TransactionAnswer, sent: SentFile, group: str) -> TransactionAnswer:
    faults = tuple(
        fault if fault.claim else replace(fault, claim=sent.claim_at(answer.control, fault.position, group=group) or "")
        for fault in answer.faults
    )
    return replace(answer, faults=faults)


def _claims(answer: TransactionAnswer, refs: tuple[str, ...]) -> list[ClaimSyntax]:
    own: dict[str, list[SegmentFault]] = {}
    for fault in answer.faults:
        own.setdefault(fault.claim, []).append(fault)
    clean = ACCEPTED if answer.outcome == WITH_ERRORS else answer.outcome
    return [ClaimSyntax(ref, answer.outcome if ref in own else clean, tuple(own.get(ref, ()))) for ref in refs]


def read_ta1(raw: bytes) -> tuple[InterchangeAnswer, ...]:
    """Every TA1 of the file; empty when there is none. Raises :class:`X12Error` for a code that is not A, E or R."""
    found = []
    for interchange in read(raw):
        for text in interchange.acknowledgements:
            ta1 = [part.strip() for part in text.split(interchange.delimiters.element)] + [""] * 6
            if ta1[4] not in ("A", "E", "R"):
                raise _unknown("TA104", ta1[4], 0, "TA1")
            found.append(
                InterchangeAnswer(ta1[1], as_day("20" + ta1[2]), OUTCOME[ta1[4]], ta1[5], interchange.isa[6].strip())
            )
    return tuple(found)


def read_999(raw: bytes) -> tuple[SyntaxAnswer, ...]:
    """Every 999 of the file, one a functional group of ours. Raises :class:`X12Error`."""
    answers = []
    for transaction in transactions(raw, "999", VERSIONS, "acknowledgement of a file (999)"):
        reader = Reader(transaction)
        answers.append(_answer(reader, reader.segments()))
    return tuple(answers)


def _answer(reader: Reader, segments: list[Segment]) -> SyntaxAnswer:
    first = reader.transaction.first_segment
    ak1, ak9 = _only(segments, "AK1", first), _only(segments, "AK9", first)
    own = segments[segments.index(ak1) + 1 : segments.index(ak9)]
    if own and own[0].tag != "AK2":
        raise _unexpected(own[0])
    return SyntaxAnswer(
        ak1[1], ak1[2], ak1[3], _outcome(ak9), _codes(ak9, 5), reader.count(ak9, 2), reader.count(ak9, 3),
        reader.count(ak9, 4), tuple(_transaction(reader, one) for one in runs(own, "AK2")), reader.transaction.control,
        reader.transaction.sender, tuple(reader.unread),
    )  # fmt: skip


def _transaction(reader: Reader, segments: list[Segment]) -> TransactionAnswer:
    ak2, ik5 = segments[0], segments[-1]
    if ik5.tag != "IK5":
        raise _unexpected(ik5)
    own = segments[1:-1]
    if own and own[0].tag != "IK3":
        raise _unexpected(own[0])
    faults = tuple(_fault(reader, one) for one in runs(own, "IK3"))
    return TransactionAnswer(ak2[1], ak2[2], ak2[3], _outcome(ik5), _codes(ik5, 2), faults)


def _fault(reader: Reader, segments: list[Segment]) -> SegmentFault:
    """IK3 with its CTX, then each IK4 with its own. CTX*CLM01:<number> names the claim, wherever it stands."""
    for one in segments[1:]:
        if one.tag not in ("IK4", "CTX"):
            raise _unexpected(one)
    elements = runs(segments, "IK4")
    ik3, *own = segments[: len(segments) - sum(map(len, elements))]
    claims = [named for one in segments[1:] if (named := _claim_named(reader, one))]
    return SegmentFault(
        ik3[1], reader.count(ik3, 2) or 0, ik3[3], ik3[4], tuple(_element(reader, one) for one in elements),
        claims[-1] if claims else "", _context(reader, own),
    )  # fmt: skip


def _element(reader: Reader, segments: list[Segment]) -> ElementFault:
    ik4 = segments[0]
    place = [int(part) if part.isascii() and part.isdigit() and len(part) < 5 else 0 for part in reader.parts(ik4[1])]
    element, component, repeat = [*place, 0, 0, 0][:3]
    return ElementFault(element, component, repeat, ik4[2], ik4[3], ik4[4], _context(reader, segments[1:]))


def _claim_named(reader: Reader, one: Segment) -> str:
    named = reader.parts(one[1])
    return named[1] if one.tag == "CTX" and len(named) > 1 and named[0].upper() == "CLM01" else ""


def _context(reader: Reader, segments: list[Segment]) -> tuple[tuple[str, ...], ...]:
    found = []
    for one in segments:
        said = [":".join(reader.parts(text)) for text in one.elements[1:]]
        while said and not said[-1]:
            said.pop()
        if not _claim_named(reader, one):
            found.append(tuple(said))
    return tuple(found)


def _only(segments: list[Segment], tag: str, first: int) -> Segment:
    found = [one for one in segments if one.tag == tag]
    place = 0 if tag == "AK1" else len(segments) - 1
    if len(found) != 1 or segments[place] is not found[0]:
        raise X12Error(
            "structure",
            f"The answer must {'begin' if tag == 'AK1' else 'end'} with one {tag} segment.",
            ASK,
            segment=found[0].number if found else first,
            loop="ST",
        )
    return found[0]


def _outcome(segment: Segment) -> str:
    outcome = OUTCOME.get(segment[1])
    if outcome is None:
        raise _unknown(f"{segment.tag}01", segment[1], segment.number, "2000")
    return outcome


def _codes(segment: Segment, index: int) -> tuple[str, ...]:
    return tuple(code.strip() for code in segment.elements[index : index + 5] if code.strip())


def _unknown(where: str, text: str, segment: int, loop: str) -> X12Error:
    return X12Error(
        "outcome", f"{where} says {text[:20] or 'nothing'}, which is no known outcome.", ASK, segment=segment, loop=loop
    )


def _unexpected(segment: Segment) -> X12Error:
    return X12Error(
        "structure", f"A segment {segment.tag[:3]} stands where none belongs.", ASK, segment=segment.number, loop="2000"
    )
