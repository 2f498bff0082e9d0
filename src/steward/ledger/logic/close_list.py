"""The twenty lines of a month's close: who looks after each, when it is signed, what makes a signature void. Pure.

A line is asked by a check of the same id. Where a machine can tell, the check is green or not; where a person has to look (``hand``),
its evidence is what there is to look at. A signature on a line of hand holds for the evidence it was given on.
Source: the practice's list of the month's close (docs/guide/month.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from steward.ledger.types import CheckResult

OWNER, SIGNED, WAIVED, EXPLAINED, FROZEN = "owner", "signed", "waived", "explained", "frozen"
ACTS: Final = (OWNER, SIGNED, WAIVED, EXPLAINED, FROZEN)

#: What an account may move between two months before somebody explains it: more than ten percent and more than 1,000.00.
FLUX_PPM: Final = 100_000
FLUX_CENTS: Final = 100_000
#: What may lie unapplied at a month's end.
UNAPPLIED_LIMIT_CENTS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, the id of its check, what it asks (English; the screen translates), the role that looks after it."""

    number: int
    check: str
    title: str
    role: str
    hand: bool = False


TWENTY: Final = (
    Line(1, "day_sheets", "All days are closed and signed", "frontdesk"),
    Line(2, "reconciled", "Bank, card and loan accounts are reconciled, difference 0.00", "bookkeeper"),
    Line(3, "clearings", "Undeposited and clearing accounts are at zero or listed", "bookkeeper", hand=True),
    Line(4, "ar_control", "Receivables of the books are those of billing, by patient and payer", "biller"),
    Line(5, "unapplied", "Unapplied money is under its limit", "biller"),
    Line(6, "ap_control", "Payables are those of the vendors; goods received not billed were looked at", "bookkeeper"),
    Line(7, "stock", "Stock was counted and adjusted", "assistant", hand=True),
    Line(8, "payroll", "The payroll register is the books; what is withheld is what is due", "payroll", hand=True),
    Line(9, "schedules", "Prepaid, depreciation, accruals and all that posts itself ran", "bookkeeper"),
    Line(10, "loans", "Loan payments are parted into interest and principal", "bookkeeper"),
    Line(11, "allowance", "Allowances for contracts and bad debt were estimated anew", "bookkeeper", hand=True),
    Line(12, "credits", "Patients' credits were looked at", "biller", hand=True),
    Line(13, "suspense", "Suspense is at zero", "bookkeeper"),
    Line(14, "abnormal_sides", "No account stands on the wrong side", "bookkeeper"),
    Line(15, "error_finder", "No high finding is open", "bookkeeper"),
    Line(16, "flux", "What moved by more than 10 % and 1,000.00 is explained", "bookkeeper"),
    Line(17, "budget", "Variances from the budget have their comments", "administrator"),
    Line(18, "verify", "The chain holds and the totals, added up anew, agree", "bookkeeper"),
    Line(19, "backup", "A backup was restored and compared", "administrator", hand=True),
    Line(20, "frozen", "The reports are frozen and sent", "bookkeeper"),
)
LINE_OF: Final = {line.check: line for line in TWENTY}


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did about a line: made somebody its owner, signed it, let it stand, explained an account, froze the reports."""

    check: str
    kind: str
    by: int | None
    name: str
    at: datetime
    words: str = ""
    ref: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it stands: ``open`` (something is wrong), ``sign`` (in order, not signed), ``changed`` (signed before its evidence
    changed), ``signed``, ``waived``."""

    line: Line
    result: CheckResult
    state: str
    owner: str
    acts: tuple[Act, ...]

    @property
    def done(self) -> bool:
        return self.state in (SIGNED, WAIVED)

    @property
    def signature(self) -> Act | None:
        """The latest signature or waiver."""
        return next((act for act in reversed(self.acts) if act.kind in (SIGNED, WAIVED)), None)


def stamp(evidence: str) -> str:
    """Tells one evidence from another."""
    return hashlib.sha256(evidence.encode()).hexdigest()[:16]


def rows(results: Iterable[CheckResult], acts: Sequence[Act]) -> list[Row]:
    """The twenty as they stand. A check that was not asked (the whole proof, where it costs too much) counts as not yet green."""
    found = {result.id: result for result in results}
    by_check: dict[str, list[Act]] = {}
    for act in acts:
        by_check.setdefault(act.check, []).append(act)
    return [_row(line, found.get(line.check), tuple(by_check.get(line.check, ()))) for line in TWENTY]


def _row(line: Line, result: CheckResult | None, acts: tuple[Act, ...]) -> Row:
    if result is None:  # the whole proof costs too much for a page: it is made at the signature, and again at the lock
        result = CheckResult(line.check, line.check == "verify", "proved when it is signed, and again at the lock")
    owner = next((act.words for act in reversed(acts) if act.kind == OWNER), "")
    return Row(line, result, _state(line, result, acts), owner, acts)


def _state(line: Line, result: CheckResult, acts: Sequence[Act]) -> str:
    if any(act.kind == WAIVED for act in acts):
        return WAIVED
    signed = next((act for act in reversed(acts) if act.kind == SIGNED), None)
    if not line.hand and not result.ok:
        return "open"
    if signed is None:
        return "sign"
    return "changed" if line.hand and signed.stamp != stamp(result.evidence) else SIGNED


def begun(acts: Iterable[Act]) -> bool:
    """Whether the list of the month is in use: from then on the lock waits for every line of it."""
    return any(act.kind != WAIVED for act in acts)


def waivers(acts: Iterable[Act]) -> dict[str, str]:
    """Check id -> why it may stand."""
    return {act.check: act.words for act in acts if act.kind == WAIVED}


def list_result(found: Sequence[Row], acts: Sequence[Act]) -> CheckResult:
    """The list itself as a check of the lock: every line signed or waived, once it was begun."""
    if not begun(acts):
        return CheckResult("close_list", False, "not begun: no line was signed", blocks=False)
    left = [str(row.line.number) for row in found if not row.done]
    return CheckResult("close_list", not left, "lines not signed: " + ", ".join(left) if left else "all signed", waivable=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """An account of profit and loss that moved: cents of the month and of the month before, debit positive."""

    code: str
    name: str
    now_cents: int
    before_cents: int

    @property
    def change_cents(self) -> int:
        return self.now_cents - self.before_cents


def flux(now: Mapping[str, int], before: Mapping[str, int], names: Mapping[str, str]) -> list[Moved]:
    """The accounts whose month differs from the month before by more than both limits, in order of code."""
    found = []
    for code in sorted({*now, *before}):
        one = Moved(code, names.get(code, code), now.get(code, 0), before.get(code, 0))
        size = abs(one.change_cents)
        if size > FLUX_CENTS and size * 1_000_000 > abs(one.before_cents) * FLUX_PPM:
            found.append(one)
    return found
