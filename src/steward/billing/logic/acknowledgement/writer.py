"""Answers written: TA1, 999, 277CA and 277 as payers and clearinghouses send them, from the values the readers give.

The demo's payers, the simulator and the proofs speak through it. The same values give the same bytes; what is written is
what they say, also when it contradicts itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from steward.billing.logic.acknowledgement.status import (
    ClaimStatus,
    LevelStatus,
    LineStatus,
    Status,
    StatusAnswer,
)
from steward.billing.logic.acknowledgement.syntax import OUTCOME, InterchangeAnswer, SegmentFault, SyntaxAnswer
from steward.core.x12.segments import Span
from steward.core.x12.write import (
    Envelope,
    Segments,
    amount,
    composite,
    day,
    interchange,
    outside_groups,
    plain,
)

LETTER = {word: letter for letter, word in reversed(OUTCOME.items())}


def write_ta1(answers: Sequence[InterchangeAnswer], envelope: Envelope) -> str:
    """TA1s in an interchange of their own. The hour of ours is not known to the value and written as midnight."""
    out = Segments()
    for one in answers:
        sent = one.sent_on.strftime("%y%m%d") if one.sent_on else envelope.at.strftime("%y%m%d")
        out.add("TA1", one.control, sent, "0000", LETTER[one.outcome], one.note)
    return outside_groups(envelope, out)


def write_999(answers: Sequence[SyntaxAnswer], envelope: Envelope) -> str:
    """One transaction a value."""
    return interchange(envelope, "005010X231A1", "FA", [_syntax(one) for one in answers])


def _syntax(answer: SyntaxAnswer) -> Segments:
    out = Segments(["999"])
    out.add("AK1", answer.function, answer.group, answer.version)
    for one in answer.transactions:
        out.add("AK2", one.kind, one.control, one.version)
        for fault in one.faults:
            _fault(out, fault)
        out.add("IK5", LETTER[one.outcome], *one.codes)
    counts = ["" if n is None else str(n) for n in (answer.included, answer.received, answer.accepted)]
    out.add("AK9", LETTER[answer.outcome], *counts, *answer.codes)
    return out


def _fault(out: Segments, fault: SegmentFault) -> None:
    out.add("IK3", fault.tag, str(fault.position), fault.loop, fault.code)
    for said in fault.context:
        out.add("CTX", *said)
    if fault.claim:
        out.add("CTX", composite("CLM01", fault.claim))
    for one in fault.elements:
        place = [str(n) if n else "" for n in (one.element, one.component, one.repeat)]
        out.add("IK4", composite(*place), one.reference, one.code, plain(one.value, 99))
        for said in one.context:
            out.add("CTX", *said)


def write_277ca(answers: Sequence[StatusAnswer], envelope: Envelope) -> str:
    """One transaction a value; claims of one provider that follow each other share its level.

    The guide wants a status of the batch and of each provider with claims: the value must bring them in ``levels``, the
    provider's without a day (STC02 is not used there).
    """
    return interchange(envelope, "005010X214", "HN", [_Tree(one, envelope, known=False).written() for one in answers])


def write_277(answers: Sequence[StatusAnswer], envelope: Envelope) -> str:
    """One transaction a value. The patient of every claim is written as its subscriber."""
    return interchange(envelope, "005010X212", "HN", [_Tree(one, envelope, known=True).written() for one in answers])


class _Tree:
    """One transaction being written, level by level; ``asked`` tells a 277 from a 277CA."""

    def __init__(self, answer: StatusAnswer, envelope: Envelope, *, known: bool) -> None:
        self.answer, self.envelope, self.asked = answer, envelope, known
        self.out = Segments(["277"])
        self.number = 0

    def written(self) -> Segments:
        answer, out, at = self.answer, self.out, self.envelope.at
        out.add(
            "BHT", "0010" if self.asked else "0085", "08", plain(answer.reference, 50), day(at.date()),
            at.strftime("%H%M"), "DG" if self.asked else "TH",
        )  # fmt: skip
        payer = self._hl("", "20", "1")
        out.add("NM1", "PR", "2", plain(answer.payer_name), "", "", "", "", "PI", answer.payer_id)
        if not self.asked:
            out.add("TRN", "1", plain(answer.reference, 50))
            out.add("DTP", "050", "D8", day(answer.received_on or at.date()))
            out.add("DTP", "009", "D8", day(answer.processed_on or at.date()))
        receiver = self._receiver(payer)
        told = {one.identifier: one for one in answer.levels if one.level == "provider"}
        for npi, own in groupby(answer.claims, key=lambda claim: claim.provider_id):
            self._provider(receiver, told.pop(npi, None), list(own))
        for level in told.values():
            self._provider(receiver, level, [])
        return out

    def _hl(self, parent: str, code: str, below: str) -> str:
        self.number += 1
        self.out.add("HL", str(self.number), parent, code, below)
        return str(self.number)

    def _receiver(self, payer: str) -> str:
        batch = self.answer.batch
        below = bool(self.answer.claims) or any(one.level == "provider" for one in self.answer.levels)
        number = self._hl(payer, "21", "1" if below else "0")
        name = batch.name if batch else self.envelope.receiver_name
        code = batch.identifier if batch else self.envelope.receiver
        self.out.add("NM1", "41", "2", plain(name), "", "", "", "", "46", code)
        if batch:
            self._said(batch, batch.trace)
        return number

    def _provider(self, receiver: str, level: LevelStatus | None, claims: list[ClaimStatus]) -> None:
        number = self._hl(receiver, "19", "1" if claims else "0")
        name = level.name if level else claims[0].provider_name
        npi = level.identifier if level else claims[0].provider_id
        self.out.add("NM1", "1P" if self.asked else "85", "2", plain(name), "", "", "", "", "XX", npi)
        if level:
            self._said(level, level.trace or "0")
        for claim in claims:
            self._claim(number, claim)

    def _said(self, level: LevelStatus, trace: str) -> None:
        self.out.add("TRN", "2" if level.level == "receiver" else "1", trace)
        for one in level.statuses:
            self._status(one)
        if level.accepted_count is not None:
            self.out.add("QTY", "90" if level.level == "receiver" else "QA", str(level.accepted_count))
        if level.rejected_count is not None:
            self.out.add("QTY", "AA" if level.level == "receiver" else "QC", str(level.rejected_count))
        for qualifier, cents in (("YU", level.accepted_cents), ("YY", level.rejected_cents)):
            if cents is not None:
                self.out.add("AMT", qualifier, amount(cents))

    def _claim(self, provider: str, claim: ClaimStatus) -> None:
        self._hl(provider, "22" if self.asked else "PT", "0" if self.asked else "")
        self.out.add(
            "NM1", "IL" if self.asked else "QC", "1", plain(claim.patient_last), plain(claim.patient_first, 35), "", "", "",
            "MI" if claim.member_id else "", claim.member_id,
        )  # fmt: skip
        self.out.add("TRN", "2", claim.trace)
        for one in claim.statuses:
            self._status(one)
        refs = [("1K", claim.control), ("D9", claim.clearinghouse), ("BLT", claim.bill_type)]
        if self.asked:
            refs = [("1K", claim.control), ("BLT", claim.bill_type), ("EJ", claim.ref), ("D9", claim.clearinghouse)]
        for qualifier, value in refs:
            if value:
                self.out.add("REF", qualifier, plain(value, 50))
        self._days(claim.days)
        for line in claim.lines:
            self._line(line)

    def _line(self, line: LineStatus) -> None:
        procedure = composite("HC", line.code, *line.modifiers[:4]) if line.code else composite("NU", line.revenue)
        cents = ["" if value is None else amount(value) for value in (line.charge_cents, line.paid_cents)]
        self.out.add("SVC", procedure, *cents, line.revenue if line.code else "", "", "", "1" if self.asked else "")
        for one in line.statuses:
            self._status(one)
        if line.line_ref:
            self.out.add("REF", "FJ", plain(line.line_ref, 50))
        self._days(line.days)

    def _status(self, status: Status) -> None:
        codes = [composite(one.category, one.status, one.entity, one.code_list) for one in status.codes[:3]]
        codes += [""] * (3 - len(codes))
        days = ["" if value is None else day(value) for value in (status.on, status.decided_on, status.paid_on)]
        cents = ["" if value is None else amount(value) for value in (status.charge_cents, status.paid_cents)]
        self.out.add(
            "STC", codes[0], days[0], status.action, *cents, days[1], "", days[2], status.check, codes[1], codes[2],
            plain(status.message, 264),
        )  # fmt: skip

    def _days(self, days: Span | None) -> None:
        if days and (days.last is None or days.last == days.first):
            self.out.add("DTP", "472", "D8", day(days.first))
        elif days and days.last:
            self.out.add("DTP", "472", "RD8", f"{day(days.first)}-{day(days.last)}")
