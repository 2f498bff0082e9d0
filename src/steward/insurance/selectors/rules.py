"""The white list, as the machine and as people read it."""

from __future__ import annotations

from django.db.models import QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.insurance.logic.writeoffs import Rule
from steward.insurance.models import WriteOffRule


def write_off_rules() -> list[Rule]:
    """Every white-listed adjustment, for `logic.writeoffs.rule_for`. One query."""
    return [
        Rule(
            row.group,
            row.carc,
            row.role,
            row.starts_on,
            row.ends_on,
            row.payer_id,
            row.capitation_only,
            row.negative_only,
            row.source,
            row.contract_id,
        )
        for row in WriteOffRule.objects.order_by("id")
    ]


def rules(subject: Subject) -> QuerySet[WriteOffRule]:
    """The white list as people read it."""
    rows = scoped(subject, "payer.read", WriteOffRule.objects.select_related("payer"))
    return rows.order_by("group", "carc", "payer__name", "starts_on", "id")
