"""House rule 1: authorised, keyed, nested, audited, rolled back whole."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from steward.core import answers
from steward.core.access.models import DutyDone, User
from steward.core.access.separation import perform
from steward.core.audit.models import AuditRow
from steward.core.refusals import Denied, Refusal, Refused
from steward.core.service import SERVICES, Call, in_service, note, refuse, service, system_call
from steward.core.service_models import ServiceKey
from tests.core.ground import bare_office
from tests.support import NOON, Office


@pytest.fixture
def office(db: Any) -> Office:
    return bare_office()


def person(name: str) -> User:
    return User.objects.create(username=name, name=name.title(), created_at=NOON)


@service("tests.add", "patient.write", says="added a person")
def add(call: Call, *, name: str, fail: str = "") -> User:
    made = person(name)
    note(made, fields=["name", "username"])
    if fail:
        raise refuse("no", "Not today.", "Come tomorrow.")
    return made


@service("tests.add_two", "patient.write", says="added two")
def add_two(call: Call, *, first: str, second: str, fail: str = "", swallow: bool = False) -> list[User]:
    made = [add(call, name=first)]
    try:
        made.append(add(call, name=second, fail=fail))
    except Refused:
        if not swallow:
            raise
    return made


@service("tests.outer", "patient.write")
def outer(call: Call, *, name: str) -> User:
    return add_two(call, first=f"{name}-1", second=f"{name}-2")[0]


@service("tests.bulk", "patient.write", says="renamed many")
def rename_many(call: Call, *, uids: list[UUID], name: str) -> int:
    done = User.objects.filter(uid__in=uids).update(name=name)
    note(refs=uids, fields=["name"])
    return done


@service("tests.danger", "user.write")
def dangerous(call: Call) -> int:
    return 7


@service("tests.bytes", "patient.write")
def paper(call: Call, *, body: bytes) -> tuple[bytes, date, Refusal]:
    return body[::-1], call.today, Refusal("a", "b")


@service("tests.duty", "receipt.take")
def do_duty(call: Call, *, duty: str, user: User) -> None:
    perform(call, duty, user)


def test_a_service_is_authorised_before_anything_happens(office: Office) -> None:
    with pytest.raises(Denied) as denied:
        add(office.call("vendor"), name="x")
    assert denied.value.code == "denied" and denied.value.refusals[0].fix
    assert not User.objects.filter(username="x").exists()
    row = AuditRow.objects.get()
    assert (row.decision, row.action, row.capability) == ("deny", "tests.add", "patient.write")


def test_a_denial_stays_though_the_caller_rolls_back(real_db: dict[str, str]) -> None:
    from django.db import transaction

    office = bare_office()
    with pytest.raises(Denied):
        add(office.call("vendor"), name="x")
    assert AuditRow.objects.filter(decision="deny").count() == 1
    with transaction.atomic(), pytest.raises(Denied):
        add(office.call("vendor"), name="y")
    assert AuditRow.objects.filter(decision="deny").count() == 2


def test_dangerous_acts_ask_for_a_fresh_proof(office: Office) -> None:
    with pytest.raises(Denied) as denied:
        dangerous(office.call("owner", stepped_up=False))
    assert denied.value.step_up and denied.value.code == "step_up"
    assert dangerous(office.call("owner")) == 7
    stale = replace(office.call("owner").context, stepped_up_at=NOON - timedelta(seconds=301))
    with pytest.raises(Denied):
        dangerous(replace(office.call("owner"), context=stale))


def test_arguments_after_call_are_named(office: Office) -> None:
    with pytest.raises(TypeError, match="by name"):
        add(office.call("frontdesk"), "x")  # type: ignore[misc]


def test_one_unit_parents_before_children(office: Office) -> None:
    outer(office.call("frontdesk"), name="ada")
    rows = list(AuditRow.objects.order_by("seq").values_list("seq", "action", "parent"))
    assert rows == [(1, "tests.outer", None), (2, "tests.add_two", 1), (3, "tests.add", 2), (4, "tests.add", 2)]
    first = AuditRow.objects.get(seq=3)
    assert first.fields == ["name", "username"] and first.object_type == "core.user"
    assert first.object_uid == User.objects.get(username="ada-1").uid


def test_names_of_fields_are_kept_and_values_never(office: Office) -> None:
    add(office.call("frontdesk"), name="zebulon-quackenbush")
    assert "quackenbush" not in str(AuditRow.objects.values()[0])


def test_a_refusal_rolls_back_everything_and_frees_the_key(office: Office) -> None:
    key = uuid4()
    with pytest.raises(Refused) as refused:
        add_two(office.call("frontdesk", key=key), first="a", second="b", fail="yes")
    assert refused.value.refusals == (Refusal("no", "Not today.", "Come tomorrow."),)
    assert not User.objects.filter(username__in=["a", "b"]).exists()
    assert not ServiceKey.objects.exists() and not AuditRow.objects.exists()
    assert not in_service()
    assert len(add_two(office.call("frontdesk", key=key), first="a", second="b")) == 2


def test_an_exception_rolls_back_like_a_refusal(office: Office) -> None:
    @service("tests.crash", "patient.write")
    def crash(call: Call) -> None:
        person("gone")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash(office.call("frontdesk", key=uuid4()))
    assert not User.objects.filter(username="gone").exists() and not ServiceKey.objects.exists()
    assert not in_service()


def test_an_inner_refusal_that_is_lived_with_leaves_nothing_of_the_inner(office: Office) -> None:
    made = add_two(office.call("frontdesk"), first="a", second="b", fail="yes", swallow=True)
    assert [u.username for u in made] == ["a"]
    assert not User.objects.filter(username="b").exists()
    assert list(AuditRow.objects.order_by("seq").values_list("action", flat=True)) == ["tests.add_two", "tests.add"]


def test_a_retry_gets_the_first_answer_and_does_nothing(office: Office) -> None:
    call = office.call("frontdesk", key=uuid4())
    first = add(call, name="a")
    office.now += timedelta(days=2)
    again = add(office.call("frontdesk", key=call.key), name="a")
    assert again == first and User.objects.filter(username="a").count() == 1
    assert AuditRow.objects.count() == 1


def test_another_body_or_another_person_or_service_is_refused(office: Office) -> None:
    key = uuid4()
    add(office.call("frontdesk", key=key), name="a")
    with pytest.raises(Refused, match="before"):
        add(office.call("frontdesk", key=key), name="b")
    with pytest.raises(Refused, match="before"):
        add(office.call("administrator", key=key), name="a")
    with pytest.raises(Refused, match="before"):
        add_two(office.call("frontdesk", key=key), first="a", second="b")
    assert User.objects.filter(username__in=["a", "b"]).count() == 1


def test_bytes_compare_by_hash_and_come_back_whole(office: Office) -> None:
    call = office.call("frontdesk", key=uuid4())
    first = paper(call, body=b"%PDF \x00\xff")
    assert paper(call, body=b"%PDF \x00\xff") == first == (b"\xff\x00 FDP%", office.today, Refusal("a", "b"))
    with pytest.raises(Refused):
        paper(call, body=b"%PDF \x00\xfe")


def test_what_has_no_stable_form_is_a_programmers_error(office: Office) -> None:
    with pytest.raises(TypeError, match="no stable form"):
        answers.encode(1.5)
    with pytest.raises(TypeError, match="no stable form"):
        add(office.call("frontdesk", key=uuid4()), name=User.objects.all())  # type: ignore[arg-type]


def test_several_services_of_one_request_have_keys_of_their_own(office: Office) -> None:
    call = office.call("frontdesk", key=uuid4())
    assert call.part("a").key == call.part("a").key != call.part("b").key != call.key
    assert office.call("frontdesk").part("a").key is None
    for _ in range(2):
        add(call.part("a"), name="a")
        add(call.part("b"), name="b")
    assert User.objects.filter(username__in=["a", "b"]).count() == 2


def test_bulk_is_one_row_with_its_references(office: Office) -> None:
    made = [person(f"p{n}") for n in range(30)]
    rename_many(office.call("frontdesk"), uids=[m.uid for m in made], name="Same")
    row = AuditRow.objects.get()
    assert row.refs == [str(m.uid) for m in made] and row.fields == ["name"]


def test_nested_services_run_for_the_same_person(office: Office) -> None:
    @service("tests.switch", "patient.write")
    def switch(call: Call) -> None:
        add(system_call(), name="by-system")

    with pytest.raises(TypeError, match="same person"):
        switch(office.call("frontdesk"))


def test_note_and_perform_belong_inside() -> None:
    with pytest.raises(RuntimeError, match="inside a service"):
        note()
    with pytest.raises(RuntimeError, match="inside a service"):
        perform(system_call(), "take_cash")


def test_two_services_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="two services"):

        @service("tests.add", "patient.write")
        def another(call: Call) -> None:
            """Never called."""


def test_every_service_names_a_capability_of_the_matrix_and_says_what_it_does() -> None:
    from steward.core.access.policy import matrix

    for info in SERVICES.values():
        assert info.capability in matrix(), info.name
        assert info.says and info.says[0].islower() and not info.says.endswith("."), info.name


def test_separation_is_on_the_person_and_audited(office: Office) -> None:
    thing = person("thing")
    do_duty(office.call("frontdesk"), duty="take_cash", user=thing)
    with pytest.raises(Refused) as refused:
        do_duty(office.call("frontdesk"), duty="prepare_deposit", user=thing)
    assert refused.value.code == "separation"
    assert AuditRow.objects.get(decision="deny").reason.startswith("You did the other half")
    do_duty(office.call("biller"), duty="prepare_deposit", user=thing)
    with pytest.raises(Refused):  # through delegation too
        do_duty(
            replace(office.call("biller"), on_behalf_of=office.user("frontdesk").pk), duty="reconcile_bank", user=thing
        )
    assert DutyDone.objects.count() == 2


def test_the_system_separates_nothing(office: Office) -> None:
    thing = person("thing")
    for duty in ("take_cash", "prepare_deposit", "reconcile_bank"):
        do_duty(office.system(), duty=duty, user=thing)
    assert not DutyDone.objects.exists()


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.binary(max_size=40)
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.just(UTC))
    | st.timedeltas()
    | st.uuids()
    | st.decimals(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=4)
        | st.frozensets(st.integers() | st.text(), max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_answers_come_back_as_they_were(value: Any) -> None:
    import json

    back = answers.decode(json.loads(json.dumps(answers.encode(value))))
    assert back == value and type(back) is type(value)


def test_answers_of_each_kind() -> None:
    for value in (
        PurePosixPath("a/b"),
        Decimal("1.10"),
        date(2026, 1, 2),
        time(3, 4),
        datetime(2026, 1, 2, tzinfo=UTC),
        Refusal("c", "m"),
    ):
        assert answers.decode(answers.encode(value)) == value
    with pytest.raises(ValueError, match="not one of ours"):
        answers.decode({"$data": "os:system", "fields": {}})


def test_equal_calls_at_once_do_the_work_once(real_db: dict[str, str]) -> None:
    office = bare_office()
    call = office.call("frontdesk", key=uuid4())
    gate, answers_, faults = threading.Barrier(8), [], []

    def go() -> None:
        try:
            gate.wait()
            answers_.append(add(call, name="once").pk)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and len(answers_) == 8 and len(set(answers_)) == 1
    assert User.objects.filter(username="once").count() == 1 and AuditRow.objects.count() == 1


def test_many_writers_leave_one_chain(real_db: dict[str, str]) -> None:
    from steward.core.audit.chain import verify

    office = bare_office()
    faults: list[Exception] = []

    def go(n: int) -> None:
        try:
            for m in range(5):
                add_two(office.call("frontdesk"), first=f"{n}-{m}-a", second=f"{n}-{m}-b")
        except Exception as fault:
            faults.append(fault)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=go, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert verify() == verify() and verify().ok and verify().rows == 6 * 5 * 3
