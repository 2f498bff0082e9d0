"""What the front desk's screens share: finding the row a person may see, reading the day asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from steward.core.access.policy import masks
from steward.core.access.request import OfficeRequest
from steward.core.clock import ClockError, parse_date
from steward.frontdesk import selectors
from steward.frontdesk.models import Appointment, Patient
from steward.registry.logic.names import file_name, initials


def filed(patient: Patient) -> str:
    """The patient's name as filed: "Ortiz, Ana M."."""
    party = patient.party
    return file_name(party.first_name, party.middle_name, party.last_name, party.suffix)


def shown_name(request: OfficeRequest, patient: Patient) -> str:
    """The name as this person may see it: in full, or as initials."""
    if masks(request.call.subject, "patient.read"):
        return initials(patient.party.first_name, patient.party.last_name)
    return filed(patient)


def about(request: OfficeRequest, patient: Patient) -> None:
    """Note that this page shows a patient. The browser's tab and history name the chart, never the person."""
    request.call.read("patient", [patient.uid])
    request.tab_title = _("Chart %s") % patient.chart


def the_patient(request: OfficeRequest, uid: UUID) -> Patient:
    """The patient, noted as read, or 404 when there is none this person may see."""
    found = selectors.patient_by_uid(request.call.subject, uid)
    if found is None:
        raise Http404
    about(request, found)
    return found


def the_appointment(request: OfficeRequest, uid: UUID) -> Appointment:
    """The appointment, its patient noted as read, or 404."""
    found = selectors.appointment_by_uid(request.call.subject, uid)
    if found is None:
        raise Http404
    about(request, found.patient)
    return found


def asked_day(request: OfficeRequest, name: str = "date") -> dt.date:
    """The day in the URL as people type it; today when there is none or it is no day."""
    today: dt.date = request.call.today
    try:
        return parse_date(request.GET.get(name, ""), today) if request.GET.get(name) else today
    except ClockError:
        return today


def asked_site(request: OfficeRequest, sites: list[Any]) -> Any:
    """The site in the URL, else the one the person works at, else None (every site)."""
    wanted = request.GET.get("site", "")
    by_code = {site.code: site for site in sites}
    return by_code.get(wanted)
