"""A payer for rehearsals: reads 837 files, answers each with a 999, a 277CA and, claim by claim, an 835; all from one seed.

    .venv/bin/python tools/payer_simulator.py IN OUT [--seed 7] [--day 2026-11-23] [--npi N --tin N]

It knows nothing of Steward's books or rules: it cuts the 837 with its own few lines and decides by chance what a payer
decides, so that what Steward makes of the answers can be judged against ``truth.json``, the list of what was planted: paid,
denied (with the reason), underpaid (by how many cents), reversed and corrected, taken back by PLB, interest, rejected.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from steward.billing.logic.remittance import (
    Adjustment,
    ClaimPayment,
    ProviderAdjustment,
    Remittance,
    ServiceLine,
)
from steward.billing.logic.remittance_writer import Envelope, nm1, write

DENIALS = (("CO", "16"), ("CO", "29"), ("CO", "50"), ("CO", "97"), ("CO", "197"), ("PR", "27"))
FEE_PERCENT = 62  # what the payer allows of a charge, by contract


@dataclass(frozen=True)
class Chances:
    """Shares of claims, in thousandths, tried in this order."""

    rejected: int = 15
    denied: int = 60
    underpaid: int = 30
    reversed: int = 15
    interest: int = 20


@dataclass
class Line:
    """A service of the 837."""

    ref: str
    code: str
    modifiers: tuple[str, ...]
    cents: int
    units: str
    day: str


@dataclass
class Claim:
    """A claim of the 837."""

    ref: str
    cents: int
    frequency: str
    control: str
    member: str
    last: str
    first: str
    payer: tuple[str, str]
    filing: str
    prior_cents: int = 0
    lines: list[Line] = field(default_factory=list)


@dataclass
class Truth:
    """What was planted for one claim. ``underpaid_cents`` is how much less than the contract's allowed was paid."""

    ref: str
    outcome: str
    paid_cents: int = 0
    patient_cents: int = 0
    reason: str = ""
    underpaid_cents: int = 0


@dataclass
class File837:
    """One file as far as a payer must know it."""

    interchange: str
    group: str
    st: str
    sender: str
    version: str
    segments: int
    billing: str = ""
    npi: str = ""
    tin: str = ""
    claims: list[Claim] = field(default_factory=list)


def cents(text: str) -> int:
    """Dollars of an element as integer cents, without floats."""
    whole, _, part = text.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole or 0)) * 100 + int((part + "00")[:2] or 0))


class _Reader:
    """The few segments of an 837 that a payer's decision needs."""

    def __init__(self, component: str, found: File837) -> None:
        self.component, self.found = component, found
        self.claim: Claim | None = None
        self.member, self.filing = "", ""
        self.payer, self.patient = ("", ""), ("", "")

    def take(self, e: list[str]) -> None:
        """One segment, padded with empty elements."""
        if e[0] == "HL":
            self.claim = None
        elif e[0] == "CLM":
            frequency = e[5].split(self.component)[2]
            self.claim = Claim(e[1], cents(e[2]), frequency, "", self.member, *self.patient, self.payer, self.filing)
            self.found.claims.append(self.claim)
        elif self.claim is None:
            self._before(e)
        else:
            self._inside(self.claim, e)

    def _before(self, e: list[str]) -> None:
        if e[0] == "SBR":
            self.filing = e[9]
        elif e[:2] == ["REF", "EI"]:
            self.found.tin = e[2]
        elif e[0] == "NM1" and e[1] == "85":
            self.found.billing, self.found.npi = e[3], e[9]
        elif e[0] == "NM1" and e[1] == "IL":
            self.member, self.patient = e[9], (e[3], e[4])
        elif e[0] == "NM1" and e[1] == "QC":
            self.patient = (e[3], e[4])
        elif e[0] == "NM1" and e[1] == "PR":
            self.payer = (e[3], e[9])

    def _inside(self, claim: Claim, e: list[str]) -> None:
        if e[0] in ("SV1", "SV2"):
            at = 1 if e[0] == "SV1" else 2
            code = e[at].split(self.component)
            claim.lines.append(Line("", code[1], tuple(code[2:6]), cents(e[at + 1]), e[at + 3] or "1", ""))
        elif e[:2] == ["REF", "F8"] and not claim.lines and not claim.control:
            claim.control = e[2]
        elif e[:2] == ["AMT", "D"]:
            claim.prior_cents += cents(e[2])
        elif claim.lines and e[:2] == ["DTP", "472"]:
            claim.lines[-1].day = e[3][:8]
        elif claim.lines and e[:2] == ["REF", "6R"]:
            claim.lines[-1].ref = e[2]


def read(raw: bytes) -> File837:
    """One ST of one interchange, as Steward writes it. Raises ValueError for anything else."""
    text = raw.decode("ascii")
    element, component, end = text[3], text[104], text[105]
    rows = [part.strip().split(element) for part in text.split(end) if part.strip()]
    tags = [row[0] for row in rows]
    if tags.count("ST") != 1 or rows[tags.index("ST")][1] != "837":
        raise ValueError("not a file with one 837")
    gs, st, se = (rows[tags.index(tag)] for tag in ("GS", "ST", "SE"))
    found = File837(rows[0][13], gs[6], st[2], gs[2], gs[8], int(se[1]))
    reader = _Reader(component, found)
    for row in rows:
        reader.take([*row, *[""] * 12])
    return found


# ---- what the payer decides ----
class Payer:
    """One payer's desk: ``known`` remembers what was paid, so that a replacement reverses it first."""

    def __init__(self, seed: int, chances: Chances = Chances()) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a rehearsal, repeatable by its seed
        self.chances = chances
        self.known: dict[str, ClaimPayment] = {}
        self.truth: list[Truth] = []
        self.number = 0

    def decide(self, claim: Claim) -> tuple[list[ClaimPayment], int]:
        """The CLPs of a claim, and the interest that comes with them (cents)."""
        outcome = self._outcome(claim)
        if outcome == "rejected":
            self.truth.append(Truth(claim.ref, "rejected"))
            return [], 0
        before = [reversal(self.known[claim.control])] if claim.frequency in "78" and claim.control in self.known else []
        if claim.frequency == "8":
            self.truth.append(Truth(claim.ref, "voided"))
            return before, 0
        paid = self._paid(claim, outcome)
        self.known[paid.payer_control] = paid
        if outcome != "reversed":
            return [*before, paid], self.chance.randint(50, 900) if outcome == "interest" else 0
        better = self._paid(claim, "paid", again=True)
        return [*before, paid, reversal(paid), better], 0

    def _outcome(self, claim: Claim) -> str:
        if claim.prior_cents:
            return "paid"
        roll = self.chance.randrange(1000)
        for name, share in asdict(self.chances).items():
            if roll < share:
                return name
            roll -= share
        return "paid"

    def _paid(self, claim: Claim, outcome: str, *, again: bool = False) -> ClaimPayment:
        self.number += 1
        control = f"ICN{self.number:07d}"
        group, carc = self.chance.choice(DENIALS) if outcome == "denied" else ("", "")
        short = self.chance.randint(500, 2_000) if outcome == "underpaid" else 0
        lines, truth = [], Truth(claim.ref, "paid" if again else outcome, reason=f"{group}-{carc}" if group else "")
        for n, line in enumerate(claim.lines):
            adjusted = [Adjustment(group, carc, line.cents)] if group else self._shares(claim, line, short if n == 0 else 0)
            paid = line.cents - sum(one.cents for one in adjusted)
            truth.paid_cents += paid
            truth.patient_cents += sum(one.cents for one in adjusted if one.group == "PR")
            lines.append(_service(line, paid, adjusted))
        allowed = sum(_allowed(line.cents) for line in claim.lines)
        truth.underpaid_cents = max(0, allowed - truth.paid_cents - truth.patient_cents) if outcome == "underpaid" else 0
        self._remember(truth, again)
        status = "2" if claim.prior_cents else "1"
        return ClaimPayment(
            claim.ref, status, claim.cents, truth.paid_cents, truth.patient_cents, claim.filing, control, "11", claim.frequency,
            (), tuple(lines), (nm1("QC", claim.last, claim.first, "MI", claim.member),),
        )  # fmt: skip

    def _remember(self, truth: Truth, again: bool) -> None:
        if again:  # the correction is what stands in the end
            truth.outcome = "reversed"
            self.truth.pop()
        self.truth.append(truth)

    def _shares(self, claim: Claim, line: Line, short: int) -> list[Adjustment]:
        """Contractual to the allowed amount less what is planted as underpaid, then a copay or coinsurance."""
        if claim.prior_cents:  # the second payer: what the first left, as far as its own allowed goes
            left = max(line.cents - claim.prior_cents, 0)
            return [Adjustment("OA", "23", line.cents - left)] if left < line.cents else []
        allowed = max(_allowed(line.cents) - short, 0)
        share = min(allowed, self.chance.choice((0, 2_000, 2_500, allowed // 5)))
        found = [Adjustment("CO", "45", line.cents - allowed)] if allowed < line.cents else []
        return found + ([Adjustment("PR", "3" if share in (2_000, 2_500) else "2", share)] if share else [])


def _allowed(charge: int) -> int:
    return (charge * FEE_PERCENT + 50) // 100


def _service(line: Line, paid: int, adjusted: list[Adjustment]) -> ServiceLine:
    day = date.fromisoformat(f"{line.day[:4]}-{line.day[4:6]}-{line.day[6:]}")
    return ServiceLine(
        "HC", line.code, line.modifiers, line.cents, paid, line.units, "", (), line.ref, day, tuple(adjusted), ()
    )


def reversal(paid: ClaimPayment) -> ClaimPayment:
    """CLP02=22: every amount with the other sign (RFI 1429)."""

    def turned(adjustments: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
        return tuple(one._replace(cents=-one.cents) for one in adjustments)

    lines = tuple(
        line._replace(charge_cents=-line.charge_cents, paid_cents=-line.paid_cents, adjustments=turned(line.adjustments))
        for line in paid.lines
    )
    return paid._replace(
        status="22", charge_cents=-paid.charge_cents, paid_cents=-paid.paid_cents, patient_cents=-paid.patient_cents,
        adjustments=turned(paid.adjustments), lines=lines,
    )  # fmt: skip


# ---- what the payer writes ----
def answer(payer: Payer, sent: File837, day: date, ein: str) -> dict[str, bytes]:
    """File name -> bytes: the 999, the 277CA and the 835 of one 837."""
    rejected_before = len(payer.truth)
    decided = [(claim, *payer.decide(claim)) for claim in sent.claims]
    rejected = {one.ref for one in payer.truth[rejected_before:] if one.outcome == "rejected"}
    stem = sent.interchange
    files = {f"{stem}.999": ack_999(sent, day), f"{stem}.277": ack_277(sent, day, rejected)}
    claims = tuple(one for _claim, clps, _interest in decided for one in clps)
    interest = sum(cents for _claim, _clps, cents in decided)
    if claims:
        files[f"{stem}.835"] = remittance(sent, claims, interest, day, ein)
    return files


def remittance(sent: File837, claims: tuple[ClaimPayment, ...], interest: int, day: date, ein: str) -> bytes:
    """One balanced ST; a net below zero is carried forward (PLB FB)."""
    plb = [ProviderAdjustment(sent.npi, f"{day.year}1231", "L6", f"INT{sent.interchange}", -interest)] if interest else []
    net = sum(one.paid_cents for one in claims) + interest
    if net < 0:
        plb.append(ProviderAdjustment(sent.npi, f"{day.year}1231", "FB", f"FB{sent.interchange}", net))
        net = 0
    name, number = sent.claims[0].payer
    one = Remittance(
        "0001", "I" if net else "H", net, "C", "ACH" if net else "NON", "", day, f"{day:%Y%m%d}", f"EFT{sent.interchange}",
        f"1{ein}", name, number, (("2U", number),), sent.billing, "XX", sent.npi, (("TJ", sent.tin),), claims, tuple(plb),
    )  # fmt: skip
    return write([one], Envelope(number, sent.sender, datetime.combine(day, time(6)), int(sent.interchange)))


def ack_999(sent: File837, day: date) -> bytes:
    """The whole file understood."""
    body = [f"AK1*HC*{sent.group}*{sent.version}", f"AK2*837*{sent.st}*{sent.version}", "IK5*A", "AK9*A*1*1*1"]
    return _envelope(sent, day, "999", "FA", "005010X231A1", body)


def ack_277(sent: File837, day: date, rejected: set[str]) -> bytes:
    """Each claim taken (A2) or rejected (A7)."""
    name, number = sent.claims[0].payer
    stamp = f"{day:%Y%m%d}"
    body = [
        f"BHT*0085*08*{sent.interchange}*{stamp}*0600*TH", "HL*1**20*1", f"NM1*PR*2*{name}*****PI*{number}",
        f"TRN*1*{sent.interchange}", f"DTP*050*D8*{stamp}", f"DTP*009*D8*{stamp}",
        "HL*2*1*21*1", f"NM1*41*2*{sent.billing}*****46*{sent.sender}", f"TRN*2*B{sent.interchange}",
        f"STC*A1:19:PR*{stamp}*WQ*{_dollars(sum(c.cents for c in sent.claims))}",
        "HL*3*2*19*1", f"NM1*85*2*{sent.billing}*****XX*{sent.npi}",
    ]  # fmt: skip
    for n, claim in enumerate(sent.claims, 4):
        said = "A7:562:85*{}*U" if claim.ref in rejected else "A2:20:PR*{}*WQ"
        body += [
            f"HL*{n}*3*PT", f"NM1*QC*1*{claim.last}*{claim.first}****MI*{claim.member}", f"TRN*2*{claim.ref}",
            f"STC*{said.format(stamp)}*{_dollars(claim.cents)}",
        ]  # fmt: skip
    return _envelope(sent, day, "277", "HN", "005010X214", body)


def _dollars(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _envelope(sent: File837, day: date, kind: str, code: str, version: str, body: list[str]) -> bytes:
    number, payer = int(sent.interchange), sent.claims[0].payer[1]
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{payer:15.15}*ZZ*{sent.sender:15.15}*{day:%y%m%d}*0600*^*00501*{number:09d}*0*P*:"
    rows = [
        isa, f"GS*{code}*{payer[:15]}*{sent.sender}*{day:%Y%m%d}*0600*{number}*X*{version}", f"ST*{kind}*0001*{version}", *body,
        f"SE*{len(body) + 2}*0001", f"GE*1*{number}", f"IEA*1*{number:09d}",
    ]  # fmt: skip
    return "".join(f"{row}~\n" for row in rows).encode("ascii")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("inbox", type=Path)
    parser.add_argument("outbox", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--day", type=date.fromisoformat, default=date(2026, 11, 23))
    parser.add_argument("--ein", default="999999999", help="the payer's tax number (TRN03)")
    args = parser.parse_args()
    args.outbox.mkdir(parents=True, exist_ok=True)
    payer = Payer(args.seed)
    for n, path in enumerate(sorted(args.inbox.glob("837*.x12"))):
        for name, data in answer(payer, read(path.read_bytes()), args.day + timedelta(days=n), args.ein).items():
            (args.outbox / name).write_bytes(data)
    (args.outbox / "truth.json").write_text(json.dumps([asdict(one) for one in payer.truth], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
