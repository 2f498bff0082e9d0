"""Forms of insurance."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.core.money import MoneyError, parse_cents
from steward.core.web.forms import DateField, Form, MoneyField
from steward.insurance import selectors
from steward.insurance.logic.fee_files import factor_e4
from steward.insurance.models import Contract, Grant, Payer
from steward.insurance.states import (
    AdjustmentGroup,
    Filing,
    GrantKind,
    NumberKind,
    Place,
    ScheduleKind,
    Standing,
    Way,
    WriteOffRole,
)
from steward.insurance.types import (
    CarveOutData,
    ContractData,
    EditionData,
    EstimateData,
    EstimateItem,
    GrantData,
    ManualAnswer,
    NumberData,
    PayerData,
    PlanData,
    PricedLine,
    RuleData,
)
from steward.registry.forms import ValueForm, text


class PayerForm(ValueForm):
    """A payer."""

    lead = _("Who you bill. Files and remittances name it by its ids.")
    name = text(_("Name"), 200, required=True)
    code = text(_("Payer id"), 40, required=True, help_text=_("How imports and files name it."))
    edi_id = text(_("Clearinghouse id"), 80)
    ref2u = text(_("Additional id"), 50, help_text=_("REF*2U of its remittances."))
    ein = text(_("Tax number"), 12)
    filing = forms.ChoiceField(label=_("Filing indicator"), choices=Filing.choices, initial=Filing.COMMERCIAL)
    filing_limit_days = forms.IntegerField(label=_("Days to file"), required=False, min_value=1, max_value=3650)
    assignment = forms.BooleanField(
        label=_("We accept assignment"), required=False, initial=True,
        help_text=_("What it allows is payment in full; claims say so, and it pays the practice."),
    )  # fmt: skip
    institutional = forms.BooleanField(
        label=_("Takes departments and health centers as institutional claims (837I)"), required=False,
        help_text=_("Only for sites that are one, as their page says."),
    )  # fmt: skip
    PAIRS = (("code", "edi_id"), ("ref2u", "ein"), ("filing", "filing_limit_days"))

    def value(self) -> PayerData:
        return PayerData(**self.cleaned_data)


class PlanForm(ValueForm):
    """A plan of a payer."""

    lead = _("What a card names: its copay is proposed at check-in.")
    name = text(_("Name"), 120, required=True)
    copay_cents = MoneyField(label=_("Copay"), least=0, initial=0)
    capitation = forms.BooleanField(
        label=_("Capitation contract"), required=False, help_text=_("Only then may CO-24 be written off.")
    )
    referral = forms.BooleanField(
        label=_("Wants a referral"), required=False, help_text=_("A claim without one is held before it goes out.")
    )

    def value(self) -> PlanData:
        return PlanData(**self.cleaned_data)


class RuleForm(ValueForm):
    """A white-listed adjustment."""

    lead = _("An adjustment with this code posts by itself; without a rule a person decides.")
    group = forms.ChoiceField(
        label=_("Group"), choices=[c for c in AdjustmentGroup.choices if c[0] != AdjustmentGroup.PATIENT]
    )
    carc = text(_("Reason code"), 5, required=True)
    role = forms.ChoiceField(label=_("Written off to"), choices=WriteOffRole.choices)
    payer = forms.TypedChoiceField(label=_("Payer"), coerce=int, required=False, empty_value=None)
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To"), required=False)
    capitation_only = forms.BooleanField(label=_("Only under a capitation contract"), required=False)
    negative_only = forms.BooleanField(label=_("Only when it raises the payment"), required=False)
    source = text(_("Source"), 200, required=True, help_text=_("The contract or rule it rests on."))
    PAIRS = (("group", "carc"), ("role", "payer"), ("starts_on", "ends_on"))

    def __init__(self, *args: Any, contract: Contract | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract
        if contract is not None:
            del self.fields["payer"]
            return
        payers = [(p.pk, p.name) for p in selectors.standing_payers()]
        self.fields["payer"].choices = [("", _("every payer")), *payers]  # type: ignore[attr-defined]

    def value(self) -> RuleData:
        if self.contract is None:
            return RuleData(**self.cleaned_data)
        return RuleData(payer=self.contract.payer_id, contract=self.contract.pk, **self.cleaned_data)


class PercentField(forms.CharField):
    """Parts a million of a percent as people type it: ``110``, ``62.5 %``; at most four decimals."""

    default_error_messages = {"percent": _("Type a percent, such as 110 or 62.5.")}

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, int):
            return None if value in self.empty_values else value
        found = re.fullmatch(r"([0-9]{1,4})(?:\.([0-9]{1,4}))?\s*%?", str(value).strip(), re.ASCII)
        if found is None:
            raise forms.ValidationError(self.error_messages["percent"], code="percent")
        return int(found[1] + (found[2] or "").ljust(4, "0"))

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        whole, rest = divmod(value, 10_000)
        return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


class NumberForm(ValueForm):
    """Another number of a payer."""

    lead = _("A payer may be known by several numbers; each names one payer only.")
    kind = forms.ChoiceField(label=_("Kind"), choices=NumberKind.choices)
    number = text(_("Number"), 80, required=True)
    note = text(_("Where it comes from"), 120)
    PAIRS = (("kind", "number"),)

    def value(self) -> NumberData:
        return NumberData(**self.cleaned_data)


class ScheduleForm(ValueForm):
    """A fee schedule."""

    lead = _("A list of prices, or relative values and a conversion factor. Its files are imported next.")
    name = text(_("Name"), 120, required=True)
    kind = forms.ChoiceField(label=_("Holds"), choices=ScheduleKind.choices)

    def value(self) -> dict[str, str]:
        return dict(self.cleaned_data)


class FactorField(forms.CharField):
    """Ten-thousandths of a number with at most four decimals."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        found = factor_e4(str(value))
        if found is None:
            raise forms.ValidationError(_("Type a number with at most four decimals."), code="factor")
        return found


class EditionForm(ValueForm):
    """A file of a schedule."""

    lead = _("Prices from this day on. An earlier file for the same day is superseded and stays readable.")
    file = forms.FileField(label=_("File"), help_text=_("CSV; the columns are described in the guide."))
    starts_on = DateField(label=_("Holds from"))
    conversion = FactorField(label=_("Conversion factor"), required=False, help_text=_("Empty: the file's own."))
    work = FactorField(label=_("Work GPCI"), required=False, help_text=_("Empty: 1.000."))
    expense = FactorField(label=_("Practice expense GPCI"), required=False)
    malpractice = FactorField(label=_("Malpractice GPCI"), required=False)
    PAIRS = (("starts_on", "conversion"), ("work", "expense", "malpractice"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != ScheduleKind.RVU:
            for name in ("conversion", "work", "expense", "malpractice"):
                del self.fields[name]

    def value(self) -> EditionData:
        data = self.cleaned_data
        gpci = [(data.get(name) or 10_000) // 10 for name in ("work", "expense", "malpractice")]
        file = data["file"]
        return EditionData(data["starts_on"], file.read(), file.name, data.get("conversion"), *gpci)


def modifiers_text(modifiers: dict[str, int]) -> str:
    """``50=150, 80=16`` of what a contract keeps."""
    shown = PercentField()
    return ", ".join(f"{modifier}={shown.prepare_value(ppm)}" for modifier, ppm in sorted(modifiers.items()))


class ContractForm(ValueForm):
    """The terms of a contract."""

    lead = _("From it comes what each service should be paid, and what is an underpayment.")
    name = text(_("Name"), 120, required=True)
    plan = forms.TypedChoiceField(label=_("Plan"), coerce=int, required=False, empty_value=None)
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To"), required=False)
    schedule = forms.TypedChoiceField(label=_("Fee schedule"), coerce=int, required=False, empty_value=None)
    percent_ppm = PercentField(label=_("Percent of it"), initial=1_000_000)
    unlisted_ppm = PercentField(
        label=_("Codes not listed, percent of charge"), required=False, help_text=_("Empty: no price is expected.")
    )
    lesser_of_charge = forms.BooleanField(label=_("Never more than the charge"), required=False, initial=True)
    second_ppm = PercentField(label=_("Second procedure"), initial=1_000_000)
    later_ppm = PercentField(label=_("Third and later"), initial=1_000_000)
    modifiers = text(_("Percent by modifier"), 200, help_text=_("50=150, 80=16"))
    filing_limit_days = forms.IntegerField(label=_("Days to file"), required=False, min_value=1, max_value=3650)
    appeal_limit_days = forms.IntegerField(label=_("Days to appeal"), required=False, min_value=1, max_value=3650)
    source = text(_("Source"), 200, required=True, help_text=_("The paper it rests on, and where it lies."))
    PAIRS = (("name", "plan"), ("starts_on", "ends_on"), ("schedule", "percent_ppm"), ("second_ppm", "later_ppm"),
             ("filing_limit_days", "appeal_limit_days"))  # fmt: skip

    def __init__(self, *args: Any, payer: Payer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payer = payer
        plans = [(row.pk, row.name) for row in selectors.plans(payer)]
        self.fields["plan"].choices = [("", _("every plan")), *plans]  # type: ignore[attr-defined]
        lists = [(row.pk, row.name) for row in selectors.standing_schedules(payer)]
        self.fields["schedule"].choices = [("", _("none: percent of the charge")), *lists]  # type: ignore[attr-defined]

    def clean_modifiers(self) -> dict[str, int]:
        found: dict[str, int] = {}
        percent = PercentField()
        for part in filter(None, (each.strip() for each in self.cleaned_data["modifiers"].split(","))):
            modifier, _sign, share = part.partition("=")
            found[modifier.strip().upper()] = percent.clean(share.strip())
        return found

    def value(self) -> ContractData:
        return ContractData(payer=self.payer.pk, **self.cleaned_data)

    @staticmethod
    def initial_of(row: Contract) -> dict[str, Any]:
        """What the form shows of a known contract."""
        names = ("name", "starts_on", "ends_on", "percent_ppm", "unlisted_ppm", "lesser_of_charge", "second_ppm", "later_ppm",
                 "filing_limit_days", "appeal_limit_days", "source")  # fmt: skip
        known = {"plan": row.plan_id, "schedule": row.schedule_id, "modifiers": modifiers_text(row.modifiers)}
        return {name: getattr(row, name) for name in names} | known


class CarveOutForm(ValueForm):
    """A price of its own."""

    lead = _("It wins over the schedule. Type an amount for a unit, or a percent of the charge.")
    code = text(_("Code"), 12, required=True)
    modifier = text(_("Modifier"), 2)
    place = forms.ChoiceField(label=_("Place"), choices=[("", _("everywhere")), *Place.choices], required=False)
    cents = MoneyField(label=_("Amount"), least=0, required=False)
    charge_ppm = PercentField(label=_("Percent of the charge"), required=False)
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To"), required=False)
    PAIRS = (("code", "modifier", "place"), ("cents", "charge_ppm"), ("starts_on", "ends_on"))

    def value(self) -> CarveOutData:
        data = dict(self.cleaned_data)
        return CarveOutData(**data | {"code": data["code"].upper(), "modifier": data["modifier"].upper()})


class TryForm(ValueForm):
    """A service to price."""

    code = text(_("Code"), 12, required=True)
    modifiers = text(_("Modifiers"), 11)
    units = forms.IntegerField(label=_("Units"), initial=1, min_value=1, max_value=9999)
    place = text(_("Place of service"), 2, initial="11")
    charge = MoneyField(label=_("Charge"), least=0)
    day = DateField(label=_("Day of service"))
    PAIRS = (("code", "modifiers", "units"), ("place", "charge", "day"))

    def __init__(self, *args: Any, payer: Payer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payer = payer

    def value(self) -> PricedLine:
        data = self.cleaned_data
        modifiers = tuple(re.findall(r"[A-Z0-9]{2}", data["modifiers"].upper()))
        return PricedLine(
            0,
            self.payer.pk,
            None,
            data["day"],
            data["code"].upper(),
            data["charge"],
            data["units"],
            modifiers,
            data["place"],
        )


class GrantForm(ValueForm):
    """A referral or prior authorisation."""

    lead = _("Leave the number empty until the payer has given one.")
    kind = forms.ChoiceField(label=_("Kind"), choices=GrantKind.choices)
    payer = forms.TypedChoiceField(label=_("Payer"), coerce=int)
    number = text(_("Number"), 50)
    codes = text(_("For these codes"), 400, help_text=_("Separated by a comma; empty: any service."))
    units_allowed = forms.IntegerField(label=_("Units allowed"), required=False, min_value=1, max_value=99999)
    visits_allowed = forms.IntegerField(label=_("Visits allowed"), required=False, min_value=1, max_value=9999)
    starts_on = DateField(label=_("From"), required=False)
    ends_on = DateField(label=_("To"), required=False)
    referred_by = text(_("Referred by"), 120)
    referred_npi = text(_("Their NPI"), 10)
    note = text(_("Note"), 300)
    PAIRS = (("kind", "payer"), ("number", "codes"), ("units_allowed", "visits_allowed"), ("starts_on", "ends_on"),
             ("referred_by", "referred_npi"))  # fmt: skip

    def __init__(self, *args: Any, patient: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        payers = [(row.pk, row.name) for row in selectors.standing_payers()]
        self.fields["payer"].choices = payers  # type: ignore[attr-defined]

    def value(self) -> GrantData:
        codes = tuple(re.findall(r"[^\s,;]+", self.cleaned_data["codes"].upper()))
        return GrantData(patient=self.patient, **self.cleaned_data | {"codes": codes})

    @staticmethod
    def initial_of(row: Grant) -> dict[str, Any]:
        """What the form shows of a known one."""
        names = (
            "kind",
            "number",
            "units_allowed",
            "visits_allowed",
            "starts_on",
            "ends_on",
            "referred_by",
            "referred_npi",
            "note",
        )
        return {name: getattr(row, name) for name in names} | {"payer": row.payer_id, "codes": ", ".join(row.codes)}


class ReasonForm(Form):
    """Why."""

    reason = text(_("Reason"), 200, required=True)


class AnswerForm(ValueForm):
    """What a payer said by telephone or on its website."""

    lead = _("What the payer said for the day of the visit. Leave empty what it did not say.")
    service_day = DateField(label=_("Day of service"))
    way = forms.ChoiceField(label=_("Asked by"), choices=[one for one in Way.choices if one[0] != Way.X12])
    answer = forms.ChoiceField(label=_("The coverage is"), choices=Standing.choices)
    copay = MoneyField(label=_("Copay"), least=0, required=False)
    coinsurance = PercentField(label=_("Coinsurance, percent"), required=False)
    deductible_left = MoneyField(label=_("Deductible left"), least=0, required=False)
    pocket_left = MoneyField(label=_("Out-of-pocket left"), least=0, required=False)
    reference = text(_("Reference of the call or page"), 80)
    note = text(_("Note"), 300)
    PAIRS = (("service_day", "way"), ("copay", "coinsurance"), ("deductible_left", "pocket_left"))

    def value(self) -> ManualAnswer:
        data = self.cleaned_data
        costs = {
            "copay_cents": data["copay"], "coinsurance_ppm": data["coinsurance"],
            "deductible_left_cents": data["deductible_left"], "out_of_pocket_left_cents": data["pocket_left"],
        }  # fmt: skip
        return ManualAnswer(data["way"], data["service_day"], data["answer"], costs, data["reference"], data["note"])


class CardForm(ValueForm):
    """A picture of a card."""

    lead = _("A photograph or scan; it opens for whoever may read coverage.")
    file = forms.FileField(label=_("Picture"))
    side = forms.ChoiceField(label=_("Side"), choices=[("card front", _("Front")), ("card back", _("Back"))])

    def value(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class EstimateForm(ValueForm):
    """A visit to be estimated. One service a line: code (with modifiers after a hyphen), charge, and what it is."""

    lead = _(
        "What the patient will owe, from the contract and what the payer said; without insurance, a good-faith estimate."
    )
    service_day = DateField(label=_("Day of the visit"), lean="future")
    scheduled_on = DateField(label=_("Scheduled on"), required=False)
    requested_on = DateField(
        label=_("Asked for on"), required=False, help_text=_("When the patient asked what it costs.")
    )
    items = forms.CharField(
        label=_("Services"), widget=forms.Textarea(attrs={"rows": 5}), max_length=4000,
        help_text=_("One a line: G0438 150.00 yearly visit; units as 2xG0438, modifiers as G0438-25."),
    )  # fmt: skip
    copay_code = text(_("The copay is for"), 12, help_text=_("A code; empty: the first service."))
    place = text(_("Place of service"), 2, initial="11")
    self_pay = forms.BooleanField(label=_("The patient does not use insurance for it"), required=False)
    diagnosis = text(_("Diagnosis code"), 80)
    PAIRS = (("service_day", "scheduled_on", "requested_on"), ("copay_code", "place", "diagnosis"))

    LINE = re.compile(r"(?:([0-9]{1,4})\s*[xX]\s*)?([A-Za-z0-9]{2,12})((?:-[A-Za-z0-9]{2}){0,4})\s+(\S+)\s*(.*)")

    def __init__(self, *args: Any, patient: int, provider: tuple[str, str] = ("", ""), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient, self.provider = patient, provider

    def clean_items(self) -> list[EstimateItem]:
        found = []
        for number, line in enumerate(filter(None, map(str.strip, self.cleaned_data["items"].splitlines())), 1):
            read = self.LINE.fullmatch(line)
            try:
                if read is None:
                    raise MoneyError("line", "", "")
                cents = parse_cents(read[4])
            except MoneyError as wrong:
                words = _("Line %(number)s is not read. Write it as G0438 150.00 yearly visit.") % {"number": number}
                raise forms.ValidationError(words, code="line") from wrong
            modifiers = tuple(part.upper() for part in read[3].split("-") if part)
            found.append(EstimateItem(read[2].upper(), cents, int(read[1] or 1), modifiers, read[5].strip()))
        return found

    def value(self) -> EstimateData:
        data = self.cleaned_data
        wanted = data["copay_code"].strip().upper() or (data["items"][0].code if data["items"] else "")
        items = tuple(replace(item, copay=item.code == wanted) for item in data["items"])
        covers = [] if data["self_pay"] else selectors.covering(self.patient, data["service_day"])
        return EstimateData(
            self.patient, data["service_day"], items, covers[0].pk if covers else None, data["place"], data["scheduled_on"],
            data["requested_on"], None, *self.provider, data["diagnosis"],
        )  # fmt: skip


class GivenForm(Form):
    """That the patient got an estimate."""

    on = DateField(label=_("Handed over on"))
    how = text(_("How"), 80, required=True, help_text=_("By hand, by post, by e-mail."))
