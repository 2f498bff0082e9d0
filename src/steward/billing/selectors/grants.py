"""What charges took of referrals and prior authorisations, counted anew whenever it is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from math import ceil

from django.db.models import Q

from steward.billing.models import Charge
from steward.billing.selectors.facts import chunks
from steward.insurance.logic.grants import Used


def used_of(numbers: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Used]:
    """(Patient's party, number) -> units and days of service of the charges that stand and name it, as authorisation or as
    referral. One query a thousand numbers; numbers nobody used are left out."""
    wanted = set(numbers)
    units: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
    days: dict[tuple[int, str], set[object]] = defaultdict(set)
    columns = ("claim__patient__party_id", "claim__auth_number", "claim__details__referral_number", "units", "service_date")
    for part in chunks(sorted({number for _party, number in wanted if number})):
        named = Q(claim__auth_number__in=part) | Q(claim__details__referral_number__in=part)
        rows = Charge.objects.filter(named, claim__patient__party__in={party for party, _n in wanted}, voided_on=None)
        for party, authorisation, referral, text, day in rows.values_list(*columns):
            for number in {authorisation, referral or ""} - {""}:
                units[party, number] += _units(text)
                days[party, number].add(day)
    return {key: Used(ceil(count), len(days[key])) for key, count in units.items() if key in wanted}


def _units(text: str) -> Fraction:
    try:
        return Fraction(text)
    except ValueError:
        return Fraction(0)
