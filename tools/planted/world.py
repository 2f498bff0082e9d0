"""What errors are planted into: short ways to post, to enter by hand, to bring a bank line, a claim, a receipt.

Rows are written as a careless or dishonest hand could have left them: past the services where these would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from steward.banking.models import (
    BankAccount,
    BankLine,
    Drawer,
    DrawerSession,
    Match,
    MatchPart,
    Receipt,
    Settlement,
    StatementImport,
)
from steward.banking.services.accounts import make_drawer, open_bank_account
from steward.banking.services.deposits import Expected, expect_many
from steward.billing.models import Charge, Claim
from steward.core.access.decide import Context
from steward.core.access.models import User
from steward.core.access.subjects import subject_of
from steward.core.clock import FixedClock
from steward.core.numbers import reserve
from steward.core.service import Call, system_call
from steward.frontdesk.models import Patient
from steward.frontdesk.services import register_patient
from steward.frontdesk.types import RegistrationData
from steward.insurance.models import Payer
from steward.insurance.services import create_payer
from steward.insurance.types import PayerData
from steward.ledger.models import Document
from steward.ledger.services import draft_journal, post, post_many, sign_journal, store_document, submit_journal
from steward.ledger.types import EntryDraft, LineDraft
from steward.people.models import Provider
from steward.people.services import create_provider
from steward.people.types import ProviderData
from steward.registry.models import Entity, Site
from steward.registry.types import PersonData

NEUTRAL = "3000"  # owner's capital: what no check looks at takes the other side


@dataclass(frozen=True)
class Planted:
    """What the check must say: its evidence as (kind, ref), its entry as (account, cents), or no entry."""

    check: str
    evidence: frozenset[tuple[str, str]]
    entry: tuple[tuple[str, int], ...] = ()


def planted(check: str, *evidence: tuple[str, object], entry: Sequence[tuple[str, int]] = ()) -> Planted:
    return Planted(check, frozenset((kind, str(ref)) for kind, ref in evidence), tuple(sorted(entry)))


def line(account: str, cents: int, **dims: Any) -> LineDraft:
    """``line("charges", -100)`` by role, ``line("1000", 100)`` by code."""
    code = account[0].isdigit()
    return LineDraft(role=None if code else account, account=account if code else None, cents=cents, **dims)


@dataclass
class World:
    """An open practice at ``now``; every draw comes from ``rnd``, so that a seed repeats it."""

    now: datetime
    zone: ZoneInfo
    rnd: Random
    person: Callable[[str], User]
    made: int = 0
    days: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entity: Entity = Entity.objects.get(is_practice=True)
        self.site: Site = Site.objects.order_by("id")[0]
        call = self.system()
        name = f"{self.rnd.getrandbits(32):08x}"
        self.blue: Payer = create_payer(call, data=PayerData(f"P{name}"[:10], f"Harbor {name}", "", f"R{name}", "", "CI"))
        self.care: Payer = create_payer(call, data=PayerData(f"G{name}"[:10], f"Public {name}", "", f"S{name}", "", "MB"))
        self.provider: Provider = Provider.objects.order_by("id").first() or create_provider(
            call, data=ProviderData("1234567893", self.entity.pk, date(2020, 1, 1)), person=PersonData("Stone", "Ida")
        )
        self.bank = BankAccount.objects.get(account__role="bank_operating")
        self.drawer: Drawer = make_drawer(self.call("administrator"), name=f"Till {name}", site=self.site, float_cents=0)
        self.paper: Document = store_document(call, content=name.encode(), name="planted.txt")
        # enough on every side that no account's total turns over by what is planted
        self.post(self.ago(60), line("1700", 900_000_000), line("patient_prepaid", -100_000_000), line(NEUTRAL, -800_000_000))

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def ago(self, days: int) -> date:
        """The working day that lies at least so many days back."""
        day = self.today - timedelta(days=days)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def at(self, day: date, clock: time = time(12)) -> datetime:
        return datetime.combine(day, clock, self.zone)

    def cents(self, low: int = 1_000, high: int = 90_000) -> int:
        """An odd sum: never whole hundreds."""
        return self.rnd.randrange(low, high) * 10 + self.rnd.choice((1, 3, 7, 9))

    def uid(self) -> UUID:
        return UUID(int=self.rnd.getrandbits(128), version=4)

    # ---- calls ----
    def system(self, at: datetime | None = None) -> Call:
        return system_call("planted", now=FixedClock(at or self.now, self.zone))

    def call(self, role: str, at: datetime | None = None) -> Call:
        moment = at or self.now
        clock = FixedClock(moment, self.zone)
        subject = subject_of(self.person(role), clock.today(), clock.now())
        context = Context(second_factor=True, stepped_up_at=clock.now(), now=clock.now())
        return Call(subject=subject, clock=clock, key=None, channel="planted", context=context)

    # ---- the books ----
    def draft(self, day: date, *lines: LineDraft, journal: str = "general", memo: str = "", source: str = "", ref: str = "") -> EntryDraft:
        self.made += 1
        key = self.uid()
        return EntryDraft(key, day, memo or f"Planted {self.made}", journal, source or "planted.row", ref or str(key), lines)

    def post(self, day: date, *lines: LineDraft, **more: Any) -> int:
        """Posted at noon of its own day; its number."""
        return post(self.system(self.at(day)), draft=self.draft(day, *lines, **more)).number

    def post_many(self, drafts: Sequence[EntryDraft]) -> list[int]:
        done = post_many(self.system(), drafts=drafts)
        assert done.first_number is not None and done.last_number is not None
        return list(range(done.first_number, done.last_number + 1))

    def by_hand(self, day: date, memo: str, *lines: LineDraft, role: str = "bookkeeper", posted: datetime | None = None) -> int:
        """Entered by one person, signed by the owner, both at ``posted`` (noon of its day); its number."""
        uid, at = self.uid(), posted or self.at(day)
        draft_journal(self.call(role, at), uid=uid, date=day, memo=memo, lines=lines, document=self.paper)
        submit_journal(self.call(role, at), uid=uid)
        number = sign_journal(self.call("owner", at), uid=uid, approve=True).number
        assert number is not None
        return number

    # ---- the bank ----
    def account(self, code: str) -> BankAccount:
        """Another account at the bank, opened when it is asked for."""
        found = BankAccount.objects.filter(account__code=code).first()
        return found or open_bank_account(self.call("administrator"), code=code, name=f"Bank {code}")

    def bank_line(
        self, day: date, cents: int, text: str = "", kind: str = "", *, account: BankAccount | None = None, check_no: str = ""
    ) -> BankLine:
        where = account or self.bank
        key = f"{self.rnd.getrandbits(120):030x}"
        stated = StatementImport.objects.create(
            bank_account=where, document=self.paper, sha256=key, kind="csv", name="planted.csv", starts_on=day, ends_on=day, opening_cents=0,
            closing_cents=cents, closing_on=self.today, proof="derived", new_lines=1, imported_at=self.now,
        )  # fmt: skip
        return BankLine.objects.create(
            bank_account=where, statement=stated, posted_on=day, cents=cents, text=text or f"TRANSFER {key[:8]}", kind=kind, content_key=key,
            occurrence=0, check_no=check_no,
        )  # fmt: skip

    def answered(self, row: BankLine, settlement: Settlement | None = None) -> None:
        """Somebody has explained this line of the bank, or matched it with what was expected."""
        match = Match.objects.create(bank_account=row.bank_account, rule="manual", matched_at=self.now)
        MatchPart.objects.create(match=match, line=row)
        if settlement is not None:
            MatchPart.objects.create(match=match, settlement=settlement)

    def expected(self, day: date, cents: int, kind: str = "deposit") -> str:
        """A deposit the bank should show; its uid."""
        key = str(self.rnd.randrange(10**8, 10**9))
        one = Expected(kind, key, cents, day, "eft_in_transit", f"deposit:{self.uid()}", self.entity.pk, f"Slip {key}")
        return str(expect_many(self.system(), expected=[one])[0].uid)

    # ---- patients' money ----
    def patient(self, guarantor: Patient | None = None) -> Patient:
        self.made += 1
        name = "".join(self.rnd.choice("abcdefghiklmnoprstuvwyz") for _ in range(9)).title()
        born = date(1930, 1, 1) + timedelta(days=self.rnd.randrange(25_000))
        data = RegistrationData(PersonData(name, name[::-1].title(), birth_date=born, sex="F"), registered_on=self.ago(30))
        if guarantor is not None:
            data = replace(data, guarantor=guarantor.party_id)
        return register_patient(self.system(), data=data, despite_duplicates=True)

    def charge(self, patient: Patient, day: date, cents: int, payer: Payer | None = None, code: str = "G0438") -> Charge:
        """A claim of one charge, in the books on its day of service."""
        self.made += 1
        claim = Claim.objects.create(
            ref=f"PL{self.rnd.getrandbits(40):010X}", patient=patient, payer=payer, provider=self.provider, entity=self.entity, site=self.site,
            service_date=day, created_at=self.at(day),
        )  # fmt: skip
        uid = self.uid()
        role, whose = ("ar_insurance", {"payer": payer.party_id}) if payer else ("ar_patient", {})
        dims = {"item": f"charge:{uid}", "party": patient.party_id, "party_role": "patient", **whose}
        number = self.post(day, line(role, cents, **dims), line("charges", -cents, **dims), journal="charges", source="billing.claim")
        return Charge.objects.create(
            uid=uid, claim=claim, line_ref=f"L{self.made}", service_date=day, posted_on=day, code=code, charge_cents=cents, entry=number
        )

    def receipt(self, patient: Patient, day: date, cents: int, *, check_no: str = "", for_ref: str = "") -> Receipt:
        """A check taken at the desk and held as a prepayment, in a drawer counted right."""
        with transaction.atomic():
            (number,) = reserve("banking.receipt", 1)
        session = self.session(day, 0)
        row = Receipt(
            uid=self.uid(), number=number, session=session, day=day, taken_at=self.at(day), by=session.cashier, tender="check", cents=cents,
            party=patient.party, check_no=check_no, for_ref=for_ref,
        )  # fmt: skip
        row.entry = self.post(
            day, line("undeposited", cents, item=row.item), line("patient_prepaid", -cents, **self.of(patient, row.item)),
            journal="receipts", source="banking.receipt", ref=str(row.uid),
        )  # fmt: skip
        row.save(force_insert=True)
        return row

    def session(self, day: date, over: int) -> DrawerSession:
        """A counted drawer, over or short by so much."""
        cashier = self.person("frontdesk")
        return DrawerSession.objects.create(
            drawer=self.drawer, cashier=cashier, day=day, opened_at=self.at(day, time(8)), float_cents=0, state="counted",
            counted_at=self.at(day, time(17)), counted_by=cashier, counted_cents=50_000 + over, expected_cents=50_000, left_cents=0,
            reason="planted",
        )  # fmt: skip

    def of(self, patient: Patient, item: str) -> dict[str, Any]:
        return {"item": item, "party": patient.party_id, "party_role": "patient"}
