"""The night's questions, the payers' answers, and the visits that want somebody before their day begins."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.billing.services.doors import DoorData, save_door
from steward.core.access.models import Office as OfficeRow
from steward.core.imports import Options
from steward.core.jobs.models import Job
from steward.core.jobs.work import Work
from steward.core.refusals import Denied, Refused
from steward.core.x12.segments import Span
from steward.core.x12.write import Envelope
from steward.frontdesk.models import Patient
from steward.insurance import desk as today_lines
from steward.insurance import importers, selectors, services, tasks
from steward.insurance.logic.eligibility import Answer, Benefit, Member, PatientAnswer, Rejection, Trace, read_270
from steward.insurance.logic.eligibility.writer import write_271
from steward.insurance.logic.exceptions import Alarm, Asked, Trouble, Visit, exceptions, latest
from steward.insurance.logic.retroactive import ClaimFact, Held, Touched, touched
from steward.insurance.models import Coverage, EligibilityBatch, EligibilityCheck
from steward.insurance.selectors import VisitFact, standard_plan
from steward.insurance.types import Asking, CoverageData, GrantData, ManualAnswer, PayerData
from steward.registry.models import Entity
from tests.frontdesk.conftest import TODAY, Desk, desk  # noqa: F401 - a fixture
from tests.support import signed_in

TOMORROW, YEAR = TODAY + dt.timedelta(1), dt.date(2026, 1, 1)
ENVELOPE = Envelope("BH001", "Blue Harbor", "Desk", "", "CEDAR", "Cedar Hill", dt.datetime(2026, 11, 23, 23), 1, 1)


# ---- pure ----
def test_the_worst_comes_first_by_day() -> None:
    visits = [Visit("a", TODAY, (1,)), Visit("b", TODAY, ()), Visit("c", TOMORROW, (2, 3)), Visit("d", TODAY, (4,)),
              Visit("e", TODAY, (5,)), Visit("f", TODAY, (6,))]  # fmt: skip
    checks = [Asked(1, 2, TOMORROW, TODAY, "active"), Asked(2, 3, TOMORROW, TODAY, "inactive"),
              Asked(3, 4, TODAY, TODAY - dt.timedelta(1)), Asked(4, 5, TODAY, TODAY), Asked(5, 6, TODAY, TODAY, "unknown", True)]  # fmt: skip
    assert exceptions(visits, checks, TODAY) == [
        Alarm("f", TODAY, Trouble.FAILED, 6, 5),
        Alarm("b", TODAY, Trouble.NO_COVERAGE),
        Alarm("d", TODAY, Trouble.UNANSWERED, 4, 3),
        Alarm("a", TODAY, Trouble.NEVER_ASKED, 1),
        Alarm("c", TOMORROW, Trouble.INACTIVE, 3, 2),
    ]


def test_an_answer_counts_for_its_day_then_for_its_month() -> None:
    first, late = Asked(1, 1, TODAY, TODAY, "active"), Asked(2, 1, TOMORROW, TODAY)
    assert latest([first, late], 1, TOMORROW) is late, "asked again for that very day"
    assert latest([first, late], 1, dt.date(2026, 11, 30)) is first
    assert latest([first, late], 1, dt.date(2026, 12, 1)) is None and latest([first], 2, TODAY) is None


def test_claims_that_a_change_of_coverage_touches() -> None:
    held = {(1, TODAY): [Held(1, 10, "M1"), Held(2, 20, "M2")], (2, TODAY): []}
    claims = [ClaimFact("same", 1, TODAY, (10, 20), "M1"), ClaimFact("first only", 1, TODAY, (10,), "M1"),
              ClaimFact("turned", 1, TODAY, (20, 10)), ClaimFact("self-pay", 1, TODAY, ()), ClaimFact("number", 1, TODAY, (10,), "M9"),
              ClaimFact("lost", 2, TODAY, (10,)), ClaimFact("none", 2, TODAY, ())]  # fmt: skip
    assert touched(claims, held) == [
        Touched("turned", (20, 10), (10, 20)),
        Touched("self-pay", (), (10, 20)),
        Touched("number", (10,), (10, 20), member=True),
        Touched("lost", (10,), ()),
    ]


# ---- with the desk ----
def equip(desk: Desk) -> None:  # noqa: F811
    OfficeRow.objects.get_or_create(defaults={"name": "Cedar Hill", "opened_on": YEAR})
    OfficeRow.objects.update(submitter_id="CEDAR")
    Entity.objects.filter(is_practice=True).update(npi="1234567893", tin="123456789")
    data = PayerData("BLUE", "Blue Harbor Health", edi_id="BH001")
    services.update_payer(desk.office.system(), payer=desk.payer, data=data)


def insured(desk: Desk, patient: Patient) -> Coverage:  # noqa: F811
    plan = standard_plan(desk.payer).pk
    return services.add_coverage(desk.call(), data=CoverageData(patient.party_id, plan, patient.party_id, "M1", YEAR))


def benefit(info: str, **more) -> Benefit:
    empty = {"level": "IND", "services": ("30",), "insurance": "", "plan": "", "period": "", "cents": None, "ppm": None,
             "counted": "", "quantity": "", "authorisation": "", "network": "", "procedure": (), "refs": (), "dates": (),
             "messages": (), "places": (), "delivery": (), "others": (), "segment": 0}  # fmt: skip
    return Benefit(**{"info": info, **empty, **more})


def answered(trace: str, *benefits: Benefit, rejections: tuple[Rejection, ...] = ()) -> bytes:
    who = Member("ORTIZ", "ANA", member_id="M1")
    one = PatientAnswer((Trace("2", trace, "1123456789"),), who, None, (), (("346", Span(YEAR)),), rejections, benefits)
    answer = Answer("EB1-1", "1", "BLUE HARBOR", "BH001", "", "CEDAR HILL", "1234567893", (), (one,))
    return write_271([answer], ENVELOPE).encode()


def run(desk: Desk, content: bytes):  # noqa: F811
    assert importers.recognise(content) == "271"
    return importers.run(desk.call(), kind="271", content=content, name="a.271", options=Options())


@pytest.mark.django_db
def test_the_night_asks_and_the_morning_knows(desk: Desk, tmp_path) -> None:  # noqa: F811
    equip(desk)
    ana, ben = desk.patient(), desk.patient("Bell", "Ben")
    cover = insured(desk, ana)
    desk.book(ana, 13, day=TOMORROW)
    desk.book(ben, 14, day=TOMORROW)
    job = Job.objects.create(kind="insurance.ask", title="x", asked_at=desk.office.now)
    work = Work(job, desk.office.system())
    assert "No door" in tasks.ask_for_visits(work).message and not EligibilityCheck.objects.exists()
    (tmp_path / "out").mkdir()
    save_door(desk.office.system(), data=DoorData("folder", "Clearing", str(tmp_path / "out"), str(tmp_path)))
    assert tasks.ask_for_visits(work).data == {"asked": 1, "files": 1, "placed": 1}
    assert tasks.ask_for_visits(work).data == {"asked": 0, "files": 0, "placed": 0}, "nobody is asked twice"
    (file,) = (tmp_path / "out").iterdir()
    (asked,) = read_270(file.read_bytes())
    assert (asked.on, asked.member_id, asked.subscriber.last) == (TOMORROW, "M1", "Ortiz")
    check = EligibilityCheck.objects.get()
    assert check.trace == asked.trace and check.coverage == cover and EligibilityBatch.objects.get().placed_at

    said = answered(asked.trace, benefit("1", plan="GOLD"), benefit("B", cents=2500, services=("98",)),
                    benefit("C", cents=40_000, period="29"), benefit("A", ppm=200_000))  # fmt: skip
    assert run(desk, said).status == "posted"
    assert run(desk, said).status == "duplicate"
    check.refresh_from_db()
    assert check.answer == "active" and check.benefits["plan"] == "GOLD"
    assert check.benefits["costs"] == {"copay_cents": 2500, "coinsurance_ppm": 200_000, "deductible_left_cents": 40_000}
    assert selectors.benefits_for(cover.pk, TOMORROW) == check

    page = signed_in("frontdesk").get(reverse("insurance:eligibility")).content.decode()
    assert "Bell" in page and "No coverage on file" in page and "Ortiz" not in page
    assert (
        "Bell" not in signed_in("frontdesk").get(reverse("insurance:eligibility"), {"show": "unasked"}).content.decode()
    )


@pytest.mark.django_db
def test_a_refusal_is_an_exception_and_hides_no_policy(desk: Desk) -> None:  # noqa: F811
    equip(desk)
    ana = desk.patient()
    cover = insured(desk, ana)
    desk.book(ana, 13, day=TOMORROW)
    services.ask_eligibility(desk.call(), asked=[Asking(cover.pk, TOMORROW)])
    trace = EligibilityCheck.objects.get().trace
    assert run(desk, answered(trace, rejections=(Rejection("75", "C", "subscriber"),))).status == "posted"
    check = EligibilityCheck.objects.get()
    assert check.answer == "unknown" and check.failure
    assert selectors.covering(ana.party_id, TOMORROW) == [cover], "the policy stays"
    client = signed_in("frontdesk")
    page = client.get(reverse("insurance:eligibility")).content.decode()
    assert "Ortiz" in page and "The payer would not say" in page
    subject = desk.call().subject
    assert [task.due for task in today_lines.waiting(subject, TODAY)] == [TOMORROW]
    typed = {"service_day": TOMORROW.isoformat(), "way": "phone", "answer": "active", "copay": "25", "coinsurance": "20",
             "reference": "call 17"}  # fmt: skip
    new = reverse("insurance:answer_new", args=[cover.uid])
    assert client.get(new).status_code == 200 and client.post(new, typed).status_code == 303
    assert "Ortiz" not in client.get(reverse("insurance:eligibility")).content.decode()
    assert today_lines.waiting(subject, TODAY) == []
    page = client.get(reverse("insurance:patient", args=[ana.uid]), {"day": TOMORROW.isoformat()}).content.decode()
    assert "Blue Harbor" in page and "25.00" in page and "Primary" in page
    for row in EligibilityCheck.objects.all():
        assert client.get(reverse("insurance:check", args=[row.uid])).status_code == 200
    card = {"file": SimpleUploadedFile("card.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40), "side": "card front"}
    assert client.post(reverse("insurance:card_new", args=[cover.uid]), card).status_code == 303
    assert "card front" in client.get(reverse("insurance:patient", args=[ana.uid])).content.decode()
    assert signed_in("clinician").get(reverse("insurance:eligibility")).status_code == 403


@pytest.mark.django_db
def test_a_payer_that_refuses_the_whole_and_an_answer_to_nobody(desk: Desk) -> None:  # noqa: F811
    equip(desk)
    cover = insured(desk, desk.patient())
    (batch,) = services.ask_eligibility(desk.call(), asked=[Asking(cover.pk, TOMORROW)])
    none = answered("E999999999", benefit("1"))
    result = run(desk, none)
    assert result.status == "refused" and result.problems[0].code == "no_question"
    whole = Answer(f"EB{batch.control:09d}-1", "1", "BLUE", "BH001", "", "X", "", (Rejection("42", "R", "payer"),), ())
    assert run(desk, write_271([whole], ENVELOPE).encode()).status == "posted"
    assert EligibilityCheck.objects.get().failure
    lost = replace(whole, reference="OTHER")
    assert run(desk, write_271([lost], ENVELOPE).encode()).status == "refused"
    assert run(desk, none[:-40]).status == "refused", "cut off in the middle"


@pytest.mark.django_db
def test_what_is_refused(desk: Desk) -> None:  # noqa: F811
    cover = insured(desk, desk.patient())
    with pytest.raises(Refused) as refused:
        services.ask_eligibility(desk.call(), asked=[Asking(cover.pk, TODAY)])
    assert refused.value.code == "submitter"
    for data, code in ((ManualAnswer("x12", TODAY, "active"), "way"), (ManualAnswer("phone", TODAY, "perhaps"), "answer"),
                       (ManualAnswer("phone", TODAY, "active", {"copay_cents": -1}), "costs")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            services.record_answer(desk.call(), coverage=cover, data=data)
        assert refused.value.code == code
    with pytest.raises(Denied):
        services.record_answer(desk.call("clinician"), coverage=cover, data=ManualAnswer("phone", TODAY, "active"))


@pytest.mark.django_db
def test_queries_do_not_grow_with_visits(desk: Desk) -> None:  # noqa: F811
    facts = [VisitFact(str(n), n, TODAY) for n in range(1, 300)]
    for ask in (selectors.eligibility_of, selectors.to_ask):
        with CaptureQueriesContext(connection) as seen:
            ask(facts, TODAY)
        assert len(seen) <= 2


@pytest.mark.django_db
def test_the_desk_is_told_when_it_books(desk: Desk) -> None:  # noqa: F811
    ana = desk.patient()
    subject = desk.call().subject

    def told(day: dt.date) -> list[str]:
        return [f"{note.tone} {note.words}" for note in selectors.day_notes(subject, ana.party_id, day)]

    assert told(TOMORROW) == ["warn No coverage holds on that day: self-pay, with a good-faith estimate."]
    cover = insured(desk, ana)
    assert told(TOMORROW) == []
    services.record_answer(desk.call(), coverage=cover, data=ManualAnswer("phone", TOMORROW, "inactive"))
    data = GrantData("referral", ana.party_id, desk.payer.pk, "R1", starts_on=YEAR, ends_on=TODAY)
    services.add_grant(desk.call(), data=data)
    services.add_grant(desk.call(), data=GrantData("authorisation", ana.party_id, desk.payer.pk))
    assert [each.partition(" ")[0] for each in told(TOMORROW)] == ["bad", "bad", "warn"]
    assert "Referral R1 holds" in " ".join(told(TODAY))
    booked = desk.book(ana, 13, day=TOMORROW)
    client = signed_in("frontdesk")
    page = client.get(reverse("frontdesk:appointment", args=[booked.uid])).content.decode()
    assert "not active on that day" in page and "ends before that day" in page
    asked = {"patient": ana.uid, "day": TOMORROW.isoformat()}
    assert "not active on that day" in client.get(reverse("frontdesk:book"), asked).content.decode()
    with CaptureQueriesContext(connection) as seen:
        selectors.day_notes(subject, ana.party_id, TOMORROW)
    assert len(seen) == 3
    assert selectors.day_notes(desk.call("clinician").subject, ana.party_id, TOMORROW) == []


@pytest.mark.django_db
def test_a_payer_that_keeps_silent_is_on_today_before_the_day_begins(desk: Desk) -> None:  # noqa: F811
    equip(desk)
    cover = insured(desk, desk.patient())
    services.ask_eligibility(desk.office.system(), asked=[Asking(cover.pk, TOMORROW, None)])

    def said(day: dt.date) -> list[str]:
        return [task.what for task in today_lines.waiting(desk.call().subject, day) if "not answered" in str(task.what)]

    assert said(TODAY) == [], "asked today: it has the night"
    assert said(TOMORROW) == ["1 payer has not answered about coverage"]
    run(desk, answered(EligibilityCheck.objects.get().trace, benefit("1")))
    assert said(TOMORROW) == []
