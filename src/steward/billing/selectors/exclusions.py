"""Who is screened against the OIG's exclusions, who looked like one, and which NPIs on claims are excluded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.billing.logic.exclusions import Excluded, Somebody, organisation_key
from steward.billing.models import Exclusion, ExclusionMatch
from steward.billing.selectors.facts import chunks
from steward.billing.states import MatchState, Screened
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.insurance.models import Payer
from steward.people.models import Employee, Provider
from steward.registry.logic.names import name_key
from steward.registry.models import Entity, Party

#: Still listed and not reinstated.
STANDS = Q(listed_to=None, reinstated_on=None)


def everybody(today: date) -> list[Somebody]:
    """Providers, staff and organisations of the registry that have not ended (payers are no vendors). Five queries."""
    here = Q(ended_on=None) | Q(ended_on__gte=today)
    npis = dict(Provider.objects.filter(here).values_list("party_id", "npi"))
    staff = set(Employee.objects.filter(here).values_list("party_id", flat=True))
    own = dict(Entity.objects.filter(ended_on=None).values_list("party_id", "npi"))
    payers = Payer.objects.values("party_id")
    organisations = Q(kind="organisation", ended_on=None) & ~Q(pk__in=payers)
    rows = Party.objects.filter(Q(pk__in=[*npis, *staff]) | organisations).order_by("id")
    return [_somebody(row, npis.get(row.pk) or own.get(row.pk) or "", row.pk in npis, row.pk in staff) for row in rows]


def _somebody(row: Party, npi: str, provider: bool, staff: bool) -> Somebody:
    role = Screened.PROVIDER if provider else Screened.STAFF if staff else Screened.VENDOR
    if row.kind == "organisation":
        return Somebody(row.pk, role, organisation_key(row.name), organisation=True, npi=npi)
    return Somebody(
        row.pk, role, row.last_key, row.first_key, name_key(row.middle_name), npi=npi, born=row.birth_date
    )


def candidates(people: Sequence[Somebody]) -> dict[int, Excluded]:
    """Rows of the list that share an NPI or a last name with somebody. One query for 500 of them."""
    found: dict[int, Excluded] = {}
    for part in chunks({who.npi for who in people if who.npi} | {who.last for who in people}):
        rows = Exclusion.objects.filter(STANDS).filter(Q(npi__in=[one for one in part if one]) | Q(last_key__in=part))
        for row in rows:
            found[row.pk] = Excluded(
                row.key, row.name, row.last_key, row.first_key, row.middle_key, row.organisation, row.npi, row.birth_date,
                row.place, row.specialty, row.authority, row.excluded_on,
            )  # fmt: skip
    return found


def matches(subject: Subject) -> QuerySet[ExclusionMatch]:
    """Possible matches this person may see."""
    rows = scoped(subject, "provider.read", ExclusionMatch.objects.all(), own=Q(party__user_id=subject.user_id))
    return rows.select_related("party", "exclusion", "decided_by")


def match_by_uid(subject: Subject, uid: UUID) -> ExclusionMatch | None:
    """One of them."""
    return matches(subject).filter(uid=uid).first()


def excluded_npis(npis: Iterable[str]) -> dict[str, date]:
    """NPI -> since when it is excluded: what the list says of the number itself, and those of ours whom a person confirmed by name;
    less what a person cleared. Four queries for 500 numbers."""
    found: dict[str, date] = {}
    for part in chunks(set(npis) - {""}):
        ours = dict(Entity.objects.filter(npi__in=part).values_list("party_id", "npi"))
        ours |= dict(Provider.objects.filter(npi__in=part).values_list("party_id", "npi"))
        told = ExclusionMatch.objects.filter(party__in=list(ours)).exclude(state=MatchState.OPEN)
        decided = list(told.values_list("exclusion_id", "party_id", "state", "exclusion__excluded_on", "exclusion__listed_to",
                                        "exclusion__reinstated_on"))  # fmt: skip
        cleared = {(row, ours[party]) for row, party, state, *_ in decided if state == MatchState.CLEARED}
        rows = [(pk, npi, day) for pk, npi, day in _listed(part) if (pk, npi) not in cleared]
        rows += [
            (row, ours[party], day) for row, party, state, day, gone, back in decided
            if state == MatchState.CONFIRMED and gone is None and back is None
        ]  # fmt: skip
        for _row, npi, day in rows:
            found[npi] = min(day, found.get(npi, day))
    return found


def _listed(npis: Sequence[str]) -> list[tuple[int, str, date]]:
    return list(Exclusion.objects.filter(STANDS, npi__in=npis).values_list("pk", "npi", "excluded_on"))
