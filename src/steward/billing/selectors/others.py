"""Charges that are no claim, and who owes without being a patient: what stands, by the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from steward.banking.selectors.trace import entities_of_receipts
from steward.billing.models import AccountHolder, OtherCharge, Prepayment, SalesTaxRate
from steward.billing.postings import PrepaidFacts
from steward.billing.selectors.facts import chunks
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.frontdesk.models import Patient
from steward.ledger.selectors import item_balances
from steward.ledger.selectors.open_lines import PartyItem, party_items, party_sum
from steward.registry.models import Party

PREFIX = "fee:"
HOLDER = '"billing_accountholder"."party_id"'
VOIDED = Q(voided_at__isnull=False)


def other_charges(subject: Subject) -> QuerySet[OtherCharge]:
    """Charges that are no claim, the latest first, for who may see them; a patient her own and her family's."""
    own = Q(debtor__user_id=subject.user_id) | Q(patient__guarantor__user_id=subject.user_id)
    rows = scoped(subject, "charge.read", OtherCharge.objects.all(), own=own)
    return rows.select_related("debtor", "patient__party", "site", "charged_by").order_by("-charged_on", "-id")


def other_charge(subject: Subject, uid: UUID) -> OtherCharge | None:
    """One of them."""
    return other_charges(subject).filter(uid=uid).first()


def holders(subject: Subject) -> QuerySet[AccountHolder]:
    """Who owes without being a patient, with ``owed`` and ``prepaid`` in cents from the ledger."""
    rows = scoped(subject, "charge.read", AccountHolder.objects.all(), own=Q(party__user_id=subject.user_id))
    rows = rows.select_related("party").annotate(
        owed=party_sum("ar_patient", HOLDER), held=party_sum("patient_prepaid", HOLDER)
    )
    return rows.annotate(prepaid=-F("held"))


def holder_of(subject: Subject, uid: UUID) -> Party | None:
    """The party behind a holder's uid, or its own."""
    found = holders(subject).filter(Q(uid=uid) | Q(party__uid=uid)).first()
    return found.party if found else None


def holder_paying(uid: UUID) -> Party | None:
    """The party of a standing account, for the cashier it pays at: a name, nothing of what it owes."""
    found = AccountHolder.objects.filter(party__uid=uid, ended_on=None).select_related("party").first()
    return found.party if found else None


def holder_parties(parties: Iterable[int]) -> dict[int, Party]:
    """Those of these parties that hold an account and are no patients. One query per 500."""
    found: dict[int, Party] = {}
    for part in chunks(parties):
        rows = AccountHolder.objects.filter(party__in=part).select_related("party")
        found |= {row.party_id: row.party for row in rows}
    for part in chunks(found):
        for pk in Patient.objects.filter(guarantor__in=part).values_list("guarantor_id", flat=True):
            found.pop(pk, None)
    return found


@dataclass(frozen=True)
class OtherLine:
    """One such charge on an account: what is open of it, since when."""

    charge: OtherCharge
    owed_cents: int
    since: date
    days: int


def other_lines(owing: Iterable[PartyItem], today: date) -> tuple[OtherLine, ...]:
    """The charges behind these open items, oldest first. One query per 500."""
    open_ = {one.item: one for one in owing if one.role == "ar_patient" and one.item.startswith(PREFIX)}
    related = OtherCharge.objects.select_related("debtor", "patient__party")
    rows = [row for part in chunks(uid_of(item) for item in open_) for row in related.filter(uid__in=part)]
    rows.sort(key=lambda row: (row.charged_on, row.pk))
    return tuple(
        OtherLine(row, open_[row.item].cents, open_[row.item].first, max((today - open_[row.item].first).days, 0))
        for row in rows
    )


def uid_of(item: str) -> str:
    """``fee:UID`` -> ``UID``."""
    return item.partition(":")[2]


def owed_cents(row: OtherCharge) -> int:
    """What is open of one."""
    return item_balances([row.item]).get(row.item, {}).get("ar_patient", 0)


def paid_ahead(parties: Sequence[int]) -> list[PrepaidFacts]:
    """Receipts of these parties that are not used up, oldest first: whose they are by the books. Three queries."""
    rows = [one for one in party_items(parties, ["patient_prepaid"]) if one.cents < 0 and one.item]
    entity = entities_of_receipts(one.item for one in rows)
    files = Prepayment.objects.filter(uid__in=[uid_of(one.item) for one in rows])
    entity |= {f"receipt:{uid}": pk for uid, pk in files.values_list("uid", "claim__entity")}
    return [PrepaidFacts(one.item, -one.cents, entity.get(one.item), one.party) for one in rows]


def family_of(row: OtherCharge) -> list[int]:
    """Whose prepayments may pay it: the debtor's own, and those of whoever answers for that patient's bills."""
    guarantors = Patient.objects.filter(party=row.debtor_id).values_list("guarantor_id", flat=True)
    return [row.debtor_id, *(pk for pk in guarantors if pk != row.debtor_id)]


def sales_tax(site: int, day: date) -> SalesTaxRate | None:
    """The rate that holds at a site on a day."""
    return SalesTaxRate.objects.filter(site=site, starts_on__lte=day).order_by("-starts_on").first()


def sales_tax_rates() -> list[SalesTaxRate]:
    """Every rate ever noted, by site, the latest first."""
    return list(SalesTaxRate.objects.select_related("site", "noted_by").order_by("site__name", "-starts_on"))
