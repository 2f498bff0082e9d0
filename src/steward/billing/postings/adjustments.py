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

    @property
    def payer(self) -> int:
        return self.cover.payer

    @property
    def next(self) -> CoverageFacts | None:
        return self.claim.next_after(self.cover.rank)

    def work(self, kind: Kind, reason: str, cents: int, charge: ChargeFacts, entry: Adjustment) -> Work:
        """A work item about one adjustment of one charge."""
        due = self.day + (MEDICARE_APPEAL if self.cover.filing in MEDICARE else UNKNOWN_APPEAL)
        return Work(kind, reason, cents, self.index, charge.uid, entry.group, entry.reason, due)


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
        kind, reason = Kind.DENIAL, f"Denied with CO-{entry.reason}: {category(entry.reason)}."
    else:
        kind, reason = Kind.REVIEW, f"{entry.group}-{entry.reason} has no rule; nothing was posted for it."
    return [case.work(kind, reason, entry.cents, charge, entry)]


#: Our own short words for what to look at first; not the code list's descriptions, which are X12's.
CATEGORIES = {
    "information": ("16", "226", "227", "252", "129", "125"),
    "authorisation": ("15", "38", "197", "198", "199"),
    "duplicate": ("18",),
    "another payer": ("22", "109"),
    "timely filing": ("29",),
    "medical necessity": ("50", "55", "56"),
    "bundled": ("97", "231", "234", "236"),
    "not covered": ("96", "204", "119", "149"),
    "coding": ("4", "5", "6", "7", "8", "9", "10", "11", "12", "146", "181", "182"),
}
_CATEGORY = {code: name for name, codes in CATEGORIES.items() for code in codes}


def category(carc: str) -> str:
    """Our own word for a denial code."""
    return _CATEGORY.get(carc, "other")
