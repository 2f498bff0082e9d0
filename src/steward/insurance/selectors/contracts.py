"""Contracts as people read them, and what they allow, for any number of lines in a constant number of queries."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.insurance.logic import allowed
from steward.insurance.models import CarveOut, Contract, FeeEdition, FeeRow, FeeSchedule, Payer
from steward.insurance.states import ScheduleKind
from steward.insurance.types import PricedLine


def contracts(subject: Subject, payer: Payer | None = None) -> QuerySet[Contract]:
    """Contracts with payer, plan and schedule, voided and ended ones too, the latest first."""
    rows = scoped(subject, "payer.read", Contract.objects.select_related("payer", "plan", "schedule"))
    return (rows.filter(payer=payer) if payer else rows).order_by("payer__name", "-starts_on", "-id")


def schedules(subject: Subject) -> QuerySet[FeeSchedule]:
    """Fee schedules by name, ended ones too."""
    return scoped(subject, "payer.read", FeeSchedule.objects.select_related("payer")).order_by("name", "id")


def standing_schedules(payer: Payer) -> QuerySet[FeeSchedule]:
    """Schedules a payer's contract may rest on: its own and everybody's, for choices."""
    return FeeSchedule.objects.filter(Q(payer=None) | Q(payer=payer), ended_on=None).order_by("name", "id")


def editions(schedule: FeeSchedule) -> QuerySet[FeeEdition]:
    """The editions of a schedule, superseded ones too, the latest first."""
    return FeeEdition.objects.filter(schedule=schedule).order_by("-starts_on", "-id")


def fees(edition: FeeEdition, code: str = "") -> QuerySet[FeeRow]:
    """The rows of an edition whose code begins with ``code``."""
    rows = FeeRow.objects.filter(edition=edition)
    return (rows.filter(code__gte=code, code__lt=code + "\uffff") if code else rows).order_by("code", "modifier", "id")


def carve_outs(contract: Contract) -> QuerySet[CarveOut]:
    """The carve-outs of a contract, by code, ended ones too."""
    return CarveOut.objects.filter(contract=contract).order_by("code", "modifier", "-starts_on", "id")


def global_days(codes: Iterable[str], day: date) -> dict[str, int]:
    """Code -> days of its global period by the relative value files in force on ``day``, the latest edition that names it;
    codes without one are left out. One query for each thousand codes."""
    wanted = sorted(set(codes))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 1000):
        rows = FeeRow.objects.filter(
            edition__schedule__kind=ScheduleKind.RVU, edition__superseded_at=None, edition__starts_on__lte=day,
            code__in=wanted[start : start + 1000], modifier="",
        ).exclude(global_days=None)  # fmt: skip
        for code, days in rows.order_by("edition__starts_on", "edition").values_list("code", "global_days"):
            found[code] = days or 0
    return found


# ---- what the practice charges ----
def standard_fees(codes: Iterable[str], day: date, *, facility: bool = False) -> dict[tuple[str, str], int]:
    """(code, modifier or empty) -> cents of a unit by the practice's own fees as of ``day``; codes not listed are left out.
    Two queries, and one more for each thousand codes beyond the first thousand."""
    editions = FeeEdition.objects.filter(schedule__standard=True, superseded_at=None, starts_on__lte=day)
    edition = editions.order_by("-starts_on", "-id").first()
    wanted = sorted(set(codes))
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(wanted) if edition else 0, 1000):
        rows = FeeRow.objects.filter(edition=edition, code__in=wanted[start : start + 1000])
        columns = ("code", "modifier", "facility_cents", "nonfacility_cents")
        for code, modifier, inside, outside in rows.values_list(*columns):
            cents = inside if facility and inside is not None else outside if outside is not None else inside
            if cents is not None:
                found[code, modifier] = cents
    return found


def standard_codes(begins: str, day: date, most: int) -> list[str]:
    """Codes of the practice's own fees as of ``day`` that begin with a text, in order. Two queries."""
    editions = FeeEdition.objects.filter(schedule__standard=True, superseded_at=None, starts_on__lte=day)
    edition = editions.order_by("-starts_on", "-id").first()
    rows = FeeRow.objects.filter(edition=edition, modifier="", code__gte=begins, code__lt=begins + "\uffff")
    return list(rows.order_by("code").values_list("code", flat=True)[:most]) if edition else []


# ---- what is expected ----
def expected_many(lines: Iterable[PricedLine]) -> dict[Hashable, allowed.Expected]:
    """What the contracts allow for each line, by its ``ref``.

    Lines of one ``together`` (with payer, plan and day) are priced together, so that multiple-procedure percents apply;
    None prices each line alone. Four queries, and one more for each thousand codes beyond the first thousand.
    """
    wanted = list(lines)
    known = _Known({line.payer for line in wanted}, {line.code for line in wanted})
    groups: dict[Hashable, list[PricedLine]] = {}
    for number, line in enumerate(wanted):
        alone = number if line.together is None else None
        groups.setdefault((line.payer, line.plan, line.day, line.together, alone), []).append(line)
    found: dict[Hashable, allowed.Expected] = {}
    for group in groups.values():
        first = group[0]
        contract = allowed.contract_on(known.contracts.get(first.payer, ()), first.plan, first.day)
        priced = allowed.expected_together([_pure(line) for line in group], contract, first.day)
        found.update({line.ref: one for line, one in zip(group, priced, strict=True)})
    return found


def _pure(line: PricedLine) -> allowed.Line:
    return allowed.Line(line.code, line.charge_cents, line.units, line.modifiers, allowed.place_kind(line.place))


def tried(contract: Contract, line: PricedLine) -> allowed.Expected:
    """What one contract would allow for a line, whether or not it holds on that day. Four queries."""
    known = _Known({contract.payer_id}, {line.code})
    found = next((one for one in known.contracts.get(contract.payer_id, ()) if one.ref == contract.pk), None)
    return allowed.expected_allowed(_pure(line), found, line.day)


class _Known:
    """The contracts of payers as pure values, with the prices of the codes asked for and no others."""

    def __init__(self, payers: set[int], codes: set[str]) -> None:
        rows = list(Contract.objects.filter(payer__in=payers, voided_on=None).order_by("id"))
        editions = self._editions({row.schedule_id for row in rows if row.schedule_id}, codes)
        carved: dict[int, list[allowed.CarveOut]] = {}
        for one in CarveOut.objects.filter(contract__in=[row.pk for row in rows]).order_by("id"):
            carved.setdefault(one.contract_id, []).append(
                allowed.CarveOut(
                    one.code, one.starts_on, one.ends_on, one.modifier, one.place, one.cents, one.charge_ppm
                )
            )
        self.contracts: dict[int, list[allowed.Contract]] = {}
        for row in rows:
            held = editions.get(row.schedule_id or 0, ())
            pure = contract_value(row, held, carved.get(row.pk, ()))
            self.contracts.setdefault(row.payer_id, []).append(pure)

    def _editions(self, schedules: set[int], codes: set[str]) -> dict[int, list[allowed.Edition]]:
        rows = list(
            FeeEdition.objects.filter(schedule__in=schedules, superseded_at=None)
            .select_related("schedule")
            .order_by("id")
        )
        priced = self._fees([row.pk for row in rows], sorted(codes))
        found: dict[int, list[allowed.Edition]] = {}
        for row in rows:
            found.setdefault(row.schedule_id, []).append(
                allowed.Edition(
                    f"{row.schedule.name} {row.starts_on.isoformat()}", row.starts_on, priced.get(row.pk, {}),
                    row.conversion_e4, row.work_gpci_e3, row.pe_gpci_e3, row.mp_gpci_e3,
                )
            )  # fmt: skip
        return found

    @staticmethod
    def _fees(editions: Sequence[int], codes: Sequence[str]) -> dict[int, dict[tuple[str, str], allowed.Fee]]:
        found: dict[int, dict[tuple[str, str], allowed.Fee]] = {}
        for start in range(0, len(codes), 1000):
            rows = FeeRow.objects.filter(edition__in=editions, code__in=codes[start : start + 1000])
            for row in rows.values_list("edition", "code", "modifier", *_FEE):
                found.setdefault(row[0], {})[row[1], row[2]] = allowed.Fee(*row[3:])
        return found


_FEE = ("facility_cents", "nonfacility_cents", "work_e2", "pe_facility_e2", "pe_nonfacility_e2", "mp_e2", "multiple", "global_days")


def contract_value(
    row: Contract, held: Sequence[allowed.Edition] = (), carved: Sequence[allowed.CarveOut] = ()
) -> allowed.Contract:
    """A contract as the pure value."""
    return allowed.Contract(
        row.pk, row.name, row.starts_on, row.ends_on, row.plan_id, row.schedule_id is not None, tuple(held),
        row.percent_ppm, row.unlisted_ppm, row.lesser_of_charge, row.second_ppm, row.later_ppm, row.modifiers,
        tuple(carved),
    )  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """Days from the day of service to file a claim, and from an answer to appeal it; None when nobody said."""

    contract: int | None
    filing_days: int | None
    appeal_days: int | None


def limits_many(asked: Iterable[tuple[int, int | None, date]]) -> dict[tuple[int, int | None, date], Limits]:
    """Triples of payer, plan and day of service -> the contract that holds and its limits, else the payer's. Two queries."""
    wanted = list(dict.fromkeys(asked))
    payers = {payer for payer, _plan, _day in wanted}
    of_payer = dict(Payer.objects.filter(pk__in=payers).values_list("pk", "filing_limit_days"))
    rows: dict[int, list[Contract]] = {}
    for row in Contract.objects.filter(payer__in=payers, voided_on=None).order_by("id"):
        rows.setdefault(row.payer_id, []).append(row)
    found = {}
    for payer, plan, day in wanted:
        by_pk = {row.pk: row for row in rows.get(payer, ())}
        one = allowed.contract_on(map(contract_value, by_pk.values()), plan, day)
        held = by_pk[one.ref] if one else None
        filing = held.filing_limit_days if held and held.filing_limit_days is not None else of_payer.get(payer)
        found[payer, plan, day] = Limits(held.pk if held else None, filing, held.appeal_limit_days if held else None)
    return found
