"""Which service answers a request of which kind: the room's own, where the room acts on a yes at once.

Like `views`, this stands outside the floors and names the rooms one by one. A kind that is not named is only decided;
its room looks at the outcome when it acts.
"""

from __future__ import annotations

from collections.abc import Callable

from steward.core.approvals import services
from steward.core.approvals.models import ApprovalRequest

Decider = Callable[..., ApprovalRequest]


def decider(kind: str) -> Decider:
    """The service of ``(call, *, request, approve, comment) -> ApprovalRequest`` for a kind."""
    return services.decide
