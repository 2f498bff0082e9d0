"""Which job this process runs now, for the heartbeat."""

from __future__ import annotations

from uuid import UUID

uid: UUID | None = None
