"""Remittances and charges made by hand or by Hypothesis, balanced by construction."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

from hypothesis import strategies as st

import steward
from steward.billing.logic.denials import read_categories
from steward.billing.logic.remittance import Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServiceLine
from steward.billing.logic.remittance_writer import Envelope, nm1
from steward.billing.postings import ChargeFacts, ClaimFacts, CoverageFacts, RemittanceFacts, Where
from steward.insurance.logic.writeoffs import Rule

SAMPLES = Path(os.environ.get("STEWARD_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))
DAY = date(2026, 11, 2)
ENVELOPE = Envelope("PAYER", "PRACTICE", datetime(2026, 11, 2, 6, 0), 17)
PATIENT, PAYER, SECOND, PRACTICE = 501, 601, 602, 1
START = date(2000, 1, 1)
CATEGORIES = read_categories((Path(steward.__path__[0]) / "billing" / "data" / "denials.toml").read_text("utf-8"))
RULES = (
    Rule("CO", "45", "contractual", START),
    Rule("CO", "131", "contractual", START),
    Rule("CO", "253", "sequestration", START),
    Rule("CO", "24", "capitation_contra", START, capitation_only=True),
    Rule("CO", "104", "withhold_receivable", START),
    Rule("CO", "144", "incentive_revenue", START, negative_only=True),
)


def cas(group: str, reason: str, cents: int) -> Adjustment:
    return Adjustment(group, reason, cents)


def service_line(charge: int, *adjustments: Adjustment, code: str = "G0438", control: str = "", **more) -> ServiceLine:
    paid = charge - sum(a.cents for a in adjustments)
    values = {
        "modifiers": (),
        "units": "1",
        "submitted_code": "",
        "submitted_modifiers": (),
        "service_date": DAY,
        "remarks": (),
        **more,
    }
    return ServiceLine(
        "HC", code, charge_cents=charge, paid_cents=paid, control=control, adjustments=adjustments, **values
    )


def claim(
    number: str,
    *lines: ServiceLine,
    status: str = "1",
    adjustments: tuple = (),
    charge: int | None = None,
    details: tuple = (nm1("QC", "DOE", "ANN", "MI", "M1"),),
) -> ClaimPayment:
    total = sum(line.charge_cents for line in lines) if charge is None else charge
    taken = sum(a.cents for line in lines for a in line.adjustments) + sum(a.cents for a in adjustments)
    share = sum(a.cents for line in lines for a in line.adjustments if a.group == "PR")
    share += sum(a.cents for a in adjustments if a.group == "PR")
    return ClaimPayment(
        number,
        status,
        total,
        total - taken,
        share,
        "12",
        f"ICN{number}",
        "11",
        "1",
        tuple(adjustments),
        tuple(lines),
        details,
    )


def plb(code: str, cents: int, reference: str = "") -> ProviderAdjustment:
    return ProviderAdjustment("1234567893", "20261231", code, reference, cents)


def remittance(
    *claims: ClaimPayment,
    provider: tuple = (),
    trace: str = "T1",
    method: str = "ACH",
    handling: str = "I",
    paid: int | None = None,
) -> Remittance:
    total = sum(c.paid_cents for c in claims) - sum(p.cents for p in provider)
    return Remittance(
        control="0001",
        handling=handling,
        paid_cents=total if paid is None else paid,
        credit_debit="C",
        method=method,
        originator="1512345678",
        paid_on=DAY,
        paid_on_text="20261102",
        trace=trace,
        trace_origin="1512345678",
        payer_name="BLUE HARBOR",
        payer_id="60054",
        payer_refs=(("2U", "BH1"),),
        payee_name="OUR PRACTICE",
        payee_qualifier="XX",
        payee_id="1234567893",
        payee_refs=(("TJ", "123456789"),),
        claims=tuple(claims),
        provider_adjustments=tuple(provider),
    )


def charge_facts(
    uid: str,
    cents: int,
    *,
    code: str = "G0438",
    ref: str = "",
    payer: int | None = PAYER,
    entity: int = PRACTICE,
    **more,
) -> ChargeFacts:
    """A charge as it stands right after it was posted."""
    role = "ar_insurance" if payer else "ar_patient"
    balances = {(role, payer): cents, ("charges", payer): -cents}
    return ChargeFacts(
        uid,
        code,
        cents,
        Where(entity=entity, patient=PATIENT),
        line_ref=ref,
        service_date=DAY,
        balances=more.pop("balances", balances),
        **more,
    )


def claim_facts(
    *charges: ChargeFacts,
    ref: str = "C1",
    second: bool = False,
    filing: str = "CI",
    second_filing: str = "CI",
    capitation: bool = False,
    **more,
) -> ClaimFacts:
    covers = [CoverageFacts(1, PAYER, filing, capitation)]
    if second:
        covers.append(CoverageFacts(2, SECOND, second_filing))
    return ClaimFacts(ref, charges, tuple(covers), **more)


def facts(*claims: ClaimFacts | None, payer: int = PAYER, uid: str = "r1", **more) -> RemittanceFacts:
    return RemittanceFacts(uid, DAY, payer, PRACTICE, claims, rules=RULES, categories=CATEGORIES, **more)


def by_role(lines) -> dict[str, int]:
    """Cents per role; receivables and shares of different payers told apart as ``ar_insurance:602``."""
    found: dict[str, int] = defaultdict(int)
    for line in lines:
        name = f"{line.role}:{line.payer}" if line.role == "ar_insurance" else line.role
        found[name] += line.cents
    return {role: cents for role, cents in found.items() if cents}


# ---- Hypothesis ----
cents = st.integers(min_value=0, max_value=5_000_00)
references = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-", min_size=1, max_size=20)
groups = st.sampled_from(
    [
        ("CO", "45"),
        ("CO", "253"),
        ("CO", "16"),
        ("CO", "97"),
        ("PR", "1"),
        ("PR", "2"),
        ("PR", "27"),
        ("OA", "23"),
        ("OA", "94"),
        ("PI", "45"),
    ]
)


@st.composite
def lines(draw) -> ServiceLine:
    charge = draw(st.integers(1, 50_000))
    entries = tuple(cas(*draw(groups), draw(st.integers(-200, charge))) for _ in range(draw(st.integers(0, 8))))
    return service_line(
        charge,
        *entries,
        code=draw(st.sampled_from(["G0438", "G0439", "J3420"])),
        control=draw(st.one_of(st.just(""), references)),
        modifiers=draw(st.sampled_from([(), ("25",), ("25", "59")])),
        remarks=draw(st.sampled_from([(), ("N130",), ("N130", "M15")])),
        details=draw(st.sampled_from([(), ("AMT*B6*12.50",)])),
    )


@st.composite
def claims(draw) -> ClaimPayment:
    loose = tuple(cas(*draw(groups), draw(st.integers(-100, 2_000))) for _ in range(draw(st.integers(0, 3))))
    served = tuple(draw(lines()) for _ in range(draw(st.integers(0, 4))))
    return claim(
        draw(references),
        *served,
        status=draw(st.sampled_from(["1", "2", "3", "4", "19", "22", "23", "25", "99"])),
        adjustments=loose,
        charge=None if served else draw(st.integers(1, 90_000)),
    )


@st.composite
def remittances(draw) -> Remittance:
    paid = tuple(draw(claims()) for _ in range(draw(st.integers(0, 4))))
    codes = st.sampled_from(["L6", "FB", "WO", "72", "CT", "E3", "LE", "50", "90", "J1", "CS", "B2", "CV"])
    given_ = [
        plb(draw(codes), draw(st.integers(-5_000, 5_000)), draw(st.sampled_from(["", "R1", "R2"])))
        for _ in range(draw(st.integers(0, 3)))
    ]
    total = sum(c.paid_cents for c in paid) - sum(p.cents for p in given_)
    if total < 0:
        given_.append(plb("FB", total, "NEXT"))
    return remittance(*paid, provider=tuple(given_), method=draw(st.sampled_from(["ACH", "CHK"])))
