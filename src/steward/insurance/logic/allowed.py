"""What a contract says a payer allows for a service.

All arithmetic is exact: cents, percents and relative values are multiplied as fractions, and each line is rounded once, half up.
A price that the contract does not give is None with the reason, never a guess.

Relative values: (work x GPCI + practice expense x GPCI + malpractice x GPCI) x conversion factor, 42 CFR 414.20 and 414.22.
Multiple procedures: the dearest unit in full, the second and the later ones at the contract's percents (the order of Medicare
Claims Processing Manual, chapter 12, section 40.6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from steward.core.money import PPM, format_cents, round_half_up

FACILITY, NONFACILITY = "F", "N"
#: Places of service paid at the facility rate (Medicare Claims Processing Manual, chapter 12, section 20.4.2); all others
#: are outside a facility. 02 is telehealth away from home, 10 at home.
FACILITY_PLACES = frozenset(
    ["02", "19", "21", "22", "23", "24", "26", "31", "34", "41", "42", "51", "52", "53", "56", "61"]
)  # fmt: skip


def place_kind(place_of_service: str) -> str:
    """``F`` or ``N`` for a two-digit place of service."""
    return FACILITY if place_of_service in FACILITY_PLACES else NONFACILITY


@dataclass(frozen=True, slots=True)
class Line:
    """A service as it was or will be billed. ``place`` is ``F`` or ``N``."""

    code: str
    charge_cents: int
    units: int = 1
    modifiers: tuple[str, ...] = ()
    place: str = NONFACILITY


@dataclass(frozen=True, slots=True)
class Fee:
    """A row of an edition: prices in cents, or relative values in hundredths; None where the file says not priced.
    ``global_days`` (0, 10, 90): how long after the procedure its visits are paid with it; None where the file names no number.
    """

    facility_cents: int | None = None
    nonfacility_cents: int | None = None
    work_e2: int | None = None
    pe_facility_e2: int | None = None
    pe_nonfacility_e2: int | None = None
    mp_e2: int | None = None
    multiple: bool = False
    global_days: int | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a schedule. ``conversion_e4`` dollars a unit x 10,000, None for a price list; GPCI x 1,000."""

    name: str
    starts_on: dt.date
    fees: Mapping[tuple[str, str], Fee] = field(default_factory=dict)
    conversion_e4: int | None = None
    work_gpci_e3: int = 1000
    pe_gpci_e3: int = 1000
    mp_gpci_e3: int = 1000


@dataclass(frozen=True, slots=True)
class CarveOut:
    """A price of its own: cents a unit, or a share of the charge. Empty modifier or place: any."""

    code: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    modifier: str = ""
    place: str = ""
    cents: int | None = None
    charge_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """The terms. Without ``editions`` the percent is of the charge. ``plan`` None: every plan of the payer."""

    ref: int
    name: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    plan: int | None = None
    scheduled: bool = True
    editions: tuple[Edition, ...] = ()
    percent_ppm: int = PPM
    unlisted_ppm: int | None = None
    lesser_of_charge: bool = True
    second_ppm: int = PPM
    later_ppm: int = PPM
    modifiers: Mapping[str, int] = field(default_factory=dict)
    carve_outs: tuple[CarveOut, ...] = ()

    def holds_on(self, day: dt.date) -> bool:
        """Both days are included."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of how a price came about: a fixed sentence and its values, so that a screen can translate it."""

    words: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.words % dict(self.values)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected to be allowed for a line, in cents; None when the contract gives no price. ``source`` names the
    contract, schedule edition or carve-out."""

    cents: int | None
    how: tuple[Step, ...]
    source: str = ""

    @property
    def words(self) -> str:
        """How, in one English sentence."""
        return "; ".join(map(str, self.how))


def contract_on(contracts: Iterable[Contract], plan: int | None, day: dt.date) -> Contract | None:
    """The contract that holds for a plan on a day of service: the plan's own before the one for all plans."""
    found = [one for one in contracts if one.holds_on(day) and one.plan in (plan, None)]
    return min(found, key=lambda one: (one.plan is None, one.ref), default=None)


def expected_allowed(line: Line, contract: Contract | None, day: dt.date) -> Expected:
    """What the contract allows for one service alone."""
    return expected_together([line], contract, day)[0]


def expected_together(lines: Sequence[Line], contract: Contract | None, day: dt.date) -> list[Expected]:
    """What the contract allows for services of one patient, provider and day; multiple-procedure percents apply over
    them. In the order of ``lines``."""
    if contract is None:
        said = Expected(None, (Step("no contract holds on that day"),))
        return [said for _ in lines]
    prices = [_price(line, contract, day) for line in lines]
    weights = _weights(lines, prices, contract)
    return [_line(line, price, weight, contract) for line, price, weight in zip(lines, prices, weights, strict=True)]


@dataclass(frozen=True, slots=True)
class _Price:
    """A unit's price as exact cents before rounding, or the share of the line's charge; both None: no price."""

    unit: Fraction | None
    share: Fraction | None
    how: tuple[Step, ...]
    source: str
    multiple: bool = False


def _price(line: Line, contract: Contract, day: dt.date) -> _Price:
    if line.units < 1 or line.charge_cents < 0:
        return _Price(None, None, (Step("units below one or a charge below zero have no price"),), contract.name)
    carved = _carved(line, contract, day)
    if carved is not None:
        return _carve_price(carved, contract)
    if not contract.scheduled:
        share = Fraction(contract.percent_ppm, PPM)
        return _Price(None, share, (_said("%(percent)s of the charge", percent=_percent(share)),), contract.name)
    edition = edition_on(contract.editions, day)
    if edition is None:
        return _unlisted(contract, _said("the schedule has no edition for that day"))
    return _scheduled(line, contract, edition)


def edition_on(editions: Iterable[Edition], day: dt.date) -> Edition | None:
    """The latest edition that had begun by that day."""
    return max((one for one in editions if one.starts_on <= day), key=lambda one: one.starts_on, default=None)


def _scheduled(line: Line, contract: Contract, edition: Edition) -> _Price:
    modifier, fee = _found(edition.fees, line)
    if fee is None:
        return _unlisted(contract, _said("%(code)s is not in %(schedule)s", code=line.code, schedule=edition.name))
    unit = _of_edition(fee, edition, line.place)
    where = "in a facility" if line.place == FACILITY else "outside a facility"
    shown = f"{line.code} {modifier}".strip()
    if unit is None:
        step = _said("%(schedule)s does not price %(code)s %(where)s", schedule=edition.name, code=shown, where=where)
        return _unlisted(contract, step)
    how = [
        _said(
            "%(schedule)s: %(code)s %(where)s %(amount)s",
            schedule=edition.name, code=shown, where=where, amount=_money(unit),
        )
    ]  # fmt: skip
    if contract.percent_ppm != PPM:
        unit *= Fraction(contract.percent_ppm, PPM)
        percent = _percent(Fraction(contract.percent_ppm, PPM))
        how.append(_said("at %(percent)s: %(amount)s", percent=percent, amount=_money(unit)))
    for one in line.modifiers:
        if one != modifier and one in contract.modifiers:
            share = Fraction(contract.modifiers[one], PPM)
            unit *= share
            how.append(_said("modifier %(modifier)s at %(percent)s", modifier=one, percent=_percent(share)))
    return _Price(unit, None, tuple(how), edition.name, fee.multiple)


def _of_edition(fee: Fee, edition: Edition, place: str) -> Fraction | None:
    """Cents of one unit, exact, or None when that place is not priced."""
    if edition.conversion_e4 is None:
        cents = fee.facility_cents if place == FACILITY else fee.nonfacility_cents
        return None if cents is None else Fraction(cents)
    expense = fee.pe_facility_e2 if place == FACILITY else fee.pe_nonfacility_e2
    if fee.work_e2 is None or expense is None or fee.mp_e2 is None:
        return None
    weighed = fee.work_e2 * edition.work_gpci_e3 + expense * edition.pe_gpci_e3 + fee.mp_e2 * edition.mp_gpci_e3
    # hundredths x thousandths x ten-thousandths of a dollar = 1e-9 dollars = 1e-7 cents
    return Fraction(weighed * edition.conversion_e4, 10**7)


def _found(fees: Mapping[tuple[str, str], Fee], line: Line) -> tuple[str, Fee | None]:
    """The row of the first modifier that has one, else the code's own."""
    for modifier in (*line.modifiers, ""):
        fee = fees.get((line.code, modifier))
        if fee is not None:
            return modifier, fee
    return "", None


def _carved(line: Line, contract: Contract, day: dt.date) -> CarveOut | None:
    """The nearest carve-out: one with a modifier of the line first, then one for its place, then the latest."""
    found = [
        one for one in contract.carve_outs
        if one.code == line.code and one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)
        and one.modifier in (*line.modifiers, "") and one.place in (line.place, "")
    ]  # fmt: skip
    return max(found, key=lambda one: (one.modifier != "", one.place != "", one.starts_on), default=None)


def _carve_price(carved: CarveOut, contract: Contract) -> _Price:
    source = f"{contract.name}, carve-out"
    if carved.cents is not None:
        how = _said("carve-out of %(code)s: %(amount)s", code=carved.code, amount=format_cents(carved.cents))
        return _Price(Fraction(carved.cents), None, (how,), source)
    share = Fraction(carved.charge_ppm or 0, PPM)
    how = _said("carve-out of %(code)s: %(percent)s of the charge", code=carved.code, percent=_percent(share))
    return _Price(None, share, (how,), source)


def _unlisted(contract: Contract, why: Step) -> _Price:
    if contract.unlisted_ppm is None:
        return _Price(None, None, (why,), contract.name)
    share = Fraction(contract.unlisted_ppm, PPM)
    return _Price(
        None, share, (why, _said("not listed: %(percent)s of the charge", percent=_percent(share))), contract.name
    )


def _weights(lines: Sequence[Line], prices: Sequence[_Price], contract: Contract) -> list[Fraction]:
    """How many full units each line is paid as: its units, less what the multiple-procedure percents take."""
    weights = [Fraction(line.units) for line in lines]
    ranked = [n for n, price in enumerate(prices) if price.multiple and price.unit is not None]
    ranked.sort(key=lambda n: (-(prices[n].unit or 0), n))
    place = 0
    for n in ranked:
        weights[n] = _share_of(place, lines[n].units, contract)
        place += lines[n].units
    return weights


def _share_of(place: int, units: int, contract: Contract) -> Fraction:
    """The units at places ``place`` .. of the ranking, as full units: the first counts one, the second and later less."""
    full = 1 if place == 0 else 0
    second = 1 if place <= 1 < place + units else 0
    later = units - full - second
    return full + Fraction(second * contract.second_ppm + later * contract.later_ppm, PPM)


def _line(line: Line, price: _Price, weight: Fraction, contract: Contract) -> Expected:
    if price.unit is None and price.share is None:
        return Expected(None, price.how, price.source)
    how = list(price.how)
    exact = price.unit * weight if price.unit is not None else line.charge_cents * (price.share or Fraction(0))
    if price.unit is not None and line.units != 1:
        how.append(_said("x %(units)s units", units=str(line.units)))
    if price.unit is not None and weight != line.units:
        how.append(_said("multiple procedures: paid as %(weight)s of them", weight=_decimal(weight)))
    cents = round_half_up(exact.numerator, exact.denominator)
    if contract.lesser_of_charge and line.charge_cents < cents:
        how.append(_said("the charge of %(charge)s is less", charge=format_cents(line.charge_cents)))
        cents = line.charge_cents
    return Expected(cents, tuple(how), price.source)


def _said(words: str, **values: str) -> Step:
    return Step(words, tuple(values.items()))


def _money(exact: Fraction) -> str:
    """A unit's price as a person reads it; shown rounded, computed exactly."""
    return format_cents(round_half_up(exact.numerator, exact.denominator))


def _percent(share: Fraction) -> str:
    return f"{_decimal(share * 100)} %"


def _decimal(value: Fraction) -> str:
    whole, rest = divmod(round_half_up(value.numerator * 10_000, value.denominator), 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
