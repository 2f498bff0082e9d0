"""Doors to clearinghouses: set up, tried, and what came through them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.doors import opened
from steward.billing.doors.folder import named_fault
from steward.billing.forms import FolderDoorForm, SftpDoorForm
from steward.billing.logic.doors import Silence
from steward.billing.models import Arrival, Door
from steward.billing.selectors import doors as ask
from steward.billing.services.doors import DoorData, end_door, note_looked, read_again, save_door
from steward.billing.states import ARRIVAL_TONES, DoorKind
from steward.core.access.policy import holds, masks
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.jobs.services import enqueue
from steward.core.refusals import Refused
from steward.core.service import Call
from steward.core.web.forms import Done, handle, press

SHOWN = 100
SILENCES = {
    Silence.WAITING: ("", __("Sent today")),
    Silence.ANSWERED_LATE: ("warn", __("Answered late")),
    Silence.LATE: ("warn", __("Answer is late")),
    Silence.NEVER: ("bad", __("Never answered: ask the clearinghouse")),
}
SECRETS = ("password", "private_key")


@screen(GET="billing.report")
def doors(request: OfficeRequest) -> HttpResponse:
    """The doors that stand, what came through them, and which of our files nobody answered."""
    subject = request.call.subject
    came = list(ask.arrivals(subject)[:SHOWN])
    return render(request, "billing/doors.html", {
        "doors": list(ask.doors()), "arrivals": [(row, ARRIVAL_TONES.get(row.state, "")) for row in came],
        "silences": [(one, *SILENCES[one.silence]) for one in ask.silences(subject, request.call.now)],
        "misnamed": named_fault(),
        "names": not masks(subject, "remittance.read"), "may_set": holds(subject, "office.write"), "may_run": holds(subject, "claim.send"),
    })  # fmt: skip


def _door(uid: UUID) -> Door:
    row = ask.door_by_uid(uid)
    if row is None:
        raise Http404
    return row


def _here() -> str:
    return reverse("billing:doors")


def _set_up(request: OfficeRequest, kind: str, door: Door | None) -> HttpResponse:
    form = SftpDoorForm if kind == DoorKind.SFTP else FolderDoorForm
    shown = {name: getattr(door, name) for name in form.base_fields if name not in SECRETS} if door else {}

    def act(call: Call, **typed: Any) -> Door:
        return save_door(call, data=DoorData(kind, **typed), door=door)

    title = _("Door to %s") % door.name if door else _("New door to a clearinghouse")
    return handle(
        request, form, act, initial=shown, context={"title": title, "submit": _("Save"), "cancel": _here()},
        success=lambda _row: Done(_here(), _("Saved. Try it now.")),
    )  # fmt: skip


@screen(GET="office.write", POST="office.write")
def folder_new(request: OfficeRequest) -> HttpResponse:
    """Set up a folder as a door."""
    return _set_up(request, DoorKind.FOLDER, None)


@screen(GET="office.write", POST="office.write")
def sftp_new(request: OfficeRequest) -> HttpResponse:
    """Set up an SFTP server as a door."""
    return _set_up(request, DoorKind.SFTP, None)


@screen(GET="office.write", POST="office.write")
def door_edit(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Change a door."""
    row = _door(uid)
    return _set_up(request, row.kind, row)


@screen(POST="office.write")
def door_try(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Open the door, look at both folders, leave: nothing is put or taken. The fault, if any, is told and kept."""
    row = _door(uid)
    try:
        with opened(row) as there:
            words, fault = there.look(), None
    except Refused as refused:
        words, fault = "", refused.refusals[0]

    def told(after: Door) -> Done:
        return Done(_here(), _("%(door)s: %(words)s") % {"door": after.name, "words": after.said})

    return press(request, lambda call: note_looked(call, door=row, words=words, fault=fault), success=told, back=_here())


@screen(POST="office.write")
def door_end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Use the door no more."""
    row = _door(uid)
    return press(
        request, lambda call: end_door(call, door=row), success=lambda _row: Done(_here(), _("The door is closed")), back=_here()
    )


def _run(call: Call) -> Any:
    return enqueue(call, kind="doors.run", title=_("Clearinghouse"))


@screen(POST="claim.send")
def doors_run(request: OfficeRequest) -> HttpResponse:
    """Put and collect now instead of within the quarter of an hour."""
    return press(
        request, _run, success=lambda job: Done(reverse("jobs:job", args=[job.uid]), _("Under way")), back=_here()
    )


def _arrival(request: OfficeRequest, uid: UUID) -> Arrival:
    row = ask.arrival_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(POST="claim.send")
def arrival_again(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Let a kept file be read again, with the doors' next run or at once."""
    row = _arrival(request, uid)

    def act(call: Call) -> Any:
        read_again(call, arrivals=[row])
        return _run(call.with_key(None))

    return press(
        request, act, success=lambda job: Done(reverse("jobs:job", args=[job.uid]), _("It is read again")), back=_here()
    )
