"""Correcting a claim that is out: a wrong service is voided, the right one added, and the claim replaced or voided at the payer.

A denial moved no money, so its charges can still be voided; what a payer paid on is taken back by the payer's own reversal
after the replacement (CLM05-3 = 7 with REF*F8, facts of billing, "Claim life cycle").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from steward.billing import postings
from steward.billing.models import Charge, Claim, RemittanceClaim, SubmissionEvent
from steward.billing.postings import ChargeFacts
from steward.billing.selectors.outgoing import Wanted
from steward.billing.selectors.submissions import last_sent
from steward.billing.services import books
from steward.billing.services.charges import charge_faults, charges_of, void_charge, where
from steward.billing.services.submissions import Written, write_claims
from steward.billing.states import Sending
from steward.billing.types import ChargeData
from steward.core.access.separation import perform
from steward.core.refusals import Refused, refuse
from steward.core.service import Call, note, service

REPLACEMENT, VOID = "7", "8"


@service("billing.add_charges", "charge.enter", says="added services to a claim")
def add_charges(call: Call, *, claim: Claim, charges: Sequence[ChargeData], uids: Sequence[UUID] = ()) -> list[Charge]:
    """Post further services of the same visit to a claim that stands. Refuses what ``enter_charges`` refuses of a line, and
    ``line_ref`` when a line's number is taken."""
    faults = [fault for line in charges for fault in charge_faults(line, "")]
    if faults:
        raise Refused(*faults)
    row = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    taken = set(Charge.objects.filter(claim=row).values_list("line_ref", flat=True))
    fresh = charges_of(call, charges, row, first=len(taken) + 1)
    if taken & {one.line_ref for one in fresh}:
        raise refuse("line_ref", _("This line number is taken on the claim."), _("Leave it empty for the next one."))
    for one, uid in zip(fresh, uids, strict=False):
        one.uid = uid
    payer = row.payer.party_id if row.payer else None
    lines = [
        line
        for one in fresh
        for line in postings.charge(ChargeFacts(str(one.uid), one.code, one.charge_cents, where(row)), payer).lines
    ]
    drafts = [books.draft("add", fresh[0].uid, day=call.today, memo=f"Further services of claim {row.ref}",
                          journal="charges", source="claim", lines=lines)] if lines else []  # fmt: skip
    entry = (books.post_drafts(call, drafts) or [0])[0]
    for one in fresh:
        one.entry = entry
    Charge.objects.bulk_create(fresh)
    perform(call, "post_charge", row)
    note(row, fields=["charges"], refs=[one.uid for one in fresh])
    return fresh


def as_before(typed: ChargeData, row: Charge) -> ChargeData:
    """What was typed, with what a correction does not ask again: the drug, the day, and the pointers while the diagnoses stand."""
    same = typed.diagnoses == tuple(row.diagnoses.split(":"))
    pointers = tuple(int(one) for one in row.pointers.split(":") if one) if same else typed.pointers
    return replace(typed, ndc=row.ndc, ndc_quantity=row.ndc_quantity, ndc_unit=row.ndc_unit, service_date=row.service_date,
                   pointers=pointers or typed.pointers)  # fmt: skip


@service("billing.correct_charge", "charge.enter", says="corrected a charge")
def correct_charge(call: Call, *, charge: Charge, data: ChargeData, reason: str) -> Charge:
    """Void a charge nobody has answered and post what should have stood there, in one act: neither without the other.

    Refuses as ``void_charge`` and ``add_charges`` do.
    """
    void_charge(call, charge=charge, reason=reason)
    return add_charges(call, claim=charge.claim, charges=[data])[0]


@service("billing.replace_claim", "claim.send", says="replaced a claim at the payer")
def replace_claim(call: Call, *, claim: Claim, frequency: str = REPLACEMENT, rank: int = 1) -> Written:
    """Write the claim as it now stands as a replacement (7), or void it at the payer (8), naming the payer's own number.

    Refuses ``frequency``, ``not_sent``, and ``no_control`` while the payer's number is not known: what was never accepted is
    sent again, not replaced.
    """
    if frequency not in (REPLACEMENT, VOID):
        raise refuse("frequency", _("A claim is replaced (7) or voided (8)."), _("Choose one of both."))
    last = [one for one in last_sent([claim.pk]).get(claim.pk, []) if one.rank == rank]
    control = control_of(claim, rank)
    if not control:
        if not last or last[0].outcome == Sending.RECALLED:
            raise refuse("not_sent", _("This claim is not out."), _("It goes with the next file."))
        raise refuse(
            "no_control", _("The payer's own number of this claim is not known."),
            _("Wait for the 277CA or the remittance; a claim that was rejected is sent again instead."),
        )  # fmt: skip
    done = write_claims(call, wanted=[Wanted(claim.pk, rank, frequency, control)])
    note(claim, fields=["frequency"], refs=[frequency])
    return done


def control_of(claim: Claim, rank: int) -> str:
    """The payer's number of the claim: as its last remittance says, else its acknowledgement; empty when neither does."""
    told = RemittanceClaim.objects.filter(claim=claim, live=True, rank=rank).exclude(payer_control="").order_by("-id")
    said = SubmissionEvent.objects.filter(submission__claim=claim, submission__rank=rank).exclude(payer_control="")
    return (
        told.values_list("payer_control", flat=True).first()
        or said.order_by("-stage", "-id").values_list("payer_control", flat=True).first()
        or ""
    )
