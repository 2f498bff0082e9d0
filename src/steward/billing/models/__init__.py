"""The nouns of billing. No balance is stored here: what is open is the sum of ledger lines by the charge's item."""

from steward.billing.models.cards import CardAttempt, CardOnFile, CardRefund, PlanCard
from steward.billing.models.charges import Charge, Claim, Prepayment
from steward.billing.models.codes import Code, CodeAddOn, CodeImport, CodeLimit, CodePair
from steward.billing.models.compensation import OverheadRule, ProviderContract
from steward.billing.models.denials import (
    Appeal,
    DenialCause,
    Dispute,
    DisputeLine,
    PaperEob,
    UnderpaidDismissal,
    WorkNote,
)
from steward.billing.models.doors import Arrival, Door, Sighting
from steward.billing.models.entry import Favourite, VisitDuty
from steward.billing.models.exclusions import Exclusion, ExclusionMatch
from steward.billing.models.held import HeldChange
from steward.billing.models.others import AccountHolder, OtherCharge, SalesTaxRate
from steward.billing.models.papers import Attachment, FormAlignment
from steward.billing.models.patients import (
    AccountHold,
    AgencyFile,
    AgencyRecall,
    AgencyRemittance,
    Decision,
    Hardship,
    PaymentPlan,
    Statement,
    WriteOffLine,
    WriteOffRun,
)
from steward.billing.models.remittances import Remittance, RemittanceClaim, RemittanceLine, WorkItem
from steward.billing.models.returned import ReturnedPayment
from steward.billing.models.scrub_rules import ScrubRule
from steward.billing.models.sending import Batch, Submission, SubmissionEvent, Waiver

__all__ = [
    "AccountHold", "AccountHolder", "AgencyFile", "AgencyRecall", "AgencyRemittance", "Appeal", "Arrival", "Attachment",
    "Batch", "CardAttempt", "CardOnFile", "CardRefund", "Charge", "Claim", "Code", "CodeAddOn", "CodeImport", "CodeLimit", "CodePair", "Decision",
    "DenialCause", "Dispute", "DisputeLine", "Door", "Exclusion", "ExclusionMatch",
    "Favourite", "FormAlignment", "Hardship", "HeldChange", "OtherCharge", "OverheadRule", "PaperEob",
    "PaymentPlan", "PlanCard", "Prepayment", "ProviderContract", "Remittance", "RemittanceClaim", "RemittanceLine", "ReturnedPayment",
    "SalesTaxRate", "ScrubRule", "Sighting", "Statement", "Submission", "SubmissionEvent", "UnderpaidDismissal", "VisitDuty",
    "Waiver", "WorkItem", "WorkNote", "WriteOffLine", "WriteOffRun",
]  # fmt: skip
