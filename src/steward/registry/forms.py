"""Forms of the registry; `PersonForm` is also the first half of every form that enters a person elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.clock import ClockError, parse_date
from steward.core.web import now
from steward.core.web.forms import DateField, Form
from steward.registry import selectors
from steward.registry.states import BillType, Certificate, ContactKind, ContactUse, Language, PlaceKind, Sex
from steward.registry.types import (
    AddressData,
    ContactData,
    DepartmentData,
    EntityData,
    OrganisationData,
    PersonData,
    PlaceData,
    SiteData,
)


class BirthField(DateField):
    """A day in the past: 3/4/80 is 1980, 3/4/20 is 2020."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        try:
            return parse_date(value, now.today(), lean="past")
        except ClockError as wrong:
            raise forms.ValidationError(str(wrong), code="day") from wrong

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "placeholder": "3/4/1980"}


def text(label: Any, size: int, *, required: bool = False, **more: Any) -> forms.CharField:
    """A line of text."""
    return forms.CharField(label=label, max_length=size, required=required, **more)


class ValueForm(Form):
    """A form whose cleaned data is one value: services take `data`, screens show `rows`."""

    PAIRS: tuple[tuple[str, ...], ...] = ()

    def value(self) -> Any:
        """The value of what was typed; called when every field was read."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return cleaned if self.errors else {"data": self.value()}

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields in the order they are shown, those that belong together side by side."""
        found: list[list[forms.BoundField]] = []
        placed: set[str] = set()
        for name in self.fields:
            if name in placed:
                continue
            group = next((pair for pair in self.PAIRS if name in pair), (name,))
            group = tuple(each for each in group if each in self.fields and each not in placed)
            placed.update(group)
            found.append([self[each] for each in group])
        return found


class ContactForm(ValueForm):
    """Ways to reach a party, as most parties have them; others that are known stay untouched."""

    mobile = text(_("Mobile phone"), 40)
    phone = text(_("Home phone"), 40)
    email = text(_("E-mail"), 254)
    street = text(_("Street"), 120)
    street2 = text(_("Apartment, suite"), 120)
    city = text(_("City"), 60)
    state = text(_("State"), 2)
    zip = text(_("ZIP code"), 10)

    _KINDS = (("mobile", ContactKind.PHONE, ContactUse.MOBILE), ("phone", ContactKind.PHONE, ContactUse.HOME),
              ("email", ContactKind.EMAIL, ContactUse.HOME))  # fmt: skip

    def contacts(self, known: Iterable[ContactData] = ()) -> tuple[ContactData, ...]:
        """What was typed, and what is known of kinds the form does not show."""
        shown = {(kind.value, use.value) for _name, kind, use in self._KINDS}
        typed = [
            ContactData(kind.value, self.cleaned_data[name], use.value)
            for name, kind, use in self._KINDS
            if self.cleaned_data.get(name)
        ]
        return (*typed, *(c for c in known if (c.kind, c.use) not in shown))

    def addresses(self, known: Iterable[AddressData] = ()) -> tuple[AddressData, ...]:
        """As `contacts`; an address without street, city and ZIP code is none."""
        data = self.cleaned_data
        others = tuple(a for a in known if a.use != ContactUse.HOME)
        if not (data.get("street") or data.get("city") or data.get("zip")):
            return others
        return (AddressData(data["street"], data["city"], data["state"], data["zip"], data["street2"]), *others)


def contact_initial(contacts: Iterable[ContactData], addresses: Iterable[AddressData]) -> dict[str, Any]:
    """What the contact fields show of a known party."""
    found: dict[str, Any] = {}
    for each in contacts:
        for name, kind, use in ContactForm._KINDS:
            if (each.kind, each.use) == (kind, use):
                found.setdefault(name, each.text)
    for home in addresses:
        if home.use == ContactUse.HOME:
            found |= {k: getattr(home, k) for k in ("street", "street2", "city", "state", "zip")}
    return found


class PersonForm(ContactForm):
    """A person. The tax number is never shown: empty keeps it, a hyphen clears it."""

    lead = _("Entered once: patient, employee, guarantor or vendor are roles of the same record.")
    last_name = text(_("Last name"), 80, required=True)
    first_name = text(_("First name"), 80)
    middle_name = text(_("Middle name"), 80)
    suffix = text(_("Suffix"), 20)
    birth_date = BirthField(label=_("Birth date"), required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=[("", ""), *Sex.choices], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, required=False)
    tax_id = text(
        _("Social security number"), 20, help_text=_("Kept sealed. Empty keeps what is there, a hyphen clears it.")
    )

    field_order: tuple[str, ...] = (
        "last_name",
        "first_name",
        "middle_name",
        "suffix",
        "birth_date",
        "sex",
        "mobile",
        "phone",
        "email",
    )
    PAIRS: tuple[tuple[str, ...], ...] = (
        ("last_name", "first_name"),
        ("middle_name", "suffix"),
        ("birth_date", "sex"),
        ("mobile", "phone"),
        ("email", "language"),
        ("street", "street2"),
        ("city", "state", "zip"),
    )

    def __init__(self, *args: Any, known: PersonData | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    def value(self) -> Any:
        return self.person()

    def person(self) -> PersonData:
        """What was typed; what the form does not show is taken from `known`."""
        known = self.known
        data = self.cleaned_data
        tax = data.get("tax_id", "").strip()
        kept = known.tax_id if known else ""
        return PersonData(
            data["last_name"],
            data["first_name"],
            data["middle_name"],
            data["suffix"],
            data["birth_date"],
            known.death_date if known else None,
            data["sex"],
            data["language"] or Language.ENGLISH.value,
            "" if tax == "-" else tax or kept,
            self.contacts(known.contacts if known else ()),
            self.addresses(known.addresses if known else ()),
            known.note if known else "",
        )


def person_initial(data: PersonData) -> dict[str, Any]:
    """What the form shows of a known person."""
    names = ("last_name", "first_name", "middle_name", "suffix", "birth_date", "sex", "language")
    return {name: getattr(data, name) for name in names} | contact_initial(data.contacts, data.addresses)


class OrganisationForm(ContactForm):
    """An organisation."""

    lead = _("Entered once: payer, vendor or bank are roles of the same record.")
    name = text(_("Name"), 200, required=True)
    tax_id = text(_("Tax number"), 20, help_text=_("Kept sealed. Empty keeps what is there, a hyphen clears it."))
    field_order = ("name", "tax_id", "mobile", "phone", "email")
    PAIRS = (("phone", "email"), ("street", "street2"), ("city", "state", "zip"))

    def __init__(self, *args: Any, known: OrganisationData | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    def value(self) -> OrganisationData:
        """What was typed; what the form does not show is taken from `known`."""
        known = self.known
        data = self.cleaned_data
        tax = data.get("tax_id", "").strip()
        kept = known.tax_id if known else ""
        return OrganisationData(
            data["name"],
            "" if tax == "-" else tax or kept,
            self.contacts(known.contacts if known else ()),
            self.addresses(known.addresses if known else ()),
            known.note if known else "",
        )


class EntityForm(ValueForm):
    """A legal entity."""

    lead = _("Who bills and files: its tax number and NPI stand on claims and entries.")
    code = text(_("Code"), 20, required=True, help_text=_("How files name it."))
    name = text(_("Name"), 120, required=True)
    tin = text(_("Tax number"), 20)
    npi = text(_("NPI"), 10)
    taxonomy = text(_("Taxonomy"), 10)

    def value(self) -> EntityData:
        return EntityData(**{k: v.strip() for k, v in self.cleaned_data.items()})


def _rows(rows: Iterable[Any], empty: str | None = None) -> list[tuple[Any, str]]:
    first = [] if empty is None else [("", empty)]
    return first + [(row.pk, str(row)) for row in rows]


class SiteForm(ValueForm):
    """A site."""

    lead = _("A place of work with an address; rooms, drawers and schedules belong to it.")
    code = text(_("Code"), 20, required=True, help_text=_("How files name it."))
    name = text(_("Name"), 120, required=True)
    entity = forms.TypedChoiceField(label=_("Legal entity"), coerce=int)
    place_of_service = text(_("Place of service"), 2, required=True, initial="11", help_text=_("11 is an office."))
    phone = text(_("Phone"), 20)
    street = text(_("Street"), 120)
    city = text(_("City"), 60)
    state = text(_("State"), 2)
    zip = text(_("ZIP code"), 10)
    npi = text(_("Facility's own NPI"), 10)
    bill_type = forms.ChoiceField(
        label=_("On institutional claims"), choices=[("", _("Professional claims alone")), *BillType.choices], required=False,
        help_text=_("Payers that take 837I get its claims so; stays are never billed here."),
    )  # fmt: skip
    revenue = text(_("Usual revenue code"), 4, help_text=_("Of services that no rule gives another; 0510, 0521."))
    clia = text(_("CLIA number"), 10, help_text=_("Of the laboratory here: two digits, D, seven digits."))
    clia_kind = forms.ChoiceField(label=_("Certificate"), choices=[("", _("None")), *Certificate.choices], required=False)
    PAIRS = (("city", "state", "zip"), ("bill_type", "revenue"), ("clia", "clia_kind"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"].choices = _rows(selectors.entities(now.today()))  # type: ignore[attr-defined]

    def value(self) -> SiteData:
        return SiteData(**self.cleaned_data)


class DepartmentForm(ValueForm):
    """A department."""

    lead = _("Budgets and people belong to a department.")
    code = text(_("Code"), 20, required=True)
    name = text(_("Name"), 120, required=True)
    site = forms.TypedChoiceField(label=_("Site"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = _rows(selectors.sites(now.today()), "every site")  # type: ignore[attr-defined]

    def value(self) -> DepartmentData:
        return DepartmentData(**self.cleaned_data)


class PlaceForm(ValueForm):
    """A room, cabinet or bin of one site."""

    lead = _("A room, a desk or a shelf; what is bookable appears in the day's grid.")
    name = text(_("Name"), 80, required=True)
    kind = forms.ChoiceField(label=_("Kind"), choices=PlaceKind.choices)
    parent = forms.TypedChoiceField(label=_("Stands in"), coerce=int, required=False, empty_value=None)
    bookable = forms.BooleanField(label=_("Patients can be booked into it"), required=False)

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        tree = [(b.place.pk, "\u2003" * b.depth + b.place.name) for b in selectors.place_tree(site)]
        self.fields["parent"].choices = [("", site.name), *tree]  # type: ignore[attr-defined]

    def value(self) -> PlaceData:
        return PlaceData(site=self.site.pk, **self.cleaned_data)


class EndForm(Form):
    """The day on which something ends."""

    lead = _("Nothing is deleted: what it was stays readable, and it can no longer be chosen.")
    on = DateField(label=_("Last day"))


class MergeForm(Form):
    """Which record stands, and why the other is the same."""

    keep = forms.UUIDField(widget=forms.HiddenInput)
    reason = text(_("How do you know that they are one?"), 200, required=True)
