"""The reports and figures of billing as data: id, title, formula, unit, band, what each is cut by, and what makes it.

The page, the file, the paper, the packet and the API read this one list, so that none of them says anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from steward.billing.logic.measures import Band
from steward.billing.logic.report import Table
from steward.billing.selectors.reports import (
    claims,
    collection,
    comparison,
    given_up,
    mix,
    productivity,
    receivable,
)
from steward.billing.selectors.reports.figures import bands
from steward.billing.selectors.reports.whose import Asked
from steward.core.access.decide import Subject

Unit = Literal["money", "percent", "days"]


@dataclass(frozen=True)
class Figure:
    """One number: its formula in words, its unit, and the report that opens it (with the cut to open it by)."""

    name: str
    title: Any
    formula: Any
    unit: Unit
    report: str
    by: str = ""

    @property
    def band(self) -> Band | None:
        return bands().get(self.name)


@dataclass(frozen=True)
class Report:
    """One report. ``cuts`` are (name, words), the first is the default; ``months`` is how far it looks when not told."""

    name: str
    title: Any
    formula: Any
    cuts: tuple[tuple[str, Any], ...]
    make: Callable[[Asked, Subject, bool], Table]
    figures: tuple[str, ...] = ()
    months: int = 1
    as_of: bool = False


def _plain(make: Callable[[Asked], Table]) -> Callable[[Asked, Subject, bool], Table]:
    return lambda asked, _subject, _masked: make(asked)


MONTH, PAYER, PROVIDER = ("month", _("Month")), ("payer", _("Payer")), ("provider", _("Provider"))

REPORTS: tuple[Report, ...] = (
    Report(
        "receivable", _("Receivable"),
        _("What payers and patients owed at the end of the day, by the days since it first stood in the books."),
        (("age", _("Age")), ("payer", _("Payer")), ("patient", _("Patient")), ("provider", _("Provider"))),
        lambda asked, _subject, masked: receivable.table(asked, masked),
        ("days_in_ar", "adjusted_days_in_ar", "over_90", "over_120"), as_of=True,
    ),
    Report(
        "collection", _("Collection"),
        _("Net: (payments − refunds) ÷ (charges − contractual). Gross: the same ÷ charges. Of what was charged in the span, as it stands today."),
        (MONTH, PAYER, PROVIDER), _plain(collection.table), ("net_collection", "gross_collection", "bad_debt_rate"), 12,
    ),
    Report(
        "clean-claims", _("Clean claims"),
        _("Claims whose first answer refused nothing and that were never turned away before ÷ claims answered for the first time in the span."),
        (PAYER, PROVIDER, MONTH), _plain(claims.clean), ("clean_claims",),
    ),
    Report(
        "denials", _("Denials"),
        _("Claims denied by their first answer ÷ claims first answered in the span; in dollars, what was refused ÷ what these claims charged."),
        (("category", _("Category")), PAYER, PROVIDER, ("code", _("Service")), MONTH), _plain(claims.denied),
        ("denial_rate", "denial_dollars"),
    ),
    Report(
        "lag", _("Charge and payment lag"),
        _("Days from the service until its charge was posted, and from there until the payer's first payment."),
        (PROVIDER, PAYER, MONTH), _plain(claims.lag), ("charge_lag", "payment_lag", "posted_in_time"),
    ),
    Report(
        "comparison", _("Payers compared by service"),
        _("Of services that first payers answered in the span: charged, allowed, paid and agreed in the contract, each for one unit."),
        (("code", _("Service")), PAYER), _plain(comparison.table), (), 3,
    ),
    Report(
        "mix", _("Payer mix"),
        _("Each payer's part of all charges, payments or visits, by the payer the claim went to first."),
        (("charges", _("Charges")), ("payments", _("Payments")), ("visits", _("Visits"))), _plain(mix.table), (), 12,
    ),
    Report(
        "given-up", _("Write-offs, refunds and voids"),
        _("What persons wrote off, gave back and voided in the span; what payers' files posted by rule is not among it."),
        (("person", _("Person")), ("account", _("Account"))),
        lambda asked, subject, _masked: given_up.table(asked, subject), ("bad_debt_rate",),
    ),
    Report(
        "productivity", _("Productivity of providers"),
        _("Visits and work units by day of service, charges and collections by day in the books."),
        (PROVIDER,), _plain(productivity.table), ("charges", "collections"),
    ),
)  # fmt: skip

FIGURES: tuple[Figure, ...] = (
    Figure("charges", _("Charges"), _("charges of the span, less voids"), "money", "mix", "charges"),
    Figure("collections", _("Collections"), _("payments put to charges in the span, less refunds"), "money", "mix", "payments"),
    Figure("days_in_ar", _("Days in A/R"), _("(receivable − credits) ÷ (charges of 12 months ÷ 365), on the last day"),
           "days", "receivable"),
    Figure("adjusted_days_in_ar", _("Adjusted days in A/R"),
           _("(receivable − credits) ÷ (charges less contractual of 12 months ÷ 365), on the last day"), "days", "receivable"),
    Figure("over_90", _("A/R over 90 days"), _("receivable older than 90 days ÷ receivable, on the last day"), "percent", "receivable"),
    Figure("over_120", _("A/R over 120 days"), _("receivable older than 120 days ÷ receivable, on the last day"), "percent",
           "receivable"),
    Figure("clean_claims", _("Clean-claim rate"),
           _("claims accepted and paid at first, nothing rejected or refused ÷ claims first answered in the span"), "percent",
           "clean-claims"),
    Figure("denial_rate", _("Denial rate"), _("claims denied by their first answer ÷ claims first answered in the span"), "percent",
           "denials", "payer"),
    Figure("denial_dollars", _("Denial rate in dollars"), _("dollars refused by first answers ÷ dollars first answered in the span"),
           "percent", "denials", "category"),
    Figure("net_collection", _("Net collection"),
           _("(payments − refunds) ÷ (charges − contractual), of the 12 months charged that ended 90 days before the last day"),
           "percent", "collection"),
    Figure("gross_collection", _("Gross collection"), _("payments of the span ÷ charges of the span"), "percent", "collection"),
    Figure("bad_debt_rate", _("Bad debt"), _("bad debt ÷ charges of the span"), "percent", "given-up", "account"),
    Figure("charge_lag", _("Charge lag"), _("days from service to posting, on average, of charges posted in the span"), "days", "lag",
           "provider"),
    Figure("payment_lag", _("Payment lag"), _("days from posting to the first payment, on average, of claims paid in the span"), "days",
           "lag", "payer"),
    Figure("posted_in_time", _("Payments posted in time"),
           _("dollars of remittances posted within 4 business days ÷ dollars of remittances paid in the span"), "percent", "lag", "payer"),
)  # fmt: skip

BY_NAME = {report.name: report for report in REPORTS}
FIGURE_BY_NAME = {figure.name: figure for figure in FIGURES}
