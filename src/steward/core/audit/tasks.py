"""What the scheduler runs for the audit log."""

from __future__ import annotations

from datetime import time, timedelta

from steward.core.audit.services import sign_head
from steward.core.service import Call

EVENING = time(21)
"""From when on a day's head is signed: what the day wrote stands before it, and little is left to come."""


def sign_day(call: Call) -> int:
    """Sign the day's head in the evening; earlier, yesterday's, should the machine have been off. The number of the row
    signed, 0 when there is none.
    """
    evening = call.now.astimezone(call.clock.zone).time() >= EVENING
    signed = sign_head(call, day=call.today if evening else call.today - timedelta(days=1))
    return signed.seq if signed else 0
