"""What other rooms hand to the ledger and get back: plain frozen values, no Django.

An entry is written as an :class:`EntryDraft` with two or more :class:`LineDraft`. Cents are signed integers:
debit positive, credit negative; the lines of each legal entity must sum to zero. Ids are registry primary keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

#: Journals in use. A journal is a short lower-case word; these are the ones the house itself writes.
JOURNALS: Final = (
    "general",
    "manual",
    "import",
    "opening",
    "closing",
    "adjusting",
    "charges",
    "receipts",
    "remittance",
    "bank",
    "payroll",
    "purchasing",
    "stock",
    "assets",
)

#: The roles a line's ``party`` may have. ``""`` goes with no party.
PARTY_ROLES: Final = ("", "patient", "vendor", "employee")

#: Largest amount of one line, in cents: ten billion dollars. Keeps every sum far inside 64 bits.
MAX_CENTS: Final = 1_000_000_000_000


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One side of an entry.

    Name the account by ``role`` (contracts.md, "Account roles") or by ``account`` (its code), never both.
    ``cents`` is signed, debit positive, never 0. ``entity`` None means the practice's first entity.
    ``payer`` and ``provider`` are registry.Party ids; ``party`` is the patient, vendor or employee, told
    apart by ``party_role``. ``item`` is the thing settled (``"charge:UID"``, ``"receipt:UID"``, at most 80
    characters): lines of one item on one account belong together, their sum is what is still open.
    """

    role: str | None = None
    account: str | None = None
    cents: int = 0
    entity: int | None = None
    site: int | None = None
    department: int | None = None
    provider: int | None = None
    payer: int | None = None
    party: int | None = None
    party_role: str = ""
    item: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One journal entry to post.

    ``key`` is made by the caller before sending; the same key with the same body is answered with the first
    posting, with another body refused. ``source_type``/``source_ref`` name the source document: a row of the
    calling room (``"billing.charge"``, its uid) or, with ``source_type="document"``, the ledger
    :class:`Document` whose primary key is ``document``. ``reverses`` is the primary key of the entry undone
    (set by ``services.reverse`` alone). Neither memo carries names or diagnoses of patients: posted rows
    can never be cleaned.
    """

    key: UUID
    date: date
    memo: str
    journal: str
    source_type: str
    source_ref: str
    lines: tuple[LineDraft, ...]
    document: int | None = None
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What posting one draft gave: ``duplicate`` True when its key had been posted before with the same body."""

    id: int
    number: int
    key: UUID
    hash: str
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class PostedMany:
    """What posting a batch gave.

    ``posted`` new entries took the numbers ``first_number`` to ``last_number`` in the order of the drafts (None when every
    draft was a duplicate). ``entry_ids`` has one primary key a draft, in the same order, duplicates included.
    """

    posted: int
    duplicate: int
    first_number: int | None
    last_number: int | None
    entry_ids: tuple[int, ...] = ()

    def as_json(self) -> dict[str, int | None]:
        """The contract's shape (``steward books post``)."""
        return {
            "posted": self.posted,
            "duplicate": self.duplicate,
            "first_number": self.first_number,
            "last_number": self.last_number,
        }


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One answer to "may this period be closed?", brought by the caller or found here.

    ``blocks`` False makes it a remark. ``waived`` holds the reason a person gave for closing all the same; a control over
    whoever closes is not ``waivable`` (trust: an unread review blocks the lock).
    """

    id: str
    ok: bool
    evidence: str = ""
    blocks: bool = True
    waived: str = ""
    waivable: bool = True

    @property
    def words(self) -> str:
        """The id as a person reads it."""
        return self.id.replace("_", " ").capitalize()
