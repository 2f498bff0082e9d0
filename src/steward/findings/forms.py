"""What a person says about a finding."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.web.forms import Form


class AcceptForm(Form):
    """Why it is right as it is."""

    lead = _("It stays quiet until its amounts change.")
    reason = forms.CharField(label=_("Why it is right"), max_length=300)
