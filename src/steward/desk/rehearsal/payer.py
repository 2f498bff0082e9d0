"""A payer for rehearsals: reads 837 files, answers each with a 999, a 277CA and, claim by claim, an 835; all from one seed.

It knows nothing of Steward's books or rules: it cuts the 837 with its own few lines and decides by chance what a payer
decides, so that what Steward makes of the answers can be judged against :class:`Truth`, the list of what was planted: paid,
denied (with the reason), underpaid (by how many cents), split, reversed and corrected (in either order), taken back now or
later, paid under capitation, answered never, rejected. A net below zero goes forward and is taken from a later payment.

:class:`Clearinghouse` stands between: it delivers an answer at once, late, twice or, of acknowledgements, never.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from itertools import chain, repeat

from steward.billing.logic.remittance import (
    Adjustment,
    ClaimPayment,
    ProviderAdjustment,
    Remittance,
    ServiceLine,
)
from steward.billing.logic.remittance_writer import Envelope, nm1, write
from steward.desk.rehearsal.files import Claim, File837, Line, ack_277, ack_999, read

__all__ = [
    "Chances", "Claim", "Clearinghouse", "Decided", "File837", "Line", "Payer", "Terms", "Truth", "ack_277", "ack_999", "answer",
    "follow_up", "read", "settle",
]  # fmt: skip

DENIALS = (("CO", "16"), ("CO", "29"), ("CO", "50"), ("CO", "97"), ("CO", "197"), ("PR", "27"), ("PI", "204"))
PATIENCE = 3  # rounds after which a payer comes back to what it paid, later than any answer is late


@dataclass(frozen=True)
class Terms:
    """How a payer pays: percent of the charge it allows, whether by the head, what of its payment the law keeps, what it
    leaves to the patient and what it denies for.

    Without ``copay_cents`` the patient's share of a line is drawn; with it a claim bears that copay, then ``coinsurance``
    percent, or, in ``deductible`` thousandths of the claims (three times as many from January to April), all of it.
    """

    fee_percent: int = 62
    capitated: bool = False
    sequestered: bool = False
    head_cents: int = 4_100  # a month's payment for a member, given with the first claim of each
    copay_cents: int | None = None
    coinsurance: int = 0
    deductible: int = 0
    denials: tuple[tuple[str, str], ...] = DENIALS


@dataclass(frozen=True)
class Chances:
    """Shares of claims, in thousandths, tried in this order."""

    rejected: int = 15
    denied: int = 60
    underpaid: int = 30
    reversed: int = 15
    interest: int = 20
    split: int = 0
    recouped: int = 0  # corrected downwards rounds later, the money kept from that payment
    recouped_later: int = 0  # the same, but given back first (PLB WO) and taken still later
    silent: int = 0  # acknowledged, and never answered


@dataclass
class Truth:
    """What was planted for one claim, and what must stand in the books in the end. Cents.

    ``patient_cents`` is what the last payer left to whoever comes next; ``underpaid_cents`` how much less than the contract's
    allowed was allowed; ``second`` says that a second payer has answered.
    """

    ref: str
    outcome: str
    paid_cents: int = 0
    patient_cents: int = 0
    reason: str = ""
    underpaid_cents: int = 0
    contractual_cents: int = 0
    sequestration_cents: int = 0
    capitation_cents: int = 0
    second: bool = False


@dataclass
class Follow:
    """What a payer does in a later round: CLPs, and PLBs as (code, reference, cents)."""

    round: int
    claims: tuple[ClaimPayment, ...] = ()
    plb: tuple[tuple[str, str, int], ...] = ()


@dataclass
class Decided:
    """What came of one claim in this round."""

    claims: list[ClaimPayment] = field(default_factory=list)
    interest_cents: int = 0
    head_cents: int = 0


class Payer:
    """One payer's desk: ``known`` remembers what was paid, so that a replacement reverses it first."""

    def __init__(self, seed: int, chances: Chances = Chances(), terms: Terms = Terms()) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a rehearsal, repeatable by its seed
        self.chances, self.terms = chances, terms
        self.known: dict[str, ClaimPayment] = {}
        self.last: dict[str, tuple[Claim, ClaimPayment]] = {}  # by the practice's number, of the first payer's word
        self.truths: dict[str, Truth] = {}
        self.rejected: set[str] = set()
        self.members: set[str] = set()
        self.later: list[Follow] = []
        self.number = self.round = self.checks = 0

    @property
    def truth(self) -> list[Truth]:
        """What was planted, in the order of the claims."""
        return list(self.truths.values())

    def decide(self, claim: Claim) -> Decided:
        """The CLPs of a claim, and what comes with them."""
        outcome = self._outcome(claim)
        done = Decided()
        if outcome in ("rejected", "silent"):
            self.truths[claim.ref] = Truth(claim.ref, outcome)
            return done
        if claim.frequency in "78" and claim.control in self.known:
            done.claims.append(reversal(self.known[claim.control]))
        if claim.frequency == "8":
            self.truths[claim.ref] = Truth(claim.ref, "voided")
            return done
        paid = self._paid(claim, outcome)
        self.known[paid.payer_control] = paid
        self.last[claim.ref] = (claim, paid)
        done.claims.extend(self._as_outcome(claim, outcome, paid))
        done.interest_cents = self.chance.randint(50, 900) if outcome == "interest" else 0
        if self.terms.capitated and claim.member not in self.members:
            self.members.add(claim.member)
            done.head_cents = self.terms.head_cents
        return done

    def reconsider(self, ref: str) -> None:
        """An appeal or a letter was granted: the last word on a claim is reversed, and paid by contract, in the next round."""
        claim, before = self.last[ref]
        paid = self._paid(claim, "paid")
        self.known[paid.payer_control] = paid
        self.last[ref] = (claim, paid)
        self.later.append(Follow(self.round + 1, (reversal(before), paid)))

    def _outcome(self, claim: Claim) -> str:
        if claim.second or claim.frequency in "78" or self.terms.capitated or claim.ref in self.rejected:
            return "paid"
        roll = self.chance.randrange(1000)
        for name, share in asdict(self.chances).items():
            if roll < share:
                if name == "rejected":
                    self.rejected.add(claim.ref)
                return "paid" if name == "split" and len(claim.lines) < 2 else name
            roll -= share
        return "paid"

    def _as_outcome(self, claim: Claim, outcome: str, paid: ClaimPayment) -> list[ClaimPayment]:
        """The payment as its outcome has it: alone, in parts, corrected at once in any order, or corrected in later rounds."""
        if outcome == "split":
            return split(paid, self.chance.randrange(1, len(paid.lines)))
        if outcome == "reversed":
            told = [paid, reversal(paid), self._paid(claim, outcome)]
            self.chance.shuffle(told)  # RFI 791 asks for an order and nobody keeps it
            return told
        if outcome in ("recouped", "recouped_later"):
            self._take_back(claim, outcome, paid)
        return [paid]

    def _take_back(self, claim: Claim, outcome: str, paid: ClaimPayment) -> None:
        """Paid too much: reversed and corrected downwards later; the difference kept at once, or given back and taken later."""
        less = self._paid(claim, outcome, short=self.chance.randint(300, 900))
        over = paid.paid_cents - less.paid_cents
        pair = [reversal(paid), less]
        self.chance.shuffle(pair)
        at = self.round + PATIENCE
        if outcome == "recouped" or over <= 0:
            self.later.append(Follow(at, tuple(pair)))
            return
        self.later.append(Follow(at, tuple(pair), (("WO", claim.ref, -over),)))
        self.later.append(Follow(at + PATIENCE, (), (("WO", claim.ref, over),)))

    def _paid(self, claim: Claim, outcome: str, *, short: int = 0) -> ClaimPayment:
        """The payer's word on a claim; the truth is what the last word says."""
        self.number += 1
        group, carc = self.chance.choice(self.terms.denials) if outcome == "denied" else ("", "")
        short = self.chance.randint(500, 2_000) if outcome == "underpaid" else short
        bears = self._bears(claim)
        lines = []
        for n, line in enumerate(claim.lines):
            shares = self._shares(claim, line, 0 if n else short, next(bears))
            adjusted = [Adjustment(group, carc, line.cents)] if group else shares
            lines.append(_service(line, line.cents - sum(one.cents for one in adjusted), adjusted))
        self._remember(claim, outcome, f"{group}-{carc}" if group else "", lines)
        paid = sum(line.paid_cents for line in lines)
        share = sum(one.cents for line in lines for one in line.adjustments if one.group == "PR")
        return ClaimPayment(
            claim.ref, "2" if claim.second else "1", claim.cents, paid, share, claim.filing, f"ICN{self.number:07d}", "11",
            claim.frequency, (), tuple(lines), (nm1("QC", claim.last, claim.first, "MI", claim.member),),
        )  # fmt: skip

    def _remember(self, claim: Claim, outcome: str, reason: str, lines: list[ServiceLine]) -> None:
        """What stands after this word. A second payer adds to what the first said."""
        sums = {"paid": sum(line.paid_cents for line in lines)}
        for one in (one for line in lines for one in line.adjustments):
            key = "PR" if one.group == "PR" else f"{one.group}-{one.reason}"
            sums[key] = sums.get(key, 0) + one.cents
        before = self.truths.get(claim.ref) if claim.second else None
        if before:
            before.paid_cents += sums["paid"]
            before.patient_cents, before.second = sums.get("PR", 0), True
            return
        allowed = sum(self._allowed(line.cents) for line in claim.lines)
        told = sum(line.cents for line in claim.lines) - sums.get("CO-45", 0)
        short = allowed - told if outcome in ("underpaid", "recouped", "recouped_later") else 0
        self.truths[claim.ref] = Truth(
            claim.ref, outcome, sums["paid"], sums.get("PR", 0), reason, max(short, 0), sums.get("CO-45", 0),
            sums.get("CO-253", 0), sums.get("CO-24", 0),
        )  # fmt: skip

    def _allowed(self, charge: int) -> int:
        return (charge * self.terms.fee_percent + 50) // 100

    def _bears(self, claim: Claim) -> Iterator[tuple[str, int] | None]:
        """Line by line (CARC, cents at most) of what the patient bears by the terms; None: drawn, as nothing is agreed."""
        copay = self.terms.copay_cents
        if copay is None or claim.second or self.terms.capitated:
            return repeat(None)
        early = claim.lines[0].day[4:6] <= "04"
        if self.chance.randrange(1000) < self.terms.deductible * (3 if early else 1):
            return repeat(("1", sum(line.cents for line in claim.lines)))
        rest = ("2", -self.terms.coinsurance)  # below zero: that many percent
        return chain([("3", copay)] if copay else [], repeat(rest))

    def _shares(self, claim: Claim, line: Line, short: int, bears: tuple[str, int] | None) -> list[Adjustment]:
        """Contractual to the allowed amount less what is planted as underpaid, then a copay or coinsurance."""
        if claim.second:  # what the first left to the patient, less a tenth; of Medicaid's patients nothing is asked
            share = 0 if claim.filing == "MC" else line.prior_share_cents // 10
            rest = line.cents - line.prior_share_cents
            return [Adjustment(*one) for one in (("OA", "23", rest), ("PR", "2", share)) if one[2]]
        if self.terms.capitated:
            return [Adjustment("CO", "24", line.cents)] if line.cents else []
        allowed = max(self._allowed(line.cents) - short, 0)
        carc, share = bears or ("", self.chance.choice((0, 2_000, 2_500, allowed // 5)))
        carc = carc or ("3" if share in (2_000, 2_500) else "2")
        share = min(allowed, share if share >= 0 else (allowed * -share + 50) // 100)
        kept = (allowed - share) // 50 if self.terms.sequestered else 0  # two percent (Budget Control Act of 2011)
        found = [("CO", "45", line.cents - allowed), ("PR", carc, share), ("CO", "253", kept)]
        return [Adjustment(*one) for one in found if one[2]]

    def turn(self) -> None:
        """The next round begins."""
        self.round += 1

    def due(self) -> Follow:
        """What comes back in this round, out of ``later``."""
        now = [one for one in self.later if one.round <= self.round]
        self.later = [one for one in self.later if one.round > self.round]
        return Follow(self.round, tuple(c for one in now for c in one.claims), tuple(p for one in now for p in one.plb))


def _service(line: Line, paid: int, adjusted: list[Adjustment]) -> ServiceLine:
    day = date.fromisoformat(f"{line.day[:4]}-{line.day[4:6]}-{line.day[6:]}")
    return ServiceLine(
        "HC", line.code, line.modifiers, line.cents, paid, line.units, "", (), line.ref, day, tuple(adjusted), ()
    )


def split(paid: ClaimPayment, at: int) -> list[ClaimPayment]:
    """One claim answered in two parts under its one number: lines before ``at``, and the rest."""
    found = []
    for n, lines in enumerate((paid.lines[:at], paid.lines[at:])):
        share = sum(one.cents for line in lines for one in line.adjustments if one.group == "PR")
        found.append(paid._replace(
            charge_cents=sum(line.charge_cents for line in lines), paid_cents=sum(line.paid_cents for line in lines),
            patient_cents=share, payer_control=f"{paid.payer_control}{'AB'[n]}", lines=lines,
        ))  # fmt: skip
    return found


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
    """File name -> bytes: the 999, the 277CA and the 835 of one 837, with what the payer comes back to in this round."""
    decided = [(claim, payer.decide(claim)) for claim in sent.claims]
    rejected = {claim.ref for claim, _done in decided if payer.truths[claim.ref].outcome == "rejected"}
    stem = sent.interchange
    files = {f"{stem}.999": ack_999(sent, day), f"{stem}.277": ack_277(sent, day, rejected)}
    return files | settle(payer, sent, [done for _claim, done in decided], day, ein, stem)


def settle(payer: Payer, sent: File837, decided: Iterable[Decided], day: date, ein: str, stem: str) -> dict[str, bytes]:
    """The 835 of what was decided, of one 837 or of many, with what the payer comes back to in this round; none for nothing."""
    found = list(decided)
    interest, heads = sum(done.interest_cents for done in found), sum(done.head_cents for done in found)
    plb = [(code, ref, -cents) for code, ref, cents in (("L6", f"INT{stem}", interest), ("CT", f"CAP{stem}", heads)) if cents]
    return _paid_file(payer, sent, [one for done in found for one in done.claims], plb, day, ein, stem)


def follow_up(payer: Payer, sent: File837, day: date, ein: str) -> dict[str, bytes]:
    """A round in which nothing new was sent: only what the payer comes back to. ``sent`` tells it who we are."""
    return _paid_file(payer, sent, [], [], day, ein, f"F{payer.round:05d}")


def _paid_file(
    payer: Payer, sent: File837, claims: list[ClaimPayment], plb: list[tuple[str, str, int]], day: date, ein: str, stem: str
) -> dict[str, bytes]:
    due = payer.due()
    if not (claims or plb or due.claims or due.plb):
        return {}
    return {f"{stem}.835": remittance(payer, sent, (*claims, *due.claims), (*plb, *due.plb), day, ein)}


def remittance(
    payer: Payer, sent: File837, claims: tuple[ClaimPayment, ...], plb: Iterable[tuple[str, str, int]], day: date, ein: str
) -> bytes:
    """One balanced ST; a net below zero is carried forward (PLB FB) and taken from a payment some rounds later."""
    payer.checks += 1
    name, number = sent.claims[0].payer
    entries = list(plb)
    net = sum(one.paid_cents for one in claims) - sum(cents for _code, _ref, cents in entries)
    if net < 0:
        entries.append(("FB", f"FB{ein}{payer.checks}", net))
        payer.later.append(Follow(payer.round + PATIENCE, (), (("FB", f"FB{ein}{payer.checks}", -net),)))
        net = 0
    found = tuple(ProviderAdjustment(sent.npi, f"{day.year}1231", *one) for one in entries)
    one = Remittance(
        "0001", "I" if net else "H", net, "C", "ACH" if net else "NON", "", day, f"{day:%Y%m%d}", f"EFT{number}{payer.checks:06d}",
        f"1{ein}", name, number, (("2U", number),), sent.billing, "XX", sent.npi, (("TJ", sent.tin),), claims, found,
    )  # fmt: skip
    return write([one], Envelope(number, sent.sender, datetime.combine(day, time(6)), payer.checks))


@dataclass(frozen=True)
class Habits:
    """Shares of files, in thousandths."""

    late: int = 60  # delivered one or two rounds later
    twice: int = 60  # delivered, and delivered again in the next round
    never: int = 30  # acknowledgements only: a payment that never comes is no answer of a clearinghouse but a lost one


class Clearinghouse:
    """Delivers what payers answer, each file whole, at its own time. ``waiting`` are (round, name, bytes)."""

    def __init__(self, seed: int, habits: Habits = Habits()) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a rehearsal, repeatable by its seed
        self.habits = habits
        self.round = 0
        self.waiting: list[tuple[int, str, bytes]] = []
        self.lost: set[str] = set()
        self.told = {"late": 0, "twice": 0, "never": 0}

    def take(self, files: dict[str, bytes]) -> None:
        """Take a payer's files."""
        for name, data in files.items():
            habit = self._habit(name)
            if habit:
                self.told[habit] += 1
            if habit == "never":
                self.lost.add(name)
                continue
            self.waiting.append((self.round + (self.chance.randint(1, 2) if habit == "late" else 0), name, data))
            if habit == "twice":
                self.waiting.append((self.round + 1, name, data))

    def _habit(self, name: str) -> str:
        roll = self.chance.randrange(1000)
        for habit, share in asdict(self.habits).items():
            if roll < share:
                return "" if habit == "never" and name.endswith(".835") else habit
            roll -= share
        return ""

    def deliver(self) -> list[tuple[str, bytes]]:
        """What arrives in this round, in no order; the next round begins."""
        now = [(name, data) for at, name, data in self.waiting if at <= self.round]
        self.waiting = [one for one in self.waiting if one[0] > self.round]
        self.chance.shuffle(now)
        self.round += 1
        return now
