"""What the scheduler runs for insurance: at night, payers are asked about the visits of tomorrow and the week after."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from steward.core.files.models import FileLink
from steward.core.files.selectors import content
from steward.core.jobs.work import Result, Work
from steward.core.refusals import Refused
from steward.core.service import Call
from steward.frontdesk import selectors as frontdesk
from steward.frontdesk.states import EXPECTED
from steward.insurance import selectors, services
from steward.insurance.selectors import VisitFact
from steward.insurance.types import Asking

#: The folder a clearinghouse collects from; without it the files stay stored and are sent by hand.
FOLDER = "STEWARD_CLEARINGHOUSE"
DAYS_AHEAD = 8
#: A question older than this is asked anew, not sent late.
KEEP_DAYS = 2


def visits_ahead(call: Call, days: int = DAYS_AHEAD) -> list[VisitFact]:
    """The visits still expected from tomorrow on. One query a day."""
    found = []
    for ahead in range(1, days + 1):
        day = call.today + timedelta(days=ahead)
        rows = frontdesk.appointments_on(call.subject, day, call.clock.zone)
        found += [VisitFact(str(row.uid), row.patient.party_id, day) for row in rows if row.state in EXPECTED]
    return found


def ask_for_visits(work: Work) -> Result:
    """Ask about every coverage of the coming visits that was not asked yet. Safe to repeat: what was asked is not asked
    again, and a file that lies in the folder is not written twice."""
    call = work.call
    wanted = selectors.to_ask(visits_ahead(call), call.today)
    work.progress(0, len(wanted))
    asked = [Asking(row.pk, visit.day, visit.ref) for visit, row in wanted]
    try:
        batches = services.ask_eligibility(call, asked=asked) if asked else []
    except Refused as refused:
        return Result(message=" ".join(f"{one.message} {one.fix}" for one in refused.refusals))
    placed = put(call)
    work.progress(len(wanted), len(wanted))
    words = _("%(asked)s coverages asked about in %(files)s files, %(placed)s put into the clearinghouse's folder.")
    values = {"asked": len(asked), "files": len(batches), "placed": len(placed)}
    return Result("/insurance/eligibility/", words % values, values)


def put(call: Call) -> list[Path]:
    """Write the stored bytes of files no folder holds yet into the clearinghouse's, each whole or not at all, and note it:
    a crash between the two writes the same bytes again. Nothing without a folder."""
    where = os.environ.get(FOLDER, "").strip()
    batches = selectors.unplaced(call.now - timedelta(days=KEEP_DAYS)) if where else []
    if not batches:
        return []
    folder = Path(where) / "out"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    links = FileLink.objects.filter(object_uid__in=[batch.uid for batch in batches]).select_related("file")
    files = {link.object_uid: link.file for link in links}
    placed = [_place(folder / batch.file_name, content(files[batch.uid])) for batch in batches]
    services.note_placed(call, batches=batches)
    return placed


def _place(path: Path, data: bytes) -> Path:
    """Whoever watches the folder sees the whole file or none: written beside, synced, renamed."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
    return path
