"""The forms of billing: what a person types, nothing more."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from steward.billing.models import Charge
from steward.billing.states import AttachmentBy, AttachmentKind, HoldKind, WriteOff
from steward.billing.types import ChargeData
from steward.core.web.forms import DateField, Form, MoneyField
from steward.insurance.models import Payer
from steward.registry.models import Entity
from steward.registry.selectors import entities


def _rows(form: Form, name: str, rows: QuerySet[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class ReasonForm(Form):
    """A sentence that says why."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ResolutionForm(Form):
    """What was done about a work item."""

    resolution = forms.CharField(label=_("What was done"), max_length=200)


class PostponeForm(Form):
    """When to look again."""

    due = DateField(label=_("Look again on"))


class ReleaseForm(Form):
    """What a held remittance could not say itself."""

    payer = forms.ModelChoiceField(
        Payer.objects.none(), label=_("Payer"), required=False, help_text=_("Empty: as the file says.")
    )
    entity = forms.ModelChoiceField(
        Entity.objects.none(), label=_("Paid to"), required=False, help_text=_("Empty: as the file says.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "payer", Payer.objects.filter(ended_on=None).order_by("name", "id"))
        _rows(self, "entity", entities())


class MatchForm(Form):
    """Which claim of ours a payment answers."""

    ref = forms.CharField(label=_("Claim number"), max_length=20)


class ChargeForm(Form):
    """A charge of one claim, and an amount."""

    charge = forms.ModelChoiceField(Charge.objects.none(), label=_("Charge"), empty_label=None)
    cents = MoneyField(label=_("Amount"), least=1)

    def __init__(self, *args: Any, charges: QuerySet[Charge], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows(self, "charge", charges)
        field = self.fields["charge"]
        assert isinstance(field, forms.ModelChoiceField)
        field.label_from_instance = lambda row: f"{row.code} {row.service_date}, {row.line_ref}"  # type: ignore[assignment, method-assign]


class PrepaymentForm(ChargeForm):
    """A payment that waits, put to a charge."""

    receipt_item = forms.ChoiceField(label=_("Payment"))

    def __init__(self, *args: Any, receipts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["receipt_item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = receipts
        self.order_fields(["receipt_item", "charge", "cents"])


class WriteOffForm(ChargeForm):
    """What is given up, of whom, and why."""

    of = forms.ChoiceField(label=_("Owed by"), choices=[("patient", _("Patient"))])
    role = forms.ChoiceField(label=_("Written off as"), choices=WriteOff.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, owers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = owers
        self.order_fields(["charge", "of", "cents", "role", "reason"])


class RefundForm(ChargeForm):
    """Money given back out of a charge's credit."""

    of = forms.ChoiceField(label=_("Given back to"), choices=[("patient", _("Patient"))])
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, owers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = owers
        self.order_fields(["charge", "of", "cents", "reason"])


class LineForm(Form):
    """One more service on a claim that stands."""

    lead = _("A further service of the same visit; it is posted at once.")
    code = forms.CharField(label=_("Code"), max_length=12)
    modifiers = forms.CharField(label=_("Modifiers"), max_length=11, required=False, help_text=_("25 or 25:59"))
    units = forms.CharField(label=_("Units"), max_length=9, initial="1")
    charge_cents = MoneyField(label=_("Charge"), least=1)
    diagnoses = forms.CharField(label=_("Diagnoses"), max_length=120, help_text=_("The first is what it was done for: E11.9 Z00.00"))
    place = forms.CharField(label=_("Place"), max_length=2, initial="11")
    note = forms.CharField(
        label=_("Note on the line"), max_length=80, required=False, help_text=_("What was given or done, for a code that does not say so.")
    )

    def line(self) -> ChargeData:
        """What was typed, as a service's argument."""
        typed = self.cleaned_data
        diagnoses = tuple(re.split(r"[\s,:]+", typed["diagnoses"].strip().upper()))
        modifiers = tuple(one for one in re.split(r"[\s,:]+", typed["modifiers"].strip().upper()) if one)
        return ChargeData(
            typed["code"].strip().upper(), typed["charge_cents"], modifiers, typed["units"].strip(), diagnoses,
            tuple(range(1, min(len(diagnoses), 4) + 1)), place=typed["place"].strip(), note=typed["note"].strip(),
        )  # fmt: skip


class CorrectionForm(LineForm):
    """What should have stood there."""

    lead = _("The line as it should be; the wrong one is voided in the same act and stays to be seen.")
    reason = forms.CharField(label=_("What was wrong"), max_length=200)


class FrequencyForm(Form):
    """What is to become of a claim the payer has."""

    frequency = forms.ChoiceField(
        label=_("Send it as"),
        choices=[("7", _("a replacement: as it now stands")), ("8", _("a void: the payer takes it back"))],
    )


class StatementRunForm(Form):
    """Who gets a statement in this run."""

    lead = _("Largest first; nobody twice within the cycle, nobody who is held.")
    minimum_cents = MoneyField(label=_("At least"), least=1)
    cycle_days = forms.IntegerField(label=_("Days since the last one"), min_value=1, max_value=366)


class HoldForm(Form):
    """Why nobody asks this guarantor for money."""

    kind = forms.ChoiceField(label=_("Why"), choices=HoldKind.choices)
    effective_on = DateField(label=_("Day of the petition or of death"), required=False)
    reason = forms.CharField(label=_("In a few words"), max_length=200)


class PlanForm(Form):
    """So much a month."""

    lead = _("It only schedules; what is owed stays as it is, line by line.")
    cents = MoneyField(label=_("A month"), least=1)
    day_of_month = forms.IntegerField(label=_("On day"), min_value=1, max_value=28)
    first_due = DateField(label=_("First payment"))


class HardshipForm(Form):
    """A discount on what the patient owes, for services between two days."""

    percent = forms.IntegerField(label=_("Percent"), min_value=1, max_value=100)
    starts_on = DateField(label=_("Services from"))
    ends_on = DateField(label=_("to"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class AgencyForm(Form):
    """Who collects."""

    lead = _("Signed bad debt that no file has yet, each line once. No tax id and no diagnosis is in it.")
    agency = forms.CharField(label=_("Agency"), max_length=120)


class FolderDoorForm(Form):
    """A folder of this machine, or a mounted one, as the clearinghouse's door."""

    lead = _("A program of the clearinghouse watches these folders. Steward never deletes in them unless you say so.")
    name = forms.CharField(label=_("Clearinghouse"), max_length=80)
    out_folder = forms.CharField(label=_("Folder for files to payers"), max_length=300, required=False,
                                 help_text=_("Empty: this door only collects."))
    in_folder = forms.CharField(label=_("Folder where answers lie"), max_length=300, required=False)
    remove_collected = forms.BooleanField(label=_("Take files away once they are kept here"), required=False)


class SftpDoorForm(FolderDoorForm):
    """A folder at the clearinghouse, by SFTP."""

    lead = _("As the clearinghouse wrote it to you. Password and key are sealed; leave them empty to keep what is there.")
    host = forms.CharField(label=_("Server"), max_length=200)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=22)
    username = forms.CharField(label=_("User name"), max_length=80)
    host_key = forms.CharField(label=_("The server's key"), max_length=800,
                               help_text=_("Its fingerprint (SHA256:...) or the whole key. A server that shows another is not spoken to."))
    password = forms.CharField(label=_("Password"), max_length=200, required=False, strip=False,
                               widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    private_key = forms.CharField(label=_("Private key"), required=False, strip=False, max_length=10_000,
                                  widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}))
    field_order = ("name", "host", "port", "username", "host_key", "password", "private_key", "out_folder", "in_folder",
                   "remove_collected")  # fmt: skip


class AttachmentForm(Form):
    """A paper a claim names."""

    lead = _("The claim's next file tells the payer that this paper exists and by which number it knows it.")
    kind = forms.ChoiceField(label=_("What it is"), choices=AttachmentKind.choices)
    by = forms.ChoiceField(label=_("How the payer gets it"), choices=AttachmentBy.choices, initial="FX")
    number = forms.CharField(label=_("Its number"), max_length=50, required=False,
                             help_text=_("Write it on the paper. Empty: the claim's number and a letter."))
    file = forms.FileField(label=_("The paper"), required=False)


class PayerNoteForm(Form):
    """A note that goes with the claim."""

    lead = _("Most payers read notes only when a rule asks for one. It goes with the claim's next file.")
    text = forms.CharField(label=_("Note to the payer"), max_length=80, required=False)


class AlignmentForm(Form):
    """How far print is to be moved on the pre-printed form."""

    lead = _("Print the test page on plain paper and hold it over a form against the light: each X belongs in the middle of its box.")
    right_e2 = forms.IntegerField(label=_("To the right, hundredths of an inch"), min_value=-50, max_value=50)
    down_e2 = forms.IntegerField(label=_("Down, hundredths of an inch"), min_value=-50, max_value=50)
