"""Which revenue code a service has on an institutional claim (837I, SV201). Pure; the table is data (``data/revenue.toml``)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from steward.billing.logic.scrub.asking import Codes

_REVENUE = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Row:
    """Services of one revenue code; ``bill_types`` empty: of every kind of site."""

    codes: Codes
    revenue: str
    bill_types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Revenue:
    """The whole table; the first row that names a service counts."""

    rows: tuple[Row, ...] = ()

    def of(self, code: str, bill_type: str, usual: str) -> str:
        """The revenue code of a service at a site of this bill type; ``usual`` where no row names it."""
        fits = (row for row in self.rows if code in row.codes and (not row.bill_types or bill_type in row.bill_types))
        return next((row.revenue for row in fits), usual)


def read_revenue(text: str) -> Revenue:
    """The table of a TOML text. Raises KeyError or ValueError: a field is missing, a code or revenue code is none."""
    rows = []
    for row in tomllib.loads(text).get("row", ()):
        if not _REVENUE.fullmatch(row["revenue"]):
            raise ValueError(f"{row['revenue']} is no revenue code: four digits")
        rows.append(Row(Codes.of(row["codes"]), row["revenue"], frozenset(row.get("bill_types", ()))))
    return Revenue(tuple(rows))
