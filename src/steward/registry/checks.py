"""What can be wrong with who and where. Pure: rows' facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterable

from steward.core.findings import Evidence, Finding, Severity
from steward.registry.logic.identifiers import npi_ok


def npi_unproved(holders: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """NPIs whose check digit is wrong. `holders` are (kind, reference, NPI); empty NPIs are no finding."""
    return [
        Finding(
            check="npi_unproved",
            severity=Severity.MEDIUM,
            title=f"NPI {npi} has a wrong check digit; payers reject claims that carry it.",
            evidence=(Evidence(kind, ref),),
            fix="Compare it with the NPPES letter and correct it on the record's page.",
        )
        for kind, ref, npi in holders
        if npi and not npi_ok(npi)
    ]
