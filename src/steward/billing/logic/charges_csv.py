"""``charges-csv``: what an EHR hands over, one line a service (contracts, "charges-csv").

Read into frozen values; every fault names row, column and mend, and all faults of a file come at once, because a person
mends a file, not a cell. Rows of one ``claim_ref`` are one claim and must agree on whose it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from steward.core.money import MoneyError, parse_decimal_dollars

REQUIRED = (
    "claim_ref", "patient_ref", "last_name", "first_name", "birth_date", "sex", "payer_id", "member_id", "street", "city",
    "state", "zip", "service_date", "place", "provider_npi", "code", "units", "charge", "dx1", "line_ref",
)  # fmt: skip
OPTIONAL = (
    "relation", "subscriber_last_name", "subscriber_first_name", "subscriber_birth_date", "subscriber_sex",
    "guarantor_ref", "payer2_id", "member2_id", "modifiers", *(f"dx{n}" for n in range(2, 13)), "dx_pointers",
    "copay_collected", "billing_npi", "referring_npi", "supervising_npi", "auth_number", "site", "entity", "ndc",
    "accident_type", "accident_date",
)  # fmt: skip
RELATIONS = frozenset({"18", "01", "19", "20", "21", "39", "40", "53", "G8"})
SEXES = frozenset({"F", "M", "U"})
#: One service line; ten million dollars is more than any practice charges for one, and keeps sums small.
CHARGE_LIMIT_CENTS = 1_000_000_000
MAX_ROWS, MAX_FAULTS, MAX_CELL = 500_000, 200, 200
CLAIM_REF, LINE_REF = re.compile(r"[A-Z0-9-]{1,20}", re.ASCII), re.compile(r"[\x21-\x7e][\x20-\x7e]{0,29}", re.ASCII)
NPI, CODE = re.compile(r"[0-9]{10}", re.ASCII), re.compile(r"[A-Z0-9]{2,12}", re.ASCII)
POINTER = re.compile("[0-9]{1,2}|[A-La-l]", re.ASCII)
MODIFIER, DIAGNOSIS = re.compile(r"[A-Z0-9]{2}", re.ASCII), re.compile(r"[A-Z0-9.]{3,8}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f]")
UNITS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?", re.ASCII)
#: Longest text of a column, as the registers keep it.
LIMITS = {
    "patient_ref": 40, "guarantor_ref": 40, "last_name": 80, "first_name": 80, "subscriber_last_name": 80,
    "subscriber_first_name": 80, "payer_id": 40, "payer2_id": 40, "member_id": 80, "member2_id": 80, "street": 120,
    "city": 60, "state": 2, "zip": 10, "auth_number": 50, "ndc": 20, "accident_type": 10,
}  # fmt: skip
#: Same for every row of a claim: whose claim it is.
OF_THE_CLAIM = ("patient_ref", "payer_id", "member_id", "payer2_id", "member2_id", "relation", "entity", "billing_npi")
OF_THE_PATIENT = ("last_name", "first_name", "birth_date", "sex")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: 1-based row of the file (the header is row 1), column name, sentence and mend."""

    code: str
    row: int
    column: str
    message: str
    fix: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.column) if part)
        return f"{place}: {self.message}" if place else self.message


class ChargesError(ValueError):
    """The one error this reader raises; ``faults`` are all of them, in file order (at most 200)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults[:5]))


@dataclass(frozen=True, slots=True)
class Address:
    """Where the patient lives; any part may be empty, which is a warning."""

    street: str
    city: str
    state: str
    zip: str

    @property
    def is_whole(self) -> bool:
        return bool(self.street and self.city and self.state and self.zip)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the file names one; ``birth_date`` None only for a subscriber whose date was not given."""

    last_name: str
    first_name: str
    birth_date: date | None
    sex: str


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One service. ``charge_cents`` is the line's total, not per unit; ``units`` as written."""

    row: int
    line_ref: str
    service_date: date
    place: str
    provider_npi: str
    code: str
    modifiers: tuple[str, ...]
    units: str
    charge_cents: int
    diagnoses: tuple[str, ...]
    pointers: tuple[int, ...]
    copay_cents: int
    referring_npi: str
    supervising_npi: str
    auth_number: str
    site: str
    ndc: str
    accident_type: str
    accident_date: date | None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """All rows of one ``claim_ref``. An empty ``payer_id`` is self-pay; ``subscriber`` None means the patient is."""

    claim_ref: str
    patient_ref: str
    patient: PersonRow
    address: Address
    relation: str
    subscriber: PersonRow | None
    guarantor_ref: str
    payer_id: str
    member_id: str
    payer2_id: str
    member2_id: str
    billing_npi: str
    entity: str
    charges: tuple[ChargeRow, ...]

    @property
    def total_cents(self) -> int:
        return sum(charge.charge_cents for charge in self.charges)

    @property
    def copay_cents(self) -> int:
        return sum(charge.copay_cents for charge in self.charges)


@dataclass(frozen=True, slots=True)
class ChargeFile:
    """The claims in file order and what should be mended later (missing addresses)."""

    claims: tuple[ClaimRow, ...]
    warnings: tuple[Fault, ...]


def template() -> str:
    """The header row with every column and one example of a self-pay line, for the import screen."""
    example = {"claim_ref": "C-1001", "patient_ref": "P-17", "last_name": "Doe", "first_name": "Ann",
               "birth_date": "1980-02-29", "sex": "F", "street": "1 Main Street", "city": "Springfield", "state": "IL",
               "zip": "62701", "service_date": "2026-11-02", "place": "11", "provider_npi": "1234567893", "code": "G0438",
               "units": "1", "charge": "150.00", "dx1": "Z00.00", "line_ref": "C-1001-1"}  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, (*REQUIRED, *OPTIONAL), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(example)
    return out.getvalue()


def looks_like_charges(raw: bytes) -> bool:
    """Whether the header row has the columns that only this file has."""
    head = raw[:4000].decode("utf-8-sig", "replace").splitlines()[:1]
    names = {name.strip().strip('"').lower() for name in re.split("[,;\t]", head[0])} if head else set()
    return {"claim_ref", "line_ref", "payer_id"} <= names


def parse(raw: bytes) -> ChargeFile:
    """Read a whole file. Raises :class:`ChargesError` only; then nothing of the file may be used."""
    faults: list[Fault] = []
    rows = _rows(raw)
    cells = [_Row(number, values, faults) for number, values in rows]
    read = [(row, row.charge()) for row in cells]
    if len(faults) >= MAX_FAULTS:
        raise ChargesError(faults[:MAX_FAULTS])
    claims = _claims(read, faults)
    if faults:
        raise ChargesError(sorted(faults, key=lambda fault: fault.row)[:MAX_FAULTS])
    return ChargeFile(claims, _warnings(claims))


def _rows(raw: bytes) -> list[tuple[int, dict[str, str]]]:
    """(row number, column -> text) of every filled row; header problems end here."""
    text = _text(raw)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader)]
        _check_header(header)
        found = []
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(header):
                raise _one("columns", reader.line_num, "", f"The row has {len(values)} cells, the header {len(header)}.",
                           "Put text with commas or line breaks in double quotes.")  # fmt: skip
            found.append((reader.line_num, dict(zip(header, (value.strip() for value in values), strict=True))))
            if len(found) > MAX_ROWS:
                raise _one("too_long", MAX_ROWS, "", f"The file has more than {MAX_ROWS} rows.", "Split it.")
    except csv.Error as error:
        raise _one("csv", reader.line_num, "", f"The row cannot be read as CSV ({error}).",
                   "Save the file as CSV, UTF-8, with quotes closed.") from error  # fmt: skip
    if not found:
        raise _one("empty", 1, "", "The file has a header but no charges.", "Export again with the days you mean.")
    return found


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if not text.strip():  # also a file of nothing but a byte order mark
        raise _one("empty", 0, "", "The file is empty.", "Export it again.")
    if "\0" in text:
        raise _one(
            "characters", 0, "", "The file contains zero bytes; it is not a text file.", "Save it as CSV, UTF-8."
        )
    return text.lstrip("\r\n")


def _check_header(header: list[str]) -> None:
    faults = [Fault("column_missing", 1, name, f"The column {name} is missing.", "Add it to the export; see the template.")
              for name in REQUIRED if name not in header]  # fmt: skip
    faults += [Fault("column_twice", 1, name, f"The column {name} stands twice.", "Leave one of them out.")
               for name in sorted({name for name in header if name and header.count(name) > 1})]  # fmt: skip
    if faults:
        raise ChargesError(faults)


def _one(code: str, row: int, column: str, message: str, fix: str) -> ChargesError:
    return ChargesError([Fault(code, row, column, message, fix)])


class _Row:
    """One row being read. Each reader notes a fault and gives a harmless value, so that all faults come at once."""

    def __init__(self, number: int, values: dict[str, str], faults: list[Fault]) -> None:
        self.number, self.values, self.faults = number, values, faults

    def fault(self, code: str, column: str, message: str, fix: str) -> None:
        self.faults.append(Fault(code, self.number, column, message, fix))

    def text(self, column: str, *, needed: bool = False) -> str:
        value = self.values.get(column, "")
        if not value:  # three cells in four of a file are empty
            if needed:
                self.fault("missing", column, "The cell is empty.", "Fill it in.")
            return ""
        limit = LIMITS.get(column, MAX_CELL)
        if len(value) > limit or CONTROL.search(value):
            message = f"The text is longer than {limit} characters or has control characters."
            self.fault("text", column, message, "Shorten it.")
            return ""
        return value

    def match(self, column: str, pattern: re.Pattern[str], mend: str, *, needed: bool = True) -> str:
        value = self.text(column, needed=needed)
        if value and not pattern.fullmatch(value):
            self.fault("form", column, f"{value[:30]!r} is not of the right form.", mend)
        return value

    def day(self, column: str, *, needed: bool = True) -> date | None:
        value = self.text(column, needed=needed)
        if not value:
            return None
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.fault("date", column, f"{value[:30]!r} is not a date.", "Write it as 2026-11-02.")
        return None

    def money(self, column: str, *, needed: bool = True) -> int:
        value = self.text(column, needed=needed)
        if not value:
            return 0
        try:
            cents = parse_decimal_dollars(value)
        except MoneyError as error:
            self.fault("amount", column, f"{error.what}: {value[:30]!r}.", error.mend)
            return 0
        if not 0 <= cents <= CHARGE_LIMIT_CENTS:
            self.fault("amount", column, f"{value[:30]} is below zero or larger than any service.", "Check the amount.")
        return int(cents)

    def choice(self, column: str, allowed: frozenset[str], mend: str, *, default: str = "") -> str:
        value = self.text(column).upper() or default
        if value not in allowed:
            self.fault("choice", column, f"{value[:20]!r} is not known here.", mend)
        return value

    def several(self, column: str, pattern: re.Pattern[str], mend: str, most: int) -> tuple[str, ...]:
        parts = tuple(part.strip() for part in self.text(column).split(":") if part.strip())
        if len(parts) > most or any(not pattern.fullmatch(part) for part in parts):
            self.fault("form", column, f"{self.text(column)[:40]!r} is not of the right form.", mend)
        return parts

    def charge(self) -> ChargeRow:
        service_date = self.day("service_date")
        diagnoses = self._diagnoses()
        units = self.match("units", UNITS, "Write a number such as 1.")
        if units and not units.strip("0."):
            self.fault("form", "units", "No units were given.", "Write a number above 0.")
        return ChargeRow(
            row=self.number, line_ref=self.match("line_ref", LINE_REF, "At most 30 plain characters."),
            service_date=service_date or date.min, place=self.match("place", MODIFIER, "Two digits, 11 for the office."),
            provider_npi=self._npi("provider_npi", needed=True),
            code=self.match("code", CODE, "A service code: letters and digits."),
            modifiers=self.several("modifiers", MODIFIER, "Two characters each, joined by a colon, at most four.", 4),
            units=units, charge_cents=self.money("charge"), diagnoses=diagnoses, pointers=self._pointers(diagnoses),
            copay_cents=self.money("copay_collected", needed=False), referring_npi=self._npi("referring_npi"),
            supervising_npi=self._npi("supervising_npi"), auth_number=self.text("auth_number"), site=self.text("site"),
            ndc=self.text("ndc"), accident_type=self.text("accident_type"),
            accident_date=self.day("accident_date", needed=False),
        )  # fmt: skip

    def _npi(self, column: str, *, needed: bool = False) -> str:
        return self.match(column, NPI, "An NPI has ten digits.", needed=needed)

    def _diagnoses(self) -> tuple[str, ...]:
        codes = [
            self.match(f"dx{n}", DIAGNOSIS, "An ICD-10-CM code such as Z00.00.", needed=n == 1) for n in range(1, 13)
        ]
        return tuple(code for code in codes if code)

    def _pointers(self, diagnoses: tuple[str, ...]) -> tuple[int, ...]:
        parts = [
            p for p in self.several("dx_pointers", POINTER, "Numbers joined by a colon.", 4) if POINTER.fullmatch(p)
        ]
        numbers = tuple(int(p) if p.isdigit() else ord(p.upper()) - 64 for p in parts)
        if any(not 1 <= number <= max(len(diagnoses), 1) for number in numbers):
            self.fault("pointer", "dx_pointers", "A pointer names a diagnosis that the row does not have.",
                       "Point to dx1 .. dx12 that are filled.")  # fmt: skip
        return numbers or (1,)

    def person(self, prefix: str = "") -> PersonRow:
        patient = not prefix
        return PersonRow(
            self.text(f"{prefix}last_name", needed=patient), self.text(f"{prefix}first_name", needed=patient),
            self.day(f"{prefix}birth_date", needed=patient),
            self.choice(f"{prefix}sex", SEXES, "F, M or U.", default="U"),
        )  # fmt: skip

    def claim(self, charges: tuple[ChargeRow, ...]) -> ClaimRow:
        relation = self.choice("relation", RELATIONS, "18 self, 01 spouse, 19 child, G8 other.", default="18")
        payer, member = self.text("payer_id"), self.text("member_id")
        second, member2 = self.text("payer2_id"), self.text("member2_id")
        for name, held, column in ((payer, member, "member_id"), (second, member2, "member2_id")):
            if name and not held:
                self.fault("missing", column, "An insured line needs the member id.", "Fill it in, or empty the payer.")
        if second and not payer:
            self.fault(
                "order", "payer2_id", "There is a second payer but no first.", "Put the first payer in payer_id."
            )
        return ClaimRow(
            claim_ref=self.match("claim_ref", CLAIM_REF, "At most 20 of A-Z, 0-9 and -."),
            patient_ref=self.text("patient_ref", needed=True), patient=self.person(), address=self.address(),
            relation=relation, subscriber=self.subscriber(relation), guarantor_ref=self.text("guarantor_ref"),
            payer_id=payer, member_id=member, payer2_id=second, member2_id=member2, billing_npi=self._npi("billing_npi"),
            entity=self.text("entity"), charges=charges,
        )  # fmt: skip

    def address(self) -> Address:
        return Address(self.text("street"), self.text("city"), self.text("state").upper(), self.text("zip"))

    def subscriber(self, relation: str) -> PersonRow | None:
        if relation == "18" or not self.text("payer_id"):
            return None
        if not (self.text("subscriber_last_name") and self.text("subscriber_first_name")):
            self.fault("missing", "subscriber_last_name", "The patient is not the subscriber, so the subscriber's name is"
                       " needed.", "Fill in the subscriber, or relation 18.")  # fmt: skip
        return self.person("subscriber_")


def _claims(read: list[tuple[_Row, ChargeRow]], faults: list[Fault]) -> tuple[ClaimRow, ...]:
    groups: dict[str, list[tuple[_Row, ChargeRow]]] = {}
    for row, charge in read:
        groups.setdefault(row.values.get("claim_ref", ""), []).append((row, charge))
    _check_line_refs(read)
    found = []
    patients: dict[str, _Row] = {}
    for rows in groups.values():
        first = rows[0][0]
        for row, _ in rows[1:]:
            _agrees(row, first, OF_THE_CLAIM, "row of the same claim")
        known = patients.setdefault(first.values.get("patient_ref", ""), first)
        for row, _ in rows:
            _agrees(row, known, OF_THE_PATIENT, "row of the same patient")
        found.append(first.claim(tuple(charge for _, charge in rows)))
    return tuple(found)


def _agrees(row: _Row, first: _Row, columns: tuple[str, ...], what: str) -> None:
    for column in columns:
        if row.values.get(column, "") != first.values.get(column, ""):
            row.fault("differs", column, f"{column} differs from row {first.number}, a {what}.", "Make them the same.")


def _check_line_refs(read: list[tuple[_Row, ChargeRow]]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row, charge in read:
        key = (row.values.get("claim_ref", ""), charge.line_ref)
        first = seen.setdefault(key, row.number)
        if first != row.number:
            row.fault("twice", "line_ref", f"The line {charge.line_ref[:30]} of this claim stands in row {first} too.",
                      "Give every line its own line_ref.")  # fmt: skip


def _warnings(claims: tuple[ClaimRow, ...]) -> tuple[Fault, ...]:
    return tuple(Fault("address", claim.charges[0].row, "street", f"The patient of claim {claim.claim_ref} has no whole"
                       " address.", "Claims on paper and statements need one; add it to the patient.")
                 for claim in claims if not claim.address.is_whole)  # fmt: skip
