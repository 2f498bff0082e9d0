"""What people type about approvals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.access.models import User
from steward.core.approvals import selectors, words
from steward.core.web.forms import DateField, Form, MoneyField


def _kinds() -> list[tuple[str, str]]:
    return sorted({(rule.kind, words.plain(rule.kind)) for rule in selectors.policy().rules}, key=lambda pair: pair[1])


class DecideForm(Form):
    """Which button was pressed, and the sentence beside it."""

    answer = forms.ChoiceField(choices=(("yes", _("Approve")), ("no", _("Reject"))), widget=forms.HiddenInput)
    comment = forms.CharField(label=_("Comment"), required=False, max_length=400, help_text=_("A no needs its reason."))


class ReviewForm(Form):
    """The owner has read everything on the page."""

    comment = forms.CharField(label=_("Comment"), required=False, max_length=400)


class DelegateForm(Form):
    """To whom, what, how long."""

    taker = forms.ModelChoiceField(label=_("To"), queryset=User.objects.none())
    kinds = forms.MultipleChoiceField(label=_("What"), choices=_kinds, widget=forms.SelectMultiple(attrs={"size": 8}))
    starts_on = DateField(label=_("From"), lean="future")
    ends_on = DateField(label=_("Until, included"), lean="future", help_text=_("Thirty days at most."))
    ceiling_cents = MoneyField(label=_("Up to"), required=False, help_text=_("Empty: up to your own limit."))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, ended_at=None).order_by("name")
        self.fields["taker"].queryset = people  # type: ignore[attr-defined]


class EnvelopeForm(Form):
    """A yes asked for beforehand."""

    kind = forms.ChoiceField(label=_("For"), choices=_kinds)
    holder = forms.ModelChoiceField(label=_("Who spends"), queryset=User.objects.none())
    per_order_cents = MoneyField(label=_("An order at most"), least=1)
    period_cents = MoneyField(label=_("A month at most"), least=1)
    starts_on = DateField(label=_("From"), lean="future")
    ends_on = DateField(label=_("Until, included"), lean="future")
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, ended_at=None).order_by("name")
        self.fields["holder"].queryset = people  # type: ignore[attr-defined]
