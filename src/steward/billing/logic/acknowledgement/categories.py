"""Claim status categories (X12 code list 507) and what each means for the office. Codes are facts; the words are ours.

Source of the codes: 005010X214 and 005010X212 with the lists of category codes as maintained by X12; checked 2026-11-23
against the 48 codes open validators carry. A code that is not here (F5 and X0 among them) means nothing: it goes to a person.
"""

from __future__ import annotations

from enum import StrEnum


class Meaning(StrEnum):
    """What an answer means. The order of :data:`GRAVEST` says which of several counts."""

    ACCEPTED = "accepted"  # the payer took the claim: proof of timely filing
    FORWARDED = "forwarded"  # somebody on the way took it; the payer has not answered yet
    REJECTED = "rejected"  # never entered the payer's books: mend and send again, no appeal
    NOT_FOUND = "not_found"  # asked about a claim they cannot find
    PENDED = "pended"  # with the payer, nothing to do but wait
    INFORMATION = "information"  # the payer waits for something from us or the patient
    FINISHED = "finished"  # decided; the remittance tells
    PAID = "paid"
    DENIED = "denied"
    REVISED = "revised"  # decided once more
    NOTHING_DUE = "nothing_due"  # decided, no payment will come
    NO_ANSWER = "no_answer"  # the question could not be answered: ask again or mend the question
    UNKNOWN = "unknown"


_R = Meaning.INFORMATION
MEANING: dict[str, Meaning] = {
    "A0": Meaning.FORWARDED, "A1": Meaning.ACCEPTED, "A2": Meaning.ACCEPTED, "A3": Meaning.REJECTED,
    "A4": Meaning.NOT_FOUND, "A5": Meaning.ACCEPTED, "A6": Meaning.REJECTED, "A7": Meaning.REJECTED, "A8": Meaning.REJECTED,
    "P0": Meaning.PENDED, "P1": Meaning.PENDED, "P2": Meaning.PENDED, "P3": _R, "P4": _R, "P5": Meaning.PENDED,
    "F0": Meaning.FINISHED, "F1": Meaning.PAID, "F2": Meaning.DENIED, "F3": Meaning.REVISED, "F3F": Meaning.REVISED,
    "F3N": Meaning.REVISED, "F4": Meaning.NOTHING_DUE,
    "R0": _R, "R1": _R, "R3": _R, "R4": _R, "R5": _R, "R6": _R, "R7": _R, "R8": _R, "R9": _R, "R10": _R, "R11": _R,
    "R12": _R, "R13": _R, "R14": _R, "R15": _R, "R16": _R, "R17": _R, "RQ": _R,
    "E0": Meaning.NO_ANSWER, "E1": Meaning.NO_ANSWER, "E2": Meaning.NO_ANSWER, "E3": Meaning.NO_ANSWER,
    "E4": Meaning.NO_ANSWER, "D0": Meaning.NOT_FOUND,
}  # fmt: skip

#: When one claim carries several statuses, the first of these that is among them counts.
GRAVEST: tuple[Meaning, ...] = (
    Meaning.REJECTED, Meaning.UNKNOWN, Meaning.DENIED, Meaning.INFORMATION, Meaning.NOT_FOUND, Meaning.NO_ANSWER,
    Meaning.REVISED, Meaning.PAID, Meaning.NOTHING_DUE, Meaning.FINISHED, Meaning.PENDED, Meaning.ACCEPTED,
    Meaning.FORWARDED,
)  # fmt: skip


def meaning(code: str) -> Meaning:
    """What the category ``code`` means; UNKNOWN for a code that is not in the table."""
    return MEANING.get(code.strip().upper(), Meaning.UNKNOWN)


def gravest(found: tuple[Meaning, ...]) -> Meaning:
    """The meaning that counts; UNKNOWN when nothing was said."""
    return min(found, key=GRAVEST.index, default=Meaning.UNKNOWN)
