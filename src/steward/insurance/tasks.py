"""What the scheduler runs for insurance: at night, payers are asked about the visits of tomorrow and the week after."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from steward.billing.doors import Opened, opened
from steward.billing.selectors.doors import sender
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
    again, and a file that lies in the folder is not written twice. Without a door questions would be asked of nobody: the
    screen writes them for sending by hand."""
    call = work.call
    if sender() is None:
        return Result(message=_("No door to a clearinghouse is set up; ask from the page Eligibility."))
    wanted = selectors.to_ask(visits_ahead(call), call.today)
    work.progress(0, len(wanted))
    asked = [Asking(row.pk, visit.day, visit.ref) for visit, row in wanted]
    try:
        batches = services.ask_eligibility(call, asked=asked) if asked else []
    except Refused as refused:
        return Result(message=" ".join(f"{one.message} {one.fix}" for one in refused.refusals))
    try:
        placed = put(call)
    except Refused as fault:
        placed = []  # they wait for the next run of the doors
        work.progress(0, len(wanted), fault.refusals[0].message)
    work.progress(len(wanted), len(wanted))
    words = _("%(asked)s coverages asked about in %(files)s files, %(placed)s put where the clearinghouse takes them.")
    values = {"asked": len(asked), "files": len(batches), "placed": len(placed)}
    return Result("/insurance/eligibility/", words % values, values)


def put(call: Call) -> list[str]:
    """Lay the stored bytes of files no folder holds yet where the clearinghouse takes them. Nothing without a door."""
    door = sender()
    if door is None:
        return []
    with opened(door) as there:
        return place(call, there)


def place(call: Call, there: Opened) -> list[str]:
    """As ``put``, through a door that stands open: each file whole or not at all, and noted: a crash between the two lays the
    same bytes there again. Where they lie now."""
    batches = selectors.unplaced(call.now - timedelta(days=KEEP_DAYS))
    links = FileLink.objects.filter(object_uid__in=[batch.uid for batch in batches]).select_related("file")
    files = {link.object_uid: link.file for link in links}
    placed = []
    for batch in batches:
        placed.append(there.put(batch.file_name, content(files[batch.uid])))
        services.note_placed(call.with_key(None), batches=[batch])
    return placed
