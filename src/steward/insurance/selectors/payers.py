"""Payers and plans: by name, by number, for choices."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import F, Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.insurance.models import Payer, PayerNumber, Plan
from steward.insurance.states import NumberKind


def payers(subject: Subject) -> QuerySet[Payer]:
    """Payers by name, ended ones included."""
    return scoped(subject, "payer.read", Payer.objects.all()).order_by("name", "id")


def payer_by_code(code: str) -> Payer | None:
    """The payer a file names by its id (any case)."""
    found = Payer.objects.filter(code=code).first()
    return found or Payer.objects.filter(code__iexact=code).order_by("id").first()


def find_payers(*, edi_id: str = "", ref2u: str = "", ein: str = "", name: str = "") -> list[Payer]:
    """Payers that a remittance may come from, by their own numbers and their further ones; empty arguments are not asked.
    More than one: a person decides. One query.
    """
    asked = Q()
    for field, value in (("edi_id", edi_id), ("ref2u", ref2u), ("ein", ein), ("name__iexact", name)):
        if value:
            asked |= Q(**{field: value})
    aliases = ((NumberKind.EDI, edi_id), (NumberKind.REF2U, ref2u), (NumberKind.EIN, ein))
    known = [Q(kind=kind, number=value) for kind, value in aliases if value]
    if known:
        named = PayerNumber.objects.filter(reduce(or_, known), ended_on=None)
        asked |= Q(pk__in=named.values("payer"))
    return list(Payer.objects.filter(asked).order_by("id")) if asked else []


def payers_by_edi(edi_ids: Iterable[str]) -> dict[str, Payer]:
    """Clearinghouse id -> payer, for claim files; an id that two payers share names neither. Two queries."""
    found: dict[str, list[Payer]] = {}
    wanted = sorted(set(edi_ids) - {""})
    for row in Payer.objects.filter(edi_id__in=wanted).order_by("id"):
        found.setdefault(row.edi_id, []).append(row)
    further = PayerNumber.objects.filter(kind=NumberKind.EDI, number__in=wanted, ended_on=None)
    for one in further.select_related("payer").order_by("id"):
        found.setdefault(one.number, []).append(one.payer)
    return {edi_id: rows[0] for edi_id, rows in found.items() if len(rows) == 1}


def plans(payer: Payer | None = None) -> QuerySet[Plan]:
    """Standing plans with their payers, by payer and name."""
    rows = Plan.objects.filter(ended_on=None, payer__ended_on=None).select_related("payer")
    return (rows.filter(payer=payer) if payer else rows).order_by("payer__name", "name", "id")


def standard_plan(payer: Payer) -> Plan:
    """The plan that every payer has from its beginning."""
    return Plan.objects.filter(payer=payer).order_by("id")[0]


def standing_payers() -> QuerySet[Payer]:
    """Payers that have not ended, by name, for choices."""
    return Payer.objects.filter(ended_on=None).order_by("name", "id")


def numbers(payer: Payer) -> QuerySet[PayerNumber]:
    """The further numbers of a payer, ended ones last."""
    return PayerNumber.objects.filter(payer=payer).order_by(F("ended_on").asc(nulls_first=True), "kind", "number", "id")
