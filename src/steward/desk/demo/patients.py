"""What the demo's patients owe and pay: most of them a statement in weeks, some late, some by a plan, a few never."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from steward.banking.services.history import PastPayment
from steward.billing.models import Charge, WriteOffLine
from steward.billing.selectors.rules import rules
from steward.billing.selectors.runs import bad_debts
from steward.billing.selectors.statements import candidates
from steward.billing.services.agency import take_agency_payment
from steward.billing.services.plans import agree_plan
from steward.billing.services.runs import ask_bad_debt, ask_small_balances, make_agency_file, sign_run
from steward.billing.services.statements import make_statements
from steward.core.clock import at_local
from steward.core.refusals import Refused
from steward.core.service import Call
from steward.frontdesk.models import Visit
from steward.ledger.selectors import item_balances

if TYPE_CHECKING:
    from steward.desk.demo.build import World
    from steward.desk.demo.payers import Bill

#: In percent of the bills: paid within two months, within four, never. A patient whose bill is overlooked once has many of them.
SOON, LATE = 68, 84
AGENCY = "Hudson Recovery"


@dataclass
class Patients:
    """Bills by the day they will be paid; ``visits`` by claim number; ``extra`` are cents somebody pays too much."""

    world: World
    visits: dict[str, Visit] = field(default_factory=dict)
    due: dict[date, list[str]] = field(default_factory=lambda: defaultdict(list))
    planned: dict[int, int] = field(default_factory=dict)  # guarantor -> cents a month
    twice: int = 0
    asked: set[str] = field(default_factory=set)  # claims whose patients know what they owe

    def told(self, bills: list[Bill]) -> None:
        """Somebody learns what is owed, and pays, or not. Who never pays is one person, not one bill."""
        chance = self.world.chance
        self.asked |= {bill.ref for bill in bills}
        for bill in bills:
            visit = self.visits[bill.ref]
            habit = Random(visit.patient.guarantor_id).randrange(100)  # noqa: S311 - a habit, the same every time
            if habit >= LATE:
                continue
            wait = chance.randrange(16, 70) if habit < SOON else chance.randrange(75, 165)
            self.due[bill.on + timedelta(days=wait)].append(bill.ref)

    def payments(self, days: list[date]) -> dict[date, list[tuple[Visit, PastPayment]]]:
        """What comes in on these days for what the books say is owed, by card, check or cash."""
        world = self.world
        asked = {ref: min(d for d in days if d >= on) for on in sorted(self.due) if on <= days[-1] for ref in self.due[on]}
        self.due = defaultdict(list, {on: refs for on, refs in self.due.items() if on > days[-1]})
        rates = self._instalments(days)
        asked |= dict.fromkeys(rates, days[-1])
        owed = self.owed(asked)
        found: dict[date, list[tuple[Visit, PastPayment]]] = defaultdict(list)
        for ref, cents in owed.items():
            day, visit = asked[ref], self.visits[ref]
            cents = min(cents, rates.get(ref, cents))
            if self.twice < 5 and world.chance.randrange(220) == 0:  # the check and the card: a credit to give back
                self.twice, cents = self.twice + 1, 2 * cents
            tender = world.chance.choices(("card", "check", "cash"), (52, 40, 8))[0]
            check = str(world.chance.randrange(1001, 9999)) if tender == "check" else ""
            when = at_local(day, time(world.chance.randrange(9, 16), world.chance.randrange(60)), world.zone)
            found[day].append((visit, PastPayment(tender, cents, visit.patient.party_id, when, check, f"visit:{visit.uid}")))
        return found

    def _instalments(self, days: list[date]) -> dict[str, int]:
        """Claim number -> cents of a plan's month, in the week of the fifteenth; two plans in three are kept."""
        if not any(day.day in (13, 14, 15) for day in days) or not self.planned:
            return {}
        kept = {pk: cents for pk, cents in self.planned.items() if pk % 3}
        mine: dict[str, int] = {ref: v.patient.guarantor_id for ref, v in self.visits.items() if v.patient.guarantor_id in kept}
        found: dict[int, str] = {}
        for ref in self.owed(dict.fromkeys(mine, days[-1])):
            found.setdefault(mine[ref], ref)
        return {ref: kept[pk] for pk, ref in found.items()}

    def owed(self, refs: dict[str, date]) -> dict[str, int]:
        """Claim number -> cents its patient owes by the books, none that owe nothing. Two queries."""
        rows = Charge.objects.filter(claim__ref__in=list(refs), voided_on=None).order_by("id").values_list("claim__ref", "uid")
        of = {f"charge:{uid}": ref for ref, uid in rows}
        sums: dict[str, int] = {}
        for item, roles in item_balances(of).items():
            sums[of[item]] = sums.get(of[item], 0) + roles.get("ar_patient", 0)
        return {ref: sums[ref] for ref in refs if sums.get(ref, 0) > 0}

    # ---- the office's side ----
    def statements(self, biller: Call) -> int:
        """A run by the practice's rules."""
        return make_statements(biller).count

    def plans(self, biller: Call, most: int) -> None:
        """The largest debts of those who can pay: so much a month."""
        for one in candidates(biller.today, rules()):
            cents = one.standing.asked_cents
            if one.guarantor.pk in self.planned or one.standing.held or cents < 120_00 or not most:
                continue
            first = (biller.today.replace(day=1) + timedelta(days=32)).replace(day=15)
            rate = max(cents // 6 // 500 * 500, 2_000)
            agree_plan(biller, guarantor=one.guarantor, cents=rate, day_of_month=15, first_due=first)
            self.planned[one.guarantor.pk] = rate
            most -= 1

    def give_up(self, biller: Call, signer: Call, *, most: int) -> None:
        """Small old balances, and debts that stood on enough statements; those go to the agency."""
        try:
            run = ask_small_balances(biller)
        except Refused:
            run = None
        if run is not None and run.posted_at is None:
            sign_run(signer, uid=run.uid, approve=True)
        asked = 0
        for one in sorted(bad_debts(biller.today), key=lambda each: (-each.cents, each.guarantor.pk))[:most]:
            debt = ask_bad_debt(biller, guarantor=one.guarantor, reason="Four statements, no answer")
            if debt.posted_at is None:
                sign_run(signer, uid=debt.uid, approve=True)
            asked += 1
        if asked:
            make_agency_file(biller, agency=AGENCY)

    def agency_pays(self, biller: Call, paid_on: date) -> None:
        """The agency found somebody: a third of the oldest lines, less its fee."""
        lines = list(WriteOffLine.objects.filter(agency_file__isnull=False).select_related("charge__claim").order_by("id"))
        parts = [(line.charge, line.cents) for line in lines[: -(-len(lines) // 3)]]
        gross = sum(cents for _charge, cents in parts)
        if gross:
            take_agency_payment(biller, agency=AGENCY, reference=f"HR{paid_on:%y%m}", parts=parts, fee_cents=gross * 25 // 100, paid_on=paid_on)
