"""Claims, their charges, and money that came with a charge file."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

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
    no_claim = models.BooleanField(default=False, help_text="paid by the patient, who asked that no plan be told")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["service_date", "id"], name="billing_claim_day"),
            models.Index(fields=["patient", "service_date"], name="billing_claim_patient"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(ref=""), name="billing_claim_ref"),
            # 45 CFR 164.522(a)(1)(vi): who asked that no plan be told has no plan on the claim, whoever enters it
            models.CheckConstraint(condition=Q(no_claim=False) | Q(payer=None), name="billing_claim_no_plan_told"),
        ]

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
    ndc_quantity = models.CharField(max_length=12, blank=True, help_text="CTP04; empty: 1")
    ndc_unit = models.CharField(max_length=2, blank=True, help_text="CTP05: F2, GR, ME, ML or UN")
    note = models.CharField(max_length=80, blank=True, help_text="NTE of the line")
    entry = models.PositiveBigIntegerField(help_text="number of the ledger entry")
    voided_on = models.DateField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)
    void_entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["posted_on", "id"], name="billing_charge_posted"),
            models.Index(fields=["service_date", "id"], name="billing_charge_service"),
            models.Index(fields=["void_entry"], name="billing_charge_void_entry", condition=Q(void_entry__isnull=False)),
        ]
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
