"""The shipped chart of accounts: read, and checked on reading."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

KINDS: Final = ("asset", "liability", "equity", "revenue", "expense")
NORMAL_SIDE: Final = {
    "asset": "debit", "expense": "debit", "liability": "credit", "equity": "credit", "revenue": "credit",
}  # fmt: skip

#: contracts.md, "Account roles": each names exactly one account of the shipped chart.
ROLES: Final = (
    "bank_operating", "bank_payroll", "petty_cash", "drawer", "undeposited", "card_clearing", "era_clearing",
    "eft_in_transit", "ar_insurance", "ar_patient", "contractual", "sequestration", "denial_writeoff",
    "bad_debt", "charity", "admin_writeoff", "unapplied", "patient_prepaid", "credit_balance",
    "refunds_payable", "recoupment_payable", "recoupment_suspense", "withhold_receivable", "levy",
    "interest_income", "interest_expense", "capitation_revenue", "capitation_contra", "charges",
    "cash_over_short", "due_to", "due_from", "bank_fees", "card_fees", "payer_penalty", "early_payment",
    "incentive_revenue", "ap", "use_tax_payable", "sales_tax_payable", "grni", "inventory",
    "inventory_variance", "price_variance", "supplies_expense", "fixed_assets", "accumulated_depreciation",
    "depreciation", "disposal_gain", "disposal_loss", "wages", "employer_taxes", "federal_payroll_tax",
    "state_payroll_tax", "futa_payable", "sui_payable", "benefits_payable", "net_pay_clearing", "accrued_wages",
    "suspense", "unclaimed_property", "retained_earnings",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """One account as shipped or added. ``side`` is its normal side; a contra account has the other one of its kind."""

    code: str
    name: str
    kind: str
    side: str
    role: str = ""
    control_of: str = ""
    parent: str = ""

    @property
    def contra(self) -> bool:
        return self.side != NORMAL_SIDE[self.kind]


class ChartError(ValueError):
    """A chart that cannot stand; the message names the account and the mend."""


@cache
def shipped() -> tuple[ChartAccount, ...]:
    """The shipped chart in order of code, every role of the contract exactly once."""
    data = tomllib.loads((Path(__file__).parent / "chart.toml").read_text())
    accounts = read(data["account"])
    missing = set(ROLES) - {a.role for a in accounts}
    if missing:
        raise ChartError(f"the shipped chart has no account for {', '.join(sorted(missing))}")
    return accounts


def read(rows: Iterable[dict[str, str]]) -> tuple[ChartAccount, ...]:
    """Accounts of a TOML table. Raises ChartError for an unknown kind, side or role, or a code or role named twice."""
    accounts = tuple(sorted((_account(row) for row in rows), key=lambda a: a.code))
    for what in ("code", "role"):
        seen: set[str] = set()
        for value in (getattr(a, what) for a in accounts):
            if value and value in seen:
                raise ChartError(f"{what} {value} is given to two accounts; give each its own")
            seen.add(value)
    return accounts


def _account(row: dict[str, str]) -> ChartAccount:
    known = {"code", "name", "kind", "side", "role", "control_of", "parent"}
    if unknown := set(row) - known:
        raise ChartError(
            f"account {row.get('code', '?')}: {', '.join(sorted(unknown))} is not known; use {', '.join(sorted(known))}"
        )
    code, name, kind = str(row.get("code", "")).strip(), str(row.get("name", "")).strip(), row.get("kind", "")
    if not code or len(code) > 16 or not name or len(name) > 80:
        raise ChartError(f"account {code or '?'}: a code (1 to 16 characters) and a name (1 to 80) are needed")
    if kind not in KINDS:
        raise ChartError(f"account {code}: kind {kind!r} is none of {', '.join(KINDS)}")
    side = row.get("side", NORMAL_SIDE[kind])
    if side not in ("debit", "credit"):
        raise ChartError(f"account {code}: side {side!r} is neither debit nor credit")
    role = row.get("role", "")
    if role and role not in ROLES:
        raise ChartError(f"account {code}: {role!r} is not a role of the contract")
    return ChartAccount(code, name, kind, side, role, row.get("control_of", ""), row.get("parent", ""))
