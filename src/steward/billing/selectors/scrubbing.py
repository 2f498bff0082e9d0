"""Claims before they go out: what the scrub says of them, what a person has answered, what is ready and what is held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from steward.billing.logic.outgoing.model import OutgoingClaim
from steward.billing.logic.scrub import engine
from steward.billing.logic.scrub.asking import npis
from steward.billing.logic.scrub.model import INFO, WARNING, Grant, InForce, PastLine, Problem, World
from steward.billing.models import Charge, Claim, Waiver
from steward.billing.selectors.code_world import code_world
from steward.billing.selectors.exclusions import excluded_npis
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.scrub_rules import rules_in_force
from steward.billing.selectors.sending import due
from steward.billing.selectors.underpaid import whole_units
from steward.frontdesk.selectors import patients_by_chart
from steward.insurance.models import Payer
from steward.insurance.selectors import coverages_of, covering_many, global_days, limits_many, registered_grants
from steward.registry.models import Site

HISTORY_DAYS = 366
PREVIEW_CLAIMS = 2_000  # scrubbed for the page; the files themselves take every claim


def problems_of(values: Sequence[OutgoingClaim], today: date) -> dict[str, tuple[Problem, ...]]:
    """Claim number -> its problems, less the warnings a person answered. A constant number of queries a 500 claims."""
    world, answered = world_of(values, today), _answered(value.ref for value in values)
    found = {}
    for value, problems in engine.scrub_many(values, rules_in_force(), world):
        passed = answered.get(value.ref, set())
        found[value.ref] = tuple(
            one for one in problems if one.severity != WARNING or not passed & {(one.rule, one.where), (one.rule, "")}
        )
    return found


def blocking(problems: Iterable[Problem]) -> bool:
    """Whether the claim stays: an error always, a warning until a person has answered it."""
    return any(one.severity != INFO for one in problems)


def _answered(refs: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for part in chunks(refs):
        rows = Waiver.objects.filter(claim__ref__in=part).values_list("claim__ref", "rule", "where")
        for ref, rule, where in rows:
            found[ref].add((rule, where))
    return found


def world_of(values: Sequence[OutgoingClaim], today: date) -> World:
    """What the practice's own data tell the rules. Code sets that were not imported stay None: pattern only."""
    charts = {value.patient_ref for value in values}
    parties = {patient.party_id: chart for chart, patient in patients_by_chart(charts).items()}
    granted = _grants(parties)
    limits = dict(Payer.objects.exclude(filing_limit_days=None).values_list("code", "filing_limit_days"))
    days = [line.day for value in values for line in value.lines]
    history = _history(charts, min(days, default=today))
    codes = code_world(values, history, today)
    billed = {line.code for value in values for line in value.lines}
    billed.update(line.code for lines in history.values() for line in lines)
    return World(
        today=today, history=history, coverages=_coverages(parties), icd10=codes.icd10, hcpcs=codes.hcpcs, cpt=codes.cpt,
        ptp=codes.ptp, mue=codes.mue, speaks=codes.speaks, addons=codes.addons, taxonomies=codes.taxonomies,
        excluded=excluded_npis(_npis(values)), global_days=global_days(billed, today),
        filing_limits={code: limit for code, limit in limits.items() if limit},
        authorisations=granted["authorisation"], referrals=granted["referral"],
        filing_days=_filing_days(values, parties), clia=dict(Site.objects.exclude(clia="").values_list("clia", "clia_kind")),
    )  # fmt: skip


def _filing_days(values: Sequence[OutgoingClaim], parties: Mapping[int, str]) -> dict[str, int]:
    """Claim number -> days to file by the contract that holds on its day for its plan. Four queries a 500 patients."""
    charts = {chart: party for party, chart in parties.items()}
    payers = dict(Payer.objects.filter(code__in={value.policy.payer.code for value in values}).values_list("code", "pk"))
    asked = {value.ref: (charts[value.patient_ref], value.first_day) for value in values if value.patient_ref in charts and value.lines}
    covers = covering_many(asked.values())
    wanted = {}
    for value in values:
        payer = payers.get(value.policy.payer.code)
        if payer is not None and value.ref in asked:
            plan = next((one.plan_id for one in covers.get(asked[value.ref], ()) if one.plan.payer_id == payer), None)
            wanted[value.ref] = (payer, plan, value.first_day)
    limits = limits_many(wanted.values())
    return {ref: days for ref, key in wanted.items() if (days := limits[key].filing_days)}


def _npis(values: Iterable[OutgoingClaim]) -> set[str]:
    """Every NPI the claims name."""
    own = {npi for value in values for _role, npi in npis(value)}
    return own | {value.locum.npi for value in values if value.locum}


def _history(charts: Iterable[str], first: date) -> dict[str, tuple[PastLine, ...]]:
    """The patients' services of a year before the first day asked, and since."""
    found: dict[str, list[PastLine]] = defaultdict(list)
    columns = (
        "claim__patient__chart", "service_date", "code", "modifiers", "claim__provider__npi", "claim__ref", "voided_on",
    )  # fmt: skip
    for part in chunks(charts):
        rows = Charge.objects.filter(
            claim__patient__chart__in=part, service_date__gte=first - timedelta(days=HISTORY_DAYS)
        )
        for chart, day, code, modifiers, npi, ref, voided in rows.order_by("id").values_list(*columns):
            found[chart].append(
                PastLine(day, code, tuple(m for m in modifiers.split(":") if m), npi, ref, voided is not None)
            )
    return {chart: tuple(lines) for chart, lines in found.items()}


def _grants(parties: Mapping[int, str]) -> dict[str, dict[str, tuple[Grant, ...]]]:
    """Kind -> chart -> what is granted, with what claims that are out took of it. Two queries a thousand patients."""
    rows = registered_grants(parties)
    used = _used({one.number for own in rows.values() for one in own})
    found: dict[str, dict[str, tuple[Grant, ...]]] = {"authorisation": {}, "referral": {}}
    for party, own in rows.items():
        for kind, most in (("authorisation", "units_allowed"), ("referral", "visits_allowed")):
            of_kind = tuple(
                Grant(one.number, one.starts_on or one.asked_on, one.ends_on, tuple(one.codes), getattr(one, most),
                      used.get((parties[party], one.number), (0, 0))[kind == "referral"])
                for one in own if one.kind == kind
            )  # fmt: skip
            if of_kind:
                found[kind][parties[party]] = of_kind
    return found


def _used(numbers: Iterable[str]) -> dict[tuple[str, str], tuple[int, int]]:
    """(chart, number) -> units of service and visits of claims that are out under the number."""
    units: dict[tuple[str, str], int] = defaultdict(int)
    visits: dict[tuple[str, str], set[int]] = defaultdict(set)
    for part in chunks(numbers):
        named = Q(claim__auth_number__in=part) | Q(claim__details__referral_number__in=part)
        rows = Charge.objects.filter(named, claim__submissions__isnull=False, voided_on=None).distinct()
        columns = ("claim_id", "claim__patient__chart", "claim__auth_number", "claim__details__referral_number", "units", "pk")
        for claim, chart, authorisation, referral, text, _pk in rows.values_list(*columns):
            for number in {authorisation, referral or ""} - {""}:
                units[chart, number] += whole_units(text)
                visits[chart, number].add(claim)
    return {key: (count, len(visits[key])) for key, count in units.items()}


def _coverages(parties: Mapping[int, str]) -> dict[str, tuple[InForce, ...]]:
    found: dict[str, list[InForce]] = defaultdict(list)
    for row in coverages_of(parties):
        found[parties[row.patient_id]].append(
            InForce(row.rank, row.plan.payer.code, row.member_id, row.starts_on, row.ends_on, row.voided_on is not None)
        )
    return {chart: tuple(rows) for chart, rows in found.items()}


def held_by(claim: Claim, today: date) -> tuple[Problem, ...]:
    """What the scrub says of one claim that is not out; nothing for one that goes to nobody."""
    values = list(outgoing([Wanted(claim.pk)]).values())
    return problems_of(values, today).get(claim.ref, ()) if values else ()


# ---- the page of what is to be sent ----
@dataclass(frozen=True)
class ReadyPayer:
    """What is ready for one payer."""

    payer: Payer
    claims: int
    charge_cents: int
    oldest: date


@dataclass(frozen=True)
class HeldClaim:
    """A claim that stays, with what holds it."""

    claim: Claim
    charge_cents: int
    problems: tuple[Problem, ...]

    @property
    def first(self) -> Problem:
        return self.problems[0]

    @property
    def tone(self) -> str:
        return "bad" if self.first.holds else "warn"


@dataclass(frozen=True)
class Preview:
    """Claims to be sent, scrubbed: ready ones by payer, held ones with their problems; ``more`` were not looked at."""

    payers: tuple[ReadyPayer, ...]
    held: tuple[HeldClaim, ...]
    held_count: int
    more: int

    @property
    def ready(self) -> int:
        return sum(one.claims for one in self.payers)


def preview(today: date, most_held: int) -> Preview:
    """What would go out now and what would not, of the 2,000 oldest claims due."""
    asked = due()
    values = outgoing(asked[:PREVIEW_CLAIMS])
    told = problems_of(list(values.values()), today)
    ready: dict[str, list[OutgoingClaim]] = defaultdict(list)
    held = {}
    for pk, value in values.items():
        if blocking(told[value.ref]):
            held[pk] = value
        else:
            ready[value.policy.payer.code].append(value)
    payers = {row.code: row for row in Payer.objects.filter(code__in=ready)}
    shown = list(held)[:most_held]
    claims = {row.pk: row for row in Claim.objects.filter(pk__in=shown).select_related("patient__party")}
    return Preview(
        tuple(
            ReadyPayer(payers[code], len(own), sum(v.charge_cents for v in own), min(v.first_day for v in own))
            for code, own in sorted(ready.items(), key=lambda pair: payers[pair[0]].name)
        ),
        tuple(HeldClaim(claims[pk], held[pk].charge_cents, told[held[pk].ref]) for pk in shown),
        len(held), max(len(asked) - PREVIEW_CLAIMS, 0),
    )  # fmt: skip
