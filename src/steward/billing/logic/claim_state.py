"""Where a claim stands, computed from what payers answered and what is open; never stored (facts, "Claim life cycle")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Accounts by which a charge is settled otherwise than by money, and the word the contract gives each.
ADJUSTED = {
    "contractual": "contractual", "sequestration": "sequestration", "denial_writeoff": "denial",
    "capitation_contra": "capitation", "charity": "charity", "bad_debt": "bad_debt", "admin_writeoff": "administrative",
    "withhold_receivable": "withhold", "incentive_revenue": "incentive",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What the books say of a claim, in cents. ``insurance_by_payer`` is keyed by the payer's party."""

    charge_cents: int
    paid_cents: int
    patient_due_cents: int
    insurance_by_payer: Mapping[int | None, int]
    adjusted: Mapping[str, int]
    credit_cents: int = 0

    @property
    def insurance_due_cents(self) -> int:
        return sum(self.insurance_by_payer.values())

    @property
    def whole(self) -> bool:
        """The invariant: receivables + adjustments + paid = charges (incentives and withhold carry their own sign)."""
        open_cents = self.insurance_due_cents + self.patient_due_cents
        return open_cents + sum(self.adjusted.values()) + self.paid_cents - self.credit_cents == self.charge_cents


def standing(balances: Sequence[Mapping[tuple[str, int | None], int]]) -> Standing:
    """From the ledger's balances of the claim's charges by (role, payer), debit positive.

    Every entry that settles a charge carries its item on all its sides but the money's, so what the sides lack of zero
    is what was paid.
    """
    sums: dict[str, int] = {}
    by_payer: dict[int | None, int] = {}
    for one in balances:
        for (role, payer), cents in one.items():
            sums[role] = sums.get(role, 0) + cents
            if role == "ar_insurance":
                by_payer[payer] = by_payer.get(payer, 0) + cents
    adjusted = {word: sums.get(role, 0) for role, word in ADJUSTED.items()}
    credit = -sums.get("credit_balance", 0) - sums.get("refunds_payable", 0)
    return Standing(-sums.get("charges", 0), -sum(sums.values()), sums.get("ar_patient", 0), by_payer, adjusted, credit)


@dataclass(frozen=True, slots=True)
class Sent:
    """How the last submission of a claim stands; ``after`` says that it went out after the last answer."""

    outcome: str
    frequency: str = "1"
    after: bool = True


def state(insured: bool, answers: Sequence[tuple[str, int | None]], books: Standing, sent: Sent | None = None) -> str:
    """The state's name. ``answers`` are (outcome, payer's party) of the standing answers, oldest first; ``sent`` is None
    when nothing went out, or what went out was taken back."""
    if not insured:
        return "PATIENT_DUE" if books.patient_due_cents > 0 else "CLOSED"
    told = [(outcome, payer) for outcome, payer in answers if outcome not in ("unmatched", "not_posted")]
    if sent and sent.after and (not told or books.insurance_due_cents > 0):
        return "VOIDED" if sent.frequency == "8" else sent.outcome
    if not told:
        return "DRAFT"
    return _answered(told, books)


def _answered(told: Sequence[tuple[str, int | None]], books: Standing) -> str:
    outcome, payer = told[-1]
    if outcome in ("reversed", "crossed_over"):
        return outcome.upper()
    if outcome == "denied":
        written_off = books.insurance_due_cents == 0 and books.adjusted["denial"] > 0
        return "WRITTEN_OFF" if written_off else "DENIED"
    if books.insurance_by_payer.get(payer, 0) > 0:
        return "PARTIAL"
    if books.insurance_due_cents > 0:
        return "SECONDARY_READY"
    return "ZERO_PAID" if outcome == "zero_paid" else "PAID"
