"""One way through the table of states: lock the row, ask the table, set state and stamp."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.core.service import Call, refuse
from steward.frontdesk.models import Appointment
from steward.frontdesk.states import MOVES, Action, State, next_state

STAMPS = ("booked_at", "confirmed_at", "arrived_at", "roomed_at", "seen_at", "checked_out_at")


def locked(appointment: Appointment) -> Appointment:
    """The row as it is now, locked until the transaction ends: two people at two desks act one after the other."""
    return Appointment.objects.select_for_update().get(pk=appointment.pk)


def move(call: Call, row: Appointment, action: Action) -> None:
    """Set the state that follows and its stamp; the caller saves. Refuses `state` when the table has no such move.

    A stamp never lies before the one before it, even when the machine's clock was set back in between.
    """
    target = next_state(row.state, action)
    if target is None:
        words = {"action": action.label, "state": State(row.state).label}
        raise refuse(
            "state", _("%(action)s: not possible, it is %(state)s.") % words, _("Reload the page to see it as it is.")
        )
    row.state = target.value
    stamp = MOVES[action].stamp
    if stamp:
        earlier = [getattr(row, name) for name in STAMPS if name != stamp and getattr(row, name) is not None]
        setattr(row, stamp, max([call.now, *earlier]))
