"""Asking payers what became of claims (276), for those of which nobody says anything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.utils.translation import gettext as _

from steward.billing.logic.acknowledgement import Asked, Inquiry, write_276
from steward.billing.logic.outgoing.model import Human, OutgoingClaim
from steward.billing.models import Submission
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.services.corrections import control_of
from steward.billing.services.submissions import SERIES, sender_of
from steward.core.files.models import StoredFile
from steward.core.files.services import store
from steward.core.numbers import reserve
from steward.core.refusals import refuse
from steward.core.service import Call, note, service
from steward.core.x12.write import Envelope

MOST = 500


@service("billing.ask_status", "claim.send", says="asked payers about claims")
def ask_status(call: Call, *, submissions: Sequence[Submission]) -> list[StoredFile]:
    """One 276 a payer about these submissions, stored as files. Refuses ``nothing``, ``too_many`` and ``submitter``."""
    if not submissions:
        raise refuse("nothing", _("No claim was chosen."), _("Tick the claims first."))
    if len(submissions) > MOST:
        raise refuse("too_many", _("At most %d claims at once.") % MOST, _("Choose fewer."))
    rows = sorted(submissions, key=lambda row: (row.batch.payer_id, row.pk))
    values = {row.pk: value for row in rows if (value := _value(row))}
    groups = [
        (payer, own) for payer, each in groupby(rows, key=lambda row: row.batch.payer)
        if (own := [row for row in each if row.pk in values])
    ]  # fmt: skip
    sender = sender_of(next(iter(values.values())))
    numbers = reserve(SERIES, len(groups))
    files = []
    for number, (payer, own) in zip(numbers, groups, strict=True):
        first = values[own[0].pk]
        envelope = Envelope(
            sender.number, sender.name, sender.contact, sender.phone, first.policy.payer.edi_id, payer.name,
            call.now.astimezone(call.clock.zone), number, number,
        )  # fmt: skip
        text = write_276([_inquiry(row, values[row.pk]) for row in own], envelope, f"Q{number:09d}")
        files.append(
            store(call, data=text.encode("ascii"), name=f"276-{number:09d}.x12", capability="charge.read", link_to=own[0].batch)
        )
    note(refs=[f"submission:{row.uid}" for row in rows])
    return files


def _value(row: Submission) -> OutgoingClaim | None:
    return outgoing([Wanted(row.claim_id, row.rank, row.frequency)]).get(row.claim_id)


def _inquiry(row: Submission, value: OutgoingClaim) -> Inquiry:
    policy = value.policy
    own = policy.relation == "18"
    return Inquiry(
        trace=f"{value.ref}-{row.pk}"[:50], ref=value.ref, payer_name=policy.payer.name, payer_id=policy.payer.edi_id,
        provider_name=value.billing.name, provider_npi=value.billing.npi, subscriber=_asked(policy.subscriber),
        member_id=policy.member_id, charge_cents=row.charge_cents, first_day=value.first_day, last_day=value.last_day,
        patient=None if own else _asked(value.patient), control=control_of(row.claim, row.rank), bill_type=value.bill_type,
    )  # fmt: skip


def _asked(who: Human) -> Asked:
    return Asked(who.last, who.first, who.born, who.sex)
