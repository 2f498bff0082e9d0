"""Doors to clearinghouses: where claim files are laid and answers are found, and every file that came through one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.billing.models.remittances import WorkItem
from steward.billing.states import ArrivalState, DoorKind
from steward.core.base import Record
from steward.core.vault.fields import EncryptedTextField


class Door(Record):
    """A folder of this machine, or a folder at the clearinghouse reached by SFTP. Passwords and keys lie in the vault."""

    kind = models.CharField(max_length=8, choices=DoorKind)
    name = models.CharField(max_length=80)
    out_folder = models.CharField(max_length=300, blank=True, help_text="where files for payers go; empty: none do")
    in_folder = models.CharField(max_length=300, blank=True, help_text="where answers are found; empty: none are")
    host = models.CharField(max_length=200, blank=True)
    port = models.PositiveIntegerField(default=22)
    username = models.CharField(max_length=80, blank=True)
    host_key = models.CharField(max_length=800, blank=True, help_text="the server's key, or its SHA256 fingerprint")
    password = EncryptedTextField(blank=True, default="")
    private_key = EncryptedTextField(blank=True, default="")
    remove_collected = models.BooleanField(default=False, help_text="take collected files away at the door")
    tried_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=20, blank=True, help_text="code of the last refusal; empty: it worked")
    said = models.CharField(max_length=300, blank=True)
    work = models.ForeignKey(WorkItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DoorKind.values), name="billing_door_kind"),
            models.CheckConstraint(condition=~Q(out_folder="") | ~Q(in_folder=""), name="billing_door_leads_somewhere"),
            models.CheckConstraint(
                condition=Q(kind="folder") | (~Q(host="") & ~Q(username="") & ~Q(host_key="")), name="billing_door_whom"
            ),
            models.CheckConstraint(condition=Q(port__range=(1, 65535)), name="billing_door_port"),
        ]

    def __str__(self) -> str:
        return self.name


class Arrival(Record):
    """One content that came through a door, whatever it was called; its bytes are kept before anybody reads them."""

    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="arrivals")
    sha256 = models.CharField(max_length=64, unique=True)
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=10, choices=ArrivalState, default=ArrivalState.SAFE)
    message = models.CharField(max_length=300, blank=True)
    arrived_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    work = models.ForeignKey(WorkItem, null=True, blank=True, on_delete=models.PROTECT, related_name="arrivals")

    class Meta:
        indexes = [models.Index(fields=["-arrived_at", "-id"], name="billing_arrival_when")]
        constraints = [models.CheckConstraint(condition=Q(state__in=ArrivalState.values), name="billing_arrival_state")]

    def __str__(self) -> str:
        return f"{self.kind or '?'} {self.sha256[:8]}"


class Sighting(models.Model):
    """That a file was seen at a door under a name, size and time (hashed: names may say too much). What was seen so is not
    fetched again; one content seen twice was delivered twice."""

    id = models.BigAutoField(primary_key=True)
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64)
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="sightings")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["door", "mark"], name="billing_sighting_once")]

    def __str__(self) -> str:
        return self.mark[:8]
