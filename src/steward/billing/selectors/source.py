"""What a stored remittance said, read again from its bytes."""

from __future__ import annotations

from steward.billing.logic.remittance import Remittance as Read
from steward.billing.logic.remittance import parse
from steward.billing.models import Remittance
from steward.core.files.selectors import content


def read_again(remittance: Remittance) -> Read:
    """The parsed ST behind a row. The bytes were read before, so X12Error here means that they were altered."""
    return parse(content(remittance.file))[remittance.position]
