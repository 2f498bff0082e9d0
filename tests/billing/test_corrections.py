"""A denied claim corrected: the wrong service voided, the right one added, the claim replaced under the payer's number."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from steward.billing.models import Charge, Claim
from steward.billing.selectors.claims import claim_status
from steward.billing.services.charges import void_charge
from steward.billing.services.corrections import add_charges, replace_claim
from steward.billing.services.submissions import write_claims
from steward.billing.types import ChargeData
from steward.core.files.selectors import content
from steward.core.refusals import Refused
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_acknowledged import judged
from .test_sending import CLEAN, accepted, ready

__all__ = ["ready"]
pytestmark = pytest.mark.django_db
RIGHT = ChargeData("G0439", 14_000, ("25",), "1", ("Z00.00",), (1,))


def denied(practice: Practice) -> Claim:
    practice.claims(CLEAN)
    write_claims(practice.office.call("biller"))
    practice.run(judged("C-1", "A2", control="ICN7"))
    practice.remit(remittance(claim("C-1", service_line(15_000, cas("CO", "16", 15_000), control="L1"))))
    practice.office.now += timedelta(days=1)
    return Claim.objects.get()


def test_denied_corrected_replaced(ready: Practice, tmp_path: Path) -> None:
    row, call = denied(ready), ready.office.call("biller")
    assert claim_status(call.subject, "C-1")["state"] == "DENIED"
    void_charge(call, charge=Charge.objects.get(), reason="Wrong code")
    (added,) = add_charges(call, claim=row, charges=[RIGHT])
    assert added.line_ref == "C-1-2"
    assert ready.balances() == {"ar_insurance": 14_000, "charges": -14_000}
    done = replace_claim(call, claim=row)
    assert done.held == () and accepted(content(done.batches[0].file), tmp_path)
    text = content(done.batches[0].file)
    assert b"CLM*C-1*140***11:B:7" in text and b"REF*F8*" in text and b"G0438" not in text
    assert claim_status(call.subject, "C-1")["state"] == "SENT"


def test_a_line_is_corrected_in_one_act(ready: Practice) -> None:
    ready.claims({**CLEAN, "code": "A9999", "charge": "12", "dx1": "Z00.00"})
    charge, client = Charge.objects.get(), signed_in("biller")
    url = reverse("billing:charge_correct", args=[charge.uid])
    shown = client.get(url).context["form"]
    typed = {name: shown[name].value() for name in ("code", "units", "diagnoses", "place")} | {"charge_cents": "12.00"}
    assert typed["code"] == "A9999" and client.post(url, typed | {"note": "Bandage"}).status_code == 422  # no reason
    assert client.post(url, typed | {"code": "g!", "reason": "x"}).status_code == 422
    charge.refresh_from_db()
    assert charge.voided_on is None and Charge.objects.count() == 1  # neither without the other
    assert client.post(url, typed | {"note": "Bandage", "reason": "no note"}).status_code == 303
    new = Charge.objects.get(voided_on=None)
    assert (new.code, new.note, new.pointers, new.service_date) == ("A9999", "Bandage", charge.pointers, charge.service_date)
    assert ready.balances() == {"ar_insurance": 1_200, "charges": -1_200}
    assert client.post(url, typed | {"reason": "again"}).status_code == 422  # it is voided


def test_a_void_at_the_payer_is_said_so(ready: Practice) -> None:
    row, call = denied(ready), ready.office.call("biller")
    done = replace_claim(call, claim=row, frequency="8")
    assert b"11:B:8" in content(done.batches[0].file)
    assert claim_status(call.subject, "C-1")["state"] == "VOIDED"


def test_what_was_never_accepted_is_not_replaced(ready: Practice) -> None:
    ready.claims(CLEAN)
    row, call = Claim.objects.get(), ready.office.call("biller")
    codes = []
    for _step in range(2):
        with pytest.raises(Refused) as refused:
            replace_claim(call, claim=row)
        codes.append(refused.value.code)
        write_claims(call)
    assert codes == ["not_sent", "no_control"]


def test_a_line_is_judged_as_at_entry(ready: Practice) -> None:
    ready.claims(CLEAN)
    row, call = Claim.objects.get(), ready.office.call("biller")
    for wrong, code in ((ChargeData("g!", 100), "code"), (ChargeData("G0439", -1), "amount"),
                        (ChargeData("G0439", 100, line_ref="L1"), "line_ref")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            add_charges(call, claim=row, charges=[wrong])
        assert refused.value.code == code
    assert ready.balances() == {"ar_insurance": 15_000, "charges": -15_000}


def test_the_screens_of_a_correction(ready: Practice) -> None:
    row = denied(ready)
    biller = signed_in("biller")
    typed = {"code": "g0439", "units": "1", "charge_cents": "140", "diagnoses": "Z00.00", "place": "11"}
    assert biller.post(f"/billing/claims/{row.uid}/add/", typed).status_code == 303
    assert Charge.objects.filter(claim=row, code="G0439", charge_cents=14_000).exists()
    assert biller.post(f"/billing/claims/{row.uid}/replace/", {"frequency": "7"}).status_code == 303
    assert "Replacement" in biller.get(f"/billing/claims/{row.uid}/").content.decode()
