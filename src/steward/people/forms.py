"""Forms of people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.access.policy import role_names
from steward.core.web import now
from steward.core.web.forms import DateField, Form
from steward.people.types import EmployeeData, ProviderData, SessionData
from steward.registry import selectors as registry
from steward.registry.forms import PersonForm, ValueForm, text
from steward.registry.timefield import TimeField

DAYS = [(0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")), (5, _("Saturday")),
        (6, _("Sunday"))]  # fmt: skip


def _choice(label: Any, *, required: bool = True, **more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=int, required=required, empty_value=None, **more)


def _fill(form: forms.Form, *names: str) -> None:
    """Set the choices of entity, site, place and department as they stand today."""
    today = now.today()
    rows = {
        "entity": (registry.entities(today), None),
        "site": (registry.sites(today), _("any")),
        "place": (registry.rooms(on=today), _("none")),
        "department": (registry.departments(today), _("none")),
    }
    for name in names:
        found, empty = rows[name]
        first = [] if empty is None or form.fields[name].required else [("", empty)]
        form.fields[name].choices = first + [(row.pk, str(row)) for row in found]  # type: ignore[attr-defined]


class ProviderFields(forms.Form):
    """What makes a person a provider."""

    npi = text(_("NPI"), 10, required=True)
    taxonomy = text(_("Taxonomy"), 10)
    credential = text(_("Credential"), 20, help_text=_("MD, DO, NP, PA"))
    entity = _choice(_("Bills through"))
    department = _choice(_("Department"), required=False)
    started_on = DateField(label=_("Sees patients from"))


def _provider(data: dict[str, Any]) -> ProviderData:
    names = ("npi", "entity", "started_on", "taxonomy", "credential", "department")
    return ProviderData(**{name: data[name] for name in names})


class ProviderForm(ProviderFields, PersonForm):
    """A new provider: the person and what makes her one."""

    lead = _("Who sees patients and stands on claims.")
    field_order = ("last_name", "first_name", "npi", "taxonomy", "credential", "started_on", "entity", "department")
    PAIRS = (("npi", "taxonomy"), ("credential", "started_on"), ("entity", "department"), *PersonForm.PAIRS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self, "entity", "department")

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        return {"person": self.person(), "data": _provider(self.cleaned_data)}


class ProviderEditForm(ProviderFields, ValueForm):
    """A known provider; the person is corrected in the directory."""

    PAIRS = (("npi", "taxonomy"), ("credential", "started_on"), ("entity", "department"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self, "entity", "department")

    def value(self) -> ProviderData:
        return _provider(self.cleaned_data)


class SessionForm(ValueForm):
    """Hours, weekly or of one date; a date wins over the weekday."""

    lead = _("When and where he or she sees patients; the grid is drawn from it.")
    weekday = _choice(_("Every"), required=False, choices=[("", _("no weekday")), *DAYS])
    date = DateField(label=_("Or on one date"), required=False)
    starts = TimeField(label=_("From"))
    ends = TimeField(label=_("To"))
    slot_minutes = forms.IntegerField(label=_("Slot, minutes"), min_value=5, max_value=240, initial=20)
    site = _choice(_("Site"))
    place = _choice(_("Room"), required=False)
    starts_on = DateField(label=_("Holds from"))
    closed = forms.BooleanField(label=_("Closed: not to be booked on that date"), required=False)
    reason = text(_("Why closed"), 80)
    PAIRS = (("weekday", "date"), ("starts", "ends", "slot_minutes"), ("site", "place"))

    def __init__(self, *args: Any, provider: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = provider
        _fill(self, "site", "place")

    def value(self) -> SessionData:
        data = dict(self.cleaned_data)
        if data["date"] is not None:
            data["weekday"] = None
        return SessionData(provider=self.provider, **data)


class EmployeeForm(PersonForm):
    """A new employee: the person and the job."""

    lead = _("Who works here; a login is given separately.")
    job = text(_("Job"), 80, required=True)
    entity = _choice(_("Employed by"))
    site = _choice(_("Site"), required=False)
    department = _choice(_("Department"), required=False)
    started_on = DateField(label=_("First day"))
    field_order = ("last_name", "first_name", "job", "started_on", "entity", "site", "department")
    PAIRS = (("job", "started_on"), ("entity", "site", "department"), *PersonForm.PAIRS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self, "entity", "site", "department")

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        return {"person": self.person(), "data": _job(self.cleaned_data)}


def _job(data: dict[str, Any]) -> EmployeeData:
    return EmployeeData(data["job"], data["entity"], data["started_on"], data["site"], data["department"])


class JobForm(ValueForm):
    """The job of a known employee; the person is corrected in the directory."""

    lead = _("What the office knows of the work; pay lives with payroll.")
    job = text(_("Job"), 80, required=True)
    entity = _choice(_("Employed by"))
    site = _choice(_("Site"), required=False)
    department = _choice(_("Department"), required=False)
    started_on = DateField(label=_("First day"))
    PAIRS = (("job", "started_on"), ("entity", "site", "department"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _fill(self, "entity", "site", "department")

    def value(self) -> EmployeeData:
        return _job(self.cleaned_data)


class LeaveForm(Form):
    """The last day of an employment."""

    lead = _("On the last day every sign-in ends; nothing is deleted.")
    on = DateField(label=_("Last day"), help_text=_("Today or earlier ends the login at once."))
    reason = text(_("Reason"), 200)


class UserForm(Form):
    """A login for a person of the directory."""

    lead = _("A login needs a person; the first sign-in is by a link that works once.")
    username = text(_("Signs in as"), 80, required=True)
    role = forms.ChoiceField(label=_("First role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("none")), *role_names().items()]  # type: ignore[attr-defined]
        self.fields["role"].required = False


class GrantForm(Form):
    """A role from a day to a day."""

    lead = _("A second person signs it; from then on it holds. Roles add up; a role that is barred from something wins.")
    role = forms.ChoiceField(label=_("Role"))
    site_id = _choice(_("At"), required=False)
    starts_on = DateField(label=_("From"), required=False, help_text=_("Empty: today."))
    ends_on = DateField(label=_("To"), required=False, help_text=_("Empty: for good."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(role_names().items())  # type: ignore[attr-defined]
        sites = [(site.pk, site.name) for site in registry.sites(now.today())]
        self.fields["site_id"].choices = [("", _("every site")), *sites]  # type: ignore[attr-defined]


class WhyForm(Form):
    """A reason."""

    reason = text(_("Reason"), 200, required=True)
