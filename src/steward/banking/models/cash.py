"""Drawers and what goes through them: sessions, cash moved, receipts, refunds paid in cash."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from steward.banking.models.fields import down, user
from steward.banking.states import MoveKind, SessionState, Tender
from steward.core.access.decide import Facts
from steward.core.base import Record


class Drawer(Record):
    """A till at a site. `float_cents` is what it usually starts the day with."""

    name = models.CharField(max_length=60, unique=True)
    site = down("registry.Site")
    entity = down("registry.Entity")
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
    cashier = user()
    day = models.DateField()
    state = models.CharField(max_length=8, choices=SessionState, default=SessionState.OPEN)
    opened_at = models.DateTimeField()
    float_cents = models.BigIntegerField()
    counted_at = models.DateTimeField(null=True, blank=True)
    counted_by = user(null=True, blank=True)
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
    by = user(null=True)
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
    by = user(null=True)
    tender = models.CharField(max_length=5, choices=Tender)
    cents = models.BigIntegerField()
    party = down("registry.Party", null=True, blank=True)
    check_no = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    approval = models.CharField(max_length=20, blank=True, help_text="the card terminal's approval code")
    purpose = models.CharField(max_length=120, blank=True)
    for_ref = models.CharField(max_length=80, blank=True, help_text="what it was taken for, such as visit:UID")
    entry = models.PositiveBigIntegerField(null=True)
    batch = models.ForeignKey("TerminalBatch", on_delete=models.PROTECT, null=True, blank=True, related_name="receipts")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = user(null=True, blank=True)
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


class CashRefund(Record):
    """Money given back in cash out of a cashier's own drawer. Never edited; taken back, it is reversed and marked here.

    It settles what stands in `refunds_payable` under `item`; `for_ref` names who asked and signed (`decision:UID`), and
    is paid once.
    """

    number = models.PositiveBigIntegerField(unique=True)
    session = models.ForeignKey(DrawerSession, on_delete=models.PROTECT, related_name="refunds")
    day = models.DateField()
    paid_at = models.DateTimeField()
    by = user(null=True)
    cents = models.BigIntegerField()
    party = down("registry.Party")
    item = models.CharField(max_length=80, help_text="the ledger item it settles")
    for_ref = models.CharField(max_length=80, help_text="what allowed it, such as decision:UID")
    reason = models.CharField(max_length=200)
    entry = models.PositiveBigIntegerField(null=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = user(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)
    void_entry = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["day", "id"], name="banking_refund_day"),
            models.Index(fields=["item"], name="banking_refund_item"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["for_ref"], condition=Q(voided_at=None), name="banking_refund_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="banking_refund_cents"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(for_ref=""), name="banking_refund_reason"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | (Q(voided_by__isnull=False) & ~Q(void_reason="")),
                name="banking_refund_void",
            ),
        ]

    def __str__(self) -> str:
        return f"Refund {self.number}"

    def access_facts(self) -> Facts:
        """Whose it is: the person who paid it out."""
        return Facts(owners=frozenset({self.by_id} if self.by_id else ()))
