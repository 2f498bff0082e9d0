"""All nouns of the ground in one place, so that Django finds them; each lives with its concept."""

from steward.core.access.models import DutyDone, Office, RoleGrant, RoleRequest, SignInLink, User
from steward.core.approvals.models import (
    ApprovalDecision,
    ApprovalRequest,
    Delegation,
    OwnerReview,
    StandingApproval,
    StandingDraw,
)
from steward.core.audit.models import AuditHead, AuditRow, SignedHead
from steward.core.files.models import FileLink, StoredFile
from steward.core.jobs.models import Job
from steward.core.listing.models import SavedView
from steward.core.numbers_models import Counter
from steward.core.outbox.models import Message
from steward.core.service_models import ServiceKey
from steward.core.tokens.models import ApiToken

__all__ = [
    "ApiToken",
    "ApprovalDecision",
    "ApprovalRequest",
    "AuditHead",
    "AuditRow",
    "Counter",
    "Delegation",
    "DutyDone",
    "FileLink",
    "Job",
    "Message",
    "Office",
    "OwnerReview",
    "RoleGrant",
    "RoleRequest",
    "SavedView",
    "ServiceKey",
    "SignInLink",
    "SignedHead",
    "StandingApproval",
    "StandingDraw",
    "StoredFile",
    "User",
]
