"""What leaves for the bank and what the bank says: settlements, deposits, card batches, statements, matches."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from steward.banking.models.fields import down, user
from steward.banking.states import SettlementKind
from steward.core.base import Record
from steward.core.vault import EncryptedTextField


class BankAccount(Record):
    """An account at a bank, tied to one account of the chart. The number is sealed; `last4` is what screens show."""

    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    entity = down("registry.Entity")
    name = models.CharField(max_length=80)
    routing = models.CharField(max_length=9, blank=True)
    number = EncryptedTextField(blank=True, default="")
    last4 = models.CharField(max_length=4, blank=True, editable=False)
    opening_cents = models.BigIntegerField(null=True, blank=True)
    opening_on = models.DateField(null=True, blank=True)
    credit_line_cents = models.BigIntegerField(default=0, help_text="the limit of a credit line tied to it")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(credit_line_cents__gte=0), name="banking_account_line"),
            models.CheckConstraint(
                condition=Q(opening_cents=None, opening_on=None)
                | Q(opening_cents__isnull=False, opening_on__isnull=False),
                name="banking_account_opening",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ••{self.last4}" if self.last4 else self.name


class Settlement(Record):
    """What the books expect as one bank line. `cents` is what the bank should show; `item` is what it settles.

    `gross_cents` differs from `cents` only for a card batch whose processor keeps its fee.
    """

    kind = models.CharField(max_length=10, choices=SettlementKind)
    key = models.CharField(max_length=60, blank=True, help_text="slip number, TRN02, batch or check number")
    expected_on = models.DateField()
    cents = models.BigIntegerField()
    gross_cents = models.BigIntegerField()
    entity = down("registry.Entity")
    role = models.CharField(max_length=40, help_text="the ledger role it leaves when the bank shows it")
    item = models.CharField(max_length=80, unique=True)
    label = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "key"], name="banking_settlement_key"),
            models.Index(fields=["expected_on", "id"], name="banking_settlement_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(cents=0), name="banking_settlement_cents"),
            models.CheckConstraint(condition=Q(kind__in=SettlementKind.values), name="banking_settlement_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key or self.item}"

    @property
    def due_cents(self) -> int:
        """What the bank should show after what was corrected by hand under its item (``selectors.deposits.open_settlements``)."""
        return self.cents + getattr(self, "by_hand_cents", 0)

    @property
    def due_gross_cents(self) -> int:
        """The same before a fee: what stands in the books."""
        return self.gross_cents + getattr(self, "by_hand_cents", 0)


class Deposit(Record):
    """A locked slip: currency, coin and each check, in a numbered bag on its way to the bank."""

    number = models.PositiveBigIntegerField(unique=True)
    entity = down("registry.Entity")
    site = down("registry.Site", null=True, blank=True)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="deposits")
    day = models.DateField()
    prepared_at = models.DateTimeField()
    prepared_by = user(null=True)
    currency_cents = models.BigIntegerField(default=0)
    coin_cents = models.BigIntegerField(default=0)
    checks_cents = models.BigIntegerField(default=0)
    bag = models.CharField(max_length=40, blank=True)
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="deposit")
    entry = models.PositiveBigIntegerField(null=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = user(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(currency_cents__gte=0, coin_cents__gte=0, checks_cents__gte=0)
                & ~Q(currency_cents=0, coin_cents=0, checks_cents=0),
                name="banking_deposit_cents",
            ),
        ]

    def __str__(self) -> str:
        return f"Deposit slip {self.number}"

    @property
    def item(self) -> str:
        """The ledger item of the money in the bag."""
        return f"deposit:{self.uid}"

    @property
    def cents(self) -> int:
        """Currency, coin and checks together."""
        return self.currency_cents + self.coin_cents + self.checks_cents


class DepositLine(Record):
    """One thing in the bag: a drawer's cash, or a check. `item` is the ledger item it was taken from."""

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=5, choices=[("cash", "cash"), ("check", "check")])
    item = models.CharField(max_length=80)
    cents = models.BigIntegerField()
    check_no = models.CharField(max_length=20, blank=True)
    label = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["item"], name="banking_depositline_item")]
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="banking_depositline_cents")]

    def __str__(self) -> str:
        return f"{self.label or self.item} {self.cents}"


class TerminalBatch(Record):
    """A card terminal closed for the day: gross of its receipts, the fee if known, and the net the bank should show."""

    number = models.PositiveBigIntegerField(unique=True)
    reference = models.CharField(max_length=40, blank=True, help_text="the processor's own batch number")
    entity = down("registry.Entity")
    site = down("registry.Site", null=True, blank=True)
    day = models.DateField()
    gross_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField()
    closed_by = user(null=True)
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="batch", null=True)
    entry = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_cents__gte=0, fee_cents__gte=0, fee_cents__lte=F("gross_cents")),
                name="banking_batch_cents",
            ),
        ]

    def __str__(self) -> str:
        return f"Card batch {self.number}"

    @property
    def item(self) -> str:
        """The ledger item of what the processor owes."""
        return f"batch:{self.uid}"


class StatementImport(Record):
    """One account's part of one bank file: its balances and how they were proved."""

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    document = down("ledger.Document")
    sha256 = models.CharField(max_length=64)
    part = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=200)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    opening_cents = models.BigIntegerField()
    closing_cents = models.BigIntegerField()
    closing_on = models.DateField()
    available_cents = models.BigIntegerField(null=True)
    float_cents = models.BigIntegerField(default=0)
    proof = models.CharField(max_length=8)
    new_lines = models.PositiveIntegerField(default=0)
    known_lines = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    accepted = models.CharField(max_length=300, blank=True, help_text="why it was taken in spite of a fault")
    imported_at = models.DateTimeField()
    imported_by = user(null=True)

    class Meta:
        indexes = [models.Index(fields=["bank_account", "closing_on", "id"], name="banking_statement_closing")]
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "sha256", "part"], name="banking_statement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bank_account}, {self.closing_on}"

    @property
    def proof_words(self) -> str:
        """Against which opening balance its sum was proved."""
        words = {"file": _("by its own opening"), "stored": _("by the last balance"), "derived": _("first statement"),
                 "accepted": _("accepted behind a gap")}  # fmt: skip
        return words.get(self.proof, self.proof)


class CsvProfile(Record):
    """How the bank of one account writes its CSV download (`logic.bank_csv.Profile` as plain values); may be saved anew."""

    bank_account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, related_name="csv_profile")
    body = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = user(null=True)

    def __str__(self) -> str:
        return f"CSV of {self.bank_account}"


class BankLine(Record):
    """What the bank says happened. Written once by an import, never changed."""

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    statement = models.ForeignKey(StatementImport, on_delete=models.PROTECT, related_name="lines")
    posted_on = models.DateField()
    cents = models.BigIntegerField()
    text = models.CharField(max_length=400, blank=True)
    kind = models.CharField(max_length=10, blank=True)
    type_code = models.CharField(max_length=12, blank=True)
    fitid = models.CharField(max_length=255, blank=True)
    check_no = models.CharField(max_length=40, blank=True)
    ref = models.CharField(max_length=80, blank=True)
    trace = models.CharField(max_length=60, blank=True)
    content_key = models.CharField(max_length=32)
    occurrence = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["bank_account", "posted_on", "id"], name="banking_line_day")]
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "content_key", "occurrence"], name="banking_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.posted_on} {self.text[:40]}"

    @property
    def item(self) -> str:
        """The ledger item under which the bank account moves."""
        return f"bank:{self.uid}"


class Match(Record):
    """Bank lines and settlements that belong together, and the entry that says so. Undone, never edited."""

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=16)
    auto = models.BooleanField(default=False)
    matched_at = models.DateTimeField()
    matched_by = user(null=True)
    entry = models.PositiveBigIntegerField(null=True)
    book_line = down("ledger.Line", null=True, blank=True)  # a line that stood on the bank account already: nothing was posted
    learned = models.ForeignKey("LearnedRule", on_delete=models.PROTECT, null=True, blank=True, related_name="matches")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = user(null=True, blank=True)
    undone_reason = models.CharField(max_length=200, blank=True)
    undone_entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(fields=["book_line"], condition=Q(undone_at=None), name="banking_booked_once"),
        ]

    def __str__(self) -> str:
        return f"Match {self.pk} ({self.rule})"


class MatchPart(models.Model):
    """One bank line or one settlement of a match. `live` falls when the match is undone, which frees both sides."""

    id = models.BigAutoField(primary_key=True)
    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="parts")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(live=True), name="banking_line_matched_once"),
            models.UniqueConstraint(fields=["settlement"], condition=Q(live=True), name="banking_settled_once"),
            models.CheckConstraint(
                condition=Q(line=None, settlement__isnull=False) | Q(line__isnull=False, settlement=None),
                name="banking_part_one_side",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match_id}: {self.line_id or self.settlement_id}"
