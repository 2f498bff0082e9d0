"""Journals from files: ``journal-csv`` on the import screen, the JSON list of ``steward books post`` on the command line."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from steward.core.imports import Imported, Options, Part, refused
from steward.core.refusals import Refused
from steward.core.service import Call
from steward.ledger.logic.journal_file import JournalFileError, parse_csv, parse_json, recognise_csv
from steward.ledger.services.journals import post_batch
from steward.ledger.types import PostedMany

KINDS: Final = ("journal-csv",)


def recognise(content: bytes) -> str | None:
    """``journal-csv`` when the first line has its columns."""
    return "journal-csv" if recognise_csv(content) else None


def run(call: Call, *, kind: str, content: bytes, name: str, options: Options) -> Imported:
    """Post a journal-csv, all or nothing. A file all of whose entries were posted before is a duplicate."""
    try:
        entries = parse_csv(content)
        done = post_batch(call, entries=entries, content=content, name=name)
    except JournalFileError as error:
        return refused(kind, *error.problems)
    except Refused as error:
        return refused(kind, *error.refusals)
    status = "posted" if done.posted else "duplicate"
    message = _("%(posted)s entries posted, %(duplicate)s known from before.") % {
        "posted": done.posted, "duplicate": done.duplicate,
    }  # fmt: skip
    debits = sum(line.cents for entry in entries for line in entry.lines if line.cents > 0) if done.posted else 0
    return Imported(kind, status, message, (Part(name, status, debits),))


def post_file(call: Call, *, content: bytes, name: str) -> PostedMany:
    """``steward books post``: the contract's JSON list. Raises Refused with every problem of the file."""
    try:
        entries = parse_json(content)
    except JournalFileError as error:
        raise Refused(*error.problems) from error
    return post_batch(call, entries=entries, content=content, name=name)
