"""Claims on their way out: written once, held with reasons, told apart, and accepted by a foreign reader."""

from __future__ import annotations

import datetime as dt
import io
import logging
from pathlib import Path

import pytest
from django.test.utils import CaptureQueriesContext

from steward.billing import doors
from steward.billing.logic import claim_file
from steward.billing.models import Batch, Claim, Submission
from steward.billing.selectors.claims import claim_status
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.sending import due
from steward.billing.selectors.submissions import undelivered
from steward.billing.services.submissions import recall, waive, write_claims
from steward.core.access.models import Office as OfficeRow
from steward.core.files.selectors import content
from steward.core.refusals import Refused
from steward.registry.models import Site
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line

pytestmark = pytest.mark.django_db
CLEAN = {"provider_npi": "1234567893", "service_date": "2026-11-20"}


@pytest.fixture
def ready(practice: Practice) -> Practice:
    """The practice with what a claim file names: a submitter number, a phone, an address."""
    OfficeRow.objects.update(submitter_id="MAPLE1")
    Site.objects.update(phone="217 555 0142", street="12 Main St", city="Springfield", state="IL", zip="62701")
    practice.provider.taxonomy = "207Q00000X"
    practice.provider.save()
    return practice


def write(practice: Practice, **options):
    return write_claims(practice.office.call("biller"), **options)


def accepted(text: bytes, tmp_path: Path) -> bool:
    """What pyx12 thinks of a file, by the implementation guide's map."""
    import pyx12.params
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    path = tmp_path / "out.x12"
    path.write_bytes(text)
    return bool(
        pyx12.x12n_document.x12n_document(
            param=pyx12.params.params(), src_file=str(path), fd_997=io.StringIO(), fd_html=None
        )
    )


def test_one_file_a_payer_and_nothing_twice(ready: Practice, tmp_path: Path) -> None:
    ready.claims(CLEAN, {**CLEAN, "line_ref": "L2", "code": "G2211", "charge": "20"},
                 {**CLEAN, "claim_ref": "C-2", "patient_ref": "P2", "payer_id": "MCAID", "member_id": "M7"},
                 {**CLEAN, "claim_ref": "C-3", "patient_ref": "P3", "payer_id": "", "member_id": ""})  # fmt: skip
    done = write(ready)
    assert done.held == () and [(b.payer.code, b.claim_count, b.charge_cents) for b in done.batches] == [
        ("BLUE", 1, 17_000), ("MCAID", 1, 15_000)]  # fmt: skip
    assert [b.number for b in done.batches] == [1, 2]
    assert all(accepted(content(b.file), tmp_path) for b in done.batches)
    assert write(ready).batches == () and Submission.objects.count() == 2
    assert claim_status(ready.office.call("biller").subject, "C-1")["state"] == "SENT"
    assert claim_status(ready.office.call("biller").subject, "C-3")["state"] == "PATIENT_DUE"


def test_what_is_written_reads_back_as_the_same_charges(ready: Practice) -> None:
    ready.claims({**CLEAN, "modifiers": "25", "dx2": "E11.9", "dx_pointers": "1:2", "units": "2"},
                 {**CLEAN, "line_ref": "L2", "code": "G2211", "charge": "20.05", "dx1": "E11.9"})  # fmt: skip
    (batch,) = write(ready).batches
    (back,) = claim_file.parse(content(batch.file)).claims
    assert [(c.line_ref, c.code, c.modifiers, c.charge_cents, c.units) for c in back.charges] == [
        ("L1", "G0438", ("25",), 15_000, "2"), ("L2", "G2211", (), 2_005, "1")]  # fmt: skip
    assert [[back.charges[0].diagnoses[p - 1] for p in c.pointers] for c in back.charges] == [["Z0000", "E119"], ["E119"]]


def test_a_claim_that_cannot_go_is_held_with_its_mend(ready: Practice) -> None:
    ready.claims({**CLEAN, "units": "10000"}, {**CLEAN, "claim_ref": "C-2", "patient_ref": "P2"})
    done = write(ready)
    assert [b.claim_count for b in done.batches] == [1]
    (held,) = done.held
    assert held.ref == "C-1" and held.problems and all(p.message and p.fix for p in held.problems)


def test_a_practice_without_number_or_phone_is_told(ready: Practice) -> None:
    Site.objects.update(phone="")
    ready.claims(CLEAN)
    with pytest.raises(Refused) as refused:
        write(ready)
    assert refused.value.code == "submitter" and not Batch.objects.exists()


def test_the_second_payer_gets_what_the_first_said(ready: Practice, tmp_path: Path) -> None:
    ready.claims({**CLEAN, "payer2_id": "MCAID", "member2_id": "X9"})
    write(ready)
    answer = claim("C-1", service_line(15_000, cas("CO", "45", 5_000), cas("PR", "2", 2_000), control="L1"))
    assert ready.remit(remittance(answer)).status == "posted"
    assert due() == [Wanted(Claim.objects.get().pk, 2)]
    (batch,) = write(ready).batches
    text = content(batch.file)
    assert batch.payer.code == "MCAID" and accepted(text, tmp_path)
    for segment in (b"SBR*S*18", b"AMT*D*80~", b"SVD*60054*80*HC:G0438**1~", b"CAS*CO*45*50~", b"CAS*PR*2*20~", b"DTP*573*D8*"):
        assert segment in text
    assert write(ready).batches == ()


def test_send_again_only_what_nobody_took(ready: Practice) -> None:
    ready.claims(CLEAN)
    row = Claim.objects.get()
    call = ready.office.call("biller")
    with pytest.raises(Refused) as refused:
        recall(call, claim=row, reason="lost")
    assert refused.value.code == "not_sent"
    first = write(ready).batches[0]
    recall(call, claim=row, reason="The clearinghouse never saw the file")
    assert claim_status(call.subject, "C-1")["state"] == "DRAFT"
    second = write(ready).batches[0]
    assert second.number == first.number + 1 and Submission.objects.filter(claim=row).count() == 2


def test_files_reach_the_folder_whole_and_once(ready: Practice, tmp_path: Path) -> None:
    ready.claims(CLEAN)
    (batch,) = write(ready).batches
    assert list(undelivered()) == [batch]
    folder = tmp_path / "outbox"
    for _twice in range(2):
        (put,) = doors.put(ready.office.call("biller"), [batch], folder)
        assert put.path.read_bytes() == content(batch.file) and [p.name for p in folder.iterdir()] == [batch.name]
    assert not undelivered().exists()
    put.path.write_bytes(b"other")
    with pytest.raises(Refused) as refused:
        doors.put(ready.office.call("biller"), [batch], folder)
    assert refused.value.code == "other_file"


def test_an_error_cannot_be_waived(ready: Practice) -> None:
    ready.claims({**CLEAN, "units": "10000"})
    row = Claim.objects.get()
    (held,) = write(ready).held
    with pytest.raises(Refused) as refused:
        waive(ready.office.call("biller"), claim=row, rule=held.problems[0].rule, reason="because")
    assert refused.value.code == "no_warning"


def test_queries_do_not_grow_with_claims(ready: Practice, django_assert_max_num_queries) -> None:
    from django.db import connection

    def cost(count: int, prefix: str) -> int:
        ready.claims(*[{**CLEAN, "claim_ref": f"{prefix}{n}", "patient_ref": f"{prefix}{n}"} for n in range(count)])
        with CaptureQueriesContext(connection) as queries:
            outgoing(due())
        return len(queries)

    assert cost(2, "A") == cost(30, "B")


def test_screens_of_sending(ready: Practice) -> None:
    ready.claims(CLEAN, {**CLEAN, "claim_ref": "C-2", "patient_ref": "P2", "units": "10000"})
    biller = signed_in("biller")
    page = biller.get("/billing/sending/").content.decode()
    assert "1 ready, 1 held" in page and "C-2" in page
    assert signed_in("frontdesk").post("/billing/sending/write/").status_code == 403
    assert biller.post("/billing/sending/write/").status_code == 303
    batch = Batch.objects.get()
    assert "C-1" in biller.get(f"/billing/batches/{batch.uid}/").content.decode()
    assert batch.name in biller.get("/billing/batches/").content.decode()
    assert "not delivered" in biller.get("/billing/sending/").content.decode()
    assert biller.post(f"/billing/batches/{batch.uid}/delivered/").status_code == 303
    assert not undelivered().exists()
    sent, held = (Claim.objects.get(ref=ref) for ref in ("C-1", "C-2"))
    assert batch.name in biller.get(f"/billing/claims/{sent.uid}/").content.decode()
    assert "Before it goes out" in biller.get(f"/billing/claims/{held.uid}/").content.decode()
    assert biller.post(f"/billing/claims/{sent.uid}/send-again/", {"reason": "lost"}).status_code == 303
    assert dt.date(2026, 11, 20) == sent.service_date


def test_an_authorisation_that_ended_holds_the_claim(ready: Practice) -> None:
    from steward.frontdesk.models import Patient
    from steward.insurance.models import Grant

    ready.claims({**CLEAN, "auth_number": "AU-1"})
    party = Patient.objects.get().party
    terms = {"kind": "authorisation", "patient": party, "payer": ready.blue, "number": "AU-1", "asked_on": dt.date(2026, 1, 1),
             "granted_on": dt.date(2026, 1, 2), "starts_on": dt.date(2026, 1, 2)}  # fmt: skip
    grant = Grant.objects.create(**terms, ends_on=dt.date(2026, 10, 31))
    assert [p.rule for p in write(ready).held[0].problems if p.holds] == ["authorisation-expired"]
    Grant.objects.filter(pk=grant.pk).update(ends_on=dt.date(2026, 12, 31))
    assert write(ready).held == ()
