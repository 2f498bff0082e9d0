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
