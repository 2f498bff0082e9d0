"""The forms of a month's close."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as __

from steward.core.access.models import User
from steward.core.web.forms import Form
from steward.ledger.logic.close_list import LINE_OF, TWENTY


class LinesForm(Form):
    """Lines of the list, as ticked on the month's page."""

    checks = forms.MultipleChoiceField(
        label=__("Lines"), choices=[(line.check, f"{line.number} {line.title}") for line in TWENTY], widget=forms.CheckboxSelectMultiple
    )


class SignLinesForm(LinesForm):
    """Sign them, with a remark or none."""

    remark = forms.CharField(label=__("Remark"), required=False, max_length=400)


class OwnerForm(LinesForm):
    """Give them to somebody."""

    owner = forms.ModelChoiceField(label=__("Who looks after them"), queryset=User.objects.none())

    def __init__(self, *args: Any, users: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = users if users is not None else User.objects.none()


class WaiveForm(Form):
    """Let a check stand."""

    check = forms.ChoiceField(label=__("What may stand"))
    reason = forms.CharField(label=__("Why"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, failing: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["check"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.id, f"{LINE_OF[one.id].title if one.id in LINE_OF else one.words}: {one.evidence}") for one in failing or ()]


class FluxForm(Form):
    """A reason for each account that moved."""

    def __init__(self, *args: Any, moved: list[Any] | None = None, told: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in moved or ():
            self.fields[f"code_{one.code}"] = forms.CharField(
                label=f"{one.code} {one.name}", required=False, max_length=400, initial=(told or {}).get(one.code, "")
            )

    def clean(self) -> dict[str, Any]:
        """``words``: code -> why."""
        cleaned = super().clean() or {}
        return {"words": {name[5:]: text for name, text in cleaned.items() if name.startswith("code_") and text}}


class FreezeForm(Form):
    """The packet as it is sent."""

    remarks = forms.CharField(label=__("Your remarks"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 6}))
