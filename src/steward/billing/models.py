"""The nouns of billing. No balance is stored here: what is open is the sum of ledger lines by the charge's item."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from steward.billing.states import DecisionKind, Form, Hold, RemittanceState, Sending, WorkKind
from steward.core.access.decide import Facts
from steward.core.base import Record


class Claim(Record):
    """Charges that go out under one number (CLM01) and come back under it (CLP01), over all submissions."""

    ref = models.CharField(max_length=20, unique=True, help_text="CLM01; comes back as CLP01")
    patient = models.ForeignKey("frontdesk.Patient", on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(
        "frontdesk.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="if kept here"
    )
    payer = models.ForeignKey(
        "insurance.Payer", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="none: self-pay"
    )
    provider = models.ForeignKey("people.Provider", on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey("registry.Entity", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, related_name="+")
    service_date = models.DateField(help_text="first day of service")
    member_id = models.CharField(max_length=80, blank=True)
    auth_number = models.CharField(max_length=50, blank=True)
    abn_on_file = models.BooleanField(default=False, help_text="a signed notice of non-coverage")
    details = models.JSONField(default=dict, help_text="what the claim form needs besides: referring, accident, ...")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["service_date", "id"], name="billing_claim_day"),
            models.Index(fields=["patient", "service_date"], name="billing_claim_patient"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(ref=""), name="billing_claim_ref")]

    def __str__(self) -> str:
        return self.ref

    def access_facts(self) -> Facts:
        """Whose claim it is: own to the provider who saw the patient, and to the patient."""
        people = {self.provider.party.user_id, self.patient.party.user_id}
        return Facts(owners=frozenset(user for user in people if user), sites=frozenset({self.site_id}))


class Charge(Record):
    """One service line, posted the moment it is entered. Corrections are new charges and reversals."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="charges")
    line_ref = models.CharField(max_length=30, help_text="REF*6R")
    service_date = models.DateField()
    posted_on = models.DateField(help_text="the day of its entry")
    code = models.CharField(max_length=12)
    modifiers = models.CharField(max_length=11, blank=True, help_text="25:59")
    units = models.CharField(max_length=9, default="1")
    charge_cents = models.BigIntegerField()
    diagnoses = models.CharField(max_length=120, blank=True, help_text="Z00.00:E11.9")
    pointers = models.CharField(max_length=11, default="1")
    place = models.CharField(max_length=2, default="11")
    ndc = models.CharField(max_length=20, blank=True)
    entry = models.PositiveBigIntegerField(help_text="number of the ledger entry")
    voided_on = models.DateField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)
    void_entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["posted_on", "id"], name="billing_charge_posted")]
        constraints = [
            models.UniqueConstraint(fields=["claim", "line_ref"], name="billing_charge_line"),
            models.CheckConstraint(condition=Q(charge_cents__gte=0), name="billing_charge_cents"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(line_ref=""), name="billing_charge_named"),
            models.CheckConstraint(
                condition=Q(voided_on=None) | (~Q(void_reason="") & Q(void_entry__isnull=False)),
                name="billing_charge_void",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim.ref} {self.code}"

    @property
    def item(self) -> str:
        """The ledger item under which everything about this charge is settled."""
        return f"charge:{self.uid}"


class Prepayment(Record):
    """A copay that came with a charge file: what banking does for the desk, done here for money taken elsewhere."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="prepayments")
    cents = models.BigIntegerField()
    taken_on = models.DateField()
    entry = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="billing_prepayment_cents")]

    def __str__(self) -> str:
        return f"{self.claim.ref} {self.cents}"

    @property
    def item(self) -> str:
        """The ledger item of the money."""
        return f"receipt:{self.uid}"


class Remittance(Record):
    """One ST of an 835. The bytes of its file are kept for ever; what they said is read from them again."""

    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(help_text="which 835 of the file, from 0")
    state = models.CharField(max_length=8, choices=RemittanceState)
    hold = models.CharField(max_length=8, choices=Hold, blank=True)
    problems = models.JSONField(default=list)
    payer = models.ForeignKey("insurance.Payer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey("registry.Entity", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payer_name = models.CharField(max_length=200, blank=True)
    payee_name = models.CharField(max_length=200, blank=True)
    payee_id = models.CharField(max_length=80, blank=True)
    trace = models.CharField(max_length=80)
    paid_cents = models.BigIntegerField()
    paid_on = models.DateField(null=True)
    method = models.CharField(max_length=3, blank=True)
    claim_count = models.PositiveIntegerField(default=0)
    identity = models.CharField(max_length=400)
    content_hash = models.CharField(max_length=64)
    entries = models.JSONField(default=list, help_text="numbers of its ledger entries")
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-imported_at", "-id"], name="billing_remit_when"),
            models.Index(fields=["trace"], name="billing_remit_trace"),
            models.Index(fields=["identity"], name="billing_remit_identity"),
        ]
        constraints = [
            # the same contents live once: fifty imports at once post one
            models.UniqueConstraint(
                fields=["content_hash"], condition=Q(state__in=["posted", "held"]), name="billing_remit_once"
            ),
            models.CheckConstraint(condition=Q(paid_cents__gte=0) | Q(state="refused"), name="billing_remit_cents"),
            models.CheckConstraint(condition=~Q(state="held") | ~Q(hold=""), name="billing_remit_hold"),
            models.CheckConstraint(
                condition=~Q(state="posted") | (Q(payer__isnull=False) & Q(entity__isnull=False)),
                name="billing_remit_posted",
            ),
        ]

    def __str__(self) -> str:
        return self.trace

    @property
    def item(self) -> str:
        """The ledger item of its clearing, its money in transit, what is unapplied and in suspense."""
        return f"remit:{self.uid}"


class RemittanceClaim(Record):
    """One CLP: what the payer said of one claim, and which claim of ours it is."""

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="claims")
    position = models.PositiveIntegerField()
    number = models.CharField(max_length=50)
    status = models.CharField(max_length=2)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    patient_cents = models.BigIntegerField()
    payer_control = models.CharField(max_length=50, blank=True)
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="answers")
    matched_by = models.CharField(max_length=12, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=12)
    unapplied_cents = models.BigIntegerField(default=0)
    adjustments = models.TextField(blank=True, help_text="claim level only: CO-45:2000;PR-3:500 (cents)")
    remarks = models.CharField(max_length=200, blank=True)
    later_entries = models.JSONField(default=list, help_text="entries by which its money was matched later")
    live = models.BooleanField(default=True, help_text="falls when the remittance is taken back")

    class Meta:
        indexes = [
            models.Index(fields=["number"], name="billing_answer_number"),
            models.Index(fields=["payer_control"], name="billing_answer_icn", condition=~Q(payer_control="")),
        ]
        constraints = [models.UniqueConstraint(fields=["remittance", "position"], name="billing_answer_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.status}"


class RemittanceLine(models.Model):
    """One service line of a CLP and the charge it answers; adjustments as ``CO-45:2000;PR-3:500`` (cents)."""

    id = models.BigAutoField(primary_key=True)
    answer = models.ForeignKey(RemittanceClaim, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    charge = models.ForeignKey(Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="answers")
    code = models.CharField(max_length=48)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    adjustments = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "position"], name="billing_line_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.paid_cents}"


class WorkItem(Record):
    """One thing a person must decide; the money meanwhile is safe where the entry put it."""

    kind = models.CharField(max_length=20, choices=WorkKind)
    reason = models.CharField(max_length=300)
    amount_cents = models.BigIntegerField(default=0)
    due = models.DateField(null=True, blank=True)
    remittance = models.ForeignKey(Remittance, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    answer = models.ForeignKey(RemittanceClaim, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    charge = models.ForeignKey(Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="work")
    group = models.CharField(max_length=2, blank=True)
    carc = models.CharField(max_length=5, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due", "id"], condition=Q(closed_at=None), name="billing_work_due"),
            models.Index(fields=["kind", "id"], condition=Q(closed_at=None), name="billing_work_kind"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="billing_work_reason"),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(resolution=""), name="billing_work_closed"),
        ]

    def __str__(self) -> str:
        return self.reason


class Decision(Record):
    """A write-off or refund that one person asks for and another signs; posted when signed (``entry``)."""

    kind = models.CharField(max_length=10, choices=DecisionKind)
    charge = models.ForeignKey(Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    payer = models.ForeignKey("insurance.Payer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("frontdesk.Patient", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=80, help_text="ledger item it takes from")
    role = models.CharField(max_length=24, help_text="where it goes, or comes from")
    cents = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.PositiveBigIntegerField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="billing_decision_cents"),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_decision_reason"),
            models.CheckConstraint(condition=Q(entry=None) | Q(rejected_at=None), name="billing_decision_one_end"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.cents}"


class Batch(Record):
    """One 837 file for one payer. Its bytes never change; what is wrong in it is sent anew in another."""

    number = models.PositiveBigIntegerField(unique=True, help_text="ISA13 and GS06; gapless")
    form = models.CharField(max_length=1, choices=Form)
    payer = models.ForeignKey("insurance.Payer", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, help_text="how the file is called where it is put; names nobody")
    claim_count = models.PositiveIntegerField()
    charge_cents = models.BigIntegerField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="when its bytes lay where the payer takes them")
    delivered_to = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["-written_at", "-id"], name="billing_batch_when")]
        constraints = [
            models.CheckConstraint(condition=Q(claim_count__gt=0, charge_cents__gte=0), name="billing_batch_whole")
        ]

    def __str__(self) -> str:
        return self.name


class Submission(Record):
    """That a claim went out in a batch: as what (original, replacement, void), to which rank, for how much."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="submissions")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="submissions")
    position = models.PositiveIntegerField(help_text="which CLM of the file, from 1")
    frequency = models.CharField(max_length=1, default="1", help_text="CLM05-3: 1 original, 7 replacement, 8 void")
    rank = models.PositiveSmallIntegerField(default=1)
    charge_cents = models.BigIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["claim", "-id"], name="billing_submission_claim")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="billing_submission_once"),
            models.UniqueConstraint(fields=["batch", "claim"], name="billing_submission_one_a_batch"),
            models.CheckConstraint(condition=Q(frequency__in=["1", "7", "8"]), name="billing_submission_frequency"),
            models.CheckConstraint(condition=Q(rank__range=(1, 3)), name="billing_submission_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.claim.ref} {self.frequency}"


class SubmissionEvent(models.Model):
    """What a clearinghouse or payer said of a submission before any remittance, or that a person took it back."""

    id = models.BigAutoField(primary_key=True)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="events")
    outcome = models.CharField(max_length=20, choices=Sending)
    source = models.CharField(max_length=6, help_text="TA1, 999, 277CA, 277, or person")
    stage = models.PositiveSmallIntegerField(help_text="which answer outranks which, see STAGES")
    codes = models.CharField(max_length=200, blank=True, help_text="as sent: A7:562:85;A3:21")
    words = models.CharField(max_length=300, blank=True)
    payer_control = models.CharField(max_length=50, blank=True)
    file = models.ForeignKey("core.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["submission", "-stage", "-id"], name="billing_event_submission")]
        constraints = [
            # the same answer read twice says nothing new
            models.UniqueConstraint(
                fields=["submission", "source", "outcome", "codes", "file"], name="billing_event_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.outcome}"


class Waiver(Record):
    """A warning of the scrub that a person answered with a reason; stands while the claim's facts stay the same."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="waivers")
    rule = models.CharField(max_length=60)
    where = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "rule", "where"], name="billing_waiver_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="billing_waiver_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.claim.ref} {self.rule}"
