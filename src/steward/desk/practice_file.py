"""``--practice FILE.toml``: what an office says of itself, read into frozen values; every fault named with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from steward.core.refusals import Refusal, Refused


@dataclass(frozen=True)
class EntitySaid:
    name: str
    tin: str = ""
    npi: str = ""


@dataclass(frozen=True)
class ProviderSaid:
    npi: str
    last_name: str
    first_name: str = ""
    taxonomy: str = ""


@dataclass(frozen=True)
class PayerSaid:
    """``filing`` is the claim filing indicator (CI when left out)."""

    id: str
    name: str
    ein: str = ""
    edi_id: str = ""
    ref2u: str = ""
    filing: str = "CI"


@dataclass(frozen=True)
class AccountSaid:
    code: str
    name: str
    kind: str
    parent: str = ""


@dataclass(frozen=True)
class BankAccountSaid:
    code: str
    name: str = ""
    routing: str = ""
    number: str = ""
    opening_cents: int = 0
    opening_date: date | None = None


@dataclass(frozen=True)
class PracticeSaid:
    """The whole file. What is left out has a sensible default."""

    name: str = "My practice"
    npi: str = ""
    tin: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    timezone: str = "America/New_York"
    fiscal_year_start: int = 1
    submitter_id: str = ""
    entities: tuple[EntitySaid, ...] = ()
    sites: tuple[str, ...] = ()
    providers: tuple[ProviderSaid, ...] = ()
    payers: tuple[PayerSaid, ...] = ()
    accounts: tuple[AccountSaid, ...] = ()
    bank_accounts: tuple[BankAccountSaid, ...] = field(default_factory=tuple)


def read_practice(path: Path) -> PracticeSaid:
    """Read the file. Raises ``Refused`` with every fault found, each naming its table and key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Refused(
            Refusal("practice_file", f"{path.name} can't be read: {fault}", "Mend the file and try again.")
        ) from fault
    reader = _Reader()
    said = PracticeSaid(
        **reader.table("practice", data.get("practice", {}), _PRACTICE),
        entities=tuple(EntitySaid(**row) for row in reader.rows("entities", data, _ENTITY, ("name",))),
        sites=tuple(row["name"] for row in reader.rows("sites", data, {"name": str}, ("name",))),
        providers=tuple(ProviderSaid(**row) for row in reader.rows("providers", data, _PROVIDER, ("npi", "last_name"))),
        payers=tuple(PayerSaid(**row) for row in reader.rows("payers", data, _PAYER, ("id", "name"))),
        accounts=tuple(AccountSaid(**row) for row in reader.rows("accounts", data, _ACCOUNT, ("code", "name", "kind"))),
        bank_accounts=tuple(BankAccountSaid(**row) for row in reader.rows("bank_accounts", data, _BANK, ("code",))),
    )
    unknown = set(data) - {"practice", "entities", "sites", "providers", "payers", "accounts", "bank_accounts"}
    for name in sorted(unknown):
        reader.fault(f"[{name}] is not a table of a practice file", "Leave it out, or check its spelling.")
    if reader.faults:
        raise Refused(*reader.faults)
    return said


Shape = Mapping[str, type]
_PRACTICE: Shape = dict.fromkeys(
    ("name", "npi", "tin", "street", "city", "state", "zip", "phone", "timezone", "submitter_id"), str
) | {"fiscal_year_start": int}
_ENTITY: Shape = {"name": str, "tin": str, "npi": str}
_PROVIDER: Shape = {"npi": str, "last_name": str, "first_name": str, "taxonomy": str}
_PAYER: Shape = {"id": str, "name": str, "ein": str, "edi_id": str, "ref2u": str, "filing": str}
_ACCOUNT: Shape = {"code": str, "name": str, "kind": str, "parent": str}
_BANK: Shape = {"code": str, "name": str, "routing": str, "number": str, "opening_cents": int, "opening_date": date}


class _Reader:
    """Collects faults instead of stopping at the first."""

    def __init__(self) -> None:
        self.faults: list[Refusal] = []

    def fault(self, message: str, fix: str) -> None:
        self.faults.append(Refusal("practice_file", message, fix))

    def table(self, place: str, row: Any, shape: Shape) -> dict[str, Any]:
        if not isinstance(row, dict):
            self.fault(f"{place} is not a table", f"Write it as [{place}].")
            return {}
        found: dict[str, Any] = {}
        for key, value in row.items():
            if key not in shape:
                self.fault(f"{place}.{key} is not known", f"Known: {', '.join(shape)}.")
            elif shape[key] is str and isinstance(value, int) and not isinstance(value, bool):
                found[key] = str(value)  # npi = 1234567893 without quotes
            elif not isinstance(value, shape[key]) or isinstance(value, bool):
                self.fault(f"{place}.{key} is {value!r}", f"It is a {_WORDS[shape[key]]}.")
            else:
                found[key] = value
        return found

    def rows(self, name: str, data: Mapping[str, Any], shape: Shape, required: tuple[str, ...]) -> list[dict[str, Any]]:
        rows = data.get(name, [])
        if not isinstance(rows, list):
            self.fault(f"{name} is one table", f"Write each as [[{name}]].")
            return []
        found = []
        for n, row in enumerate(rows, 1):
            read = self.table(f"{name} {n}", row, shape)
            missing = [key for key in required if not read.get(key)]
            if missing:
                self.fault(f"{name} {n} lacks {', '.join(missing)}", "Add it.")
            else:
                found.append(read)
        return found


_WORDS: dict[type, str] = {str: "text in quotes", int: "whole number", date: "date such as 2026-01-31"}
