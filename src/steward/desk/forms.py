"""The import form: any number of files, the kind recognised unless said."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.imports import Options
from steward.core.web.forms import Form
from steward.desk.rooms import IMPORTERS


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A file input that takes several; the view reads ``request.FILES.getlist("uploads")``."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        rows = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(row, initial) for row in rows]


#: what people call the kinds of docs/formats.md
KIND_WORDS = {
    "835": _("Remittance (835)"), "837": _("Claims (837)"), "charges-csv": _("Charges (CSV)"), "journal-csv": _("Journal (CSV)"),
    "ofx": _("Bank file (OFX, QFX)"), "bai2": _("Bank file (BAI2)"), "camt053": _("Bank file (CAMT.053)"),
    "mt940": _("Bank file (MT940)"), "bank-csv": _("Bank file (CSV)"),
    "processor-csv": _("Card processor's payouts (CSV)"),
    "nacha-return": _("Returns of the clearing house (NACHA)"), "271": _("Eligibility answers (271)"),
    "ta1": _("Interchange acknowledgement (TA1)"), "999": _("File acknowledgement (999)"),
    "277ca": _("Claim acknowledgement (277CA)"), "277": _("Claim status answer (277)"),
    "synthea": _("Synthetic patients (Synthea's CSV folder, zipped)"),
}  # fmt: skip


def _kinds() -> list[tuple[str, Any]]:
    """Every kind a room can read, none first: recognising is the rule."""
    kinds = [kind for importer in IMPORTERS for kind in importer.KINDS]
    return [("", _("recognise it")), *((kind, KIND_WORDS.get(kind, kind)) for kind in kinds)]


class ImportForm(Form):
    uploads = FilesField(
        label=_("Files"),
        help_text=_(
            "Payers' files (835, 837, 271, TA1, 999, 277CA, 277), charges and journals (CSV), bank files (OFX, QFX, QBO, BAI2, CAMT.053,"
            " MT940, CSV), returns of the clearing house (NACHA)."
            " Several at once."
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=_kinds, help_text=_("Steward knows it from the content.")
    )
    account = forms.CharField(
        label=_("Bank account"), required=False, help_text=_("Only for a bank file: the account's code.")
    )
    create_payers = forms.BooleanField(label=_("Make payers a charges file names and nobody knows"), required=False)

    accept = forms.MultipleChoiceField(
        label=_("Take a bank statement in spite of"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("gap", _("days the bank no longer gives")), ("fitid_reused", _("one transaction id for two amounts"))],
        help_text=_("Only when it was refused for it; owner and administrator may."),
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300, help_text=_("It stands with the statement."))

    def options(self) -> Options:
        said = self.cleaned_data
        return Options(said["account"] or None, said["create_payers"], tuple(said["accept"]), said["reason"])
