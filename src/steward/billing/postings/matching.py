"""Which service line of a payer answers which charge of ours.

Order (facts, "Import practice"): REF*6R exact; else the submitted code (SVC06, else SVC01) with modifiers and charge; else
code and charge where the payer left out the modifier (OpenEMR #7293); else the one line and the one charge that are left
when their charges agree. Never the first charge with the same code: of several that fit, the date of service decides, and
charges that are equal in everything are taken in order because either is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..logic.remittance import ServiceLine
from .facts import ChargeFacts

Test = Callable[[ServiceLine, ChargeFacts], bool]


def match_lines(lines: Sequence[ServiceLine], charges: Sequence[ChargeFacts]) -> list[ChargeFacts | None]:
    """The charge of each line, None where none or no single one fits. No charge is used twice unless REF*6R says so."""
    found: list[ChargeFacts | None] = [_by_reference(line, charges) for line in lines]
    free = [charge for charge in charges if charge not in found]
    for test in (_same_code_and_modifiers, _same_code):
        for index, line in enumerate(lines):
            if found[index] is None:
                found[index] = _single([charge for charge in free if test(line, charge)], line)
                free = [charge for charge in free if charge is not found[index]]
    left = [index for index, charge in enumerate(found) if charge is None]
    if len(left) == 1 and len(free) == 1 and abs(lines[left[0]].charge_cents) == free[0].charge_cents:
        found[left[0]] = free[0]
    return found


def _by_reference(line: ServiceLine, charges: Sequence[ChargeFacts]) -> ChargeFacts | None:
    if not line.control:
        return None
    fitting = [charge for charge in charges if charge.line_ref == line.control]
    return fitting[0] if len(fitting) == 1 else None


def _asked(line: ServiceLine) -> tuple[str, tuple[str, ...]]:
    """Code and modifiers as we submitted them: SVC06 if the payer sent it."""
    return (line.submitted_code, line.submitted_modifiers) if line.submitted_code else (line.code, line.modifiers)


def _same_code(line: ServiceLine, charge: ChargeFacts) -> bool:
    return charge.code == _asked(line)[0] and charge.charge_cents == abs(line.charge_cents)


def _same_code_and_modifiers(line: ServiceLine, charge: ChargeFacts) -> bool:
    return _same_code(line, charge) and charge.modifiers == _asked(line)[1]


def _single(fitting: list[ChargeFacts], line: ServiceLine) -> ChargeFacts | None:
    if len(fitting) > 1 and line.service_date:
        fitting = [charge for charge in fitting if charge.service_date == line.service_date] or fitting
    alike = {(charge.modifiers, charge.service_date) for charge in fitting}
    return fitting[0] if len(alike) == 1 else None
