"""The forms of owners and their shares."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as __

from steward.core.web.forms import DateField, Form


class OwnerForm(Form):
    """An owner with accounts and the first share."""

    name = forms.CharField(label=__("Name"), max_length=120)
    capital = forms.CharField(label=__("Account of the capital"), max_length=16, help_text=__("A code of equity, such as 3001."))
    draws = forms.CharField(label=__("Account of the draws"), max_length=16, required=False)
    starts_on = DateField(label=__("Share from"))
    weight = forms.IntegerField(label=__("Share"), min_value=0, max_value=1_000_000, help_text=__("Beside the others': 50 and 50, or 2 and 1."))


class ShareForm(Form):
    """A share from a day on."""

    starts_on = DateField(label=__("From"))
    weight = forms.IntegerField(label=__("Share"), min_value=0, max_value=1_000_000, help_text=__("0 for one who has left."))
