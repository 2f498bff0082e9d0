"""A small practice and twenty commands of its day, each ready to be given any number of times.

The proofs of lost connections and of answers that never came give the same commands, so that what one of them proves
of a command the other proves too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps

from steward.banking import importers as bank_files
from steward.banking.logic.ofx_writer import write_ofx
from steward.banking.logic.statement import BankLine, Statement, numbered
from steward.banking.models import BankAccount, DrawerSession
from steward.banking.services import accounts, deposits, drawers, receipts
from steward.billing import importers as billing_files
from steward.billing.logic.remittance_writer import write
from steward.billing.models import Charge
from steward.billing.services.charges import enter_charges, void_charge
from steward.billing.types import ChargeData, ClaimData
from steward.core.clock import at_local
from steward.core.files.services import store
from steward.core.imports import Imported, Options
from steward.core.outbox.services import queue
from steward.core.outbox.states import Kind
from steward.core.service import Call
from steward.frontdesk import services as desk
from steward.frontdesk.models import Appointment, Patient
from steward.frontdesk.types import BookingData, RegistrationData
from steward.ledger import services as ledger
from steward.people.services import add_sessions_many
from steward.people.types import SessionData
from steward.registry.services import create_party
from steward.registry.types import PersonData
from tests.billing.conftest import Practice, practise
from tests.billing.samples import ENVELOPE, cas, claim, remittance, service_line
from tests.billing.test_charges_csv import ROW, file_of
from tests.ledger.support import entry, line
from tests.support import ZONE, Office, make_user, open_office

Act = Callable[[UUID], Any]  # does the command with this key
DAY = dt.date(2026, 11, 23)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class House:
    """The practice, and how many times something was made ready in it (``n`` makes names, numbers and times differ)."""

    office: Office
    practice: Practice
    reason: Any
    bank: BankAccount
    session: DrawerSession
    slots: dict[dt.date, int] = field(default_factory=dict)

    def call(self, role: str, key: UUID | None = None) -> Call:
        return self.office.call(role, key=key)

    def patient(self, n: int) -> Patient:
        return desk.register_patient(self.call("frontdesk"), data=RegistrationData(_person(n)), despite_duplicates=True)

    def booking(self, patient: Patient, day: dt.date = DAY) -> BookingData:
        """The next free five minutes of ``day``, a Monday to Friday."""
        slot = self.slots.get(day, 0)
        assert slot < 108, "the provider's nine hours of that day are full"
        self.slots[day] = slot + 1
        starts = at_local(day, dt.time(8 + slot // 12, 5 * (slot % 12)), ZONE)
        return BookingData(
            patient.pk, self.practice.provider.pk, self.office.site.pk, self.reason.pk, starts_at=starts, minutes=5
        )

    def booked(self, n: int, day: dt.date = DAY) -> Appointment:
        return desk.book(self.call("frontdesk"), data=self.booking(self.patient(n), day))

    def claim_data(self, n: int) -> ClaimData:
        charges = (ChargeData("G0438", 15_000 + n, (), "1", ("Z0000",), (1,)),)
        return ClaimData(self.patient(n).pk, self.practice.provider.pk, DAY, charges, payer=self.practice.blue.pk)


def open_house() -> House:
    """Everything through the rooms' own services."""
    office = open_office()
    practice = practise(office)
    hours = [
        SessionData(
            practice.provider.pk,
            office.site.pk,
            dt.time(8),
            dt.time(17),
            dt.date(2026, 1, 1),
            weekday=day,
            slot_minutes=5,
        )
        for day in range(5)
    ]
    add_sessions_many(office.system(), data=hours)
    reason = desk.keep_reason(office.system(), code="FU", name="Follow-up", minutes=5)
    bank = accounts.change_bank_account(
        office.call("administrator"), account=BankAccount.objects.get(account__code="1050"), number="0000123456",
        opening_cents=1_000_000, opening_on=dt.date(2026, 11, 1),
    )  # fmt: skip
    drawer = accounts.make_drawer(office.call("administrator"), name="Front", site=office.site, float_cents=20_000)
    session = drawers.open_drawer(office.call("frontdesk"), drawer=drawer, float_cents=20_000)
    return House(office, practice, reason, bank, session)


def rows() -> dict[str, int]:
    """How many rows each of our tables holds: what a command adds, it must add once."""
    models = [m for m in apps.get_models() if m.__module__.startswith("steward.")]
    return {m._meta.db_table: m._default_manager.count() for m in models}


@dataclass(frozen=True)
class Command:
    """``ready(house, n)`` prepares what the command needs and gives the command itself.

    ``keyed`` is False where the content and not the key makes an import once-only: the second answer says so.
    """

    name: str
    ready: Callable[[House, int], Act]
    keyed: bool = True


def _word(n: int) -> str:
    """A name of letters alone that no other ``n`` has."""
    return LETTERS[n // 676 % 26] + LETTERS[n // 26 % 26].lower() + LETTERS[n % 26].lower()


def _person(n: int) -> PersonData:
    return PersonData(f"Rival{_word(n)}", f"Jo{_word(n)}", birth_date=dt.date(1950, 1, 1) + dt.timedelta(days=n))


def _post(house: House, n: int) -> Act:
    draft = entry(source_ref=f"p{n}")
    return lambda key: ledger.post(house.call("bookkeeper", key), draft=draft)


def _post_many(house: House, n: int) -> Act:
    drafts = [entry(source_ref=f"m{n}-{k}") for k in range(25)]
    return lambda key: ledger.post_many(house.call("bookkeeper", key), drafts=drafts)


def _reverse(house: House, n: int) -> Act:
    done = ledger.post(house.call("bookkeeper"), draft=entry(source_ref=f"r{n}"))
    return lambda key: ledger.reverse(house.call("bookkeeper", key), number=done.number, date=DAY, reason="mistake")


def _reverse_entry(house: House, n: int) -> Act:
    paper = ledger.store_document(house.call("bookkeeper"), content=f"v{n}".encode(), name="v.txt")
    own = {"source_type": "document", "source_ref": f"v{n}", "journal": "manual", "document": paper.pk}
    done = ledger.post(house.call("bookkeeper"), draft=entry(**own))
    return lambda key: ledger.reverse_entry(
        house.call("bookkeeper", key), number=done.number, date=DAY, reason="mistake"
    )


RENT = (line("6000", 250_000, memo="November"), line("bank_operating", -250_000))


def _draft(house: House, n: int) -> Act:
    uid = uuid4()
    return lambda key: ledger.draft_journal(
        house.call("bookkeeper", key), uid=uid, date=DAY, memo=f"Rent {n}", lines=RENT
    )


def _submit(house: House, n: int) -> Act:
    uid = uuid4()
    ledger.draft_journal(house.call("bookkeeper"), uid=uid, date=DAY, memo=f"Rent {n}", lines=RENT)
    return lambda key: ledger.submit_journal(house.call("bookkeeper", key), uid=uid)


def _sign(house: House, n: int) -> Act:
    uid = uuid4()
    ledger.draft_journal(house.call("bookkeeper"), uid=uid, date=DAY, memo=f"Rent {n}", lines=RENT)
    ledger.submit_journal(house.call("bookkeeper"), uid=uid)
    return lambda key: ledger.sign_journal(house.call("owner", key), uid=uid, approve=True)


def _document(house: House, n: int) -> Act:
    return lambda key: ledger.store_document(house.call("bookkeeper", key), content=b"paper %d" % n, name=f"paper {n}")


def _register(house: House, n: int) -> Act:
    data = RegistrationData(_person(n))
    return lambda key: desk.register_patient(house.call("frontdesk", key), data=data, despite_duplicates=True)


def _book(house: House, n: int) -> Act:
    data = house.booking(house.patient(n), DAY + dt.timedelta(days=7))
    return lambda key: desk.book(house.call("frontdesk", key), data=data)


def _move(house: House, n: int) -> Act:
    row = house.booked(n, DAY + dt.timedelta(days=14))
    data = house.booking(row.patient, DAY + dt.timedelta(days=21))
    return lambda key: desk.reschedule(house.call("frontdesk", key), appointment=row, data=data)


def _cancel(house: House, n: int) -> Act:
    row = house.booked(n, DAY + dt.timedelta(days=28))
    return lambda key: desk.cancel(house.call("frontdesk", key), appointment=row, reason="ill")


def _check_in(house: House, n: int) -> Act:
    row = house.booked(n)
    return lambda key: desk.check_in(house.call("frontdesk", key), appointment=row)


def _check_out(house: House, n: int) -> Act:
    row = house.booked(n)
    desk.check_in(house.call("frontdesk"), appointment=row)
    return lambda key: desk.check_out(house.call("frontdesk", key), appointment=row)


def _charges(house: House, n: int) -> Act:
    data = house.claim_data(n)
    return lambda key: enter_charges(house.call("biller", key), data=data)


def _void_charge(house: House, n: int) -> Act:
    done = enter_charges(house.call("biller"), data=house.claim_data(n))
    charge = Charge.objects.get(claim=done)
    return lambda key: void_charge(house.call("biller", key), charge=charge, reason="wrong code")


def _receipt(house: House, n: int) -> Act:
    party = house.office.entity.party
    return lambda key: receipts.take_receipt(
        house.call("frontdesk", key), tender="card", cents=2_500, party=party, card_last4="4242", for_ref=f"v{n}"
    )


def _void_receipt(house: House, n: int) -> Act:
    row = receipts.take_receipt(house.call("frontdesk"), tender="cash", cents=100, party=house.office.entity.party)
    return lambda key: receipts.void_receipt(house.call("frontdesk", key), receipt=row, reason="wrong patient")


def _drop(house: House, n: int) -> Act:
    receipts.take_receipt(house.call("frontdesk"), tender="cash", cents=500, party=house.office.entity.party)
    return lambda key: drawers.safe_drop(house.call("frontdesk", key), session=house.session, cents=500, memo=str(n))


def _count(house: House, n: int) -> Act:
    drawer = accounts.make_drawer(house.call("administrator"), name=f"Drawer {n}", site=house.office.site)
    name = f"cashier{n}"
    house.office.users[name] = make_user("frontdesk", name)
    session = drawers.open_drawer(house.call(name), drawer=drawer, float_cents=100)
    return lambda key: drawers.count_drawer(house.call(name, key), session=session, cents=100)


def _deposit(house: House, n: int) -> Act:
    party = house.office.entity.party
    row = receipts.take_receipt(house.call("frontdesk"), tender="check", cents=4_000, party=party, check_no=str(n + 1))
    return lambda key: deposits.make_deposit(
        house.call("administrator", key), bank_account=house.bank, items=[row.item], bag=str(n)
    )


def _store(house: House, n: int) -> Act:
    return lambda key: store(house.call("administrator", key), data=b"letter %d" % n, name=f"{n}.txt")


def _message(house: House, n: int) -> Act:
    return lambda key: queue(
        house.call("administrator", key),
        kind=Kind.MAIL,
        to="a@example.org",
        subject="A message waits",
        body=f"sealed {n}",
    )


def _party(house: House, n: int) -> Act:
    return lambda key: create_party(house.call("frontdesk", key), data=_person(n))


def _remit(house: House, n: int) -> Act:
    house.practice.claims({"claim_ref": f"C-{n}", "patient_ref": f"Q{n}"})
    lines = service_line(15_000, cas("CO", "45", 5_000), cas("PR", "3", 2_000), control="L1")
    one = replace(remittance(claim(f"C-{n}", lines), trace=f"T{n}"), payer_id="", payer_refs=())
    content = write([one], ENVELOPE)
    return lambda key: _said(
        billing_files.run(house.call("biller", key), kind="835", content=content, name=f"{n}.835", options=Options())
    )


def _charge_file(house: House, n: int) -> Act:
    content = file_of({**ROW, "claim_ref": f"F-{n}", "patient_ref": f"F{n}"})
    return lambda key: _said(
        billing_files.run(
            house.call("biller", key), kind="charges-csv", content=content, name="f.csv", options=Options()
        )
    )


def _statement(house: House, n: int) -> Act:
    lines = [BankLine(DAY - dt.timedelta(days=1), 500, f"X{n}"), BankLine(DAY - dt.timedelta(days=1), -500, f"Y{n}")]
    one = Statement(
        "0000123456", numbered(lines), "021000021", closing_cents=1_000_000, closing_on=DAY,
        starts_on=dt.date(2026, 11, 1), ends_on=DAY,
    )  # fmt: skip
    content = write_ofx((one,), DAY)
    return lambda key: _said(
        bank_files.run(house.call("bookkeeper", key), kind="ofx", content=content, name=f"{n}.qfx", options=Options())
    )


def _said(answer: Imported) -> str:
    """What an import says; anything but having the file now, or from before, is a failure of the proof."""
    assert answer.status in ("posted", "duplicate"), answer
    return answer.status


COMMANDS = (
    Command("ledger.post", _post),
    Command("ledger.post_many", _post_many),
    Command("ledger.reverse", _reverse),
    Command("ledger.reverse_entry", _reverse_entry),
    Command("ledger.draft_journal", _draft),
    Command("ledger.submit_journal", _submit),
    Command("ledger.sign_journal", _sign),
    Command("ledger.store_document", _document),
    Command("frontdesk.register_patient", _register),
    Command("frontdesk.book", _book),
    Command("frontdesk.reschedule", _move),
    Command("frontdesk.cancel", _cancel),
    Command("frontdesk.check_in", _check_in),
    Command("frontdesk.check_out", _check_out),
    Command("billing.enter_charges", _charges),
    Command("billing.void_charge", _void_charge),
    Command("banking.take_receipt", _receipt),
    Command("banking.void_receipt", _void_receipt),
    Command("banking.safe_drop", _drop),
    Command("banking.count_drawer", _count),
    Command("banking.make_deposit", _deposit),
    Command("files.store", _store),
    Command("outbox.queue", _message),
    Command("registry.create_party", _party),
    Command("import 835", _remit, keyed=False),
    Command("import charges-csv", _charge_file),
    Command("import ofx", _statement, keyed=False),
)
