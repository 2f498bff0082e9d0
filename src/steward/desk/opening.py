"""Opening a practice: every room's first rows, through its own services, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from steward.banking.services.accounts import open_bank_account
from steward.core import office as core_office
from steward.core.access import services as access
from steward.core.access.models import Office, User
from steward.core.service import Call
from steward.desk.practice_file import AccountSaid, PracticeSaid
from steward.insurance import services as insurance
from steward.insurance.types import PayerData
from steward.ledger import services as ledger
from steward.ledger.models import Account
from steward.people import services as people
from steward.people.types import ProviderData
from steward.registry import services as registry
from steward.registry.models import Entity, Site
from steward.registry.types import EntityData, PersonData, SiteData

#: In a small office one person holds these beside administrator; the owner reviews what she does alone.
SMALL_OFFICE_ROLES = ("administrator", "biller", "bookkeeper", "frontdesk")


@dataclass(frozen=True)
class Opened:
    """The first rows of a practice."""

    office: Office
    entity: Entity
    sites: tuple[Site, ...]


def open_practice(
    call: Call,
    *,
    opened_on: date,
    said: PracticeSaid = PracticeSaid(),  # noqa: B008 - frozen
    until: date | None = None,
    small_office: bool = False,
    demo: bool = False,
) -> Opened:
    """Office, legal entities, sites, chart of accounts and fiscal years. ``until``: the last day whose fiscal year is open."""
    with transaction.atomic():
        office = Office.objects.first() or core_office.open_office(
            call,
            name=said.name,
            opened_on=opened_on,
            zone=said.timezone,
            fiscal_year_start=said.fiscal_year_start,
            submitter_id=said.submitter_id,
            small_office=small_office,
            demo=demo,
        )
        entity = _entities(call, said)
        sites = tuple(_site(call, said, entity, n, name) for n, name in enumerate(said.sites or ("Main office",), 1))
        until = until or max(call.today, opened_on)
        ledger.open_books(call, opened_on=opened_on, until=until, accounts=[_account(a) for a in said.accounts])
        insurance.load_default_rules(call)
        _payers(call, said)
        _providers(call, said, entity, opened_on)
        _bank_accounts(call, said, opened_on)
        return Opened(office, entity, sites)


def add_administrator(
    call: Call, *, username: str = "administrator", name: str = "Office administrator"
) -> tuple[User, str]:
    """The one administrator of a small office, and her one-time set-up link's token."""
    user = access.add_user(call, username=username, name=name, roles=SMALL_OFFICE_ROLES)
    party = registry.create_party(call, data=PersonData(last_name=name.split()[-1].title(), first_name=name.split()[0]))
    registry.link_user(call, party=party, user=user)
    core_office.name_administrator(call, user=user)
    return user, access.make_link(call, user=user)


def _entities(call: Call, said: PracticeSaid) -> Entity:
    first = EntityData(code="PRACTICE", name=said.name, tin=said.tin, npi=said.npi)
    others = said.entities
    if others:  # the first entity listed is the practice itself
        first = EntityData(
            code="PRACTICE", name=others[0].name, tin=others[0].tin or said.tin, npi=others[0].npi or said.npi
        )
    practice = registry.create_entity(call, data=first, is_practice=True, unproved_npi=True)
    for n, other in enumerate(others[1:], 2):
        registry.create_entity(
            call, data=EntityData(code=f"ENTITY{n}", name=other.name, tin=other.tin, npi=other.npi), unproved_npi=True
        )
    return practice


def _site(call: Call, said: PracticeSaid, entity: Entity, n: int, name: str) -> Site:
    data = SiteData(
        code=f"SITE{n}", name=name, entity=entity.pk, phone=said.phone,
        street=said.street, city=said.city, state=said.state, zip=said.zip,
    )  # fmt: skip
    return registry.create_site(call, data=data)


def _account(said: AccountSaid) -> dict[str, str]:
    row = {"code": said.code, "name": said.name, "kind": said.kind}
    return row | ({"parent": said.parent} if said.parent else {})


def _payers(call: Call, said: PracticeSaid) -> None:
    for payer in said.payers:
        data = PayerData(payer.id, payer.name, payer.edi_id, payer.ref2u, payer.ein, payer.filing or "CI")
        insurance.create_payer(call, data=data)


def _providers(call: Call, said: PracticeSaid, entity: Entity, opened_on: date) -> None:
    for provider in said.providers:
        data = ProviderData(provider.npi, entity.pk, opened_on, taxonomy=provider.taxonomy)
        person = PersonData(last_name=provider.last_name, first_name=provider.first_name)
        people.create_provider(call, data=data, person=person, unproved_npi=True)


def _bank_accounts(call: Call, said: PracticeSaid, opened_on: date) -> None:
    """Without any, ``bank_operating`` stands with no number and ``--account`` chooses it."""
    for account in said.bank_accounts:
        open_bank_account(
            call,
            code=account.code,
            name=account.name,
            routing=account.routing,
            number=account.number,
            opening_cents=account.opening_cents,
            opening_on=account.opening_date or opened_on,
            unproved_routing=True,
        )
    if not said.bank_accounts:
        code = Account.objects.get(role="bank_operating").code
        open_bank_account(call, code=code, name="Operating account")
