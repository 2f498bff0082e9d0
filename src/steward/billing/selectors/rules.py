"""The practice's rules about patient money, denials and other charges, and its crosswalk of foreign codes."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from steward.billing.logic.appeals import Ladder, read_ladders
from steward.billing.logic.denials import Categories, read_categories
from steward.billing.logic.other_charges import Policy, read_policy
from steward.billing.logic.patient_money import Rules, read_rules
from steward.billing.logic.revenue import Revenue, read_revenue
from steward.billing.logic.synthea import Crosswalk, read_crosswalk

FILE = "patient_money.toml"
CROSSWALK = "synthea_crosswalk.toml"
OTHER = "other_charges.toml"


def rules() -> Rules:
    """The practice's own file in the data folder, else the shipped one. Raises KeyError or ValueError for a faulty file."""
    return read_rules(_text(FILE, FILE))


def crosswalk() -> Crosswalk:
    """Synthea's codes in ours: the practice's own file in the data folder, else the shipped one. Raises as ``rules``."""
    return read_crosswalk(_text(CROSSWALK, "synthea/crosswalk.toml"))


def policy() -> Policy:
    """What may be asked for besides claims, likewise."""
    return read_policy(_text(OTHER, OTHER))


def categories() -> Categories:
    """What denials are about, likewise."""
    return read_categories(_text("denials.toml", "denials.toml"))


def revenue() -> Revenue:
    """Which service has which revenue code on an institutional claim, likewise."""
    return read_revenue(_text("revenue.toml", "revenue.toml"))


def ladders() -> tuple[Ladder, ...]:
    """The levels of appeals, likewise."""
    return read_ladders(_text("appeals.toml", "appeals.toml"))


def _text(name: str, shipped: str) -> str:
    own = Path(settings.DATA) / name
    path = own if own.exists() else Path(__file__).parents[1] / "data" / shipped
    return path.read_text("utf-8")
