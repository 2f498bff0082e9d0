"""How a finding stands. `core.findings.Status` has the words; here is who may go where."""

from __future__ import annotations

from typing import Final

from steward.core.findings import Status

#: What people do; a run of the checks opens and cures by itself.
MAY: Final[dict[str, frozenset[Status]]] = {
    "accept": frozenset({Status.OPEN}),
    "reopen": frozenset({Status.ACCEPTED}),
    "propose": frozenset({Status.OPEN}),
}
