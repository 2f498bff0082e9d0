"""People who sign in, what they hold, and which duties they did on what."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from steward.core.base import Record


class UserManager(BaseUserManager["User"]):
    """Django asks for one; users are made by ``core.access.services.add_user``, which gives no default password."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(Record, AbstractBaseUser):
    """A login. Always has a person: ``registry.Party.user`` points here. ``ended_at`` closes everything at once."""

    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    dark = models.CharField(max_length=8, default="auto")
    dense = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="en")
    work_site_id = models.BigIntegerField(null=True, blank=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        app_label = "core"

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def has_usable_password(self) -> bool:
        """An empty one is none (Django counts it as usable)."""
        return bool(self.password) and super().has_usable_password()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions grant nothing here; ``core.access.decide`` is the only judge."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class RoleGrant(Record):
    """A role held from a day to a day. ``site_id`` (a registry site) narrows modes that look at sites; never edited,
    only ended."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20)
    site_id = models.BigIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")), name="core_grant_dates"
            ),
            models.CheckConstraint(condition=~Q(user=models.F("granted_by")), name="core_grant_not_to_self"),
        ]

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class RoleRequest(Record):
    """A role that one person asks to give and another signs; ``grant`` is the role that holds since, None until then."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_requests")
    role = models.CharField(max_length=20)
    site_id = models.BigIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    grant = models.OneToOneField(RoleGrant, null=True, on_delete=models.PROTECT, related_name="request")
    rejected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(condition=~Q(user=models.F("asked_by")), name="core_role_not_asked_for_self"),
            models.CheckConstraint(condition=Q(grant=None) | Q(rejected_at=None), name="core_role_one_end"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class SignInLink(Record):
    """A one-time link: set-up for the first administrator, or a demo persona. Only a hash of the token is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    fully = models.BooleanField(default=False)  # demo on loopback: counts as second factor given
    reusable = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"


class DutyDone(models.Model):
    """That a person did one half of a pair of duties on a thing (separation of duties looks for the other half)."""

    id = models.BigAutoField(primary_key=True)
    duty = models.CharField(max_length=40)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    object_type = models.CharField(max_length=60)
    object_uid = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        app_label = "core"
        indexes = [models.Index(fields=["object_uid", "duty"], name="core_duty_object")]


class Office(models.Model):
    """The one practice this database serves: what is neither party nor account. Exactly one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=160)
    zone = models.CharField(max_length=60, default="America/New_York")
    fiscal_year_start = models.SmallIntegerField(default=1)
    submitter_id = models.CharField(max_length=30, blank=True)
    small_office = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    opened_on = models.DateField()
    administrator = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "core"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="core_one_office"),
            models.CheckConstraint(condition=Q(fiscal_year_start__range=(1, 12)), name="core_fiscal_month"),
        ]

    def __str__(self) -> str:
        return self.name
