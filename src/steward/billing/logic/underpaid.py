"""What a payer allowed of a service against what its contract says. Pure; amounts in cents.

Allowed is what the payer itself counts as owed, by whom ever: the charge less the contractual allowance (facts of billing,
"Posting map"). The patient's share, sequestration and withhold come out of the allowed amount and are no underpayment. A line
with any other adjustment is a denial or a question and is worked as such.
"""

from __future__ import annotations

from collections.abc import Iterable

CONTRACTUAL = frozenset({("CO", "45"), ("CO", "131")})
OUT_OF_ALLOWED = frozenset({("CO", "253"), ("CO", "104"), ("CO", "144"), ("CO", "161"), ("OA", "23")})


def allowed_cents(charge_cents: int, adjustments: Iterable[tuple[str, str, int]]) -> int | None:
    """What the payer allowed, from (group, reason, cents) summed over its standing answers; None for a line it denied."""
    contractual = 0
    for group, reason, cents in adjustments:
        if (group, reason) in CONTRACTUAL:
            contractual += cents
        elif cents and group != "PR" and (group, reason) not in OUT_OF_ALLOWED:
            return None
    return charge_cents - contractual
