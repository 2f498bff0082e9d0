"""The collection agency: what it paid net of its fee, and accounts taken back from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking.services.deposits import Expected, cancel_expected, expect
from steward.billing import postings
from steward.billing.models import AgencyRecall, AgencyRemittance, Charge, WriteOffLine
from steward.billing.selectors.facts import known_by_pk
from steward.billing.selectors.rules import rules
from steward.billing.services import books
from steward.core.ids import new_uid
from steward.core.service import Call, note, refuse, service
from steward.registry.models import Party


@service("billing.take_agency_payment", "remittance.post", says="took a collection agency's payment")
def take_agency_payment(
    call: Call, *, agency: str, reference: str, parts: Sequence[tuple[Charge, int]], fee_cents: int, paid_on: date
) -> AgencyRemittance:
    """Post what an agency collected: the gross to each charge, the fee to expense, the net expected at the bank.

    ``parts`` are charges with the gross cents collected for each. Refuses ``agency``, ``reference``, ``day``, ``exists`` (this
    reference was taken), ``at_agency`` (a charge no file of it had) and ``amount`` (beyond what was given up, or a fee that leaves nothing).
    """
    if not agency.strip() or not reference.strip():
        raise refuse("reference", _("A payment names its agency and its reference."), _("Type both."), field="reference")
    if paid_on > call.today:
        raise refuse("day", _("This day has not come yet."), _("Correct it."), field="paid_on")
    charges = [charge for charge, _cents in parts]
    there = set(WriteOffLine.objects.filter(charge__in=charges, agency_file__isnull=False).values_list("charge_id", flat=True))
    if any(charge.pk not in there for charge in charges):
        raise refuse("at_agency", _("One of these charges is at no agency."), _("Choose charges of its file."), field="parts")
    known = known_by_pk(charge.claim_id for charge in charges)
    facts = {one.uid: one for claim in known.by_ref.values() for one in claim.charges}
    uid, item = new_uid(), ""
    item = f"agency:{uid}"
    try:
        collected = [postings.Collected(facts[str(charge.uid)], cents) for charge, cents in parts]
        lines = postings.agency_paid(collected, fee_cents, rules().agency_account, item)
    except (KeyError, ValueError) as error:
        message = _("An agency collects at most what was given up, and keeps less than that.")
        raise refuse("amount", message, _("Compare its list with the account."), field="parts") from error
    row = AgencyRemittance(
        uid=uid, agency=agency.strip()[:120], reference=reference.strip()[:40], gross_cents=sum(cents for _c, cents in parts),
        fee_cents=fee_cents, paid_on=paid_on, posted_at=call.now, posted_by_id=call.user_id,
        entry=books.post_drafts(call, [books.draft(
            "agency", uid, day=call.today, memo="Collection agency's payment", journal="bank", source="agencyremittance", lines=lines
        )])[0],
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("exists", _("This payment was taken before."), _("Look at its reference."), field="reference") from error
    entity = collected[0].charge.where.entity
    expect(call, expected=Expected(
        "other", row.reference, row.gross_cents - fee_cents, paid_on, "eft_in_transit", item, entity or 0, row.agency
    ))  # fmt: skip
    note(row, fields=["gross_cents", "fee_cents"])
    return row


@service("billing.undo_agency_payment", "remittance.post", says="undid a collection agency's payment")
def undo_agency_payment(call: Call, *, payment: AgencyRemittance, reason: str) -> AgencyRemittance:
    """Reverse it. Refuses ``undone``, ``no_reason``, and ``matched`` once the bank showed it."""
    row = AgencyRemittance.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    if row.undone_at:
        raise refuse("undone", _("This was undone before."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    cancel_expected(call, item=row.item)
    books.undo(call, [row.entry], reason=reason.strip())
    row.undone_at, row.undo_reason = call.now, reason.strip()[:200]
    row.save(update_fields=["undone_at", "undo_reason"])
    note(row, fields=["undone_at"], reason=reason)
    return row


@service("billing.recall_account", "statement.send", says="recalled an account from a collection agency")
def recall_account(call: Call, *, guarantor: Party, reason: str) -> list[AgencyRecall]:
    """Take a guarantor's lines back from every agency; they may go into a later file, unless the account is held.

    Refuses ``no_reason`` and ``nothing``.
    """
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    found = recall_lines(call, guarantor, reason)
    if not found:
        raise refuse("nothing", _("Nothing of this account is at an agency."), _("Nothing is left to do."))
    note(refs=[row.uid for row in found])
    return found


def recall_lines(call: Call, guarantor: Party, reason: str) -> list[AgencyRecall]:
    """As ``recall_account``, within another service; none when nothing is there."""
    rows = WriteOffLine.objects.select_for_update(of=("self",)).filter(
        charge__claim__patient__guarantor=guarantor, agency_file__isnull=False
    )
    by_agency: dict[str, list[WriteOffLine]] = {}
    for line in rows.select_related("agency_file").order_by("id"):
        if line.agency_file:
            by_agency.setdefault(line.agency_file.agency, []).append(line)
    found = [
        AgencyRecall(
            guarantor=guarantor, agency=agency, lines=len(lines), cents=sum(line.posted_cents for line in lines),
            reason=reason.strip()[:200], recalled_at=call.now, recalled_by_id=call.user_id,
        )
        for agency, lines in by_agency.items()
    ]  # fmt: skip
    AgencyRecall.objects.bulk_create(found)
    WriteOffLine.objects.filter(pk__in=[line.pk for lines in by_agency.values() for line in lines]).update(agency_file=None)
    return found
