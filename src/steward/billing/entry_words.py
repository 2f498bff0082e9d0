"""What charge entry says of each fault: what, where, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from steward.billing.logic.entry import Fault
from steward.core.refusals import Refusal


def refusals(faults: Iterable[Fault]) -> tuple[Refusal, ...]:
    """Faults in words, each beside its field: ``code2`` is the code of the second line."""
    return tuple(_said(one) for one in faults)


def _said(fault: Fault) -> Refusal:
    message, fix = {**_claim(), **_line(), **_drug()}[fault.code]
    told = {"line": fault.line, **fault.told}
    return Refusal(fault.code, message % told, fix % told, f"{fault.name}{fault.line or ''}")


def _claim() -> dict[str, tuple[str, str]]:
    return {
        "no_coverage": (_("No coverage holds on %(day)s."), _("Enter the coverage of that day, or let the patient pay.")),
        "rank_twice": (_("Two coverages of rank %(rank)s hold on %(day)s: %(payers)s."),
                       _("End or void one of them on the patient's page.")),
        "no_diagnosis": (_("A claim needs a diagnosis."), _("Type what the visit was for.")),
        "many_diagnoses": (_("%(count)s diagnoses; a claim holds twelve."), _("Leave out what no line points to.")),
        "diagnosis_twice": (_("%(code)s stands twice."), _("Leave one.")),
        "diagnosis": (_("%(code)s is no diagnosis code."), _("Type it as ICD-10-CM lists it: E11.9.")),
        "diagnosis_unknown": (_("%(code)s is in no ICD-10-CM set that was imported."), _("Check the code.")),
        "diagnosis_expired": (_("%(code)s was valid until %(last)s and not on %(day)s."),
                              _("Choose the code that took its place.")),
        "diagnosis_early": (_("%(code)s holds from %(first)s, not on %(day)s."), _("Choose the code of that day.")),
        "diagnosis_short": (_("%(code)s is a heading: it needs more characters."), _("Choose the code below it.")),
        "npi": (_("%(npi)s is no NPI: its check digit is wrong."), _("Read it again.")),
        "locum": (_("A substitute has an NPI and a first day."), _("Type both, or neither.")),
        "accident_day": (_("The day of the accident is missing."), _("Type it.")),
        "accident_state": (_("An auto accident names its state."), _("Type its two letters.")),
    }  # fmt: skip


def _line() -> dict[str, tuple[str, str]]:
    return {
        "charges": (_("There is no charge."), _("Add a service, or say why the visit has none.")),
        "no_code": (_("Line %(line)s has no service code."), _("Type it, or clear the line.")),
        "code": (_("Line %(line)s: %(code)s is no service code."), _("Letters and digits only.")),
        "charged": (_("Line %(line)s: %(code)s is on claim %(claim)s of this visit already."),
                    _("Leave it out; a service done again says so by 76, 77, 59 or an X modifier.")),
        "line_twice": (_("Line %(line)s repeats %(code)s."),
                       _("Raise the units; a service done again says so by 76, 77, 59 or an X modifier.")),
        "many_modifiers": (_("Line %(line)s has more than four modifiers."), _("Leave the four that change the payment.")),
        "modifier": (_("Line %(line)s: %(modifier)s is no modifier."), _("A modifier has two characters.")),
        "modifier_twice": (_("Line %(line)s has %(modifier)s twice."), _("Leave one.")),
        "no_fee": (_("Line %(line)s: %(code)s has no fee here."), _("Type the charge, or add it to the practice's own fees.")),
        "negative": (_("Line %(line)s: a charge is never below zero."), _("To take a charge back, void it on its claim.")),
        "zero": (_("Line %(line)s: %(code)s is charged at nothing."),
                 _("Type its charge; 0.00 is for vaccines the state supplied (SL) and codes the practice's fees list at 0.00.")),
        "amount": (_("Line %(line)s: the amount cannot be right."), _("Check it.")),
        "units": (_("Line %(line)s: %(units)s is no number of units."), _("Type a number above 0, at most three decimals.")),
        "units_over": (_("Line %(line)s has %(units)s units; payers take %(most)s a line."),
                       _("Check the number; what is more goes on a further line.")),
        "units_many": (_("Line %(line)s has %(units)s units of what is no drug."),
                       _("Check the number; a drug of so many units has its NDC.")),
        "pointers": (_("Line %(line)s: %(text)s points to no diagnosis."), _("Type the letters of the diagnoses: AB.")),
        "many_pointers": (_("Line %(line)s points to more than four diagnoses."), _("Leave the four it was done for.")),
        "pointer_twice": (_("Line %(line)s: %(text)s names a diagnosis twice."), _("Leave it once.")),
        "pointer": (_("Line %(line)s points to diagnosis %(pointer)s; there are %(count)s."),
                    _("Add the diagnosis, or point to one that is there.")),
    }  # fmt: skip


def _drug() -> dict[str, tuple[str, str]]:
    return {
        "ndc": (_("Line %(line)s: %(ndc)s is no NDC of eleven digits."),
                _("Write it as 5-4-2; put the missing zero at the front of the part that is short.")),
        "ndc_missing": (_("Line %(line)s has a quantity of a drug but no NDC."), _("Type the NDC of the vial.")),
        "ndc_quantity": (_("Line %(line)s: %(quantity)s is no quantity of a drug."), _("Type a number above 0.")),
        "ndc_unit": (_("Line %(line)s: %(unit)s is no unit of a drug."), _("One of UN, ML, GR, ME, F2.")),
        "discarded": (_("Line %(line)s: %(units)s is no number of units thrown away."), _("0 when nothing was.")),
        "waste_twice": (_("Line %(line)s tells the waste twice."), _("Leave JW and JZ out: the number says it.")),
    }  # fmt: skip
