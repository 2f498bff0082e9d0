"""Every public 835 and 837 through the door, twice: for a practice that is a stranger to it, and for the one it names.

``docs/formats.md`` tells both outcomes file by file; this holds the table true to what happens, and asks of every other sample
that it is told there too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import transaction

from steward.billing.models import Claim, Remittance
from steward.core.imports import Imported, Options
from steward.desk.imports import import_content
from steward.insurance.models import Payer
from steward.people.models import Provider
from steward.people.services import create_provider
from steward.people.types import ProviderData
from steward.registry.models import Entity
from steward.registry.types import PersonData

from .conftest import Practice
from .samples import SAMPLES

ROOT = SAMPLES / "x12"
FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"
SEGMENTS = {"NM1": 9, "N1": 4, "REF": 2, "TRN": 3}
HERE = pytest.mark.skipif(not ROOT.is_dir(), reason="left out: the public samples are not here")


def files() -> list[str]:
    rows = (ROOT / "MANIFEST.tsv").read_text().splitlines()[1:] if ROOT.is_dir() else []
    return sorted(row.split("\t")[0] for row in rows)


def kind_of(path: str) -> str:
    raw = (ROOT / path).read_bytes()
    found = re.search(rb"ST[^A-Za-z0-9](\d{3})", raw)
    return found.group(1).decode() if found else ""


MONEY = [path for path in files() if kind_of(path) in ("835", "837")]


def segments(raw: bytes) -> list[list[str]]:
    text = raw.decode("latin-1").lstrip()
    return [[*part.strip().split(text[3]), *[""] * 12] for part in text.replace("\n", "").replace("\r", "").split(text[105:106] or "~")]


def own(practice: Practice, raw: bytes) -> None:
    """Make the practice the one the file names: its numbers, its clinicians and the payer."""
    rows = segments(raw)
    ours = next((row for row in rows if row[:2] in (["NM1", "85"], ["N1", "PE"])), [""] * 12)
    number = ours[9] if ours[0] == "NM1" else ours[4]
    tin = next((re.sub(r"\D", "", row[2]) for row in rows if row[0] == "REF" and row[1] in ("EI", "TJ")), "")
    tin = tin or (number if ours[0] == "N1" and ours[3] == "FI" else "")
    Entity.objects.filter(is_practice=True).update(npi=number if len(number) == 10 else "", tin=tin if len(tin) == 9 else "")
    traced = next((row[3] for row in rows if row[0] == "TRN" and row[1] == "1"), "")
    Payer.objects.filter(pk=practice.blue.pk).update(ein=traced[-9:] if traced[-9:].isdigit() else "")
    known = set(Provider.objects.values_list("npi", flat=True))
    for npi in {row[9] for row in rows if row[0] == "NM1" and row[1] in ("82", "85") and re.fullmatch(r"\d{10}", row[9])} - known:
        data = ProviderData(npi, practice.office.entity.pk, practice.office.today.replace(year=2000))
        create_provider(practice.office.system(), data=data, person=PersonData("Named", "There"), unproved_npi=True)


def told(found: Imported) -> str:
    """An outcome in a few words: what became of the file, in how many parts, why not."""
    why = sorted({problem.code for part in found.parts for problem in part.problems})
    many = f" {len(found.parts)}" if len(found.parts) > 1 else ""
    return f"{found.status}{many}" + (f": `{'`, `'.join(why)}`" if why else "")


def outcome(practice: Practice, path: str) -> tuple[str, str]:
    raw, call = (ROOT / path).read_bytes(), practice.office.call("biller")
    with transaction.atomic():  # the owner's books are fresh ones
        stranger = import_content(call, raw, path)
        transaction.set_rollback(True)
    own(practice, raw)
    owner = import_content(call, raw, path, options=Options(create_payers=True))
    return told(stranger), told(owner)


def cells(path: str) -> list[str]:
    row = next((line for line in FORMATS.read_text().splitlines() if line.startswith(f"| `{path}` |")), "")
    return [cell.strip() for cell in row.strip("|").split(" | ")]


@HERE
@pytest.mark.parametrize("path", files())
def test_every_sample_is_told(path: str) -> None:
    assert len(cells(path)) >= 2, f"docs/formats.md says nothing of {path}"


@HERE
@pytest.mark.django_db
@pytest.mark.parametrize("path", MONEY)
def test_the_table_says_what_happens_and_no_cent_is_lost(practice: Practice, path: str) -> None:
    stranger, owner = outcome(practice, path)
    assert cells(path)[1:3] == [stranger, owner], f"| `{path}` | {stranger} | {owner} |"
    balances = practice.balances()
    assert sum(balances.values()) == 0 and balances.get("era_clearing", 0) == 0
    posted = sum(Remittance.objects.filter(state="posted").values_list("paid_cents", flat=True))
    assert balances.get("eft_in_transit", 0) + balances.get("undeposited", 0) == posted
    assert Claim.objects.exists() == owner.startswith("posted") or kind_of(path) == "835"
