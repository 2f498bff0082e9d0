"""Checks 15, 20, 28 to 30, 41 and 47 of the catalogue: what the books say of patients' money against what billing knows. Pure.

Every proposed entry carries the item and the dimensions of the lines it mends, so that the sub-ledger moves with the books.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from django.utils.translation import gettext as _

from steward.core.findings import Evidence, Finding, Proposal, ProposalLine, Severity
from steward.core.money import format_cents

#: What a payer usually takes is known after so many lines of one service; three median deviations are far, one percent at least.
LEAST_LINES = 12
FAR = 3
LEAST_DEVIATION_PPM = 10_000


@dataclass(frozen=True, slots=True)
class BookLine:
    """A line of the books: account (role or code), cents (debit positive), its item and the other dimensions as (name, value)."""

    account: str
    cents: int
    item: str = ""
    dims: tuple[tuple[str, str], ...] = ()

    def proposed(self, cents: int, account: str = "") -> ProposalLine:
        """A line for the mending entry with the dimensions of this one, on this or another account."""
        return ProposalLine(account or self.account, cents, (*((("item", self.item),) if self.item else ()), *self.dims))


@dataclass(frozen=True, slots=True)
class Stray:
    """An item that stands open on a control account and that no charge of billing has: ``line`` is its last line, ``cents`` what
    is open, ``book`` and ``detail`` the account's balance in the books and in billing."""

    line: BookLine
    name: str
    cents: int
    first: date
    book_cents: int
    detail_cents: int


def control_vs_subledger(rows: Iterable[Stray]) -> Iterator[Finding]:
    """``control_vs_subledger`` (15): a control account holds what its detail does not. Each strange item by itself, with the day."""
    fix = _("Find what it belongs to. The entry puts it into suspense until then.")
    for one in rows:
        title = _("%(name)s is %(book)s in the books and %(detail)s in billing: %(amount)s of %(day)s belongs to no charge") % {
            "name": one.name, "book": format_cents(one.book_cents), "detail": format_cents(one.detail_cents),
            "amount": format_cents(one.cents), "day": one.first.isoformat(),
        }  # fmt: skip
        evidence = (
            Evidence("account", one.line.account), Evidence("item", one.line.item or "-", one.cents),
            Evidence("day", one.first.isoformat()),
        )  # fmt: skip
        proposal = Proposal(one.first, (ProposalLine("suspense", one.cents), one.line.proposed(-one.cents)))
        yield Finding("control_vs_subledger", Severity.HIGH, title, evidence, proposal, 950_000, fix)


@dataclass(frozen=True, slots=True)
class Applied:
    """A payment put to a charge: entry, its day, whose payment (the patient's receivable relieved) and of what receipt."""

    number: int
    day: date
    owed: BookLine
    held: BookLine
    service_on: date
    claim: str


def _back(one: Applied) -> Proposal:
    """The payment taken off the charge again: owed once more, and standing as a prepayment."""
    cents = -one.owed.cents
    return Proposal(one.day, (one.owed.proposed(cents), one.held.proposed(-cents)))


def cutoff_revenue(rows: Iterable[Applied]) -> Iterator[Finding]:
    """``cutoff_revenue`` (20): a receipt was put to a service before the service was given; until then it is a liability."""
    fix = _("Until the day of service it is a prepayment.")
    for one in rows:
        if one.day < one.service_on:
            title = _("Entry %(number)s of %(day)s puts %(amount)s to claim %(claim)s, whose service is of %(service)s") % {
                "number": one.number, "day": one.day.isoformat(), "amount": format_cents(-one.owed.cents), "claim": one.claim,
                "service": one.service_on.isoformat(),
            }  # fmt: skip
            evidence = (Evidence("entry", str(one.number), -one.owed.cents), Evidence("item", one.owed.item))
            yield Finding("cutoff_revenue", Severity.MEDIUM, title, evidence, _back(one), fix=fix)


@dataclass(frozen=True, slots=True)
class Crossed:
    """A payment of one household put to another's charge: ``received_on`` is the day the money came."""

    applied: Applied
    received_on: date


def lapping(rows: Iterable[Crossed]) -> Iterator[Finding]:
    """``lapping`` (41): one patient's payment covers another's charge. Surest where the charge is older than the money: that is how
    a missing payment is hidden behind the next one. Source: ACFE fraud examiners' manual, skimming of receivables."""
    fix = _("Ask who took the older payment. The entry gives this one back to whom it came from.")
    for row in rows:
        one = row.applied
        title = _("Entry %(number)s puts %(amount)s of one patient's receipt to another's claim %(claim)s of %(service)s") % {
            "number": one.number, "amount": format_cents(-one.owed.cents), "claim": one.claim, "service": one.service_on.isoformat(),
        }  # fmt: skip
        evidence = (
            Evidence("entry", str(one.number), -one.owed.cents), Evidence("item", one.owed.item), Evidence("item", one.held.item),
        )  # fmt: skip
        sure = 900_000 if one.service_on < row.received_on else 700_000
        yield Finding("lapping", Severity.HIGH, title, evidence, _back(one), sure, fix)


@dataclass(frozen=True, slots=True)
class Reduced:
    """What a payer took off a charge: by payer and service, of which claim, how much of how much."""

    payer: str
    code: str
    claim: str
    item: str
    charge_cents: int
    contractual_cents: int
    recent: bool = True

    @property
    def ppm(self) -> int:
        return self.contractual_cents * 1_000_000 // self.charge_cents


def contractual_outlier(rows: Sequence[Reduced]) -> Iterator[Finding]:
    """``contractual_outlier`` (28): a write-off further than three median deviations from what this payer usually takes of this service.

    Robust on purpose: one wild line moves neither the median nor the deviation. Only recent lines are told.
    """
    groups: dict[tuple[str, str], list[Reduced]] = {}
    for one in rows:
        if one.charge_cents > 0:
            groups.setdefault((one.payer, one.code), []).append(one)
    fix = _("Hold the answer beside the contract; appeal, or reopen the claim.")
    for same in groups.values():
        middle = int(median(one.ppm for one in same))
        off = max(int(median(abs(one.ppm - middle) for one in same)), LEAST_DEVIATION_PPM)
        for one in same if len(same) >= LEAST_LINES else ():
            if one.recent and abs(one.ppm - middle) > FAR * off:
                title = _("%(payer)s took %(share)s %% of %(code)s on claim %(claim)s, usually %(usual)s %%") % {
                    "payer": one.payer, "share": one.ppm // 10_000, "code": one.code, "claim": one.claim, "usual": middle // 10_000,
                }  # fmt: skip
                cents = one.contractual_cents - one.charge_cents * middle // 1_000_000
                evidence = (Evidence("claim", one.claim), Evidence("item", one.item, cents))
                yield Finding("contractual_outlier", Severity.MEDIUM, title, evidence, fix=fix, confidence_ppm=700_000)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An entry that writes off what somebody owes: its lines, the sum that had to be judged, and whether it was signed."""

    number: int
    day: date
    lines: tuple[BookLine, ...]
    judged_cents: int
    signed: bool


def writeoff_no_approval(rows: Iterable[GivenUp], limit_cents: int) -> Iterator[Finding]:
    """``writeoff_no_approval`` (29): given up, of at least ``limit_cents``, and nobody signed it. The entry takes it back."""
    fix = _("Take it back until somebody else has signed it.")
    for one in rows:
        if not one.signed and one.judged_cents >= limit_cents:
            title = _("Entry %(number)s writes off %(amount)s and nobody signed it") % {
                "number": one.number, "amount": format_cents(one.judged_cents),
            }  # fmt: skip
            back = Proposal(one.day, tuple(line.proposed(-line.cents) for line in one.lines))
            evidence = (Evidence("entry", str(one.number), one.judged_cents),)
            yield Finding("writeoff_no_approval", Severity.HIGH, title, evidence, back, fix=fix)


def refund_without_original(rows: Iterable[tuple[BookLine, int, date]], receivable: str) -> Iterator[Finding]:
    """``refund_without_original`` (30): more was given back of a payment or credit than had come in.

    ``rows`` are (the line that stands over, by how much, since when); ``receivable`` is the account of other receivables.
    """
    fix = _("Ask for it back; if the receipt was never entered, enter it.")
    for line, cents, day in rows:
        title = _("%(amount)s more was given back than had come in") % {"amount": format_cents(cents)}
        back = Proposal(day, (line.proposed(cents, receivable), line.proposed(-cents)))
        evidence = (Evidence("item", line.item, cents), Evidence("account", line.account))
        yield Finding("refund_without_original", Severity.HIGH, title, evidence, back, fix=fix)


@dataclass(frozen=True, slots=True)
class Taken:
    """A receipt taken for a visit: how the visit stands ("" when it is kept), and what of the receipt is still held."""

    receipt: str
    number: int
    day: date
    cents: int
    held_cents: int
    visit: str


VISIT_GONE: Mapping[str, str] = {
    "missing": "is not in the book of appointments", "voided": "was taken back at check-in", "cancelled": "was cancelled",
    "no_show": "was missed",
}  # fmt: skip


def deleted_appointment_with_cash(rows: Iterable[Taken]) -> Iterator[Finding]:
    """``deleted_appointment_with_cash`` (47): a receipt for a visit that vanished, and the money was neither used nor given back."""
    fix = _("Ask who took it and who took the visit away; put it to a charge, or give it back.")
    for one in rows:
        if one.visit and one.held_cents > 0:
            title = _("Receipt %(number)s of %(day)s, %(amount)s, was taken for a visit that %(how)s") % {
                "number": one.number, "day": one.day.isoformat(), "amount": format_cents(one.cents), "how": _(VISIT_GONE[one.visit]),
            }  # fmt: skip
            evidence = (Evidence("receipt", one.receipt, one.held_cents),)
            yield Finding("deleted_appointment_with_cash", Severity.MEDIUM, title, evidence, fix=fix, confidence_ppm=600_000)
