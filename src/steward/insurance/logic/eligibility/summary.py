"""An answer as a person at the front desk reads it: one thought a line, the ones that change the day first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from steward.core.x12.segments import Span

from .benefits import ACTIVE, INACTIVE, NOT_COVERED, Standing, other_payers, primary_care, standing
from .model import Answer, Benefit, PatientAnswer, Rejection
from .words import COUNTED, DATES, INSURANCE, LEFT, LEVELS, PERIODS, rejection_words, service_words

MONEY = {
    "A": "Coinsurance",
    "B": "Copay",
    "C": "Deductible",
    "G": "Out-of-pocket limit",
    "J": "Cost containment",
    "Y": "Spend-down",
}
LIMITS = {
    "F": "Limit",
    "CB": "Coverage basis",
    "D": "Benefit",
    "H": "No limit",
    "M": "Pre-existing condition",
    "N": "Restriction",
}
STANDING = {
    Standing.ACTIVE: "Active", Standing.INACTIVE: "Not active", Standing.NOT_COVERED: "Not covered",
    Standing.UNKNOWN: "Not said whether active: ask the payer, the policy stays on file",
}  # fmt: skip
#: What the payer says instead of a benefit.
INSTEAD = {
    "T": "The card is reported lost or stolen: ask for identification",
    "U": "The payer sends the question on: ask",
    "V": "The payer could not work the question out: ask by phone",
    "L": "A primary care provider is required",
}
NETWORK = {"Y": "in network", "N": "out of network", "W": "in and out of network"}


def summary(answer: Answer, on: date | None = None) -> list[str]:
    """Lines for the whole answer; patients are headed by their names when there are several."""
    lines = _refused(answer.rejections)
    for patient in answer.patients:
        own = patient_summary(patient, on)
        if len(answer.patients) > 1:
            who = patient.patient
            lines.append(" ".join(part for part in (who.first, who.last) if part) or "Patient")
            own = [f"  {line}" for line in own]
        lines += own
    for one in answer.unread:
        lines.append(f"Not readable: {one.where} in segment {one.segment} says {one.text}")
    return lines or ["The payer's answer says nothing about any patient."]


def patient_summary(patient: PatientAnswer, on: date | None = None) -> list[str]:
    """Lines for one patient: refusals, active or not, plan, money, limits, other payers, primary care, notes."""
    lines = _refused(patient.rejections)
    if patient.benefits or not lines:
        lines += _active(patient, on)
    lines += [
        f"{DATES[qualifier].capitalize()}: {_days(span)}" for qualifier, span in patient.dates if qualifier in DATES
    ]
    lines += [_money(one) for one in patient.benefits if one.info in MONEY]
    lines += [_limit(one) for one in patient.benefits if one.info in LIMITS]
    lines += [_instead(one) for one in patient.benefits if one.info in INSTEAD]
    for payer in other_payers(patient):
        number = f" (number {payer.identifier})" if payer.identifier else ""
        lines.append(f"Another payer: {payer.name or 'not named, ask the patient'}{number}")
    for provider in primary_care(patient):
        lines.append(f"Primary care provider: {provider.name or provider.identifier}")
    lines += [f"The payer notes: {message}" for one in patient.benefits for message in one.messages]
    return list(dict.fromkeys(lines))


def _refused(rejections: Iterable[Rejection]) -> list[str]:
    return ["{} {}".format(*rejection_words(one.reason, one.follow_up)) for one in dict.fromkeys(rejections)]


def _active(patient: PatientAnswer, on: date | None) -> list[str]:
    whole = standing(patient, on=on)
    head = STANDING[whole]
    if whole in (Standing.ACTIVE, Standing.INACTIVE) and on:
        head += f" on {on.isoformat()}"
    kind = next((INSURANCE[one.insurance] for one in patient.benefits if one.insurance in INSURANCE), "")
    names = ", ".join(part for part in (patient.plan, kind, f"group {patient.group}" if patient.group else "") if part)
    lines = [f"{head}: {names}" if names else head]
    for info, words in ((ACTIVE, "Active"), (INACTIVE, "Not active"), (NOT_COVERED, "Not covered")):
        said = dict.fromkeys(code for one in patient.benefits if one.info in info for code in one.services)
        codes = tuple(code for code in said if code != "30")
        if codes:
            lines.append(f"{words} for {service_words(codes, whole=True)}")
    return lines


def _money(one: Benefit) -> str:
    value = (
        _dollars(one.cents)
        if one.cents is not None
        else _percent(one.ppm)
        if one.ppm is not None
        else "amount not said"
    )
    left = one.period in LEFT
    period = (
        "" if left or one.period not in PERIODS else f"per {PERIODS[one.period].removeprefix('a ').removeprefix('an ')}"
    )
    what = f"{MONEY[one.info]} left" if left else MONEY[one.info]
    return _said(what, one, f"{value} {period}".strip())


def _limit(one: Benefit) -> str:
    parts = [_dollars(one.cents) if one.cents is not None else "", _percent(one.ppm) if one.ppm is not None else ""]
    if one.quantity:
        parts.append(f"{one.quantity} {COUNTED.get(one.counted, '')}".strip())
    for how in one.delivery:
        padded = [*how, *[""] * 6]
        if padded[1]:
            parts.append(f"{padded[1]} {COUNTED.get(padded[0], '')} {_every(padded[4])}".strip())
    if one.period in PERIODS:
        parts.append(PERIODS[one.period] if one.period in LEFT else _every(one.period))
    said = " ".join(part for part in parts if part)
    return _said(LIMITS[one.info], one, said or one.plan or "see the payer's notes")


def _instead(one: Benefit) -> str:
    whom = ", ".join(f"{other.name} {other.phone}".strip() for other in one.others if other.role != "P3")
    return f"{INSTEAD[one.info]} {whom}".strip()


def _every(period: str) -> str:
    words = PERIODS.get(period, "")
    return f"per {words.removeprefix('a ').removeprefix('an ')}" if words else ""


def _said(what: str, one: Benefit, value: str) -> str:
    """``Copay for office visit, individual, in network: $10.00 per visit``"""
    about = [LEVELS.get(one.level, one.level), NETWORK.get(one.network, "")]
    if one.places:
        about.append(f"place of service {' '.join(one.places)}")
    if one.procedure:
        about.append(f"code {' '.join(one.procedure[1:] or one.procedure)}")
    if one.authorisation == "Y":
        about.append("authorization needed")
    services = f" for {service_words(one.services)}" if one.services and one.services != ("30",) else ""
    return f"{', '.join([what + services, *[part for part in about if part]])}: {value}"


def _dollars(cents: int) -> str:
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}${cents // 100:,}.{cents % 100:02d}"


def _percent(ppm: int) -> str:
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"


def _days(span: Span) -> str:
    if span.last is None:
        return f"from {span.first.isoformat()}"
    return span.first.isoformat() if span.last == span.first else f"{span.first.isoformat()} to {span.last.isoformat()}"
