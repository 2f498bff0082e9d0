"""277CA and 277: what the payer says of each claim, of each provider and of the whole batch.

277CA is 005010X214 (Claim Acknowledgment): nobody asked, it answers an 837. 277 is 005010X212 (Claim Status Response): it
answers our 276. Both hang statuses (STC) on a tree of levels: payer 20, receiver 21, provider 19, then patient PT in the
277CA and subscriber 22 with patient 23 in the 277. A level below the provider whose TRN is followed by a status is a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from steward.billing.logic.acknowledgement.categories import Meaning, gravest, meaning
from steward.core.x12.read import Transaction
from steward.core.x12.segments import Level, Reader, Segment, Span, Unread, levels, runs, transactions

PAYER, RECEIVER, PROVIDER = "20", "21", "19"
PATIENTS = ("PT", "22", "23")
ACKNOWLEDGEMENT, RESPONSE = "005010X214", "005010X212"
#: The three composites of STC that carry a status: STC01, STC10, STC11.
COMPOSITES = (1, 10, 11)


@dataclass(frozen=True, slots=True)
class Code:
    """One status: category (list 507), status (list 508), who it is about (X12 98), and RX when 508 is the pharmacy list."""

    category: str
    status: str
    entity: str = ""
    code_list: str = ""

    @property
    def meaning(self) -> Meaning:
        return meaning(self.category)


@dataclass(frozen=True, slots=True)
class Status:
    """One STC. ``action`` is STC03 (WQ accepted, U rejected; 277CA only). Amounts are cents, None when not said."""

    codes: tuple[Code, ...]
    on: date | None
    action: str
    charge_cents: int | None
    paid_cents: int | None
    decided_on: date | None
    paid_on: date | None
    check: str
    message: str

    @property
    def meaning(self) -> Meaning:
        """The gravest of its codes. A 277CA that says U without a rejecting category rejects all the same."""
        found = gravest(tuple(code.meaning for code in self.codes))
        return Meaning.REJECTED if self.action == "U" and found in (Meaning.ACCEPTED, Meaning.FORWARDED) else found


@dataclass(frozen=True, slots=True)
class LineStatus:
    """What is said of one service line. ``line_ref`` is our REF*6R as it comes back (REF*FJ)."""

    line_ref: str
    code: str
    modifiers: tuple[str, ...]
    revenue: str
    charge_cents: int | None
    paid_cents: int | None
    days: Span | None
    statuses: tuple[Status, ...]

    @property
    def meaning(self) -> Meaning:
        return gravest(tuple(status.meaning for status in self.statuses))


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """One claim. ``ref`` is our claim number (TRN02 of a 277CA, REF*EJ of a 277), ``trace`` the TRN02 as it came back
    (in a 277 the trace of our question), ``control`` the payer's own number (REF*1K)."""

    ref: str
    trace: str
    control: str
    clearinghouse: str
    bill_type: str
    days: Span | None
    statuses: tuple[Status, ...]
    lines: tuple[LineStatus, ...]
    patient_last: str
    patient_first: str
    member_id: str
    provider_id: str
    provider_name: str
    segment: int

    @property
    def meaning(self) -> Meaning:
        """What it means for the claim: its own statuses; those of its lines only where it has none."""
        own = self.statuses or tuple(status for line in self.lines for status in line.statuses)
        return gravest(tuple(status.meaning for status in own))

    @property
    def charge_cents(self) -> int | None:
        return next((one.charge_cents for one in self.statuses if one.charge_cents is not None), None)


@dataclass(frozen=True, slots=True)
class LevelStatus:
    """What is said of the whole batch (``receiver``) or of one provider's claims: a refusal here has no claims below it.

    Counts and cents are None when not said. ``trace`` of the batch is our BHT03."""

    level: str
    name: str
    identifier: str
    trace: str
    statuses: tuple[Status, ...]
    accepted_count: int | None = None
    rejected_count: int | None = None
    accepted_cents: int | None = None
    rejected_cents: int | None = None

    @property
    def meaning(self) -> Meaning:
        return gravest(tuple(status.meaning for status in self.statuses))


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """One transaction. ``unread`` are values that could not be read; everything else stands."""

    kind: str
    reference: str
    control: str
    payer_name: str
    payer_id: str
    received_on: date | None
    processed_on: date | None
    levels: tuple[LevelStatus, ...]
    claims: tuple[ClaimStatus, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def batch(self) -> LevelStatus | None:
        """What is said of the batch as a whole, if anything."""
        return next((one for one in self.levels if one.level == "receiver"), None)


def read_277ca(raw: bytes) -> tuple[StatusAnswer, ...]:
    """Every claim acknowledgement of the file. Raises :class:`steward.core.x12.read.X12Error`."""
    found = transactions(raw, "277", (ACKNOWLEDGEMENT,), "claim acknowledgement (277CA)")
    return tuple(_answer(one, "277CA") for one in found)


def read_277(raw: bytes) -> tuple[StatusAnswer, ...]:
    """Every answer to a status inquiry in the file. Raises :class:`steward.core.x12.read.X12Error`."""
    return tuple(_answer(one, "277") for one in transactions(raw, "277", (RESPONSE,), "claim status answer (277)"))


def _answer(transaction: Transaction, kind: str) -> StatusAnswer:
    reader = Reader(transaction)
    head, tree = levels(reader.segments())
    bht = _first(head, "BHT")
    payers = [level for level in tree if level.code == PAYER]
    name = _first(payers[0].segments, "NM1") if payers else None
    above, claims = [], []
    for level in tree:
        if level.code in (RECEIVER, PROVIDER):
            above.append(_level(reader, level))
        elif level.code in PATIENTS:
            claims += _claims(reader, level, kind)
    return StatusAnswer(
        kind=kind,
        reference=bht[3] if bht else "",
        control=transaction.control,
        payer_name=name[3] if name else "",
        payer_id=name[9] if name else "",
        received_on=_dated(reader, payers, "050"),
        processed_on=_dated(reader, payers, "009"),
        levels=tuple(one for one in above if one.statuses),
        claims=tuple(claims),
        unread=tuple(reader.unread),
    )


def _level(reader: Reader, level: Level) -> LevelStatus:
    name, trace = _first(level.segments, "NM1"), _first(level.segments, "TRN")
    found: dict[str, int | None] = {}
    for one in level.segments:
        if one.tag == "QTY":
            found[one[1]] = reader.count(one, 2)
        elif one.tag == "AMT":
            found[one[1]] = reader.cents(one, 2)
    return LevelStatus(
        "receiver" if level.code == RECEIVER else "provider",
        _named(name),
        name[9] if name else "",
        trace[2] if trace else "",
        tuple(_status(reader, one) for one in level.segments if one.tag == "STC"),
        found.get("90", found.get("QA")),
        found.get("AA", found.get("QC")),
        found.get("YU"),
        found.get("YY"),
    )


def _claims(reader: Reader, level: Level, kind: str) -> list[ClaimStatus]:
    """Each TRN of the level begins a claim; what stands before the first belongs to the person."""
    return [_claim(reader, level, own, kind) for own in runs(level.segments, "TRN")]


def _claim(reader: Reader, level: Level, segments: list[Segment], kind: str) -> ClaimStatus:
    served = runs(segments, "SVC")
    own = segments[: len(segments) - sum(map(len, served))]
    refs = {one[1]: one[2] for one in reversed(own) if one.tag == "REF"}
    person, provider = _first(level.segments, "NM1"), level.above(PROVIDER)
    insured = level.above("22")
    member = next(
        (one for one in (person, _first(insured.segments, "NM1") if insured else None) if one and one[9]), None
    )
    billed = _first(provider.segments, "NM1") if provider else None
    trace = segments[0][2]
    return ClaimStatus(
        ref=trace if kind == "277CA" else refs.get("EJ", ""),
        trace=trace,
        control=refs.get("1K", ""),
        clearinghouse=refs.get("D9", ""),
        bill_type=refs.get("BLT", ""),
        days=_days(reader, own),
        statuses=tuple(_status(reader, one) for one in own if one.tag == "STC"),
        lines=tuple(_line(reader, one) for one in served),
        patient_last=person[3] if person else "",
        patient_first=person[4] if person else "",
        member_id=member[9] if member else "",
        provider_id=billed[9] if billed else "",
        provider_name=_named(billed),
        segment=segments[0].number,
    )


def _line(reader: Reader, segments: list[Segment]) -> LineStatus:
    svc = segments[0]
    procedure = [*reader.parts(svc[1]), "", ""]
    refs = {one[1]: one[2] for one in reversed(segments) if one.tag == "REF"}
    revenue = svc[4] or (procedure[1] if procedure[0] == "NU" else "")
    return LineStatus(
        refs.get("FJ", ""),
        "" if procedure[0] == "NU" else procedure[1],
        tuple(part for part in procedure[2:6] if part),
        revenue,
        reader.cents(svc, 2),
        reader.cents(svc, 3),
        _days(reader, segments),
        tuple(_status(reader, one) for one in segments if one.tag == "STC"),
    )


def _status(reader: Reader, stc: Segment) -> Status:
    codes = []
    for index in COMPOSITES:
        if stc[index]:
            parts = [*reader.parts(stc[index]), "", "", "", ""]
            codes.append(Code(*parts[:4]))
    return Status(
        tuple(codes), reader.day(stc, 2), stc[3], reader.cents(stc, 4), reader.cents(stc, 5), reader.day(stc, 6),
        reader.day(stc, 8), stc[9], stc[12],
    )  # fmt: skip


def _days(reader: Reader, segments: list[Segment]) -> Span | None:
    found = next((one for one in segments if one.tag == "DTP" and one[1] in ("472", "232")), None)
    return reader.span(found) if found else None


def _dated(reader: Reader, payers: list[Level], qualifier: str) -> date | None:
    found = next((one for level in payers for one in level.segments if one.tag == "DTP" and one[1] == qualifier), None)
    span = reader.span(found) if found else None
    return span.first if span else None


def _first(segments: list[Segment], tag: str) -> Segment | None:
    return next((one for one in segments if one.tag == tag), None)


def _named(nm1: Segment | None) -> str:
    return " ".join(part for part in (nm1[4], nm1[3]) if part) if nm1 else ""
