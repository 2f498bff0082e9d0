"""A bank statement as the bank said it: lines, balances, and the proof that they agree.

Money is integer cents, positive when the bank credits the account. Nothing here knows a file format: readers build
these values and everything behind them (import, matching, cash position) sees only these.

Rules kept here, each learned from a public bug report (facts: "Bank files", rules learned from issues):
  1. FITID is unique within one account only; the same FITID with another amount is refused until a person has looked,
     never dropped.
  2. Equal date, amount and text may be two real items: identity carries an occurrence number.
  3. A statement proves when opening + sum of its lines = closing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

MAX_CENTS = 10**15
"""No amount of a statement may reach ten trillion dollars: a figure beyond it is a damaged file."""


class StatementError(ValueError):
    """A file that cannot be read: where it is wrong and how to mend it. Each reader has its own subclass."""

    def __init__(self, code: str, place: str, message: str, fix: str) -> None:
        super().__init__(f"{place}: {message} {fix}")
        self.code = code
        self.place = place
        self.message = message
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to report about a file that could be read. `blocks` says its statement must not be imported."""

    code: str
    place: str
    message: str
    fix: str
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on the bank's side. `cents` > 0 is money in; `occurrence` counts equal lines from 1."""

    posted_on: dt.date
    cents: int
    text: str = ""
    fitid: str = ""
    kind: str = "other"  # deposit, credit, debit, check, fee, interest, return, other
    type_code: str = ""  # the format's own word: OFX TRNTYPE or the BAI type code
    check_no: str = ""
    ref: str = ""
    trace: str = ""  # TRN02 of the payer's EFT when the bank passes the addenda on
    occurrence: int = 1

    @property
    def content_key(self) -> str:
        """32 hex digits naming what the line says: equal for equal date, amount, text, check number and trace."""
        body = "\x1f".join(
            (self.posted_on.isoformat(), str(self.cents), normalise_text(self.text), self.check_no, self.trace)
        )
        return hashlib.sha256(body.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Statement:
    """One account over one span of days, as one part of one file."""

    account_id: str
    lines: tuple[BankLine, ...] = ()
    bank_id: str = ""
    account_type: str = ""
    currency: str = "USD"
    opening_cents: int | None = None
    closing_cents: int | None = None
    closing_on: dt.date | None = None
    available_cents: int | None = None
    float_cents: int = 0  # credited by the bank but not collected yet
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    problems: tuple[Problem, ...] = field(default=())

    @property
    def total_cents(self) -> int:
        """Sum of the lines in cents."""
        return sum(line.cents for line in self.lines)

    @property
    def blocked(self) -> tuple[Problem, ...]:
        """The problems that forbid importing this statement."""
        return tuple(problem for problem in self.problems if problem.blocks)


@dataclass(frozen=True, slots=True)
class Proof:
    """opening + total = closing. `source` says where the opening came from: file, stored, derived, accepted or none."""

    opening_cents: int | None
    total_cents: int
    closing_cents: int | None
    source: str

    @property
    def difference_cents(self) -> int | None:
        """closing - (opening + total); None when one side is unknown."""
        if self.opening_cents is None or self.closing_cents is None:
            return None
        return self.closing_cents - self.opening_cents - self.total_cents

    @property
    def ok(self) -> bool:
        """True when the difference is known and zero."""
        return self.difference_cents == 0


def normalise_text(text: str) -> str:
    """Upper case with single blanks, so that a re-download with other padding is still the same line."""
    return " ".join(text.upper().split())


def numbered(lines: Iterable[BankLine]) -> tuple[BankLine, ...]:
    """The same lines with `occurrence` set: the n-th line that says the same thing gets n."""
    seen: Counter[str] = Counter()
    out = []
    for line in lines:
        key = line.content_key
        seen[key] += 1
        out.append(replace(line, occurrence=seen[key]))
    return tuple(out)


def prove(statement: Statement, stored_closing_cents: int | None = None) -> Proof:
    """Prove one statement. The file's own opening counts first, then the last stored closing balance.

    With neither, the opening is derived from the closing (`source` "derived"): true by construction, so the caller
    may take it only as the first statement of an account.
    """
    total, closing = statement.total_cents, statement.closing_cents
    if statement.opening_cents is not None:
        return Proof(statement.opening_cents, total, closing, "file")
    if stored_closing_cents is not None:
        return Proof(stored_closing_cents, total, closing, "stored")
    if closing is not None:
        return Proof(closing - total, total, closing, "derived")
    return Proof(None, total, None, "none")


@dataclass(frozen=True, slots=True)
class StoredLine:
    """What the books already hold of one bank line: enough to recognise it again."""

    ref: str
    posted_on: dt.date
    cents: int
    fitid: str
    content_key: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would add: `new` lines (numbered against the stored ones), `known` how many were there before."""

    new: tuple[BankLine, ...]
    known: int
    proof: Proof
    problems: tuple[Problem, ...] = ()


def plan_import(statement: Statement, stored: Sequence[StoredLine] = (), anchor_cents: int | None = None) -> Plan:
    """Decide which lines are new and prove the result.

    `anchor_cents` is the bank balance of the account before the first new line: the last stored closing. When FITIDs
    and contents disagree about what is new (a bank that renumbers its FITIDs on every download, or two real twins in
    two files), the balance proof decides; without a proof the careful reading (by content) stands.
    """
    by_content = _new_by_content(statement.lines, stored)
    by_fitid = _new_by_fitid(statement.lines, stored)
    problems = fitid_conflicts(statement.lines, stored)
    chosen = by_content
    if anchor_cents is not None and _reaches(statement, by_fitid, anchor_cents):
        chosen = by_content if _reaches(statement, by_content, anchor_cents) else by_fitid
    return Plan(chosen, len(statement.lines) - len(chosen), _plan_proof(statement, chosen, anchor_cents), problems)


def _reaches(statement: Statement, new: Sequence[BankLine], anchor_cents: int) -> bool:
    """The stored balance plus these lines is the closing balance of the file."""
    return anchor_cents + sum(line.cents for line in new) == statement.closing_cents


def _plan_proof(statement: Statement, new: Sequence[BankLine], anchor_cents: int | None) -> Proof:
    """The file's own opening proves the file; else the stored balance plus what is new must reach the closing."""
    if statement.opening_cents is not None or anchor_cents is None:
        return prove(statement)
    return Proof(anchor_cents, sum(line.cents for line in new), statement.closing_cents, "stored")


def _new_by_content(lines: Sequence[BankLine], stored: Sequence[StoredLine]) -> tuple[BankLine, ...]:
    """Lines whose n-th occurrence is not stored yet."""
    have = {(line.content_key, line.occurrence) for line in stored}
    return tuple(line for line in numbered(lines) if (line.content_key, line.occurrence) not in have)


def _new_by_fitid(lines: Sequence[BankLine], stored: Sequence[StoredLine]) -> tuple[BankLine, ...]:
    """Lines whose FITID (with its date and amount) is not stored and not repeated; without FITID content decides."""
    seen = {(line.fitid, line.posted_on, line.cents) for line in stored if line.fitid}
    highest: dict[str, int] = defaultdict(int)
    for known in stored:
        highest[known.content_key] = max(highest[known.content_key], known.occurrence)
    fresh = {(line.content_key, line.occurrence) for line in _new_by_content(lines, stored)}
    out = []
    for line in numbered(lines):
        key, name = line.content_key, (line.fitid, line.posted_on, line.cents)
        if name in seen if line.fitid else (key, line.occurrence) not in fresh:
            continue
        seen.add(name)
        highest[key] += 1
        out.append(replace(line, occurrence=highest[key]))
    return tuple(out)


def fitid_conflicts(lines: Sequence[BankLine], stored: Sequence[StoredLine] = ()) -> tuple[Problem, ...]:
    """One problem for every FITID that names two different amounts, inside the file or against what is stored."""
    amounts: dict[str, set[int]] = defaultdict(set)
    for known in stored:
        amounts[known.fitid].add(known.cents)
    fresh: set[str] = set()
    for line in lines:
        amounts[line.fitid].add(line.cents)
        fresh.add(line.fitid)
    return tuple(
        Problem(
            "fitid_reused",
            f"FITID {fitid}",
            f"The bank used one transaction id for {len(amounts[fitid])} different amounts.",
            "Compare them with the bank's portal; if all are real, accept them with a reason.",
            blocks=True,
        )
        for fitid in sorted(fresh)
        if fitid and len(amounts[fitid]) > 1
    )


def contradicts(statement: Statement, stored: Sequence[StoredLine], until: dt.date) -> bool:
    """The file covers days that are stored (up to `until`) and lacks a line the books hold of them."""
    if statement.starts_on is None:
        return False
    said = {(line.content_key, line.occurrence) for line in numbered(statement.lines)}
    names = {(line.fitid, line.posted_on, line.cents) for line in statement.lines if line.fitid}
    covered = [line for line in stored if statement.starts_on <= line.posted_on <= until]
    return any(
        (line.content_key, line.occurrence) not in said and (line.fitid, line.posted_on, line.cents) not in names
        for line in covered
    )


_TRN_SEGMENT = re.compile(r"TRN\*[0-9]\*([^*\\~\s]{1,50})", re.IGNORECASE)
_TRN_LABEL = re.compile(r"\b(?:TRN|TRACE|REASSOC)(?:\s*(?:NO|NUM|NBR)\b)?[\s.#:]{1,3}([A-Z0-9-]{5,50})", re.IGNORECASE)


def trace_in(text: str) -> str:
    """TRN02 carried in a line's text (CCD+ addenda `TRN*1*number*...`, or a labelled trace); "" when there is none."""
    found = _TRN_SEGMENT.search(text) or _TRN_LABEL.search(text)
    if found is None or not any(char.isdigit() for char in found.group(1)):
        return ""
    return found.group(1)
