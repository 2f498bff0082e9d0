"""How often each proof repeats itself, once for every proof: (every run, the long run of ``./office check --long``).

The first number is what a run of the whole suite can afford, the second is the P count of the trust facts. The
environment may say otherwise for a trial: ``STEWARD_COUNT=20`` for every proof, ``STEWARD_SEED`` for what a failing run
printed.
"""

from __future__ import annotations

import os

import pytest

LONG = os.environ.get("STEWARD_LONG") == "1"

COUNTS: dict[str, tuple[int, int]] = {
    "R1": (50, 200),  # kills while remittances are imported, entries posted and payments taken
    "R1 posts": (4, 40),  # kills of a process that posts one by one, in another program than the test
    "R1 batches": (4, 40),  # the same, batches
    "R1 sends": (4, 40),  # the same, claim files written and put into a folder
    "R2": (100, 1_000),  # torn or flipped write-ahead logs
    "R3": (10, 50),  # rounds of 64 people and one slot
    "R3 browsers": (2, 50),  # the same through a real server
    "R4 remittance": (10, 20),  # rounds of one 835 brought fifty times at once
    "R4 statement": (10, 20),  # the same, one bank file
    "R6": (100, 100),  # points at which the disk is full
    "R6 commands": (104, 260),  # the same, with every command of the house
    "R8": (60, 0),  # statements at which the connection is lost; 0: each of every command
    "R8 browser": (12, 0),  # the same, of a booking through the whole web layer
    "R9": (1_000, 330_000),  # entries in the books before the backup under load; the long run has a million lines
    "R11": (1_000, 20_000),  # rule calls of the ledger's state machine
    "R12": (100, 500),  # random journals against hledger and beancount
    "R13": (10_000, 100_000),  # inputs a parser
    "R14": (60, 2_000),  # round trips a writer
    "R18": (10, 100),  # random books replayed
    "R19": (1, 1),  # a second server on one data folder
    "R20 audit": (500, 500),  # raw edits of audit rows
    "R20 ledger": (100, 500),  # raw edits of ledger rows
    "R23": (400, 20_000),  # claims of a year lived with payers and a clearinghouse that are played
    "planted": (10, 50),  # seeds by which the errors of the catalogue are planted, each with its twin
    "R22": (100, 500),  # retries after an answer that never came
}


def count(name: str) -> int:
    """How often ``name`` repeats itself in this run."""
    said = os.environ.get("STEWARD_COUNT")
    return int(said) if said else COUNTS[name][LONG]


def seed(usual: int) -> int:
    """Where the random draws begin: ``usual``, or what STEWARD_SEED says to repeat a failing run."""
    return int(os.environ.get("STEWARD_SEED", usual))


# What touches no database is proved once: on SQLite's turn, or on the turn that ``STEWARD_ONCE`` names (the suite names
# PostgreSQL's when it has one, because the long run measures the coverage on SQLite's and would slow these proofs down).
_TURN = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
ONCE = pytest.mark.skipif(
    os.environ.get("STEWARD_ONCE", "SQLite") != _TURN, reason=f"left out on {_TURN}: it touches no database"
)
