"""The demo's payers, played by ``steward.desk.rehearsal``: claims go to them, and their answers come in by the importers.

For nine months a payer is told of a claim as it was charged; in the last three every claim leaves as an 837, through the scrub,
and a 999 and a 277CA come back before its money does. The whole year so would take the cold start past its minute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from steward.billing import importers as billing_files
from steward.billing.models import Batch, Claim
from steward.billing.services.corrections import replace_claim
from steward.billing.services.submissions import deliver, recall, write_claims
from steward.core.calendar import add_bank_days
from steward.core.files.selectors import content
from steward.core.imports import Options
from steward.core.service import Call
from steward.desk.demo import plan
from steward.desk.demo.payer import DemoClaim, DemoPayer
from steward.desk.rehearsal import payer as play

if TYPE_CHECKING:
    from steward.desk.demo.build import World

LIVE_DAYS = 91
EARLY = play.Chances(rejected=0, underpaid=22, reversed=8, interest=12, recouped=5, recouped_later=3)
LIVE = replace(EARLY, rejected=14, silent=9, split=5)
#: What is missing most, by far; too late least.
DENIALS = tuple(("CO", code) for code in ("16", "16", "16", "97", "97", "197", "197", "50", "50", "29"))
WEEKLY = ("MB",)  # Medicare pays every week, the others every other
BY_CODE = {payer.code: (payer, copay) for payer, copay, _weight in plan.PAYERS}
BY_EDI = {payer.edi_id: payer.code for payer, _copay, _weight in plan.PAYERS}


@dataclass
class Waiting:
    """A claim a payer has decided and pays from a day on."""

    ready_on: date
    claim: play.Claim
    decided: play.Decided


@dataclass
class Bill:
    """What a payer left to a patient: the claim's number and the day it was told."""

    ref: str
    on: date


@dataclass
class Payers:
    """Every payer's desk; ``second`` names, by claim, who pays after the first (code, member); ``bills`` what patients came to owe."""

    world: World
    desks: dict[str, play.Payer] = field(default_factory=dict)
    waiting: dict[str, list[Waiting]] = field(default_factory=lambda: defaultdict(list))
    second: dict[str, tuple[str, str]] = field(default_factory=dict)
    bills: list[Bill] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    rejected: list[tuple[date, str]] = field(default_factory=list)
    notices: list[tuple[date, str, bytes]] = field(default_factory=list)
    paid_in: dict[str, int] = field(default_factory=dict)  # the week of the last payment
    live_on: date = date.max
    files: int = 0

    def take(self, code: str, claim: DemoClaim, second: tuple[str, str] | None) -> None:
        """A claim as charged: told to its payer, or, once claims leave as files, kept for the next of them."""
        if second is not None:
            self.second[claim.number] = second
        if claim.service_date >= self.live_on:
            self.unsent.append(claim.number)
            return
        payer = BY_CODE[code][0]
        lines = [
            play.Line(line.control, line.code, line.modifiers, line.cents, str(line.units), f"{claim.service_date:%Y%m%d}")
            for line in claim.lines
        ]
        told = play.Claim(claim.number, claim.cents, "1", "", claim.member_id, claim.last.upper(), claim.first.upper(),
                          (payer.name.upper(), payer.edi_id), payer.filing, False, lines)  # fmt: skip
        self._decide(code, told, claim.service_date)

    def _decide(self, code: str, claim: play.Claim, since: date) -> None:
        lag = timedelta(days=10 if claim.second or claim.frequency != "1" else BY_CODE[code][0].lag_days)
        self.waiting[code].append(Waiting(since + lag, claim, self.desks[code].decide(claim)))

    # ---- money ----
    def pay(self, call: Call, day: date) -> int:
        """Every payer pays on its own weekday (or the next bank day) what it has had for its usual time; how many files."""
        before = self.files
        for code, (payer, _copay) in BY_CODE.items():
            week = day.isocalendar().week
            if day.weekday() < payer.weekday or self.paid_in.get(code) == week or (week % 2 and payer.filing not in WEEKLY):
                continue
            self.paid_in[code] = week
            desk, mine = self.desks[code], self.waiting[code]
            desk.turn()
            ripe = [one for one in mine if one.ready_on <= day]
            self.waiting[code] = [one for one in mine if one.ready_on > day]
            again = dict.fromkeys(one.number for follow in desk.later if follow.round <= desk.round for one in follow.claims)
            sent = _file_of(payer, [one.claim for one in ripe])
            found = play.settle(desk, sent, [one.decided for one in ripe], day, payer.ein, f"{payer.edi_id}{day:%y%m%d}")
            for name, data in found.items():
                _bring(call, name, data, ("posted",))
                self.files += 1
            self._answered(ripe, again, day)
        return self.files - before

    def _answered(self, ripe: Iterable[Waiting], again: Iterable[str], day: date) -> None:
        """What the answers lead to: the next payer is asked, or the patient."""
        for one in ripe:
            left = [line for paid in one.decided.claims for line in paid.lines]
            share = {line.control: sum(a.cents for a in line.adjustments if a.group == "PR") for line in left}
            next_ = None if one.claim.second else self.second.get(one.claim.ref)
            if not sum(share.values()):
                continue
            if next_ is None:
                self.bills.append(Bill(one.claim.ref, day))
            elif day >= self.live_on:
                self.unsent.append(one.claim.ref)
            else:
                self._ask_second(one.claim, next_, share, day)
        self.bills += [Bill(ref, day) for ref in again if ref not in self.second]

    def _ask_second(self, claim: play.Claim, next_: tuple[str, str], share: dict[str, int], day: date) -> None:
        payer = BY_CODE[next_[0]][0]
        lines = [replace(line, prior_share_cents=share.get(line.ref, 0)) for line in claim.lines]
        told = replace(claim, member=next_[1], payer=(payer.name.upper(), payer.edi_id), filing=payer.filing, second=True, lines=lines)
        self._decide(next_[0], told, day)

    # ---- files ----
    def begin_live(self, day: date) -> None:
        """From here on claims leave as files; what is on its way so far is answered as before."""
        self.live_on = day
        for desk in self.desks.values():
            desk.chances = replace(LIVE, denied=desk.chances.denied)

    def send(self, call: Call, day: date) -> None:
        """Write what is due, with what was rejected a week ago and mended; the answers come on the next bank day."""
        mended = [ref for on, ref in self.rejected if on <= day - timedelta(days=7)]
        self.rejected = [one for one in self.rejected if one[1] not in mended]
        rows = {row.ref: row for row in Claim.objects.filter(ref__in=[*self.unsent, *mended]).order_by("id")}
        for ref in mended:
            recall(call, claim=rows[ref], reason="Corrected and sent again")
        self.unsent = []
        if rows:
            self._hand_over(call, write_claims(call, claims=list(rows.values())).batches, day)

    def replace(self, call: Call, claim: Claim, day: date) -> None:
        """A denied claim, corrected, goes to its payer as a replacement."""
        self._hand_over(call, replace_claim(call, claim=claim).batches, day)

    def _hand_over(self, call: Call, batches: Iterable[Batch], day: date) -> None:
        for batch in batches:
            deliver(call, batch=batch, to="Clearinghouse")
            sent = play.read(content(batch.file))
            for claim in sent.claims:
                self._decide(batch.payer.code, claim, day if claim.second else max(day, date.fromisoformat(claim.lines[0].day)))
            no = {c.ref for c in sent.claims if self.desks[batch.payer.code].truths[c.ref].outcome == "rejected"}
            self.rejected += [(day, ref) for ref in sorted(no)]
            said = add_bank_days(day, 1)
            self.notices.append((said, f"{sent.interchange}.999", play.ack_999(sent, said)))
            self.notices.append((said, f"{sent.interchange}.277", play.ack_277(sent, said, no)))

    def acknowledge(self, call: Call, day: date) -> None:
        """What clearinghouse and payers say before they pay."""
        for _on, name, data in [one for one in self.notices if one[0] <= day]:
            _bring(call, name, data, ("posted",))
        self.notices = [one for one in self.notices if one[0] > day]


def open_desks(world: World) -> Payers:
    """The payers of the demo, each by its own terms and its own chance."""
    found = Payers(world)
    for payer, copay, _weight in plan.PAYERS:
        terms = play.Terms(
            payer.allowed_ppm // 10_000, sequestered=payer.sequestration, copay_cents=copay,
            coinsurance=payer.coinsurance_ppm // 10_000, deductible=payer.deductible_ppm // 1_000, denials=DENIALS,
        )  # fmt: skip
        chances = replace(EARLY, denied=payer.denial_ppm // 1_000)
        found.desks[payer.code] = play.Payer(world.chance.getrandbits(32), chances, terms)
    return found


def _file_of(payer: DemoPayer, claims: list[play.Claim]) -> play.File837:
    """Who we are and who pays, as the payer knows it from our files."""
    us = plan.PRACTICE
    someone = play.Claim("", 0, "1", "", "", "", "", (payer.name.upper(), payer.edi_id), payer.filing)
    return play.File837("1", "1", "0001", us.submitter_id, "", 0, us.name.upper(), us.npi, us.tin, claims or [someone])


def _bring(call: Call, name: str, data: bytes, wanted: tuple[str, ...]) -> None:
    kind = billing_files.recognise(data)
    assert kind, name
    result = billing_files.run(call, kind=kind, content=data, name=name, options=Options())
    if result.status not in wanted:
        raise RuntimeError(f"the demo's own {name} was {result.status}: {result.message} {result.parts}")
