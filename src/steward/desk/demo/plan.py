"""What the demo practice is made of: its name, payers, fees and personas. All invented; service codes are HCPCS Level II."""

from __future__ import annotations

from steward.desk.demo.payer import DemoPayer
from steward.desk.practice_file import PracticeSaid

PRACTICE = PracticeSaid(
    name="Cedar Hill Family Practice",
    npi="1730400003",
    tin="141000017",
    street="40 Cedar Street",
    city="Kingston",
    state="NY",
    zip="12401",
    phone="845 555 0100",
    submitter_id="CEDARHILL",
    sites=("North site", "River site"),
)

PAYERS: tuple[tuple[DemoPayer, int, int], ...] = (  # payer, copay in cents, how often drawn
    (DemoPayer("MEDB", "Medicare Part B", "112000001", "13202", "MB", 620_000, 35_000, 20_000, 200_000, True, 1, 7), 0, 6),
    (DemoPayer("BLUEH", "Blue Harbor", "112000002", "BH001", "BL", 710_000, 50_000, 30_000, 0, False, 2, 11), 2500, 26),
    (DemoPayer("CASCADE", "Cascade HMO", "112000003", "CAS77", "HM", 640_000, 65_000, 10_000, 0, False, 3, 14), 2000, 18),
    (DemoPayer("UNITY", "Unity Health Plan", "112000004", "UHP20", "CI", 690_000, 45_000, 35_000, 100_000, False, 4, 13), 3000, 20),
    (DemoPayer("STATEMED", "State Medicaid", "112000005", "NYMCD", "MC", 520_000, 60_000, 0, 0, False, 0, 15), 0, 12),
    (DemoPayer("LAKEVIEW", "Lakeview Mutual", "112000006", "LKV09", "CI", 730_000, 40_000, 40_000, 200_000, False, 2, 16), 2500, 10),
)
SELF_PAY_WEIGHT = 8

#: visit reason -> the lines billed: service code, modifiers, fee in cents
FEES: dict[str, tuple[tuple[str, tuple[str, ...], int], ...]] = {
    "FU": (("T1015", (), 14_500),),
    "ACUTE": (("T1015", (), 14_500), ("G2211", (), 2_450)),
    "PHYS": (("G0439", (), 21_000), ("G0444", (), 3_125)),
    "NEW": (("G0438", (), 26_500), ("G0447", (), 4_150)),
    "SHOT": (("Q2037", (), 1_875), ("G0008", (), 3_500)),
}
#: at hand in charge entry for every provider, by the keys 1 to 9
AT_HAND = {"service": ("T1015", "G2211", "G0439", "G0444", "G0008"), "diagnosis": ("I10", "E11.9", "J06.9", "M54.50", "Z23")}
DIAGNOSES: dict[str, tuple[str, ...]] = {
    "FU": ("I10", "E11.9", "E78.5", "J45.909"),
    "ACUTE": ("J06.9", "M54.50", "N39.0", "R05.9"),
    "PHYS": ("Z00.00", "Z00.01"),
    "NEW": ("Z00.00", "I10"),
    "SHOT": ("Z23",),
}
#: the same for children; the last days' visits still carry the grown-ups' code, so that the scrub has something to hold
CHILDREN = {"PHYS": ("Z00.129",), "NEW": ("Z00.129",)}
UNMENDED_DAYS = 9

#: persona -> (name, roles); the office manager, front desk and biller are the first staff of those jobs
OTHER_PERSONAS = (("owner", "Dr. Iris Wells", ("owner",)), ("clinician", "Dr. Karl Stone", ("clinician",)), ("auditor", "Pat Quill", ("auditor",)))
