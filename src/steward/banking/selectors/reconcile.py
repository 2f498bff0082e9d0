"""What waits to be matched, and how it looks to the matcher."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from steward.banking.logic.match_items import BankItem, BookItem
from steward.banking.logic.matching import Result, key, match
from steward.banking.models import BankAccount, BankLine, Settlement
from steward.banking.selectors.deposits import open_settlements
from steward.banking.selectors.statements import open_lines
from steward.banking.states import KEY_KINDS

_SLIP = re.compile(r"\b(?:DEPOSIT|DEP|SLIP)(?:\s+SLIP)?\s*(?:NO\.?|NUM|#)?\s*0*(\d{1,12})\b", re.IGNORECASE)
_BATCH = re.compile(r"\bBATCH\s*(?:NO\.?|NUM|#)?\s*([A-Z0-9-]{1,20})\b", re.IGNORECASE)
_CHECK = re.compile(r"\bCHECK\s*(?:NO\.?|NUM|#)?\s*0*(\d{1,12})\b", re.IGNORECASE)
_ALSO = {"payout": ("trn",)}  # a processor's own number of a payout stands in the bank's text as a trace does
_TOKEN = re.compile(r"[A-Z0-9][A-Z0-9-]{7,49}", re.IGNORECASE)


def keys_of_line(line: BankLine) -> frozenset[str]:
    """The identities a bank line carries: in fields of its own, or labelled in its text.

    A bare number in a text is an identity only from eight characters with a digit on (traces); shorter ones are too
    often something else.
    """
    inward = line.cents > 0
    found = {key("trn", line.trace)}
    for value in (line.ref, line.check_no):
        kinds = ("slip",) if line.kind == "deposit" else ("slip", "batch", "trn") if inward else ("check", "trn")
        found |= {key(kind, value) for kind in kinds}
    labelled = ((_SLIP, "slip"), (_BATCH, "batch")) if inward else ((_CHECK, "check"),)
    for pattern, kind in labelled:
        found |= {key(kind, value) for value in pattern.findall(line.text)}
    found |= {key("trn", token) for token in _TOKEN.findall(line.text) if any(char.isdigit() for char in token)}
    return frozenset(found - {""})


def bank_items(lines: Sequence[BankLine]) -> list[BankItem]:
    """Lines as the matcher sees them, by uid."""
    return [BankItem(str(one.uid), one.posted_on, one.cents, keys_of_line(one)) for one in lines]


def book_items(settlements: Sequence[Settlement]) -> list[BookItem]:
    """Settlements as the matcher sees them, by uid."""
    return [
        BookItem(
            str(one.uid), one.expected_on, one.due_cents, one.kind,
            frozenset({key(kind, one.key) for kind in (KEY_KINDS[one.kind], *_ALSO.get(one.kind, ()))} - {""}),
        )
        for one in settlements
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """What is open on one account, by uid, and what the matcher makes of it."""

    lines: dict[str, BankLine]
    settlements: dict[str, Settlement]
    result: Result


def work_list(account: BankAccount) -> Work:
    """Everything open on an account and the matcher's reading of it. Two queries; nothing is posted."""
    lines = list(open_lines(account))
    settlements = list(open_settlements(account.entity_id).select_related("deposit"))
    settlements = [one for one in settlements if _may_arrive_at(one, account)]
    result = match(bank_items(lines), book_items(settlements), identity_only=True)
    return Work({str(one.uid): one for one in lines}, {str(one.uid): one for one in settlements}, result)


def _may_arrive_at(settlement: Settlement, account: BankAccount) -> bool:
    """A deposit names its account; an EFT or a card batch may reach any account of its entity."""
    deposit = getattr(settlement, "deposit", None)
    return deposit is None or deposit.bank_account_id == account.pk
