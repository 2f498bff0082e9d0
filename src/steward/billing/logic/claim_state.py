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


_ANSWERED = frozenset({"PAID", "PARTIAL", "ZERO_PAID", "DENIED", "CROSSED_OVER", "SECONDARY_READY", "WRITTEN_OFF", "REVERSED"})
_OUT = frozenset({
    "SENT", "INTERCHANGE_REJECTED", "SYNTAX_REJECTED", "SYNTAX_OK", "PAYER_REJECTED", "ACCEPTED", "PENDED", "IN_PROCESS",
})  # fmt: skip
#: Out again (replacement, void, next payer), or an answer that was taken back.
_AGAIN = _OUT | {"VOIDED", "DRAFT"}
#: What payers said, and the letter about a denial; it is out still when what came after the denial is taken back.
_SAID = _ANSWERED | {"APPEALED"}
#: State -> states that may follow it (facts of billing, "Claim life cycle"). Answers come late, in any order, and are taken back,
#: so that many ways lead back. States are computed, never set: a test lives random lives and holds each step against this.
LIFE: dict[str, frozenset[str]] = {
    "DRAFT": _ANSWERED | {"SENT", "VOIDED"},
    **dict.fromkeys(_OUT, _SAID | _AGAIN),
    **dict.fromkeys(_SAID, _SAID | _AGAIN),
    "VOIDED": _SAID | {"SENT", "DRAFT"},
    "PATIENT_DUE": frozenset({"CLOSED"}),
    "CLOSED": frozenset({"PATIENT_DUE"}),
}


def state(
    insured: bool, answers: Sequence[tuple[str, int | None]], books: Standing, sent: Sent | None = None, *,
    appealed: bool = False,
) -> str:  # fmt: skip
    """The state's name, one of ``LIFE``. ``answers`` are (outcome, payer's party) of the standing answers, oldest first;
    ``sent`` is None when nothing went out, or what went out was taken back; ``appealed``: a letter about a denial is out."""
    if not insured:
        return "PATIENT_DUE" if books.patient_due_cents > 0 else "CLOSED"
    told = [(outcome, payer) for outcome, payer in answers if outcome not in ("unmatched", "not_posted")]
    if sent and sent.after and (not told or books.insurance_due_cents > 0):
        return "VOIDED" if sent.frequency == "8" else sent.outcome
    if not told:
        return "DRAFT"
    found = _answered(told, books)
    return "APPEALED" if found == "DENIED" and appealed else found


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
