"""The questions of insurance. Coverage is asked for the day of service, for many patients in a constant number of
queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.findings import Finding, in_order
from steward.insurance import checks
from steward.insurance.logic.coverage import Cover, coverage_on
from steward.insurance.logic.writeoffs import Rule
from steward.insurance.models import Coverage, Payer, Plan, WriteOffRule


def payers(subject: Subject) -> QuerySet[Payer]:
    """Payers by name, ended ones included."""
    return scoped(subject, "payer.read", Payer.objects.all()).order_by("name", "id")


def payer_by_code(code: str) -> Payer | None:
    """The payer a file names by its id (any case)."""
    found = Payer.objects.filter(code=code).first()
    return found or Payer.objects.filter(code__iexact=code).order_by("id").first()


def find_payers(*, edi_id: str = "", ref2u: str = "", ein: str = "", name: str = "") -> list[Payer]:
    """Payers that a remittance may come from; empty arguments are not asked. More than one: a person decides."""
    asked = Q()
    for field, value in (("edi_id", edi_id), ("ref2u", ref2u), ("ein", ein), ("name__iexact", name)):
        if value:
            asked |= Q(**{field: value})
    return list(Payer.objects.filter(asked).order_by("id")) if asked else []


def payers_by_edi(edi_ids: Iterable[str]) -> dict[str, Payer]:
    """Clearinghouse id -> payer, for claim files; an id that two payers share names neither. One query."""
    found: dict[str, list[Payer]] = {}
    for row in Payer.objects.filter(edi_id__in=sorted(set(edi_ids) - {""})).order_by("id"):
        found.setdefault(row.edi_id, []).append(row)
    return {edi_id: rows[0] for edi_id, rows in found.items() if len(rows) == 1}


def plans(payer: Payer | None = None) -> QuerySet[Plan]:
    """Standing plans with their payers, by payer and name."""
    rows = Plan.objects.filter(ended_on=None, payer__ended_on=None).select_related("payer")
    return (rows.filter(payer=payer) if payer else rows).order_by("payer__name", "name", "id")


def standard_plan(payer: Payer) -> Plan:
    """The plan that every payer has from its beginning."""
    return Plan.objects.filter(payer=payer).order_by("id")[0]


def coverages(subject: Subject, patient: int) -> QuerySet[Coverage]:
    """All coverages of a patient (a party's primary key), voided and ended ones too: running and first-ranked on top.
    """
    rows = scoped(
        subject, "coverage.read", Coverage.objects.filter(patient=patient), own=Q(patient__user_id=subject.user_id)
    )
    return rows.select_related("plan__payer", "subscriber").order_by("rank", "-starts_on", "id")


def covering(patient: int, day: date) -> list[Coverage]:
    """The coverages of a patient (party key) that hold on a day of service, the first to pay first. One query."""
    return covering_many([(patient, day)])[(patient, day)]


def covering_many(asked: Iterable[tuple[int, date]]) -> dict[tuple[int, date], list[Coverage]]:
    """As `covering` for many pairs of patient and day, in one query a thousand patients."""
    pairs = list(dict.fromkeys(asked))
    patients = sorted({patient for patient, _ in pairs})
    rows: dict[int, list[Coverage]] = {}
    for start in range(0, len(patients), 1000):
        some = Coverage.objects.filter(patient__in=patients[start : start + 1000], voided_on=None)
        for row in some.select_related("plan__payer", "subscriber"):
            rows.setdefault(row.patient_id, []).append(row)
    return {pair: _on(rows.get(pair[0], []), pair[1]) for pair in pairs}


def _on(rows: list[Coverage], day: date) -> list[Coverage]:
    by_id = {row.pk: row for row in rows}
    covers = [Cover(row.pk, row.rank, row.starts_on, row.ends_on) for row in rows]
    return [by_id[cover.ref] for cover in coverage_on(covers, day)]


def copay_cents(coverage: Coverage) -> int:
    """What the card asks at the desk: the coverage's own copay, else the plan's."""
    return coverage.plan.copay_cents if coverage.copay_cents is None else coverage.copay_cents


def write_off_rules() -> list[Rule]:
    """Every white-listed adjustment, for `logic.writeoffs.rule_for`. One query."""
    return [
        Rule(
            row.group,
            row.carc,
            row.role,
            row.starts_on,
            row.ends_on,
            row.payer_id,
            row.capitation_only,
            row.negative_only,
            row.source,
        )
        for row in WriteOffRule.objects.order_by("id")
    ]


def rules(subject: Subject) -> QuerySet[WriteOffRule]:
    """The white list as people read it."""
    rows = scoped(subject, "payer.read", WriteOffRule.objects.select_related("payer"))
    return rows.order_by("group", "carc", "payer__name", "starts_on", "id")


def coverage_by_uid(uid: UUID) -> Coverage | None:
    """One coverage; whether the patient may be seen is the caller's to ask."""
    return Coverage.objects.filter(uid=uid).select_related("plan__payer", "subscriber").first()


def standing_payers() -> QuerySet[Payer]:
    """Payers that have not ended, by name, for choices."""
    return Payer.objects.filter(ended_on=None).order_by("name", "id")


def covers_of(patients: Iterable[int]) -> dict[int, list[Cover]]:
    """Party of a patient -> every coverage, voided ones too, as the pure value. One query a thousand patients."""
    wanted = sorted(set(patients))
    found: dict[int, list[Cover]] = {}
    for start in range(0, len(wanted), 1000):
        for row in Coverage.objects.filter(patient__in=wanted[start : start + 1000]).order_by("id"):
            found.setdefault(row.patient_id, []).append(_cover(row))
    return found


def _cover(row: Coverage) -> Cover:
    return Cover(row.pk, row.rank, row.starts_on, row.ends_on, row.voided_on is not None)


def findings(today: date) -> list[Finding]:
    """Everything the checks find about payers and coverage, worst first. Two queries."""
    ids = [
        checks.PayerIds(str(row.uid), row.name, row.edi_id, row.ref2u, row.ein) for row in standing_payers()
    ]  # fmt: skip
    running = Coverage.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), voided_on=None).order_by("id")
    covers = [(str(row.uid), row.patient_id, _cover(row)) for row in running]
    return in_order([
        *checks.payer_without_identifiers(ids),
        *checks.payers_share_an_identifier(ids),
        *checks.coverage_overlap(covers),
    ])  # fmt: skip
