"""The form that makes a token."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.web.forms import Form

DAYS = ((30, _("30 days")), (90, _("90 days")), (180, _("half a year")), (365, _("a year")))


class TokenForm(Form):
    """Name, how long, what it may."""

    lead = _("A program that sends it acts as you, within your own rights; what you lose, it loses.")
    name = forms.CharField(label=_("What will use it"), max_length=60, help_text=_("Reports, clearinghouse, ..."))
    days = forms.TypedChoiceField(label=_("It ends after"), choices=DAYS, coerce=int, initial=90)
    read_only = forms.TypedChoiceField(
        label=_("It may"),
        choices=(("1", _("only read")), ("0", _("read and write"))),
        coerce=lambda text: text == "1",
        initial="1",
    )
