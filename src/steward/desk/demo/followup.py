"""What the demo's billing office does about answers: denials corrected, appealed or given up, underpayments asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from steward.billing.models import Appeal, Charge, Dispute, WorkItem
from steward.billing.selectors.underpaid import underpaid
from steward.billing.services.appeals import answer_appeal, draft_appeal, send_appeal
from steward.billing.services.decisions import sign_decision, write_off
from steward.billing.services.disputes import end_dispute, send_dispute
from steward.billing.states import DENIED_KINDS, AppealState, DisputeState, HowSent
from steward.core.service import Call
from steward.ledger.selectors import item_balances

if TYPE_CHECKING:
    from steward.desk.demo.payers import Payers

#: By reason code: how often, in percent, a denial of it is mended, and what the office says to the payer.
MENDED = {"16": 85, "97": 70, "197": 60, "50": 45, "29": 15}
ARGUMENTS = {
    "50": "The visit note shows the complaint, the examination and why the service could not wait.",
    "197": "The authorization was on file before the day of service; its number and the approval are enclosed.",
    "97": "The services were separate: the note documents each on its own.",
    "29": "The clearinghouse took the claim within the limit; its acceptance report is enclosed.",
    "16": "The missing information is enclosed.",
}
RELATED = ("claim", "charge__claim", "remittance__payer")
LOST = "The payer upheld it; nothing more can be asked for"


Letter = tuple[Dispute, str, list[Charge]]  # sent, to the payer of this code, about these services


class FollowUp:
    """The work on answers, claim by claim; ``fate`` keeps what was decided for each."""

    def __init__(self, payers: Payers) -> None:
        self.payers, self.chance = payers, payers.world.chance
        self.fate: dict[str, str] = {}
        self.long_ago = payers.world.as_of - timedelta(days=260)  # what was lost before then is given up; since, it is appealed
        self.appeals: list[tuple[date, Appeal, bool]] = []

    def work(self, biller: Call, signer: Call, day: date, *, live: bool) -> None:
        """Everything that has lain ten days: mended, appealed or given up."""
        claims = _open_denials(day - timedelta(days=10))
        for ref, items in claims.items():
            if ref in self.fate:
                continue
            mended = self.chance.randrange(100) < MENDED.get(items[0].carc, 60)
            self.fate[ref] = "mended" if mended else "lost"
            if mended and not live:
                self._early(items)
            elif not live and day < self.long_ago:
                _give_up(biller, signer, items)
            elif not live:
                self._appeal(biller, items, self.payers.world.as_of, won=False)
            elif self.chance.randrange(100) < 40 and items[0].carc in ("16", "97", "197"):
                self._replace(biller, items, day)
            else:
                self._appeal(biller, items, day, won=mended)
        self._answers(biller, signer, day)

    def _early(self, items: Sequence[WorkItem]) -> None:
        """Mended before claims left as files: the payer looks at it again and pays with its next remittance."""
        remittance, claim = items[0].remittance, items[0].claim
        if remittance and remittance.payer and claim:
            self.payers.desks[remittance.payer.code].reconsider(claim.ref)

    def _replace(self, biller: Call, items: Sequence[WorkItem], day: date) -> None:
        if items[0].claim:
            self.payers.replace(biller, items[0].claim, day)

    def _appeal(self, biller: Call, items: Sequence[WorkItem], day: date, *, won: bool) -> None:
        for item in items:
            appeal = draft_appeal(biller, item=item, argument=ARGUMENTS.get(item.carc, "The service was due as billed."))
            send_appeal(biller, appeal=appeal, how=HowSent.PORTAL)
            self.appeals.append((day + timedelta(days=self.chance.randrange(14, 34)), appeal, won))

    def _answers(self, biller: Call, signer: Call, day: date) -> None:
        """Answers to appeals: one overturned is paid with the next remittance, one upheld is given up."""
        due = [one for one in self.appeals if one[0] <= day]
        self.appeals = [one for one in self.appeals if one[0] > day]
        paid: set[str] = set()
        for _on, appeal, won in due:
            state = AppealState.OVERTURNED if won else AppealState.UPHELD
            answer_appeal(biller, appeal=appeal, outcome=state, on=day, words="Paid with the next remittance" if won else "Upheld")
            claim = appeal.item.claim
            if won and claim and claim.ref not in paid:
                paid.add(claim.ref)
                self.payers.desks[appeal.payer.code].reconsider(claim.ref)
            elif not won:
                _give_up(biller, signer, list(WorkItem.objects.select_related(*RELATED).filter(pk=appeal.item_id)))

    def ask_underpaid(self, biller: Call, first: date, last: date, *, most: int) -> list[Letter]:
        """One letter a payer about what it paid below contract; granted ones come with the next payment. The letters."""
        by_payer: dict[int, list[Charge]] = defaultdict(list)
        payers = {}
        for one in underpaid(first, last):
            by_payer[one.payer.pk].append(one.charge)
            payers[one.payer.pk] = one.payer
        sent: list[Letter] = []
        for pk in sorted(by_payer, key=lambda pk: (-len(by_payer[pk]), pk))[:most]:
            some, until = by_payer[pk][:40], biller.today + timedelta(days=30)
            letter = send_dispute(biller, payer=payers[pk], charges=some, how=HowSent.LETTER, answer_by=until)
            sent.append((letter, payers[pk].code, some))
        return sent

    def win(self, biller: Call, sent: Sequence[Letter]) -> None:
        """The payers saw it; two in three services are paid up, in the next round."""
        for letter, code, charges in sent:
            for ref in sorted({one.claim.ref for one in charges})[: -(-len(charges) * 2 // 3)]:
                self.payers.desks[code].reconsider(ref)
            end_dispute(biller, dispute=letter, state=DisputeState.WON, reason="The payer saw its mistake")


def _open_denials(before: date) -> dict[str, list[WorkItem]]:
    rows = WorkItem.objects.filter(
        closed_at=None, kind__in=DENIED_KINDS, opened_at__date__lte=before, claim__isnull=False, charge__isnull=False
    )
    found: dict[str, list[WorkItem]] = defaultdict(list)
    for row in rows.select_related(*RELATED).order_by("id"):
        found[row.claim.ref if row.claim else ""].append(row)
    return found


def _give_up(biller: Call, signer: Call, items: Sequence[WorkItem]) -> None:
    """What is still open of the denied services, given up with a second person's yes."""
    charges = {item.charge.item: (item, item.charge) for item in items if item.charge}
    left = item_balances(charges)
    for name, (item, charge) in charges.items():
        payer = item.remittance.payer if item.remittance else None
        cents = min(left.get(name, {}).get("ar_insurance", 0), item.amount_cents)
        if payer is None or cents <= 0:
            continue
        asked = write_off(biller, charge=charge, role="denial_writeoff", cents=cents, reason=LOST, payer=payer)
        if asked.entry is None:
            sign_decision(signer, uid=asked.uid, approve=True)
