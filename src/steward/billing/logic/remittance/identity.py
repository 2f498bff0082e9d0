"""When two remittances are the same one: idempotency at the ST, not at the file (facts, "Import practice")."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steward.core.x12.read import Delimiters

    from .model import Remittance


@dataclass(frozen=True, slots=True)
class RemittanceKey:
    """Who paid whom what, when, under which trace number. ``hash`` decides where the trace is constant (zero-pay)."""

    payer: str
    trace: str
    paid_cents: int
    paid_on: str
    payee: str

    def as_text(self) -> str:
        """One line, fit for a unique column."""
        return "|".join((self.payer, self.trace, str(self.paid_cents), self.paid_on, self.payee))


def content_hash(text: str, delimiters: Delimiters) -> str:
    """SHA-256 (hex) of what stands between ST and SE, written with the usual delimiters and no line breaks.

    ISA, GS, ST and SE are left out, so a file sent again under new control numbers has the same hash.
    """
    usual = ((delimiters.segment, "~"), (delimiters.element, "*"), (delimiters.component, ":"))
    for used, written in usual:
        if used != written:
            text = text.replace(used, written)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def identity(remittance: Remittance) -> RemittanceKey:
    """The identity key of a remittance: payer from BPR10, else TRN03, else N1*PR (facts, "Import practice")."""
    payer = remittance.originator or remittance.trace_origin or remittance.payer_id or remittance.payer_name
    return RemittanceKey(payer, remittance.trace, remittance.paid_cents, remittance.paid_on_text, remittance.payee_id)
