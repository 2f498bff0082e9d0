"""Closed lists of the registry."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyKind(models.TextChoices):
    """What a party is."""

    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class Sex(models.TextChoices):
    """Sex as a claim names it (837 DMG03)."""

    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    UNKNOWN = "U", _("Not said")


class Language(models.TextChoices):
    """Languages in which papers for patients exist."""

    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")


class ContactKind(models.TextChoices):
    """Ways to reach a party."""

    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")


class ContactUse(models.TextChoices):
    """What a contact or an address is for."""

    HOME = "home", _("Home")
    MOBILE = "mobile", _("Mobile")
    WORK = "work", _("Work")
    BILLING = "billing", _("Billing")
    OTHER = "other", _("Other")


class BillType(models.TextChoices):
    """What a site is on an institutional claim (837I), by the first two digits of its bill type. Places where people stay
    are not among them: Steward writes outpatient claims only."""

    OUTPATIENT = "13", _("Outpatient department (13)")
    OTHERS = "14", _("Laboratory for patients seen elsewhere (14)")
    RURAL = "71", _("Rural health clinic (71)")
    CLINIC = "73", _("Freestanding clinic (73)")
    MENTAL = "76", _("Community mental health centre (76)")
    COMMUNITY = "77", _("Community health centre (77)")
    SMALL = "85", _("Outpatient department of a small rural hospital (85)")


class Certificate(models.TextChoices):
    """Kinds of CLIA certificates (42 CFR 493); what a waiver allows is the least."""

    WAIVER = "waiver", _("Certificate of waiver")
    MICROSCOPY = "ppm", _("Provider-performed microscopy")
    COMPLIANCE = "compliance", _("Compliance")
    ACCREDITATION = "accreditation", _("Accreditation")


class PlaceKind(models.TextChoices):
    """What a place is. Rooms and stations can be booked; cabinets and bins hold things."""

    BUILDING = "building", _("Building")
    FLOOR = "floor", _("Floor")
    EXAM = "exam", _("Exam room")
    PROCEDURE = "procedure", _("Procedure room")
    DESK = "desk", _("Front desk")
    WAITING = "waiting", _("Waiting room")
    OFFICE = "office", _("Office")
    LAB = "lab", _("Laboratory")
    STORE = "store", _("Storeroom")
    CABINET = "cabinet", _("Cabinet")
    SHELF = "shelf", _("Shelf")
    BIN = "bin", _("Bin")


BOOKABLE: frozenset[str] = frozenset({PlaceKind.EXAM, PlaceKind.PROCEDURE, PlaceKind.LAB, PlaceKind.OFFICE})
HOLDS_STOCK: frozenset[str] = frozenset({PlaceKind.STORE, PlaceKind.CABINET, PlaceKind.SHELF, PlaceKind.BIN})
