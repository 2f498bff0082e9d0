"""The nouns of the books. What may never change is held by guards/, not here; see the package docstring."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.ledger.logic.chain import instant
from steward.ledger.logic.close_list import ACTS as CLOSE_ACTS
from steward.ledger.logic.schedules import EVERY, LOAN, MOST_STEPS, RECURRING, Terms
from steward.ledger.logic.schedules import KINDS as SCHEDULE_KINDS
from steward.ledger.types import MAX_CENTS, PARTY_ROLES

NO_NAME: Final = "+"
KINDS: Final = ("asset", "liability", "equity", "revenue", "expense")
SIDES: Final = ("debit", "credit")
ENTRY_STATES: Final = ("draft", "posted")
PERIOD_STATES: Final = ("open", "soft", "locked")
SCHEDULE_STATES: Final = ("draft", "waiting", "active", "rejected", "ended")


def _dimension(to: str) -> models.ForeignKey[Any, Any]:
    """A nullable dimension without an index of its own: nobody deletes registry rows, and each index costs a post."""
    return models.ForeignKey(to, models.PROTECT, null=True, blank=True, related_name=NO_NAME, db_index=False)


def _person() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name=NO_NAME, db_index=False
    )


class Account(Record):
    """One line of the chart. ``role`` is how rules find it (contracts.md), ``control_of`` the sub-ledger it totals."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    normal_side = models.CharField(max_length=6)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    control_of = models.CharField(max_length=16, blank=True, default="")
    role = models.CharField(max_length=40, unique=True, null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(name="ledger_account_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="ledger_account_side", condition=Q(normal_side__in=SIDES)),
            models.CheckConstraint(name="ledger_account_code", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Period(Record):
    """A calendar month. ``version`` counts its state changes; each has its PeriodEvent."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=6, default="open")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["year", "month"]
        constraints = [
            models.UniqueConstraint(name="ledger_period_once", fields=["year", "month"]),
            models.CheckConstraint(name="ledger_period_month", condition=Q(month__gte=1, month__lte=12)),
            models.CheckConstraint(name="ledger_period_year", condition=Q(year__gte=1900, year__lte=2999)),
            models.CheckConstraint(name="ledger_period_state", condition=Q(state__in=PERIOD_STATES)),
        ]

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


class PeriodEvent(models.Model):
    """Who closed, locked or reopened a period, when and why, with the checks as they stood. Append only, chained."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="events")
    version = models.PositiveIntegerField()
    from_state = models.CharField(max_length=6)
    to_state = models.CharField(max_length=6)
    by = _person()
    at = models.DateTimeField()
    reason = models.TextField(blank=True, default="")
    checks = models.JSONField(default=list)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["period", "version"]
        constraints = [models.UniqueConstraint(name="ledger_periodevent_once", fields=["period", "version"])]

    def __str__(self) -> str:
        return f"{self.period}: {self.from_state} to {self.to_state}"

    def sealed_parts(self) -> tuple[object, ...]:
        """What of the event its hash covers."""
        return (
            str(self.period), self.version, self.from_state, self.to_state, self.by_id, instant(self.at), self.reason,
            self.checks,
        )  # fmt: skip


class CloseAct(models.Model):
    """What somebody did about a line of a month's close. Append only; it holds for the period as it was then (``version``), so
    that a month reopened is signed anew."""

    id = models.BigAutoField(primary_key=True)
    period = models.ForeignKey(Period, models.PROTECT, related_name="close_acts")
    version = models.PositiveIntegerField()
    check_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=9)
    ref = models.CharField(max_length=80, blank=True, default="")
    words = models.CharField(max_length=400, blank=True, default="")
    evidence = models.CharField(max_length=400, blank=True, default="")
    stamp = models.CharField(max_length=64, blank=True, default="")
    by = _person()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="ledger_closeact_kind", condition=Q(kind__in=CLOSE_ACTS)),
            models.CheckConstraint(name="ledger_closeact_reason", condition=~Q(kind="waived", words="")),
        ]
        indexes = [models.Index(name="ledger_closeact_period", fields=["period", "version", "id"])]

    def __str__(self) -> str:
        return f"{self.period} {self.check_id} {self.kind}"


class Document(Record):
    """A source document, known by its content. The bytes lie in core's file store under the same digest."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.PositiveBigIntegerField(default=0)
    added_by = _person()
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """A journal entry: draft, then posted with a number and a place in the hash chain, then never changed."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)  # the caller's idempotency key; no default on purpose
    number = models.PositiveBigIntegerField(unique=True, null=True, blank=True)
    date = models.DateField()
    period = models.ForeignKey(Period, models.PROTECT, related_name=NO_NAME, db_index=False)
    journal = models.CharField(max_length=16)
    memo = models.CharField(max_length=200, blank=True, default="")
    source_type = models.CharField(max_length=40)
    source_ref = models.CharField(max_length=80)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="entries", db_index=False
    )
    state = models.CharField(max_length=6, default="draft")
    drafted_by = _person()
    approved_by = _person()
    posted_by = _person()
    posted_at = models.DateTimeField(null=True, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64, blank=True, default="")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledger_entry_state", condition=Q(state__in=ENTRY_STATES)),
            models.CheckConstraint(
                name="ledger_entry_numbered",
                condition=Q(state="draft", number=None, hash="", posted_at=None)
                | Q(state="posted", number__gte=1, posted_at__isnull=False) & ~Q(hash=""),
            ),
            models.CheckConstraint(
                name="ledger_entry_two_persons",
                condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")),
            ),
        ]
        indexes = [
            models.Index(name="ledger_entry_source", fields=["source_type", "source_ref"]),
            models.Index(name="ledger_entry_date", fields=["date"]),
            models.Index(name="ledger_entry_document", fields=["document"], condition=Q(document__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number or 'draft'} {self.date} {self.memo}"


class Line(models.Model):
    """One signed amount on one account. ``date`` repeats the entry's date so that one index answers any day."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines", db_index=False)
    n = models.PositiveSmallIntegerField()
    date = models.DateField(null=True, blank=True)  # none while the entry is a draft: then it counts in no balance
    account = models.ForeignKey(Account, models.PROTECT, related_name=NO_NAME, db_index=False)
    cents = models.BigIntegerField()
    entity = models.ForeignKey("registry.Entity", models.PROTECT, related_name=NO_NAME, db_index=False)
    site = _dimension("registry.Site")
    department = _dimension("registry.Department")
    provider = _dimension("registry.Party")
    payer = _dimension("registry.Party")
    party = _dimension("registry.Party")
    party_role = models.CharField(max_length=8, blank=True, default="")
    item = models.CharField(max_length=80, blank=True, default="")
    memo = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="ledger_line_once", fields=["entry", "n"]),
            models.CheckConstraint(
                name="ledger_line_cents", condition=~Q(cents=0) & Q(cents__gte=-MAX_CENTS, cents__lte=MAX_CENTS)
            ),
            models.CheckConstraint(
                name="ledger_line_party",
                condition=Q(party=None, party_role="")
                | Q(party__isnull=False, party_role__in=[role for role in PARTY_ROLES if role]),
            ),
        ]
        indexes = [
            models.Index(name="ledger_line_cover", fields=["account", "date", "id", "cents", "entity"]),
            models.Index(name="ledger_line_item", fields=["item", "account", "date", "cents"], condition=~Q(item="")),
            models.Index(
                name="ledger_line_party", fields=["party", "account", "date"], condition=Q(party__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.cents}"

    @property
    def debit(self) -> int | None:
        """Cents when this is a debit."""
        return self.cents if self.cents > 0 else None

    @property
    def credit(self) -> int | None:
        """Cents, positive, when this is a credit."""
        return -self.cents if self.cents < 0 else None


class PeriodTotal(models.Model):
    """Debits and credits of one account of one entity at one site in one month, cents, both positive.

    A cache that the posting trigger alone writes; the lines are the truth and ``verify`` adds them up again.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name=NO_NAME, db_index=False)
    entity = models.ForeignKey("registry.Entity", models.PROTECT, related_name=NO_NAME, db_index=False)
    # registry.Site's id, 0 where the line names none: NULL would not be one value to the unique constraint below
    site_key = models.BigIntegerField(default=0)
    period = models.ForeignKey(Period, models.PROTECT, related_name=NO_NAME, db_index=False)
    debit = models.BigIntegerField(default=0)
    credit = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="ledger_periodtotal_once", fields=["account", "entity", "site_key", "period"]),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.period_id} {self.debit - self.credit}"


class Schedule(Record):
    """An entry that posts itself: the same again, a sum spread over months, or a loan paid off (``logic.schedules``).

    Its terms stand once it was submitted (guards/); what is still to be posted is derived from them, never kept.
    """

    kind = models.CharField(max_length=9)
    name = models.CharField(max_length=120)
    first_on = models.DateField()
    every_months = models.PositiveSmallIntegerField(default=1)
    steps = models.PositiveSmallIntegerField(null=True, blank=True)
    by_day = models.BooleanField(default=False)
    released = models.BooleanField(default=False)  # each step is reversed on the first of the month after it: an accrual
    total_cents = models.BigIntegerField(default=0)  # a loan's principal
    rate_ppm = models.PositiveIntegerField(default=0)  # a loan's yearly rate
    payment_cents = models.BigIntegerField(default=0)  # a loan's payment; 0 is the level payment of the formula
    document = models.ForeignKey(Document, models.PROTECT, related_name=NO_NAME, db_index=False)
    state = models.CharField(max_length=8, default="draft")
    drafted_by = _person()
    approved_by = _person()
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(name="ledger_schedule_kind", condition=Q(kind__in=SCHEDULE_KINDS)),
            models.CheckConstraint(name="ledger_schedule_state", condition=Q(state__in=SCHEDULE_STATES)),
            models.CheckConstraint(name="ledger_schedule_every", condition=Q(every_months__in=EVERY)),
            models.CheckConstraint(
                name="ledger_schedule_steps",
                condition=Q(steps__gte=1, steps__lte=MOST_STEPS) | Q(steps=None, kind=RECURRING),
            ),
            models.CheckConstraint(
                name="ledger_schedule_loan",
                condition=Q(kind=LOAN, total_cents__gt=0, rate_ppm__lt=1_000_000, payment_cents__gte=0)
                | ~Q(kind=LOAN) & Q(total_cents=0, rate_ppm=0, payment_cents=0),
            ),
            models.CheckConstraint(name="ledger_schedule_released", condition=Q(released=False) | Q(kind=RECURRING)),
            models.CheckConstraint(
                name="ledger_schedule_ended", condition=Q(state="ended", ended_on__isnull=False) | Q(ended_on=None)
            ),
        ]
        indexes = [models.Index(name="ledger_schedule_name", fields=["name", "id"])]

    def __str__(self) -> str:
        return self.name

    def terms(self, cents: tuple[int, ...]) -> Terms:
        """The terms as ``logic.schedules`` knows them; ``cents`` are those of its lines, in order."""
        return Terms(
            self.kind, self.first_on, self.every_months, self.steps, cents, self.by_day, self.total_cents, self.rate_ppm,
            self.payment_cents,
        )


class ScheduleLine(models.Model):
    """One line of a schedule: the amount of a step (recurring), of the whole (spread), none (a loan's are reckoned)."""

    id = models.BigAutoField(primary_key=True)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="lines")
    n = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name=NO_NAME, db_index=False)
    cents = models.BigIntegerField(default=0)
    entity = _dimension("registry.Entity")
    site = _dimension("registry.Site")
    department = _dimension("registry.Department")
    memo = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["schedule", "n"]
        constraints = [models.UniqueConstraint(name="ledger_scheduleline_once", fields=["schedule", "n"])]

    def __str__(self) -> str:
        return f"{self.account_id} {self.cents}"


class ScheduleStep(models.Model):
    """Which entry a step became. Append only; the entry's key is made of the schedule and the step, so it is posted once."""

    id = models.BigAutoField(primary_key=True)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="posted_steps")
    n = models.PositiveSmallIntegerField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="schedule_step")

    class Meta:
        ordering = ["schedule", "n"]
        constraints = [models.UniqueConstraint(name="ledger_schedulestep_once", fields=["schedule", "n"])]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.n}"


class Owner(Record):
    """An owner of the practice with the account of the capital and that of the draws."""

    name = models.CharField(max_length=120)
    capital = models.OneToOneField(Account, models.PROTECT, related_name=NO_NAME)
    draws = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name=NO_NAME)
    made_at = models.DateTimeField()
    made_by = _person()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class OwnerShare(models.Model):
    """An owner's share from a day on, as a weight beside the others'. Append only; 0 for one who has left."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(Owner, models.PROTECT, related_name="shares")
    starts_on = models.DateField()
    weight = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = _person()

    class Meta:
        ordering = ["owner", "starts_on"]
        constraints = [models.UniqueConstraint(name="ledger_ownershare_once", fields=["owner", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.weight} from {self.starts_on}"


class Distribution(models.Model):
    """That an entry by hand (``voucher`` is its uid) takes the result of the fiscal year from ``first_on`` to its owners. Append only."""

    id = models.BigAutoField(primary_key=True)
    first_on = models.DateField()
    voucher = models.UUIDField(unique=True)
    made_at = models.DateTimeField()
    made_by = _person()

    def __str__(self) -> str:
        return f"{self.first_on} {self.voucher}"


class Head(models.Model):
    """One row: the last number given and the last hash. Posting locks it first; that is what makes numbers gapless."""

    last = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="ledger_head_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.last} {self.hash[:12]}"
