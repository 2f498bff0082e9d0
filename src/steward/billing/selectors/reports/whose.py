"""Names of payers and providers for the lines of a report; each kind is one query, whatever its number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steward.billing.logic.report import Behind
from steward.billing.logic.spans import Span
from steward.insurance.models import Payer
from steward.people.models import Provider

SELF = "self"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked: the span, what it is cut by, and the day on which it is asked."""

    span: Span
    by: str
    today: date


@dataclass(frozen=True, slots=True)
class Who:
    """A payer or provider of a line; ``key`` names it in an address (its uid, or ``self`` for self-pay)."""

    key: str
    name: str


class Names:
    """Payers or providers by their own key and by their party's."""

    def __init__(self, rows: Iterable[tuple[int, int, object, str]], nobody: Who) -> None:
        self._own: dict[int, Who] = {}
        self._party: dict[int, Who] = {}
        self._nobody = nobody
        for pk, party, uid, name in rows:
            self._own[pk] = self._party[party] = Who(str(uid), name)

    def own(self, pk: int | None) -> Who:
        return self._own.get(pk, self._nobody) if pk else self._nobody

    def party(self, pk: int | None) -> Who:
        return self._party.get(pk, self._nobody) if pk else self._nobody


def payers() -> Names:
    """Every payer; nobody is self-pay."""
    return Names(Payer.objects.values_list("pk", "party", "uid", "name"), Who(SELF, _("Self-pay")))


def providers() -> Names:
    """Every provider; nobody is a line that names none."""
    rows = Provider.objects.select_related("party")
    return Names(((row.pk, row.party_id, row.uid, str(row)) for row in rows), Who("", _("Unassigned")))


def names(by: str) -> Names:
    return payers() if by == "payer" else providers()


def charges_behind(span: Span, **given: str) -> Behind:
    """The charges posted in a span, narrowed."""
    return _behind("billing:charges", "posted", span, given)


def answers_behind(span: Span, **given: str) -> Behind:
    """The first answers paid or denied in a span, narrowed."""
    return _behind("billing:answers", "paid", span, given)


def denials_behind(span: Span, **given: str) -> Behind:
    """What was refused in first answers of a span, narrowed."""
    return _behind("billing:refused", "paid", span, given)


def _behind(url_name: str, field: str, span: Span, given: dict[str, str]) -> Behind:
    days = ((f"{field}_from", span.first.isoformat()), (f"{field}_to", span.last.isoformat()))
    return Behind(url_name, (*days, *((name, value) for name, value in given.items() if value)))
