"""A paper explanation of benefits as it is typed, and the remittance it says: the same value an 835 is read into. Pure.

What is typed is kept as JSON (``to_json``, ``from_json``) until it is posted; then it is written as an 835 and goes the way
every 835 goes, so that a paper and a file post alike. Amounts are integer cents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from steward.core.money import MoneyError, format_cents, parse_cents

from .remittance import Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServiceLine, problems
from .remittance.balance import Problem
from .remittance_writer import Address, Envelope, nm1, write

GROUPS = ("CO", "PR", "OA", "PI", "CR")
#: What a payer may say of a claim on paper (CLP02), of those that post by themselves.
STATUSES = ("1", "2", "3", "4", "19", "20", "21", "22")
NO_ADDRESS = Address("", "", "", "")
MOST_CLAIMS, MOST_LINES = 200, 60
_ENTRY = re.compile(
    r"\s*([A-Za-z]{2})\s*-?\s*([A-Za-z]?[0-9]{1,3}|[A-Za-z][0-9])\s*[:=\s]\s*(-?\$?(?:[0-9][0-9,]*(?:\.[0-9]{0,2})?|\.[0-9]{1,2}))"
    r"(?=[\s,;]|$)[\s,;]*",
    re.ASCII,
)
_TAKEN = re.compile(r"([A-Za-z0-9]{2})\s+(-?\$?[0-9.,]+)(?:\s+(\S{1,50}))?", re.ASCII)
REMARK = re.compile(r"[A-Z]{1,2}[A-Z]?[0-9]{1,4}", re.ASCII)
FIX = "Compare it with the paper; what the payer's paper itself gets wrong is asked of the payer."


class Mistyped(ValueError):
    """Text that cannot be read as what it stands for; ``str`` says what is wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """One service as the paper has it. ``ref`` is our line number when the line was taken from our claim."""

    code: str
    charge_cents: int
    paid_cents: int
    adjustments: tuple[Adjustment, ...] = ()
    modifiers: tuple[str, ...] = ()
    units: str = "1"
    ref: str = ""
    day: date | None = None
    remarks: tuple[str, ...] = ()

    @property
    def off_cents(self) -> int:
        """What the line lacks of balance."""
        return self.charge_cents - sum(one.cents for one in self.adjustments) - self.paid_cents


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim on the paper. ``paid_cents`` None: what its lines add to, less what stands on the claim alone."""

    number: str
    status: str = "1"
    lines: tuple[Line, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    paid_cents: int | None = None
    control: str = ""
    patient: str = ""

    @property
    def charge_cents(self) -> int:
        return sum(line.charge_cents for line in self.lines)

    @property
    def paid(self) -> int:
        """CLP04: as typed, else as the lines say."""
        if self.paid_cents is not None:
            return self.paid_cents
        return sum(line.paid_cents for line in self.lines) - sum(one.cents for one in self.adjustments)

    @property
    def off_cents(self) -> int:
        """What the claim lacks of balance, its lines' own included."""
        taken = sum(one.cents for one in self.adjustments)
        taken += sum(one.cents for line in self.lines for one in line.adjustments)
        return self.charge_cents - taken - self.paid


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the paper below its head."""

    claims: tuple[Claim, ...] = ()
    provider: tuple[tuple[str, int, str], ...] = ()  # code, cents taken, reference

    @property
    def paid_cents(self) -> int:
        """What the payment should be by what was typed: claims less what was taken from the whole."""
        return sum(one.paid for one in self.claims) - sum(cents for _code, cents, _ref in self.provider)


def codes_of(body: Body) -> tuple[set[str], set[str]]:
    """(reason codes, remark codes) of everything typed."""
    lines = [line for one in body.claims for line in one.lines]
    entries = [entry for one in body.claims for entry in one.adjustments]
    entries += [entry for line in lines for entry in line.adjustments]
    return {entry.reason for entry in entries}, {code for line in lines for code in line.remarks}


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays or is paid: name, tax number, and the id an 835 would name it by."""

    name: str
    tin: str = ""
    id: str = ""
    other: str = ""
    address: Address = NO_ADDRESS


@dataclass(frozen=True, slots=True)
class Head:
    """The top of the paper. ``method`` is CHK, ACH or NON."""

    payer: Party
    payee: Party
    method: str
    trace: str
    paid_on: date
    cents: int


def remittance(head: Head, body: Body) -> Remittance:
    """The remittance the paper says, with the identity an 835 of the same payment has (facts, "Import practice")."""
    origin = f"1{head.payer.tin}" if head.payer.tin else ""
    year_end = f"{head.paid_on.year}1231"
    return Remittance(
        control="0001", handling="H" if head.method == "NON" else "I", paid_cents=head.cents, credit_debit="C",
        method=head.method, originator=origin, paid_on=head.paid_on, paid_on_text=f"{head.paid_on:%Y%m%d}", trace=head.trace,
        trace_origin=origin, payer_name=head.payer.name, payer_id=head.payer.id,
        payer_refs=(("2U", head.payer.other),) if head.payer.other else (), payee_name=head.payee.name,
        payee_qualifier="XX" if head.payee.id else "FI", payee_id=head.payee.id or head.payee.tin,
        payee_refs=(("TJ", head.payee.tin),) if head.payee.id and head.payee.tin else (),
        claims=tuple(map(_claim, body.claims)),
        provider_adjustments=tuple(
            ProviderAdjustment(head.payee.id or head.payee.tin, year_end, code, reference, cents)
            for code, cents, reference in body.provider
        ),
    )  # fmt: skip


def _claim(one: Claim) -> ClaimPayment:
    every = (*one.adjustments, *(entry for line in one.lines for entry in line.adjustments))
    return ClaimPayment(
        one.number, one.status, one.charge_cents, one.paid, sum(entry.cents for entry in every if entry.group == "PR"), "",
        one.control, "", "", one.adjustments, tuple(map(_line, one.lines)), (nm1("QC", one.patient),) if one.patient else (),
    )  # fmt: skip


def _line(one: Line) -> ServiceLine:
    return ServiceLine(
        "HC", one.code, one.modifiers, one.charge_cents, one.paid_cents, one.units, "", (), one.ref, one.day,
        one.adjustments, one.remarks,
    )  # fmt: skip


def faults(head: Head, body: Body) -> list[Problem]:
    """Every sum that does not agree, and nothing typed at all: what is posted balances at line, claim and payment."""
    if not body.claims and not body.provider:
        return [Problem("empty", "Nothing of the paper is typed yet.", "Type its claims.")]
    return [one._replace(fix=FIX) for one in problems(remittance(head, body))]


def as_835(head: Head, body: Body, at: datetime) -> bytes:
    """The paper as an 835, the bytes that are kept and read again."""
    value = remittance(head, body)
    envelope = Envelope("PAPER", "STEWARD", at, 1)
    return write([value], envelope, payer=head.payer.address, payee=head.payee.address, phone="")


# ---- what is typed ----
def read_adjustments(text: str) -> tuple[Adjustment, ...]:
    """``CO-45 20.00, PR-1 15`` (also ``co45 20; pr1 15``). Raises Mistyped with the piece that cannot be read."""
    found, at, text = [], 0, text.strip()
    while at < len(text):
        match = _ENTRY.match(text, at)
        if match is None:
            raise Mistyped(f"“{text[at:at + 20]}” is no group, code and amount, such as CO-45 20.00")
        group, code, amount = match.groups()
        if group.upper() not in GROUPS:
            raise Mistyped(f"{group.upper()} is no group; there are {', '.join(GROUPS)}")
        found.append(Adjustment(group.upper(), code.upper(), _cents(amount)))
        at = match.end()
    return tuple(found)


def write_adjustments(entries: tuple[Adjustment, ...]) -> str:
    """The same as it is shown to be changed."""
    return ", ".join(f"{e.group}-{e.reason} {format_cents(e.cents, true_minus=False).replace(',', '')}" for e in entries)


def read_provider(text: str) -> tuple[tuple[str, int, str], ...]:
    """A line each: ``WO 12.50 REFERENCE``; positive takes from the payment, negative adds (PLB). Raises Mistyped."""
    found = []
    for row in filter(None, (one.strip() for one in text.splitlines())):
        match = _TAKEN.fullmatch(row)
        if match is None:
            raise Mistyped(f"“{row[:30]}” is no code, amount and reference, such as WO 12.50 C-1")
        code, amount, reference = match.groups()
        found.append((code.upper(), _cents(amount), (reference or "").upper()))
    return tuple(found)


def write_provider(rows: tuple[tuple[str, int, str], ...]) -> str:
    """The same as it is shown to be changed."""
    return "\n".join(
        f"{code} {format_cents(cents, true_minus=False).replace(',', '')} {reference}".strip()
        for code, cents, reference in rows
    )


def read_remarks(text: str) -> tuple[str, ...]:
    """Remark codes parted by spaces or commas. Raises Mistyped."""
    found = tuple(one for one in re.split(r"[\s,;]+", text.strip().upper()) if one)
    wrong = next((one for one in found if not REMARK.fullmatch(one)), None)
    if wrong:
        raise Mistyped(f"{wrong[:10]} is no remark code, such as N130")
    return found


def _cents(text: str) -> int:
    try:
        return int(parse_cents(text))
    except MoneyError as wrong:
        raise Mistyped(f"{text[:20]} is no amount") from wrong


# ---- what is kept ----
def to_json(body: Body) -> dict[str, Any]:
    """Plain values of what was typed."""
    return {
        "claims": [
            {**asdict(one), "adjustments": _plain(one.adjustments), "lines": [
                {**asdict(line), "adjustments": _plain(line.adjustments), "modifiers": list(line.modifiers),
                 "remarks": list(line.remarks), "day": line.day.isoformat() if line.day else None}
                for line in one.lines
            ]}
            for one in body.claims
        ],
        "provider": [list(row) for row in body.provider],
    }  # fmt: skip


def _plain(entries: tuple[Adjustment, ...]) -> list[list[Any]]:
    return [[one.group, one.reason, one.cents] for one in entries]


def from_json(value: Mapping[str, Any]) -> Body:
    """What ``to_json`` gave; an empty value is an empty paper."""
    claims = tuple(
        Claim(**{
            **one, "adjustments": _entries(one["adjustments"]),
            "lines": tuple(
                Line(**{**line, "adjustments": _entries(line["adjustments"]), "modifiers": tuple(line["modifiers"]),
                        "remarks": tuple(line["remarks"]), "day": date.fromisoformat(line["day"]) if line["day"] else None})
                for line in one["lines"]
            ),
        })
        for one in value.get("claims", ())
    )  # fmt: skip
    return Body(claims, tuple((code, cents, reference) for code, cents, reference in value.get("provider", ())))


def _entries(rows: list[list[Any]]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(group, reason, cents) for group, reason, cents in rows)


def with_claim(body: Body, at: int | None, claim: Claim) -> Body:
    """The paper with a claim put at a place, or (None) at its end."""
    claims = list(body.claims)
    if at is None:
        claims.append(claim)
    else:
        claims[at] = claim
    return replace(body, claims=tuple(claims))


def without_claim(body: Body, at: int) -> Body:
    """The paper without the claim at a place."""
    return replace(body, claims=tuple(one for n, one in enumerate(body.claims) if n != at))
