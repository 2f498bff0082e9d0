"""What follows from an answer: is the patient covered for this service on that day, and what will they share of the bill."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .model import Benefit, Other, PatientAnswer
from .words import BEGINS, ENDS, LEFT

ACTIVE = frozenset({"1", "2", "3", "4", "5"})
INACTIVE = frozenset({"6", "7", "8"})
NOT_COVERED = frozenset({"I", "E"})
WHOLE = "30"
#: Roles of another payer (NM101): primary, secondary, tertiary, payer.
PAYERS = {"PRP": 1, "SEP": 2, "TTP": 3, "PR": 0}


class Standing(StrEnum):
    """Whether the patient is covered. UNKNOWN never means no: the policy stays, somebody asks."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    NOT_COVERED = "not_covered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Costs:
    """The patient's share: cents and parts a million, None where the payer said nothing or several different things.

    ``doubts`` names what it said differently for the same service. Deductible and out-of-pocket are the individual's;
    the family's are apart.
    """

    copay_cents: int | None
    coinsurance_ppm: int | None
    deductible_cents: int | None
    deductible_left_cents: int | None
    out_of_pocket_cents: int | None
    out_of_pocket_left_cents: int | None
    family_deductible_cents: int | None
    family_deductible_left_cents: int | None
    family_out_of_pocket_cents: int | None
    family_out_of_pocket_left_cents: int | None
    doubts: tuple[str, ...] = ()


def standing(patient: PatientAnswer, service: str = WHOLE, on: date | None = None) -> Standing:
    """For one service type, else for the plan as a whole. ``on`` outside the days the payer named is inactive.

    A payer that says active and inactive of the same thing gives UNKNOWN.
    """
    for wanted in dict.fromkeys((service, WHOLE, "")):
        said = {one.info for one in patient.benefits if (wanted in one.services if wanted else not one.services)}
        if wanted == service and said & NOT_COVERED and not said & ACTIVE:
            return Standing.NOT_COVERED
        active, inactive = bool(said & ACTIVE), bool(said & INACTIVE)
        if active and inactive:
            return Standing.UNKNOWN
        if active:
            return Standing.INACTIVE if on and _outside(patient, wanted, on) else Standing.ACTIVE
        if inactive:
            return Standing.INACTIVE
    return Standing.UNKNOWN


def _outside(patient: PatientAnswer, service: str, on: date) -> bool:
    """Whether a named first or last day, or a named range, leaves ``on`` out."""
    own = [pair for one in patient.benefits if one.info in ACTIVE and service in one.services for pair in one.dates]
    for qualifier, span in [*patient.dates, *own]:
        if qualifier in BEGINS and on < span.first:
            return True
        if qualifier in ENDS and on > (span.last or span.first):
            return True
        ranged = qualifier in ("291", "307", "292") and span.last and span.last != span.first
        if ranged and span.last and not span.first <= on <= span.last:
            return True
    return False


def costs(patient: PatientAnswer, service: str = "98", *, in_network: bool = True) -> Costs:
    """What the payer said of the patient's share for ``service``, the nearest saying first: that service, then the plan
    as a whole, then everything said without a service; the network asked about before sayings for both."""
    doubts: list[str] = []
    pick = _Pick(patient.benefits, service, in_network, doubts)
    found = {
        "copay_cents": pick.value("B", _cents, "copay"),
        "coinsurance_ppm": pick.value("A", lambda one: one.ppm, "coinsurance"),
    }
    for code, name, words in (("C", "deductible", "deductible"), ("G", "out_of_pocket", "out-of-pocket limit")):
        for family in (False, True):
            for left in (False, True):
                key = f"{'family_' if family else ''}{name}{'_left' if left else ''}_cents"
                said = f"{'family ' if family else ''}{words}{' left' if left else ''}"
                found[key] = pick.value(code, _cents, said, family=family, left=left)
    return Costs(**found, doubts=tuple(doubts))


def _cents(one: Benefit) -> int | None:
    return one.cents


class _Pick:
    """Chooses among benefits of one kind by nearness; several different values of the nearest are a doubt."""

    def __init__(self, benefits: tuple[Benefit, ...], service: str, in_network: bool, doubts: list[str]) -> None:
        self.benefits, self.service, self.doubts = benefits, service, doubts
        self.network = "Y" if in_network else "N"

    def value(
        self, info: str, of: Callable[[Benefit], int | None], words: str, *, family: bool = False, left: bool = False
    ) -> int | None:
        ranked: dict[tuple[int, int], set[int]] = {}
        for one in self.benefits:
            said = of(one)
            if one.info != info or said is None or (one.level == "FAM") != family or (one.period in LEFT) != left:
                continue
            near = self._near(one)
            if near:
                ranked.setdefault(near, set()).add(said)
        if not ranked:
            return None
        nearest = ranked[min(ranked)]
        if len(nearest) > 1:
            self.doubts.append(words)
            return None
        return nearest.pop()

    def _near(self, one: Benefit) -> tuple[int, int] | None:
        service = 0 if self.service in one.services else 1 if WHOLE in one.services else 2 if not one.services else None
        network = {self.network: 0, "W": 1, "": 2, "U": 2}.get(one.network)
        return None if service is None or network is None else (service, network)


def other_payers(patient: PatientAnswer) -> tuple[Other, ...]:
    """Payers the answer says come before or after, in the order it names them; an unnamed one has an empty name."""
    found: list[Other] = []
    for one in patient.benefits:
        named = [other for other in one.others if other.role in PAYERS]
        if one.info == "R" and not named:
            named = [Other("PR", one.plan)]
        found += [other for other in named if one.info == "R" or other.role != "PR"]
    return tuple(dict.fromkeys(found))


def primary_care(patient: PatientAnswer) -> tuple[Other, ...]:
    """The primary care providers the answer names."""
    return tuple(dict.fromkeys(_roles(patient.benefits, "P3")))


def _roles(benefits: Iterable[Benefit], role: str) -> list[Other]:
    return [other for one in benefits for other in one.others if other.role == role]
