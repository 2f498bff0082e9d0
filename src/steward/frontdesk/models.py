"""The nouns of the front desk. The database itself prevents double booking, by unique five-minute slots."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from steward.core.access.decide import Facts
from steward.core.base import Record
from steward.frontdesk.states import State


class Patient(Record):
    """A person who is seen here. The person's names and contacts are the party's."""

    party = models.OneToOneField("registry.Party", on_delete=models.PROTECT, related_name="patient")
    chart = models.CharField(max_length=40, unique=True, help_text="chart number; imports call it patient_ref")
    guarantor = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="guaranteed")
    primary_provider = models.ForeignKey(
        "people.Provider", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    site = models.ForeignKey("registry.Site", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    alert = models.CharField(max_length=200, blank=True, help_text="what the desk must see first")
    registered_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.party.name} ({self.chart})"


class VisitReason(Record):
    """Why people come, and how long it takes."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField(default=20)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__range=(5, 480)), name="frontdesk_reason_minutes"),
        ]

    def __str__(self) -> str:
        return self.name


class Appointment(Record):
    """Promised time. Instants are stored in UTC and shown in the practice's zone; the end is excluded."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    provider = models.ForeignKey("people.Provider", on_delete=models.PROTECT, related_name="appointments")
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("registry.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey(VisitReason, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.BOOKED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    booked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    roomed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    checked_out_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    no_show_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["starts_at", "id"], name="frontdesk_appt_start"),
            models.Index(fields=["provider", "starts_at"], name="frontdesk_appt_provider"),
            models.Index(fields=["patient", "starts_at"], name="frontdesk_appt_patient"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="frontdesk_appt_times"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="frontdesk_appt_state"),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(cancelled_at__isnull=False), name="frontdesk_appt_cancelled"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["arrived", "roomed", "seen", "checked_out"]) | Q(arrived_at__isnull=False),
                name="frontdesk_appt_arrived",
            ),
            models.CheckConstraint(
                condition=Q(checked_out_at=None) | Q(checked_out_at__gte=F("arrived_at")), name="frontdesk_appt_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient.party.name}, {self.starts_at:%Y-%m-%d %H:%M}"

    def access_facts(self) -> Facts:
        """Whose appointment it is: assigned to the provider's login, its own to the patient's."""
        provider, patient = self.provider.party.user_id, self.patient.party.user_id
        return Facts(
            owners=frozenset({patient} if patient else ()),
            assigned=frozenset({provider} if provider else ()),
            sites=frozenset({self.site_id}),
        )


class AppointmentSlot(models.Model):
    """Five minutes that a live appointment holds. An index of exclusion, not a record: freed when the appointment is.
    """

    id = models.BigAutoField(primary_key=True)
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="slots")
    provider = models.ForeignKey("people.Provider", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("registry.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    slot_start = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "slot_start"], name="frontdesk_slot_provider"),
            models.UniqueConstraint(
                fields=["place", "slot_start"], condition=Q(place__isnull=False), name="frontdesk_slot_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_start:%Y-%m-%d %H:%M}"


class Visit(Record):
    """A kept appointment: what charges hang on. `service_date` is the practice's local day."""

    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="visit")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="visits")
    provider = models.ForeignKey("people.Provider", on_delete=models.PROTECT, related_name="visits")
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, related_name="+")
    service_date = models.DateField()
    no_charge_reason = models.CharField(max_length=200, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True, help_text="the check-in was taken back")

    class Meta:
        indexes = [
            models.Index(fields=["service_date", "id"], name="frontdesk_visit_day"),
            models.Index(fields=["patient", "service_date"], name="frontdesk_visit_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.patient.party.name}, {self.service_date}"
