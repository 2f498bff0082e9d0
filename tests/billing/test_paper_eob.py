"""Paper EOBs: typed by hand they post what the same 835 posts; balance, holds, once only, drafts, pictures, undo."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.billing.logic import paper_eob as logic
from steward.billing.logic.paper_eob import Body, Mistyped, read_adjustments, read_provider, read_remarks
from steward.billing.logic.remittance import Adjustment, parse, problems
from steward.billing.logic.remittance_writer import write
from steward.billing.models import Charge, PaperEob, Remittance, WorkItem
from steward.billing.selectors.paper_eobs import body_of, head_of
from steward.billing.services.paper_eobs import (
    PaperHead,
    add_paper_claim,
    change_paper,
    drop_paper,
    drop_paper_claim,
    post_paper,
    save_paper_claim,
    save_paper_provider,
    scan_paper,
    start_paper,
)
from steward.billing.services.remittances import undo_remittance
from steward.core.files.selectors import links_of
from steward.core.refusals import Refused
from steward.ledger.models import Line
from tests.support import signed_in

from .conftest import Practice
from .samples import DAY, ENVELOPE, cas, claim, plb, remittance, service_line

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
HEAD = logic.Head(logic.Party("BLUE HARBOR", "512345678", "60054", "BH1"), logic.Party("OURS", "123456789", "1234567893"),
                  "CHK", "4411", DAY, 9_500)  # fmt: skip


# ---- what is typed ----
def test_adjustments_are_typed_as_one_line() -> None:
    wanted = (Adjustment("CO", "45", 2_000), Adjustment("PR", "1", 1_500), Adjustment("OA", "23", -500))
    for text in ("CO-45 20.00, PR-1 15; OA-23 -5", "co45 20 pr1 15.0 oa23 -5", "CO-45: $20.00, PR-1=15.00, OA-23 -5.00"):
        assert read_adjustments(text) == wanted, text
    assert read_adjustments(logic.write_adjustments(wanted)) == wanted and read_adjustments("  ") == ()
    assert read_adjustments("CO-B7 1,234.50") == (Adjustment("CO", "B7", 123_450),)
    for text in ("XX-45 20", "CO-45", "CO 20.005", "CO-45 20 nonsense", "20.00", "CO-45 20CO-50 3"):
        with pytest.raises(Mistyped):
            read_adjustments(text)


def test_what_is_taken_from_the_payment_and_remarks() -> None:
    rows = (("WO", 1_250, "C-1"), ("L6", -310, ""))
    assert read_provider("WO 12.50 c-1\n\n L6 -3.10") == rows == read_provider(logic.write_provider(rows))
    assert read_remarks("n130, MA130 M15") == ("N130", "MA130", "M15")
    for act, text in ((read_provider, "WO"), (read_provider, "WO 1.2.3"), (read_remarks, "130")):
        with pytest.raises(Mistyped):
            act(text)


def typed_of(value) -> Body:  # type: ignore[no-untyped-def]
    """What a person types who has this remittance as paper before her."""
    claims = tuple(
        logic.Claim(
            one.number, one.status,
            tuple(logic.Line(l.code, l.charge_cents, l.paid_cents, l.adjustments, l.modifiers, l.units, l.control,
                             l.service_date, l.remarks) for l in one.lines),
            one.adjustments, one.paid_cents, one.payer_control,
        )
        for one in value.claims
    )  # fmt: skip
    return Body(claims, tuple((p.code, p.cents, p.reference) for p in value.provider_adjustments))


pairs = st.sampled_from([("CO", "45"), ("CO", "253"), ("CO", "97"), ("CO", "16"), ("PR", "1"), ("PR", "2"), ("PR", "27"), ("OA", "23"),
                         ("OA", "94"), ("PI", "45")])  # fmt: skip


@st.composite
def answers(draw: st.DrawFn):  # type: ignore[no-untyped-def]
    """A remittance about the claims C-1 (two services) and C-2, any adjustments, some of it for nobody known."""
    found = []
    for ref, charges in (("C-1", (10_000, 5_000)), ("C-2", (8_000,)), ("NOBODYS", (3_000,))):
        if draw(st.booleans()) or not found:
            lines = []
            for n, charge in enumerate(charges):
                left, entries = charge, []
                for pair in draw(st.lists(pairs, max_size=3, unique=True)):
                    cents = draw(st.integers(0, left))
                    left -= cents
                    entries.append(cas(*pair, cents))
                lines.append(service_line(charge, *entries, control=f"{ref}-{n}", code=("G0438", "G0439")[n], units="1"))
            status = draw(st.sampled_from(["1", "2", "4", "19"]))
            found.append(claim(ref, *lines, status=status, details=())._replace(filing="", facility="", frequency=""))
    total = sum(one.paid_cents for one in found)
    taken = draw(st.integers(-2_000, total)) if draw(st.booleans()) else 0
    provider = (plb("WO" if taken > 0 else "L6", taken, "C-2" if taken > 0 else ""),) if taken else ()
    value = remittance(*found, provider=provider, method=draw(st.sampled_from(["CHK", "ACH"])))
    return replace(value, method="NON", handling="H") if not value.paid_cents else value


@given(answers())
def test_typed_is_the_value_the_parser_makes(value) -> None:  # type: ignore[no-untyped-def]
    head = replace(HEAD, method=value.method, cents=value.paid_cents, trace=value.trace)
    body = typed_of(value)
    assert logic.from_json(logic.to_json(body)) == body
    built = logic.remittance(head, body)
    (read,) = parse(logic.as_835(head, body, dt.datetime(2026, 11, 3, 9, 0)))
    assert not problems(built) and not logic.faults(head, body)

    def bare(one):  # type: ignore[no-untyped-def]
        return [(c._replace(segment=0, lines=tuple(s._replace(segment=0) for s in c.lines))) for c in one.claims]

    assert bare(read) == bare(built)
    assert replace(read, claims=(), provider_adjustments=(), content_hash="", segment=0, control="") == replace(
        built, claims=(), provider_adjustments=(), content_hash="", segment=0, control="")  # fmt: skip
    assert [(p.code, p.cents, p.reference) for p in read.provider_adjustments] == list(body.provider)


def journal(trace: str) -> list[tuple[object, ...]]:
    """The lines a remittance posted, its own uid left out of the items."""
    row = Remittance.objects.filter(trace=trace, state="posted").get()
    lines = Line.objects.filter(entry__number__in=row.entries)
    columns = ("account__role", "cents", "item", "entity", "site", "provider", "payer", "party")
    return sorted(
        [(role, cents, item.replace(str(row.uid), "ITSELF"), *rest) for role, cents, item, *rest in lines.values_list(*columns)],
        key=str,
    )


def work() -> list[tuple[object, ...]]:
    columns = ("kind", "amount_cents", "group", "carc", "category", "claim__ref", "charge__code", "due")
    return sorted(WorkItem.objects.filter(closed_at=None).values_list(*columns), key=str)


def charged(practice: Practice) -> None:
    practice.claims(
        {"claim_ref": "C-1", "line_ref": "C-1-0", "charge": "100.00"},
        {"claim_ref": "C-1", "line_ref": "C-1-1", "charge": "50.00", "code": "G0439"},
        {"claim_ref": "C-2", "line_ref": "C-2-0", "charge": "80.00"},
    )


def typed(practice: Practice, value, **head) -> PaperEob:  # type: ignore[no-untyped-def]
    call = practice.office.call("biller")
    top = PaperHead(practice.blue, practice.office.entity, value.method, value.trace, value.paid_on, value.paid_cents)
    row = start_paper(call, head=replace(top, **head))
    for one in typed_of(value).claims:
        at = add_paper_claim(call, paper=row, number=one.number)
        row = save_paper_claim(call, paper=row, at=at, claim=one)
    return save_paper_provider(call, paper=row, rows=typed_of(value).provider)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=answers(), number=st.integers(0, 10**9))
def test_an_835_and_the_same_on_paper_post_the_same_journal_and_the_same_work(practice: Practice, value, number: int) -> None:  # type: ignore[no-untyped-def]
    if not Charge.objects.exists():
        charged(practice)
    value = replace(value, trace=f"T{number}-{Remittance.objects.count()}")
    before = practice.balances()
    assert practice.remit(value).status == "posted"
    call = practice.office.call("biller")
    by_file, asked = journal(value.trace), work()
    undo_remittance(call, remittance=Remittance.objects.get(trace=value.trace, state="posted"), reason="Once more by hand")
    assert practice.balances() == before
    assert post_paper(call, paper=typed(practice, value)).state == "posted"
    assert journal(value.trace) == by_file and work() == asked
    undo_remittance(call, remittance=Remittance.objects.get(trace=value.trace, state="posted"), reason="The next example")
    assert practice.balances() == before


PAID = remittance(
    claim("C-1", service_line(10_000, cas("CO", "45", 2_000), cas("PR", "1", 1_500), control="C-1-0"),
          service_line(5_000, cas("CO", "197", 5_000), control="C-1-1", code="G0439", remarks=("N130",))),
    trace="4411", method="CHK",
)  # fmt: skip


@pytest.mark.django_db
def test_posted_once_undone_corrected_posted_again(practice: Practice) -> None:
    charged(practice)
    row, call = typed(practice, PAID), practice.office.call("biller")
    done = post_paper(call, paper=row)
    assert (done.state, done.posted_cents) == ("posted", 6_500) and practice.balances()["undeposited"] == 6_500
    with pytest.raises(Refused) as refused:
        post_paper(call, paper=row)
    assert refused.value.code == "posted"
    again = typed(practice, PAID)
    assert post_paper(call, paper=again).state == "duplicate" and practice.balances()["undeposited"] == 6_500
    row.refresh_from_db()
    assert row.remittance and row.remittance.payer == practice.blue
    undo_remittance(call, remittance=row.remittance, reason="Mistyped")
    assert "undeposited" not in practice.balances()
    body = body_of(row)
    line = replace(body.claims[0].lines[0], paid_cents=6_000, adjustments=(*body.claims[0].lines[0].adjustments, cas("CO", "253", 500)))
    one = replace(body.claims[0], lines=(line, body.claims[0].lines[1]), paid_cents=None)
    save_paper_claim(call, paper=row, at=0, claim=one)
    change_paper(call, paper=row, head=PaperHead(practice.blue, practice.office.entity, "CHK", "4411", DAY, 6_000))
    assert post_paper(call, paper=row).posted_cents == 6_000 and practice.balances()["undeposited"] == 6_000


@pytest.mark.django_db
def test_the_same_payment_by_file_and_on_paper_stops_for_a_person(practice: Practice) -> None:
    charged(practice)
    practice.remit(PAID)
    done = post_paper(practice.office.call("biller"), paper=typed(practice, PAID))
    assert done.state == "held" and Remittance.objects.get(uid=done.uid).hold == "reissue"
    assert practice.balances()["undeposited"] == 6_500


@pytest.mark.django_db
def test_what_does_not_balance_is_not_posted_and_says_where(practice: Practice) -> None:
    charged(practice)
    call = practice.office.call("biller")
    row = start_paper(call, head=PaperHead(practice.blue, practice.office.entity, "ACH", "t9", DAY, 6_500))
    assert row.trace == "T9"
    codes = []
    with pytest.raises(Refused) as refused:
        post_paper(call, paper=row)
    codes.append(refused.value.code)
    at = add_paper_claim(call, paper=row, number="c-1")
    (one,) = body_of(row := PaperEob.objects.get()).claims
    assert [(line.code, line.charge_cents, line.ref) for line in one.lines] == [("G0438", 10_000, "C-1-0"), ("G0439", 5_000, "C-1-1")]
    right = typed_of(PAID).claims[0]
    for change in (
        {"lines": (replace(right.lines[0], paid_cents=6_499), right.lines[1]), "paid_cents": None}, {"paid_cents": 6_400}, {},
    ):  # fmt: skip
        row = save_paper_claim(call, paper=row, at=at, claim=replace(right, **change))
        if change:
            with pytest.raises(Refused) as refused:
                post_paper(call, paper=row)
            codes += [one.code for one in refused.value.refusals]
    save_paper_provider(call, paper=row, rows=(("WO", 100, "X"),))
    with pytest.raises(Refused) as refused:
        post_paper(call, paper=row)
    codes.append(refused.value.code)
    assert codes == ["empty", "line_balance", "claim_balance", "transaction_balance", "claim_balance", "transaction_balance", "transaction_balance"]
    assert not Remittance.objects.exists()
    save_paper_provider(call, paper=row, rows=())
    assert post_paper(call, paper=row).state == "posted" and practice.balances()["eft_in_transit"] == 6_500


@pytest.mark.django_db
def test_what_is_refused_of_heads_and_claims(practice: Practice) -> None:
    call = practice.office.call("biller")
    right = PaperHead(practice.blue, practice.office.entity, "CHK", "1", DAY, 100)
    for change, code in (({"method": "FAX"}, "method"), ({"trace": " "}, "trace"), ({"cents": 0}, "amount"), ({"cents": -1}, "amount"),
                         ({"method": "NON"}, "amount"), ({"paid_on": dt.date(2030, 1, 1)}, "paid_on")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            start_paper(call, head=replace(right, **change))
        assert refused.value.code == code, change
    row = start_paper(call, head=right)
    many = tuple(logic.Line("G0438", 1, 1) for _ in range(logic.MOST_LINES + 1))
    add_paper_claim(call, paper=row, number="X1")
    for act, code in (
        (lambda: add_paper_claim(call, paper=row, number=" "), "number"),
        (lambda: save_paper_claim(call, paper=row, at=1, claim=logic.Claim("X")), "gone"),
        (lambda: save_paper_claim(call, paper=row, at=0, claim=logic.Claim("X", "99")), "status"),
        (lambda: save_paper_claim(call, paper=row, at=0, claim=logic.Claim("X", lines=many)), "too_many"),
        (lambda: drop_paper_claim(call, paper=row, at=-1), "gone"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == code
    assert body_of(drop_paper_claim(call, paper=row, at=0)) == Body()
    scan_paper(call, paper=row, content=PNG)
    drop_paper(call, paper=row)
    with pytest.raises(Refused) as refused:
        add_paper_claim(call, paper=row, number="C-1")
    assert refused.value.code == "posted"


@pytest.mark.django_db
def test_the_picture_goes_with_the_remittance(practice: Practice) -> None:
    charged(practice)
    row, call = typed(practice, PAID), practice.office.call("biller")
    first = scan_paper(call, paper=row, content=PNG)
    post_paper(call, paper=row)
    row.refresh_from_db()
    second = scan_paper(call, paper=row, content=PNG + b"2")
    assert row.remittance and {one.file for one in links_of(call.subject, row.remittance)} == {first, second}


@pytest.mark.django_db
def test_typed_on_the_screen_from_the_head_to_the_books(practice: Practice) -> None:
    charged(practice)
    client = signed_in("biller")
    top = {"payer": practice.blue.pk, "entity": practice.office.entity.pk, "method": "CHK", "trace": "4411", "paid_on": "11/2", "cents": "65"}
    assert client.post(reverse("billing:paper_new"), {**top, "cents": "x"}).status_code == 422
    assert client.post(reverse("billing:paper_new"), top).status_code == 303
    row = PaperEob.objects.get()
    page = reverse("billing:paper", args=[row.uid])
    assert "65.00" in client.get(page).content.decode()
    answer = client.post(reverse("billing:paper_claim_add", args=[row.uid]), {"number": "C-1"})
    url = reverse("billing:paper_claim", args=[row.uid, 0])
    assert answer.status_code == 303 and answer["Location"] == url
    form = client.get(url).content.decode()
    assert "G0438" in form and "100.00" in form and "data-eob-line" in form
    lines = {
        "number": "C-1", "status": "1", "lines": "4", "code_0": "G0438", "charge_0": "100", "paid_0": "65",
        "adjustments_0": "CO-45 20 PR-1 15", "code_1": "g0439", "charge_1": "50", "adjustments_1": "CO-197 50", "remarks_1": "N130",
    }  # fmt: skip
    wrong = client.post(url, {**lines, "adjustments_0": "CO 20", "paid_2": "3"})
    assert wrong.status_code == 422 and "is no group, code and amount" in wrong.content.decode()
    assert "Which service is it?" in wrong.content.decode() and 'value="CO 20"' in wrong.content.decode()
    assert client.post(url, lines).status_code == 303
    row.refresh_from_db()
    (one,) = body_of(row).claims
    assert [line.ref for line in one.lines] == ["C-1-0", "C-1-1"] and one.lines[1].remarks == ("N130",) and not one.off_cents
    assert "CO-45 20.00, PR-1 15.00" in client.get(url).content.decode()
    assert "it comes out even" in client.get(page).content.decode()
    for name, data in (("paper_provider", {"rows": "WO 1 X"}), ("paper_provider", {"rows": ""}), ("paper_head", top)):
        assert client.post(reverse(f"billing:{name}", args=[row.uid]), data).status_code == 303
    posted = client.post(reverse("billing:paper_post", args=[row.uid]))
    made = Remittance.objects.get()
    assert posted["Location"] == reverse("billing:remittance", args=[made.uid]) and made.state == "posted"
    assert practice.balances()["undeposited"] == 6_500
    assert "Posted" in client.get(page).content.decode() and "Add this claim" not in client.get(page).content.decode()
    assert client.get(reverse("billing:papers")).status_code == 200
    for role, status in (("frontdesk", 403), ("auditor", 404)):
        assert signed_in(role).get(page).status_code == status
    assert head_of(row).payer.tin == "512345678" and write([logic.remittance(head_of(row), body_of(row))], ENVELOPE)
