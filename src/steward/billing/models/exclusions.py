"""Who the OIG excluded from federal programmes, as the practice imported it, and who here looks like one of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.billing.states import MatchHow, MatchState, Screened
from steward.core.access.decide import Facts
from steward.core.base import Record


class Exclusion(models.Model):
    """A row of the LEIE on the days it stood in the list. ``key`` is the hash of what the list says of it; keys of names are
    folded as the registry folds them; an organisation has ``last_key`` alone."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    last_key = models.CharField(max_length=200)
    first_key = models.CharField(max_length=100, blank=True)
    middle_key = models.CharField(max_length=100, blank=True)
    organisation = models.BooleanField()
    npi = models.CharField(max_length=10, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=120, blank=True, help_text="city, state and zip as the list has them")
    specialty = models.CharField(max_length=80, blank=True)
    authority = models.CharField(max_length=12, blank=True, help_text="EXCLTYPE: 1128a1 and the like")
    excluded_on = models.DateField()
    reinstated_on = models.DateField(null=True, blank=True)
    waived_on = models.DateField(null=True, blank=True)
    waiver_state = models.CharField(max_length=2, blank=True)
    listed_from = models.DateField(help_text="the first edition that had it")
    listed_to = models.DateField(null=True, blank=True, help_text="the day before the first edition that had it no more")

    class Meta:
        indexes = [
            models.Index(fields=["npi"], condition=~Q(npi=""), name="billing_exclusion_npi"),
            models.Index(fields=["last_key", "first_key"], name="billing_exclusion_name"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key", "listed_from"], name="billing_exclusion_once"),
            models.CheckConstraint(condition=~Q(last_key="") & ~Q(name=""), name="billing_exclusion_named"),
            models.CheckConstraint(
                condition=Q(listed_to=None) | Q(listed_to__gte=F("listed_from")), name="billing_exclusion_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExclusionMatch(Record):
    """Somebody of ours who looks like an excluded one: to be looked at by a person, who says why it is or is not the same."""

    exclusion = models.ForeignKey(Exclusion, on_delete=models.PROTECT, related_name="matches")
    party = models.ForeignKey("registry.Party", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=Screened)
    how = models.CharField(max_length=5, choices=MatchHow)
    found_on = models.DateField()
    state = models.CharField(max_length=9, choices=MatchState, default=MatchState.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["-found_on", "-id"], name="billing_match_found")]
        constraints = [
            models.UniqueConstraint(fields=["exclusion", "party"], name="billing_match_once"),
            models.CheckConstraint(condition=Q(state__in=MatchState.values), name="billing_match_state"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (Q(decided_at__isnull=False) & ~Q(state="open") & ~Q(reason="")),
                name="billing_match_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.get_how_display()}"

    def access_facts(self) -> Facts:
        """Own to whom it is about."""
        user = self.party.user_id
        return Facts(owners=frozenset({user} if user else ()))
