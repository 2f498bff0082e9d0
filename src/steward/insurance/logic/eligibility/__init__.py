"""Eligibility: asking a payer whether a patient is covered on a day (270) and reading what it says (271)."""

from .answer import read_271
from .benefits import Costs, Standing, costs, other_payers, primary_care, standing
from .inquiry import Inquiry, Person, read_270, write_270
from .model import Answer, Benefit, Member, Other, PatientAnswer, Rejection, Trace
from .summary import patient_summary, summary
from .words import rejection_words, service_words
from .writer import write_271

__all__ = [
    "Answer",
    "Benefit",
    "Costs",
    "Inquiry",
    "Member",
    "Other",
    "PatientAnswer",
    "Person",
    "Rejection",
    "Standing",
    "Trace",
    "costs",
    "other_payers",
    "patient_summary",
    "primary_care",
    "read_270",
    "read_271",
    "rejection_words",
    "service_words",
    "standing",
    "summary",
    "write_270",
    "write_271",
]
