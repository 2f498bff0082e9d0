"""All nouns of the ground in one place, so that Django finds them; each lives with its concept."""

from steward.core.access.models import DutyDone, Office, RoleGrant, SignInLink, User
from steward.core.audit.models import AuditHead, AuditRow, SignedHead
from steward.core.files.models import FileLink, StoredFile
from steward.core.jobs.models import Job
from steward.core.numbers_models import Counter
from steward.core.outbox.models import Message
from steward.core.numbers_models import Counter
from steward.core.service_models import ServiceKey

__all__ = [
    "AuditHead", "AuditRow", "Counter", "DutyDone", "FileLink", "Job", "Message", "Office", "RoleGrant", "ServiceKey", "SignInLink",
    "SignedHead", "StoredFile", "User",
]
