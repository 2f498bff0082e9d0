"""A folder of CSV files as Synthea writes them, read into people, coverage, visits and charges. Pure.

The folder travels as one zip (``pack``), so that the command line and the import screen bring the same bytes; ``read`` gives
a :class:`Folder` or raises :class:`FolderError` with every fault's file, row and mend. Codes are turned by a crosswalk.
"""

from steward.billing.logic.synthea.crosswalk import Crosswalk, read_crosswalk
from steward.billing.logic.synthea.folder import (
    FILES,
    Fault,
    FolderError,
    looks_like_folder,
    looks_like_zip,
    pack,
    unpack,
)
from steward.billing.logic.synthea.model import Bill, Encounter, Folder, Holding, Payer, Person, Practitioner, Service
from steward.billing.logic.synthea.read import read

__all__ = [
    "FILES", "Bill", "Crosswalk", "Encounter", "Fault", "Folder", "FolderError", "Holding", "Payer", "Person", "Practitioner",
    "Service", "looks_like_folder", "looks_like_zip", "pack", "read", "read_crosswalk", "unpack",
]  # fmt: skip
