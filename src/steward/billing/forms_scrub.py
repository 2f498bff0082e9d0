"""The form of a scrub rule: what a manager may change, tried before it holds."""

from __future__ import annotations

import tomllib
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.billing.logic.scrub import rules
from steward.billing.logic.scrub.catalogue import CHECKS
from steward.billing.logic.scrub.model import SEVERITIES, Rule
from steward.core.web.forms import DateField, Form

WORDS = {"error": __("Error: holds the claim"), "warning": __("Warning: goes with a reason"), "info": __("Info: only told")}
FORMS = (("P", __("Professional (837P)")), ("I", __("Institutional (837I)")))


def said(rule: Rule) -> str:
    """A rule's parameters as a person edits them, a line each; without any: nothing."""
    text = rules.text_of([rule])
    return text.partition("[rule.parameters]\n")[2].strip()


class RuleForm(Form):
    """One rule. The id of a known one and what it asks stay."""

    id = forms.SlugField(label=__("Id"), max_length=60, help_text=__("Small letters, digits, hyphens: no-shot-alone."))
    title = forms.CharField(label=__("Title"), max_length=120)
    severity = forms.ChoiceField(label=__("Severity"), choices=[(one, WORDS[one]) for one in SEVERITIES])
    valid_from = DateField(label=__("From day of service"))
    valid_to = DateField(label=__("To day of service"), required=False, help_text=__("Empty: it goes on."))
    payers = forms.CharField(
        label=__("Payers"), max_length=400, required=False, help_text=__("Their codes, commas between; empty: every payer.")
    )
    filings = forms.CharField(
        label=__("Kinds of insurance (SBR09)"), max_length=80, required=False,
        help_text=__("MB Medicare Part B, MC Medicaid, CI commercial; empty: all."),
    )  # fmt: skip
    claim_forms = forms.MultipleChoiceField(label=__("Forms"), choices=FORMS, required=False, help_text=__("None: both."))
    check = forms.ChoiceField(label=__("What is asked"), choices=[(name, name) for name in sorted(CHECKS)])
    parameters = forms.CharField(
        label=__("Its lists and numbers"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=__("A line each: codes = [\"J3420\", \"G0432-G0435\", \"J*\"] or most = 12."),
    )  # fmt: skip
    message = forms.CharField(label=__("Message"), max_length=300, help_text=__("{line} and the like are filled in."))
    mend = forms.CharField(label=__("How to mend it"), max_length=300)
    source = forms.CharField(label=__("Source"), max_length=300, help_text=__("The contract, letter or manual it rests on."))
    off = forms.BooleanField(label=__("Switched off"), required=False)
    reason = forms.CharField(label=__("Why it is changed"), max_length=200)

    def __init__(self, *args: Any, base: Rule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base
        if base is not None:
            for name in ("id", "check"):
                self.fields[name].disabled = True

    @staticmethod
    def initial_of(rule: Rule) -> dict[str, Any]:
        """What the form shows of a rule."""
        names = ("id", "title", "severity", "valid_from", "valid_to", "check", "message", "source")
        lists = {"payers": ", ".join(rule.payers), "filings": ", ".join(rule.filings), "claim_forms": list(rule.forms), "mend": rule.fix}
        return {name: getattr(rule, name) for name in names} | lists | {"parameters": said(rule), "off": not rule.on}

    def clean(self) -> dict[str, Any]:
        """The rule as a value, with the reason."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            rule = rules.rule_from(self._row(data), _("This rule"))
        except tomllib.TOMLDecodeError as error:
            self.add_error("parameters", _("This cannot be read (%s). Write a line each: most = 12.") % error)
        except rules.RuleFault as fault:
            self.add_error(None, f"{fault.wrong} {fault.mend}")
        else:
            if rule == self.base:
                self.add_error(None, _("Nothing is changed. Change what you mean to, or leave it."))
            return {"rule": rule, "reason": data["reason"]}
        return data

    def _row(self, data: dict[str, Any]) -> dict[str, Any]:
        names = ("id", "title", "severity", "valid_from", "check", "message", "source")
        row = {name: data[name] for name in names} | {"forms": data["claim_forms"], "fix": data["mend"]}
        row |= {name: [part.strip() for part in data[name].split(",") if part.strip()] for name in ("payers", "filings")}
        row |= {"on": not data["off"], "parameters": tomllib.loads(data["parameters"])}
        if data["valid_to"]:
            row["valid_to"] = data["valid_to"]
        if self.base is None:
            return row | {"family": "practice"}
        kept = {"checked_on": self.base.checked_on} if self.base.checked_on else {}
        return row | {"family": self.base.family, "confirmed": self.base.confirmed, **kept}
