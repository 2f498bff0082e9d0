"""What charge entry shows and asks of one visit: fees, coverage, what was charged before, the codes at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from steward.billing.logic import entry
from steward.billing.logic.scrub.model import CodeSet, Span
from steward.billing.models import Charge, Claim, Code, CodeImport, Favourite
from steward.billing.selectors import codes as code_sets
from steward.billing.states import CodeKind, ListKind
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.frontdesk.models import Visit
from steward.insurance.models import Coverage, Grant
from steward.insurance.selectors import coverages_of, grants_of, standard_codes, standard_fees
from steward.people.models import Provider

LATELY = timedelta(days=120)  # what "used most" is counted over
FEE_SINCE = timedelta(days=365)  # how far back the last charge of a code is taken for its fee
#: Places paid as a facility (CMS Claims Processing Manual 12, 20.4.2).
FACILITY_PLACES = frozenset({"19", "21", "22", "23", "24", "26", "31", "34", "51", "52", "53", "56", "61"})


def chargeable(subject: Subject) -> QuerySet[Visit]:
    """Kept visits whose charges this person may enter; a provider's own."""
    rows = Visit.objects.filter(voided_at=None)
    own = Q(provider__party__user=subject.user_id)
    return scoped(subject, "visit.charge", rows, own=own).select_related(
        "patient__party", "provider__party", "site", "appointment__reason"
    )


def visit_to_charge(subject: Subject, uid: UUID) -> Visit | None:
    """One of them, or None."""
    return chargeable(subject).filter(uid=uid).first()


# ---- what the entry may ask ----
def known_of(visit: Visit, typed: entry.Visit) -> entry.Known:
    """The facts by which a visit's charges are judged and priced. Six queries at most."""
    codes = {line.code for line in typed.lines if line.code}
    place = entry.TELEHEALTH.get(typed.telehealth, (typed.place, ""))[0]
    return entry.Known(
        fees=fees_of(codes, visit.service_date, facility=place in FACILITY_PLACES),
        icd10=icd10_of(typed.diagnoses, visit.service_date),
        covers=[(one.rank, one.plan.payer.name) for one in covers_on(visit)], charged=charged_of(visit),
    )  # fmt: skip


def fees_of(codes: Iterable[str], day: date, *, facility: bool = False) -> dict[tuple[str, str], int]:
    """Unit fees: the practice's own list; a code not on it, as it was charged last within a year (never at nothing)."""
    wanted = set(codes)
    if not wanted:
        return {}
    fees = standard_fees(wanted, day, facility=facility)
    unlisted = wanted - {code for code, _modifier in fees}
    rows = Charge.objects.filter(
        code__in=unlisted, units="1", modifiers="", voided_on=None, charge_cents__gt=0, posted_on__gte=day - FEE_SINCE
    )
    last = rows.order_by().values("code").annotate(last=Max("id")).values_list("last", flat=True)
    charged = Charge.objects.filter(pk__in=list(last)).values_list("code", "charge_cents")
    return fees | {(code, ""): cents for code, cents in charged}


def icd10_of(diagnoses: Iterable[str], day: date) -> CodeSet | None:
    """When these diagnoses may be used; None when no set was imported that speaks of the day. Two queries."""
    told = CodeImport.objects.filter(kind=ListKind.ICD10, whole=True, starts_on__lte=day)
    if not told.filter(Q(ends_on=None) | Q(ends_on__gte=day)).exists():
        return None
    found: dict[str, tuple[Span, ...]] = {}
    rows = Code.objects.filter(kind=ListKind.ICD10, code__in={one.replace(".", "") for one in diagnoses})
    for row in rows.order_by("valid_from"):
        found[row.code] = (*found.get(row.code, ()), Span(row.valid_from, row.valid_to, row.leaf, row.side))
    return found


def covers_on(visit: Visit) -> list[Coverage]:
    """Every coverage in force on the day of service, by rank: also two of one rank, for the entry to tell. One query."""
    day = visit.service_date
    rows = [
        one for one in coverages_of([visit.patient.party_id])
        if one.voided_on is None and one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)
    ]  # fmt: skip
    return sorted(rows, key=lambda one: (one.rank, one.pk))


def charged_of(visit: Visit) -> dict[tuple[str, tuple[str, ...]], str]:
    """(code, modifiers in order of letters) of the visit's charges that stand -> claim number. One query."""
    rows = Charge.objects.filter(claim__visit=visit.pk, voided_on=None).values_list("code", "modifiers", "claim__ref")
    return {(code, tuple(sorted(m for m in modifiers.split(":") if m))): ref for code, modifiers, ref in rows}


# ---- the codes at hand ----
def favourites(provider: Provider, today: date) -> dict[str, tuple[entry.AtHand, ...]]:
    """Kind -> codes at hand: pinned by hand, then what the provider charged most in the last 120 days. Three queries."""
    pins: dict[str, list[tuple[str, int | None]]] = {CodeKind.SERVICE: [], CodeKind.DIAGNOSIS: []}
    for kind, code, key in Favourite.objects.filter(provider=provider).order_by("key", "id").values_list("kind", "code", "key"):
        pins[kind].append((code, key))
    rows = Charge.objects.filter(
        claim__provider=provider, service_date__gte=today - LATELY, voided_on=None
    ).order_by()  # fmt: skip
    services = [(row["code"], row["n"]) for row in rows.values("code").annotate(n=Count("id")).order_by("-n", "code")[:30]]
    told: Counter[str] = Counter()
    for row in rows.values("diagnoses").annotate(n=Count("claim", distinct=True)):
        for code in row["diagnoses"].split(":"):
            if code:
                told[code] += row["n"]
    return {
        CodeKind.SERVICE: entry.at_hand(pins[CodeKind.SERVICE], services),
        CodeKind.DIAGNOSIS: entry.at_hand(pins[CodeKind.DIAGNOSIS], told.most_common(30)),
    }


def pinned(provider: Provider) -> QuerySet[Favourite]:
    """What is pinned for a provider, by kind and key."""
    return Favourite.objects.filter(provider=provider).order_by("kind", "key", "code")


# ---- the page ----
@dataclass(frozen=True)
class EntryPage:
    """What stands around the form: eight queries, whatever the patient's history."""

    visit: Visit
    covers: Sequence[Coverage]
    grants: Sequence[Grant]
    charged: Sequence[Charge]
    hand: dict[str, tuple[entry.AtHand, ...]]
    last: Claim | None

    @property
    def charged_cents(self) -> int:
        return sum(one.charge_cents for one in self.charged)


def entry_page(visit: Visit, today: date) -> EntryPage:
    """Coverage and grants of the day, what was charged already, codes at hand, and the visit before."""
    rows = Charge.objects.filter(claim__visit=visit.pk, voided_on=None).select_related("claim")
    return EntryPage(
        visit, covers_on(visit), grants_of([visit.patient.party_id], visit.service_date)[visit.patient.party_id],
        list(rows.order_by("id")), favourites(visit.provider, today), last_claim(visit),
    )  # fmt: skip


def last_claim(visit: Visit) -> Claim | None:
    """The patient's latest claim before this visit with a charge that stands: by this provider rather than by another."""
    rows = Claim.objects.filter(patient=visit.patient_id, service_date__lte=visit.service_date, charges__voided_on=None)
    rows = rows.exclude(visit=visit.pk).order_by("-service_date", "-id").distinct()
    found = list(rows[:5])
    return next((one for one in found if one.provider_id == visit.provider_id), found[0] if found else None)


def lines_of(claim: Claim) -> list[Charge]:
    """The charges of a claim that stand, in order. One query."""
    return list(Charge.objects.filter(claim=claim, voided_on=None).order_by("id"))


def providers_to_charge(subject: Subject) -> QuerySet[Provider]:
    """Providers whose visits this person may charge: a provider's own record."""
    rows = scoped(subject, "visit.charge", Provider.objects.all(), own=Q(party__user=subject.user_id))
    return rows.select_related("party")


# ---- search ----
@dataclass(frozen=True)
class Found:
    """A code that begins with what was typed: its words where a set was imported, its fee where there is one."""

    code: str
    words: str = ""
    cents: int | None = None


def search_codes(kind: str, text: str, day: date, most: int) -> list[Found]:
    """Codes that begin with ``text`` or whose words do: of the sets imported; services used here or on the practice's own list
    come first, as do diagnoses used here. Eight queries at most."""
    begins = text.strip().upper()
    listed = code_sets.search(kind, text, day, most)
    words = {one.shown: one.label for one in listed if one.leaf}
    if kind == CodeKind.DIAGNOSIS:
        used = _used_diagnoses(begins, day)[: most // 2]
        return [Found(code, words.get(code, "")) for code in list(dict.fromkeys([*used, *words]))[:most]]
    rows = Charge.objects.filter(posted_on__gte=day - FEE_SINCE, voided_on=None, code__gte=begins, code__lt=begins + "\uffff")
    charged = [row["code"] for row in rows.order_by().values("code").annotate(n=Count("id")).order_by("-n", "code")[:most]]
    codes = list(dict.fromkeys([*charged, *standard_codes(begins, day, most), *words]))[:most]
    fees = fees_of(codes, day)
    return [Found(code, words.get(code, ""), fees.get((code, ""))) for code in codes]


def _used_diagnoses(begins: str, day: date) -> list[str]:
    bare = begins.replace(".", "")
    rows = Charge.objects.filter(service_date__gte=day - LATELY, voided_on=None, diagnoses__contains=begins[:3])
    told: Counter[str] = Counter()
    for row in rows.order_by().values("diagnoses").annotate(n=Count("id")):
        for code in row["diagnoses"].split(":"):
            if code.replace(".", "").startswith(bare):
                told[code] += row["n"]
    return [code for code, _n in sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))]
