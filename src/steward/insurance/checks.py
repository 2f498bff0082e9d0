"""What can be wrong with payers and coverage. Pure functions over what the selectors give; a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from steward.core.findings import Evidence, Finding, Severity
from steward.insurance.logic.coverage import Cover, overlap


@dataclass(frozen=True, slots=True)
class PayerIds:
    """A standing payer as files name it: clearinghouse id, REF*2U, tax number; "" when none is known; ``further``: it has more."""

    ref: str
    name: str
    edi_id: str = ""
    ref2u: str = ""
    ein: str = ""
    further: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """A contract that was not voided: whose it is, for which plan (None: all), and its days."""

    ref: str
    name: str
    payer: int
    plan: int | None
    starts_on: date
    ends_on: date | None = None


#: How long before its last day a contract without a successor is told.
CONTRACT_DAYS = 60


def contract_runs_out(contracts: Iterable[Agreed], today: date) -> Iterator[Finding]:
    """``contract_runs_out``: a contract ends within 60 days, or ended within the last 60, and none of the same payer and
    plan follows: from its last day on no underpayment can be seen."""
    rows = list(contracts)
    for one in rows:
        if one.ends_on is None or abs((one.ends_on - today).days) > CONTRACT_DAYS:
            continue
        after = one.ends_on + timedelta(days=1)
        same = (other for other in rows if (other.payer, other.plan) == (one.payer, one.plan))
        if not any(other.starts_on <= after and (other.ends_on is None or other.ends_on >= after) for other in same):
            title = _("%(name)s ends on %(day)s and no contract follows") % {
                "name": one.name,
                "day": one.ends_on.isoformat(),
            }
            fix = _("Enter the contract that follows, or take the last day away.")
            yield Finding("contract_runs_out", Severity.MEDIUM, title, (Evidence("contract", one.ref),), fix=fix)


def payer_without_identifiers(payers: Iterable[PayerIds]) -> Iterator[Finding]:
    """``payer_without_identifiers``: no remittance can be recognised as this payer's, each is held for a person."""
    for one in payers:
        if not (one.edi_id or one.ref2u or one.ein or one.further):
            title = _("%s has no payer id and no tax number: its remittances are held") % one.name
            fix = _("Take them from the payer's enrolment letter or a remittance.")
            yield Finding("payer_without_identifiers", Severity.MEDIUM, title, (Evidence("payer", one.ref),), fix=fix)


def payers_share_an_identifier(payers: Iterable[PayerIds]) -> Iterator[Finding]:
    """``payer_identifier_shared``: one id names two payers, so that a file of theirs names neither."""
    by_id: dict[tuple[str, str], list[PayerIds]] = defaultdict(list)
    for one in payers:
        for kind in ("edi_id", "ref2u", "ein"):
            if getattr(one, kind):
                by_id[kind, getattr(one, kind)].append(one)
    for (_kind, number), rows in sorted(by_id.items()):
        if len(rows) > 1:
            names = ", ".join(sorted(row.name for row in rows))
            title = _("%(names)s share the number %(number)s") % {"names": names, "number": number}
            evidence = tuple(Evidence("payer", row.ref) for row in rows)
            fix = _("Correct the wrong one, or end the payer that was entered twice.")
            yield Finding("payer_identifier_shared", Severity.MEDIUM, title, evidence, fix=fix)


def coverage_overlap(rows: Iterable[tuple[str, int, Cover]]) -> Iterator[Finding]:
    """``coverage_overlap``: two coverages of one rank hold on the same day, so that it is open who pays first.

    ``rows`` are (reference, patient, cover). The database refuses it; found all the same, its guard was away.
    """
    by_patient: dict[int, list[tuple[str, Cover]]] = defaultdict(list)
    for ref, patient, cover in rows:
        for other, old in by_patient[patient]:
            if overlap(cover, [old]) is not None:
                title = _("A patient has two coverages of rank %(rank)s from %(day)s on") % {
                    "rank": cover.rank, "day": max(cover.starts_on, old.starts_on).isoformat(),
                }  # fmt: skip
                evidence = (Evidence("coverage", other), Evidence("coverage", ref))
                fix = _("End the earlier one, or void the one that was entered twice.")
                yield Finding("coverage_overlap", Severity.HIGH, title, evidence, fix=fix)
        by_patient[patient].append((ref, cover))
