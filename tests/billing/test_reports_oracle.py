"""Every figure against a second reckoning: a random history is lived through the services, and beside it plain Python adds up what
happened; both must say the same. Cuts add up to the books, months to the year.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.billing.logic.account import BUCKETS
from steward.billing.logic.spans import Span, months_to, year_to
from steward.billing.models import Batch, Charge, Claim, Submission, SubmissionEvent
from steward.billing.selectors.reports import claims as claim_reports
from steward.billing.selectors.reports import collection, comparison, given_up, mix, productivity
from steward.billing.selectors.reports.ageing import CUTS, ageing
from steward.billing.selectors.reports.figures import collection as net_collection
from steward.billing.selectors.reports.figures import figures
from steward.billing.selectors.reports.whose import Asked
from steward.billing.services.charges import void_charge
from steward.billing.services.decisions import write_off
from steward.core.files.services import store
from steward.core.money import round_half_up
from steward.people.services import create_provider
from steward.people.types import ProviderData
from steward.registry.types import PersonData
from tests.support import open_office

from .conftest import NPI, Practice, practise
from .samples import cas, claim, remittance, service_line

pytestmark = pytest.mark.django_db
START = dt.date(2025, 9, 1)
OTHER_NPI = "1245319599"
ORIGIN = {"BLUE": "1512345678", "MCAID": "1598765432"}
OPEN = ("ar_insurance", "ar_patient")


@dataclass
class Lived:
    """One claim with one charge, as the test remembers it: what moved on which day, by role."""

    ref: str
    patient: str
    payer: str
    provider: str
    code: str
    cents: int
    service: dt.date
    posted: dt.date
    moves: list[tuple[dt.date, str, int]] = field(default_factory=list)
    rejected: dt.date | None = None
    first: tuple[dt.date, bool, int, int] | None = None  # day, wholly denied, refused cents, paid cents
    told: list[tuple[dt.date, int, int, int, int]] = field(default_factory=list)  # day, stated, contractual, refused, paid cents
    voided: bool = False

    def at(self, day: dt.date, *roles: str) -> int:
        return sum(cents for on, role, cents in self.moves if on <= day and (not roles or role in roles))

    def paid(self, span: Span, upto: dt.date | None = None) -> int:
        days = [on for on, _role, _cents in self.moves if span.first <= on <= span.last]
        return -sum(cents for on, _role, cents in self.moves if on in days)

    @property
    def ar(self) -> str:
        return "ar_insurance" if self.payer else "ar_patient"


@dataclass
class Story:
    """The office and what is remembered of it."""

    practice: Practice
    claims: list[Lived] = field(default_factory=list)
    given_up: list[tuple[dt.date, str, int]] = field(default_factory=list)
    traces: int = 0

    @property
    def today(self) -> dt.date:
        return self.practice.office.today

    def charge(self, patient: int, payer: str, provider: str, code: str, cents: int, lag: int) -> None:
        ref = f"C-{len(self.claims) + 1}"
        service = self.today - dt.timedelta(days=lag)
        row = {
            "claim_ref": ref, "line_ref": f"L{ref}", "patient_ref": f"P{patient}", "last_name": f"Doe{patient}", "payer_id": payer,
            "member_id": f"M{patient}" if payer else "", "provider_npi": provider, "code": code, "charge": f"{cents // 100}.{cents % 100:02d}",
            "service_date": service.isoformat(),
        }  # fmt: skip
        assert self.practice.claims(row).status == "posted"
        one = Lived(ref, f"P{patient}", payer, provider, code, cents, service, self.today)
        one.moves += [(self.today, one.ar, cents), (self.today, "charges", -cents)]
        self.claims.append(one)

    def answer(self, one: Lived, contract: int, share: int, refused: int) -> None:
        """The payer allows all but ``contract``, refuses ``refused`` of it, leaves ``share`` to the patient, pays the rest."""
        left = one.at(self.today, "ar_insurance")
        if not one.payer or one.voided or left <= 0:
            return
        contract, refused = (min(contract, left), 0) if one.first else (min(contract, left - 1), min(refused, left))
        if refused == left:
            contract = 0
        refused = min(refused, left - contract)
        share = 0 if one.payer == "MCAID" else min(share, left - contract - refused)
        paid = left - contract - refused - share
        told = [cas("CO", "45", contract), cas("CO", "16", refused), cas("PR", "1", share)]
        self.traces += 1
        line = service_line(left, *(each for each in told if each.cents), code=one.code, control=f"L{one.ref}")
        sent = replace(
            remittance(claim(one.ref, line), trace=f"T{self.traces}"), originator=ORIGIN[one.payer], trace_origin=ORIGIN[one.payer],
            paid_on=self.today, paid_on_text=f"{self.today:%Y%m%d}", handling="I" if paid else "H", method="ACH" if paid else "NON",
        )  # fmt: skip
        assert self.practice.remit(sent).status == "posted"
        day = self.today
        one.moves += [(day, "ar_insurance", refused - left), (day, "contractual", contract), (day, "ar_patient", share)]
        one.told.append((day, left, contract, refused, paid))
        one.first = one.first or (day, refused > 0 and paid == 0, refused, paid)

    def void(self, one: Lived) -> None:
        if one.voided or any(role not in (one.ar, "charges") for _on, role, cents in one.moves if cents):
            return
        if one.at(self.today, one.ar) != one.cents:
            return
        call = self.practice.office.call("administrator")  # a charge of an earlier day is voided by another than who entered it
        void_charge(call, charge=Charge.objects.get(line_ref=f"L{one.ref}"), reason="Entered twice")
        one.moves += [(self.today, one.ar, -one.cents), (self.today, "charges", one.cents)]
        one.voided = True
        self.given_up.append((self.today, "void", one.cents))

    def give_up(self, one: Lived) -> None:
        left = min(one.at(self.today, "ar_patient"), 100)
        if left > 0:
            charge = Charge.objects.get(line_ref=f"L{one.ref}")
            write_off(self.practice.office.call("biller"), charge=charge, role="admin_writeoff", cents=left, reason="Small")
            one.moves += [(self.today, "ar_patient", -left), (self.today, "admin_writeoff", left)]
            self.given_up.append((self.today, "write_off", left))

    def reject(self, one: Lived) -> None:
        """The clearinghouse turns the file away before anybody judged the claim."""
        if one.payer and not one.first and not one.voided and not one.rejected:
            row, now = Claim.objects.get(ref=one.ref), self.practice.office.now
            number = Batch.objects.count() + 1
            file = store(self.practice.office.system(), data=b"x" * number, name=f"{number}.837")
            batch = Batch.objects.create(number=number, form="P", payer=row.payer, file=file, name=f"{number}.837", claim_count=1,
                                         charge_cents=one.cents, written_at=now)  # fmt: skip
            sent = Submission.objects.create(batch=batch, claim=row, position=1, charge_cents=one.cents, sent_at=now)
            SubmissionEvent.objects.create(submission=sent, outcome="PAYER_REJECTED", source="277CA", stage=3, at=now)
            one.rejected = self.today


PAYERS, CODES = st.sampled_from(["BLUE", "BLUE", "MCAID", ""]), st.sampled_from(["G0438", "G0439"])
CENTS, WHICH = st.integers(100, 60_000), st.integers(0, 50)
ACTS = st.one_of(
    st.tuples(st.just("charge"), st.integers(1, 3), PAYERS, st.sampled_from([NPI, OTHER_NPI]), CODES, CENTS, st.integers(0, 9)),
    st.tuples(st.just("answer"), WHICH, st.integers(0, 20_000), st.integers(0, 5_000), st.sampled_from([0, 0, 0, 70_000, 500])),
    st.tuples(st.just("answer"), WHICH, st.integers(0, 20_000), st.integers(0, 5_000), st.just(0)),
    st.tuples(st.sampled_from(["void", "give_up", "reject"]), WHICH),
)
STEPS = st.lists(st.tuples(st.integers(0, 35), ACTS), min_size=8, max_size=22)


def live(story: Story, steps: Iterable[tuple[int, Any]]) -> None:
    office = story.practice.office
    office.now = dt.datetime(2025, 9, 1, 17, 0, tzinfo=dt.UTC)
    story.charge(1, "BLUE", NPI, "G0438", 15_000, 2)
    for ahead, (act, *words) in steps:
        office.now += dt.timedelta(days=ahead)
        if act == "charge":
            story.charge(*words)
        else:
            which, *rest = words
            getattr(story, act)(story.claims[which % len(story.claims)], *rest)


def aged(story: Story, day: dt.date, key: Callable[[Lived, str], Any]) -> dict[Any, tuple[int, ...]]:
    """The ageing by hand: each account of each charge is as old as the first day it moved."""
    found: dict[Any, list[int]] = defaultdict(lambda: [0] * len(BUCKETS))
    for one in story.claims:
        for role in OPEN:
            moved = [on for on, at, cents in one.moves if at == role and on <= day and cents]
            if cents := one.at(day, role):
                age = (day - min(moved)).days
                at = next(n for n, (_, last) in enumerate(BUCKETS) if last is None or age <= last)
                found[key(one, role)][at] += cents
    return {who: tuple(columns) for who, columns in found.items()}


def by_hand(story: Story, span: Span) -> dict[str, tuple[int, int]]:
    """Figure -> (above, below) the line, one claim after the other."""
    rows, end, year = story.claims, span.last, year_to(span.last)
    owed = aged(story, end, lambda _one, _role: "all").get("all", (0,) * len(BUCKETS))

    def turned(of: Span, *roles: str) -> int:
        return sum(cents for one in rows for on, role, cents in one.moves if role in roles and of.first <= on <= of.last)

    told = [(one, one.first) for one in rows if one.first and span.first <= one.first[0] <= end]
    bad = [one for one, first in told if first[2] or (one.rejected and one.rejected <= first[0])]
    quick = [(first[0] - one.posted).days for one, first in told if first[3]]
    lags = [(one.posted - one.service).days for one in rows if span.first <= one.posted <= end and not one.voided]
    charges, paid = -turned(span, "charges"), sum(one.paid(span) for one in rows)
    return {
        "charges": (charges, 1), "collections": (paid, 1), "days_in_ar": (sum(owed), -turned(year, "charges")),
        "adjusted_days_in_ar": (sum(owed), -turned(year, "charges", "contractual")),
        "over_90": (sum(owed[3:]), sum(owed)), "over_120": (owed[4], sum(owed)), "gross_collection": (paid, charges),
        "bad_debt_rate": (0, charges), "clean_claims": (len(told) - len(bad), len(told)),
        "denial_rate": (sum(first[1] for _one, first in told), len(told)),
        "denial_dollars": (sum(first[2] for _one, first in told), sum(one.cents for one, _first in told)),
        "charge_lag": (sum(lags), len(lags)), "payment_lag": (sum(quick), len(quick)),
        "posted_in_time": (sum(p for one in rows for p in _paid(one, span)),) * 2,
    }  # fmt: skip


def _paid(one: Lived, span: Span) -> list[int]:
    return [paid for on in {on for on, _r, _c in one.moves} if span.first <= on <= span.last and (paid := one.paid(Span(on, on))) > 0]


def settled(story: Story, span: Span, upto: dt.date) -> tuple[int, int]:
    """Net collection by hand, of what was charged in the span."""
    own = [one for one in story.claims if span.first <= one.posted <= span.last]
    contract = sum(one.at(upto, "contractual") for one in own)
    return -sum(one.at(upto) for one in own), -sum(one.at(upto, "charges") for one in own) - contract


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(STEPS, st.data())
def test_the_reports_say_what_plain_python_adds_up(db: Any, steps: Any, data: Any) -> None:
    with transaction.atomic():
        story = Story(practise(open_office()))
        office = story.practice.office
        create_provider(
            office.system(), data=ProviderData(OTHER_NPI, office.entity.pk, dt.date(2020, 1, 1)), person=PersonData("Reed", "Tom")
        )
        live(story, steps)
        days = st.dates(START - dt.timedelta(days=20), story.today)
        for _ in range(2):
            first, last = sorted([data.draw(days), data.draw(days)])
            the_cuts(story, last)
            the_figures(story, [Span(first, last), Span(START, story.today)])
            the_tables(story, Span(first, last))
            the_comparison(story, Span(first, last))
        the_months(story)
        transaction.set_rollback(True)


def the_cuts(story: Story, day: dt.date) -> None:
    total = sum(one.at(day, *OPEN) for one in story.claims)
    name = {"BLUE": "Blue Harbor", "MCAID": "State Medicaid", NPI: "Ida Stone", OTHER_NPI: "Tom Reed"}
    keys: dict[str, Callable[[Lived, str], Any]] = {
        "age": lambda one, role: (role, ""),
        "payer": lambda one, role: (role, name[one.payer] if role == "ar_insurance" else ""),
        "patient": lambda one, _role: ("", f"Ann {one.patient.replace('P', 'Doe')}"),
        "provider": lambda one, _role: ("", name[one.provider]),
    }
    for by in CUTS:
        found = ageing(day, by)
        rows = {(row.role, row.party.name if row.party else ""): row.columns for row in found.rows}
        assert {key: columns for key, columns in rows.items() if any(columns)} == {
            key: columns for key, columns in aged(story, day, keys[by]).items() if any(columns)
        }, (by, day)
        assert found.off_cents == 0 and found.cents == total


def the_figures(story: Story, spans: list[Span]) -> None:
    for span, found in zip(spans, figures(spans), strict=True):
        for name, (above, below) in by_hand(story, span).items():
            one = found[name]
            assert (one.numerator, one.denominator) == (above, below), (name, span)
            if name in ("charges", "collections"):
                continue
            times = {"days_in_ar": 3_650, "adjusted_days_in_ar": 3_650, "charge_lag": 10, "payment_lag": 10}.get(name, 1_000)
            assert one.tenths == (round_half_up(above * times, below) if below > 0 else None), name
        one = net_collection(span, story.today)
        assert (one.numerator, one.denominator) == settled(story, span, story.today)


def the_tables(story: Story, span: Span) -> None:
    ask = {by: Asked(span, by, story.today) for by in ("month", "payer", "provider", "charges", "payments", "visits", "person", "category")}
    paid, base = settled(story, span, story.today)
    for by in ("month", "payer", "provider"):
        table = collection.table(ask[by])
        assert sum(line.cells[table.at("paid")] for line in table.lines) == paid  # type: ignore[misc]
        assert table.foot[table.at("charged")] - table.foot[table.at("contractual")] == base  # type: ignore[operator]
    by_name: dict[str, int] = defaultdict(int)
    words = {"BLUE": "Blue Harbor", "MCAID": "State Medicaid", "": "Self-pay"}
    for one in story.claims:
        by_name[words[one.payer]] += one.paid(span)
    table = mix.table(ask["payments"])
    assert {line.cells[0]: line.cells[table.at("sum")] for line in table.lines} == {k: v for k, v in by_name.items() if v}
    done = {(one.patient, one.provider, one.service) for one in story.claims if not one.voided and span.first <= one.service <= span.last}
    for table in (mix.table(ask["visits"]), productivity.table(ask["provider"])):
        assert table.foot[table.at("visits" if table.main != "sum" else "sum")] == len(done)
        assert all(proof.off == 0 for proof in table.proofs)
    assert all(proof.off == 0 for proof in mix.table(ask["charges"]).proofs)
    gone = [(kind, cents) for on, kind, cents in story.given_up if span.first <= on <= span.last]
    table = given_up.table(ask["person"], story.practice.office.call("biller").subject)
    assert [table.foot[table.at(name)] for name in ("write_offs", "write_off_cents", "voids", "void_cents", "sum")] == [
        sum(kind == "write_off" for kind, _ in gone), sum(c for kind, c in gone if kind == "write_off"),
        sum(kind == "void" for kind, _ in gone), sum(c for kind, c in gone if kind == "void"), sum(c for _, c in gone),
    ]  # fmt: skip
    assert all(proof.off == 0 for proof in table.proofs)
    refused = sum(one.first[2] for one in story.claims if one.first and span.first <= one.first[0] <= span.last)
    table = claim_reports.denied(ask["category"])
    assert sum(line.cells[table.at("refused")] for line in table.lines) == refused  # type: ignore[misc]


def compared(story: Story, span: Span, by_code: bool) -> dict[tuple[str, str], tuple[int | None, ...]]:
    """(code, payer) -> services, denied, units allowed, charge, allowed and paid a unit, share in tenths of a percent, by hand."""
    groups: dict[tuple[str, str], list[Lived]] = defaultdict(list)
    for one in story.claims:
        if not one.voided and any(span.first <= told[0] <= span.last for told in one.told):  # a voided charge is no service
            groups[one.code if by_code else "", {"BLUE": "Blue Harbor", "MCAID": "State Medicaid"}[one.payer]].append(one)
    found: dict[tuple[str, str], tuple[int | None, ...]] = {}
    for key, own in groups.items():
        good = [one for one in own if not any(told[3] for told in one.told)]
        charge, n = sum(one.cents for one in good), len(good)
        allowed = sum(told[1] - told[2] for one in good for told in one.told)
        paid = sum(told[4] for one in good for told in one.told)
        each = [round_half_up(cents, n) if n else None for cents in (charge, allowed, paid)]
        found[key] = (len(own), len(own) - n, n, *each, round_half_up(allowed * 1_000, charge) if n else None)
    return found


def the_comparison(story: Story, span: Span) -> None:
    """Payer against payer, code by code; the mark stands at the payer that allows most a unit where two allow anything."""
    for by in ("code", "payer"):
        by_code = by == "code"
        table = comparison.table(Asked(span, by, story.today))
        names = ("services", "denied", "units", "charge", "allowed", "paid", "share")
        code = (lambda line: str(line.cells[0])) if by_code else (lambda _line: "")
        shown = {(code(line), str(line.cells[table.at("payer")])): line for line in table.lines}
        by_hand_ = compared(story, span, by_code)
        assert {key: tuple(line.cells[table.at(name)] for name in names) for key, line in shown.items()} == by_hand_, (by, span)
        for one in {code for code, _payer in by_hand_} if by_code else ():
            allowing = {payer: cells[4] for (of, payer), cells in by_hand_.items() if of == one and cells[4]}
            marked = [payer for (of, payer), line in shown.items() if of == one and line.tone == "good"]
            assert len(marked) == (len(allowing) > 1)
            assert all(allowing[payer] == max(allowing.values()) for payer in marked)  # type: ignore[type-var]


def the_months(story: Story) -> None:
    """What is counted by a span adds up: the months of a year are the year."""
    months = months_to(story.today, 30)
    whole = Span(months[0].first, months[-1].last)
    *parts, year = figures([*months, whole])
    for name in ("charges", "collections", "clean_claims", "denial_rate", "denial_dollars", "charge_lag", "payment_lag"):
        assert sum(one[name].numerator for one in parts) == year[name].numerator, name
        if year[name].denominator != 1:
            assert sum(one[name].denominator for one in parts) == year[name].denominator, name
    each = [net_collection(month, story.today) for month in months]
    assert sum(one.numerator for one in each) == net_collection(whole, story.today).numerator
