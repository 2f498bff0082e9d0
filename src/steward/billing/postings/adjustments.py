"""What one CAS adjustment does: posts by rule, moves to the next payer or the patient, or waits for a person.

The table (facts, "Posting map"):

====================  ==================================================================================================
CO, PI, OA + rule     Dr the rule's account, Cr the receivable of that rank, never more than is open there
CO without a rule     nothing; the receivable stays, a denial to work with the appeal deadline
PR                    Cr this rank, Dr the next rank, else Dr the patient; eligibility codes, protected patients and
                      Medicare's non-covered services without a signed notice wait for a person
OA 23                 nothing: it repeats what earlier payers did
OA 209                to Medicaid's rank, else a person; never the patient
OA other, PI          nothing to the patient; review
====================  ==================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from steward.insurance.logic.writeoffs import Rule, rule_for

from ..logic.denials import NO_CATEGORIES, Categories
from ..logic.remittance import Adjustment
from .facts import ChargeFacts, ClaimFacts, CoverageFacts
from .result import Books, Kind, Work

AR, PATIENT = "ar_insurance", "ar_patient"
#: Patient-share codes that say "not our member then": eligibility is checked before the patient is asked.
ELIGIBILITY = frozenset({"26", "27", "31", "32", "33", "34", "177", "200"})
#: Deductible, coinsurance, copay, blood deductible: ordinary Medicare cost share, no notice (ABN) needed.
ORDINARY_SHARE = frozenset({"1", "2", "3", "66"})
#: Medicare's remarks that the patient is a Qualified Medicare Beneficiary.
QMB_REMARKS = frozenset({"N781", "N782", "N783"})
MEDICARE, MEDICAID = frozenset({"MA", "MB"}), "MC"
CAPITATION_CODE = "24"
#: Payers of public money: an overpayment is reported and returned within 60 days (42 CFR 401.305).
GOVERNMENT = frozenset({"MA", "MB", "MC", "CH", "VA", "OF", "16", "TV"})
#: Medicare: redetermination within 120 days of receipt (42 CFR 405.942). Others: the contract says; looked at in 30.
REFUSED = frozenset({Kind.DENIAL, Kind.ELIGIBILITY, Kind.REVIEW})
MEDICARE_APPEAL, UNKNOWN_APPEAL = timedelta(days=120), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Case:
    """The claim an adjustment belongs to, as far as the rules ask."""

    index: int
    claim: ClaimFacts
    cover: CoverageFacts
    day: date
    rules: tuple[Rule, ...]
    remarks: frozenset[str]
    reversal: bool = False
    forwarded: bool = False
    categories: Categories = NO_CATEGORIES
    answered: date | None = None

    @property
    def payer(self) -> int:
        return self.cover.payer

    @property
    def next(self) -> CoverageFacts | None:
        return self.claim.next_after(self.cover.rank)

    def work(self, kind: Kind, reason: str, cents: int, charge: ChargeFacts, entry: Adjustment) -> Work:
        """A work item about one adjustment of one charge."""
        category = self.categories.of(entry.reason, self.remarks) if kind in REFUSED else ""
        return Work(kind, reason, cents, self.index, charge.uid, entry.group, entry.reason, self.due, category)

    @property
    def due(self) -> date:
        """The last day to appeal, from the payer's answer: the contract's limit, Medicare's; else a look in thirty days."""
        told = self.answered or self.day
        if self.cover.appeal_days is not None:
            return told + timedelta(days=self.cover.appeal_days)
        return told + (MEDICARE_APPEAL if self.cover.filing in MEDICARE else UNKNOWN_APPEAL)


def share(books: Books, case: Case, charge: ChargeFacts, entry: Adjustment) -> list[Work]:
    """PR (and OA 209): to whom the patient's share goes. Posts the move; returns the work it leaves."""
    to = _destination(case, entry)
    if isinstance(to, Work):
        return [] if case.reversal else [case.work(to.kind, to.reason, entry.cents, charge, entry)]
    cents = entry.cents
    work: list[Work] = []
    if case.cover.rank == 1 and cents > 0 and not case.reversal:
        cents = min(cents, max(books.open(charge, AR, case.payer), 0))
        if cents < entry.cents:
            work.append(case.work(
                Kind.EXCESS_SHARE, "The payer names a patient share larger than what is still open; the rest was not moved.",
                entry.cents - cents, charge, entry))  # fmt: skip
    books.move(charge, to, (AR, case.payer), cents)
    return work


def _destination(case: Case, entry: Adjustment) -> tuple[str, int | None] | Work:
    later = case.next
    if entry.reason in ELIGIBILITY:
        return _hold(Kind.ELIGIBILITY, "The payer says the patient was not covered. Check eligibility before billing.")
    if entry.group == "OA":
        if later and later.filing == MEDICAID:
            return AR, later.payer
        return _hold(Kind.COST_SHARE, "This amount may not be asked of the patient. Bill Medicaid or write it off.")
    if later:
        return AR, later.payer
    if case.forwarded:
        return _hold(
            Kind.CROSSOVER, "The payer forwarded the claim to a next payer that is not on file. Add the coverage."
        )
    if _protected(case):
        return _hold(Kind.COST_SHARE, "Medicaid and QMB patients owe no cost share; a copay taken is refundable.")
    if case.cover.filing in MEDICARE and entry.reason not in ORDINARY_SHARE and not case.claim.abn_on_file:
        return _hold(Kind.NO_ABN, "Medicare does not cover this and no signed notice (ABN) is on file.")
    return PATIENT, None


def _hold(kind: Kind, reason: str) -> Work:
    return Work(kind, reason, 0)


def _protected(case: Case) -> bool:
    return bool(case.remarks & QMB_REMARKS) or any(cover.filing == MEDICAID for cover in case.claim.coverages)


def written_off(books: Books, case: Case, charge: ChargeFacts, entry: Adjustment, role: str) -> list[Work]:
    """A white-listed adjustment: Dr the role, Cr the receivable, capped by what is open (or, reversed, by what stands)."""
    cents = entry.cents
    if case.reversal and cents < 0:
        cents = -min(-cents, max(books.open(charge, role, case.payer), 0))
    elif cents > 0 and not (case.reversal and role == "incentive_revenue"):
        cents = min(cents, max(books.open(charge, AR, case.payer), 0))
    books.move(charge, (role, case.payer), (AR, case.payer), cents)
    if cents == entry.cents or case.reversal:
        return []
    return [case.work(Kind.EXCESS_ADJUSTMENT, "The adjustment is larger than what is open of this payer; only the open"
                      " amount was posted.", entry.cents - cents, charge, entry)]  # fmt: skip


def rule_role(case: Case, entry: Adjustment) -> str:
    """The account role by which the adjustment posts itself; empty if a person must decide.

    A reversal negates the amount, so a rule for negative amounts (incentives) is asked with the original sign.
    """
    cents = -entry.cents if case.reversal else entry.cents
    rule = rule_for(case.rules, payer=case.payer, group=entry.group, carc=entry.reason, day=case.day, cents=cents,
                    capitation=case.cover.capitation, contract=case.cover.contract)  # fmt: skip
    return rule.role if rule else ""


def undecided(case: Case, charge: ChargeFacts, entry: Adjustment) -> list[Work]:
    """An adjustment that no rule posts: the receivable stays and a person is asked."""
    if case.reversal or entry.cents == 0 or (entry.group == "OA" and entry.reason == "23"):
        return []
    if entry.group == "CO" and entry.reason in (CAPITATION_CODE, *ELIGIBILITY):
        kind, reason = Kind.ELIGIBILITY, "The payer says another plan covers the patient. Check the coverage."
    elif entry.group == "CO":
        kind, reason = Kind.DENIAL, _refused(case, entry)
    else:
        kind, reason = Kind.REVIEW, f"{entry.group}-{entry.reason} has no rule; nothing was posted for it."
    return [case.work(kind, reason, entry.cents, charge, entry)]


def _refused(case: Case, entry: Adjustment) -> str:
    found = case.categories.get(case.categories.of(entry.reason, case.remarks))
    return f"Denied with CO-{entry.reason}: {found.title.lower()}."
