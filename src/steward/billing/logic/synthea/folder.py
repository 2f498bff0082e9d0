"""The folder as bytes: the CSV files in one zip, made and opened under limits."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from steward.core.refusals import Refusal

# file -> the columns that are used of it; whatever else stands there is left alone
FILES: dict[str, tuple[str, ...]] = {
    "patients.csv": ("Id", "BIRTHDATE", "DEATHDATE", "FIRST", "LAST", "GENDER", "ADDRESS", "CITY", "STATE", "ZIP"),
    "payers.csv": ("Id", "NAME"),
    "providers.csv": ("Id", "NAME"),
    "payer_transitions.csv": ("PATIENT", "MEMBERID", "START_YEAR", "END_YEAR", "PAYER", "SECONDARY_PAYER", "OWNERSHIP", "OWNERNAME"),
    "encounters.csv": ("Id", "START", "STOP", "PATIENT", "PROVIDER", "ENCOUNTERCLASS"),
    "claims.csv": ("Id", "PATIENTID", "PROVIDERID", "PRIMARYPATIENTINSURANCEID", "SECONDARYPATIENTINSURANCEID", "DIAGNOSIS1",
                   "APPOINTMENTID", "SERVICEDATE"),
    "claims_transactions.csv": ("CLAIMID", "CHARGEID", "TYPE", "AMOUNT", "FROMDATE", "PROCEDURECODE", "DIAGNOSISREF1", "UNITS",
                                "PAYMENTS"),
}  # fmt: skip
MOST_ROWS, MOST_BYTES, MOST_FAULTS = 1_000_000, 256 * 1024 * 1024, 50
STAMP = (1980, 1, 1, 0, 0, 0)  # the same folder gives the same bytes
Row = tuple[int, dict[str, str]]
#: What ``zipfile`` raises for bytes that are no zip; IndexError and struct.error where a torn entry lies about its lengths.
ZIP_FAULTS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, IndexError,
    struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: file, 1-based row (the header is row 1; 0 the whole file), code, sentence and mend."""

    code: str
    file: str
    row: int
    message: str
    fix: str

    def refusal(self) -> Refusal:
        """As the import's answer says it."""
        place = f"{self.file}, row {self.row}" if self.row else self.file
        return Refusal(self.code, f"{place}: {self.message}", self.fix)


class FolderError(ValueError):
    """Nothing of the folder may be used; ``faults`` are at most fifty."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(str(faults[0].refusal().message))
        self.faults = tuple(faults[:MOST_FAULTS])


def looks_like_folder(names: list[str]) -> bool:
    """Whether these file names are a Synthea folder's."""
    return {"patients.csv", "claims.csv", "claims_transactions.csv"} <= set(names)


def looks_like_zip(content: bytes) -> bool:
    """Whether the bytes are a zip of such a folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            return looks_like_folder([name.rpartition("/")[2] for name in zipped.namelist()])
    except ZIP_FAULTS:
        return False


def pack(files: Mapping[str, bytes]) -> bytes:
    """The used files of a folder as one zip; equal files give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as zipped:
        for name in sorted(set(files) & set(FILES)):
            zipped.writestr(zipfile.ZipInfo(name, STAMP), files[name])
    return out.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """File name (without its folder) -> bytes of a zip made by ``pack`` or by hand. Raises FolderError for another file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            chosen = {info.filename.rpartition("/")[2]: info for info in zipped.infolist() if not info.is_dir()}
            wanted = {name: info for name, info in chosen.items() if name in FILES}
            if sum(info.file_size for info in wanted.values()) > MOST_BYTES:
                raise _whole("too_large", "The files hold more than 256 MB.", "Bring fewer patients at a time.")
            return {name: zipped.read(info) for name, info in wanted.items()}
    except FolderError:
        raise
    except ZIP_FAULTS as fault:
        raise _whole("zip", "This is no folder of CSV files, nor a zip of one.", "Name the folder, or zip it again.") from fault


def _whole(code: str, message: str, fix: str) -> FolderError:
    return FolderError([Fault(code, "folder", 0, message, fix)])


def tables(files: Mapping[str, bytes]) -> dict[str, list[Row]]:
    """File -> its rows with their numbers. Raises FolderError for missing files or columns, and rows cut off."""
    faults = [
        Fault("missing", name, 0, "This file is missing.", "Synthea writes it with exporter.csv.export = true.")
        for name in FILES
        if name not in files
    ]
    found: dict[str, list[Row]] = {}
    for name in FILES:
        if name in files:
            found[name] = _rows(name, files[name], faults)
    if faults:
        raise FolderError(faults)
    return found


def _rows(name: str, content: bytes, faults: list[Fault]) -> list[Row]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        missing = [column for column in FILES[name] if column not in (reader.fieldnames or ())]
        if missing:
            fix = "Bring the file as Synthea wrote it."
            faults.append(Fault("columns", name, 1, f"Columns are missing: {', '.join(missing)}.", fix))
            return []
        rows: list[Row] = []
        for number, row in enumerate(reader, 2):
            if None in row or None in row.values():
                faults.append(Fault("cells", name, number, "The row has not as many cells as the header.", "The file was cut: bring it again."))
                return []
            rows.append((number, {key: value.strip() for key, value in row.items()}))
            if len(rows) > MOST_ROWS:
                faults.append(Fault("too_large", name, number, "More than a million rows.", "Bring fewer patients at a time."))
                return []
        return rows
    except UnicodeDecodeError:
        faults.append(Fault("text", name, 0, "This is no UTF-8 text.", "Bring the file as Synthea wrote it."))
    except csv.Error as fault:
        faults.append(Fault("csv", name, 0, f"This is no CSV: {fault}.", "Bring the file as Synthea wrote it."))
    return []
