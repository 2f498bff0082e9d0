"""A small bank: shows deposits, EFTs and card batches as a bank does, writes its month as OFX, and takes rent, pay and fees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from steward.banking import importers as bank_files
from steward.banking.logic.ofx_writer import write_ofx
from steward.banking.logic.statement import BankLine, Statement
from steward.banking.models import BankAccount, Settlement
from steward.banking.selectors.deposits import open_settlements
from steward.banking.selectors.statements import anchor, open_lines
from steward.banking.services.accounts import change_bank_account
from steward.banking.services.reconcile import explain_line, reconcile
from steward.core.calendar import add_bank_days
from steward.core.ids import new_uid
from steward.core.imports import Options
from steward.core.service import Call
from steward.ledger import services as ledger
from steward.ledger.models import Account
from steward.ledger.types import EntryDraft, LineDraft

if TYPE_CHECKING:
    from steward.desk.demo.build import World

ROUTING, NUMBER = "021000021", "44820017735"
#: text on the statement, day of month, cents, role (or code) of the account it is booked to; the rest is explained by kind
MONTHLY: tuple[tuple[str, int, int, str], ...] = (
    ("ACH RIDGE PROPERTIES RENT", 1, -4_850_00, "6000"),
    ("ACH MEDSUPPLY DIRECT", 12, -1_912_60, "supplies_expense"),
    ("ACH PAYROLL SERVICE NET PAY", 15, -15_480_00, "wages"),
    ("ACH PAYROLL SERVICE NET PAY", 28, -15_480_00, "wages"),
    ("EFTPS TAX DEPOSIT", 16, -4_960_00, "employer_taxes"),
)


def opening(world: World, call: Call, account: BankAccount, cents: int) -> None:
    """The balances the practice came with: money at the bank and in petty cash, against the owners' capital."""
    change_bank_account(call, account=account, routing=ROUTING, number=NUMBER, opening_cents=cents, opening_on=call.today)
    account.refresh_from_db()
    lines = (LineDraft(role="petty_cash", cents=600_00), LineDraft(role="retained_earnings", cents=-600_00))
    ledger.post(
        call,
        draft=EntryDraft(new_uid(), call.today, "Petty cash brought in", "opening", "banking.opening", str(account.uid), lines),
    )


def month(world: World, call: Call, account: BankAccount, days: list[date]) -> None:
    """The month's statement as a file, imported, matched by identity, the rest explained as a bookkeeper would."""
    last = days[-1]
    lines = sorted([*_shown(world, last), *_own(days, account)], key=lambda line: line.posted_on)
    before = anchor(account, last)
    opening_cents = before.cents if before else 0
    statement = Statement(
        account_id=NUMBER, lines=tuple(lines), bank_id=ROUTING, account_type="CHECKING",
        closing_cents=opening_cents + sum(line.cents for line in lines), closing_on=last, starts_on=days[0], ends_on=last,
    )  # fmt: skip
    content = write_ofx((statement,), last)
    result = bank_files.run(call, kind="ofx", content=content, name=f"statement-{last:%Y-%m}.ofx", options=Options())
    if result.status != "posted":
        raise RuntimeError(f"the demo's own statement was {result.status}: {result.message} {result.parts}")
    reconcile(call, account=account)
    _explain(call, account, keep_open=last == world.as_of)


def _shown(world: World, last: date) -> list[BankLine]:
    """What the bank shows of what the books expect: deposits the next bank day, EFTs on their day, cards after two."""
    lag = {"deposit": 1, "eft": 0, "card_batch": 2, "check": 1, "other": 2}
    found = []
    for row in open_settlements():
        when = add_bank_days(row.expected_on, lag[row.kind])
        if when <= last and not (row.expected_on >= world.as_of - timedelta(days=1)):
            found.append(_line(row, when))
    return found


def _line(row: Settlement, when: date) -> BankLine:
    text = {
        "deposit": f"DEPOSIT SLIP {row.key}", "eft": f"HCCLAIMPMT TRN*1*{row.key}", "card_batch": f"CARD SETTLEMENT BATCH {row.key}",
    }.get(row.kind, row.label.upper())  # fmt: skip
    kind = "deposit" if row.kind == "deposit" else "credit"
    return BankLine(
        posted_on=when, cents=row.cents, text=text, fitid=f"F{row.pk:08d}", kind=kind,
        type_code="DEP" if kind == "deposit" else "CREDIT", ref=row.key, trace=row.key if row.kind == "eft" else "",
    )  # fmt: skip


def _own(days: list[date], account: BankAccount) -> list[BankLine]:
    """Rent, pay, supplies, taxes, the bank's fee and its interest."""
    stamp = f"{days[0]:%Y%m}"
    found = []
    for n, (text, due, cents, _role) in enumerate(MONTHLY):
        when = next((d for d in days if d.day >= due), None)
        if when is not None:
            found.append(BankLine(when, cents, text, f"B{stamp}{n}", "debit", "DEBIT"))
    if days[-1].day > 26:
        found.append(BankLine(days[-1], -35_00, "MONTHLY SERVICE CHARGE", f"B{stamp}F", "fee", "SRVCHG"))
        found.append(BankLine(days[-1], 18_42, "INTEREST PAID", f"B{stamp}I", "interest", "INT"))
    return found


def _explain(call: Call, account: BankAccount, *, keep_open: bool) -> None:
    roles = {text: role for text, _d, _c, role in MONTHLY}
    codes = _codes(set(roles.values()))
    for line in list(open_lines(account)):
        role = roles.get(line.text)
        if keep_open and role == "supplies_expense":
            continue  # one line is left for the bookkeeper of the demo to explain
        if role:
            explain_line(call, line=line, account=codes[role], memo=line.text.title())
        elif line.kind in ("fee", "interest"):
            explain_line(call, line=line)


def _codes(roles: set[str]) -> dict[str, str]:
    rows = Account.objects.filter(role__in=roles).values_list("role", "code")
    return {"6000": "6000"} | {role: code for role, code in rows if role}

