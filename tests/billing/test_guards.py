"""Raw SQL against what was charged, sent and received: refused by the database, on both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from steward.billing.services.submissions import write_claims

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_acknowledged import judged
from .test_sending import CLEAN, ready

__all__ = ["ready"]
pytestmark = pytest.mark.django_db
EDITS = (
    "UPDATE billing_charge SET charge_cents = 1",
    "UPDATE billing_charge SET code = 'X1'",
    "DELETE FROM billing_charge",
    "UPDATE billing_remittance SET paid_cents = 1",
    "UPDATE billing_remittance SET state = 'refused'",
    "DELETE FROM billing_remittance",
    "UPDATE billing_batch SET claim_count = 2",
    "DELETE FROM billing_batch",
    "UPDATE billing_submission SET charge_cents = 1",
    "DELETE FROM billing_submission",
    "UPDATE billing_submissionevent SET outcome = 'PAYER_REJECTED'",
    "DELETE FROM billing_submissionevent",
)


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_posted_or_sent_is_not_edited(ready: Practice, edit: str) -> None:
    ready.claims(CLEAN)
    write_claims(ready.office.call("biller"))
    ready.run(judged("C-1", "A2"))
    ready.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "45", 15_000), control="L1"))))
    with pytest.raises(DatabaseError, match=r"billing\."), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(edit)


def test_a_refused_remittance_is_never_made_a_posted_one(ready: Practice) -> None:
    ready.claims(CLEAN)
    wrong = remittance(claim("C-1", service_line(15_000, cas("CO", "45", 5_000), control="L1")))
    assert ready.remit(replace(wrong, paid_cents=wrong.paid_cents + 1)).status == "refused"
    with pytest.raises(DatabaseError, match=r"billing\.remittance"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_remittance SET state = 'posted'")
