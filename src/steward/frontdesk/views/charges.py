"""The charges of a visit, as the desk types them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.billing.types import ChargeData
from steward.core.web.forms import MoneyField
from steward.registry.forms import ValueForm, text

LINES = 6  # charge lines of the desk's form; what needs more comes from the chart as a file


class ChargesForm(ValueForm):
    """The charges of a visit: diagnoses once, then up to six lines of code, modifiers, units and amount of the line."""

    diagnoses = text(_("Diagnoses"), 120, help_text=_("ICD-10-CM codes, parted by spaces; the first is the main one."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, LINES + 1):
            self.fields[f"code{n}"] = text(_("Service"), 12, required=n == 1)
            self.fields[f"modifiers{n}"] = text(_("Modifiers"), 11)
            self.fields[f"units{n}"] = forms.IntegerField(
                label=_("Units"), required=False, min_value=1, max_value=999, initial=1
            )
            self.fields[f"cents{n}"] = MoneyField(label=_("Amount"), required=n == 1, least=0)

        for name, part in self.fields.items():
            if name != "diagnoses":
                part.widget.attrs["aria-label"] = f"{part.label}, {_('line')} {name[-1]}"

    def rows(self) -> list[list[forms.BoundField]]:
        """The charge lines, as the table shows them."""
        names = ("code", "modifiers", "units", "cents")
        return [[self[f"{name}{n}"] for name in names] for n in range(1, LINES + 1)]

    def value(self) -> tuple[ChargeData, ...]:
        data = self.cleaned_data
        diagnoses = tuple(re.split(r"[\s,;]+", data["diagnoses"].strip().upper())) if data["diagnoses"].strip() else ()
        pointers = tuple(range(1, min(len(diagnoses), 4) + 1)) or (1,)
        return tuple(
            ChargeData(
                data[f"code{n}"].strip().upper(),
                data[f"cents{n}"] or 0,
                tuple(re.split(r"[\s,:]+", data[f"modifiers{n}"].strip().upper()))
                if data[f"modifiers{n}"].strip()
                else (),
                str(data[f"units{n}"] or 1),
                diagnoses,
                pointers,
            )
            for n in range(1, LINES + 1)
            if data[f"code{n}"].strip()
        )
