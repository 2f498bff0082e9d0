"""Code sets as they were imported: what exists, from when till when, what goes together, how many at most.

Codes are kept without dots, in capitals. Both ends of a span of days count; no last day: it still runs. Descriptions of
ICD-10-CM and HCPCS Level II are public domain; words of CPT codes are the practice's own, under its own licence.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.billing.states import LICENSED, ListKind
from steward.core.base import Record


class CodeImport(Record):
    """One file (or package) of codes that came in: which, for which days, by whom. Its bytes stay in the file store."""

    kind = models.CharField(max_length=8, choices=ListKind)
    name = models.CharField(max_length=120, help_text="of the file or the package; names nobody")
    sha256 = models.CharField(max_length=64)
    starts_on = models.DateField(help_text="first day the list speaks of")
    ends_on = models.DateField(null=True, blank=True, help_text="last day it speaks of; none: until the next list")
    whole = models.BooleanField(help_text="a code it does not name does not exist on its days")
    row_count = models.PositiveIntegerField(help_text="rows kept")
    new_count = models.PositiveIntegerField()
    ended_count = models.PositiveIntegerField()
    licence = models.CharField(max_length=200, blank=True, help_text="under which licence its codes and words are used")
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["kind", "-starts_on"], name="billing_codes_edition")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "sha256", "starts_on"], name="billing_codes_import_once"),
            models.CheckConstraint(condition=Q(kind__in=ListKind.values), name="billing_codes_import_kind"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="billing_codes_import_days"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=LICENSED) | ~Q(licence=""), name="billing_codes_import_licensed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.starts_on}"


class Code(models.Model):
    """A code of a set on the days it may be used. A header (ICD-10-CM) is no leaf; ``side`` is R, L, B, U or empty."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=ListKind)
    code = models.CharField(max_length=10)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    leaf = models.BooleanField(default=True)
    side = models.CharField(max_length=1, blank=True)
    label = models.CharField(max_length=2000, blank=True, help_text="remark codes have up to some 1,500 characters")
    words = models.CharField(max_length=300, blank=True, help_text="the label folded for search, a blank before each word")

    class Meta:
        indexes = [models.Index(fields=["kind", "valid_to"], name="billing_code_end")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code", "valid_from"], name="billing_code_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="billing_code_days"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="billing_code_said"),
        ]

    def __str__(self) -> str:
        return self.code


class CodePair(models.Model):
    """An NCCI procedure-to-procedure edit: ``indicator`` 0 never together, 1 with a modifier, 9 not in use."""

    id = models.BigAutoField(primary_key=True)
    one = models.CharField(max_length=5, help_text="column 1")
    two = models.CharField(max_length=5, help_text="column 2")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    indicator = models.CharField(max_length=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "two", "valid_from"], name="billing_pair_once"),
            models.CheckConstraint(condition=Q(indicator__in=["0", "1", "9"]), name="billing_pair_indicator"),
        ]

    def __str__(self) -> str:
        return f"{self.one} {self.two}"


class CodeLimit(models.Model):
    """A medically unlikely edit: at most ``units``; ``indicator`` 1 a line, 2 a day by policy, 3 a day, clinical."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=5)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    units = models.PositiveIntegerField()
    indicator = models.CharField(max_length=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="billing_limit_once"),
            models.CheckConstraint(condition=Q(indicator__in=["1", "2", "3"]), name="billing_limit_indicator"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="billing_limit_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.units}"


class CodeAddOn(models.Model):
    """An add-on code and one of its primary codes (NCCI add-on file). ``edit_type``: 1 paid only beside one of them, 2 the payer
    says beside which (no ``primary_code``), 3 beside these and others that the payer names."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=5, help_text="the add-on")
    primary_code = models.CharField(max_length=5, blank=True)
    edit_type = models.CharField(max_length=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "primary_code", "valid_from"], name="billing_addon_once"),
            models.CheckConstraint(condition=Q(edit_type__in=["1", "2", "3"]), name="billing_addon_type"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="billing_addon_days"
            ),
            models.CheckConstraint(condition=~Q(edit_type="1") | ~Q(primary_code=""), name="billing_addon_primary"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.primary_code}".strip()
