"""The nouns of banking. What may never change once written is held by guards/, not by Python."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from steward.banking.states import CloseState, MoveKind, SessionState, SettlementKind, Tender
from steward.core.access.decide import Facts
from steward.core.base import Record
from steward.core.vault import EncryptedTextField


def _user(**more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **more)


def _down(to: str, **more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", **more)


class BankAccount(Record):
    """An account at a bank, tied to one account of the chart. The number is sealed; `last4` is what screens show."""

    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    entity = _down("registry.Entity")
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


class Drawer(Record):
    """A till at a site. `float_cents` is what it usually starts the day with."""

    name = models.CharField(max_length=60, unique=True)
    site = _down("registry.Site")
    entity = _down("registry.Entity")
    float_cents = models.BigIntegerField(default=0)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(float_cents__gte=0), name="banking_drawer_float")]

    def __str__(self) -> str:
        return self.name


class DrawerSession(Record):
    """One cashier's time with one drawer: from the float she signed for to the blind count.

    Its cash lies in the books under the item `drawer:UID`. `left_cents` stays in the drawer as the next float, the
    rest of `counted_cents` went to the safe.
    """

    drawer = models.ForeignKey(Drawer, on_delete=models.PROTECT, related_name="sessions")
    cashier = _user()
    day = models.DateField()
    state = models.CharField(max_length=8, choices=SessionState, default=SessionState.OPEN)
    opened_at = models.DateTimeField()
    float_cents = models.BigIntegerField()
    counted_at = models.DateTimeField(null=True, blank=True)
    counted_by = _user(null=True, blank=True)
    counted_cents = models.BigIntegerField(null=True, blank=True)
    expected_cents = models.BigIntegerField(null=True, blank=True)
    left_cents = models.BigIntegerField(null=True, blank=True)
    pieces = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["day", "id"], name="banking_session_day")]
        constraints = [
            models.UniqueConstraint(fields=["drawer"], condition=Q(state="open"), name="banking_one_open_a_drawer"),
            models.UniqueConstraint(fields=["cashier"], condition=Q(state="open"), name="banking_one_open_a_cashier"),
            models.CheckConstraint(condition=Q(float_cents__gte=0), name="banking_session_float"),
            models.CheckConstraint(
                condition=Q(state="open", counted_at=None, counted_cents=None)
                | Q(state="counted", counted_at__isnull=False, counted_cents__gte=0, left_cents__gte=0),
                name="banking_session_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drawer}, {self.day}"

    @property
    def item(self) -> str:
        """The ledger item of its cash."""
        return f"drawer:{self.uid}"

    @property
    def over_short_cents(self) -> int | None:
        """Counted less expected; None before the count."""
        if self.counted_cents is None or self.expected_cents is None:
            return None
        return self.counted_cents - self.expected_cents

    def access_facts(self) -> Facts:
        """Whose drawer it is."""
        return Facts(owners=frozenset({self.cashier_id}), sites=frozenset({self.drawer.site_id}))


class CashMove(Record):
    """Cash that left or entered a drawer without being a payment. `cents` is signed as the drawer sees it."""

    session = models.ForeignKey(DrawerSession, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=10, choices=MoveKind)
    cents = models.BigIntegerField()
    other = models.ForeignKey(DrawerSession, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    memo = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = _user(null=True)
    entry = models.PositiveBigIntegerField(null=True, help_text="number of the ledger entry")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(cents=0), name="banking_move_cents")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.cents}"


class Receipt(Record):
    """One payment taken at the desk. Never edited; a void is its reversal in the books and a mark here."""

    number = models.PositiveBigIntegerField(unique=True)
    session = models.ForeignKey(DrawerSession, on_delete=models.PROTECT, related_name="receipts")
    day = models.DateField()
    taken_at = models.DateTimeField()
    by = _user(null=True)
    tender = models.CharField(max_length=5, choices=Tender)
    cents = models.BigIntegerField()
    party = _down("registry.Party", null=True, blank=True)
    check_no = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    approval = models.CharField(max_length=20, blank=True, help_text="the card terminal's approval code")
    purpose = models.CharField(max_length=120, blank=True)
    for_ref = models.CharField(max_length=80, blank=True, help_text="what it was taken for, such as visit:UID")
    entry = models.PositiveBigIntegerField(null=True)
    batch = models.ForeignKey("TerminalBatch", on_delete=models.PROTECT, null=True, blank=True, related_name="receipts")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = _user(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)
    void_entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["day", "id"], name="banking_receipt_day"),
            models.Index(fields=["party", "-id"], name="banking_receipt_party"),
            models.Index(fields=["for_ref"], name="banking_receipt_for", condition=~Q(for_ref="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="banking_receipt_cents"),
            models.CheckConstraint(condition=Q(tender__in=Tender.values), name="banking_receipt_tender"),
            models.CheckConstraint(condition=Q(batch=None) | Q(tender="card"), name="banking_receipt_batch"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | (Q(voided_by__isnull=False) & ~Q(void_reason="")),
                name="banking_receipt_void",
            ),
        ]

    def __str__(self) -> str:
        return f"Receipt {self.number}"

    @property
    def item(self) -> str:
        """The ledger item of what this receipt left."""
        return f"receipt:{self.uid}"

    def access_facts(self) -> Facts:
        """Whose receipt it is: the person who took it."""
        return Facts(owners=frozenset({self.by_id} if self.by_id else ()))


class Settlement(Record):
    """What the books expect as one bank line. `cents` is what the bank should show; `item` is what it settles.

    `gross_cents` differs from `cents` only for a card batch whose processor keeps its fee.
    """

    kind = models.CharField(max_length=10, choices=SettlementKind)
    key = models.CharField(max_length=60, blank=True, help_text="slip number, TRN02, batch or check number")
    expected_on = models.DateField()
    cents = models.BigIntegerField()
    gross_cents = models.BigIntegerField()
    entity = _down("registry.Entity")
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


class Deposit(Record):
    """A locked slip: currency, coin and each check, in a numbered bag on its way to the bank."""

    number = models.PositiveBigIntegerField(unique=True)
    entity = _down("registry.Entity")
    site = _down("registry.Site", null=True, blank=True)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="deposits")
    day = models.DateField()
    prepared_at = models.DateTimeField()
    prepared_by = _user(null=True)
    currency_cents = models.BigIntegerField(default=0)
    coin_cents = models.BigIntegerField(default=0)
    checks_cents = models.BigIntegerField(default=0)
    bag = models.CharField(max_length=40, blank=True)
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="deposit")
    entry = models.PositiveBigIntegerField(null=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = _user(null=True, blank=True)
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
    entity = _down("registry.Entity")
    site = _down("registry.Site", null=True, blank=True)
    day = models.DateField()
    gross_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField()
    closed_by = _user(null=True)
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
    document = _down("ledger.Document")
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
    imported_at = models.DateTimeField()
    imported_by = _user(null=True)

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
        words = {"file": _("by its own opening"), "stored": _("by the last balance"), "derived": _("first statement")}
        return words.get(self.proof, self.proof)


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
    matched_by = _user(null=True)
    entry = models.PositiveBigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = _user(null=True, blank=True)
    undone_reason = models.CharField(max_length=200, blank=True)
    undone_entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "matches"

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


class MailLog(Record):
    """The day's mail, opened by one person while another watched, with the checks that were in it."""

    day = models.DateField()
    site = _down("registry.Site")
    opened_by = _user()
    witness = _user()
    checks = models.PositiveIntegerField(default=0)
    checks_cents = models.BigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    logged_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["day", "site"], name="banking_mail_day")]
        constraints = [
            models.CheckConstraint(condition=~Q(opened_by=F("witness")), name="banking_mail_two_people"),
            models.CheckConstraint(condition=Q(checks_cents__gte=0), name="banking_mail_cents"),
        ]

    def __str__(self) -> str:
        return f"Mail of {self.day}"


class DayClose(Record):
    """The day as one person prepared it and another signed it. `sheet` holds every figure as it stood."""

    day = models.DateField(unique=True)
    state = models.CharField(max_length=8, choices=CloseState, default=CloseState.PREPARED)
    sheet = models.JSONField(default=dict)
    sheet_sha256 = models.CharField(max_length=64)
    reasons = models.JSONField(default=dict)
    prepared_at = models.DateTimeField()
    prepared_by = _user()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = _user(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="prepared", signed_by=None, signed_at=None)
                | Q(state="signed", signed_by__isnull=False, signed_at__isnull=False),
                name="banking_close_state",
            ),
        ]

    def __str__(self) -> str:
        return f"Close of {self.day}"
