"""Paper EOBs as they are typed, and what an 835 would say of their payer and payee."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from steward.billing.logic.paper_eob import Body, Head, Line, Party, from_json
from steward.billing.logic.paper_eob import Claim as Typed
from steward.billing.logic.remittance_writer import Address
from steward.billing.models import Charge, Claim, PaperEob
from steward.billing.states import RemittanceState
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.insurance.models import Payer
from steward.registry.models import Entity
from steward.registry.models import Party as Person
from steward.registry.selectors import contacts_of, sites


def papers(subject: Subject) -> QuerySet[PaperEob]:
    """Papers this person may see, the last changed first; those thrown away are not among them."""
    rows = scoped(subject, "remittance.read", PaperEob.objects.filter(dropped_at=None), own=Q(pk__in=[]))
    return rows.select_related("payer__party", "entity__party", "remittance", "changed_by").order_by("-changed_at", "-id")


def paper_by_uid(subject: Subject, uid: UUID) -> PaperEob | None:
    """One paper, or None."""
    return papers(subject).filter(uid=uid).first()


def open_to_typing(row: PaperEob) -> bool:
    """Whether it may still be changed: not posted yet, or taken back."""
    return row.dropped_at is None and (row.remittance is None or row.remittance.state == RemittanceState.UNDONE)


def body_of(row: PaperEob) -> Body:
    """What was typed."""
    return from_json(row.body)


def head_of(row: PaperEob) -> Head:
    """The head as an 835 of the same payment would have it."""
    return Head(_payer(row.payer), _payee(row.entity), row.method, row.trace, row.paid_on, row.cents)


def _payer(row: Payer) -> Party:
    return Party(row.name, row.ein, row.edi_id, row.ref2u, _address(row.party))


def _payee(row: Entity) -> Party:
    at = _address(row.party)
    site = sites().order_by("id").first()
    if not at.street and site is not None:
        at = Address(site.street, site.city, site.state, site.zip)
    return Party(row.name, row.tin, row.npi, "", at)


def _address(party: Person) -> Address:
    found, _phones = contacts_of([party.pk])
    to = found.get(party.pk)
    return Address(to.street, to.city, to.state, to.zip) if to else Address("", "", "", "")


def claim_to_type(subject: Subject, number: str) -> tuple[Typed, Claim | None]:
    """A claim ready to be typed: our own with its services, else an empty one under the number the paper has."""
    rows = scoped(subject, "charge.read", Claim.objects.select_related("patient"), own=Q(pk__in=[]))
    found = rows.filter(ref=number).first() or rows.filter(ref=number.upper()).first()
    if found is None:
        return Typed(number), None
    lines = Charge.objects.filter(claim=found, voided_on=None).order_by("id")
    return Typed(found.ref, lines=tuple(_line(row) for row in lines)), found


def _line(row: Charge) -> Line:
    modifiers = tuple(row.modifiers.split(":")) if row.modifiers else ()
    return Line(row.code, row.charge_cents, 0, (), modifiers, row.units, row.line_ref, row.service_date)
