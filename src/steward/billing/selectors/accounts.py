"""The account of whoever pays: what is owed line by line, what was paid ahead, and what happened to each line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from steward.billing.logic.account import BUCKETS, Event, by_age, events, paid_in
from steward.billing.models import Charge, RemittanceLine
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.others import PREFIX, OtherLine, holder_of, other_lines
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.frontdesk.models import Patient
from steward.ledger.selectors.open_lines import ItemMove, PartyItem, item_moves, parties_with, party_items, party_sum
from steward.registry.models import Party
from steward.registry.selectors import names_of

MOST_LINES = 300
OWING = ("ar_patient", "ar_insurance")
CREDITS = ("patient_prepaid", "credit_balance")
PARTY = '"frontdesk_patient"."party_id"'
PAID_AHEAD, OWES = Q(prepaid__gt=0), Q(owed__gt=0)


def account_patients(subject: Subject) -> QuerySet[Patient]:
    """Patients whose money this person may see; a patient her own, and those she is guarantor of."""
    own = Q(party__user_id=subject.user_id) | Q(guarantor__user_id=subject.user_id)
    return scoped(subject, "charge.read", Patient.objects.all(), own=own).select_related("party", "guarantor")


def balances(subject: Subject, today: date) -> QuerySet[Patient]:
    """Patients who owe or have paid ahead, with ``owed``, ``prepaid`` and ``age0`` to ``age4`` (BUCKETS) in cents, from the ledger.

    What is owed is as old as the day it first was the patient's to pay.
    """
    rows = account_patients(subject).filter(
        Q(party__in=parties_with("ar_patient")) | Q(party__in=parties_with("patient_prepaid"))
    )
    ages = {
        f"age{n}": party_sum(
            "ar_patient", PARTY, first=None if last is None else today - timedelta(days=last),
            last=today - timedelta(days=first) if n else None,
        )
        for n, (first, last) in enumerate(BUCKETS)
    }  # fmt: skip
    rows = rows.annotate(owed=party_sum("ar_patient", PARTY), held=party_sum("patient_prepaid", PARTY), **ages)
    return rows.annotate(prepaid=-F("held"))


@dataclass(frozen=True)
class AccountLine:
    """A charge on the account. ``since``: when it first was the patient's to pay; None while it is only the payer's."""

    charge: Charge
    owed_cents: int
    insurance_cents: int
    since: date | None
    days: int
    events: tuple[Event, ...]
    insurance_paid_cents: int
    patient_paid_cents: int


@dataclass(frozen=True)
class Credit:
    """Money of the patient that waits: a prepayment of a receipt, or what was paid too much on a charge."""

    role: str
    item: str
    party: Party
    cents: int
    since: date


@dataclass(frozen=True)
class Account:
    """The whole account of a guarantor or a holder. ``loose_cents``: receivable posted without a charge (opening balances).

    ``others`` are open charges that are no claim.
    """

    guarantor: Party
    patients: tuple[Patient, ...]
    lines: tuple[AccountLine, ...]
    credits: tuple[Credit, ...]
    loose_cents: int
    ages: tuple[int, ...]
    payers: dict[int, str]
    others: tuple[OtherLine, ...] = ()

    @property
    def owed_cents(self) -> int:
        return sum(self.ages)

    @property
    def credit_cents(self) -> int:
        return sum(one.cents for one in self.credits)

    @property
    def insurance_cents(self) -> int:
        return sum(line.insurance_cents for line in self.lines)


def guarantor_of(subject: Subject, uid: UUID) -> Party | None:
    """Who pays, by a uid: a guarantor's or patient's (of the registry or the patient's record), or an account holder's."""
    named = Q(guarantor__uid=uid) | Q(party__uid=uid) | Q(uid=uid)
    found = account_patients(subject).filter(named).order_by("id").first()
    return found.guarantor if found else holder_of(subject, uid)


def account(subject: Subject, guarantor: Party, today: date, *, whole: bool = False) -> Account:
    """What a guarantor's patients owe and have, line by line; with ``whole`` also what is settled (the latest 300).

    Eight queries and three for each 500 lines.
    """
    patients = tuple(account_patients(subject).filter(guarantor=guarantor).order_by("id"))
    by_party = {row.party_id: row.party for row in patients}
    # money the guarantor paid ahead counts though she may be no patient here
    items = party_items({**by_party, guarantor.pk: guarantor}, (*OWING, *CREDITS))
    owing = [one for one in items if one.role in OWING and one.item]
    rows = _charges(by_party, [one.item for one in owing], whole)
    lines = lines_of(rows, owing, today)
    credits = tuple(
        Credit(one.role, one.item, by_party.get(one.party, guarantor), -one.cents, one.first)
        for one in items
        if one.role in CREDITS and one.payer is None
    )
    known = ("charge:", PREFIX)
    loose = sum(one.cents for one in items if one.role == "ar_patient" and not one.item.startswith(known))
    aged = by_age([(one.first, one.cents) for one in items if one.role == "ar_patient"], today)
    payers = names_of({event.payer for line in lines for event in line.events if event.payer})
    return Account(guarantor, patients, lines, credits, loose, aged, payers, other_lines(items, today))


def _charges(parties: Iterable[int], items: Sequence[str], whole: bool) -> list[Charge]:
    rows = Charge.objects.select_related("claim__patient__party", "claim__payer", "claim__provider__party")
    if whole:
        return list(rows.filter(claim__patient__party__in=list(parties)).order_by("-service_date", "-id")[:MOST_LINES])
    uids = [item.partition(":")[2] for item in items if item.startswith("charge:")]
    found = [row for part in chunks(uids) for row in rows.filter(uid__in=part)]
    return sorted(found, key=lambda row: (row.service_date, row.pk), reverse=True)


def lines_of(rows: Sequence[Charge], owing: Iterable[PartyItem], today: date) -> tuple[AccountLine, ...]:
    """Charges as lines of an account: what is open of whom by ``owing``, and what happened to each. Two queries per 500."""
    open_: dict[tuple[str, str], int] = {}
    since_of: dict[str, date] = {}
    for one in owing:
        open_[one.item, one.role] = open_.get((one.item, one.role), 0) + one.cents
        if one.role == "ar_patient":
            since_of.setdefault(one.item, one.first)
    moves: dict[str, list[ItemMove]] = {}
    for move in item_moves(row.item for row in rows):
        moves.setdefault(move.item, []).append(move)
    paid = paid_by_payers([row.pk for row in rows])
    found = []
    for row in rows:
        since, own, told = since_of.get(row.item), moves.get(row.item, []), paid.get(row.pk, {})
        found.append(AccountLine(
            row, open_.get((row.item, "ar_patient"), 0), open_.get((row.item, "ar_insurance"), 0), since,
            max((today - since).days, 0) if since else 0, events(own, told), *paid_in(own, told),
        ))  # fmt: skip
    return tuple(found)


def paid_by_payers(charges: Iterable[int]) -> dict[int, dict[str, int]]:
    """Charge -> {uid of the remittance (as its entries name it): cents the payer paid for it}. One query per 500."""
    found: dict[int, dict[str, int]] = {}
    for part in chunks(charges):
        rows = RemittanceLine.objects.filter(charge__in=part)
        for pk, uid, cents in rows.values_list("charge_id", "answer__remittance__uid", "paid_cents"):
            own = found.setdefault(pk, {})
            own[str(uid)] = own.get(str(uid), 0) + cents
    return found
