"""The nouns of who and where. Constraints live in the database; search keys are derived by services only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from steward.core.base import Record
from steward.core.vault import BlindIndexField, EncryptedTextField
from steward.registry.states import (
    BillType,
    Certificate,
    ContactKind,
    ContactUse,
    Language,
    PartyKind,
    PlaceKind,
    Sex,
)


class Party(Record):
    """One person or one organisation, whatever roles it plays. Roles are one-to-one rows of other rooms."""

    kind = models.CharField(max_length=12, choices=PartyKind)
    name = models.CharField(max_length=200, help_text="organisation: its name; person: the full name as read aloud")
    last_name = models.CharField(max_length=80, blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    middle_name = models.CharField(max_length=80, blank=True)
    suffix = models.CharField(max_length=20, blank=True)
    last_key = models.CharField(max_length=200, editable=False)
    first_key = models.CharField(max_length=200, blank=True, editable=False)
    birth_date = models.DateField(null=True, blank=True)
    death_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    tax_id = EncryptedTextField(blank=True, default="")
    tax_id_index = BlindIndexField(source="tax_id", normal="digits")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="party"
    )
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(editable=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "parties"
        indexes = [
            models.Index(fields=["last_key", "first_key", "id"], name="registry_party_name"),
            models.Index(fields=["first_key", "last_key"], name="registry_party_first"),
            models.Index(fields=["birth_date"], name="registry_party_birth"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="organisation", last_name="", first_name="", birth_date=None)
                | (Q(kind="person") & ~Q(last_name="")),
                name="registry_party_shape",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(last_key=""), name="registry_party_named"),
            models.CheckConstraint(
                condition=Q(death_date=None) | Q(birth_date=None) | Q(death_date__gte=F("birth_date")),
                name="registry_party_lifetime",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(ended_on__isnull=False), name="registry_party_merged_ended"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(Record):
    """A phone number or e-mail address of a party, found by its `key`: ten digits, or the lower-case address."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=8, choices=ContactKind)
    use = models.CharField(max_length=8, choices=ContactUse, default=ContactUse.HOME)
    text = models.CharField(max_length=254)
    key = models.CharField(max_length=254, db_index=True, editable=False)
    preferred = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "kind", "key"], condition=Q(ended_on=None), name="registry_contact_once"
            ),
            models.UniqueConstraint(
                fields=["party", "kind"],
                condition=Q(ended_on=None, preferred=True),
                name="registry_contact_one_preferred",
            ),
            models.CheckConstraint(condition=~Q(key=""), name="registry_contact_has_key"),
        ]

    def __str__(self) -> str:
        return self.text


class Address(Record):
    """A postal address of a party, as the claim and the letter need it."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="addresses")
    use = models.CharField(max_length=8, choices=ContactUse, default=ContactUse.HOME)
    street = models.CharField(max_length=120)
    street2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60)
    state = models.CharField(max_length=2)
    zip = models.CharField(max_length=10)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["party", "use"], condition=Q(ended_on=None), name="registry_address_one_a_use"
            )
        ]

    def __str__(self) -> str:
        return f"{self.street}, {self.city}, {self.state} {self.zip}"


class Entity(Record):
    """A legal entity that bills and balances on its own. The first is the practice itself."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    tin = models.CharField(max_length=9, blank=True, help_text="employer identification number, nine digits")
    npi = models.CharField(max_length=10, blank=True, help_text="organisational (type 2) NPI")
    taxonomy = models.CharField(max_length=10, blank=True)
    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="entity")
    is_practice = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "entities"
        constraints = [
            models.UniqueConstraint(
                fields=["is_practice"], condition=Q(is_practice=True), name="registry_entity_one_practice"
            ),
            models.UniqueConstraint(fields=["tin"], condition=~Q(tin=""), name="registry_entity_tin"),
            models.UniqueConstraint(fields=["npi"], condition=~Q(npi=""), name="registry_entity_npi"),
            models.CheckConstraint(
                condition=Q(is_practice=False) | Q(ended_on=None), name="registry_entity_practice_stands"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Site(Record):
    """A location where patients are seen."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="sites")
    place_of_service = models.CharField(
        max_length=2, default="11", help_text="CMS place of service code; 11 is an office"
    )
    phone = models.CharField(max_length=20, blank=True)
    street = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip = models.CharField(max_length=10, blank=True)
    npi = models.CharField(max_length=10, blank=True, help_text="of the facility, where it has one of its own")
    bill_type = models.CharField(
        max_length=2, choices=BillType, blank=True, help_text="837I: what the site is; empty: professional claims alone"
    )
    revenue = models.CharField(max_length=4, blank=True, help_text="837I: revenue code of what no rule names")
    clia = models.CharField(max_length=10, blank=True, help_text="number of its laboratory's certificate")
    clia_kind = models.CharField(max_length=13, choices=Certificate, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(bill_type="", revenue="") | (~Q(bill_type="") & ~Q(revenue="")),
                name="registry_site_institutional",
            ),
            models.CheckConstraint(
                condition=Q(clia="", clia_kind="") | (~Q(clia="") & ~Q(clia_kind="")), name="registry_site_clia"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Department(Record):
    """A part of the practice that has a budget and people."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="departments")
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Place(Record):
    """A room, cabinet or bin, standing in another place or directly in its site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="places")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=12, choices=PlaceKind)
    name = models.CharField(max_length=80)
    bookable = models.BooleanField(default=False, help_text="appears as a column in the appointment grid by room")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            # two constraints, because SQLite cannot treat two absent parents as equal
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(ended_on=None, parent=None),
                name="registry_place_name_top",
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(ended_on=None, parent__isnull=False),
                name="registry_place_name_within",
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="registry_place_not_in_itself"),
        ]

    def __str__(self) -> str:
        return self.name
