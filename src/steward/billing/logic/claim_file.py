"""837 claims of our own, read as charges (005010X222 and X223 and their neighbours); thin: what charges need, no more.

The hierarchy is followed by HL03: 20 billing provider, 22 subscriber, 23 patient. An 837 carries no chart number, so the
member id (with the first name for a dependent) stands for it. Whether the billing provider is ours is the caller's question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from steward.core.x12.read import Transaction, X12Error, read

from .charges_csv import CHARGE_LIMIT_CENTS, Address, ChargeFile, ChargeRow, ClaimRow, PersonRow
from .remittance.model import as_date
from .remittance.parse import Cents

ASK = "Export the claim again from the system that wrote it; nothing of this file was entered."
VERSIONS = ("005010X222", "005010X223")
RELATIONS = {"18", "01", "19", "20", "21", "39", "40", "53", "G8"}


@dataclass
class _Someone:
    """A person of the file as far as it is told."""

    last: str = ""
    first: str = ""
    id: str = ""
    born: date | None = None
    sex: str = "U"
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""

    def row(self) -> PersonRow:
        return PersonRow(self.last, self.first, self.born, self.sex if self.sex in ("F", "M") else "U")


@dataclass
class _Line:
    """A service being read."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    cents: int
    units: str
    place: str
    pointers: tuple[int, ...]
    day: date | None = None
    ref: str = ""


@dataclass
class _Claim:
    """A claim being read."""

    ref: str
    cents: int
    place: str
    segment: int
    subscriber: _Someone
    patient: _Someone
    relation: str
    payer: str
    billing: str
    diagnoses: list[str] = field(default_factory=list)
    day: date | None = None
    rendering: str = ""
    auth: str = ""
    second_payer: str = ""
    second_member: str = ""
    lines: list[_Line] = field(default_factory=list)


def parse(raw: bytes) -> ChargeFile:
    """Every claim of the 837s in ``raw``. Raises X12Error with segment and loop."""
    claims: list[ClaimRow] = []
    for interchange in read(raw):
        for tx in interchange.transactions:
            if tx.kind == "837":
                claims.extend(_Walk(tx).claims())
    if not claims:
        raise X12Error("not_837", "The file holds no claim (837).", "Choose an 837 file, or import it as what it is.")
    refs = [claim.claim_ref for claim in claims]
    if len(set(refs)) < len(refs):
        raise X12Error("twice", "A claim number (CLM01) stands twice in the file.", ASK)
    return ChargeFile(tuple(claims), ())


class _Walk:
    """One ST..SE. ``someone`` is whom N3, N4 and DMG speak of."""

    def __init__(self, tx: Transaction) -> None:
        if not tx.version.startswith(VERSIONS):
            raise X12Error("version", f"This 837 is written as {tx.version[:20]}; Steward reads 005010X222 and X223.",
                           ASK, segment=tx.first_segment, loop="ST")  # fmt: skip
        self.tx, self.at, self.cents = tx, tx.first_segment, Cents()
        self.billing, self.payer, self.relation = "", "", "18"
        self.subscriber, self.patient, self.someone = _Someone(), _Someone(), _Someone()
        self.claim: _Claim | None = None
        self.found: list[_Claim] = []
        self.other = False

    def claims(self) -> list[ClaimRow]:
        handlers = {"HL": self._hl, "NM1": self._nm1, "N3": self._n3, "N4": self._n4, "DMG": self._dmg, "SBR": self._sbr,
                    "PAT": self._pat, "CLM": self._clm, "HI": self._hi, "SV1": self._sv1, "SV2": self._sv2,
                    "DTP": self._dtp, "REF": self._ref}  # fmt: skip
        for text in self.tx.segments:
            self.at += 1
            e = text.split(self.tx.delimiters.element)
            handler = handlers.get(e[0])
            if handler is None:
                continue
            try:
                handler([*e, *[""] * 12])
            except ValueError as error:
                if isinstance(error, X12Error):
                    raise
                raise self._fault("amount", f"In this segment {error}.") from error
        return [self._row(claim) for claim in self.found]

    def _fault(self, code: str, message: str) -> X12Error:
        return X12Error(code, message, ASK, segment=self.at, loop="2300" if self.claim else "2000")

    def _hl(self, e: list[str]) -> None:
        self.claim = None
        if e[3] == "22":
            self.subscriber, self.relation, self.other = _Someone(), "18", False
            self.patient = self.subscriber
        elif e[3] == "23":
            self.patient = _Someone()

    def _nm1(self, e: list[str]) -> None:
        role, name = e[1], _Someone(last=e[3], first=e[4], id=e[9])
        if role == "85":
            self.billing = e[9]
        elif role == "IL" and self.claim is None:
            self.subscriber.last, self.subscriber.first, self.subscriber.id = e[3], e[4], e[9]
            name = self.subscriber
        elif role == "IL" and self.claim:
            self.claim.second_member = e[9]
        elif role == "QC":
            self.patient.last, self.patient.first = e[3], e[4]
            name = self.patient
        elif role == "PR" and self.claim is None:
            self.payer = e[9]
        elif role == "PR" and self.claim:
            self.claim.second_payer = e[9]
        elif role == "82" and self.claim:
            self.claim.rendering = e[9]
        self.someone = name

    def _n3(self, e: list[str]) -> None:
        self.someone.street = e[1]

    def _n4(self, e: list[str]) -> None:
        self.someone.city, self.someone.state, self.someone.zip = e[1], e[2], e[3]

    def _dmg(self, e: list[str]) -> None:
        self.someone.born, self.someone.sex = as_date(e[2]), e[3]

    def _sbr(self, e: list[str]) -> None:
        if self.claim is None:
            self.relation = e[2] or self.relation

    def _pat(self, e: list[str]) -> None:
        self.relation = e[1] or self.relation

    def _clm(self, e: list[str]) -> None:
        place = e[5].split(self.tx.delimiters.component)[0]
        self.claim = _Claim(e[1], self.cents[e[2]], place, self.at, self.subscriber, self.patient, self.relation,
                            self.payer, self.billing)  # fmt: skip
        self.found.append(self.claim)

    def _hi(self, e: list[str]) -> None:
        if self.claim and not self.claim.diagnoses:
            parts = (value.split(self.tx.delimiters.component) for value in e[1:] if value)
            self.claim.diagnoses = [p[1] for p in parts if len(p) > 1 and p[0] in ("ABK", "ABF", "BK", "BF")][:12]

    def _sv1(self, e: list[str]) -> None:
        pointers = tuple(int(p) for p in e[7].split(self.tx.delimiters.component) if p.isdigit() and p.isascii())
        self._line(e[1], e[2], e[4], e[5], pointers)

    def _sv2(self, e: list[str]) -> None:
        self._line(e[2] or f"NU:{e[1]}", e[3], e[5], "", ())

    def _line(self, procedure: str, amount: str, units: str, place: str, pointers: tuple[int, ...]) -> None:
        claim = self._open()
        parts = procedure.split(self.tx.delimiters.component)
        code = parts[1] if len(parts) > 1 else parts[0].removeprefix("NU:")
        modifiers = tuple(part for part in parts[2:6] if part)
        claim.lines.append(_Line(self.at, code, modifiers, self.cents[amount], units or "1", place or claim.place or "11",
                                 pointers or (1,)))  # fmt: skip

    def _open(self) -> _Claim:
        if self.claim is None:
            raise self._fault("order", "A service stands outside a claim.")
        return self.claim

    def _dtp(self, e: list[str]) -> None:
        day = as_date(e[3][:8])
        if self.claim and e[1] in ("472", "434"):
            if self.claim.lines:
                self.claim.lines[-1].day = day
            else:
                self.claim.day = day

    def _ref(self, e: list[str]) -> None:
        if self.claim and e[1] == "6R" and self.claim.lines:
            self.claim.lines[-1].ref = e[2]
        elif self.claim and e[1] == "G1":
            self.claim.auth = e[2]

    # ---- values ----
    def _row(self, claim: _Claim) -> ClaimRow:
        self.at, self.claim = claim.segment, claim
        who, holder = claim.patient, claim.subscriber
        dependent = who is not holder
        chart = f"{holder.id}-{who.first}" if dependent else holder.id
        faults = [name for name, value in (("member id", holder.id), ("patient's name", who.last), ("CLM01", claim.ref),
                                           ("service", claim.lines)) if not value]  # fmt: skip
        if faults:
            raise self._fault("missing", f"The claim has no {faults[0]}.")
        if sum(line.cents for line in claim.lines) != claim.cents:
            raise self._fault("claim_sum", f"The services of claim {claim.ref[:20]} do not add to its charge (CLM02).")
        relation = claim.relation if claim.relation in RELATIONS else "G8"
        return ClaimRow(
            claim.ref[:20].upper(), chart[:40].upper(), who.row(), Address(who.street, who.city, who.state, who.zip[:10]),
            relation if dependent else "18", holder.row() if dependent else None, "", claim.payer, holder.id,
            claim.second_payer, claim.second_member, claim.billing, "",
            tuple(self._charge(claim, line, n) for n, line in enumerate(claim.lines, 1)),
        )  # fmt: skip

    def _charge(self, claim: _Claim, line: _Line, n: int) -> ChargeRow:
        day = line.day or claim.day
        if day is None or not 0 <= line.cents <= CHARGE_LIMIT_CENTS:
            raise self._fault("missing", f"A service of claim {claim.ref[:20]} has no date or no possible amount.")
        return ChargeRow(
            line.number, line.ref[:30] or f"{claim.ref[:20]}-{n}", day, line.place[:2], claim.rendering or claim.billing,
            line.code, line.modifiers, line.units[:9], line.cents, tuple(claim.diagnoses), line.pointers, 0, "", "",
            claim.auth, "", "", "", None,
        )  # fmt: skip
