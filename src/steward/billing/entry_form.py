"""The charge entry form: diagnoses once, then lines; what a claim needs besides stands folded below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.billing.logic import entry
from steward.billing.models import Charge, Claim
from steward.billing.types import VisitCharges
from steward.core.web.forms import DateField, MoneyField
from steward.frontdesk.models import Visit
from steward.people.selectors import standing_providers
from steward.registry.forms import ValueForm, text

SHOWN_LINES, MOST_LINES = 4, 50  # an 837P claim holds fifty services (loop 2400)
PLAN, PATIENT, SILENT = "plan", "patient", "silent"
LINE: Final = ("code", "modifiers", "units", "pointers", "cents", "note", "ndc", "ndc_quantity", "ndc_unit", "discarded", "notice")
_CODE_FIELD = re.compile(r"code([0-9]{1,3})", re.ASCII)

BILL_TO = ((PLAN, _("Insurance of the day")), (PATIENT, _("The patient")), (SILENT, _("The patient, who asks that no plan be told")))
PLACES = (
    ("11", _("11 Office")), ("12", _("12 Home")), ("13", _("13 Assisted living")), ("19", _("19 Outpatient, off campus")),
    ("20", _("20 Urgent care")), ("21", _("21 Inpatient hospital")), ("22", _("22 Outpatient, on campus")),
    ("23", _("23 Emergency room")), ("24", _("24 Surgery centre")), ("31", _("31 Skilled nursing")), ("32", _("32 Nursing home")),
    ("50", _("50 Federally qualified health centre")), ("72", _("72 Rural health clinic")), ("81", _("81 Laboratory")),
)  # fmt: skip
TELEHEALTH = (("", _("In person")), ("home", _("Video, the patient at home")), ("elsewhere", _("Video, the patient elsewhere")),
              ("audio", _("Sound only, the patient at home")))  # fmt: skip
ACCIDENTS = (("", _("None")), ("AA", _("Auto")), ("EM", _("At work")), ("OA", _("Another")))
#: SBR05: why Medicare pays second (X12 element 1336; facts as CMS MSP pages name them).
MEDICARE_REASONS = (
    ("", _("Medicare is not second")), ("12", _("12 Working, or a spouse is, with a group plan")),
    ("13", _("13 Kidney disease, within 30 months")), ("14", _("14 No-fault or auto insurance")),
    ("15", _("15 Workers' compensation")), ("16", _("16 Public Health Service or another federal agency")),
    ("41", _("41 Black lung")), ("42", _("42 Veterans Affairs")), ("43", _("43 Disabled, with a large group plan")),
    ("47", _("47 Another liability insurance")),
)  # fmt: skip
#: What the patient of a Medicare plan was told before the service (CMS-R-131; Medicare Claims Processing Manual 30, 50).
NOTICES = (
    ("", _("None is needed")), ("GA", _("GA: signed, Medicare may refuse it")), ("GZ", _("GZ: may be refused, nothing was signed")),
    ("GY", _("GY: never covered")), ("GX", _("GX: never covered, and a notice was signed")),
)  # fmt: skip
NDC_UNITS = (("", ""), *((one, one) for one in entry.NDC_UNITS))
#: The folded part, in the order it is shown: heading -> fields side by side.
SECTIONS: Final = (
    (_("Who"), (("provider",), ("supervising", "incident_to", "split_shared"), ("locum_npi", "locum_since"),
                ("referring_npi", "referring_last_name", "referring_first_name"),
                ("ordering_npi", "ordering_last_name", "ordering_first_name"))),
    (_("Where and under what"), (("place", "telehealth"), ("auth_number", "referral_number"), ("medicare_reason", "onset"))),
    (_("Accident"), (("accident_type", "accident_date", "accident_state"),)),
    (_("To the payer"), (("note",),)),
)  # fmt: skip
_TEXTS = ("referring_npi", "referring_last_name", "referring_first_name", "ordering_npi", "ordering_last_name",
          "ordering_first_name", "locum_npi", "referral_number", "accident_type", "accident_state", "medicare_reason", "note")  # fmt: skip
_DAYS = ("locum_since", "accident_date", "onset")


class EntryForm(ValueForm):
    """What a person types for a visit. Lines left empty are left out; an amount left empty is the practice's fee."""

    diagnoses = text(_("Diagnoses"), 200, help_text=_("ICD-10-CM, parted by blanks; lines point to them by letter."))
    bill_to = forms.ChoiceField(label=_("Pays"), choices=BILL_TO)
    provider = forms.ModelChoiceField(standing_providers(date(2000, 1, 1)).none(), label=_("Rendering provider"))
    supervising = forms.ModelChoiceField(
        standing_providers(date(2000, 1, 1)).none(), label=_("Supervising provider"), required=False
    )
    incident_to = forms.BooleanField(label=_("Incident to the supervising provider's own service"), required=False)
    split_shared = forms.BooleanField(label=_("Shared by physician and other practitioner (FS)"), required=False)
    locum_npi = text(_("Substitute's NPI (Q5, Q6)"), 10)
    locum_since = DateField(label=_("Stands in since"), required=False)
    referring_npi = text(_("Referring NPI"), 10)
    referring_last_name = text(_("Last name"), 60)
    referring_first_name = text(_("First name"), 35)
    ordering_npi = text(_("Ordering NPI"), 10)
    ordering_last_name = text(_("Last name"), 60)
    ordering_first_name = text(_("First name"), 35)
    place = forms.ChoiceField(label=_("Place"), choices=PLACES, initial="11")
    telehealth = forms.ChoiceField(label=_("Telehealth"), choices=TELEHEALTH, required=False)
    auth_number = text(_("Authorization"), 50)
    referral_number = text(_("Referral"), 50)
    medicare_reason = forms.ChoiceField(label=_("Why Medicare is second"), choices=MEDICARE_REASONS, required=False)
    onset = DateField(label=_("Onset"), required=False)
    accident_type = forms.ChoiceField(label=_("Accident"), choices=ACCIDENTS, required=False)
    accident_date = DateField(label=_("Day of the accident"), required=False)
    accident_state = text(_("State"), 2)
    note = text(_("Note on the claim"), 80)

    def __init__(self, *args: Any, visit: Visit, rows: int = SHOWN_LINES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit = visit
        people = standing_providers(visit.service_date)
        for name in ("provider", "supervising"):
            part = self.fields[name]
            assert isinstance(part, forms.ModelChoiceField)
            part.queryset = people
        self.count = min(max(rows, _rows_in(self.data)), MOST_LINES)
        for n in range(1, self.count + 1):
            self.fields.update(_line_fields(n))

    # ---- as the page shows it ----
    def lines(self) -> list[dict[str, Any]]:
        """The lines: their number and their fields by name."""
        return [{"n": n, **{name: self[f"{name}{n}"] for name in LINE}} for n in range(1, self.count + 1)]

    def sections(self) -> list[tuple[Any, list[list[forms.BoundField]]]]:
        """The folded part: headings with their fields."""
        return [(title, [[self[name] for name in names] for names in rows]) for title, rows in SECTIONS]

    @property
    def beside_open(self) -> bool:
        """Whether the folded part stands open: something in it is wrong, or was typed."""
        names = [name for _title, rows in SECTIONS for names in rows for name in names]
        plain = {"provider", "place"}
        return any(self[name].errors for name in names) or any(self[n].value() for n in names if n not in plain)

    # ---- as the service takes it ----
    def value(self) -> VisitCharges:
        data = self.cleaned_data
        filled = [n for n in range(1, self.count + 1) if _filled(data, n)]
        details = {name: str(data[name]).strip() for name in _TEXTS if data[name]}
        details |= {name: data[name].isoformat() for name in _DAYS if data[name]}
        details |= {name: "Y" for name in ("incident_to", "split_shared") if data[name]}
        if data["supervising"]:
            details["supervising_npi"] = data["supervising"].npi
        return VisitCharges(
            entry.Visit(
                self.visit.service_date, entry.words_of(data["diagnoses"]), tuple(_typed(data, n) for n in filled),
                data["place"], data["telehealth"], data["bill_to"] == PLAN, _upper(details),
            ),
            data["provider"].pk, data["auth_number"].strip(), data["bill_to"] == SILENT,
        )  # fmt: skip


def _upper(details: Mapping[str, str]) -> dict[str, str]:
    return {name: one.upper() if name == "accident_state" else one for name, one in details.items()}


def _rows_in(data: Mapping[str, Any]) -> int:
    return max((int(found[1]) for name in data if (found := _CODE_FIELD.fullmatch(name))), default=0)


def _line_fields(n: int) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {
        "code": text(_("Service"), 12), "modifiers": text(_("Modifiers"), 20), "units": text(_("Units"), 11),
        "pointers": text(_("Diagnoses"), 30), "cents": MoneyField(label=_("Charge"), required=False), "note": text(_("Line note"), 80),
        "ndc": text(_("NDC"), 13), "ndc_quantity": text(_("Quantity"), 12),
        "ndc_unit": forms.ChoiceField(label=_("Unit"), choices=NDC_UNITS, required=False),
        "notice": forms.ChoiceField(label=_("Notice (ABN)"), choices=NOTICES, required=False),
        "discarded": text(_("Units discarded"), 11, help_text=_("0 adds JZ; a number adds a line with JW.")),
    }  # fmt: skip
    fields["units"].initial = "1"
    for name, part in fields.items():
        part.widget.attrs.update({"aria-label": f"{part.label}, {_('line')} {n}", "data-part": name, "autocomplete": "off"})
    return {f"{name}{n}": part for name, part in fields.items()}


def _filled(data: Mapping[str, Any], n: int) -> bool:
    """Whether anything was typed into a line besides its units."""
    return any(data[f"{name}{n}"] not in ("", None) for name in LINE if name != "units")


def _typed(data: Mapping[str, Any], n: int) -> entry.Typed:
    def word(name: str) -> str:
        return str(data[f"{name}{n}"]).strip()

    modifiers, notice = entry.words_of(data[f"modifiers{n}"]), word("notice")
    if notice and notice not in modifiers:
        modifiers = (*modifiers, notice)
    return entry.Typed(
        word("code").upper(), modifiers, word("units").replace(",", "") or "1",
        word("pointers").upper(), data[f"cents{n}"], word("note"), word("ndc"), word("ndc_quantity"), word("ndc_unit"),
        word("discarded"), n,
    )  # fmt: skip


def same_as(claim: Claim, charges: Iterable[Charge]) -> dict[str, str]:
    """What the form shows when a visit is like the one before: diagnoses, services, modifiers, units and pointers; not the
    amounts, which are the fees of the day, nor the drugs' lots, nor notices, which speak of one service."""
    rows = list(charges)
    diagnoses = list(dict.fromkeys(code for row in rows for code in row.diagnoses.split(":") if code))
    found = {"diagnoses": " ".join(diagnoses)}
    for n, row in enumerate(rows[:MOST_LINES], 1):
        own = [code for code in row.diagnoses.split(":") if code]
        places = [int(one) for one in row.pointers.split(":") if one.isdigit() and 0 < int(one) <= len(own)]
        letters = [entry.LETTERS[i] for p in places if (i := diagnoses.index(own[p - 1])) < len(entry.LETTERS)]
        modifiers = [one for one in row.modifiers.split(":") if one not in entry.NOTICES]
        found |= {f"code{n}": row.code, f"modifiers{n}": " ".join(modifiers), f"units{n}": row.units,
                  f"pointers{n}": "".join(letters)}  # fmt: skip
    return found
