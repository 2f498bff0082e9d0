"""What the room's checks find, asked of the whole practice."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from steward.core.findings import Finding, in_order
from steward.insurance import checks
from steward.insurance.models import Contract, Coverage, PayerNumber
from steward.insurance.selectors.coverage import _cover
from steward.insurance.selectors.payers import standing_payers


def findings(today: date) -> list[Finding]:
    """Everything the checks find about payers, contracts and coverage, worst first. Four queries."""
    further = set(PayerNumber.objects.filter(ended_on=None).values_list("payer_id", flat=True))
    ids = [
        checks.PayerIds(str(row.uid), row.name, row.edi_id, row.ref2u, row.ein, row.pk in further)
        for row in standing_payers()
    ]
    running = Coverage.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), voided_on=None).order_by("id")
    covers = [(str(row.uid), row.patient_id, _cover(row)) for row in running]
    agreed = [
        checks.Agreed(str(row.uid), row.name, row.payer_id, row.plan_id, row.starts_on, row.ends_on)
        for row in Contract.objects.filter(voided_on=None, payer__ended_on=None).order_by("id")
    ]
    return in_order([
        *checks.payer_without_identifiers(ids),
        *checks.payers_share_an_identifier(ids),
        *checks.coverage_overlap(covers),
        *checks.contract_runs_out(agreed, today),
    ])  # fmt: skip
