"""The forms of paper EOBs: what a person types, nothing more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steward.billing.logic import paper_eob as logic
from steward.core.web.forms import DateField, Form, MoneyField
from steward.insurance.models import Payer
from steward.registry.models import Entity
from steward.registry.selectors import entities

BLANK_LINES = 2
CODE = re.compile(r"[A-Z0-9]{1,12}", re.ASCII)
METHODS = (("CHK", _("Check")), ("ACH", _("Transfer")), ("NON", _("No payment")))
STATUSES = (
    ("1", _("1 · processed, first payer")), ("2", _("2 · processed, second payer")), ("3", _("3 · processed, third payer")),
    ("4", _("4 · patient not known")), ("19", _("19 · first payer, forwarded")), ("20", _("20 · second payer, forwarded")),
    ("21", _("21 · third payer, forwarded")), ("22", _("22 · reversal")),
)  # fmt: skip


class ReadField(forms.CharField):
    """Text that ``read`` turns into what it stands for, and ``write`` back into text."""

    def __init__(self, *, read: Callable[[str], Any], write: Callable[[Any], str], **kwargs: Any) -> None:
        self.read, self.write = read, write
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else self.write(value)

    def clean(self, value: Any) -> Any:
        try:
            return self.read(super().clean(value))
        except logic.Mistyped as wrong:
            raise forms.ValidationError(f"{wrong}.", code="mistyped") from wrong


def _adjustments(label: Any) -> ReadField:
    widget = forms.TextInput(attrs={"data-eob": "adjustments", "autocomplete": "off", "placeholder": "CO-45 20.00, PR-1 15"})
    return ReadField(read=logic.read_adjustments, write=logic.write_adjustments, label=label, widget=widget, max_length=300)


def _money(label: Any, what: str, **kwargs: Any) -> MoneyField:
    field = MoneyField(label=label, required=False, **kwargs)
    field.widget.attrs["data-eob"] = what
    return field


class PaperHeadForm(Form):
    """The top of the paper."""

    lead = _("As it stands on the paper. It is a draft until you post it.")
    payer = forms.ModelChoiceField(Payer.objects.none(), label=_("Payer"))
    entity = forms.ModelChoiceField(Entity.objects.none(), label=_("Paid to"), empty_label=None)
    method = forms.ChoiceField(label=_("Paid by"), choices=METHODS)
    trace = forms.CharField(label=_("Check or transfer number"), max_length=50)
    paid_on = DateField(label=_("Date"), lean="past")
    cents = MoneyField(label=_("Amount"), least=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("payer", Payer.objects.filter(ended_on=None).order_by("name", "id")), ("entity", entities())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class NumberForm(Form):
    """Which claim comes next."""

    number = forms.CharField(label=_("Claim number"), max_length=20)


class ProviderForm(Form):
    """What was taken from the whole payment."""

    rows = ReadField(
        read=logic.read_provider, write=logic.write_provider, label=_("Taken from or added to the payment"),
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "WO 12.50 C-1"}),
        help_text=_("One a line: code, amount, reference. Positive is taken from the payment, negative (L6 -3.10) adds to it."),
    )  # fmt: skip


class ScanForm(Form):
    """A picture of the paper."""

    file = forms.FileField(label=_("Picture or PDF"))


class PaperClaimForm(Form):
    """One claim with its services; the last lines are empty and may stay so."""

    def __init__(self, *args: Any, claim: logic.Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claim = claim
        told = int(self.data["lines"]) if str(self.data.get("lines", "")).isdecimal() else 0
        self.count = min(max(len(claim.lines) + BLANK_LINES, min(told, 10**6)), logic.MOST_LINES)
        self.fields["number"] = forms.CharField(label=_("Claim number"), max_length=20, initial=claim.number)
        self.fields["status"] = forms.ChoiceField(label=_("Status"), choices=STATUSES, initial=claim.status)
        self.fields["control"] = forms.CharField(
            label=_("Payer's number"), max_length=50, required=False, initial=claim.control)  # fmt: skip
        self.fields["patient"] = forms.CharField(
            label=_("Last name on the paper"), max_length=60, required=False, initial=claim.patient,
            help_text=_("Only where our number is not on the paper."))  # fmt: skip
        self.fields["adjustments"] = _adjustments(_("Taken off the whole claim"))
        self.fields["paid"] = _money(_("Paid for the claim"), "claim-paid", help_text=_("Empty: what its services add to."))
        self.initial.update({"adjustments": claim.adjustments, "paid": claim.paid_cents})
        for n in range(self.count):
            self._line(n, claim.lines[n] if n < len(claim.lines) else None)

    def _line(self, n: int, line: logic.Line | None) -> None:
        self.fields[f"code_{n}"] = forms.CharField(label=_("Service"), max_length=12, required=False)
        self.fields[f"modifiers_{n}"] = forms.CharField(label=_("Modifiers"), max_length=11, required=False)
        self.fields[f"charge_{n}"] = _money(_("Charge"), "charge")
        self.fields[f"paid_{n}"] = _money(_("Paid"), "paid")
        self.fields[f"adjustments_{n}"] = _adjustments(_("Adjustments"))
        self.fields[f"remarks_{n}"] = ReadField(
            read=logic.read_remarks, write=" ".join, label=_("Remarks"), max_length=60)  # fmt: skip
        if line is not None:
            self.initial.update({
                f"code_{n}": line.code, f"modifiers_{n}": " ".join(line.modifiers), f"charge_{n}": line.charge_cents,
                f"paid_{n}": line.paid_cents, f"adjustments_{n}": line.adjustments, f"remarks_{n}": line.remarks,
            })  # fmt: skip

    @property
    def heading(self) -> list[Any]:
        """The fields of the claim itself."""
        return [self[name] for name in ("number", "status", "control", "patient")]

    @property
    def rows(self) -> list[list[Any]]:
        """The fields of each line."""
        names = ("code", "modifiers", "charge", "paid", "adjustments", "remarks")
        return [[self[f"{name}_{n}"] for name in names] for n in range(self.count)]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        lines = [line for n in range(self.count) if (line := self._typed(n, typed)) is not None]
        if self.errors:
            return typed
        return {"claim": logic.Claim(
            typed["number"].strip(), typed["status"], tuple(lines), typed["adjustments"], typed["paid"],
            typed["control"].strip(), typed["patient"].strip(),
        )}  # fmt: skip

    def _typed(self, n: int, typed: dict[str, Any]) -> logic.Line | None:
        code, charge = (typed.get(f"code_{n}") or "").strip().upper(), typed.get(f"charge_{n}")
        paid, entries = typed.get(f"paid_{n}"), typed.get(f"adjustments_{n}") or ()
        if not code:
            if charge or paid or entries:
                self.add_error(f"code_{n}", forms.ValidationError(_("Which service is it?"), code="code"))
            return None
        if not CODE.fullmatch(code):
            self.add_error(f"code_{n}", forms.ValidationError(_("A code has letters and digits."), code="code"))
            return None
        if charge is None and f"charge_{n}" not in self.errors:
            self.add_error(f"charge_{n}", forms.ValidationError(_("How much was charged?"), code="charge"))
        modifiers = tuple(one for one in re.split(r"[\s,:]+", (typed.get(f"modifiers_{n}") or "").strip().upper()) if one)
        known = self.claim.lines[n] if n < len(self.claim.lines) else None
        base = known if known is not None and known.code == code else logic.Line(code, 0, 0)
        return replace(
            base, modifiers=modifiers[:4], charge_cents=charge or 0, paid_cents=paid or 0, adjustments=entries,
            remarks=typed.get(f"remarks_{n}") or (),
        )  # fmt: skip
