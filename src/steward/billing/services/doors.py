"""Doors set up, tried, ended; and what came through them: kept before it is read, read once, asked of a person when strange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from steward.billing.doors.folder import touches_data
from steward.billing.doors.sftp import pinned, read_key
from steward.billing.logic.doors import Seen, mark, neutral_name
from steward.billing.models import Arrival, Door, Sighting, WorkItem
from steward.billing.services.remittances import READ
from steward.billing.services.work import close_for, open_work
from steward.billing.states import ArrivalState, DoorKind, WorkKind
from steward.core.files.services import store
from steward.core.imports import Imported
from steward.core.refusals import Refusal, Refused, refuse
from steward.core.service import Call, note, service

LOOK_WITHIN: Final = timedelta(days=1)  # a file nobody could read may be money
ASKS: Final = (ArrivalState.UNKNOWN, ArrivalState.REFUSED, ArrivalState.HELD)
NOBODYS: Final = frozenset({"unknown_kind", "not_yet"})


@dataclass(frozen=True, slots=True)
class DoorData:
    """A door as typed. Empty ``password`` and ``private_key`` keep what is there."""

    kind: str
    name: str
    out_folder: str = ""
    in_folder: str = ""
    host: str = ""
    port: int = 22
    username: str = ""
    host_key: str = ""
    password: str = ""
    private_key: str = ""
    remove_collected: bool = False


def _faults(data: DoorData, had_secret: bool) -> list[Refusal]:
    found = []
    if not data.name.strip():
        found.append(Refusal("name", _("The door has no name."), _("Name the clearinghouse."), "name"))
    if not data.out_folder.strip() and not data.in_folder.strip():
        fix = _("Name the folder for files to payers, or the one where answers lie.")
        found.append(Refusal("folders", _("The door leads nowhere."), fix, "out_folder"))
    if data.out_folder.strip() and data.out_folder.strip().rstrip("/") == data.in_folder.strip().rstrip("/"):
        fix = _("Use two folders, or what was sent would be collected as an answer.")
        found.append(Refusal("folders", _("Both folders are the same."), fix, "in_folder"))
    if data.kind == DoorKind.FOLDER:
        relative = [each for each in (data.out_folder, data.in_folder) if each and not PurePosixPath(each).is_absolute()]
        if relative:
            fix = _("Begin it with /.")
            found.append(Refusal("folders", _("%s is no whole path.") % relative[0], fix, "out_folder"))
        if not relative:
            found += _strange_folders(data)
        return found
    for name, words in (("host", _("The server has no name.")), ("username", _("The login has no user name."))):
        if not getattr(data, name).strip():
            found.append(Refusal(name, words, _("The clearinghouse wrote it to you."), name))
    if not (data.password or data.private_key or had_secret):
        fix = _("Enter the password, or paste the private key.")
        found.append(Refusal("secret", _("There is neither password nor key."), fix, "password"))
    return found


def _strange_folders(data: DoorData) -> list[Refusal]:
    """Both folders as the disk knows them, whatever ``..`` and links say: two, and neither holds Steward's own data."""
    places = {name: Path(getattr(data, name).strip()).resolve() for name in ("out_folder", "in_folder") if getattr(data, name)}
    found = [
        Refusal("own_data", _("%s holds Steward's own data.") % place, _("Choose a folder of its own."), name)
        for name, place in places.items() if touches_data(place)
    ]  # fmt: skip
    if len(places) == 2 and len(set(places.values())) == 1:
        fix = _("Use two folders, or what was sent would be collected as an answer.")
        found.append(Refusal("folders", _("Both folders are the same."), fix, "in_folder"))
    return found


@service("billing.save_door", "office.write", says="set up a clearinghouse door")
def save_door(call: Call, *, data: DoorData, door: Door | None = None, uid: UUID | None = None) -> Door:
    """Set up a door, or change one. Refuses ``name folders host username secret host_key private_key``, ``second`` (another
    door sends already: a claim goes out by one), ``kind`` and ``ended``."""
    row = Door.objects.select_for_update(of=("self",)).get(pk=door.pk) if door else Door(**({"uid": uid} if uid else {}))
    had = bool(row.pk) and bool(row.password or row.private_key)
    if faults := _faults(data, had):
        raise Refused(*faults)
    if row.pk and (row.ended_on or row.kind != data.kind):
        raise refuse("kind", _("This door stays what it is."), _("End it and set up another."), "kind")
    if data.out_folder.strip() and Door.objects.filter(ended_on=None).exclude(pk=row.pk).exclude(out_folder="").exists():
        fix = _("Leave this one's folder for files to payers empty, or end the other door.")
        raise refuse("second", _("Another door sends files to payers."), fix, "out_folder")
    _fill(row, data)
    row.save()
    note(row, fields=["door"])
    return row


def _fill(row: Door, data: DoorData) -> None:
    row.kind, row.name = data.kind, data.name.strip()
    row.out_folder, row.in_folder = data.out_folder.strip(), data.in_folder.strip()
    if data.kind == DoorKind.FOLDER:  # as the disk knows them: a link that stands in the way later was put there later
        row.out_folder, row.in_folder = (str(Path(each).resolve()) if each else "" for each in (row.out_folder, row.in_folder))
    row.remove_collected = data.remove_collected
    if data.kind == DoorKind.SFTP:
        row.host, row.port, row.username = data.host.strip(), data.port, data.username.strip()
        row.host_key = pinned(data.host_key)
        if data.private_key.strip():
            read_key(data.private_key)
            row.private_key = data.private_key
        row.password = data.password or row.password


@service("billing.end_door", "office.write", says="closed a clearinghouse door")
def end_door(call: Call, *, door: Door) -> Door:
    """Use the door no more; what came through it stays, its password and key go. Refuses ``ended``."""
    row = Door.objects.select_for_update(of=("self",)).get(pk=door.pk)
    if row.ended_on is not None:
        raise refuse("ended", _("This door is closed already."), _("Nothing is left to do."))
    row.ended_on, row.password, row.private_key = call.today, "", ""
    row.save()
    _close(call, row, _("The door was closed"))
    return row


@service("billing.note_tried", "claim.send", says="tried a clearinghouse door")
def note_tried(call: Call, *, door: Door, words: str, fault: Refusal | None = None) -> Door:
    """Note how it went at the door. A fault comes to somebody, once; the next success closes the question."""
    row = Door.objects.select_for_update(of=("self",)).get(pk=door.pk)
    said = f"{fault.message} {fault.fix}" if fault else words
    row.tried_at, row.trouble, row.said = call.now, fault.code if fault else "", said[:300]
    if fault is None:
        _close(call, row, _("It works again"))
    elif row.work is None or row.work.closed_at is not None:
        reason = _("%(door)s: %(what)s") % {"door": row.name, "what": said}
        (row.work,) = open_work(call, [{"kind": WorkKind.DOOR, "reason": reason[:300], "due": call.today}])
        row.work = WorkItem.objects.get(uid=row.work.uid)
    row.save(update_fields=["tried_at", "trouble", "said", "work"])
    note(row, fields=["tried_at"], refs=[row.trouble or "ok"])
    return row


def _close(call: Call, row: Door, why: str) -> None:
    if row.work_id:
        close_for(call, WorkItem.objects.filter(pk=row.work_id), why)


@service("billing.keep_arrival", "claim.send", says="collected a file from a clearinghouse")
def keep_arrival(call: Call, *, door: Door, seen: Seen, data: bytes) -> Arrival:
    """Keep the bytes of a file that was seen at a door, before anybody reads them; the same content again is seen again.

    Its own name is not kept: payers put patients' names into it.
    """
    file = store(call, data=data, name=neutral_name(data, call.today), capability=READ)
    values = {"door": door, "file": file, "arrived_at": call.now}
    row, _made = Arrival.objects.get_or_create(sha256=file.sha256, defaults=values)
    Sighting.objects.get_or_create(door=door, mark=mark(seen), defaults={"arrival": row, "seen_at": call.now})
    note(row)
    return row


@service("billing.note_read", "claim.send", says="read a file from a clearinghouse")
def note_read(call: Call, *, arrival: Arrival, imported: Imported) -> Arrival:
    """Note what its importer said; what is strange, refused or waits without work of its own is asked of a person."""
    row = Arrival.objects.select_for_update(of=("self",)).select_related("door", "work").get(pk=arrival.pk)
    row.kind, row.state, row.message = imported.kind[:12], _state(imported), imported.message[:300]
    row.read_at = call.now
    if row.state not in ASKS or _asks_itself(imported):
        if row.work_id:
            close_for(call, WorkItem.objects.filter(pk=row.work_id), _("Read"))
    elif row.work is None or row.work.closed_at is not None:
        row.work = _question(call, row, imported)
    row.save(update_fields=["kind", "state", "message", "read_at", "work"])
    note(row, fields=["state"], refs=[row.state])
    return row


def _state(imported: Imported) -> ArrivalState:
    codes = {problem.code for part in imported.parts for problem in part.problems}
    if imported.status == "refused" and codes & NOBODYS:
        return ArrivalState.UNKNOWN
    return ArrivalState(imported.status)


def _asks_itself(imported: Imported) -> bool:
    """Each payment of a remittance that waits has a question of its own."""
    return imported.kind == "835" and any(part.ref for part in imported.parts)


def _question(call: Call, row: Arrival, imported: Imported) -> WorkItem:
    problem = next((one for part in imported.parts for one in part.problems), None)
    why = f"{problem.message} {problem.fix}" if problem else imported.message
    words = {"door": row.door.name, "kind": imported.kind, "why": why}
    reason = _("A file from %(door)s (%(kind)s) waits, its bytes are kept: %(why)s") % words
    due = call.today + LOOK_WITHIN
    (item,) = open_work(call, [{"kind": WorkKind.STRANGE_FILE, "reason": reason[:300], "due": due}])
    return WorkItem.objects.get(uid=item.uid)


@service("billing.read_again", "claim.send", says="asked for a file to be read again")
def read_again(call: Call, *, arrivals: Sequence[Arrival]) -> int:
    """Let files be read again with the next run: their importers change nothing when they read what they know. How many."""
    asked = Arrival.objects.filter(pk__in=[row.pk for row in arrivals]).update(state=ArrivalState.SAFE)
    note(refs=list(arrivals))
    return asked


@service("billing.note_looked", "office.write", says="tried a clearinghouse door")
def note_looked(call: Call, *, door: Door, words: str, fault: Refusal | None = None) -> Door:
    """As ``note_tried``, by who sets the door up."""
    return note_tried(call, door=door, words=words, fault=fault)
