"""Payments by what they were taken for, for rooms that apply them."""

from __future__ import annotations

from collections.abc import Iterable

from steward.banking.models import Receipt

CHUNK = 500


def receipts_for(refs: Iterable[str]) -> dict[str, list[tuple[str, int | None]]]:
    """`for_ref` (such as ``visit:UID``) -> (ledger item, party) of its standing receipts. One query per 500 refs."""
    wanted = list(dict.fromkeys(ref for ref in refs if ref))
    found: dict[str, list[tuple[str, int | None]]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = Receipt.objects.filter(for_ref__in=wanted[start : start + CHUNK], voided_at=None).order_by("id")
        for ref, uid, party in rows.values_list("for_ref", "uid", "party_id"):
            found.setdefault(ref, []).append((f"receipt:{uid}", party))
    return found
