"""What is wrong with what was typed: every fault at once, each with its field and its mend. Pure; raises nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Protocol

from steward.core.refusals import Refusal
from steward.registry.logic.contacts import email_key, phone_digits, state_ok, zip_ok
from steward.registry.logic.identifiers import npi_ok, taxonomy_ok, tin_digits
from steward.registry.logic.names import name_key

OLDEST_YEARS = 130  # nobody documented has lived longer than 122


class _Contact(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...


class _Address(Protocol):
    @property
    def street(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def zip(self) -> str: ...


def name_faults(name: str, field: str = "name") -> list[Refusal]:
    """Faults of a name that must hold at least one letter or digit."""
    if name_key(name):
        return []
    return [Refusal("name", "A name is missing.", "Type at least one letter.", field)]


def tax_faults(tax_id: str, field: str = "tax_id") -> list[Refusal]:
    """Faults of a tax number; an empty one has none."""
    if not tax_id.strip() or tin_digits(tax_id):
        return []
    return [Refusal("tax_id", "This is not a tax number.", "Type its nine digits, or leave it empty.", field)]


def birth_faults(birth: dt.date | None, today: dt.date, death: dt.date | None = None) -> list[Refusal]:
    """Faults of a birth date and a date of death."""
    faults = []
    if birth and birth > today:
        faults.append(Refusal("birth_date", "The birth date lies in the future.", "Check the year.", "birth_date"))
    if birth and today.year - birth.year > OLDEST_YEARS:
        faults.append(Refusal("birth_date", "The birth date is too long ago.", "Check the century.", "birth_date"))
    if death and (death > today or (birth and death < birth)):
        faults.append(
            Refusal("death_date", "The date of death cannot be.", "Check it against birth and today.", "death_date")
        )
    return faults


def contact_faults(contacts: Iterable[_Contact]) -> list[Refusal]:
    """Faults of phones and e-mail addresses."""
    faults = []
    for each in contacts:
        if each.kind == "phone" and not phone_digits(each.text):
            faults.append(
                Refusal(
                    "phone", "This is not a phone number.", "Type ten digits, or a + and the country code.", "phone"
                )
            )
        if each.kind == "email" and not email_key(each.text):
            faults.append(Refusal("email", "This is not an e-mail address.", "Type it as name@example.org.", "email"))
        if each.kind not in ("phone", "email"):
            faults.append(Refusal("contact", "This kind of contact is not known.", "Use a phone or an e-mail.", "kind"))
    return faults


def address_faults(addresses: Iterable[_Address]) -> list[Refusal]:
    """Faults of postal addresses."""
    faults = []
    for each in addresses:
        if not each.street.strip() or not each.city.strip():
            faults.append(
                Refusal("address", "Street or city is missing.", "Fill both, or clear the address.", "street")
            )
        if not state_ok(each.state.strip().upper()):
            faults.append(Refusal("state", "This is not a state.", "Type its two letters, such as NY.", "state"))
        if not zip_ok(each.zip.strip()):
            faults.append(Refusal("zip", "This is not a ZIP code.", "Type five digits, or nine.", "zip"))
    return faults


def code_faults(code: str) -> list[Refusal]:
    """Faults of a short code by which people and files name a thing."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,19}", code):
        return []
    return [Refusal("code", "This code cannot be used.", "Use 1 to 20 letters, digits, dots or hyphens.", "code")]


def npi_faults(npi: str, *, required: bool = False, unproved: bool = False) -> list[Refusal]:
    """Faults of an NPI; an empty one has none unless it is required. `unproved` lets a wrong check digit pass: files
    name
    providers as they are enumerated elsewhere, and a finding (`registry.checks`) asks for the right one."""
    if npi_ok(npi) or (not npi and not required) or (unproved and re.fullmatch("[0-9]{10}", npi)):
        return []
    fix = "Compare it with the NPPES letter: ten digits, the last one checks the others."
    return [Refusal("npi", "This NPI is not right.", fix, "npi")]


def taxonomy_faults(taxonomy: str) -> list[Refusal]:
    """Faults of a provider taxonomy code; an empty one has none."""
    if not taxonomy or taxonomy_ok(taxonomy):
        return []
    return [Refusal("taxonomy", "This is not a taxonomy code.", "Type ten characters that end in X.", "taxonomy")]


def pos_faults(code: str) -> list[Refusal]:
    """Faults of a CMS place of service code."""
    if re.fullmatch(r"[0-9]{2}", code):
        return []
    fix = "Type two digits; 11 is an office."
    return [Refusal("place_of_service", "This is not a place of service.", fix, "place_of_service")]


#: Bill types of people who stay, whatever part of the stay is billed, and revenue codes of a bed and board.
INPATIENT = frozenset({"11", "12", "18", "21", "22", "28", "41", "42", "65", "66", "86"})
BED = range(100, 220)


def institutional_faults(bill_type: str, revenue: str, known: Iterable[str]) -> list[Refusal]:
    """Faults of what a site is on institutional claims: its bill type, and the revenue code its services usually have."""
    stay = "Bill the stay from the hospital's own system; Steward writes outpatient claims only."
    if not bill_type and not revenue:
        return []
    if bill_type in INPATIENT:
        return [Refusal("inpatient", f"Bill type {bill_type} is an inpatient stay.", stay, "bill_type")]
    if bill_type not in set(known):
        return [Refusal("bill_type", "The bill type is missing or not known.", "Choose what the site is.", "bill_type")]
    if not re.fullmatch(r"[0-9]{4}", revenue):
        return [Refusal("revenue", "This is not a revenue code.", "Type four digits, as 0510 or 0521.", "revenue")]
    if int(revenue) in BED:
        return [Refusal("inpatient", f"Revenue code {revenue} is a bed, an inpatient stay.", stay, "revenue")]
    return []


def clia_faults(number: str, kind: str, known: Iterable[str]) -> list[Refusal]:
    """Faults of a laboratory's certificate (42 CFR 493): its number, and of what kind it is."""
    if not number and not kind:
        return []
    if not re.fullmatch(r"[0-9]{2}D[0-9]{7}", number):
        return [Refusal("clia", "This is not a CLIA number.", "Type two digits, D, seven digits.", "clia")]
    if kind not in set(known):
        return [Refusal("clia_kind", "The kind of the certificate is missing.", "Choose it as the certificate says.", "clia_kind")]
    return []
