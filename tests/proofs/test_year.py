"""A year of billing with played payers (R23): what they planted is what stands in the books, to the cent, claim by claim.

Every round some days' claims are entered, spoiled for the scrub's sake, written and sent; a clearinghouse delivers what payers
answered: at once, late, twice, or of acknowledgements never. Rejected claims are sent again, half of the denied ones are
replaced. ``tools/payer_simulator.py`` and ``tools/plant_faults.py`` know nothing of the rules they are judged by.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from steward.billing import importers
from steward.billing.logic.scrub.engine import scrub
from steward.billing.logic.scrub.model import Mue
from steward.billing.models import Batch, Claim, RemittanceClaim, WorkItem
from steward.billing.selectors.claims import standings, states
from steward.billing.selectors.outgoing import outgoing
from steward.billing.selectors.scrub_rules import rules_in_force
from steward.billing.selectors.scrubbing import blocking, world_of
from steward.billing.selectors.sending import due
from steward.billing.selectors.unanswered import unanswered
from steward.billing.selectors.underpaid import underpaid
from steward.billing.services.corrections import replace_claim
from steward.billing.services.submissions import recall, write_claims
from steward.core.access.models import Office as OfficeRow
from steward.core.files.selectors import content
from steward.core.imports import Options
from steward.insurance.models import Payer, Plan
from steward.insurance.services import create_contract, create_payer, update_plan
from steward.insurance.types import ContractData, PayerData, PlanData
from steward.ledger.selectors import account_balance
from steward.ledger.selectors.verify import verify
from steward.registry.models import Site
from tests.billing.conftest import NPI, Practice, practise
from tests.billing.scrub.claims import DIAGNOSES, SERVICES
from tests.billing.test_charges_csv import ROW, file_of
from tests.support import open_office

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import payer_simulator as play
import plant_faults

pytestmark = pytest.mark.proof
FIRST, DAYS = dt.datetime(2026, 1, 5, 17, tzinfo=dt.UTC), 288
ROUNDS = (12, 48)  # at least and at most; a hundred claims a round and more where there are many
CODES = ("T1015", "G0447", "G0463", "G0127", "G0108")
UNITS = {code: (Mue(8, "1", dt.date(2020, 1, 1)),) for code in SERVICES}  # the code sets an office imports, as small as they come
CHANCES = play.Chances(
    rejected=8, denied=60, underpaid=30, reversed=20, interest=20, split=30, recouped=15, recouped_later=15, silent=10
)
PAYERS = (  # code, tax number, EDI id, filing, terms, share of the claims in hundredths
    ("BLUE", "512345678", "60054", "CI", play.Terms(), 55),
    ("MEDI", "522345678", "MEDI1", "MB", play.Terms(sequestered=True), 30),
    ("HEAD", "532345678", "HEAD1", "HM", play.Terms(capitated=True), 15),
)
SECOND = ("NEXT", "542345678", "NEXT1", "CI", play.Terms())  # pays after the first for every fifth patient
ASKED = ("denial", "eligibility", "review")


@dataclass
class Year:
    """The practice, its payers as played, and what was counted on the way."""

    practice: Practice
    chance: random.Random
    claims: int
    desks: dict[str, play.Payer]
    eins: dict[str, str]
    house: play.Clearinghouse
    last: dict[str, play.File837] = field(default_factory=dict)
    second: set[str] = field(default_factory=set)
    replaced: dict[str, str] = field(default_factory=dict)  # claim -> why it was denied before
    counts: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)  # planted faults that the scrub let pass
    why: Counter[str] = field(default_factory=Counter)  # rules that held a clean claim
    files: Counter[str] = field(default_factory=Counter)

    @property
    def office(self) -> Any:
        return self.practice.office


def begin(count: int, seed: int) -> Year:
    office = open_office()
    office.now = FIRST
    practice = practise(office)
    OfficeRow.objects.update(submitter_id="MAPLE1")
    Site.objects.update(phone="217 555 0142", street="12 Main St", city="Springfield", state="IL", zip="62701")
    practice.provider.taxonomy = "207Q00000X"
    practice.provider.save()
    system = office.system()
    for code, ein, edi, filing, *_rest in (*PAYERS[1:], SECOND):
        create_payer(system, data=PayerData(code, f"{code} Plan", edi, edi, ein, filing))
    Payer.objects.update(filing_limit_days=365)
    plan = Plan.objects.get(payer__code="HEAD")
    update_plan(system, plan=plan, data=PlanData(plan.name, capitation=True))
    for code in ("BLUE", "MEDI"):
        payer = Payer.objects.get(code=code)
        create_contract(system, data=ContractData(payer.pk, code, dt.date(2026, 1, 1), "contract", percent_ppm=620_000))
    desks = {code: play.Payer(seed + n, CHANCES, terms) for n, (code, _ein, _edi, _filing, terms, _share) in enumerate(PAYERS)}
    desks[SECOND[0]] = play.Payer(seed + 9, CHANCES, SECOND[4])
    eins = {one[0]: one[1] for one in (*PAYERS, SECOND)}
    return Year(practice, random.Random(seed), count, desks, eins, play.Clearinghouse(seed))


# ---- a round ----
def enter(year: Year, first: int, last: int) -> None:
    """The claims of some days. Nobody comes twice a round, so that no two visits of a day are taken for one."""
    rows, today = [], year.office.today
    for n in range(first, last):
        payer = year.chance.choices([one[0] for one in PAYERS], [one[5] for one in PAYERS])[0]
        day = today - dt.timedelta(days=year.chance.randrange(5))
        member = medicare(n) if payer == "MEDI" else f"M{n}"
        whose = {**ROW, "claim_ref": f"Y{n}", "patient_ref": f"P{n}", "member_id": member, "payer_id": payer,
                 "provider_npi": NPI, "service_date": day.isoformat()}  # fmt: skip
        if n % 5 == 0 and payer == "BLUE":
            whose |= {"payer2_id": "NEXT", "member2_id": f"N{n}"}
            year.second.add(f"Y{n}")
        for line, code in enumerate(year.chance.sample(CODES, year.chance.choice((1, 1, 2, 3)))):
            rows.append({**whose, "line_ref": f"Y{n}-{line}", "code": code, "charge": f"{year.chance.randrange(4_000, 30_000) / 100:.2f}"})
    if rows:
        bring(year, "charges.csv", file_of(*rows))


def medicare(n: int) -> str:
    """A beneficiary number of the form Medicare gives, another for each ``n`` below 90,000."""
    rest = f"{n // 9:04d}"
    return f"{n % 9 + 1}EG{rest[0]}TE{rest[1]}MK{rest[2:]}"


def bring(year: Year, name: str, data: bytes) -> str:
    kind = importers.recognise(data)
    assert kind, name
    found = importers.run(year.office.call("biller"), kind=kind, content=data, name=name, options=Options())
    problems = [p for part in found.parts for p in part.problems]
    assert found.status in ("posted", "duplicate"), (name, found.status, problems[:3])
    year.files[found.status] += 1
    return found.status


def spoil(year: Year) -> None:
    """Every tenth claim that is due, with one fault: the scrub must hold it. What is sent afterwards is the clean claim."""
    wanted = [one for one in due() if one.rank == 1]
    picked = year.chance.sample(wanted, -(-len(wanted) // 10))
    values = list(outgoing(picked).values())
    world = replace(world_of(values, year.office.today), icd10=DIAGNOSES, hcpcs=SERVICES, mue=UNITS)
    rules = rules_in_force()
    clean = {value.ref: {(p.rule, p.where) for p in scrub(value, rules, world)} for value in values}
    names = sorted(plant_faults.FAULTS)
    for value in values:
        name, faulty = next(
            (name, faulty) for name in year.chance.sample(names, len(names)) if (faulty := plant_faults.plant(value, name))
        )
        found = scrub(faulty, rules, world)
        year.counts["planted"] += 1
        if not blocking(p for p in found if (p.rule, p.where) not in clean[value.ref]):
            year.missed.append(f"{name} in {value.ref}")


def send(year: Year) -> None:
    done = write_claims(year.office.call("biller"))
    year.counts["held"] += len(done.held)
    year.why.update(problem.rule for one in done.held for problem in one.problems)
    year.counts["sent"] += sum(batch.claim_count for batch in done.batches)
    for batch in done.batches:
        hand_over(year, batch)


def hand_over(year: Year, batch: Batch) -> None:
    """A batch goes to its payer's desk, its answers to the clearinghouse."""
    sent = play.read(content(batch.file))
    code = batch.payer.code
    year.last[code] = sent
    year.house.take(play.answer(year.desks[code], sent, paid_on(year), year.eins[code]))


def paid_on(year: Year) -> dt.date:
    return year.office.today + dt.timedelta(days=1)


def receive(year: Year) -> None:
    """What the clearinghouse has; then the biller sends rejected claims again and replaces half of what was denied."""
    for name, data in year.house.deliver():
        bring(year, name, data)
    call = year.office.call("biller")
    rejected = WorkItem.objects.filter(kind="rejected_claim", closed_at=None).select_related("claim")
    for item in rejected:
        year.counts["rejected"] += 1
        recall(call, claim=item.claim, reason="corrected and sent again")
    for item in WorkItem.objects.filter(kind="denial", closed_at=None).select_related("claim").order_by("id"):
        if item.claim.pk % 2 and item.claim.ref not in year.replaced:
            year.replaced[item.claim.ref] = f"{item.group}-{item.carc}"
            for batch in replace_claim(call, claim=item.claim).batches:
                hand_over(year, batch)


def live(year: Year) -> None:
    """The year: round after round; then quiet rounds until every payer has said and taken what it had to."""
    rounds = min(max(year.claims // 100, ROUNDS[0]), ROUNDS[1])
    per = -(-year.claims // rounds)
    for start in range(0, year.claims, per):
        turn(year)
        enter(year, start, min(start + per, year.claims))
        spoil(year)
        send(year)
        receive(year)
        year.office.now += dt.timedelta(days=DAYS // rounds)
    for _quiet in range(30):
        if not (year.house.waiting or any(code != "FB" for code in promised(year)) or due()):
            break
        turn(year)
        for code, sent in year.last.items():
            year.house.take(play.follow_up(year.desks[code], sent, paid_on(year), year.eins[code]))
        send(year)
        receive(year)
        year.office.now += dt.timedelta(days=1)
    assert not year.house.waiting and not due()


def turn(year: Year) -> None:
    """Payers count rounds, however many files they answer in one."""
    for desk in year.desks.values():
        desk.turn()


def promised(year: Year) -> Counter[str]:
    """What payers will still take, by PLB code (and ``claims`` they will come back to): only a balance forward may be left,
    which waits for money that no longer comes."""
    found: Counter[str] = Counter()
    for follow in (one for desk in year.desks.values() for one in desk.later):
        found["claims"] += len(follow.claims)
        for code, _ref, cents in follow.plb:
            found[code] += cents
    return +found


# ---- the judgement ----
def truths(year: Year) -> dict[str, play.Truth]:
    """What was planted. A second payer knows only its own part: paid besides, and what it left."""
    found: dict[str, play.Truth] = {}
    for code in ("BLUE", "MEDI", "HEAD"):
        found |= year.desks[code].truths
    for ref, after in year.desks["NEXT"].truths.items():
        found[ref].paid_cents += after.paid_cents
        found[ref].patient_cents, found[ref].second = after.patient_cents, True
    return found


def wrong_cents(truth: play.Truth, book: Any, *, second: bool) -> dict[str, int]:
    """Where the books differ from what was planted, in cents; empty when they do not."""
    denied = truth.outcome == "denied"
    share = 0 if denied else truth.patient_cents
    waits = second and not truth.second  # the second payer still owes what the first left
    expected = {
        "paid": truth.paid_cents, "patient": 0 if waits else share, "contractual": truth.contractual_cents,
        "sequestration": truth.sequestration_cents, "capitation": truth.capitation_cents, "denial": 0, "admin": 0,
        "open": book.charge_cents - truth.paid_cents - (0 if waits else share) - truth.contractual_cents
        - truth.sequestration_cents - truth.capitation_cents,
    }  # fmt: skip
    stands = {
        "paid": book.paid_cents, "patient": book.patient_due_cents, "contractual": book.adjusted["contractual"],
        "sequestration": book.adjusted["sequestration"], "capitation": book.adjusted["capitation"],
        "denial": book.adjusted["denial"], "admin": book.adjusted["administrative"], "open": book.insurance_due_cents,
    }  # fmt: skip
    return {name: stands[name] - cents for name, cents in expected.items() if stands[name] != cents}


def test_a_year_of_claims(real_db, django_db_blocker, proofs) -> None:
    proof = proofs("R23")
    with django_db_blocker.unblock():
        year = begin(proof.count, proof.seed)
        live(year)
        planted = truths(year)
        rows = list(Claim.objects.order_by("id"))
        books = standings(row.pk for row in rows)
        assert len(rows) == proof.count == len(planted)
        wrong = {row.ref: found for row in rows if (found := wrong_cents(planted[row.ref], books[row.pk], second=row.ref in year.second))}
        assert not wrong, f"seed {proof.seed}: {list(wrong.items())[:5]} {[planted[ref] for ref in list(wrong)[:5]]}"
        assert all(books[row.pk].whole for row in rows)
        judge_work(year, planted)
        judge_silence(year, planted, rows, books)
        found = judge_underpaid(year, planted)
        open_cents = sum(book.insurance_due_cents for book in books.values())
        assert account_balance(year.office.today, role="ar_insurance") == open_cents
        assert account_balance(year.office.today, role="ar_patient") == sum(book.patient_due_cents for book in books.values())
        assert account_balance(year.office.today, role="era_clearing") == 0
        assert set(promised(year)) <= {"FB"}
        assert -account_balance(year.office.today, role="recoupment_payable") == promised(year)["FB"]
        assert account_balance(year.office.today, role="recoupment_suspense") == 0
        assert verify().ok
        assert not year.missed, f"seed {proof.seed}: {year.missed[:5]}"
        clean = 1 - (year.counts["held"] + sum(len(desk.rejected) for desk in year.desks.values())) / proof.count
        assert year.counts["held"] <= 0.02 * proof.count and clean >= 0.98, (year.counts, year.why)
        outcomes = Counter(truth.outcome for truth in planted.values())
        assert all(outcomes[name] for name in ("paid", "denied", "underpaid", "reversed", "split", "recouped", "recouped_later", "silent"))
        assert year.house.told["late"] and year.house.told["twice"] and year.files["duplicate"] >= year.house.told["twice"] > 0
        proof.done(
            claims=proof.count, files=sum(year.files.values()), answers=RemittanceClaim.objects.count(), wrong_cents=0,
            written_off_alone=0, faults_planted=year.counts["planted"], faults_missed=0, held_by_mistake=year.counts["held"],
            underpaid_found=found, clean_per_mille=round(clean * 1000), replaced=len(year.replaced), **year.house.told,
        )  # fmt: skip


def judge_work(year: Year, planted: dict[str, play.Truth]) -> None:
    """People are asked about what was denied and about nothing else: whatever balanced, matched and was white-listed posted."""
    open_ = WorkItem.objects.filter(closed_at=None)
    asked = set(open_.filter(kind__in=ASKED).values_list("claim__ref", flat=True))
    assert asked == {ref for ref, truth in planted.items() if truth.outcome == "denied"}
    # a first payer that takes back after the second has paid leaves more paid than was open: that is a person's to return
    both = {ref for ref, truth in planted.items() if truth.second and truth.outcome.startswith("recouped")}
    others = set(open_.exclude(kind__in=ASKED).values_list("kind", "claim__ref"))
    assert others <= {("overpaid", ref) for ref in both}, others


def judge_silence(year: Year, planted: dict[str, play.Truth], rows: list[Claim], books: dict[int, Any]) -> None:
    """A claim that nobody ever answered is on somebody's list, and only such; so is one whose rejection never arrived."""
    year.office.now += dt.timedelta(days=40)
    told = unanswered(year.office.call("biller").subject, year.office.now)
    silent = {ref for ref, truth in planted.items() if truth.outcome in ("silent", "rejected")}
    waiting = set(told.values_list("claim__ref", flat=True))
    assert waiting == silent, [(ref, planted[ref], ref in year.replaced, ref in year.second) for ref in sorted(waiting ^ silent)[:5]]
    stands = states(rows[:500], books)
    assert {stands[row.pk] for row in rows[:500] if row.ref in silent} <= {"SENT", "ACCEPTED", "SYNTAX_OK"}


def judge_underpaid(year: Year, planted: dict[str, play.Truth]) -> int:
    """Every planted underpayment is found with its cents, and nothing else is."""
    short: Counter[str] = Counter()
    for one in underpaid(dt.date(2026, 1, 1), dt.date(2027, 12, 31)):
        short[one.charge.claim.ref] += one.short_cents
    assert dict(short) == {ref: truth.underpaid_cents for ref, truth in planted.items() if truth.underpaid_cents}
    return len(short)
