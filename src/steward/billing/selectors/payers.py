"""Who sent a remittance and to whom (facts of billing, "Who pays, and which version to write")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.billing.logic.remittance import Remittance as Read
from steward.insurance.selectors import find_payers
from steward.people.selectors import provider_by_npi
from steward.registry.selectors import entities

if TYPE_CHECKING:
    from steward.insurance.models import Payer
    from steward.registry.models import Entity


def payer_of(read: Read) -> tuple[Payer | None, str]:
    """The payer: by TRN03 (1 + EIN), else REF*2U, else N1*PR N104, else BPR10. The first that names one decides.

    Two payers under one name are nobody; the second value says in words what was looked for.
    """
    ways = (
        {"ein": read.payer_ein},
        {"ref2u": read.payer_reference("2U")},
        {"edi_id": read.payer_id},
        {"ein": _ein(read.originator)},
    )
    looked = []
    for way in ways:
        (value,) = way.values()
        if not value:
            continue
        looked.append(value)
        found = find_payers(**way)
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"{value} is {len(found)} payers"
    return None, ", ".join(dict.fromkeys(looked)) or "no identifier"


def _ein(text: str) -> str:
    return text[1:] if len(text) == 10 and text.isdigit() and text[0] == "1" else ""


def payee_of(read: Read) -> Entity | None:
    """Our legal entity that is paid: N1*PE by NPI or tax number, REF*TJ, or the NPI of one of our providers."""
    ids = [value for value in (read.payee_id, read.payee_reference("TJ")) if value]
    own = list(entities())
    for value in ids:
        found = next((row for row in own if value in (row.npi, row.tin)), None)
        if found is not None:
            return found
    if read.payee_qualifier == "XX" and (provider := provider_by_npi(read.payee_id)):
        return next((row for row in own if row.pk == provider.entity_id), None)
    return None
