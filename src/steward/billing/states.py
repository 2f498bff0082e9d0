"""Closed lists of billing. States of claims are computed from what happened and what is open, never stored."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RemittanceState(models.TextChoices):
    """What became of one ST. Held and refused ones moved no money."""

    POSTED = "posted", _("Posted")
    HELD = "held", _("Held")
    REFUSED = "refused", _("Refused")
    UNDONE = "undone", _("Taken back")


#: State -> acts a person may do. The services refuse everything else.
REMITTANCE_ACTS: dict[str, tuple[str, ...]] = {
    RemittanceState.POSTED: ("undo", "match"),
    RemittanceState.HELD: ("release", "dismiss"),
    RemittanceState.REFUSED: (),
    RemittanceState.UNDONE: (),
}


class Hold(models.TextChoices):
    """Why a remittance waits."""

    PAYEE = "payee", _("Paid to another payee")
    PAYER = "payer", _("The payer is not known")
    REISSUE = "reissue", _("The payer sent this payment before with other contents")
    DEBIT = "debit", _("The payer takes money from the account")
    BOOKS = "books", _("The books refuse it")


class WorkKind(models.TextChoices):
    """Why a person is asked; the values are those of ``postings.Kind``."""

    DENIAL = "denial", _("Denial")
    ELIGIBILITY = "eligibility", _("Eligibility")
    REVIEW = "review", _("Adjustment without a rule")
    UNMATCHED_CLAIM = "unmatched_claim", _("Unmatched claim")
    STRANGER = "stranger", _("Our number, another patient")
    UNMATCHED_LINE = "unmatched_line", _("Unmatched service")
    PAYER_MISMATCH = "payer_mismatch", _("Another payer than the claim's")
    EXCESS_ADJUSTMENT = "excess_adjustment", _("Adjustment beyond what is open")
    EXCESS_SHARE = "excess_share", _("Patient share beyond what is open")
    OVERPAID = "overpaid", _("Overpaid")
    COST_SHARE = "cost_share", _("Share a patient does not owe")
    NO_ABN = "no_abn", _("No signed notice on file")
    CROSSOVER = "crossover", _("Next payer not on file")
    FORWARDED = "forwarded", _("Forwarded by the payer")
    UNKNOWN_STATUS = "unknown_status", _("Claim status without a rule")
    SUSPENSE = "suspense", _("Money outside of claims")
    HELD_PAYEE = "held_payee", _("Remittance for another payee")
    HELD_PAYER = "held_payer", _("Remittance of an unknown payer")
    REISSUE = "reissue", _("Remittance sent again")
    REFUSED = "refused", _("Remittance that does not balance")
    REJECTED_CLAIM = "rejected_claim", _("Rejected claim")
    INFORMATION = "information", _("The payer asks for more")
    STRANGE_FILE = "strange_file", _("File nobody could read")
    DOOR = "door", _("Clearinghouse not reached")
    COVERAGE = "coverage", _("Coverage changed")


#: Work about money a payer refused while its receivable stands: the denial queue.
DENIED_KINDS = (WorkKind.DENIAL, WorkKind.ELIGIBILITY, WorkKind.REVIEW)


class AppealState(models.TextChoices):
    """The states of ``logic.appeals``; its TRANSITIONS say what may be done in each."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    UPHELD = "upheld", _("Upheld")
    OVERTURNED = "overturned", _("Overturned")
    PARTLY = "partly", _("Partly overturned")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class HowSent(models.TextChoices):
    """How a letter to a payer left."""

    LETTER = "letter", _("Letter")
    PORTAL = "portal", _("Payer's portal")
    FAX = "fax", _("Fax")


class CauseKind(models.TextChoices):
    """Who mends the cause of denials."""

    SCRUB = "scrub", _("A scrub rule")
    DESK = "desk", _("A duty of the front desk")
    OTHER = "other", _("Something else")


class DisputeState(models.TextChoices):
    """What became of a letter about underpayment. Recovered cents are read from the books, never typed."""

    SENT = "sent", _("Sent")
    WON = "won", _("Agreed")
    LOST = "lost", _("Refused")
    GIVEN_UP = "given_up", _("Given up")


#: State -> states a person may put a dispute to.
DISPUTE_ACTS: dict[str, tuple[str, ...]] = {
    DisputeState.SENT: (DisputeState.WON, DisputeState.LOST, DisputeState.GIVEN_UP),
    DisputeState.WON: (),
    DisputeState.LOST: (),
    DisputeState.GIVEN_UP: (),
}


class ClaimState(models.TextChoices):
    """Where a claim stands (facts of billing, "Claim life cycle"), as far as charges and remittances tell."""

    DRAFT = "DRAFT", _("Entered")
    SENT = "SENT", _("Sent")
    INTERCHANGE_REJECTED = "INTERCHANGE_REJECTED", _("File rejected")
    SYNTAX_REJECTED = "SYNTAX_REJECTED", _("Rejected by the clearinghouse")
    SYNTAX_OK = "SYNTAX_OK", _("Taken by the clearinghouse")
    PAYER_REJECTED = "PAYER_REJECTED", _("Rejected by the payer")
    ACCEPTED = "ACCEPTED", _("Accepted by the payer")
    PENDED = "PENDED", _("The payer asks for more")
    IN_PROCESS = "IN_PROCESS", _("In process")
    VOIDED = "VOIDED", _("Voided")
    APPEALED = "APPEALED", _("Appealed")
    PAID = "PAID", _("Paid")
    PARTIAL = "PARTIAL", _("Partly paid")
    DENIED = "DENIED", _("Denied")
    ZERO_PAID = "ZERO_PAID", _("Nothing paid, patient owes")
    CROSSED_OVER = "CROSSED_OVER", _("Crossed over")
    SECONDARY_READY = "SECONDARY_READY", _("Next payer's turn")
    REVERSED = "REVERSED", _("Reversed")
    WRITTEN_OFF = "WRITTEN_OFF", _("Written off")
    PATIENT_DUE = "PATIENT_DUE", _("Patient owes")
    CLOSED = "CLOSED", _("Closed")


class PatientStage(models.TextChoices):
    """Where the patient's part of a claim stands (``logic/patient_part``)."""

    DUE = "DUE", _("not asked for yet")
    STATEMENT = "STATEMENT", _("on a statement")
    PLAN = "PLAN", _("paid by a plan")
    BAD_DEBT = "BAD_DEBT", _("given up as bad debt")
    COLLECTIONS = "COLLECTIONS", _("with a collection agency")
    CLOSED = "CLOSED", _("nothing is open")


class Form(models.TextChoices):
    """What a claim goes out as."""

    PROFESSIONAL = "P", _("Professional (837P)")
    INSTITUTIONAL = "I", _("Institutional (837I)")
    PAPER = "C", _("Paper (CMS-1500)")


class AttachmentKind(models.TextChoices):
    """What a paper is (PWK01), in words of our own."""

    SUPPORT = "OZ", _("Supporting paper")
    RECORD = "M1", _("Medical record")
    OPERATION = "OB", _("Report of an operation")
    LABORATORY = "LA", _("Laboratory results")
    IMAGING = "RR", _("Imaging report")
    PICTURES = "RB", _("Pictures of imaging")
    THERAPY = "PN", _("Therapy notes")
    NURSING = "NN", _("Nursing notes")
    DISCHARGE = "DS", _("Summary at discharge")
    NEED = "03", _("Why the treatment goes beyond what is usual")
    CERTIFICATE = "CT", _("Certificate")
    CONSENT = "CK", _("Consent")
    REFERRAL = "B4", _("Referral")
    REMITTANCE = "EB", _("What another payer answered")


class AttachmentBy(models.TextChoices):
    """How the payer gets a paper (PWK02)."""

    REQUEST = "AA", _("Kept here, on request")
    MAIL = "BM", _("Mail")
    ELECTRONIC = "EL", _("Electronically, with the claim's number")
    EMAIL = "EM", _("E-mail")
    TRANSFER = "FT", _("File transfer")
    FAX = "FX", _("Fax")


class DoorKind(models.TextChoices):
    """What a door to a clearinghouse is."""

    FOLDER = "folder", _("A folder of this machine")
    SFTP = "sftp", _("SFTP")


class ArrivalState(models.TextChoices):
    """What became of a file that came through a door: its importer's answer, or not read yet, or nobody knows its kind."""

    SAFE = "safe", _("Kept, not read yet")
    POSTED = "posted", _("Read")
    HELD = "held", _("Read, waits for a person")
    DUPLICATE = "duplicate", _("Known before")
    REFUSED = "refused", _("Refused")
    UNKNOWN = "unknown", _("Not known")


ARRIVAL_TONES: dict[str, str] = {
    ArrivalState.POSTED: "good", ArrivalState.HELD: "warn", ArrivalState.SAFE: "warn", ArrivalState.REFUSED: "bad",
    ArrivalState.UNKNOWN: "bad",
}  # fmt: skip


class Sending(models.TextChoices):
    """What is known of a claim between being written and being answered by a remittance."""

    SENT = "SENT", _("Sent")
    INTERCHANGE_REJECTED = "INTERCHANGE_REJECTED", _("File rejected")
    SYNTAX_REJECTED = "SYNTAX_REJECTED", _("Rejected by the clearinghouse")
    SYNTAX_OK = "SYNTAX_OK", _("Taken by the clearinghouse")
    PAYER_REJECTED = "PAYER_REJECTED", _("Rejected by the payer")
    ACCEPTED = "ACCEPTED", _("Accepted by the payer")
    PENDED = "PENDED", _("The payer asks for more")
    IN_PROCESS = "IN_PROCESS", _("In process")
    RECALLED = "RECALLED", _("To be sent again")


#: Which answer outranks which, whenever it arrives: a late 999 takes nothing from the 277CA that came before it.
STAGES: dict[str, int] = {"TA1": 1, "999": 2, "277CA": 3, "277": 4, "person": 9}

REJECTED = frozenset({Sending.INTERCHANGE_REJECTED, Sending.SYNTAX_REJECTED, Sending.PAYER_REJECTED})
"""Rejected is not denied: nobody judged the claim, it is corrected and sent again."""

SENDING_TONES: dict[str, str] = {
    Sending.ACCEPTED: "good", Sending.SYNTAX_OK: "", Sending.PENDED: "warn", Sending.RECALLED: "warn",
    **dict.fromkeys(REJECTED, "bad"),
}  # fmt: skip


def said(outcome: str | None) -> tuple[str, str]:
    """Tone and words of what was said of a submission last; nothing said means that it is sent."""
    state = Sending(outcome or Sending.SENT)
    return SENDING_TONES.get(state, ""), str(state.label)


TONES: dict[str, str] = {
    ClaimState.PAID: "good", ClaimState.CLOSED: "good", ClaimState.DENIED: "bad", ClaimState.PATIENT_DUE: "warn",
    ClaimState.INTERCHANGE_REJECTED: "bad", ClaimState.SYNTAX_REJECTED: "bad", ClaimState.PAYER_REJECTED: "bad",
    ClaimState.PENDED: "warn", ClaimState.PARTIAL: "warn", ClaimState.REVERSED: "bad", ClaimState.SECONDARY_READY: "warn",
    RemittanceState.POSTED: "", RemittanceState.HELD: "warn", RemittanceState.REFUSED: "bad", RemittanceState.UNDONE: "",
}  # fmt: skip
"""State -> tone of its badge."""


class WriteOff(models.TextChoices):
    """The account roles a person may write off to."""

    DENIAL = "denial_writeoff", _("Denial")
    SMALL = "admin_writeoff", _("Small balance, administrative")
    CHARITY = "charity", _("Charity")
    BAD_DEBT = "bad_debt", _("Bad debt")
    CONTRACTUAL = "contractual", _("Contractual allowance")


class DecisionKind(models.TextChoices):
    """What a person asks a second person to sign."""

    WRITE_OFF = "write_off", _("Write-off")
    REFUND = "refund", _("Refund")
    RETURNED = "returned", _("Returned payment")
    UNRETURNED = "unreturned", _("Returned payment undone")


class HeldKind(models.TextChoices):
    """What waits for a second person before the scrub is weakened by it."""

    EDITION = "edition", _("Edition of codes")
    RULE = "rule", _("Rule of the scrub")


class ReturnKind(models.TextChoices):
    """How a payment came back."""

    CHECK = "check", _("Returned check")
    CHARGEBACK = "chargeback", _("Card chargeback")


class OtherKind(models.TextChoices):
    """Charges that are no claim. A returned payment's fee is entered with the return alone."""

    NO_SHOW = "no_show", _("Missed appointment")
    FORM = "form", _("Form or letter")
    RECORDS = "records", _("Copies of records")
    PRODUCT = "product", _("Product")
    SERVICE = "service", _("Service for an employer or attorney")
    RETURNED = "returned", _("Returned payment")


class CardBrand(models.TextChoices):
    """Who issued a card's number."""

    VISA = "visa", "Visa"
    MASTERCARD = "mastercard", "Mastercard"
    AMEX = "amex", "American Express"
    DISCOVER = "discover", "Discover"
    OTHER = "other", _("Other")


class AttemptState(models.TextChoices):
    """What became of an attempt to charge a card; of an asked one nobody knows yet."""

    ASKED = "asked", _("No answer yet")
    APPROVED = "approved", _("Paid")
    DECLINED = "declined", _("Declined")


class HolderKind(models.TextChoices):
    """Who owes without being a patient."""

    EMPLOYER = "employer", _("Employer")
    ATTORNEY = "attorney", _("Attorney")
    OTHER = "other", _("Other")


class HoldKind(models.TextChoices):
    """Why nobody asks a guarantor for money. Bankruptcy: the automatic stay (11 U.S.C. 362); deceased: the estate is asked."""

    DISPUTE = "dispute", _("Dispute")
    BANKRUPTCY = "bankruptcy", _("Bankruptcy")
    DECEASED = "deceased", _("Deceased")
    OTHER = "other", _("Other")


#: Holds that end what is under way, not only what would begin.
STOPS = frozenset({HoldKind.BANKRUPTCY, HoldKind.DECEASED})


class RunKind(models.TextChoices):
    """Why many balances are given up at once."""

    SMALL = "small", _("Small balances")
    HARDSHIP = "hardship", _("Hardship discount")
    BAD_DEBT = "bad_debt", _("Bad debt")


RUN_ROLES: dict[str, str] = {
    RunKind.SMALL: "admin_writeoff", RunKind.HARDSHIP: "charity", RunKind.BAD_DEBT: "bad_debt",
}  # fmt: skip
"""Kind of run -> the account it goes to."""


class CodeKind(models.TextChoices):
    """What a code of charge entry says."""

    SERVICE = "service", _("Service")
    DIAGNOSIS = "diagnosis", _("Diagnosis")


class ListKind(models.TextChoices):
    """Which list a code stands in."""

    ICD10 = "icd10", _("ICD-10-CM diagnoses")
    HCPCS = "hcpcs", _("HCPCS Level II services")
    CPT = "cpt", _("Services of your own licence (CPT)")
    MODIFIER = "modifier", _("Modifiers")
    PTP = "ptp", _("NCCI procedure pairs")
    MUE = "mue", _("NCCI unit limits (MUE)")
    ADDON = "addon", _("NCCI add-on codes")
    TAXONOMY = "taxonomy", _("NUCC taxonomy of your own licence")
    CARC = "carc", _("Reason codes (CARC) of your own licence")
    RARC = "rarc", _("Remark codes (RARC) of your own licence")
    LEIE = "leie", _("OIG exclusions (LEIE)")


LISTED = (
    ListKind.ICD10, ListKind.HCPCS, ListKind.CPT, ListKind.MODIFIER, ListKind.TAXONOMY, ListKind.CARC, ListKind.RARC,
)  # fmt: skip
"""Kinds whose rows are single codes, to be searched."""

LICENSED = (ListKind.CPT, ListKind.TAXONOMY, ListKind.CARC, ListKind.RARC)
"""Kinds that are somebody's property (AMA, NUCC, X12): they come in under the practice's own licence, which is named."""


class MatchState(models.TextChoices):
    """What a person found of a possible match with the list of exclusions."""

    OPEN = "open", _("To be looked at")
    CLEARED = "cleared", _("Not the same")
    CONFIRMED = "confirmed", _("The same: excluded")


MATCH_TONES: dict[str, str] = {MatchState.OPEN: "warn", MatchState.CLEARED: "good", MatchState.CONFIRMED: "bad"}


class MatchHow(models.TextChoices):
    """By what somebody looks like somebody excluded."""

    NPI = "npi", _("NPI")
    BIRTH = "birth", _("Name and birth date")
    NAME = "name", _("Name")


class Screened(models.TextChoices):
    """As what somebody is screened."""

    PROVIDER = "provider", _("Provider")
    STAFF = "staff", _("Staff")
    VENDOR = "vendor", _("Organisation")
