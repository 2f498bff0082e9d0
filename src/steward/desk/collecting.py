"""Clearinghouse doors by the clock: what waits is put there, what came is kept, then read by its room's importer.

In this order so that nothing is lost: bytes are kept before anybody reads them, a file is taken away at the door (where that
is set) only after, and a run that is cut off is taken up by the next.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import DatabaseError
from django.utils.translation import gettext as _

from steward.billing.doors import Opened, deliver_to, opened
from steward.billing.doors.folder import named_fault, named_folder
from steward.billing.logic.doors import MOST_BYTES, whole
from steward.billing.models import Arrival, Door
from steward.billing.selectors.doors import doors, sender, unread, unseen
from steward.billing.selectors.submissions import undelivered
from steward.billing.services.doors import DoorData, keep_arrival, note_read, note_tried, save_door
from steward.billing.states import DoorKind
from steward.core.files.models import StoredFile
from steward.core.files.selectors import content
from steward.core.imports import Imported, refused
from steward.core.jobs.models import Job
from steward.core.jobs.services import enqueue
from steward.core.jobs.states import OPEN
from steward.core.jobs.work import Result, Work
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call
from steward.desk.imports import import_content
from steward.insurance.tasks import place

log = logging.getLogger("steward.doors")
KIND: Final = "doors.run"
EVERY_SECONDS: Final = 900


def look(call: Call) -> Job | None:
    """In passing: ask for a run when a door stands and none is under way."""
    _adopt(call)
    if not doors().exists() or Job.objects.filter(kind=KIND, state__in=[s.value for s in OPEN]).exists():
        return None
    return enqueue(call, kind=KIND, title=_("Clearinghouse"))


def _adopt(call: Call) -> None:
    """Make a door of the folder named in the surroundings. One that cannot be a door is not used: the page of the doors says why."""
    where = named_folder()
    if where is None or _known(where):
        return
    fault = named_fault()
    if fault is not None:
        log.warning("the folder named for the clearinghouse is refused: %s", fault.code)
        return
    try:
        for name in ("out", "in"):
            Path(where, name).mkdir(mode=0o700, parents=True, exist_ok=True)
        out = f"{where}/out" if sender() is None else ""
        save_door(call, data=DoorData(DoorKind.FOLDER, _("Clearinghouse folder"), out, f"{where}/in"))
    except Refused as refused:
        log.warning("the folder named for the clearinghouse is refused: %s", refused.code)
    except OSError as error:
        log.warning("the folder named for the clearinghouse cannot be made: %s", error.strerror)


def _known(where: Path) -> bool:
    """Whether a door leads there already, by the name it has now or had when it was set up."""
    found = {str(where / "in"), str(where.resolve() / "in"), str((where / "in").resolve())}
    return Door.objects.filter(kind=DoorKind.FOLDER, in_folder__in=found).exists()


def run(work: Work) -> Result:
    """Through every door that stands: put, collect, read. Safe to repeat."""
    counts = {"put": 0, "collected": 0, "read": 0, "troubled": 0}
    standing = list(doors())
    for door in standing:
        try:
            with opened(door) as there:
                counts["put"] += _deliver(work.call, door, there) if door.out_folder else 0
                counts["collected"] += _collect(work, door, there)
        except Refused as fault:
            counts["troubled"] += 1
            note_tried(work.call.with_key(None), door=door, words="", fault=fault.refusals[0])
        else:
            note_tried(work.call.with_key(None), door=door, words=_("It worked."))
    counts["read"] = _read(work)
    words = _("%(put)s files put, %(collected)s collected, %(read)s read; %(troubled)s doors could not be used.")
    return Result("/billing/doors/", words % counts, dict(counts))


def _deliver(call: Call, door: Door, there: Opened) -> int:
    """Claim files, then questions about coverage that no folder holds yet."""
    where = f"{door.host}:{door.out_folder}" if door.host else door.out_folder
    batches = [deliver_to(call, there, batch, where) for batch in undelivered()]
    return len(batches) + len(place(call, there))


def _collect(work: Work, door: Door, there: Opened) -> int:
    fresh = unseen(door, [one for one in there.seen() if whole(one)])
    large = [one for one in fresh if one.size > MOST_BYTES]
    fresh = [one for one in fresh if one.size <= MOST_BYTES]
    for done, one in enumerate(fresh):
        work.progress(done, len(fresh), _("Collecting from %s") % door.name)
        keep_arrival(work.call.with_key(None), door=door, seen=one, data=there.get(one))
        if door.remove_collected:
            there.remove(one)
    if large:  # said last, so that it stops no other file
        there.get(large[0])
    return len(fresh)


def _read(work: Work) -> int:
    rows = list(unread())
    for done, row in enumerate(rows):
        work.progress(done, len(rows), _("Reading"))
        read_one(work.call, row)
    work.progress(len(rows), len(rows))
    return len(rows)


def read_one(call: Call, arrival: Arrival) -> Arrival:
    """Hand a kept file to its importer and note what that said. A file that breaks its reader stops no other."""
    try:
        imported = import_content(call.with_key(None), content(arrival.file), arrival.file.name)
    except DatabaseError:
        raise
    except Exception:
        log.exception("a collected file broke its reader", extra={"arrival": str(arrival.uid)})
        imported = _broken()
    return note_read(call.with_key(None), arrival=arrival, imported=imported)


def _broken() -> Imported:
    words = _("Steward could not read this file; its bytes are kept.")
    return refused("x12", Refusal("reader", words, _("Tell support, and read it by hand meanwhile.")))


def put_files(work: Work, files: list[str]) -> Result:
    """Put stored files (276) where claim files go. Nothing without a door; safe to repeat."""
    door = sender()
    if door is None:
        return Result(message=_("No door is set up: bring the files by hand."))
    rows = StoredFile.objects.filter(uid__in=[UUID(uid) for uid in files])
    with opened(door) as there:
        for row in rows:
            there.put(row.name, content(row))
    return Result("/billing/doors/", _("%d files put.") % len(rows))
