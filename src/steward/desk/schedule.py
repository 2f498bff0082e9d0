"""Which long work exists and what runs by the clock: one list for all rooms (read by ``core.jobs.kinds``)."""

from __future__ import annotations

from steward.core.files import tasks as files
from steward.core.jobs import tasks as jobs
from steward.core.jobs.kinds import Kind, Scheduled
from steward.core.outbox.services import send_due
from steward.core.vault import tasks as vault

KINDS: tuple[Kind, ...] = (
    Kind("outbox.send", send_due),
    Kind("vault.rotate", vault.rotate),
    Kind("files.prove", files.prove),
    Kind("jobs.tidy", jobs.tidy),
)

SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled("outbox.send", every_seconds=15),
    Scheduled("jobs.tidy", every_seconds=3600),
)
