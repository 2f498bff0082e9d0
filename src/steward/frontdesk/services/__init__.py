"""The front desk's verbs, by concept: patients, appointments, visits."""

from steward.frontdesk.services.appointments import (
    book,
    cancel,
    confirm,
    keep_reason,
    mark_no_show,
    reschedule,
    undo_no_show,
)
from steward.frontdesk.services.patients import (
    cover_patient,
    end_patient,
    register_many,
    register_patient,
    reopen_patient,
    update_patient,
)
from steward.frontdesk.services.visits import book_many, check_in, check_out, no_charge, room, see, undo_check_in

__all__ = [
    "book",
    "book_many",
    "cancel",
    "check_in",
    "check_out",
    "confirm",
    "cover_patient",
    "end_patient",
    "keep_reason",
    "mark_no_show",
    "no_charge",
    "register_many",
    "register_patient",
    "reopen_patient",
    "reschedule",
    "room",
    "see",
    "undo_check_in",
    "undo_no_show",
    "update_patient",
]
