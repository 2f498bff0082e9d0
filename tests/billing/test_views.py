"""The screens of billing: who sees them, what they show, and the buttons that do something."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from steward.billing.models import Charge, Claim, Decision, Remittance, RemittanceClaim, WorkItem
from steward.billing.services.decisions import write_off
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line
from .test_importers import ANSWER

pytestmark = pytest.mark.django_db
DENIED = remittance(claim("C-1", service_line(15_000, cas("CO", "16", 15_000), control="L1")), trace="DENY1")


def pages(practice: Practice) -> dict[str, str]:
    practice.claims({"copay_collected": "20.00"}, {"claim_ref": "C-2", "payer_id": "", "member_id": ""})
    practice.remit(DENIED, replace(ANSWER, claims=(ANSWER.claims[0]._replace(number="TYPO", payer_control="OTHER"),)))
    first, item = Claim.objects.get(ref="C-1"), WorkItem.objects.get(kind="denial")
    asked = write_off(practice.office.call("biller"), charge=Charge.objects.first(), role="charity", cents=5_000, reason="x",
                      payer=practice.blue)  # fmt: skip
    row = Remittance.objects.get(trace="T1")
    return {
        "charges": reverse("billing:charges"), "claims": reverse("billing:claims"), "work": reverse("billing:work"),
        "remittances": reverse("billing:remittances"), "claim": reverse("billing:claim", args=[first.uid]),
        "remittance": reverse("billing:remittance", args=[row.uid]), "item": reverse("billing:work_item", args=[item.uid]),
        "decision": reverse("billing:decision", args=[asked.uid]),
        "write_off": reverse("billing:write_off", args=[first.uid]), "refund": reverse("billing:refund", args=[first.uid]),
        "prepayment": reverse("billing:prepayment", args=[first.uid]), "undo": reverse("billing:undo", args=[row.uid]),
        "match": reverse("billing:match", args=[RemittanceClaim.objects.get(number="TYPO").uid]),
        "resolve": reverse("billing:resolve", args=[item.uid]), "postpone": reverse("billing:postpone", args=[item.uid]),
        "void": reverse("billing:charge_void", args=[Charge.objects.last().uid]),
    }  # fmt: skip


def test_every_page_opens_for_the_biller_and_shows_its_record(practice: Practice) -> None:
    found = pages(practice)
    client = signed_in("biller")
    for name, url in found.items():
        response = client.get(url)
        assert response.status_code == 200, (name, response.status_code)
        assert b"style=" not in response.content and b"<script>" not in response.content
    text = client.get(found["claim"]).content.decode()
    assert "CO-16 150.00" in text and "DENY1" in text and "Denied" in text
    assert "TYPO" in client.get(found["remittance"]).content.decode()
    assert "C-1" in client.get(found["work"]).content.decode()


def test_others_are_kept_out(practice: Practice) -> None:
    found = pages(practice)
    for role in ("frontdesk", "hr", "owner", "vendor"):
        client = signed_in(role)
        for name in ("charges", "claim", "remittance", "work", "write_off", "undo"):
            assert client.get(found[name]).status_code in (403, 302), (role, name)


def test_unknown_records_are_404(practice: Practice) -> None:
    client = signed_in("biller")
    uid = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    for name in ("claim", "remittance", "work_item", "write_off", "undo", "match", "decision", "charge_void"):
        assert client.get(reverse(f"billing:{name}", args=[uid])).status_code == 404, name


def test_lists_export_and_filter(practice: Practice) -> None:
    found = pages(practice)
    client = signed_in("biller")
    for name in ("charges", "claims", "work", "remittances"):
        response = client.get(found[name] + "?export=csv")
        assert response.status_code == 200 and response["Content-Type"].startswith("text/csv")
    assert "C-2" not in client.get(found["work"] + "?kind=denial").content.decode()
    assert client.get(found["charges"] + "?sort=nonsense").status_code == 400


def test_buttons_do_what_they_say(practice: Practice) -> None:
    found = pages(practice)
    client = signed_in("biller")
    assert client.post(found["resolve"], {"resolution": ""}).status_code == 422
    assert client.post(found["resolve"], {"resolution": "Appealed"}).status_code == 303
    assert WorkItem.objects.get(kind="denial").resolution == "Appealed"
    assert client.post(found["match"], {"ref": "NOPE"}).status_code == 422
    assert client.post(found["match"], {"ref": "C-1"}).status_code == 303
    assert RemittanceClaim.objects.get(number="TYPO").claim.ref == "C-1"
    charge = Charge.objects.get(claim__ref="C-2")
    of = {"charge": charge.pk, "of": "patient", "cents": "1.00", "role": "admin_writeoff", "reason": "small"}
    url = reverse("billing:write_off", args=[charge.claim.uid])
    assert client.post(url, {**of, "cents": "999"}).status_code == 422
    assert client.post(url, of).status_code == 303
    assert Decision.objects.filter(role="admin_writeoff", entry__isnull=False).count() == 1
    assert client.post(found["undo"], {"reason": "Wrong"}).status_code == 303
    assert Remittance.objects.get(trace="T1").state == "undone"


def test_work_items_are_closed_in_bulk(practice: Practice) -> None:
    pages(practice)
    client, url = signed_in("biller"), reverse("billing:resolve_many")
    uids = [str(uid) for uid in WorkItem.objects.filter(closed_at=None).values_list("uid", flat=True)]
    first = client.post(url, {"uid": uids})
    assert first.status_code == 200 and all(uid in first.content.decode() for uid in uids)
    assert client.post(url, {"uid": uids, "resolution": "Sorted"}).status_code == 303
    assert not WorkItem.objects.filter(closed_at=None).exists()


def test_held_remittance_is_released_on_its_page(practice: Practice) -> None:
    practice.claims({})
    practice.remit(replace(ANSWER, payee_id="1999999984", payee_refs=()))
    row = Remittance.objects.get()
    client = signed_in("biller")
    assert "not one of your entities" in client.get(reverse("billing:remittance", args=[row.uid])).content.decode()
    url = reverse("billing:release", args=[row.uid])
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"entity": practice.office.entity.pk}).status_code == 303
    assert Remittance.objects.get().state == "posted"


def test_lists_ask_a_constant_number_of_queries(practice: Practice) -> None:
    client = signed_in("biller")

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    practice.claims({})
    practice.remit(DENIED)
    names = [reverse(f"billing:{name}") for name in ("charges", "claims", "work", "remittances")]
    before = [queries(url) for url in names]
    practice.claims(*({"claim_ref": f"C-{n}"} for n in range(10, 22)))
    practice.remit(remittance(*(claim(f"C-{n}", service_line(15_000, cas("CO", "16", 15_000), control="L1"))
                                for n in range(10, 22)), trace="X"))  # fmt: skip
    assert [queries(url) for url in names] == before


def test_a_refused_remittance_says_its_fault_once(practice: Practice) -> None:
    practice.claims({})
    bad = practice.remit(replace(ANSWER, paid_cents=8_001))
    assert bad.status == "refused"
    row, item = Remittance.objects.get(), WorkItem.objects.get()
    page = signed_in("biller").get(reverse("billing:remittance", args=[row.uid])).content.decode()
    fault = escape(row.problems[0][1])
    assert item.reason == row.problems[0][1] and page.count(fault) == 1
    assert reverse("billing:work_item", args=[item.uid]) in page, "the way to close it stays"


def test_what_payers_wrote_about_many_is_for_who_reads_all(practice: Practice) -> None:
    practice.claims({"claim_ref": "C-1"})
    practice.remit(ANSWER)
    row = Remittance.objects.select_related("file").get()
    pages = [reverse("billing:remittances"), reverse("billing:remittance", args=[row.uid]), reverse("billing:papers")]
    for role, found in (("biller", 200), ("administrator", 200), ("auditor", 200), ("clinician", 403), ("frontdesk", 403)):
        client = signed_in(role)
        assert [client.get(page).status_code for page in pages] == [found] * 3, role
        opened = client.get(reverse("files:show", args=[row.file.uid])).status_code
        assert opened == (200 if role in ("biller", "administrator") else 404), role
    assert row.file.capability == "remittance.read" and row.file.name.startswith("835-")
