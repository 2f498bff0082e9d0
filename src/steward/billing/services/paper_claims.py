"""Claims on paper and papers with claims: printed for the pre-printed form, attachments named, a note for the payer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from django.utils.translation import gettext as _

from steward.billing.cms1500 import draw
from steward.billing.logic.cms1500 import DoesNotFit, Mark, pages
from steward.billing.logic.outgoing.model import INSTITUTIONAL, Address
from steward.billing.logic.scrub.model import ERROR, Problem
from steward.billing.models import Attachment, Batch, Claim, FormAlignment
from steward.billing.selectors.outgoing import Wanted
from steward.billing.selectors.sending import due
from steward.billing.services.submissions import MOST, SERIES, Held, Ready, Written, gather, keep
from steward.billing.states import AttachmentBy, AttachmentKind, Form
from steward.core.files.services import store
from steward.core.numbers import reserve
from steward.core.refusals import refuse
from steward.core.service import Call, note, service
from steward.insurance.models import Payer
from steward.registry.selectors import contacts_of

NOTE_LONG: Final = 80  # NTE02 and item 19 of the paper form, whichever is shorter
MOST_ATTACHMENTS: Final = 10  # PWK repeats (TR3 837P, loop 2300)
MOST_OFF: Final = 50  # hundredths of an inch; more is another form


@service("billing.print_claims", "claim.send", says="wrote claims on paper")
def print_claims(
    call: Call, *, payer: Payer | None = None, claims: Sequence[Claim] = (), wanted: Sequence[Wanted] = ()
) -> Written:
    """As ``write_claims``, but as data for the pre-printed CMS-1500: one PDF a payer, and the claims wait for an answer as
    those sent. What the scrub holds stays, and what the form has no room for, each with its problem. Refuses ``nothing``."""
    ready, held = gather(call, list(wanted) or due(payer=payer, claims=[row.pk for row in claims] or None))
    if not ready and not held:
        raise refuse("nothing", _("No claim is due."), _("A claim that is out is sent again from its page first."))
    forms, unfit = _forms(call, ready)
    held += unfit
    fit = sorted((one for one in ready if one.wanted.claim in forms), key=lambda one: (one.payer.pk, one.value.patient.last))
    parts = []
    for _key, group in groupby(fit, key=lambda one: one.payer.pk):
        own = list(group)
        parts += [own[start : start + MOST] for start in range(0, len(own), MOST)]
    numbers = reserve(SERIES, len(parts)) if parts else []
    batches = [_print(call, part, number, forms) for number, part in zip(numbers, parts, strict=True)]
    note(refs=[f"batch:{batch.number}" for batch in batches] or ["batch:none"])
    return Written(tuple(batches), tuple(held))


def _forms(call: Call, ready: Sequence[Ready]) -> tuple[dict[int, list[tuple[Mark, ...]]], list[Held]]:
    addresses, _phones = contacts_of({one.payer.party_id for one in ready})
    mailed = {pk: Address(a.street, a.street2, a.city, a.state, a.zip) for pk, a in addresses.items()}
    forms, held = {}, []
    for one in ready:
        if one.value.form == INSTITUTIONAL:
            held.append(Held(one.wanted.claim, one.value.ref, (_no_form(),)))
            continue
        try:
            forms[one.wanted.claim] = pages(one.value, mailed.get(one.payer.party_id, Address()), call.today)
        except DoesNotFit as fault:
            held.append(Held(one.wanted.claim, one.value.ref, tuple(_problem(each.box, each.text) for each in fault.found)))
    return forms, held


def _no_form() -> Problem:
    """The institutional paper form (UB-04) is not printed; its claims go as files."""
    words = _("This claim is institutional; it does not go on a CMS-1500.")
    return Problem("paper-form", ERROR, "paper_form", words, _("Send it as a file (837I)."), _("form"))


def _problem(box: str, text: str) -> Problem:
    words = _("Box %(box)s of the paper form has no room for %(text)s.") % {"box": box, "text": text}
    return Problem("paper-room", ERROR, "paper_room", words, _("Correct it, or send the claim as a file."), _("box %s") % box)


def _print(call: Call, part: Sequence[Ready], number: int, forms: dict[int, list[tuple[Mark, ...]]]) -> Batch:
    """Lay them where the printer puts them today; the alignment is of the printer, not of the claim."""
    off = alignment()
    body = draw([form for one in part for form in forms[one.wanted.claim]], off.right_e2, off.down_e2)
    batch = Batch(number=number, form=Form.PAPER, payer=part[0].payer, name=f"CMS1500-{number:09d}.pdf")
    return keep(call, part, batch, body)


def alignment() -> FormAlignment:
    """How far the office's printer is off; nothing while nobody said so."""
    return FormAlignment.objects.filter(form="cms1500").first() or FormAlignment()


@service("billing.align_form", "claim.send", says="aligned the paper form")
def align_form(call: Call, *, right_e2: int, down_e2: int) -> FormAlignment:
    """Keep how far print is to be moved, in hundredths of an inch. Refuses ``far`` beyond half an inch."""
    if max(abs(right_e2), abs(down_e2)) > MOST_OFF:
        raise refuse("far", _("That is more than half an inch."), _("Look how the paper lies in the printer."), "right_e2")
    row, _made = FormAlignment.objects.update_or_create(
        form="cms1500", defaults={"right_e2": right_e2, "down_e2": down_e2}
    )
    note(row, fields=["right_e2", "down_e2"])
    return row


@service("billing.add_attachment", "claim.send", says="named an attachment of a claim")
def add_attachment(
    call: Call, *, claim: Claim, kind: str, by: str, number: str = "", data: bytes = b"", name: str = ""
) -> Attachment:
    """Name a paper with a claim, with its file if there is one. The next file of the claim tells the payer (PWK).

    Without ``number`` it gets the claim's own and a letter. Refuses ``kind``, ``by``, ``number`` (taken, or not to be sent),
    ``many`` (more than ten) and what ``files.store`` refuses.
    """
    if kind not in AttachmentKind.values or by not in AttachmentBy.values:
        raise refuse("kind", _("What it is, or how it goes, is not known."), _("Choose from the list."), "kind")
    taken = set(Attachment.objects.filter(claim=claim, ended_at=None).values_list("number", flat=True))
    if len(taken) >= MOST_ATTACHMENTS:
        raise refuse("many", _("A claim names at most ten papers."), _("Take one away first."))
    number = number.strip().upper() or next(f"{claim.ref}-{letter}" for letter in "ABCDEFGHIJKLMN" if f"{claim.ref}-{letter}" not in taken)
    if number in taken or len(number) > 50 or not all(c.isalnum() or c in "-." for c in number):
        raise refuse("number", _("This number is taken, or holds other than letters, digits and hyphens."),
                     _("Leave it empty for one of ours."), "number")  # fmt: skip
    file = store(call, data=data, name=name, capability="charge.read", link_to=claim, label=f"attachment {number}") if name else None
    row = Attachment.objects.create(
        claim=claim, kind=kind, by=by, number=number, file=file, added_at=call.now, added_by_id=call.user_id
    )
    note(claim, fields=["attachments"], refs=[row.uid])
    return row


@service("billing.end_attachment", "claim.send", says="took an attachment away from a claim")
def end_attachment(call: Call, *, attachment: Attachment) -> Attachment:
    """Name it no more with the claim's next file; the paper stays. Refuses ``ended``."""
    row = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    if row.ended_at is not None:
        raise refuse("ended", _("It is named no more already."), _("Nothing is left to do."))
    row.ended_at = call.now
    row.save(update_fields=["ended_at"])
    note(row.claim, fields=["attachments"], refs=[row.uid])
    return row


@service("billing.note_for_payer", "claim.send", says="wrote a note for the payer")
def note_for_payer(call: Call, *, claim: Claim, text: str) -> Claim:
    """The claim's note (NTE, item 19), as the next file says it; empty takes it away. Refuses ``long``."""
    words = " ".join(text.split())
    if len(words) > NOTE_LONG:
        raise refuse("long", _("A note has at most 80 characters."), _("Say it shorter, or attach a paper."), "text")
    row = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    row.details = {**{k: v for k, v in row.details.items() if k != "note"}, **({"note": words} if words else {})}
    row.save(update_fields=["details"])
    note(row, fields=["note"])
    return row
