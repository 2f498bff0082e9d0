"""The life of an appointment as a table: state x action -> state, and the stamp each action sets."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where an appointment stands."""

    BOOKED = "booked", _("Booked")
    CONFIRMED = "confirmed", _("Confirmed")
    ARRIVED = "arrived", _("Arrived")
    ROOMED = "roomed", _("In room")
    SEEN = "seen", _("Seen")
    CHECKED_OUT = "checked_out", _("Checked out")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("No-show")


class Action(models.TextChoices):
    """What can be done with an appointment."""

    CONFIRM = "confirm", _("Confirm")
    CHECK_IN = "check_in", _("Check in")
    UNDO_CHECK_IN = "undo_check_in", _("Undo check-in")
    ROOM = "room", _("Take to room")
    SEE = "see", _("Seen by provider")
    CHECK_OUT = "check_out", _("Check out")
    RESCHEDULE = "reschedule", _("Move")
    CANCEL = "cancel", _("Cancel")
    NO_SHOW = "mark_no_show", _("No-show")
    UNDO_NO_SHOW = "undo_no_show", _("Came after all")


EXPECTED = frozenset({State.BOOKED, State.CONFIRMED})
HERE = frozenset({State.ARRIVED, State.ROOMED, State.SEEN})
KEPT = HERE | {State.CHECKED_OUT}
LIVE = EXPECTED | KEPT  # these hold slots
OVER = frozenset({State.CHECKED_OUT, State.CANCELLED, State.NO_SHOW})


@dataclass(frozen=True)
class Move:
    """From which states an action is possible, where it leads (None: stays), and which time stamp it sets."""

    sources: frozenset[State]
    target: State | None
    stamp: str = ""


# A small practice skips steps: a patient may be checked out straight from arrived; the missing stamps stay empty.
MOVES: dict[Action, Move] = {
    Action.CONFIRM: Move(frozenset({State.BOOKED}), State.CONFIRMED, "confirmed_at"),
    Action.CHECK_IN: Move(EXPECTED, State.ARRIVED, "arrived_at"),
    Action.UNDO_CHECK_IN: Move(frozenset({State.ARRIVED}), State.BOOKED),
    Action.ROOM: Move(frozenset({State.ARRIVED, State.ROOMED}), State.ROOMED, "roomed_at"),
    Action.SEE: Move(frozenset({State.ARRIVED, State.ROOMED}), State.SEEN, "seen_at"),
    Action.CHECK_OUT: Move(HERE, State.CHECKED_OUT, "checked_out_at"),
    Action.RESCHEDULE: Move(EXPECTED, None),
    Action.CANCEL: Move(EXPECTED, State.CANCELLED, "cancelled_at"),
    Action.NO_SHOW: Move(EXPECTED, State.NO_SHOW, "no_show_at"),
    Action.UNDO_NO_SHOW: Move(frozenset({State.NO_SHOW}), State.BOOKED),
}


def next_state(state: str, action: Action) -> State | None:
    """The state after an action, or None when the action is not possible in this state."""
    move = MOVES[action]
    if state not in move.sources:
        return None
    return move.target or State(state)


def possible(state: str) -> list[Action]:
    """The actions possible in a state, in the order of a visit."""
    return [action for action in Action if state in MOVES[action].sources]
