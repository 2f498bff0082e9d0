"""Forms of the front desk. Every one is short enough to be typed without a mouse."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.web import now
from steward.core.web.forms import DateField, Form, MoneyField
from steward.frontdesk import selectors
from steward.frontdesk.types import CoverageInput, RegistrationData
from steward.insurance import selectors as insurance
from steward.insurance.states import Rank, Relation
from steward.people import selectors as people
from steward.registry import selectors as registry
from steward.registry.forms import BirthField, PersonForm, ValueForm, text
from steward.registry.timefield import TimeField
from steward.registry.types import PersonData


def _rows(rows: Iterable[Any], empty: Any = None) -> list[tuple[Any, Any]]:
    return ([] if empty is None else [("", empty)]) + [(row.pk, str(row)) for row in rows]


def number(label: Any, *, required: bool = True, **more: Any) -> forms.TypedChoiceField:
    """One of a list of rows, by primary key; its choices are set when the form is made."""
    return forms.TypedChoiceField(label=label, coerce=int, required=required, empty_value=None, **more)


class CoverageForm(ValueForm):
    """A coverage, as the card shows it; the subscriber's fields are left empty when the patient holds the policy."""

    lead = _("As the card says; the plan names the payer.")
    plan = number(_("Plan"))
    member_id = text(_("Member number"), 80, required=True)
    group_number = text(_("Group number"), 50)
    rank = forms.TypedChoiceField(label=_("Pays"), coerce=int, choices=Rank.choices, initial=1)
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To"), required=False)
    copay_cents = MoneyField(label=_("Copay"), required=False, least=0, help_text=_("Empty: the plan's."))
    relation = forms.ChoiceField(
        label=_("The patient is the subscriber's"), choices=Relation.choices, initial=Relation.SELF
    )
    subscriber_ref = text(_("Subscriber's chart number"), 40, help_text=_("When the subscriber is a patient here."))
    subscriber_last = text(_("Subscriber's last name"), 80)
    subscriber_first = text(_("Subscriber's first name"), 80)
    subscriber_birth = BirthField(label=_("Subscriber's birth date"), required=False)
    assigned = forms.BooleanField(
        label=_("The plan pays the practice"), required=False, initial=True,
        help_text=_("The patient signed the assignment of benefits; unticked, the plan pays the subscriber."),
    )  # fmt: skip
    PAIRS = (("plan", "member_id"), ("group_number", "rank"), ("starts_on", "ends_on"), ("copay_cents", "relation"),
             ("subscriber_last", "subscriber_first"), ("subscriber_birth", "subscriber_ref"))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = _rows(insurance.plans(), _("choose"))  # type: ignore[attr-defined]

    def value(self) -> CoverageInput:
        return coverage_of(self.cleaned_data)


class CoverageEditForm(Form):
    """What a card may have said otherwise; the subscriber stays."""

    lead = _("What was typed wrong, or is known better now. Bills of days in the past that it touches are shown next.")
    plan = number(_("Plan"))
    member_id = text(_("Member number"), 80, required=True)
    group_number = text(_("Group number"), 50)
    rank = forms.TypedChoiceField(label=_("Pays"), coerce=int, choices=Rank.choices)
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To"), required=False)
    copay_cents = MoneyField(label=_("Copay"), required=False, least=0, help_text=_("Empty: the plan's."))
    assigned = forms.BooleanField(
        label=_("The plan pays the practice"), required=False, initial=True,
        help_text=_("The patient signed the assignment of benefits; unticked, the plan pays the subscriber."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = _rows(insurance.plans(), _("choose"))  # type: ignore[attr-defined]


def coverage_of(data: dict[str, Any]) -> CoverageInput:
    """The coverage that the fields of `CoverageForm` say."""
    person = None
    if data.get("subscriber_last"):
        person = PersonData(data["subscriber_last"], data["subscriber_first"], birth_date=data["subscriber_birth"])
    return CoverageInput(
        plan=data["plan"],
        member_id=data["member_id"],
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        rank=data["rank"],
        relation=data["relation"],
        group_number=data["group_number"],
        copay_cents=data["copay_cents"],
        subscriber_ref=data["subscriber_ref"],
        subscriber_person=person,
        assigned=data.get("assigned", True),
    )


class PatientForm(PersonForm):
    """A new patient: the person, who pays, and the first coverage. Empty guarantor: the patient pays."""

    lead = _("Patient, guarantor and subscriber are three persons; one may be all three.")
    alert = text(_("Alert for the desk"), 200)
    primary_provider = number(_("Provider"), required=False)
    site = number(_("Site"), required=False)
    guarantor_ref = text(_("Guarantor's chart number"), 40, help_text=_("When the guarantor is a patient here."))
    guarantor_last = text(_("Guarantor's last name"), 80, help_text=_("Who pays, when it is not the patient."))
    guarantor_first = text(_("Guarantor's first name"), 80)
    guarantor_birth = BirthField(label=_("Guarantor's birth date"), required=False)
    somebody_else = forms.BooleanField(label=_("This is somebody else"), required=False, widget=forms.HiddenInput)
    PAIRS = (*PersonForm.PAIRS, ("primary_provider", "site"), ("guarantor_last", "guarantor_first"),
             ("guarantor_birth", "guarantor_ref"))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = now.today()
        self.fields["primary_provider"].choices = _rows(people.standing_providers(today), _("none"))  # type: ignore[attr-defined]
        self.fields["site"].choices = _rows(registry.sites(today), _("any"))  # type: ignore[attr-defined]

    def rows(self) -> list[list[forms.BoundField]]:
        return [row for row in super().rows() if row[0].name != "somebody_else"]

    def value(self) -> RegistrationData:
        data = self.cleaned_data
        guarantor = None
        if data["guarantor_last"]:
            guarantor = PersonData(data["guarantor_last"], data["guarantor_first"], birth_date=data["guarantor_birth"])
        return RegistrationData(
            self.person(),
            guarantor_ref=data["guarantor_ref"],
            guarantor_person=guarantor,
            primary_provider=data["primary_provider"],
            site=data["site"],
            alert=data["alert"],
        )


class PatientEditForm(PersonForm):
    """A known patient. The guarantor is named by chart number, by the party that is there, or is the patient."""

    alert = text(_("Alert for the desk"), 200)
    primary_provider = number(_("Provider"), required=False)
    site = number(_("Site"), required=False)
    guarantor_ref = text(
        _("Guarantor's chart number"), 40, help_text=_("Empty keeps who pays; a hyphen: the patient pays.")
    )
    PAIRS = (*PersonForm.PAIRS, ("primary_provider", "site"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["primary_provider"].choices = _rows(people.standing_providers(now.today()), _("none"))  # type: ignore[attr-defined]
        self.fields["site"].choices = _rows(registry.sites(now.today()), _("any"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.errors:
            return cleaned
        names = ("alert", "primary_provider", "site", "guarantor_ref")
        return {"person": self.person()} | {name: cleaned[name] for name in names}


class BookingForm(Form):
    """A time for a patient. What the links of free times know is filled in."""

    reason = number(_("Reason"))
    provider = number(_("Provider"))
    site = number(_("Site"))
    place = number(_("Room"), required=False)
    day = DateField(label=_("Day"))
    time = TimeField(label=_("Time"))
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=5, max_value=480, help_text=_("Empty: the reason's.")
    )
    note = text(_("Note"), 300)
    outside_hours = forms.BooleanField(label=_("Book it outside the provider's hours"), required=False)
    without_grant = forms.BooleanField(label=_("Book it without a valid referral or authorization"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = now.today()
        for name, rows, empty in (
            ("reason", selectors.reasons(), None),
            ("provider", people.standing_providers(today), None),
            ("site", registry.sites(today), None),
            ("place", registry.rooms(on=today), _("none")),
        ):
            self.fields[name].choices = _rows(rows, empty)  # type: ignore[attr-defined]


class ReasonForm(Form):
    """A reason in words: why cancelled, why without a charge."""

    reason = text(_("Reason"), 200, required=True)


class RoomForm(Form):
    """The room a patient is taken to."""

    place = number(_("Room"), required=False)

    def __init__(self, *args: Any, site: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rooms = registry.rooms(on=now.today()).filter(site=site)
        self.fields["place"].choices = _rows(rooms, _("as booked"))  # type: ignore[attr-defined]
