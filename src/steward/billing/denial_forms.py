"""The forms of denials: what a person types, nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.billing.logic.appeals import OUTCOMES
from steward.billing.states import AppealState, CauseKind, DisputeState, HowSent
from steward.core.access.models import User
from steward.core.web.forms import DateField, Form, MoneyField
from steward.insurance.models import Payer


def _choices(form: Form, name: str, pairs: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(pairs)


def _users(form: Form, users: Iterable[User]) -> None:
    field = form.fields["owner"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = User.objects.filter(pk__in=[one.pk for one in users]).order_by("name", "id")


class OwnerForm(Form):
    """Who works it."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False, help_text=_("Empty: nobody."))

    def __init__(self, *args: Any, users: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _users(self, users)


class NoteForm(Form):
    """What was found out."""

    text = forms.CharField(label=_("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CategoryForm(Form):
    """What a denial is really about."""

    category = forms.ChoiceField(label=_("Category"))

    def __init__(self, *args: Any, categories: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "category", categories)


class CauseForm(Form):
    """Why a kind of denial keeps coming, and what mends it."""

    lead = _("What holds for every denial like this one; leave a field empty where it does not matter.")
    title = forms.CharField(label=_("What goes wrong"), max_length=120)
    kind = forms.ChoiceField(label=_("Mended by"), choices=CauseKind.choices)
    rule = forms.CharField(
        label=_("Scrub rule"), max_length=80, required=False, help_text=_("The id of the rule that catches it before sending.")
    )
    duty = forms.CharField(
        label=_("Duty of the front desk"), max_length=200, required=False, help_text=_("What is done from now on, and when.")
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    carc = forms.CharField(label=_("Reason code"), max_length=5, required=False)
    code = forms.CharField(label=_("Service"), max_length=12, required=False)
    payer = forms.ModelChoiceField(Payer.objects.none(), label=_("Payer"), required=False, help_text=_("Empty: every payer."))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Who mends it"), required=False)

    def __init__(
        self, *args: Any, categories: Iterable[tuple[str, str]], users: Iterable[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "category", [("", _("any")), *categories])
        _users(self, users)
        field = self.fields["payer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Payer.objects.filter(ended_on=None).order_by("name", "id")


class MendedForm(Form):
    """Since when a cause is mended."""

    on = DateField(label=_("Mended on"), lean="past")


class AppealForm(Form):
    """What the letter says."""

    asked_cents = MoneyField(label=_("Asked for"), least=1)
    argument = forms.CharField(
        label=_("Why the payer should pay"), max_length=2000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("An empty line begins a paragraph. The facts of the claim are put above it."),
    )  # fmt: skip


class SendForm(Form):
    """How it left."""

    how = forms.ChoiceField(label=_("Sent as"), choices=HowSent.choices)
    on = DateField(label=_("Sent on"), lean="past")


class OutcomeForm(Form):
    """What the payer decided."""

    lead = _("Only the decision; the money comes with its remittance.")
    outcome = forms.ChoiceField(label=_("Decision"), choices=[(one, AppealState(one).label) for one in OUTCOMES])
    on = DateField(label=_("Decided on"), lean="past")
    words = forms.CharField(label=_("In the payer's words"), max_length=200, required=False)


class DisputeForm(Form):
    """A letter about services paid below contract."""

    how = forms.ChoiceField(label=_("Sent as"), choices=HowSent.choices)
    answer_by = DateField(label=_("Answer asked for by"), lean="future")


class DisputeEndForm(Form):
    """What became of a letter."""

    state = forms.ChoiceField(
        label=_("The payer"),
        choices=[(DisputeState.WON, _("agrees and pays")), (DisputeState.LOST, _("refuses")),
                 (DisputeState.GIVEN_UP, _("is not asked any further"))],
    )  # fmt: skip
    reason = forms.CharField(label=_("In a few words"), max_length=200)
