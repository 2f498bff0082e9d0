"""The verbs of people: providers and their hours, staff who come and leave. Logins and roles are
`core.access.services`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from steward.core.access.services import end_user
from steward.core.clock import day_bounds
from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.people.logic.sessions import clash
from steward.people.models import Employee, Provider, ProviderSession
from steward.people.selectors import hours_of
from steward.people.types import EmployeeData, ProviderData, SessionData
from steward.registry.logic import validate
from steward.registry.models import Party
from steward.registry.services import changed, create_party, refusing, stand
from steward.registry.types import PersonData


def _provider_faults(data: ProviderData, unproved_npi: bool) -> list[Refusal]:
    faults = validate.npi_faults(data.npi, required=True, unproved=unproved_npi)
    return faults + validate.taxonomy_faults(data.taxonomy)


def _provider_values(data: ProviderData) -> dict[str, object]:
    return {
        "npi": data.npi,
        "taxonomy": data.taxonomy,
        "credential": data.credential.strip(),
        "entity_id": data.entity,
        "department_id": data.department,
        "started_on": data.started_on,
    }


def _owner(call: Call, person: PersonData | None, party: Party | None) -> Party:
    """The party that is given, or the person entered. Raises ValueError unless it is exactly one of them."""
    if party is not None and person is None:
        return party
    if person is not None and party is None:
        return create_party(call, data=person)
    raise ValueError("give either the party or the person")


@service("people.create_provider", "provider.write", says="added a provider")
def create_provider(
    call: Call,
    *,
    data: ProviderData,
    person: PersonData | None = None,
    party: Party | None = None,
    unproved_npi: bool = False,
    uid: UUID | None = None,
) -> Provider:
    """Make a person a provider: an existing `party`, or the `person` to enter (exactly one of them).

    Refuses npi (unless `unproved_npi`, see `registry.logic.validate.npi_faults`), taxonomy, `exists` (the NPI or the
    person is a provider already), and whatever entering the person refuses.
    """
    stand(_provider_faults(data, unproved_npi))
    owner = _owner(call, person, party)
    provider = Provider(party=owner, **_provider_values(data))
    if uid is not None:
        provider.uid = uid
    with refusing("exists", "This NPI or person is already a provider here.", "Open that provider instead.", "npi"):
        provider.save()
    return provider


@service("people.update_provider", "provider.write", says="corrected a provider")
def update_provider(call: Call, *, provider: Provider, data: ProviderData) -> Provider:
    """Correct a provider. Refuses as `create_provider`; an NPI that stands is not asked again."""
    stand(_provider_faults(data, unproved_npi=data.npi == provider.npi))
    fields = changed(provider, _provider_values(data))
    with refusing("exists", "Another provider has this NPI.", "Check which is right.", "npi"):
        provider.save()
    note(provider, fields=fields)
    return provider


@service("people.end_provider", "provider.write", says="ended a provider")
def end_provider(call: Call, *, provider: Provider, on: date) -> Provider:
    """The last day on which a provider sees patients; weekly hours end that day. Refuses `ended`, `dates`."""
    if provider.ended_on is not None:
        raise refuse("ended", "This provider has already ended.", "Nothing is left to do.")
    if on < provider.started_on:
        raise refuse("dates", "The end lies before the start.", "Check both days.", "on")
    provider.ended_on = on
    provider.save(update_fields=["ended_on"])
    weekly = ProviderSession.objects.filter(provider=provider, weekday__isnull=False)
    weekly.filter(ended_on=None).update(ended_on=on)
    weekly.filter(ended_on__gt=on).update(ended_on=on)
    note(provider, fields=["ended_on"])
    return provider


def _session_faults(data: SessionData) -> list[Refusal]:
    faults = []
    if (data.weekday is None) == (data.date is None):
        fix = "Choose a weekday for every week, or one date."
        faults.append(Refusal("day", "Hours are weekly or of one date.", fix, "weekday"))
    if data.weekday is not None and not 0 <= data.weekday <= 6:
        faults.append(Refusal("day", "This is no day of the week.", "Monday is 0, Sunday 6.", "weekday"))
    if data.starts >= data.ends:
        faults.append(Refusal("hours", "The hours end before they start.", "Check both times.", "ends"))
    if not 5 <= data.slot_minutes <= 240 or data.slot_minutes % 5:
        faults.append(Refusal("slot", "A slot has 5 to 240 minutes, in fives.", "Use 15, 20 or 30.", "slot_minutes"))
    if any(each.minute % 5 or each.second for each in (data.starts, data.ends)):
        faults.append(Refusal("hours", "Hours begin and end on five minutes.", "Use 8:30, not 8:32.", "starts"))
    if data.closed and data.date is None:
        fix = "Name the date; to change every week, end the weekly hours."
        faults.append(Refusal("day", "Closed hours are of one date.", fix, "date"))
    return faults


def _session_row(data: SessionData) -> ProviderSession:
    return ProviderSession(
        provider_id=data.provider,
        site_id=data.site,
        place_id=data.place,
        weekday=data.weekday,
        date=data.date,
        starts=data.starts,
        ends=data.ends,
        slot_minutes=data.slot_minutes,
        closed=data.closed,
        starts_on=data.starts_on,
        ended_on=data.ended_on,
        reason=data.reason.strip(),
    )


@service("people.add_session", "provider.write", says="added hours")
def add_session(call: Call, *, data: SessionData, uid: UUID | None = None) -> ProviderSession:
    """Add hours, or close some on one date. Refuses day, hours, slot, `overlap` (same provider, some day in common)."""
    stand(_session_faults(data))
    row = _session_row(data)
    if uid is not None:
        row.uid = uid
    Provider.objects.select_for_update().get(pk=data.provider)
    others = ProviderSession.objects.filter(provider_id=data.provider)
    found = clash(hours_of(row), map(hours_of, others))
    if found is not None:
        when = f"{found.starts:%H:%M} to {found.ends:%H:%M}"
        raise refuse(
            "overlap", f"These hours overlap others, {when}.", "End those first, or choose other hours.", "starts"
        )
    row.save()
    return row


@service("people.end_session", "provider.write", says="ended hours")
def end_session(call: Call, *, session: ProviderSession, on: date) -> ProviderSession:
    """The last day of weekly hours; hours of one date that has not come are taken back, whatever `on` says.

    Appointments stay: who was promised a time keeps it until somebody moves it. Refuses `dates`.
    """
    if session.date is not None:
        if session.date <= call.today:
            raise refuse("dates", "That day has come.", "Hours of a past day stay as they were.")
        session.ended_on = call.today
    else:
        session.ended_on = max(on, session.starts_on - timedelta(days=1))
    session.save(update_fields=["ended_on"])
    note(session, fields=["ended_on"])
    return session


def _employee_faults(data: EmployeeData) -> list[Refusal]:
    if data.job.strip():
        return []
    return [Refusal("job", "The job is missing.", "Type what the person does: front desk, biller, nurse.", "job")]


@service("people.create_employee", "staff.write", says="hired")
def create_employee(
    call: Call,
    *,
    data: EmployeeData,
    person: PersonData | None = None,
    party: Party | None = None,
    uid: UUID | None = None,
) -> Employee:
    """Make a person an employee: an existing `party` or the `person` to enter. Refuses job, `exists`."""
    stand(_employee_faults(data))
    owner = _owner(call, person, party)
    row = Employee(party=owner, **_employee_values(data))
    if uid is not None:
        row.uid = uid
    with refusing("exists", "This person already works here.", "Open that record instead.", "party"):
        row.save()
    return row


def _employee_values(data: EmployeeData) -> dict[str, object]:
    return {
        "job": data.job.strip(),
        "entity_id": data.entity,
        "site_id": data.site,
        "department_id": data.department,
        "started_on": data.started_on,
    }


@service("people.update_employee", "staff.write", says="corrected a job")
def update_employee(call: Call, *, employee: Employee, data: EmployeeData) -> Employee:
    """Correct a job. Refuses job, `dates`."""
    stand(_employee_faults(data))
    if employee.ended_on is not None and data.started_on > employee.ended_on:
        raise refuse("dates", "The start lies after the end.", "Check both days.", "started_on")
    fields = changed(employee, _employee_values(data))
    employee.save()
    note(employee, fields=fields)
    return employee


@service("people.end_employee", "staff.write", says="ended employment")
def end_employee(call: Call, *, employee: Employee, on: date, reason: str = "") -> Employee:
    """End employment and, with it, the login: at once when the last day is past or today's work is over by this act,
    else when the last day ends. Every session of the person is dead within a minute of that.

    Refuses `ended`, `dates`, and what `core.access.services.end_user` refuses (the last administrator, oneself).
    """
    if employee.ended_on is not None:
        raise refuse("ended", "This employment has already ended.", "Nothing is left to do.")
    if on < employee.started_on:
        raise refuse("dates", "The end lies before the start.", "Check both days.", "on")
    employee.ended_on = on
    employee.save(update_fields=["ended_on"])
    user = employee.party.user
    if user is not None and user.ended_at is None:
        at = None if on <= call.today else day_bounds(on, call.clock.zone)[1]
        end_user(call, user=user, at=at, reason=reason)
    note(employee, fields=["ended_on"], reason=reason)
    return employee


@service("people.add_sessions_many", "provider.write", says="added many hours")
def add_sessions_many(call: Call, *, data: Sequence[SessionData]) -> list[ProviderSession]:
    """Add hours in bulk. Refusals as `add_session`, the row's index in the field."""
    rows: list[ProviderSession] = []
    known = [hours_of(row) for row in ProviderSession.objects.filter(provider__in={each.provider for each in data})]
    for index, each in enumerate(data):
        stand(Refusal(f.code, f.message, f.fix, f"{index}.{f.field}") for f in _session_faults(each))
        row = _session_row(each)
        hours = hours_of(row)
        if clash(hours, known) is not None:
            raise refuse("overlap", "These hours overlap others.", "Choose other hours.", f"{index}.starts")
        known.append(hours)
        rows.append(row)
    ProviderSession.objects.bulk_create(rows, batch_size=500)
    note(refs=rows)
    return rows
