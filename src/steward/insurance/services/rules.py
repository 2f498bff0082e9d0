"""Adjustments white-listed: what may be written off without a person."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.insurance.models import WriteOffRule
from steward.insurance.states import AdjustmentGroup, WriteOffRole
from steward.insurance.types import RuleData
from steward.registry.services import refusing, stand

DEFAULT_RULES = Path(__file__).parent.parent / "data" / "write_off_rules.toml"


def _rule_faults(data: RuleData) -> list[Refusal]:
    faults = []
    if data.group not in AdjustmentGroup.values or data.group == AdjustmentGroup.PATIENT:
        fix = "Use CO, OA or PI: what is the patient's is never written off by rule."
        faults.append(Refusal("group", "This group takes no rule.", fix, "group"))
    if not re.fullmatch(r"[A-Z]?[0-9]{1,4}", data.carc):
        faults.append(Refusal("carc", "This is not a reason code.", "Type it as the remittance has it: 45.", "carc"))
    if data.role not in WriteOffRole.values:
        faults.append(Refusal("role", "No account takes this adjustment.", "Choose one of the list.", "role"))
    if not data.source.strip():
        faults.append(Refusal("source", "The source is missing.", "Name the contract or rule it rests on.", "source"))
    if data.ends_on is not None and data.ends_on < data.starts_on:
        faults.append(Refusal("dates", "It ends before it starts.", "Check both days.", "ends_on"))
    if data.contract is not None and data.payer is None:
        faults.append(Refusal("payer", "A contract's rule names its payer.", "Add it on the contract's page.", "payer"))
    return faults


@service("insurance.add_write_off_rule", "payer.write", says="white-listed an adjustment")
def add_write_off_rule(call: Call, *, data: RuleData) -> WriteOffRule:
    """White-list a pair of group and reason code. Refuses group, carc, role, source, dates, `exists`."""
    stand(_rule_faults(data))
    row = WriteOffRule(
        payer_id=data.payer,
        contract_id=data.contract,
        group=data.group,
        carc=data.carc,
        role=data.role,
        capitation_only=data.capitation_only,
        negative_only=data.negative_only,
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        source=data.source.strip(),
        confirmed=data.confirmed,
    )
    with refusing("exists", "This pair already has a rule from that day.", "End the other one first.", "carc"):
        row.save()
    return row


@service("insurance.end_write_off_rule", "payer.write", says="ended a white-listed adjustment")
def end_write_off_rule(call: Call, *, rule: WriteOffRule, on: date) -> WriteOffRule:
    """Set a rule's last day. Refuses `dates` before its first day."""
    if on < rule.starts_on:
        raise refuse("dates", "It would end before it starts.", "Choose a later day.", "on")
    rule.ends_on = on
    rule.save(update_fields=["ends_on"])
    note(rule, fields=["ends_on"])
    return rule


@service("insurance.load_default_rules", "payer.write", says="loaded the shipped adjustments")
def load_default_rules(call: Call) -> int:
    """White-list the shipped pairs that are not here yet. Gives how many were added; safe to repeat."""
    known = set(WriteOffRule.objects.filter(payer=None).values_list("group", "carc"))
    shipped = tomllib.loads(DEFAULT_RULES.read_text())["rule"]
    rows = [RuleData(**rule) for rule in shipped if (rule["group"], rule["carc"]) not in known]
    added = [add_write_off_rule(call, data=row) for row in rows]
    note(refs=added)
    return len(added)
