"""What a change of coverage with days in the past means for a claim: which remedy brings it to who should pay."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Remedy(StrEnum):
    """What is done about a claim whose payers are not those that cover its day now."""

    MOVE = "move"  # its bill goes to the payer that comes first now
    PATIENT = "patient"  # nobody covers that day: the patient owes it
    MEMBER = "member"  # the payer is right, the member number is not: corrected and sent again
    LATER = "later"  # the first payer is right: what is open of a later one goes to the one that comes then
    ASK_BACK = "ask_back"  # the wrong payer paid: it takes its money back first
    NOTHING = "nothing"  # nothing that a bill would change


def remedy(was: Sequence[int], now: Sequence[int], *, member: bool, paid: bool, restricted: bool) -> Remedy:
    """The remedy for a claim billed to payers ``was`` where ``now`` cover its day, both first to pay first.

    ``member``: the payers agree, the first one's member number does not. ``paid``: the payer it was billed to settled it,
    with money or an adjustment that stands. ``restricted``: the patient paid and asked that no plan be told.
    """
    if restricted:
        return Remedy.NOTHING
    if member:
        return Remedy.NOTHING if paid else Remedy.MEMBER
    if tuple(was[:1]) == tuple(now[:1]):
        return Remedy.LATER
    if paid:
        return Remedy.ASK_BACK
    return Remedy.MOVE if now else Remedy.PATIENT
