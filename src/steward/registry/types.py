"""The values other rooms hand to the registry's services. Plain text as typed; services bring it to one form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from steward.registry.states import ContactKind, ContactUse, Language, PlaceKind


@dataclass(frozen=True)
class ContactData:
    """A phone number or an e-mail address."""

    kind: str
    text: str
    use: str = ContactUse.HOME.value
    preferred: bool = False


@dataclass(frozen=True)
class AddressData:
    """A postal address in the United States."""

    street: str
    city: str
    state: str
    zip: str
    street2: str = ""
    use: str = ContactUse.HOME.value


@dataclass(frozen=True)
class PersonData:
    """A person. `birth_date` may be unknown for guarantors and contacts; `tax_id` is sealed at rest."""

    last_name: str
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    birth_date: dt.date | None = None
    death_date: dt.date | None = None
    sex: str = ""
    language: str = Language.ENGLISH.value
    tax_id: str = ""
    contacts: tuple[ContactData, ...] = ()
    addresses: tuple[AddressData, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class OrganisationData:
    """An organisation: vendor, payer, bank, employer, legal entity."""

    name: str
    tax_id: str = ""
    contacts: tuple[ContactData, ...] = ()
    addresses: tuple[AddressData, ...] = ()
    note: str = ""
    language: str = Language.ENGLISH.value


@dataclass(frozen=True)
class EntityData:
    """A legal entity that bills. `tin` nine digits, `npi` of type 2; both may come later."""

    code: str
    name: str
    tin: str = ""
    npi: str = ""
    taxonomy: str = ""


@dataclass(frozen=True)
class SiteData:
    """A location where patients are seen; `entity` is a primary key.

    `bill_type` (states.BillType) and `revenue` make its claims institutional for payers that take them so; `clia` and
    `clia_kind` (states.Certificate) are its laboratory's certificate.
    """

    code: str
    name: str
    entity: int
    place_of_service: str = "11"
    phone: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    npi: str = ""
    bill_type: str = ""
    revenue: str = ""
    clia: str = ""
    clia_kind: str = ""


@dataclass(frozen=True)
class DepartmentData:
    """A department; `site` is a primary key, or None when it works everywhere."""

    code: str
    name: str
    site: int | None = None


@dataclass(frozen=True)
class PlaceData:
    """A room, cabinet or bin; `site` and `parent` are primary keys."""

    name: str
    site: int
    kind: str = PlaceKind.EXAM.value
    parent: int | None = None
    bookable: bool | None = None  # None: as its kind usually is


def phone(text: str, use: str = ContactUse.HOME.value, *, preferred: bool = False) -> ContactData:
    """A phone number."""
    return ContactData(ContactKind.PHONE.value, text, use, preferred)


def email(text: str, use: str = ContactUse.HOME.value, *, preferred: bool = False) -> ContactData:
    """An e-mail address."""
    return ContactData(ContactKind.EMAIL.value, text, use, preferred)
