"""The tables become people, coverage, visits and claims; every fault is told with its file and row, none stops the others."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from steward.billing.logic.synthea.crosswalk import Crosswalk
from steward.billing.logic.synthea.folder import MOST_FAULTS, Fault, FolderError, Row, tables
from steward.billing.logic.synthea.model import (
    Bill,
    Encounter,
    Folder,
    Holding,
    Payer,
    Person,
    Practitioner,
    Service,
)
from steward.core.money import MoneyError, parse_decimal_dollars

NOBODY = "NO_INSURANCE"  # Synthea's payer of people without one
RELATIONS = {"": "18", "Self": "18", "Guardian": "19", "Spouse": "01"}  # OWNERSHIP -> X12 element 1069
FIRST_YEAR, LAST_YEAR = 1850, 2150  # outside it no living person was treated
LIMIT_CENTS = 10**9  # ten million dollars a line: above it the amount cannot be right
NAME_IT = "Add it to the crosswalk, or correct the claim."
AS_WRITTEN = "Bring the file as Synthea wrote it."


def read(files: Mapping[str, bytes], crosswalk: Crosswalk) -> Folder:
    """The whole folder, or nothing: raises FolderError with the faults of every file."""
    reader = _Reader(tables(files), crosswalk)
    folder = reader.folder()
    if reader.faults:
        raise FolderError(reader.faults)
    return folder


class _Reader:
    """Reads table after table; ``faults`` and ``warnings`` gather what was wrong."""

    def __init__(self, rows: dict[str, list[Row]], crosswalk: Crosswalk) -> None:
        self.rows, self.crosswalk = rows, crosswalk
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.file = ""

    def folder(self) -> Folder:
        payers = self._keyed("payers.csv", self._payer)
        providers = self._keyed("providers.csv", self._provider)
        self.people = self._keyed("patients.csv", self._person)
        self.payers, self.providers = payers, providers
        holdings = self._holdings()
        self.encounters = self._keyed("encounters.csv", self._encounter)
        charges = self._charges()
        bills = [bill for number, row in self._of("claims.csv") if (bill := self._bill(number, row, charges))]
        self.file = "claims_transactions.csv"
        for rows in charges.values():
            self._fault("claim", rows[0][0], "The charge belongs to a claim that is not there.", AS_WRITTEN)
        used = {one for bill in bills for one in bill.payers} | {one.payer for one in holdings}
        at_work = {bill.provider for bill in bills} | {one.provider for one in self.encounters.values()}
        told, left_out = self._sums()
        return Folder(
            {key: payers[key] for key in payers if key in used}, {key: providers[key] for key in providers if key in at_work},
            self.people, tuple(holdings), self.encounters, tuple(bills), told, left_out, tuple(self.warnings),
        )  # fmt: skip

    # ---- what every table needs ----
    def _of(self, file: str) -> list[Row]:
        self.file = file
        return self.rows[file]

    def _fault(self, code: str, row: int, message: str, fix: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(code, self.file, row, message, fix))

    def _warn(self, code: str, row: int, message: str, fix: str) -> None:
        self.warnings.append(Fault(code, self.file, row, message, fix))

    def _keyed(self, file, made) -> dict:  # type: ignore[no-untyped-def, type-arg]
        found = {}
        for number, row in self._of(file):
            key = row["Id"]
            if not key or key in found:
                self._fault("id", number, "The Id is missing, or stands twice.", AS_WRITTEN)
            elif (one := made(number, row)) is not None:
                found[key] = one
        return found

    def _moment(self, number: int, text: str) -> dt.datetime | None:
        try:
            moment = dt.datetime.fromisoformat(text)
            if not FIRST_YEAR <= moment.year <= LAST_YEAR:
                raise ValueError
            return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        except ValueError:
            self._fault("date", number, f"{text[:40] or 'nothing'} is no moment.", "Write it as 2023-01-27T16:17:47Z.")
            return None

    def _day(self, number: int, text: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self._fault("date", number, f"{text[:40] or 'nothing'} is no date.", "Write it as 2023-01-27.")
            return None

    def _cents(self, number: int, text: str) -> int:
        try:
            cents = parse_decimal_dollars(text or "0")
        except MoneyError as fault:
            self._fault("amount", number, f"{fault}: {text[:40]}.", "Write dollars and cents, such as 77.49.")
            return 0
        if not 0 <= cents <= LIMIT_CENTS:
            self._fault("amount", number, f"{text[:40]} cannot be a charge.", "Correct it.")
            return 0
        return cents

    # ---- who ----
    def _payer(self, number: int, row: dict[str, str]) -> Payer | None:
        if not row["NAME"]:
            self._fault("name", number, "The payer's name is missing.", AS_WRITTEN)
            return None
        return Payer(row["Id"], *_payer_words(self.crosswalk, row["NAME"]))

    def _provider(self, number: int, row: dict[str, str]) -> Practitioner | None:
        first, _, last = row["NAME"].rpartition(" ")
        if not last:
            self._fault("name", number, "The provider's name is missing.", AS_WRITTEN)
            return None
        return Practitioner(row["Id"], f"9{_number(row['Id']) % 10**9:09d}", last, first)

    def _person(self, number: int, row: dict[str, str]) -> Person | None:
        born = self._day(number, row["BIRTHDATE"])
        died = self._day(number, row["DEATHDATE"]) if row["DEATHDATE"] else None
        if not row["LAST"]:
            self._fault("name", number, "The patient's last name is missing.", AS_WRITTEN)
        if born is None or not row["LAST"]:
            return None
        state = self.crosswalk.states.get(row["STATE"], "")
        address = (row["ADDRESS"], row["CITY"], state, row["ZIP"])
        whole = all(address)
        if not whole:
            self._warn("address", number, "The address is not whole.", "Complete it on the patient's page before a claim is sent.")
        chart = f"SYN-{_short(row['Id'], 12)}"
        sex = row["GENDER"] if row["GENDER"] in ("F", "M") else "U"
        return Person(row["Id"], chart, row["LAST"], row["FIRST"], born, died, sex, address if whole else None)

    # ---- coverage ----
    def _holdings(self) -> list[Holding]:
        """Coverage by patient and rank; years of one payer, member and holder that follow each other are one."""
        runs: dict[tuple[str, int], list[Holding]] = defaultdict(list)
        for number, row in self._of("payer_transitions.csv"):
            for one in self._held(number, row):
                runs[one.patient, one.rank].append(one)
        return [one for run in runs.values() for one in _joined(sorted(run, key=lambda h: (h.starts, h.ends)))]

    def _held(self, number: int, row: dict[str, str]) -> list[Holding]:
        starts, ends = self._moment(number, row["START_YEAR"]), self._moment(number, row["END_YEAR"])
        if row["PATIENT"] not in self.people or row["PAYER"] not in self.payers:
            self._fault("unknown", number, "The patient or the payer is not in the folder.", AS_WRITTEN)
            return []
        if starts is None or ends is None:
            return []
        if ends < starts:
            self._fault("dates", number, "The coverage ends before it begins.", "Correct the years.")
            return []
        if row["OWNERSHIP"] not in RELATIONS:
            self._warn("relation", number, f"{row['OWNERSHIP'][:20]} is not known: taken as the patient's own.", "Correct it on the coverage.")
        relation = RELATIONS.get(row["OWNERSHIP"], "18")
        first, _, last = row["OWNERNAME"].rpartition(" ")
        owner = (last, first) if relation != "18" and last else None
        held = [key for key in (row["PAYER"], row["SECONDARY_PAYER"]) if key in self.payers and self.payers[key].name != NOBODY]
        return [
            Holding(row["PATIENT"], key, rank, row["MEMBERID"] or _short(row["PATIENT"], 12), relation if owner else "18", owner, starts, ends)
            for rank, key in enumerate(held, 1)
        ]

    # ---- visits ----
    def _encounter(self, number: int, row: dict[str, str]) -> Encounter | None:
        starts, ends = self._moment(number, row["START"]), self._moment(number, row["STOP"])
        if row["PATIENT"] not in self.people or row["PROVIDER"] not in self.providers:
            self._fault("unknown", number, "The patient or the provider is not in the folder.", AS_WRITTEN)
            return None
        if starts is None or ends is None:
            return None
        place, visit = self.crosswalk.classes.get(row["ENCOUNTERCLASS"], ("11", ""))
        if row["ENCOUNTERCLASS"] not in self.crosswalk.classes:
            fix = "Name the class in the crosswalk."
            self._warn("class", number, f"{row['ENCOUNTERCLASS'][:20]} is no known kind of visit: taken as place 11, no appointment.", fix)
        return Encounter(row["Id"], row["PATIENT"], row["PROVIDER"], starts, max(starts, ends), visit, place)

    # ---- claims ----
    def _charges(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for number, row in self._of("claims_transactions.csv"):
            if row["TYPE"] == "CHARGE":
                found[row["CLAIMID"]].append((number, row))
        return found

    def _bill(self, number: int, row: dict[str, str], charges: dict[str, list[Row]]) -> Bill | None:
        self.file = "claims.csv"
        at = self._moment(number, row["SERVICEDATE"])
        own = charges.pop(row["Id"], [])
        named = (row["PATIENTID"] in self.people, row["PROVIDERID"] in self.providers, row["APPOINTMENTID"] in self.encounters)
        if not all(named):
            self._fault("unknown", number, "The patient, the provider or the encounter is not in the folder.", AS_WRITTEN)
        if not own:
            self._fault("charges", number, "The claim has no charge.", AS_WRITTEN)
        if at is None or not own or not all(named):
            return None
        diagnoses, place_of = self._diagnoses(number, row)
        ref = f"SYN{_short(row['Id'], 17)}"
        keys = [row["PRIMARYPATIENTINSURANCEID"], row["SECONDARYPATIENTINSURANCEID"]]
        payers = tuple(key for key in keys if key in self.payers and self.payers[key].name != NOBODY)
        self.file = "claims_transactions.csv"
        services = tuple(self._service(line, one, ref, place_of) for line, one in own)
        return Bill(ref, number, row["PATIENTID"], row["PROVIDERID"], row["APPOINTMENTID"], payers, at, diagnoses, services)

    def _diagnoses(self, number: int, row: dict[str, str]) -> tuple[tuple[str, ...], dict[str, int]]:
        """Our diagnoses of a claim, and where each of the folder's eight stands among them (1-based)."""
        found: list[str] = []
        place_of: dict[str, int] = {}
        for n in range(1, 9):
            told = row.get(f"DIAGNOSIS{n}", "")
            ours = self.crosswalk.diagnoses.get(told, self.crosswalk.default_diagnosis) if told else ""
            if told and told not in self.crosswalk.diagnoses:
                self._warn("default_diagnosis", number, f"{told[:20]} is not in the crosswalk: entered as {ours}.", NAME_IT)
            if ours:
                if ours not in found:
                    found.append(ours)
                place_of[str(n)] = found.index(ours) + 1
        return tuple(found) or (self.crosswalk.default_diagnosis,), place_of

    def _service(self, number: int, row: dict[str, str], ref: str, place_of: dict[str, int]) -> Service:
        told = row["PROCEDURECODE"]
        code = self.crosswalk.services.get(told, self.crosswalk.default_service)
        if told not in self.crosswalk.services:
            self._warn("default_service", number, f"{told[:20] or 'no code'} is not in the crosswalk: entered as {code}.", NAME_IT)
        named = [place_of[said] for n in range(1, 5) if (said := row.get(f"DIAGNOSISREF{n}", "")) in place_of]
        at = self._moment(number, row["FROMDATE"]) or dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        units = row["UNITS"] if re.fullmatch("[1-9][0-9]{0,8}", row["UNITS"], re.ASCII) else "1"
        return Service(f"{ref}-{row['CHARGEID']}"[:30], code, self._cents(number, row["AMOUNT"]), units, tuple(dict.fromkeys(named)) or (1,), at)

    def _sums(self) -> tuple[int, dict[str, int]]:
        """The folder's own charges, added up row by row apart from the claims; and what is left out of it."""
        told, left_out = 0, {"PAYMENT": 0}
        for number, row in self._of("claims_transactions.csv"):
            if row["TYPE"] == "CHARGE" and not self.faults:
                told += self._cents(number, row["AMOUNT"])
            elif row["TYPE"] in left_out:
                left_out[row["TYPE"]] += self._cents(number, row["PAYMENTS"])
        return told, left_out


def _payer_words(crosswalk: Crosswalk, name: str) -> tuple[str, str, str]:
    code, filing = crosswalk.payer(name)
    return code, name, filing


def _joined(run: list[Holding]) -> list[Holding]:
    """Years that follow each other under one card are one coverage; a year of no length is none."""
    found: list[Holding] = []
    for one in run:
        last = found[-1] if found else None
        if last and replace(last, starts=one.starts, ends=one.ends) == one and last.ends == one.starts:
            found[-1] = replace(last, ends=one.ends)
        elif one.ends > one.starts:
            found.append(one)
    return found


def _short(key: str, length: int) -> str:
    """The first characters of an Id as a number here may be written."""
    return "".join(c for c in key.upper() if c.isascii() and c.isalnum())[:length] or "0"


def _number(key: str) -> int:
    return int("".join(f"{ord(c) % 256:02x}" for c in key) or "0", 16)
