"""What can be wrong with people who work here. Pure functions over what the selectors give; a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steward.core.findings import Evidence, Finding, Severity
from steward.people.logic.sessions import Hours, clash


@dataclass(frozen=True, slots=True)
class Login:
    """A login as a check sees it: the day the person left (employee or provider), None while somebody works here."""

    ref: str
    name: str
    left_on: date | None
    open: bool


def sessions_overlap(rows: Sequence[tuple[str, Hours]]) -> Iterator[Finding]:
    """``provider_hours_overlap``: one provider with two bookable hours at the same time, so that a time is offered twice.

    ``rows`` are (reference, rule); each pair is told once.
    """
    seen: list[tuple[str, Hours]] = []
    for ref, hours in rows:
        for other, old in seen:
            if clash(hours, [old]) is not None:
                title = _("A provider has hours from %(one)s and from %(other)s on the same day that overlap") % {
                    "one": f"{old.starts:%H:%M}", "other": f"{hours.starts:%H:%M}",
                }  # fmt: skip
                evidence = (Evidence("provider_session", other), Evidence("provider_session", ref))
                yield Finding("provider_hours_overlap", Severity.MEDIUM, title, evidence, fix=_("End one of the two."))
        seen.append((ref, hours))


def login_of_somebody_gone(logins: Iterable[Login], today: date) -> Iterator[Finding]:
    """``login_of_ended_person``: somebody left and may still sign in (facts: all dead within 60 s of the recorded end)."""
    for one in logins:
        if one.open and one.left_on is not None and one.left_on < today:
            title = _("%(name)s left on %(day)s and may still sign in") % {
                "name": one.name, "day": one.left_on.isoformat(),
            }  # fmt: skip
            fix = _("End the access on the login's page.")
            yield Finding("login_of_ended_person", Severity.HIGH, title, (Evidence("user", one.ref),), fix=fix)


def hours_after_the_end(rows: Iterable[tuple[str, Hours, date | None]]) -> Iterator[Finding]:
    """``hours_of_ended_provider``: weekly hours that run on after their provider's last day. Rows: (ref, rule, last day)."""
    for ref, hours, left_on in rows:
        if left_on is not None and hours.weekday is not None and (hours.ends_on is None or hours.ends_on > left_on):
            title = _("Weekly hours run on after the provider left on %s") % left_on.isoformat()
            evidence = (Evidence("provider_session", ref),)
            yield Finding("hours_of_ended_provider", Severity.LOW, title, evidence, fix=_("End the hours as well."))
