"""The practice's rules about patient money, and its crosswalk of foreign codes."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from steward.billing.logic.patient_money import Rules, read_rules
from steward.billing.logic.synthea import Crosswalk, read_crosswalk

FILE = "patient_money.toml"
CROSSWALK = "synthea_crosswalk.toml"


def rules() -> Rules:
    """The practice's own file in the data folder, else the shipped one. Raises KeyError or ValueError for a faulty file."""
    own = Path(settings.DATA) / FILE
    path = own if own.exists() else Path(__file__).parents[1] / "data" / FILE
    return read_rules(path.read_text("utf-8"))


def crosswalk() -> Crosswalk:
    """Synthea's codes in ours: the practice's own file in the data folder, else the shipped one. Raises as ``rules``."""
    own = Path(settings.DATA) / CROSSWALK
    path = own if own.exists() else Path(__file__).parents[1] / "data" / "synthea" / "crosswalk.toml"
    return read_crosswalk(path.read_text("utf-8"))
