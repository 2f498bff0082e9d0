"""What a payer reads and writes besides the 835: the 837 as far as its decisions need it, the 999 and the 277CA.

Cut with its own few lines, apart from Steward's readers, so that a fault of theirs is not repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass
class Line:
    """A service of the 837."""

    ref: str
    code: str
    modifiers: tuple[str, ...]
    cents: int
    units: str
    day: str
    prior_cents: int = 0  # what the payer before paid of it (SVD02)
    prior_share_cents: int = 0  # what that payer left to the patient (CAS*PR of the same loop)


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
    second: bool = False  # a payer before this one has answered
    lines: list[Line] = field(default_factory=list)


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
            claim.second = True
        elif claim.lines and e[0] == "SVD":
            claim.lines[-1].prior_cents += cents(e[2])
        elif claim.lines and e[:2] == ["CAS", "PR"]:
            claim.lines[-1].prior_share_cents += sum(cents(text) for text in e[3::3] if text)
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
