"""Charges as a person types them: read, and what is wrong with them told apart. Pure.

Codes are kept without dots nowhere here: diagnoses as typed (``E11.9``), compared without. Amounts are integer cents, units are
texts as the claim writes them. Every fault has a code of its own; ``services.visit_charges`` gives it words and its fix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from steward.billing.logic.charges_csv import CHARGE_LIMIT_CENTS, CODE, DIAGNOSIS, MODIFIER
from steward.billing.logic.scrub.model import CodeSet
from steward.billing.types import ChargeData
from steward.core.money import round_half_up
from steward.registry.logic.identifiers import npi_ok

LETTERS = "ABCDEFGHIJKL"  # the twelve diagnoses of a claim (837P HI, CMS-1500 item 21)
MOST_POINTERS, MOST_MODIFIERS = 4, 4  # SV107, SV101
#: Four digits of units, as carriers take SV104 (not confirmed with each payer): what is more goes on a further line.
MOST_UNITS = 9_999
#: More of a service that is no drug is a slip of the hand.
MOST_UNITS_NO_DRUG = 999
UNITS = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,3})?", re.ASCII)
NDC = re.compile(r"[0-9]{5}-?[0-9]{4}-?[0-9]{2}", re.ASCII)
NDC_UNITS = ("UN", "ML", "GR", "ME", "F2")
WASTE, NO_WASTE, SUPPLIED = "JW", "JZ", "SL"
#: Modifiers of what a Medicare patient was told before the service (Claims Processing Manual 30, 50); the first two were signed.
SIGNED = frozenset({"GA", "GX"})
NOTICES = SIGNED | {"GY", "GZ"}
#: How a visit was held at a distance -> place and modifier (CMS place of service 02 and 10; modifiers 93 and 95).
TELEHEALTH = {"home": ("10", "95"), "elsewhere": ("02", "95"), "audio": ("10", "93")}
ROLES = ("referring", "ordering")


@dataclass(frozen=True, slots=True)
class Typed:
    """One line as typed. ``cents`` None: left empty, the practice's fee is meant. ``discarded``: empty, 0 (nothing was), or
    the units thrown away. ``row``: the line's number as the person sees it, 0 its place among the lines."""

    code: str
    modifiers: tuple[str, ...] = ()
    units: str = "1"
    pointers: str = ""
    cents: int | None = None
    note: str = ""
    ndc: str = ""
    ndc_quantity: str = ""
    ndc_unit: str = ""
    discarded: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit's charges as typed. ``details`` as ``ClaimData.details``; ``insured`` False: the patient pays."""

    day: date
    diagnoses: tuple[str, ...]
    lines: tuple[Typed, ...]
    place: str = "11"
    telehealth: str = ""
    insured: bool = True
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the entry may ask: unit fees by (code, modifier or empty), the diagnoses' own dates (None: never imported), and
    (rank, payer) of the coverages that hold on the day."""

    fees: Mapping[tuple[str, str], int] = field(default_factory=dict)
    icd10: CodeSet | None = None
    covers: Sequence[tuple[int, str]] = ()
    charged: Mapping[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)  # what the visit has: -> claim number


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and where: ``line`` is 1-based, 0 the claim; ``name`` as the form names the field; ``told`` fills the words."""

    code: str
    name: str
    line: int = 0
    told: Mapping[str, str] = field(default_factory=dict)


def words_of(text: str) -> tuple[str, ...]:
    """Codes out of a text, in capitals: parted by blanks, commas, colons, semicolons."""
    return tuple(one for one in re.split(r"[\s,;:]+", text.strip().upper()) if one)


def pointers_of(text: str, diagnoses: int) -> tuple[int, ...] | None:
    """``AB``, ``a b``, ``1,2``, ``12`` -> (1, 2); empty: the first four at most. None: it cannot be read.

    Digits that touch are one pointer each; the tenth diagnosis and later ones are J, K, L or stand alone.
    """
    parts = words_of(text)
    if not parts:
        return tuple(range(1, min(diagnoses, MOST_POINTERS) + 1))
    found: list[int] = []
    for part in parts:
        if len(parts) > 1 and part.isdecimal():
            found.append(int(part))
        elif all(one in LETTERS or one.isdecimal() for one in part):
            found.extend(LETTERS.index(one) + 1 if one in LETTERS else int(one) for one in part)
        else:
            return None
    return tuple(found)


def fee_of(line: Typed, fees: Mapping[tuple[str, str], int]) -> int | None:
    """The practice's fee for the line: a modifier's own price before the plain one, times units, a half cent up."""
    unit = next((fees[line.code, one] for one in (*line.modifiers, "") if (line.code, one) in fees), None)
    if unit is None or not UNITS.fullmatch(line.units):
        return None
    whole = Decimal(line.units).scaleb(3)
    return round_half_up(unit * int(whole), 1000)


def zero_allowed(line: Typed, fees: Mapping[tuple[str, str], int]) -> bool:
    """A charge of nothing: a vaccine the state supplied (SL), or a code the practice's own fees list at 0.00."""
    return SUPPLIED in line.modifiers or fee_of(line, fees) == 0


# ---- what is wrong ----
def faults(visit: Visit, known: Known) -> list[Fault]:
    """Everything wrong with a visit's charges, claim first, then line by line."""
    found = [*_coverage(visit, known), *_diagnoses(visit, known.icd10), *_people(visit.details)]
    if not visit.lines:
        found.append(Fault("charges", "code", 1))
    found += _twice(visit.lines, known.charged)
    for place, line in enumerate(visit.lines, 1):
        number = line.row or place
        found += _codes(number, line)
        found += _amount(number, line, known.fees)
        found += _units(number, line)
        found += _pointers(number, line, len(visit.diagnoses))
        found += _drug(number, line)
    return found


def _coverage(visit: Visit, known: Known) -> Iterable[Fault]:
    if not visit.insured:
        return
    if not known.covers:
        yield Fault("no_coverage", "bill_to", told={"day": visit.day.isoformat()})
    ranks = [rank for rank, _payer in known.covers]
    for rank in sorted({one for one in ranks if ranks.count(one) > 1}):
        payers = ", ".join(payer for one, payer in known.covers if one == rank)
        yield Fault("rank_twice", "bill_to", told={"day": visit.day.isoformat(), "rank": str(rank), "payers": payers})


def _diagnoses(visit: Visit, icd10: CodeSet | None) -> Iterable[Fault]:
    if visit.insured and not visit.diagnoses:
        yield Fault("no_diagnosis", "diagnoses")
    if len(visit.diagnoses) > len(LETTERS):
        yield Fault("many_diagnoses", "diagnoses", told={"count": str(len(visit.diagnoses))})
    for code in dict.fromkeys(one for one in visit.diagnoses if visit.diagnoses.count(one) > 1):
        yield Fault("diagnosis_twice", "diagnoses", told={"code": code})
    for code in visit.diagnoses:
        if not DIAGNOSIS.fullmatch(code):
            yield Fault("diagnosis", "diagnoses", told={"code": code})
        elif icd10 is not None:
            yield from _on_day(code, visit.day, icd10)


def _on_day(code: str, day: date, icd10: CodeSet) -> Iterable[Fault]:
    """Known, in force on the day of service, and as many characters as it needs (ICD-10-CM guidelines I.B.2)."""
    spans = icd10.get(code.replace(".", ""), ())
    holding = [span for span in spans if span.holds_on(day)]
    told = {"code": code, "day": day.isoformat()}
    if not spans:
        yield Fault("diagnosis_unknown", "diagnoses", told=told)
    elif not holding and (ended := [s.valid_to for s in spans if s.valid_to and s.valid_to < day]):
        yield Fault("diagnosis_expired", "diagnoses", told=told | {"last": max(ended).isoformat()})
    elif not holding:
        first = min(span.valid_from for span in spans).isoformat()
        yield Fault("diagnosis_early", "diagnoses", told=told | {"first": first})
    elif not any(span.leaf for span in holding):
        yield Fault("diagnosis_short", "diagnoses", told=told)


def _people(details: Mapping[str, str]) -> Iterable[Fault]:
    for role in (*ROLES, "locum"):
        npi = details.get(f"{role}_npi", "")
        if npi and not npi_ok(npi):
            yield Fault("npi", f"{role}_npi", told={"npi": npi})
    if bool(details.get("locum_npi")) != bool(details.get("locum_since")):
        yield Fault("locum", "locum_npi" if details.get("locum_since") else "locum_since")
    if details.get("accident_type") and not details.get("accident_date"):
        yield Fault("accident_day", "accident_date")
    if details.get("accident_type") == "AA" and not details.get("accident_state"):
        yield Fault("accident_state", "accident_state")


def _twice(lines: Sequence[Typed], charged: Mapping[tuple[str, tuple[str, ...]], str]) -> Iterable[Fault]:
    """A service entered before, or in a line above, word for word: a repeat says so by its modifier (76, 77, 59, X)."""
    seen: dict[tuple[str, tuple[str, ...]], int] = {}
    for place, line in enumerate(lines, 1):
        number = line.row or place
        key = (line.code, tuple(sorted(line.modifiers)))
        if key in charged:
            yield Fault("charged", "code", number, {"code": line.code, "claim": charged[key]})
        elif line.code and key in seen:
            yield Fault("line_twice", "code", number, {"code": line.code, "line": str(seen[key])})
        seen.setdefault(key, number)


def _codes(number: int, line: Typed) -> Iterable[Fault]:
    if not line.code:
        yield Fault("no_code", "code", number)
    elif not CODE.fullmatch(line.code):
        yield Fault("code", "code", number, {"code": line.code})
    if len(line.modifiers) > MOST_MODIFIERS:
        yield Fault("many_modifiers", "modifiers", number)
    for one in dict.fromkeys(line.modifiers):
        if not MODIFIER.fullmatch(one):
            yield Fault("modifier", "modifiers", number, {"modifier": one})
        elif line.modifiers.count(one) > 1:
            yield Fault("modifier_twice", "modifiers", number, {"modifier": one})


def _amount(number: int, line: Typed, fees: Mapping[tuple[str, str], int]) -> Iterable[Fault]:
    told = {"code": line.code}
    cents = fee_of(line, fees) if line.cents is None else line.cents
    if cents is None:
        if line.code and UNITS.fullmatch(line.units):
            yield Fault("no_fee", "cents", number, told)
    elif cents < 0:
        yield Fault("negative", "cents", number, told)
    elif cents == 0 and not zero_allowed(line, fees):
        yield Fault("zero", "cents", number, told)
    elif cents > CHARGE_LIMIT_CENTS:
        yield Fault("amount", "cents", number, told)


def _units(number: int, line: Typed) -> Iterable[Fault]:
    told = {"units": line.units, "most": f"{MOST_UNITS:,}"}
    if not UNITS.fullmatch(line.units) or Decimal(line.units) <= 0:
        yield Fault("units", "units", number, told)
    elif Decimal(line.units) > MOST_UNITS:
        yield Fault("units_over", "units", number, told)
    elif Decimal(line.units) > MOST_UNITS_NO_DRUG and not line.ndc:
        yield Fault("units_many", "units", number, told)


def _pointers(number: int, line: Typed, diagnoses: int) -> Iterable[Fault]:
    found = pointers_of(line.pointers, diagnoses)
    if found is None:
        yield Fault("pointers", "pointers", number, {"text": line.pointers})
        return
    if len(found) > MOST_POINTERS:
        yield Fault("many_pointers", "pointers", number)
    if len(set(found)) < len(found):
        yield Fault("pointer_twice", "pointers", number, {"text": line.pointers})
    for one in dict.fromkeys(found):
        if not 1 <= one <= diagnoses:
            name = LETTERS[one - 1] if 1 <= one <= len(LETTERS) else str(one)
            yield Fault("pointer", "pointers", number, {"pointer": name, "count": str(diagnoses)})


def _drug(number: int, line: Typed) -> Iterable[Fault]:
    if line.ndc and not NDC.fullmatch(line.ndc):
        yield Fault("ndc", "ndc", number, {"ndc": line.ndc})
    if not line.ndc and (line.ndc_quantity or line.ndc_unit):
        yield Fault("ndc_missing", "ndc", number)
    if line.ndc_quantity and (not UNITS.fullmatch(line.ndc_quantity) or Decimal(line.ndc_quantity) <= 0):
        yield Fault("ndc_quantity", "ndc_quantity", number, {"quantity": line.ndc_quantity})
    if line.ndc_unit and line.ndc_unit not in NDC_UNITS:
        yield Fault("ndc_unit", "ndc_unit", number, {"unit": line.ndc_unit})
    if line.discarded and len(line.modifiers) >= MOST_MODIFIERS:
        yield Fault("many_modifiers", "modifiers", number)
    if line.discarded and not UNITS.fullmatch(line.discarded):
        yield Fault("discarded", "discarded", number, {"units": line.discarded})
    elif line.discarded and {WASTE, NO_WASTE} & set(line.modifiers):
        yield Fault("waste_twice", "discarded", number)


# ---- what is posted ----
def charges(visit: Visit, known: Known) -> tuple[ChargeData, ...]:
    """The charges of a visit without faults; fees filled in, waste on its own line, telehealth marked.

    JZ says that nothing of a single-dose drug was thrown away; what was goes on a second line with JW, at the same fee
    (42 CFR 414.902; CMS discarded drugs policy).
    """
    place, mark = TELEHEALTH.get(visit.telehealth, (visit.place, ""))
    found: list[ChargeData] = []
    for line in visit.lines:
        marked = replace(line, modifiers=_marked(line.modifiers, mark))
        if not line.discarded:
            found.append(_charge(marked, visit, known, place))
        elif Decimal(line.discarded) == 0:
            found.append(_charge(replace(marked, modifiers=(*marked.modifiers, NO_WASTE)), visit, known, place))
        else:
            waste = replace(marked, modifiers=(*marked.modifiers, WASTE), units=line.discarded, cents=_share(line))
            found += [_charge(marked, visit, known, place), _charge(waste, visit, known, place)]
    return tuple(found)


def _marked(modifiers: tuple[str, ...], mark: str) -> tuple[str, ...]:
    told = not mark or {"93", "95"} & set(modifiers) or len(modifiers) >= MOST_MODIFIERS
    return modifiers if told else (*modifiers, mark)


def _share(line: Typed) -> int | None:
    """What the discarded units cost when the given ones' amount was typed: in proportion, a half cent up."""
    if line.cents is None:
        return None
    given, lost = (int(Decimal(text).scaleb(3)) for text in (line.units, line.discarded))
    return round_half_up(line.cents * lost, given)


def _charge(line: Typed, visit: Visit, known: Known, place: str) -> ChargeData:
    cents = fee_of(line, known.fees) if line.cents is None else line.cents
    return ChargeData(
        line.code, cents or 0, line.modifiers[:MOST_MODIFIERS], line.units, visit.diagnoses,
        pointers_of(line.pointers, len(visit.diagnoses)) or (), place=place, ndc=line.ndc,
        ndc_quantity=line.ndc_quantity if line.ndc else "", ndc_unit=line.ndc_unit if line.ndc else "", note=line.note,
    )  # fmt: skip


# ---- favourites ----
@dataclass(frozen=True, slots=True)
class AtHand:
    """A code at hand: ``key`` 1 to 9 with Alt, 0 without one; ``uses`` counted lately; ``pinned`` by a person."""

    code: str
    key: int = 0
    uses: int = 0
    pinned: bool = False


def at_hand(pinned: Sequence[tuple[str, int | None]], used: Sequence[tuple[str, int]], most: int = 9) -> tuple[AtHand, ...]:
    """Pinned codes on their keys, then what is used most on the keys left over, in the order of keys; at most ``most``."""
    uses = dict(used)
    found = [AtHand(code, key or 0, uses.get(code, 0), True) for code, key in pinned]
    taken = {one.key for one in found}
    free = iter([key for key in range(1, 10) if key not in taken])
    held = {one.code for one in found}
    rest = [AtHand(code, 0, count) for code, count in sorted(used, key=lambda pair: (-pair[1], pair[0])) if code not in held]
    found = [one if one.key else replace(one, key=next(free, 0)) for one in [*found, *rest][:most]]
    return tuple(sorted(found, key=lambda one: (one.key == 0, one.key)))
