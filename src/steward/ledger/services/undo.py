"""The door by which a person reverses an entry: only what the books themselves hold, and a second person reads it afterwards.

What another room posted is that room's: its records must learn of the reversal, and its own signatures are asked. Rooms use
``posting.reverse`` inside their services; nobody reaches that one from a screen or a command.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.core.access.separation import perform
from steward.core.approvals.services import request, subject
from steward.core.money import format_cents
from steward.core.refusals import Refusal, refuse
from steward.core.service import Call, note, service
from steward.ledger.models import Entry
from steward.ledger.services.journals import KIND
from steward.ledger.services.posting import reverse
from steward.ledger.types import Posted

OWN: Final = "document"  # journals by hand and posted files: booked from a paper that the ledger keeps
OPENING: Final = "opening"
SCHEDULED: Final = "ledger.schedule"  # posted by a schedule of the books themselves

#: The beginning of a source, what such an entry is, and where it is undone. The first that fits counts.
BELONGS: Final = (
    (SCHEDULED, __("a schedule"), __("Reverse it here; end the schedule if it is not to go on.")),
    ("banking.receipt", __("a receipt"), __("Void the receipt on its own page.")),
    ("banking.cashrefund", __("a refund paid in cash"), __("Take the refund back on its own page.")),
    ("banking.deposit", __("a deposit"), __("Take the deposit back on its own page.")),
    ("banking.terminalbatch", __("a card batch"), __("Mend it under Money, on the page of the card batch.")),
    ("banking.match", __("a matched bank line"), __("Undo the match on the page of the bank account.")),
    ("banking.drawersession", __("a drawer"), __("Mend it by a count or a cash move of the drawer.")),
    ("banking.cashmove", __("a cash move"), __("Move the cash back, on the page of the drawer.")),
    ("banking.bankaccount", __("the opening of a bank account"),
     __("Enter the difference by hand: a journal entry that a second person signs.")),
    ("banking.", __("the bank and cash desk"), __("Undo it under Money, where it was made.")),
    ("billing.remittance", __("a remittance"), __("Take the remittance back on its own page.")),
    ("billing.answer", __("a payer's answer"), __("Take the remittance back on its own page.")),
    ("billing.run", __("a write-off run"), __("Mend it on the page of the claim; a second person signs.")),
    ("billing.decision", __("a write-off or refund"), __("Mend it on the page of the claim; a second person signs.")),
    ("billing.", __("a claim's charges"), __("Void the charge on the page of its claim.")),
    ("", __("another part of the practice"), __("Undo it where it was made.")),
)  # fmt: skip


@service("ledger.reverse_entry", "journal.reverse", says="reversed an entry")
def reverse_entry(call: Call, *, number: int, date: date, reason: str) -> Posted:
    """Reverse a journal entry by hand or one of a posted file; a second person reviews the reversal afterwards.

    Refuses ``belongs_to`` for an entry of another room (the fix says where it is undone), ``reversal`` for what is itself
    a reversal, what ``posting.reverse`` refuses, and what approvals refuse (``nobody`` can sign).
    """
    original = Entry.objects.filter(number=number, state="posted").first()
    fault = belonging(original) if original is not None else None
    if fault is not None:
        raise refuse(fault.code, fault.message, fault.fix, field="number")
    posted = reverse(call, number=number, date=date, reason=reason)
    _ask_review(call, Entry.objects.get(pk=posted.id), number, reason.strip())
    return posted


def belonging(entry: Entry) -> Refusal | None:
    """Why nobody reverses this entry by hand; None when one may."""
    if entry.reverses_id is not None:
        message = _("Entry %s is itself a reversal.") % entry.number
        return Refusal("reversal", message, _("Post it anew: enter what is to stand as an entry of its own."), "number")
    if entry.source_type == SCHEDULED or (entry.source_type == OWN and entry.journal != OPENING):
        return None
    what, fix = next((what, fix) for start, what, fix in BELONGS if entry.source_type.startswith(start))
    message = _("Entry %(number)s belongs to %(what)s.") % {"number": entry.number, "what": what}
    return Refusal("belongs_to", message, str(fix), "number")


def _ask_review(call: Call, made: Entry, number: int, reason: str) -> None:
    """As for a posted file: the act is done, a second person reads it, and the month is not locked before."""
    perform(call, "enter_journal", made)
    debits = sum(line.cents for line in made.lines.all() if line.cents > 0)
    what = subject(
        call, KIND, {"reversal": str(made.uid), "of": number}, amount_cents=debits, attributes={"after": "posting"},
        parties=(("preparer", call.user_id),) if call.user_id else (),
    )  # fmt: skip
    title = _("Review of the reversal of entry %(number)s, %(amount)s: %(reason)s") % {
        "number": number, "amount": format_cents(debits), "reason": reason,
    }  # fmt: skip
    request(call, about=made, subject=what, title=title[:200], url=f"/ledger/journal/{made.uid}/")
    note(made, refs=[f"entry:{number}", f"entry:{made.number}"], reason=reason)
