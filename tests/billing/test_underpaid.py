"""Payers asked for what they paid below contract: one letter about many services, recovery by the books, what is let go for ever."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from steward.billing.letters import dispute_letter, dispute_pdf
from steward.billing.models import Charge, Dispute, Remittance
from steward.billing.selectors import disputes as ask
from steward.billing.selectors.underpaid import underpaid
from steward.billing.services.disputes import end_dispute, let_underpaid_go, send_dispute
from steward.billing.services.remittances import undo_remittance
from steward.core.outbox.models import Message
from steward.core.refusals import Refused
from steward.insurance.models import Contract
from tests.support import signed_in

from .conftest import Practice
from .samples import cas, claim, remittance, service_line

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(days=45)


@pytest.fixture
def short(practice: Practice) -> Practice:
    """A contract of 80 percent of the charge, and two services of 150.00 of which 100.00 and 110.00 were allowed."""
    Contract.objects.create(
        payer=practice.blue, name="2026", starts_on=dt.date(2026, 1, 1), source="Contract", percent_ppm=800_000
    )
    for n, allowed in enumerate((10_000, 11_000)):
        ref = f"C-{n}"
        practice.claims({"claim_ref": ref, "line_ref": f"{ref}-L"})
        line = service_line(15_000, cas("CO", "45", 15_000 - allowed), control=f"{ref}-L")
        practice.remit(remittance(claim(ref, line), trace=f"P{n}"))
    return practice


def found(practice: Practice) -> list[tuple[str, int]]:
    today = practice.office.today
    return [(one.charge.claim.ref, one.short_cents) for one in underpaid(today - dt.timedelta(days=90), today)]


def asked(practice: Practice, *charges: Charge, how: str = "letter") -> Dispute:
    call = practice.office.call("biller")
    rows = charges or tuple(Charge.objects.order_by("id"))
    return send_dispute(call, payer=practice.blue, charges=rows, how=how, answer_by=call.today + SOON)


def test_one_letter_about_many_services_and_what_it_brought(short: Practice) -> None:
    assert found(short) == [("C-0", 2_000), ("C-1", 1_000)]
    row = asked(short)
    assert (row.number, row.asked_cents, row.lines.count()) == (1, 3_000, 2)
    text = dispute_letter(row)
    assert all(word in text for word in ("$30.00", "C-1", "ICNC-0", "100.00", "120.00", "Blue Harbor"))
    assert Message.objects.get().body == text and dispute_pdf(row) == dispute_pdf(Dispute.objects.get())
    call = short.office.call("biller")
    assert ask.recovery(call.subject) == ask.Recovery(1, 3_000, 0, 3_000)
    short.office.now += dt.timedelta(days=20)
    more = remittance(claim("C-0", service_line(2_500, control="C-0-L"), charge=2_500), trace="MORE")
    assert short.remit(more).status == "posted"
    call = short.office.call("biller")
    one = ask.dispute_by_uid(call.subject, row.uid)
    assert one is not None and (one.recovered_cents, one.open_cents) == (2_000, 1_000), "at most what was short"
    assert [line.recovered_cents for line in ask.lines_of(row)] == [2_000, 0]
    assert found(short) == [("C-1", 1_000)], "what was paid on top counts as allowed"
    undo_remittance(call, remittance=Remittance.objects.get(trace="MORE"), reason="Wrong")
    assert ask.recovery(call.subject).recovered_cents == 0


def test_a_service_stands_in_one_letter_at_a_time(short: Practice) -> None:
    row, call = asked(short, how="fax"), short.office.call("biller")
    with pytest.raises(Refused) as refused:
        asked(short)
    assert refused.value.code == "disputed" and Message.objects.count() == 0
    for state, reason, code in (("sent", "x", "state"), ("nonsense", "x", "state"), ("lost", " ", "no_reason")):
        with pytest.raises(Refused) as refused:
            end_dispute(call, dispute=row, state=state, reason=reason)
        assert refused.value.code == code
    end_dispute(call, dispute=row, state="lost", reason="They read another schedule")
    assert ask.recovery(call.subject).open_cents == 0 and len(found(short)) == 2
    with pytest.raises(Refused) as refused:
        end_dispute(call, dispute=row, state="won", reason="x")
    assert refused.value.code == "state"
    assert asked(short).number == 2


def test_what_is_let_go_never_cries_again(short: Practice) -> None:
    first, second = Charge.objects.order_by("id")
    call = short.office.call("biller")
    with pytest.raises(Refused) as refused:
        let_underpaid_go(call, charge=first, reason=" ")
    assert refused.value.code == "no_reason"
    let_underpaid_go(call, charge=first, reason="Too little to fight for")
    assert found(short) == [("C-1", 1_000)]
    with pytest.raises(Refused) as refused:
        let_underpaid_go(call, charge=first, reason="x")
    assert refused.value.code == "not_short"
    with pytest.raises(Refused) as refused:
        asked(short, first, second)
    assert refused.value.code == "not_short" and not Dispute.objects.exists()


def test_what_a_letter_is_refused_for(short: Practice) -> None:
    call = short.office.call("biller")
    right = {"payer": short.blue, "charges": list(Charge.objects.all()), "how": "letter", "answer_by": call.today + SOON}
    for change, code in (({"how": "x"}, "how"), ({"answer_by": call.today}, "answer_by"), ({"charges": []}, "nothing"),
                         ({"charges": right["charges"] * 101}, "too_many"), ({"payer": short.medicaid}, "not_short")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            send_dispute(call, **{**right, **change})
        assert refused.value.code == code, change


def test_the_pages(short: Practice) -> None:
    client, page = signed_in("biller"), reverse("billing:underpaid")
    assert "Write to them" in client.get(page).content.decode()
    url = reverse("billing:dispute_new", args=[short.blue.uid])
    form = client.get(url).content.decode()
    first, second = Charge.objects.order_by("id")
    assert str(first.uid) in form and "30.00" in form
    assert client.post(url, {"how": "letter", "answer_by": "+45"}).status_code == 422
    assert client.post(url, {"how": "letter", "answer_by": "+45", "uid": [str(first.uid)]}).status_code == 303
    row = Dispute.objects.get()
    assert row.asked_cents == 2_000 and f"Letter {row.number}" in client.get(page).content.decode()
    assert str(first.uid) not in client.get(url).content.decode()
    assert client.post(reverse("billing:let_go", args=[second.uid]), {"reason": "Small"}).status_code == 303
    detail = client.get(reverse("billing:dispute", args=[row.uid])).content.decode()
    assert "from the books since" in detail and "C-0" in detail
    assert client.get(reverse("billing:dispute_paper", args=[row.uid]))["Content-Type"] == "application/pdf"
    assert client.post(reverse("billing:dispute_end", args=[row.uid]), {"state": "won", "reason": "Paid next week"}).status_code == 303
    assert "Agreed" in client.get(reverse("billing:disputes")).content.decode()
    auditor = signed_in("auditor")
    assert auditor.get(reverse("billing:dispute_paper", args=[row.uid])).status_code == 404
    assert auditor.get(url).status_code == 403 and auditor.get(page).status_code == 200
