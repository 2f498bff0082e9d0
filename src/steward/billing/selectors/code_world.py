"""What the imported code sets say of the codes that occur on claims, as the scrub's world takes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub.asking import icd, people
from steward.billing.logic.scrub.model import AddOn, CodeSet, Mue, PastLine, Ptp, Span
from steward.billing.models import Code, CodeAddOn, CodeImport, CodeLimit, CodePair
from steward.billing.selectors.facts import chunks
from steward.billing.states import ListKind

EVER = Span(date.min)
Spans = Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True)
class CodeWorld:
    """The part of ``World`` that code sets tell; field by field as there."""

    icd10: CodeSet | None = None
    hcpcs: CodeSet | None = None
    cpt: CodeSet | None = None
    ptp: Mapping[tuple[str, str], tuple[Ptp, ...]] = field(default_factory=dict)
    mue: Mapping[str, tuple[Mue, ...]] = field(default_factory=dict)
    addons: Mapping[str, tuple[AddOn, ...]] = field(default_factory=dict)
    taxonomies: frozenset[str] | None = None
    speaks: Spans = field(default_factory=dict)


def code_world(
    values: Sequence[OutgoingClaim], history: Mapping[str, Sequence[PastLine]], today: date
) -> CodeWorld:
    """Only the codes that occur on the claims and in the patients' history; taxonomies as they hold ``today``. Seven queries for
    500 codes, one when nothing was imported; a list that was not imported is None."""
    spoken = _spoken()
    billed = {line.code for value in values for line in value.lines if line.code}
    past = {line.code for lines in history.values() for line in lines}
    diagnoses = {icd(code) for value in values for code in (*value.diagnoses, *value.visit_reasons)}
    rows = _codes(spoken, diagnoses, billed)
    services = {kind: rows[kind] if kind in spoken else None for kind in (ListKind.HCPCS, ListKind.CPT)}
    if services[ListKind.CPT] is not None:  # the practice's own list: what it does not name is not wrong
        services[ListKind.CPT] = dict.fromkeys(billed, (EVER,)) | rows[ListKind.CPT]
    return CodeWorld(
        rows[ListKind.ICD10] if ListKind.ICD10 in spoken else None, services[ListKind.HCPCS], services[ListKind.CPT],
        _pairs(billed | past) if ListKind.PTP in spoken else {},
        _limits(billed, spoken[ListKind.MUE]) if ListKind.MUE in spoken else {},
        _addons(billed | past) if ListKind.ADDON in spoken else {},
        _taxonomies(values, today) if ListKind.TAXONOMY in spoken else None,
        {kind: spoken[kind] for kind in (ListKind.ICD10, ListKind.HCPCS) if kind in spoken},
    )  # fmt: skip


def _spoken() -> dict[str, tuple[Span, ...]]:
    """List -> the days its editions speak of, each until its last day or the next edition. One query."""
    found: dict[str, list[Span]] = defaultdict(list)
    for kind, since, till in CodeImport.objects.order_by("starts_on", "id").values_list("kind", "starts_on", "ends_on"):
        before = found[kind]
        if before and (before[-1].valid_to is None or before[-1].valid_to >= since):
            last = before.pop()
            if last.valid_from < since:
                before.append(Span(last.valid_from, since - timedelta(days=1)))
        before.append(Span(since, till))
    return {kind: tuple(spans) for kind, spans in found.items()}


def _codes(spoken: Spans, diagnoses: Iterable[str], billed: Iterable[str]) -> dict[str, dict[str, tuple[Span, ...]]]:
    found: dict[str, dict[str, tuple[Span, ...]]] = {kind: {} for kind in (ListKind.ICD10, ListKind.HCPCS, ListKind.CPT)}
    for kinds, asked in (((ListKind.ICD10,), diagnoses), ((ListKind.HCPCS, ListKind.CPT), billed)):
        known = [kind for kind in kinds if kind in spoken]
        for part in chunks(asked) if known else ():
            rows = Code.objects.filter(kind__in=known, code__in=part).order_by("valid_from")
            columns = ("kind", "code", "valid_from", "valid_to", "leaf", "side")
            for kind, code, since, till, leaf, side in rows.values_list(*columns):
                found[kind][code] = (*found[kind].get(code, ()), Span(since, till, leaf, side))
    return found


def _pairs(codes: set[str]) -> dict[tuple[str, str], tuple[Ptp, ...]]:
    found: dict[tuple[str, str], tuple[Ptp, ...]] = {}
    for part in chunks(codes):
        rows = CodePair.objects.filter(one__in=part, two__in=codes).order_by("valid_from")
        for one, two, since, till, how in rows.values_list("one", "two", "valid_from", "valid_to", "indicator"):
            found[one, two] = (*found.get((one, two), ()), Ptp(since, till, how))
    return found


def _limits(codes: Iterable[str], spoken: Sequence[Span]) -> dict[str, tuple[Mue, ...]]:
    """Limits on the days that their editions speak of: a quarter whose file is missing has none."""
    found: dict[str, tuple[Mue, ...]] = {}
    for part in chunks(codes):
        rows = CodeLimit.objects.filter(code__in=part).order_by("valid_from")
        for code, units, how, since, till in rows.values_list("code", "units", "indicator", "valid_from", "valid_to"):
            held = (_both(Span(since, till), span) for span in spoken)
            own = tuple(Mue(units, how, span.valid_from, span.valid_to) for span in held if span)
            found[code] = (*found.get(code, ()), *own)
    return found


def _addons(codes: Iterable[str]) -> dict[str, tuple[AddOn, ...]]:
    found: dict[str, tuple[AddOn, ...]] = {}
    for part in chunks(codes):
        rows = CodeAddOn.objects.filter(code__in=part).order_by("code", "id")
        for code, primary, sort, since, till in rows.values_list("code", "primary_code", "edit_type", "valid_from", "valid_to"):
            found[code] = (*found.get(code, ()), AddOn(primary, sort, since, till))
    return found


def _taxonomies(values: Iterable[OutgoingClaim], today: date) -> frozenset[str]:
    """Those of the claims' taxonomies that the practice's list holds."""
    asked = {code for value in values for code in (value.billing.taxonomy, *(who.taxonomy for _role, who in people(value)))}
    found: set[str] = set()
    for part in chunks(asked - {""}):
        rows = Code.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), kind=ListKind.TAXONOMY, code__in=part)
        found.update(rows.values_list("code", flat=True))
    return frozenset(found)


def _both(one: Span, other: Span) -> Span | None:
    """The days of both; None without any."""
    ends = [end for end in (one.valid_to, other.valid_to) if end is not None]
    first, last = max(one.valid_from, other.valid_from), min(ends, default=None)
    return None if last is not None and last < first else Span(first, last)
