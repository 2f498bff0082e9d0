"""Closed lists of insurance."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Relation(models.TextChoices):
    """The patient's relation to the subscriber (X12 element 1069, the values 837P and 271 use most)."""

    SELF = "18", _("Self")
    SPOUSE = "01", _("Spouse")
    CHILD = "19", _("Child")
    EMPLOYEE = "20", _("Employee")
    UNKNOWN = "21", _("Unknown")
    ORGAN_DONOR = "39", _("Organ donor")
    CADAVER_DONOR = "40", _("Cadaver donor")
    LIFE_PARTNER = "53", _("Life partner")
    OTHER = "G8", _("Other")


class Rank(models.IntegerChoices):
    """Who pays first."""

    PRIMARY = 1, _("Primary")
    SECONDARY = 2, _("Secondary")
    TERTIARY = 3, _("Tertiary")


class Filing(models.TextChoices):
    """Claim filing indicator (X12 element 1032, as SBR09 lists it)."""

    SELF_PAY = "09", _("Self-pay")
    OTHER_NON_FEDERAL = "11", _("Other non-federal programme")
    PPO = "12", _("Preferred provider organisation")
    POS = "13", _("Point of service")
    EPO = "14", _("Exclusive provider organisation")
    INDEMNITY = "15", _("Indemnity")
    HMO_MEDICARE = "16", _("Medicare Advantage")
    DENTAL = "17", _("Dental maintenance organisation")
    AUTO = "AM", _("Automobile medical")
    BLUE = "BL", _("Blue Cross Blue Shield")
    CHAMPUS = "CH", _("TRICARE")
    COMMERCIAL = "CI", _("Commercial")
    DISABILITY = "DS", _("Disability")
    FEDERAL = "FI", _("Federal employees")
    HMO = "HM", _("Health maintenance organisation")
    LIABILITY = "LM", _("Liability medical")
    MEDICARE_A = "MA", _("Medicare part A")
    MEDICARE_B = "MB", _("Medicare part B")
    MEDICAID = "MC", _("Medicaid")
    OTHER_FEDERAL = "OF", _("Other federal programme")
    TITLE_V = "TV", _("Title V")
    VETERANS = "VA", _("Veterans affairs")
    WORKERS_COMP = "WC", _("Workers' compensation")
    MUTUALLY_DEFINED = "ZZ", _("Not known")


class AdjustmentGroup(models.TextChoices):
    """Claim adjustment group code (X12 element 1033)."""

    CONTRACTUAL = "CO", _("Contractual obligation")
    PATIENT = "PR", _("Patient responsibility")
    OTHER = "OA", _("Other adjustment")
    PAYER = "PI", _("Payer initiated")


class WriteOffRole(models.TextChoices):
    """The account role that takes an adjustment which may post by itself."""

    CONTRACTUAL = "contractual", _("Contractual allowance")
    SEQUESTRATION = "sequestration", _("Sequestration")
    CAPITATION_CONTRA = "capitation_contra", _("Capitation contra")
    WITHHOLD = "withhold_receivable", _("Withhold receivable")
    INCENTIVE = "incentive_revenue", _("Incentive revenue")


class NumberKind(models.TextChoices):
    """What a further number of a payer is."""

    EDI = "edi", _("Clearinghouse id")
    REF2U = "ref2u", _("Additional id (REF*2U)")
    EIN = "ein", _("Tax number")


class ScheduleKind(models.TextChoices):
    """What a fee schedule holds."""

    LIST = "list", _("Price list")
    RVU = "rvu", _("Relative values")


class Place(models.TextChoices):
    """Where a service was done, as fee schedules part it."""

    FACILITY = "F", _("Facility")
    NONFACILITY = "N", _("Outside a facility")


class GrantKind(models.TextChoices):
    """What was asked for in advance."""

    REFERRAL = "referral", _("Referral")
    AUTHORISATION = "authorisation", _("Prior authorization")


class Way(models.TextChoices):
    """How a payer was asked."""

    X12 = "x12", _("File")
    PORTAL = "portal", _("Payer's website")
    PHONE = "phone", _("Phone")
    CARD = "card", _("Card only")


class Standing(models.TextChoices):
    """What a payer said of a coverage on a day. Unknown never means no."""

    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Not active")
    UNKNOWN = "unknown", _("Not known")


class EstimateKind(models.TextChoices):
    """Who pays what an estimate tells."""

    INSURED = "insured", _("With insurance")
    SELF_PAY = "selfpay", _("Good-faith estimate")
