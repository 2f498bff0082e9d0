"""Referrals and prior authorisations: asked for, granted or denied, withdrawn."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.insurance.models import Grant
from steward.insurance.states import GrantKind
from steward.insurance.types import GrantData
from steward.registry.services import changed, refusing, stand

CODE, NPI = re.compile(r"[A-Z0-9]{2,12}", re.ASCII), re.compile(r"[0-9]{10}", re.ASCII)
MOST_CODES = 60
_ONCE = ("exists", "This patient already has a grant of that number.", "Correct that one.", "number")


def _grant_faults(data: GrantData) -> list[Refusal]:
    faults = []
    if data.kind not in GrantKind.values:
        faults.append(Refusal("kind", "It is a referral or an authorization.", "Choose one of them.", "kind"))
    if len(data.codes) > MOST_CODES or not all(CODE.fullmatch(code) for code in data.codes):
        faults.append(Refusal("codes", "One of the codes is none.", "Separate codes by a comma.", "codes"))
    if data.referred_npi and not NPI.fullmatch(data.referred_npi):
        faults.append(Refusal("npi", "An NPI has ten digits.", "Copy it from the referral.", "referred_npi"))
    if data.ends_on and data.starts_on and data.ends_on < data.starts_on:
        faults.append(Refusal("dates", "It ends before it starts.", "Check both days.", "ends_on"))
    if data.number.strip() and data.starts_on is None:
        faults.append(Refusal("starts_on", "From when it holds is missing.", "Copy it from the letter.", "starts_on"))
    if any(limit is not None and limit < 1 for limit in (data.units_allowed, data.visits_allowed)):
        faults.append(
            Refusal("limit", "A limit is at least one.", "Leave it empty when there is none.", "units_allowed")
        )
    return faults


def _grant_values(call: Call, data: GrantData) -> dict[str, object]:
    number = data.number.strip()
    return {
        "kind": data.kind, "patient_id": data.patient, "payer_id": data.payer, "number": number,
        "codes": list(dict.fromkeys(data.codes)), "units_allowed": data.units_allowed,
        "visits_allowed": data.visits_allowed, "referred_by": data.referred_by.strip(), "referred_npi": data.referred_npi,
        "asked_on": data.asked_on or call.today, "granted_on": (data.granted_on or call.today) if number else None,
        "starts_on": data.starts_on, "ends_on": data.ends_on, "note": data.note.strip(),
    }  # fmt: skip


@service("insurance.add_grant", "coverage.write", says="entered a referral or authorization")
def add_grant(call: Call, *, data: GrantData, uid: UUID | None = None) -> Grant:
    """Enter a referral or authorisation; without a number it is asked for. Refuses kind, codes, npi, dates, starts_on,
    limit, `exists`."""
    stand(_grant_faults(data))
    row = Grant(**_grant_values(call, data))
    if uid is not None:
        row.uid = uid
    with refusing(*_ONCE):
        row.save()
    return row


@service("insurance.update_grant", "coverage.write", says="corrected a referral or authorization")
def update_grant(call: Call, *, grant: Grant, data: GrantData) -> Grant:
    """Correct it, or give it its number when the payer grants it. Refuses as `add_grant`, `patient`, `withdrawn`."""
    stand(_grant_faults(data))
    if grant.withdrawn_on is not None:
        raise refuse("withdrawn", "This was withdrawn.", "Enter a new one.")
    if data.patient != grant.patient_id:
        raise refuse("patient", "A grant stays with its patient.", "Withdraw it and enter it for the other patient.")
    values = _grant_values(call, data)
    if grant.granted_on is not None and values["granted_on"] is not None and data.granted_on is None:
        values["granted_on"] = grant.granted_on
    if data.asked_on is None:
        values["asked_on"] = grant.asked_on
    if values["granted_on"] is not None:
        values["denied_on"] = None
    fields = changed(grant, values)
    with refusing(*_ONCE):
        grant.save()
    note(grant, fields=fields)
    return grant


@service("insurance.deny_grant", "coverage.write", says="noted a denied authorization")
def deny_grant(call: Call, *, grant: Grant, on: date, reason: str = "") -> Grant:
    """Say that the payer denied it. Refuses `granted`, `withdrawn`."""
    if grant.withdrawn_on is not None or grant.granted_on is not None:
        raise refuse("granted", "Only what was asked for and is open is denied.", "Withdraw it instead.")
    grant.denied_on = on
    grant.note = (reason.strip() or grant.note)[:300]
    grant.save(update_fields=["denied_on", "note"])
    note(grant, fields=["denied_on"], reason=reason)
    return grant


@service("insurance.withdraw_grant", "coverage.write", says="withdrew a referral or authorization")
def withdraw_grant(call: Call, *, grant: Grant, reason: str) -> Grant:
    """Say that it no longer stands. It stays readable. Refuses `reason`, `withdrawn`."""
    if not reason.strip():
        raise refuse("reason", "A reason is missing.", "Say why it no longer stands.", "reason")
    if grant.withdrawn_on is not None:
        raise refuse("withdrawn", "This was already withdrawn.", "Nothing is left to do.")
    grant.withdrawn_on = call.today
    grant.save(update_fields=["withdrawn_on"])
    note(grant, fields=["withdrawn_on"], reason=reason)
    return grant
