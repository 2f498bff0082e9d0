"""A professional claim as marks on the pre-printed CMS-1500 (02/12): data only, by line and column; the form is never drawn.

The grid is the form's own: 10 characters an inch, 6 lines an inch (Medicare Claims Processing Manual, ch. 26, section 30:
the first box begins 1.33 inches below the paper's edge and 0.3 inches from its left). Capitals without points, dollar
signs or hyphens in codes, as scanners want it (same, section 10). Six services a form; what is left goes on the next one,
each with its own total (item 28: the charges of that form's item 24F).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from steward.billing.logic.outgoing.model import Address, Human, OutgoingClaim, PriorPayer, ServiceLine

LINES_A_FORM: Final = 6
MOST_DIAGNOSES: Final = 12
FIRST_SERVICE: Final = 44  # the lower, unshaded half of the first service; two lines each
LETTERS: Final = "ABCDEFGHIJKL"
#: Box 1 by claim filing indicator (X12 1032); what is none of these is a group plan when it has a group, else "other".
PROGRAMMES: Final = {"MA": 1, "MB": 1, "16": 1, "MC": 8, "CH": 15, "VA": 24}
GROUP, OTHER = 31, 45
RELATIONS: Final = {"18": 33, "01": 38, "19": 42}
ON_FILE: Final = "SIGNATURE ON FILE"


@dataclass(frozen=True, slots=True)
class Mark:
    """Text that begins at a line and a column of the form, both from 1; ``box`` is the form's own number of the field."""

    line: int
    column: int
    text: str
    box: str


@dataclass(frozen=True, slots=True)
class Unprintable:
    """A value the form has no room for: printing part of it would be another value. ``box`` and what was to stand there."""

    box: str
    text: str


class DoesNotFit(ValueError):
    """Raised with every value the form has no room for."""

    def __init__(self, found: Sequence[Unprintable]) -> None:
        super().__init__(", ".join(f"{one.box}: {one.text}" for one in found))
        self.found = tuple(found)


def pages(claim: OutgoingClaim, payer: Address, on: date) -> list[tuple[Mark, ...]]:
    """The forms of one claim, six services each, signed on a day. ``payer`` is where it is mailed to.

    Raises DoesNotFit for ids and amounts that are longer than their box, for more than twelve diagnoses and for a claim of an
    institution, which has another form.
    """
    wrong = [] if claim.form == "P" else [Unprintable("1500", claim.form)]
    if len(claim.diagnoses) > MOST_DIAGNOSES:
        wrong.append(Unprintable("21", str(len(claim.diagnoses))))
    found = []
    for start in range(0, len(claim.lines), LINES_A_FORM):
        sheet = _Sheet()
        _form(sheet, claim, payer, on, claim.lines[start : start + LINES_A_FORM], first=start == 0)
        found.append(tuple(sheet.marks))
        wrong += sheet.wrong
    if wrong:
        raise DoesNotFit(list(dict.fromkeys(wrong)))
    return found


class _Sheet:
    """Marks of one form. Names are cut at their box's width, ids and amounts never are."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.wrong: list[Unprintable] = []

    def text(self, box: str, line: int, column: int, width: int, text: str) -> None:
        shown = " ".join(text.upper().split())[:width].rstrip()
        if shown:
            self.marks.append(Mark(line, column, shown, box))

    def exact(self, box: str, line: int, column: int, width: int, text: str, *, right: bool = False) -> None:
        shown = " ".join(text.upper().split())
        if len(shown) > width:
            self.wrong.append(Unprintable(box, shown))
        elif shown:
            self.marks.append(Mark(line, column + (width - len(shown) if right else 0), shown, box))

    def tick(self, box: str, line: int, column: int) -> None:
        self.marks.append(Mark(line, column, "X", box))

    def choice(self, box: str, line: int, yes: int, no: int, said: bool) -> None:
        self.tick(box, line, yes if said else no)

    def day(self, box: str, line: int, columns: tuple[int, int, int], day: date | None, *, whole: bool = False) -> None:
        if day is not None:
            year = f"{day.year:04d}" if whole else f"{day.year % 100:02d}"
            for column, text in zip(columns, (f"{day.month:02d}", f"{day.day:02d}", year), strict=True):
                self.marks.append(Mark(line, column, text, box))

    def money(self, box: str, line: int, column: int, width: int, cents: int) -> None:
        """Dollars, a space for the form's dotted line, cents; right-aligned. No negative amount has a place here."""
        text = f"{cents // 100} {cents % 100:02d}" if cents >= 0 else f"-{-cents // 100} {-cents % 100:02d}"
        self.exact(box, line, column, width if cents >= 0 else 0, text, right=True)


def _form(
    sheet: _Sheet, claim: OutgoingClaim, payer: Address, on: date, lines: Sequence[ServiceLine], *, first: bool
) -> None:
    _carrier(sheet, claim, payer)
    _insured(sheet, claim)
    _other(sheet, claim)
    _condition(sheet, claim)
    _visit(sheet, claim)
    _diagnoses(sheet, claim)
    for n, line in enumerate(lines):
        _service(sheet, claim, line, FIRST_SERVICE + 2 * n)
    _foot(sheet, claim, on, lines, first=first)


def name_of(who: Human) -> str:
    """``DOE, JANE, M``: last, first, middle, parted by commas."""
    return ", ".join(part for part in (who.last, who.first, who.middle[:1]) if part)


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def bare(text: str) -> str:
    """A code or id without the points, hyphens and spaces scanners stumble over."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _carrier(sheet: _Sheet, claim: OutgoingClaim, payer: Address) -> None:
    town = f"{payer.city} {payer.state} {_zip(payer)}"
    rows = [claim.policy.payer.name, payer.street, payer.street2, town]
    for n, row in enumerate(one for one in rows if one.strip()):
        sheet.text("carrier", 2 + n, 41, 38, row)


def _zip(where: Address) -> str:
    plain = digits(where.zip)
    return f"{plain[:5]}-{plain[5:9]}" if len(plain) == 9 else plain


def _where(sheet: _Sheet, boxes: tuple[str, int], columns: tuple[int, int, int], where: Address, phone: str) -> None:
    """Street, town and state, zip and telephone in three rows of the form, two lines apart. ``columns``: street, state, phone."""
    (box, line), (left, state, area) = boxes, columns
    sheet.text(box, line, left, 28, f"{where.street} {where.street2}")
    sheet.text(box, line + 2, left, state - left - 1, where.city)
    sheet.exact(box, line + 2, state, 3, where.state)
    sheet.exact(box, line + 4, left, 12, digits(where.zip))
    number = digits(phone)[-10:]
    if len(number) == 10:
        sheet.exact(box, line + 4, area, 3, number[:3])
        sheet.exact(box, line + 4, area + 4, 8, number[3:])


def _insured(sheet: _Sheet, claim: OutgoingClaim) -> None:
    policy, patient = claim.policy, claim.patient
    fallback = GROUP if policy.group_number else OTHER
    sheet.tick("1", 8, PROGRAMMES.get(policy.payer.filing, fallback))
    sheet.exact("1a", 8, 50, 29, policy.member_id)
    sheet.text("2", 10, 1, 28, name_of(patient))
    sheet.day("3", 10, (31, 34, 37), patient.born, whole=True)
    _sex(sheet, "3", 10, (42, 47), patient.sex)
    sheet.text("4", 10, 50, 29, name_of(policy.subscriber))
    _where(sheet, ("5", 12), (1, 26, 15), patient.address, "")
    sheet.tick("6", 12, RELATIONS.get(policy.relation, 47))
    _where(sheet, ("7", 12), (50, 74, 65), policy.subscriber.address, "")
    sheet.exact("11", 18, 50, 29, policy.group_number or ("NONE" if policy.rank == 1 and policy.payer.filing == "MB" else ""))
    sheet.day("11a", 20, (53, 56, 59), policy.subscriber.born, whole=True)
    _sex(sheet, "11a", 20, (68, 75), policy.subscriber.sex)
    sheet.text("11c", 24, 50, 29, policy.payer.name)
    sheet.choice("11d", 26, 52, 57, bool(claim.others))
    sheet.text("12", 29, 7, 28, ON_FILE)
    if policy.assigned:
        sheet.text("13", 29, 57, 22, ON_FILE)


def _sex(sheet: _Sheet, box: str, line: int, columns: tuple[int, int], sex: str) -> None:
    if sex in ("M", "F"):
        sheet.tick(box, line, columns[sex == "F"])


def _other(sheet: _Sheet, claim: OutgoingClaim) -> None:
    """Box 9: the first of the other policies."""
    if claim.others:
        policy = claim.others[0].policy
        sheet.text("9", 18, 1, 28, name_of(policy.subscriber))
        sheet.exact("9a", 20, 1, 28, policy.group_number or policy.member_id)
        sheet.text("9d", 26, 1, 28, policy.payer.name)


def _condition(sheet: _Sheet, claim: OutgoingClaim) -> None:
    kind = claim.accident.kind if claim.accident else ""
    for box, line, own in (("10a", 20, "EM"), ("10b", 22, "AA"), ("10c", 24, "OA")):
        sheet.choice(box, line, 35, 41, kind == own)
    if claim.accident and kind == "AA":
        sheet.exact("10b", 22, 45, 2, claim.accident.state)


def _visit(sheet: _Sheet, claim: OutgoingClaim) -> None:
    if claim.onset:
        sheet.day("14", 31, (2, 5, 8), claim.onset)
        sheet.exact("14", 31, 17, 3, "431")
    if claim.accident and claim.accident.day:
        sheet.exact("15", 31, 31, 3, "439")
        sheet.day("15", 31, (37, 40, 43), claim.accident.day)
    named = (claim.referring and ("DN", claim.referring)) or (claim.supervising and ("DQ", claim.supervising))
    if named:
        role, who = named
        sheet.exact("17", 33, 1, 2, role)
        sheet.text("17", 33, 4, 24, f"{who.first} {who.last}")
        sheet.exact("17b", 33, 33, 10, who.npi)
    if claim.admitted_on:
        sheet.day("18", 33, (54, 57, 60), claim.admitted_on)
    sheet.text("19", 35, 1, 48, claim.note)
    sheet.choice("20", 35, 52, 57, said=False)


def _diagnoses(sheet: _Sheet, claim: OutgoingClaim) -> None:
    sheet.exact("21", 36, 42, 1, "0")  # ICD-10-CM
    for n, code in enumerate(claim.diagnoses[:MOST_DIAGNOSES]):
        sheet.exact("21", 37 + n // 4, 3 + 13 * (n % 4), 8, bare(code))
    if claim.frequency in ("7", "8"):
        sheet.exact("22", 37, 50, 11, claim.frequency)
        sheet.exact("22", 37, 62, 17, claim.control)
    sheet.exact("23", 39, 50, 29, bare(claim.authorisation) or bare(claim.clia) or bare(claim.referral))


def _service(sheet: _Sheet, claim: OutgoingClaim, line: ServiceLine, at: int) -> None:
    """One service: the shaded line above for a drug, the white line below for the rest."""
    if line.drug:
        sheet.exact("24", at - 1, 1, 48, f"N4{bare(line.drug.ndc)} {line.drug.unit}{line.drug.quantity}")
    sheet.day("24A", at, (1, 4, 7), line.day)
    sheet.day("24A", at, (10, 13, 16), line.day_to or line.day)
    sheet.exact("24B", at, 19, 2, line.place or claim.place)
    sheet.exact("24D", at, 25, 6, bare(line.code))
    for n, modifier in enumerate(line.modifiers):
        sheet.exact("24D", at, 33 + 3 * n, 2 if n < 4 else 0, modifier)
    sheet.exact("24E", at, 45, 4, "".join(LETTERS[p - 1] for p in line.pointers if 0 < p <= MOST_DIAGNOSES))
    sheet.money("24F", at, 50, 9, line.charge_cents)
    sheet.exact("24G", at, 60, 3, line.units, right=True)
    if claim.rendering:
        sheet.exact("24J", at, 68, 10, claim.rendering.npi)


def _foot(sheet: _Sheet, claim: OutgoingClaim, on: date, lines: Sequence[ServiceLine], *, first: bool) -> None:
    billing = claim.billing
    sheet.exact("25", 56, 1, 15, bare(billing.tin))
    sheet.tick("25", 56, 19)
    sheet.exact("26", 56, 23, 14, claim.ref)
    sheet.choice("27", 56, 38, 43, said=claim.policy.accepted)
    sheet.money("28", 56, 51, 9, sum(line.charge_cents for line in lines))
    paid = sum(_paid(claim.others))
    if first and paid:
        sheet.money("29", 56, 62, 8, paid)
    if claim.rendering:
        sheet.text("31", 59, 1, 20, f"{claim.rendering.first} {claim.rendering.last}")
    sheet.day("31", 61, (13, 16, 19), on)
    if claim.facility:
        name, npi, where = claim.facility
        _block(sheet, "32", 23, 26, name, where)
        sheet.exact("32a", 62, 24, 10, npi)
    number = digits(billing.phone)[-10:]
    if len(number) == 10:
        sheet.exact("33", 57, 66, 3, number[:3])
        sheet.exact("33", 57, 70, 8, number[3:])
    _block(sheet, "33", 50, 29, billing.name, billing.address)
    sheet.exact("33a", 62, 51, 10, billing.npi)
    if billing.taxonomy:
        sheet.exact("33b", 62, 63, 16, f"ZZ{billing.taxonomy}")


def _block(sheet: _Sheet, box: str, column: int, width: int, name: str, where: Address) -> None:
    sheet.text(box, 58, column, width, name)
    sheet.text(box, 59, column, width, f"{where.street} {where.street2}")
    sheet.text(box, 60, column, width, f"{where.city} {where.state} {_zip(where)}")


def _paid(others: Sequence[PriorPayer]) -> Iterator[int]:
    return (one.paid_cents for one in others if one.paid_cents is not None)
