"""A practice that bills: payers, a provider, and short ways to bring files in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pytest

from steward.billing import importers
from steward.billing.logic.remittance_writer import write
from steward.core.imports import Imported, Options
from steward.insurance.models import Payer
from steward.insurance.services import create_payer, load_default_rules
from steward.insurance.types import PayerData
from steward.ledger.models import Line
from steward.people.models import Provider
from steward.people.services import create_provider
from steward.people.types import ProviderData
from steward.registry.models import Entity
from steward.registry.types import PersonData
from tests.support import Office, open_office

from .samples import ENVELOPE
from .test_charges_csv import ROW, file_of

NPI, TIN = "1234567893", "123456789"


@dataclass
class Practice:
    """An open office with two payers; ``claims`` and ``remit`` bring files in as the biller."""

    office: Office
    blue: Payer
    medicaid: Payer
    provider: Provider

    def run(self, content: bytes, kind: str | None = None, *, role: str = "biller", **options) -> Imported:
        kind = kind or importers.recognise(content)
        assert kind
        return importers.run(
            self.office.call(role), kind=kind, content=content, name="file", options=Options(**options)
        )

    def claims(self, *rows: dict, **options) -> Imported:
        return self.run(file_of(*({**ROW, **row} for row in rows)), **options)

    def remit(self, *remittances, envelope=ENVELOPE, **options) -> Imported:
        return self.run(write([replace(r, payer_id="", payer_refs=()) for r in remittances], envelope), **options)

    def balances(self, prefix: str = "") -> dict[str, int]:
        """role -> cents of all posted lines (of items that begin with ``prefix``), zero sums left out."""
        found: dict[str, int] = {}
        rows = Line.objects.filter(date__isnull=False, item__startswith=prefix).values_list("account__role", "cents")
        for role, cents in rows:
            found[role] = found.get(role, 0) + cents
        return {role: cents for role, cents in found.items() if cents}


def practise(office: Office) -> Practice:
    system = office.system()
    Entity.objects.filter(is_practice=True).update(npi=NPI, tin=TIN)
    load_default_rules(system)
    blue = create_payer(system, data=PayerData("BLUE", "Blue Harbor", "60054", "BH1", "512345678", "CI"))
    medicaid = create_payer(system, data=PayerData("MCAID", "State Medicaid", "MC1", "", "598765432", "MC"))
    provider = create_provider(
        system, data=ProviderData(NPI, office.entity.pk, dt.date(2020, 1, 1)), person=PersonData("Stone", "Ida")
    )
    return Practice(office, blue, medicaid, provider)


@pytest.fixture
def practice(db) -> Practice:
    return practise(open_office())
