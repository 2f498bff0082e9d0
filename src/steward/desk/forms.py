"""The import form: any number of files, the kind recognised unless said."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.imports import Options
from steward.core.web.forms import Form


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A file input that takes several; the view reads ``request.FILES.getlist("uploads")``."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        rows = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(row, initial) for row in rows]


class ImportForm(Form):
    uploads = FilesField(
        label=_("Files"), help_text=_("835, charges (CSV), OFX or QFX, BAI2, journal (CSV). Several at once.")
    )
    kind = forms.CharField(
        label=_("Kind"), required=False, help_text=_("Leave empty: Steward knows it from the content.")
    )
    account = forms.CharField(
        label=_("Bank account"), required=False, help_text=_("Only for a bank file: the account's code.")
    )
    create_payers = forms.BooleanField(label=_("Make payers a charges file names and nobody knows"), required=False)

    def options(self) -> Options:
        return Options(account=self.cleaned_data["account"] or None, create_payers=self.cleaned_data["create_payers"])
