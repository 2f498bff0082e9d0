"""The crosswalk: what Synthea's SNOMED, RxNorm and CVX codes are in the codes an office bills with. Data, with a default."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

_CODE = re.compile(r"[A-Z0-9]{5}", re.ASCII)
_LEAF = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?", re.ASCII)


@dataclass(frozen=True)
class Crosswalk:
    """``services`` and ``diagnoses`` map a code of the folder to ours; an empty diagnosis is left out on purpose."""

    services: Mapping[str, str]
    diagnoses: Mapping[str, str]
    payers: Mapping[str, tuple[str, str]]
    states: Mapping[str, str]  # name -> the post's two letters
    classes: Mapping[str, tuple[str, str]]  # encounter class -> place of service, visit reason or ""
    default_service: str
    default_diagnosis: str

    def payer(self, name: str) -> tuple[str, str]:
        """Our code and the filing indicator of a payer by name; an unknown one is commercial under its own name."""
        made = re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")[:40] or "PAYER"
        return self.payers.get(name, (made, "CI"))


def read_crosswalk(text: str) -> Crosswalk:
    """The file of the crosswalk. Raises KeyError or ValueError for a faulty one."""
    data = tomllib.loads(text)
    services, diagnoses = data["services"], data["diagnoses"]
    default = data["default"]
    for code in (*services.values(), default["service"]):
        if not _CODE.fullmatch(code):
            raise ValueError(f"{code} is no service code")
    for code in (*diagnoses.values(), default["diagnosis"]):
        if code and not _LEAF.fullmatch(code):
            raise ValueError(f"{code} is no ICD-10-CM code")
    return Crosswalk(
        services, diagnoses, {name: (one["code"], one["filing"]) for name, one in data["payers"].items()},
        data["states"],
        {name: (one["place"], one.get("visit", "")) for name, one in data["classes"].items()},
        default["service"], default["diagnosis"],
    )  # fmt: skip
