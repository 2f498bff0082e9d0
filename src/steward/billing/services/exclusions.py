"""The list of exclusions joined to what was there, everybody screened against it, and a person's word on each match."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from steward.billing.logic.exclusions import Excluded, matches
from steward.billing.models import CodeImport, Exclusion, ExclusionMatch
from steward.billing.selectors.exclusions import candidates, everybody
from steward.billing.states import ListKind, MatchState
from steward.core import sql
from steward.core.service import Call, note, refuse, service

STEP = 20_000
COLUMNS = (
    "key", "name", "last_key", "first_key", "middle_key", "organisation", "npi", "birth_date", "place", "specialty", "authority",
    "excluded_on", "reinstated_on", "waived_on", "waiver_state", "listed_from", "listed_to",
)  # fmt: skip


def join_exclusions(rows: Sequence[Excluded], day: date, told: Callable[[int, int], None]) -> tuple[int, int]:
    """Join an edition: what it names and no earlier one had begins, what it does not name ended the day before. Gives how many
    began and how many ended. Part of the caller's service."""
    known = dict(Exclusion.objects.filter(listed_to=None).values_list("key", "pk"))
    fresh = [row for row in rows if row.key not in known]
    named = {row.key for row in rows}
    gone = [pk for key, pk in known.items() if key not in named]
    for start in range(0, len(gone), STEP):
        ended = Exclusion.objects.filter(pk__in=gone[start : start + STEP])
        ended.filter(listed_from__lt=day).update(listed_to=day - timedelta(days=1))
        ended.filter(listed_from__gte=day).update(listed_to=day)  # a corrected list of the same day: it had held on that day
    with connection.cursor() as cursor:
        for start in range(0, len(fresh), STEP):
            told(start, len(fresh))
            values = [_values(row, day) for row in fresh[start : start + STEP]]
            sql.insert(cursor, "billing_exclusion", COLUMNS, values, " ON CONFLICT (key, listed_from) DO UPDATE SET listed_to = NULL")
    return len(fresh), len(gone)


def _values(row: Excluded, day: date) -> tuple[object, ...]:
    days = [None if one is None else sql.day(one) for one in (row.born, row.excluded_on, row.reinstated_on, row.waived_on)]
    return (
        row.key, row.name, row.last, row.first, row.middle, row.organisation, row.npi, days[0], row.place, row.specialty,
        row.authority, days[1], days[2], days[3], row.waiver_state, sql.day(day), None,
    )  # fmt: skip


def screen_everybody(call: Call) -> int:
    """Look for everybody of ours in the list as it stands; how many matches are new. Part of the caller's service."""
    people = everybody(call.today)
    listed = candidates(people)
    found = [
        ExclusionMatch(exclusion_id=pk, party_id=who.party, role=who.role, how=how, found_on=call.today)
        for who, pk, how in matches(people, listed)
    ]
    known = set(ExclusionMatch.objects.filter(exclusion__in=list(listed)).values_list("exclusion_id", "party_id"))
    fresh = {(one.exclusion_id, one.party_id): one for one in found if (one.exclusion_id, one.party_id) not in known}
    ExclusionMatch.objects.bulk_create(fresh.values(), 500)
    return len(fresh)


@service("billing.screen_exclusions", "provider.write", says="screened everybody against the exclusions")
def screen_exclusions(call: Call) -> int:
    """Screen providers, staff and organisations once more, those who came since the last list too. Refuses ``no_list``."""
    if not CodeImport.objects.filter(kind=ListKind.LEIE).exists():
        raise refuse("no_list", _("No list of exclusions is in."), _("Import the OIG's file first: Money, Code sets."))
    found = screen_everybody(call)
    note(refs=[f"matches:{found}"])
    return found


@service("billing.decide_match", "provider.write", says="decided on a possible exclusion", about=lambda **kw: kw["match"])
def decide_match(call: Call, *, match: ExclusionMatch, same: bool, reason: str) -> ExclusionMatch:
    """Say whether somebody is the excluded one, and why. May be said anew. Refuses ``no_reason`` and ``own`` (about oneself)."""
    row = ExclusionMatch.objects.select_for_update(of=("self",)).select_related("party").get(pk=match.pk)
    if not reason.strip():
        fix = _("Say by what: birth date, address, the OIG's verification.")
        raise refuse("no_reason", _("This needs a reason."), fix, field="reason")
    if row.party.user_id is not None and row.party.user_id == call.user_id:
        raise refuse("own", _("Nobody decides about oneself."), _("Ask somebody else who may."))
    row.state = MatchState.CONFIRMED if same else MatchState.CLEARED
    row.reason, row.decided_at, row.decided_by_id = reason.strip()[:300], call.now, call.user_id
    row.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    note(row, fields=["state"], reason=reason)
    return row
