"""The life of an appointment: every state times every action, written out."""

from __future__ import annotations

from itertools import product

import pytest

from steward.frontdesk.states import EXPECTED, HERE, KEPT, LIVE, MOVES, OVER, Action, State, next_state, possible

# State -> what each possible action leads to. Everything that is not written here is refused.
LIFE = {
    State.BOOKED: {
        Action.CONFIRM: State.CONFIRMED, Action.CHECK_IN: State.ARRIVED, Action.RESCHEDULE: State.BOOKED,
        Action.CANCEL: State.CANCELLED, Action.NO_SHOW: State.NO_SHOW,
    },
    State.CONFIRMED: {
        Action.CHECK_IN: State.ARRIVED, Action.RESCHEDULE: State.CONFIRMED, Action.CANCEL: State.CANCELLED,
        Action.NO_SHOW: State.NO_SHOW,
    },
    State.ARRIVED: {
        Action.UNDO_CHECK_IN: State.BOOKED, Action.ROOM: State.ROOMED, Action.SEE: State.SEEN,
        Action.CHECK_OUT: State.CHECKED_OUT,
    },
    State.ROOMED: {Action.ROOM: State.ROOMED, Action.SEE: State.SEEN, Action.CHECK_OUT: State.CHECKED_OUT},
    State.SEEN: {Action.CHECK_OUT: State.CHECKED_OUT},
    State.CHECKED_OUT: {},
    State.CANCELLED: {},
    State.NO_SHOW: {Action.UNDO_NO_SHOW: State.BOOKED},
}  # fmt: skip


@pytest.mark.parametrize(("state", "action"), product(State, Action))
def test_state_times_action(state: State, action: Action) -> None:
    assert next_state(state, action) == LIFE[state].get(action)
    assert (action in possible(state)) == (action in LIFE[state])


def test_groups_part_the_states() -> None:
    assert set(State) == EXPECTED | HERE | OVER
    assert HERE | {State.CHECKED_OUT} == KEPT and LIVE == EXPECTED | KEPT


def test_every_action_is_written() -> None:
    assert set(MOVES) == set(Action)
