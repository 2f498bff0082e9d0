"""The office itself: opened once, its settings changed by name."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from steward.core.access.models import Office, User
from steward.core.service import Call, refuse, service

CHANGEABLE = ("name", "zone", "fiscal_year_start", "submitter_id", "small_office")


@service("core.open_office", "office.write", says="opened the office")
def open_office(
    call: Call,
    *,
    name: str,
    opened_on: date,
    zone: str = "America/New_York",
    fiscal_year_start: int = 1,
    submitter_id: str = "",
    small_office: bool = False,
    demo: bool = False,
) -> Office:
    """Make the one office row. Refuses (``office_exists``) a second, and a zone or month that is none."""
    if Office.objects.exists():
        raise refuse("office_exists", "This data folder already holds an office.", "Use another folder: --data DIR.")
    _check(zone, fiscal_year_start)
    return Office.objects.create(
        name=name.strip() or "My practice",
        opened_on=opened_on,
        zone=zone,
        fiscal_year_start=fiscal_year_start,
        submitter_id=submitter_id,
        small_office=small_office,
        demo=demo,
    )


@service("core.name_administrator", "office.write", says="named the office administrator")
def name_administrator(call: Call, *, user: User) -> Office:
    """The person commands act as when nobody is named."""
    office = Office.objects.get(pk=1)
    office.administrator = user
    office.save(update_fields=["administrator"])
    return office


@service("core.change_office", "office.write", says="changed the office's settings")
def change_office(call: Call, *, changes: dict[str, str | int | bool]) -> Office:
    """Change settings by name; refuses unknown names, zones and months."""
    unknown = [k for k in changes if k not in CHANGEABLE]
    if unknown:
        raise refuse("unknown_setting", f"{', '.join(unknown)} can't be changed here.", f"Known: {', '.join(CHANGEABLE)}.")
    office = Office.objects.get(pk=1)
    for name, value in changes.items():
        setattr(office, name, value)
    _check(office.zone, office.fiscal_year_start)
    office.save(update_fields=list(changes))
    return office


def _check(zone: str, month: int) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise refuse("zone", f"{zone!r} is no time zone.", "Write it as America/New_York.", field="zone") from fault
    if not 1 <= month <= 12:
        raise refuse("fiscal_year_start", f"{month} is no month.", "Write 1 to 12.", field="fiscal_year_start")
