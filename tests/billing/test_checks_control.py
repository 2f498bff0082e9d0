"""Patients' money in the books: each check finds its error and leaves the innocent twin alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from steward.billing import checks_control as checks
from steward.billing.checks_control import Applied, BookLine, Crossed, GivenUp, Reduced, Stray, Taken
from steward.core.findings import Finding

DAY = date(2026, 11, 12)
OWED = BookLine("ar_patient", -5_000, "charge:c", (("party", "7"), ("party_role", "patient")))
HELD = BookLine("patient_prepaid", 5_000, "receipt:r", (("party", "8"), ("party_role", "patient")))
APPLIED = Applied(31, DAY, OWED, HELD, DAY - timedelta(days=40), "C-1")


def entry(one: Finding) -> list[tuple[str, int, dict[str, str]]]:
    return [(line.account, line.cents, dict(line.dims)) for line in one.proposal.lines] if one.proposal else []


def test_what_belongs_to_no_charge_goes_to_suspense() -> None:
    (one,) = checks.control_vs_subledger([Stray(BookLine("ar_patient", 300, "x:1"), "Receivable", 300, DAY, 1_300, 1_000)])
    assert [(e.kind, e.ref) for e in one.evidence] == [("account", "ar_patient"), ("item", "x:1"), ("day", "2026-11-12")]
    assert entry(one) == [("suspense", 300, {}), ("ar_patient", -300, {"item": "x:1"})] and "13.00" in one.title


def test_before_the_service_and_on_its_day() -> None:
    early = replace(APPLIED, service_on=DAY + timedelta(days=1))
    assert list(checks.cutoff_revenue([APPLIED, replace(APPLIED, service_on=DAY)])) == []
    (one,) = checks.cutoff_revenue([early])
    assert entry(one) == [
        ("ar_patient", 5_000, {"item": "charge:c", "party": "7", "party_role": "patient"}),
        ("patient_prepaid", -5_000, {"item": "receipt:r", "party": "8", "party_role": "patient"}),
    ]  # fmt: skip


def test_another_households_money_is_surest_on_an_older_charge() -> None:
    older, newer = checks.lapping([Crossed(APPLIED, DAY), Crossed(replace(APPLIED, number=32, service_on=DAY), DAY)])
    assert older.confidence_ppm > newer.confidence_ppm and entry(older)[0][:2] == ("ar_patient", 5_000)


def test_far_from_the_usual_share() -> None:
    usual = [Reduced("Blue", "G1", f"C{n}", f"charge:{n}", 10_000, 4_000) for n in range(20)]
    wide = [Reduced("Blue", "G2", f"W{n}", f"charge:w{n}", 10_000, 1_000 + 300 * n) for n in range(20)]
    odd = Reduced("Blue", "G1", "C99", "charge:99", 10_000, 8_000)
    assert list(checks.contractual_outlier([*usual, *wide, replace(odd, recent=False), replace(odd, charge_cents=0)])) == []
    assert list(checks.contractual_outlier([*usual[:5], odd])) == []  # too few to know what is usual
    (one,) = checks.contractual_outlier([*usual, *wide, odd])
    assert [(e.ref, e.amount_cents) for e in one.evidence] == [("C99", None), ("charge:99", 4_000)]


def test_given_up_without_a_signature() -> None:
    lines = (BookLine("admin_writeoff", 2_000, "charge:c"), BookLine("ar_patient", -2_000, "charge:c"))
    bad = GivenUp(9, DAY, lines, 2_000, False)
    twins = [replace(bad, signed=True), replace(bad, judged_cents=999)]
    (one,) = checks.writeoff_no_approval([*twins, bad], 1_000)
    assert [row[:2] for row in entry(one)] == [("admin_writeoff", -2_000), ("ar_patient", 2_000)]


def test_more_given_back_than_came_in() -> None:
    (one,) = checks.refund_without_original([(HELD, 700, DAY)], "1190")
    assert [row[:2] for row in entry(one)] == [("1190", 700), ("patient_prepaid", -700)]


def test_a_visit_that_vanished_with_its_money_still_here() -> None:
    bad = Taken("r", 5, DAY, 3_000, 3_000, "cancelled")
    twins = [replace(bad, visit=""), replace(bad, held_cents=0)]
    (one,) = checks.deleted_appointment_with_cash([*twins, bad])
    assert one.evidence[0].ref == "r" and "was cancelled" in one.title
