"""Pairs of the families history, timely, authorisation, submission and institutional."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from steward.billing.logic.scrub.model import Grant, PastLine

from ..claims import (
    CLEAN,
    CLINIC,
    COUNSEL,
    DAY,
    MCR,
    RENDERING,
    SHOT,
    TODAY,
    WORLD,
    Pair,
    claim,
    only,
    with_line,
)  # fmt: skip

ONE = dt.timedelta(1)
TWICE = replace(SHOT, ref="L3")
WELL = only(MCR, code="G0439")


def past(day: dt.date, code: str, *, ref: str = "C0900", voided: bool = False, **world):
    return replace(WORLD, history={"P1": (PastLine(day, code, (), RENDERING, ref, voided),)}, **world)


def months_ago(count: int) -> dt.date:
    return dt.date(DAY.year - (count + 12 - DAY.month) // 12, (DAY.month - count - 1) % 12 + 1, 28)


HISTORY = {
    "duplicate-line": Pair(claim(lines=(COUNSEL, SHOT, TWICE)), claim(lines=(COUNSEL, SHOT, replace(TWICE, modifiers=("76",))))),
    "duplicate-claim": Pair(CLEAN, with_line(modifiers=("76",)), past(DAY, "J3420")),
    "global-period": Pair(
        only(code="G0463", day=DAY + ONE),
        only(code="G0463", day=DAY + ONE, modifiers=("24",)),
        past(DAY - 9 * ONE, "G0127", global_days={"G0127": 10}),
    ),
    "global-same-day": Pair(
        claim(lines=(replace(COUNSEL, code="G0463"), replace(SHOT, code="G0127"))),
        claim(lines=(replace(COUNSEL, code="G0463", modifiers=("25",)), replace(SHOT, code="G0127"))),
        replace(WORLD, global_days={"G0127": 0}),
    ),
    "wellness-yearly": Pair(WELL, only(WELL, code="G0447"), past(months_ago(11), "G0438")),
    "wellness-first-once": Pair(only(MCR, code="G0438"), WELL, past(months_ago(12), "G0438")),
    "welcome-visit-once": Pair(only(MCR, code="G0402"), WELL, past(months_ago(3), "G0402")),
}  # fmt: skip


def limit(days: int):
    return replace(WORLD, filing_limits={"ACME": days})


def served(claim_, day: dt.date):
    return replace(claim_, lines=tuple(replace(line, day=day) for line in claim_.lines))


TIMELY = {
    "timely-payer": Pair(served(CLEAN, TODAY - 91 * ONE), served(CLEAN, TODAY - 60 * ONE), limit(90)),
    "timely-near": Pair(served(CLEAN, TODAY - 80 * ONE), served(CLEAN, TODAY - 60 * ONE), limit(90)),
    "timely-medicare": Pair(served(MCR, dt.date(2025, 3, 15)), served(MCR, dt.date(2025, 3, 16))),
}

GRANT = Grant("A77", dt.date(2026, 1, 1), dt.date(2026, 6, 30), ("J3420",), 10, 9)
ALLOWED = claim(authorisation="A77")
SENT = claim(referral="R5")


def granted(**changes):
    return replace(WORLD, authorisations={"P1": (replace(GRANT, **changes),), "P2": (GRANT,)})


def referred(**changes):
    grant = Grant("R5", dt.date(2026, 1, 1), dt.date(2026, 6, 30), (), 3, 2)
    return replace(WORLD, referrals={"P1": (replace(grant, **changes),), "P2": (grant,)})


AUTHORISATION = {
    "authorisation-missing": Pair(CLEAN, ALLOWED, replace(WORLD, authorisation_codes={"ACME": frozenset({"J3420"})})),
    "authorisation-unknown": Pair(claim(authorisation="A78"), ALLOWED, granted()),
    "authorisation-expired": Pair(ALLOWED, replace(ALLOWED, patient_ref="P2"), granted(ends_on=DAY - ONE)),
    "authorisation-other-code": Pair(ALLOWED, replace(ALLOWED, patient_ref="P2"), granted(codes=("J1885",))),
    "authorisation-used-up": Pair(with_line(ALLOWED, units="2"), ALLOWED, granted()),
    "referral-missing": Pair(CLEAN, SENT, replace(WORLD, referral_payers=frozenset({"ACME"}))),
    "referral-expired": Pair(SENT, replace(SENT, patient_ref="P2"), referred(starts_on=DAY + ONE)),
    "referral-used-up": Pair(SENT, replace(SENT, patient_ref="P2"), referred(used=3)),
}

SEVEN = claim(frequency="7", control="ICN123")
REPORT = ("OZ", "EL", "ATT1")

SUBMISSION = {
    "form-unknown": Pair(claim(form="D"), CLEAN),
    "frequency-unknown": Pair(claim(frequency="6"), claim(frequency="8", control="ICN123")),
    "control-missing": Pair(replace(SEVEN, control=""), SEVEN),
    "control-on-original": Pair(claim(control="ICN123"), SEVEN),
    "replaces-void": Pair(SEVEN, replace(SEVEN, ref="C2000"), past(DAY, "J3420", ref="C1001", voided=True)),
    "attachment-type": Pair(claim(attachment=("ZZ", "EL", "ATT1")), claim(attachment=REPORT)),
    "attachment-way": Pair(claim(attachment=("OZ", "XX", "ATT1")), claim(attachment=("OZ", "AA", ""))),
    "attachment-control": Pair(claim(attachment=("OZ", "FX", "")), claim(attachment=REPORT)),
    "note-long": Pair(claim(note="x" * 81), claim(note="x" * 80)),
}

CENTRE = claim(CLINIC, bill_type="77", lines=(replace(COUNSEL, code="T1015", revenue="0521"),))

INSTITUTIONAL = {
    "bill-type": Pair(replace(CLINIC, bill_type="131"), CLINIC),
    "bill-type-outpatient": Pair(replace(CLINIC, bill_type="32"), CLINIC),
    "inpatient-refused": Pair(replace(CLINIC, bill_type="11"), CLINIC),
    "revenue-room-board": Pair(with_line(CLINIC, revenue="0120"), CLINIC),
    "revenue-code": Pair(with_line(CLINIC, revenue="636"), CLINIC),
    "revenue-visit": Pair(only(CENTRE, revenue="0510"), CENTRE),
    "visit-reason": Pair(
        replace(CLINIC, visit_reasons=("R53.83", "R99.99")), replace(CLINIC, visit_reasons=("R53.83",))
    ),
    "admission-codes": Pair(replace(CLINIC, admission_type="10"), replace(CLINIC, admission_source="D")),
    "patient-status": Pair(replace(CLINIC, discharge_status="1"), CLINIC),
}

PAIRS = HISTORY | TIMELY | AUTHORISATION | SUBMISSION | INSTITUTIONAL
