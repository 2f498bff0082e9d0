"""The screens of contracts: a contract is entered, a list imported, a code tried, a number added."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from steward.insurance.models import CarveOut, Contract, FeeSchedule, Payer, PayerNumber, WriteOffRule
from steward.insurance.selectors import find_payers, payers_by_edi
from tests.support import signed_in

pytestmark = pytest.mark.django_db


def url(name: str, *args) -> str:
    return reverse(f"insurance:{name}", args=args)


def upload(text: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", text, "text/csv")


TERMS = {"name": "Blue 2026", "starts_on": "1/1/2026", "percent_ppm": "110", "second_ppm": "50", "later_ppm": "25",
         "lesser_of_charge": "on", "modifiers": "50=150", "source": "Letter"}  # fmt: skip


@pytest.fixture
def contract(office, payer: Payer) -> Contract:
    client = signed_in("biller")
    assert client.post(url("schedule_new"), {"name": "Base", "kind": "list"}).status_code == 303
    schedule = FeeSchedule.objects.get()
    file = {"starts_on": "1/1/2026", "file": upload(b"code,amount\nG0438,150.00\n")}
    assert client.post(url("edition_new", schedule.uid), file).status_code == 303
    assert client.post(url("contract_new", payer.uid), TERMS | {"schedule": schedule.pk}).status_code == 303
    return Contract.objects.get()


def test_a_code_is_tried(contract: Contract) -> None:
    client = signed_in("frontdesk")
    typed = {"code": "g0438", "modifiers": "50", "units": "1", "place": "11", "charge": "900", "day": "6/1/2026"}
    page = client.get(url("contract", contract.uid), typed).content.decode()
    assert "$247.50" in page and "150 %" in page and "Base 2026-01-01" in page
    page = client.get(url("contract", contract.uid), typed | {"code": "J3420"}).content.decode()
    assert "No price" in page
    assert client.get(url("contract", contract.uid), {"code": ""}).status_code == 200


def test_every_page_opens(contract: Contract) -> None:
    client = signed_in("biller")
    payer, schedule = contract.payer, FeeSchedule.objects.get()
    for tab in ("plans", "contracts", "schedules", "rules", "numbers", "nonsense"):
        assert client.get(url("payer", payer.uid), {"tab": tab}).status_code == 200
    pages = [("contract", contract.uid), ("contract_edit", contract.uid), ("contract_end", contract.uid), ("schedules",),
             ("schedule", schedule.uid), ("edition_new", schedule.uid), ("schedule_new",), ("contract_new", payer.uid),
             ("carve_out_new", contract.uid), ("contract_rule_new", contract.uid), ("number_new", payer.uid)]  # fmt: skip
    for name, *args in pages:
        assert client.get(url(name, *args)).status_code == 200, name
    assert "50=150" in client.get(url("contract_edit", contract.uid)).content.decode()
    assert "G0438" in client.get(url("schedule", schedule.uid), {"code": "g04"}).content.decode()


def test_a_carve_out_a_rule_and_an_end(contract: Contract) -> None:
    client = signed_in("biller")
    carved = {"code": "g0438", "cents": "99.00", "starts_on": "1/1/2026", "place": "", "modifier": ""}
    assert client.post(url("carve_out_new", contract.uid), carved).status_code == 303
    assert client.post(url("carve_out_end", CarveOut.objects.get().uid), {"on": "t"}).status_code == 303
    rule = {"group": "CO", "carc": "97", "role": "contractual", "starts_on": "1/1/2026", "source": "Section 4"}
    assert client.post(url("contract_rule_new", contract.uid), rule).status_code == 303
    assert WriteOffRule.objects.get(carc="97").contract == contract
    assert client.post(url("contract_edit", contract.uid), TERMS | {"percent_ppm": "abc"}).status_code == 422
    assert client.post(url("contract_edit", contract.uid), TERMS | {"percent_ppm": "62.5 %"}).status_code == 303
    contract.refresh_from_db()
    assert contract.percent_ppm == 625_000 and contract.modifiers == {"50": 1_500_000} and contract.schedule is None
    assert client.post(url("contract_end", contract.uid), {"on": "t"}).status_code == 303


def test_faults_of_a_file_stand_beside_it(contract: Contract) -> None:
    file = {"starts_on": "1/1/2027", "file": upload(b"code,amount\nG0438,x\n")}
    answer = signed_in("biller").post(url("edition_new", FeeSchedule.objects.get().uid), file)
    assert answer.status_code == 422 and "row 2" in answer.content.decode()


def test_a_payer_known_by_two_numbers(payer: Payer) -> None:
    client = signed_in("biller")
    for kind, number in (("ref2u", "SECOND"), ("ein", "98-7654321"), ("edi", "BH002")):
        assert client.post(url("number_new", payer.uid), {"kind": kind, "number": number}).status_code == 303
    assert find_payers(ref2u="SECOND") == find_payers(ein="987654321", edi_id="BH001") == [payer]
    assert payers_by_edi(["BH002", "BH001"]) == {"BH001": payer, "BH002": payer}
    again = client.post(url("number_new", payer.uid), {"kind": "edi", "number": "BH001"})
    assert again.status_code == 422 and "already" in again.content.decode()
    row = PayerNumber.objects.get(kind="edi")
    assert client.post(url("number_end", row.uid), {"on": "t"}).status_code == 303
    assert find_payers(edi_id="BH002") == []


def test_who_may(contract: Contract) -> None:
    assert signed_in("frontdesk").get(url("contract_edit", contract.uid)).status_code == 403
    assert signed_in("clinician").get(url("contract", contract.uid)).status_code == 403
