"""The screens of code sets: a list comes in as long work, is seen, found and refused in words."""

from __future__ import annotations

import datetime as dt
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from steward.billing.models import Code, CodeImport, CodeLimit, CodePair, HeldChange
from steward.billing.services.codes import bring_held
from steward.core.approvals import deciders
from steward.core.approvals.models import ApprovalRequest
from steward.core.jobs.models import Job
from steward.core.jobs.runner import run_job
from steward.core.refusals import Refused
from tests.billing.scrub.test_codes import MUE, ORDER, PTP
from tests.billing.test_codes import OWN, bring
from tests.support import Office, open_office, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


def sent(kind: str, text: str, **more: str) -> Any:
    file = SimpleUploadedFile(f"{kind}.txt", text.encode(), "text/plain")
    typed = {"kind": kind, "file": file, "starts_on": "10/1/2026", **more}
    return signed_in("biller").post(reverse("billing:code_import"), typed)


def ran() -> Job:
    job = Job.objects.latest("id")
    run_job.func(str(job.uid))
    job.refresh_from_db()
    return job


def test_a_list_comes_in_and_is_shown(office: Office) -> None:
    assert sent("icd10", ORDER).status_code == 303
    job = ran()
    assert (job.state, job.message, job.result_url) == ("done", "9 rows: 9 new, 0 ended.", reverse("billing:codes"))
    row = CodeImport.objects.get()
    assert row.imported_by is not None and row.name == "icd10.txt" and row.starts_on == dt.date(2026, 10, 1)
    page = signed_in("biller").get(reverse("billing:codes"), {"q": "knee", "day": "2026-11-01"}).content.decode()
    assert "M25.561" in page and "needs more characters" in page and row.sha256[:12] in page and "In force" in page
    assert sent("icd10", ORDER).status_code == 303
    assert (ran().state, CodeImport.objects.count()) == ("failed", 1)
    assert "This very list is in" in Job.objects.latest("id").message


def test_a_torn_list_says_where(office: Office) -> None:
    sent("mue", MUE.replace("J0897,120", "J0897,many"))
    job = ran()
    assert job.state == "failed" and "row 4" in job.message and "Write a whole number." in job.message
    assert not CodeImport.objects.exists()


def test_codes_of_somebody_s_property_ask_for_the_licence(office: Office) -> None:
    answer = sent("cpt", OWN)
    assert answer.status_code == 422 and "Name the licence" in answer.content.decode() and not Job.objects.exists()
    assert sent("cpt", OWN, licence="Licence 1").status_code == 303
    ran()
    assert Code.objects.filter(kind="cpt").count() == 2 and CodeImport.objects.get().licence == "Licence 1"
    assert sent("mue", MUE, ends_on="9/1/2026").status_code == 422


@pytest.mark.parametrize("kind", ["icd10", "mue", "ptp"])
def test_an_edition_that_ends_much_waits_for_a_second_person(office: Office, kind: str) -> None:
    whole = {"icd10": ORDER, "mue": MUE, "ptp": PTP}[kind]
    spoiled = {
        "icd10": "\n".join(ORDER.splitlines()[:5]), "mue": "\n".join(MUE.splitlines()[:-2]),
        "ptp": PTP.replace("20120101,*,", "20120101,20260401,"),
    }[kind]  # fmt: skip
    assert sent(kind, whole, starts_on="1/1/2026").status_code == 303 and ran().state == "done"
    model = {"icd10": Code, "mue": CodeLimit, "ptp": CodePair}[kind]
    before = list(model._default_manager.order_by("pk").values())
    for _again in range(2):
        assert sent(kind, spoiled).status_code == 303
        job = ran()
        assert job.state == "done" and "second person" in job.message and "would end" in job.message
    assert list(model._default_manager.order_by("pk").values()) == before and CodeImport.objects.count() == 1
    held, biller = HeldChange.objects.get(), signed_in("biller")
    bring = reverse("billing:code_bring", args=[held.uid])
    assert held.title in biller.get(reverse("billing:codes")).content.decode()
    with pytest.raises(Refused) as refused:
        bring_held(office.call("biller"), uid=held.uid)
    assert refused.value.code == "waits"
    deciders.decide(office.call("owner"), request=ApprovalRequest.objects.get(), approve=True)
    assert "Bring it in" in biller.get(reverse("billing:codes")).content.decode()
    assert biller.post(bring).status_code == 303 and ran().state == "done"
    assert CodeImport.objects.count() == 2 and HeldChange.objects.get().done_at
    assert list(model._default_manager.order_by("pk").values()) != before


def test_the_package_is_loaded_once_by_a_job(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small stand-in for the package, which takes two seconds."""
    words = {"E11": "Type 2 diabetes", "E119": "Type 2 diabetes without complications"}
    fake = SimpleNamespace(
        get_all_codes=lambda with_dots=True: [*words, "4"], is_leaf=lambda code: len(code) > 3,
        is_category_or_subcategory=lambda code: code in words, get_description=words.__getitem__,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "simple_icd_10_cm", fake)
    page = signed_in("biller").get(reverse("billing:code_load")).content.decode()
    assert "simple" not in page and "public domain" in page
    typed = {"starts_on": "4/1/2026", "ends_on": "9/30/2026"}
    assert signed_in("biller").post(reverse("billing:code_load"), typed).status_code == 303
    assert ran().state == "done" and [(row.code, row.leaf) for row in Code.objects.order_by("code")] == [
        ("E11", False), ("E119", True),
    ]  # fmt: skip
    assert "Over: import the next" in signed_in("biller").get(reverse("billing:codes")).content.decode()


def test_charge_entry_finds_codes_of_the_day_of_service(office: Office) -> None:
    """By the same search as the page of code sets: what may be used on the day, by code or by words, no headings."""
    bring("icd10", ORDER, dt.date(2025, 10, 1))
    desk = signed_in("frontdesk")

    def found(**asked: str) -> list[tuple[str, str]]:
        rows = desk.get(reverse("billing:find_codes"), {"kind": "diagnosis", **asked}).json()["codes"]
        return [(one["code"], one["words"]) for one in rows]

    assert found(q="left knee") == found(q="m25.562") == [("M25.562", "Pain in left knee")]
    assert found(q="left knee", day="2025-09-30") == [] and found(q="M25.56", kind="service") == []
    assert desk.get(reverse("billing:find_codes"), {"kind": "x"}).status_code == 400


def test_who_may_look_and_who_may_import(office: Office) -> None:
    assert "Import codes" not in signed_in("bookkeeper").get(reverse("billing:codes")).content.decode()
    assert signed_in("bookkeeper").get(reverse("billing:code_import")).status_code == 403
    assert "No list came in yet" in signed_in("auditor").get(reverse("billing:codes")).content.decode()
