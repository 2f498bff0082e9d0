"""Which service takes a person's answer: the room's own, where the room acts on a yes at once.

Like `views`, this stands outside the floors and names the rooms one by one. What is not named is only decided; its room
looks at the outcome when it acts.
"""

from __future__ import annotations

from steward.banking.services.learned import sign_rule, withdraw_rule
from steward.banking.services.written import sign_check, withdraw_check
from steward.billing.services.decisions import sign_decision, withdraw_decision
from steward.billing.services.runs import sign_run, withdraw_run
from steward.billing.services.signing import sign_held, withdraw_held
from steward.budget.services.budgets import sign_budget, withdraw_budget
from steward.core.access.granting import sign_role
from steward.core.approvals import services
from steward.core.approvals.models import ApprovalRequest
from steward.core.service import Call
from steward.ledger.services.journals import sign_journal
from steward.ledger.services.schedules import sign_schedule, withdraw_schedule


def decide(call: Call, *, request: ApprovalRequest, approve: bool, comment: str = "") -> ApprovalRequest:
    """Take the answer through the room whose record it is about; answers the request as it is afterwards."""
    if request.object_type == "ledger.entry":
        sign_journal(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    if request.object_type == "banking.learnedrule":
        sign_rule(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    if request.object_type == "banking.writtencheck":
        sign_check(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    if request.object_type == "budget.budget":
        sign_budget(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    if request.object_type == "ledger.schedule":
        sign_schedule(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    if request.object_type == "billing.decision":
        sign_decision(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    if request.object_type == "billing.writeoffrun":
        sign_run(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    if request.object_type == "billing.heldchange":
        sign_held(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    if request.object_type == "core.rolerequest":
        sign_role(call, uid=request.object_uid, approve=approve, comment=comment)
        request.refresh_from_db()
        return request
    return services.decide(call, request=request, approve=approve, comment=comment)


def withdraw(call: Call, *, request: ApprovalRequest) -> ApprovalRequest:
    """Take one's own open request back through its room, so that what was asked for does not wait on."""
    if request.object_type == "ledger.schedule":
        withdraw_schedule(call, uid=request.object_uid)
    elif request.object_type == "banking.learnedrule":
        withdraw_rule(call, uid=request.object_uid)
    elif request.object_type == "banking.writtencheck":
        withdraw_check(call, uid=request.object_uid)
    elif request.object_type == "budget.budget":
        withdraw_budget(call, uid=request.object_uid)
    elif request.object_type == "billing.decision":
        withdraw_decision(call, uid=request.object_uid)
    elif request.object_type == "billing.writeoffrun":
        withdraw_run(call, uid=request.object_uid)
    elif request.object_type == "billing.heldchange":
        withdraw_held(call, uid=request.object_uid)
    else:
        return services.withdraw(call, request=request)
    request.refresh_from_db()
    return request
