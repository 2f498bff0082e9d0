"""What people call the roles, sources and items of the books. The names themselves are the contract's and stand in files."""

from __future__ import annotations

from typing import Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.ledger.services.undo import BELONGS, OWN

_PARTS: Final = {
    "ar": __("receivable from"), "ap": __("accounts payable"), "grni": __("goods received not invoiced"),
    "era": "ERA", "eft": "EFT", "401k": "401(k)", "futa": "FUTA", "sui": "SUI", "fica": "FICA",
}  # fmt: skip
ITEMS: Final = {
    "charge": __("Charge"), "receipt": __("Receipt"), "remit": __("Remittance"), "deposit": __("Deposit"),
    "batch": __("Card batch"), "bank": __("Bank line"), "drawer": __("Drawer"), "refund": __("Refund"),
    "visit": __("Visit"), "recoup": __("Recoupment"), "handover": __("Handover"), "fee": __("Other charge"),
    "returned": __("Returned payment"), "agency": __("Collection agency"), "cardrefund": __("Refund to a card"),
}  # fmt: skip


def role_words(role: str | None) -> str:
    """``ar_insurance`` as "Receivable from insurance"; empty for an account without a role."""
    return capfirst(" ".join(str(_PARTS.get(part, part)) for part in (role or "").split("_")))


def source_words(source_type: str) -> str:
    """What an entry was booked from."""
    if source_type == OWN:
        return _("A paper")
    if source_type == "ledger.entry":
        return _("A reversal")
    return capfirst(str(next(what for start, what, _fix in BELONGS if source_type.startswith(start))))


def item_words(item: str) -> str:
    """``charge:<uid>`` as "Charge …1a2b": the word, and enough to tell the lines of one page apart."""
    sort, colon, ref = item.partition(":")
    if not colon or sort not in ITEMS:
        return item
    return f"{ITEMS[sort]} {ref if len(ref) < 12 else '…' + ref[-4:]}"


def of_line(line: Any) -> Any:
    """The line with ``item_words`` set, for the page."""
    line.item_words = item_words(line.item)
    return line
