"""What an entry must be before it is worth asking the database: pure, every fault at once, each with its mend.

1 two lines or more; 2 whole cents, not zero, within limits; 3 one way to name the account; 4 the lines of each entity sum
to zero; 5 a source document; 6 a party has a role and a role a party; 7 texts fit their columns.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from steward.core.money import format_cents
from steward.core.refusals import Refusal
from steward.ledger.types import MAX_CENTS, PARTY_ROLES, EntryDraft, LineDraft

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
MAX_LINES: Final = 20_000  # an 835 of 10,000 claims posts claim by claim, never as one entry beyond this
LIMITS: Final = {"memo": 200, "source_type": 40, "source_ref": 80, "journal": 16}


def faults(draft: EntryDraft, default_entity: int) -> tuple[Refusal, ...]:
    """Every reason not to post this entry; empty when it may go on. ``default_entity`` stands in for None."""
    found = [*_head_faults(draft)]
    lines = draft.lines
    if not 2 <= len(lines) <= MAX_LINES:
        message = f"An entry has 2 to {MAX_LINES:,} lines; this one has {len(lines)}."
        found.append(Refusal("lines", message, "Add the other side."))
    sums: dict[int, int] = {}
    for n, line in enumerate(lines, 1):
        cents = line.cents
        if type(cents) is not int or not cents or not -MAX_CENTS <= cents <= MAX_CENTS:
            found.append(_cents_fault(n, cents))
            continue
        entity = line.entity or default_entity
        sums[entity] = sums.get(entity, 0) + cents
        if (
            (line.role is None) == (line.account is None)
            or (line.party is None) != (line.party_role == "")
            or line.party_role not in PARTY_ROLES
            or len(line.item) > 80
            or len(line.memo) > 200
        ):
            found.extend(_line_faults(n, line))
    if any(sums.values()):
        found.append(_balance_fault(sums))
    return tuple(found)


def _head_faults(draft: EntryDraft) -> list[Refusal]:
    found = []
    for name, limit in LIMITS.items():
        text = getattr(draft, name)
        if len(text) > limit:
            found.append(Refusal("too_long", f"{name} has {len(text)} characters; {limit} fit.", "Shorten it.", name))
        if "\x00" in text:
            found.append(Refusal("bad_text", f"{name} holds a NUL character.", "Type it again.", name))
    if not draft.source_type or not draft.source_ref:
        found.append(
            Refusal("no_source", "The entry names no source document.", "Attach or name what it is booked from.")
        )
    if draft.source_type == "document" and draft.document is None:
        found.append(Refusal("no_source", "The entry names a document but brings none.", "Attach the document."))
    if not draft.journal:
        found.append(Refusal("no_journal", "The entry names no journal.", "Choose a journal.", "journal"))
    if not FIRST_DAY <= draft.date <= LAST_DAY:
        found.append(
            Refusal("date", f"{draft.date} is not a day these books know.", "Use a day from 1900 to 2999.", "date")
        )
    return found


def _cents_fault(n: int, cents: object) -> Refusal:
    return Refusal(
        "cents", f"Line {n}: {cents!r} is not an amount in whole cents, between 1 and {MAX_CENTS:,} on either side.",
        "Give whole cents, debit positive, credit negative.", f"lines.{n}.cents",
    )  # fmt: skip


def _line_faults(n: int, line: LineDraft) -> list[Refusal]:
    found = []
    if (line.role is None) == (line.account is None):
        message = f"Line {n} names its account not at all or twice."
        found.append(Refusal("account", message, "Give a role or a code.", f"lines.{n}.account"))
    if (line.party is None) != (line.party_role == "") or line.party_role not in PARTY_ROLES:
        message = f"Line {n}: a party goes with its role ({', '.join(PARTY_ROLES[1:])})."
        found.append(Refusal("party", message, "Give both or neither.", f"lines.{n}.party"))
    if len(line.item) > 80 or len(line.memo) > 200:
        found.append(
            Refusal("too_long", f"Line {n}: its item (80) or memo (200) is too long.", "Shorten it.", f"lines.{n}.memo")
        )
    return found


def _balance_fault(sums: dict[int, int]) -> Refusal:
    off = {entity: cents for entity, cents in sums.items() if cents}
    if len(sums) > 1 and not sum(sums.values()):
        parts = ", ".join(f"entity {entity} by {format_cents(cents)}" for entity, cents in sorted(off.items()))
        return Refusal(
            "entity_unbalanced", f"The entry balances only across legal entities: {parts}.",
            "Book what one owes the other with due-to and due-from lines, so that each balances on its own.",
        )  # fmt: skip
    total = sum(sums.values())
    side = "Debits" if total > 0 else "Credits"
    return Refusal(
        "unbalanced", f"{side} exceed the other side by {format_cents(abs(total))}.", "Find the missing or wrong line."
    )
