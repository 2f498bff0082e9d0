"""The questions about people who work here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.granting import open_requests
from steward.core.access.models import RoleGrant, RoleRequest, User
from steward.core.access.policy import role_names, scoped
from steward.core.findings import Finding, in_order
from steward.people import checks
from steward.people.logic.sessions import Hours, open_hours
from steward.people.models import Employee, Provider, ProviderSession
from steward.registry.checks import npi_unproved


def providers(subject: Subject) -> QuerySet[Provider]:
    """Providers by name, those who left included."""
    rows = scoped(subject, "provider.read", Provider.objects.all())
    return rows.select_related("party", "entity", "department").order_by("party__last_key", "party__first_key", "id")


def standing_providers(on: date) -> QuerySet[Provider]:
    """Providers who see patients on that day, by name."""
    rows = Provider.objects.filter(Q(ended_on=None) | Q(ended_on__gte=on), started_on__lte=on)
    return rows.select_related("party").order_by("party__last_key", "party__first_key", "id")


def provider_by_npi(npi: str) -> Provider | None:
    """The provider a claim or file names by NPI."""
    return Provider.objects.filter(npi=npi.strip()).select_related("party").first()


def providers_by_npi(npis: Iterable[str]) -> list[Provider]:
    """Providers with these NPIs. One query."""
    return list(Provider.objects.filter(npi__in=sorted(set(npis))).select_related("party"))


def provider_by_uid(subject: Subject, uid: UUID) -> Provider | None:
    """One provider, or None."""
    return providers(subject).filter(uid=uid).first()


def sessions(provider: Provider) -> QuerySet[ProviderSession]:
    """All hours of a provider, weekly ones first."""
    rows = ProviderSession.objects.filter(provider=provider).select_related("site", "place")
    return rows.order_by("date", "weekday", "starts", "id")


def hours_of(row: ProviderSession) -> Hours:
    """A stored session as the pure rule."""
    return Hours(
        row.provider_id,
        row.site_id,
        row.place_id,
        row.starts,
        row.ends,
        row.slot_minutes,
        row.weekday,
        row.date,
        row.closed,
        row.starts_on,
        row.ended_on,
    )


def hours_on(day: date, *, site: int | None = None, provider: int | None = None) -> list[Hours]:
    """The bookable hours of a day, by start. One query."""
    return hours_between(day, day, site=site, provider=provider)[day]


def hours_between(
    first: date, last: date, *, site: int | None = None, provider: int | None = None
) -> dict[date, list[Hours]]:
    """The bookable hours of every day from `first` to `last`. One query, whatever the number of days."""
    rows = ProviderSession.objects.filter(Q(date=None) | Q(date__range=(first, last)), starts_on__lte=last)
    rows = rows.filter(Q(ended_on=None) | Q(ended_on__gte=first))
    rows = rows.filter(Q(provider__ended_on=None) | Q(provider__ended_on__gte=first))
    rows = rows.filter(provider=provider) if provider else rows
    rules = [hours_of(row) for row in rows.order_by("id")]
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    return {day: [h for h in open_hours(rules, day) if site is None or h.site == site] for day in days}


def staff(subject: Subject) -> QuerySet[Employee]:
    """Employees by name, those who left included."""
    rows = scoped(subject, "staff.read", Employee.objects.all())
    return rows.select_related("party__user", "site", "department", "entity").order_by(
        "party__last_key", "party__first_key", "id"
    )


def users(subject: Subject) -> QuerySet[User]:
    """Everybody with a login, with `current_grants` read along (one more query for all)."""
    grants = RoleGrant.objects.order_by("role", "id").select_related("granted_by")
    rows = scoped(subject, "user.read", User.objects.all())
    return rows.prefetch_related(Prefetch("grants", grants, to_attr="current_grants")).order_by("name", "id")


@dataclass(frozen=True)
class Held:
    """A role as a person holds it."""

    grant: RoleGrant
    title: str
    now: bool


def roles_held(user: User, today: date) -> list[Held]:
    """Every grant of a user, the standing ones first. Uses `current_grants` when read along."""
    grants: Iterable[RoleGrant] | None = getattr(user, "current_grants", None)
    rows = list(RoleGrant.objects.filter(user=user).select_related("granted_by") if grants is None else grants)
    held = [Held(row, role_names()[row.role], row.holds_on(today)) for row in rows]
    return sorted(held, key=lambda each: (not each.now, each.title, each.grant.pk))


def roles_waiting(user: User) -> list[tuple[RoleRequest, str]]:
    """Roles asked for this person that nobody has signed yet, each with its title."""
    return [(row, role_names()[row.role]) for row in open_requests(user)]


def unproved_npis() -> list[tuple[str, str, str]]:
    """Providers as `registry.checks.npi_unproved` wants them: (kind, uid, NPI). One query."""
    return [("provider", str(uid), npi) for uid, npi in Provider.objects.values_list("uid", "npi")]


def provider_by_pk(pk: int) -> Provider | None:
    """A provider by primary key."""
    return Provider.objects.filter(pk=pk).first()


def session_by_uid(uid: UUID) -> ProviderSession | None:
    """Hours by uid, with their provider."""
    return ProviderSession.objects.filter(uid=uid).select_related("provider__party").first()


def employee_by_uid(uid: UUID) -> Employee | None:
    """An employee by uid, with the person."""
    return Employee.objects.filter(uid=uid).select_related("party__user").first()


def findings(today: date) -> list[Finding]:
    """Everything the checks find about people who work here, worst first. Four queries."""
    rows = list(ProviderSession.objects.select_related("provider").order_by("id"))
    standing = [(str(row.uid), hours_of(row)) for row in rows if row.ended_on is None or row.ended_on >= today]
    ends = [(str(row.uid), hours_of(row), row.provider.ended_on) for row in rows]
    return in_order([
        *checks.sessions_overlap(standing),
        *checks.login_of_somebody_gone(_logins(), today),
        *checks.hours_after_the_end(ends),
        *npi_unproved(unproved_npis()),
    ])  # fmt: skip


def _logins() -> list[checks.Login]:
    """Every login of an employee or provider, with the last day on which its person worked here in any part."""
    found: dict[int, list[date | None]] = {}
    users: dict[int, User] = {}
    for model in (Employee, Provider):
        for row in model.objects.filter(party__user__isnull=False).select_related("party__user"):
            if (user := row.party.user) is not None:
                users[user.pk] = user
                found.setdefault(user.pk, []).append(row.ended_on)
    return [
        checks.Login(
            str(user.uid), user.name, None if None in found[pk] else max(day for day in found[pk] if day),
            user.is_active and user.ended_at is None,
        )
        for pk, user in sorted(users.items())
    ]  # fmt: skip
