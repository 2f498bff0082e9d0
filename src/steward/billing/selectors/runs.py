"""What may be given up: small balances, what hardship still takes off, bad debt that has stood on enough statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from steward.billing.logic.patient_money import PlanState, hardship_cents, ripe, small
from steward.billing.models import Charge, Hardship, WriteOffLine, WriteOffRun
from steward.billing.selectors.accounts import account_patients
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.plans import running_plans
from steward.billing.selectors.rules import rules
from steward.billing.selectors.statements import Candidate, candidates, statements_of_items
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.refusals import refuse
from steward.frontdesk.models import Patient
from steward.ledger.selectors import item_balances
from steward.ledger.selectors.open_lines import PartyItem, party_items
from steward.registry.models import Party


@dataclass(frozen=True)
class Proposal:
    """A guarantor whose lines may be given up, with the cents of each."""

    guarantor: Party
    lines: tuple[tuple[Charge, int], ...]

    @property
    def cents(self) -> int:
        return sum(cents for _, cents in self.lines)


def runs(subject: Subject) -> QuerySet[WriteOffRun]:
    """Runs this person may see, the latest first."""
    rows = scoped(subject, "charge.read", WriteOffRun.objects.all(), own=Q(pk__in=[]))
    return rows.select_related("asked_by", "hardship__guarantor").order_by("-asked_at", "-id")


def small_balances(today: date) -> list[Proposal]:
    """Guarantors whose whole balance is small and old by the rules, with no hold and no plan that runs."""
    rule = rules()
    found = []
    for one, items in _free(today):
        owed = [(item.cents, item.first) for item in items]
        whole = sum(cents for cents, _ in owed) == one.standing.owed_cents  # a fee beside it is a balance too
        if whole and small(owed, one.standing.prepaid_cents, rule, today) and all(cents > 0 for cents, _ in owed):
            found.append((one, [(item.item, item.cents) for item in items]))
    return _proposals(found)


def bad_debts(today: date) -> list[Proposal]:
    """Lines that stood on enough statements, the last long enough ago, of guarantors not held and not keeping a plan."""
    rule = rules()
    found, free = [], _free(today)
    stood = statements_of_items(*(one.guarantor.pk for one, _ in free))
    for one, items in free:
        lines = [
            (item.item, item.cents) for item in items if item.cents > 0 and ripe(stood.get(item.item, []), rule, today)
        ]
        if lines and one.standing.prepaid_cents <= 0:
            found.append((one, lines))
    return _proposals(found)


def hardship_lines(row: Hardship) -> Proposal:
    """What a discount still takes off: lines whose service lies between its days, less what they were let off before."""
    parties = list(Patient.objects.filter(guarantor=row.guarantor_id).values_list("party_id", flat=True))
    items = [one for one in party_items(parties, ["ar_patient"]) if one.item.startswith("charge:") and one.cents > 0]
    given = item_balances(one.item for one in items)
    charges = {charge.item: charge for charge in _charges(one.item for one in items)}
    lines = []
    for one in items:
        charge = charges.get(one.item)
        if charge and row.starts_on <= charge.service_date <= row.ends_on:
            cents = hardship_cents(one.cents, given.get(one.item, {}).get("charity", 0), row.percent)
            if cents:
                lines.append((charge, cents))
    return Proposal(row.guarantor, tuple(_not_waiting(lines)))


def _free(today: date) -> list[tuple[Candidate, list[PartyItem]]]:
    """Guarantors who may be given up on: not held, not dead, no plan that is kept; each with the open charge lines."""
    rows = [one for one in candidates(today, rules()) if not one.standing.held and not one.standing.deceased]
    plans = running_plans([one.guarantor.pk for one in rows], today)
    kept = {pk for pk, view in plans.items() if view.standing.state != PlanState.BROKEN}
    items: dict[int, list[PartyItem]] = {}
    for item in party_items([party for one in rows for party in one.parties], ["ar_patient"]):
        items.setdefault(item.party, []).append(item)
    return [
        (one, [item for party in one.parties for item in items.get(party, []) if item.item.startswith("charge:")])
        for one in rows
        if one.guarantor.pk not in kept
    ]


def _proposals(found: list[tuple[Candidate, list[tuple[str, int]]]]) -> list[Proposal]:
    charges = {row.item: row for row in _charges(item for _, lines in found for item, _ in lines)}
    free = {row.item for row, _ in _not_waiting([(row, 1) for row in charges.values()])}
    made = [
        Proposal(one.guarantor, tuple((charges[item], cents) for item, cents in lines if item in free))
        for one, lines in found
    ]
    return [one for one in made if one.lines]


def _charges(items: Iterable[str]) -> list[Charge]:
    related = Charge.objects.select_related("claim__patient__party", "claim__provider__party", "claim__payer")
    return [row for part in chunks(item.partition(":")[2] for item in items) for row in related.filter(uid__in=part)]


def _not_waiting(lines: list[tuple[Charge, int]]) -> list[tuple[Charge, int]]:
    """Lines that no run or decision waits for already."""
    waiting: set[int] = set()
    for part in chunks(row.pk for row, _ in lines):
        open_runs = WriteOffLine.objects.filter(charge__in=part, run__posted_at=None, run__rejected_at=None)
        waiting |= set(open_runs.values_list("charge_id", flat=True))
        asked = Charge.objects.filter(pk__in=part, decisions__entry=None, decisions__rejected_at=None)
        waiting |= set(asked.filter(decisions__isnull=False).values_list("pk", flat=True))
    return [(row, cents) for row, cents in lines if row.pk not in waiting]


def to_agency() -> list[WriteOffLine]:
    """Signed bad debt that no agency file has yet, of guarantors nobody holds."""
    rows = WriteOffLine.objects.filter(run__kind="bad_debt", entry__isnull=False, agency_file=None)
    related = rows.select_related("charge__claim__patient__party", "charge__claim__patient__guarantor", "run")
    return list(related.order_by("id"))


def hardships(subject: Subject, guarantor: Party, today: date) -> list[Hardship]:
    """Discounts of a guarantor that are not ended, for who sees the account."""
    if not account_patients(subject).filter(guarantor=guarantor).exists():
        return []
    return list(Hardship.objects.filter(guarantor=guarantor, ended_at=None).order_by("-starts_on", "-id"))


def agency_parts(lines: Iterable[tuple[str, int]]) -> list[tuple[Charge, int]]:
    """Claims with gross cents -> their charges at an agency, oldest first, each up to what was given up; the rest on the last.

    Refuses ``claim`` for a number that no agency has.
    """
    found: list[tuple[Charge, int]] = []
    for ref, cents in lines:
        rows = WriteOffLine.objects.filter(charge__claim__ref=ref, agency_file__isnull=False)
        charges = list(dict.fromkeys(line.charge for line in rows.select_related("charge__claim").order_by("id")))
        if not charges:
            raise refuse("claim", gettext("No agency has claim %s.") % ref, gettext("Compare with the agency's file."), field="lines")
        owed = item_balances(charge.item for charge in charges)
        left = cents
        for n, charge in enumerate(charges, 1):
            some = left if n == len(charges) else min(left, owed.get(charge.item, {}).get("bad_debt", 0))
            if some > 0:
                found.append((charge, some))
                left -= some
    return found
