"""Approvals as people live them: asking, signing, refusing, lending, standing approvals, the owner's review list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from steward.core.access.models import Office as OfficeRow
from steward.core.access.models import RoleGrant, User
from steward.core.approvals import selectors, services
from steward.core.approvals.logic import Approved, Waiting
from steward.core.approvals.models import ApprovalDecision, ApprovalRequest, OwnerReview
from steward.core.refusals import Refused
from steward.core.service import service
from tests.support import Office, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """People of every role; no books are needed here."""
    OfficeRow.objects.get_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": "2025-01-01"})
    return Office()


@pytest.fixture
def thing(office: Office) -> User:
    """Any record will do as what is to be approved."""
    return make_user(None, "thing")


def ask(
    office: Office, thing: User, role: str = "biller", *, kind: str = "refund", cents: int = 30_000, **fields: object
):
    call = office.call(role)
    for other in ("owner", "administrator"):
        office.user(other)
    subject = services.subject(call, kind, {"patient": 1, **fields}, amount_cents=cents)
    return services.request(call, about=thing, subject=subject, title="Refund to a patient")


class _Refused:
    def __init__(self, code: str) -> None:
        self.code = code

    def __enter__(self) -> _Refused:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        assert isinstance(error, Refused), f"not refused: {error!r}"
        assert error.code == self.code, f"{error.code}: {error}"
        return True


def test_one_asks_another_signs(office: Office, thing: User) -> None:
    asked = ask(office, thing)
    assert asked.waiting and [w.request for w in selectors.waiting_for(office.user("owner").pk, office.now)] == [asked]
    done = services.decide(office.call("administrator"), request=asked, approve=True, comment="fine")
    assert done.approved and done.closed_at == office.now
    assert isinstance(selectors.outcome(done, office.now), Approved)
    assert [(d.actor.name, d.comment) for d in selectors.decisions(done)] == [("Administrator", "fine")]
    assert selectors.waiting_for(office.user("owner").pk, office.now) == []
    with _Refused("decided"):
        services.decide(office.call("owner"), request=asked, approve=True)


def test_nobody_signs_his_own(office: Office, thing: User) -> None:
    asked = ask(office, thing, "administrator")
    with _Refused("separation"):
        services.decide(office.call("administrator"), request=asked, approve=True)
    with _Refused("not_asked"):
        services.decide(office.call("biller"), request=asked, approve=True)
    assert services.decide(office.call("owner"), request=asked, approve=True).approved


def test_the_database_repeats_it(office: Office, thing: User) -> None:
    asked = ask(office, thing, "administrator")
    own = office.user("administrator")
    row = {
        "request": asked,
        "requester": own,
        "principal": own,
        "step": "x",
        "approve": True,
        "fingerprint": "f",
        "amount_cents": 1,
        "at": office.now,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalDecision.objects.create(actor=own, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalDecision.objects.create(actor=office.user("owner"), **row)
    with pytest.raises(DatabaseError), transaction.atomic():  # naming another requester does not help
        ApprovalDecision.objects.create(actor=own, **{**row, "requester": None})


def test_large_refunds_need_the_owner(office: Office, thing: User) -> None:
    asked = ask(office, thing, cents=50_000)
    assert services.decide(office.call("administrator"), request=asked, approve=True).waiting
    outcome = selectors.outcome(asked, office.now)
    assert isinstance(outcome, Waiting) and selectors.names(outcome.who) == ["Owner"]
    assert services.decide(office.call("owner"), request=asked, approve=True).approved


def test_the_owner_signs_all_his_steps_at_once(office: Office, thing: User) -> None:
    asked = services.decide(office.call("owner"), request=ask(office, thing, cents=50_000), approve=True)
    assert asked.approved and len(selectors.decisions(asked)) == 2


def test_a_no_needs_a_reason_and_ends_it(office: Office, thing: User) -> None:
    asked = ask(office, thing)
    with _Refused("comment"):
        services.decide(office.call("owner"), request=asked, approve=False, comment=" ")
    assert services.decide(office.call("owner"), request=asked, approve=False, comment="no").outcome == "rejected"
    again = ask(office, thing)
    assert again.pk != asked.pk and again.waiting
    assert selectors.latest(thing.uid, "refund") == again


def test_asking_again_for_less_is_the_same_for_more_or_other_is_new(office: Office, thing: User) -> None:
    first = ask(office, thing)
    assert ask(office, thing, cents=29_999) == first
    more = ask(office, thing, cents=30_001)
    first.refresh_from_db()
    assert more != first and first.outcome == "replaced"
    other = ask(office, thing, cents=30_001, payee="B")
    assert other != more and ApprovalRequest.objects.filter(outcome="").count() == 1


def test_an_approval_covers_the_same_or_less_and_nothing_else(office: Office, thing: User) -> None:
    asked = ask(office, thing)
    call = office.call("biller")
    same = services.subject(call, "refund", {"patient": 1}, amount_cents=30_000)
    assert not selectors.covers(asked, same)
    asked = services.decide(office.call("owner"), request=asked, approve=True)
    less = services.subject(call, "refund", {"patient": 1}, amount_cents=1)
    more = services.subject(call, "refund", {"patient": 1}, amount_cents=30_001)
    other = services.subject(call, "refund", {"patient": 2}, amount_cents=1)
    assert [selectors.covers(asked, s) for s in (same, less, more, other)] == [True, True, False, False]
    assert not selectors.covers(None, same)


def test_what_no_rule_knows_is_refused(office: Office, thing: User) -> None:
    with _Refused("no_rule"):
        ask(office, thing, kind="party")
    assert not ApprovalRequest.objects.exists()


def test_a_small_balance_needs_nobody(office: Office, thing: User) -> None:
    assert ask(office, thing, kind="write_off", cents=999).approved


def test_withdrawing(office: Office, thing: User) -> None:
    asked = ask(office, thing)
    with _Refused("not_yours"):
        services.withdraw(office.call("administrator"), request=asked)
    assert services.withdraw(office.call("biller"), request=asked).outcome == "withdrawn"
    assert selectors.latest(thing.uid, "refund") is None


def lend(office: Office, taker: str = "bookkeeper", days: int = 3, **more: object):
    return services.delegate(
        office.call("owner"),
        taker=office.user(taker),
        kinds=["refund"],
        starts_on=office.today,
        ends_on=office.today + timedelta(days=days - 1),
        reason="away",
        **more,
    )


def test_a_delegate_signs_in_the_givers_right_for_his_days(office: Office, thing: User) -> None:
    asked = ask(office, thing, "administrator")
    with _Refused("not_asked"):
        services.decide(office.call("bookkeeper"), request=asked, approve=True)
    lend(office)
    assert [w.request for w in selectors.waiting_for(office.user("bookkeeper").pk, office.now)] == [asked]
    services.decide(office.call("bookkeeper"), request=asked, approve=True)
    [row] = selectors.decisions(asked)
    assert (row.actor.name, row.principal.name) == ("Bookkeeper", "Owner")


def test_delegations_end(office: Office, thing: User) -> None:
    asked, row = ask(office, thing, "administrator"), lend(office, days=1)
    later = Office(now=office.now + timedelta(days=1), users=office.users)
    with _Refused("not_asked"):
        services.decide(later.call("bookkeeper"), request=asked, approve=True)
    services.end_delegation(office.call("owner"), delegation=row)
    with _Refused("not_asked"):
        services.decide(office.call("bookkeeper"), request=asked, approve=True)


def test_a_delegate_of_the_requester_cannot_sign(office: Office, thing: User) -> None:
    services.delegate(
        office.call("administrator"),
        taker=office.user("owner"),
        kinds=["refund"],
        starts_on=office.today,
        ends_on=office.today,
        reason="away",
    )
    with _Refused("nobody"):
        ask(office, thing, "administrator")


@pytest.mark.parametrize(
    ("change", "code"),
    [({"taker": "owner"}, "taker"), ({"days": 31}, "dates"), ({"days": 0}, "dates"), ({"ceiling_cents": 0}, "ceiling")],
)
def test_delegations_that_are_refused(office: Office, change: dict[str, object], code: str) -> None:
    office.user("bookkeeper")
    with _Refused(code):
        lend(office, **change)  # type: ignore[arg-type]


def test_no_circles_and_no_unknown_kinds(office: Office) -> None:
    lend(office, "administrator")
    with _Refused("circle"):
        services.delegate(
            office.call("administrator"),
            taker=office.user("owner"),
            kinds=["refund"],
            starts_on=office.today,
            ends_on=office.today,
            reason="back",
        )
    with _Refused("kinds"):
        services.delegate(
            office.call("owner"),
            taker=office.user("biller"),
            kinds=["lunch"],
            starts_on=office.today,
            ends_on=office.today,
            reason="x",
        )


def test_thirty_days_are_allowed(office: Office) -> None:
    assert lend(office, days=30).ends_at > office.now + timedelta(days=29)


def test_a_leaver_signs_nothing_and_lends_nothing(office: Office, thing: User) -> None:
    asked = ask(office, thing, "administrator")
    lend(office)
    User.objects.filter(pk=office.user("owner").pk).update(ended_at=office.now)
    with _Refused("nobody"):
        services.decide(office.call("bookkeeper"), request=asked, approve=True)


# -- standing approvals ------------------------------------------------------------------------------------------------


def envelope(office: Office, **more: object):
    values = {
        "kind": "purchase",
        "holder": office.user("assistant"),
        "per_order_cents": 20_000,
        "period_cents": 50_000,
        "starts_on": office.today,
        "ends_on": office.today + timedelta(days=60),
        "reason": "office supplies",
        "where": {"category": "office"},
        **more,
    }
    return services.grant_envelope(office.call("assistant"), **values)  # type: ignore[arg-type]


def order(office: Office, cents: int = 8_000):
    return services.subject(
        office.call("assistant"), "purchase", {}, amount_cents=cents, attributes={"category": "office"}
    )


def test_a_standing_approval_is_granted_by_another_then_drawn(office: Office) -> None:
    for role in ("owner", "administrator"):
        office.user(role)
    row = envelope(office)
    things = [make_user(None, f"order-{n}") for n in range(5)]
    with _Refused("not_granted"):
        services.draw_envelope(
            office.call("assistant"), standing=row, about=things[0], subject=order(office), group="V1"
        )
    services.decide(office.call("administrator"), request=row.request, approve=True)
    assert list(selectors.standing(office.today)) == [row]

    def draw(n: int, cents: int, group: str, role: str = "assistant"):
        return services.draw_envelope(
            office.call(role), standing=row, about=things[n], subject=order(office, cents), group=group
        )

    first = draw(0, 15_000, "V1")
    assert draw(0, 15_000, "V1") == first
    with _Refused("drawn"):
        draw(0, 14_000, "V1")
    with _Refused("order_cap"):
        draw(1, 5_001, "V1")
    with _Refused("holder"):
        draw(1, 100, "V1", "biller")
    draw(1, 20_000, "V2")
    with _Refused("period_cap"):
        draw(2, 15_001, "V3")
    released = services.release_draw(office.call("assistant"), about=things[0])
    assert (
        released.amount_cents == -15_000
        and services.release_draw(office.call("assistant"), about=things[0]) == released
    )
    draw(2, 15_001, "V3")
    services.end_envelope(office.call("administrator"), standing=row)
    with _Refused("not_granted"):
        draw(3, 1, "V4")


def test_the_holder_does_not_grant_his_own(office: Office) -> None:
    office.user("owner")
    row = envelope(office, holder=office.user("administrator"))
    with _Refused("not_asked"):
        services.decide(office.call("administrator"), request=row.request, approve=True)
    with _Refused("caps"):
        envelope(office, per_order_cents=60_000)


def small_office() -> None:
    OfficeRow.objects.update_or_create(pk=1, defaults={"name": "Tiny", "opened_on": "2025-01-01", "small_office": True})


# -- the small office --------------------------------------------------------------------------------------------------


@service("test.alone", "journal.write", says="did both halves")
def _alone(call, *, about):
    services.mark_for_owner(call, pair=("take_cash", "prepare_deposit"), object_type="core.user", object_uid=about.uid)
    return services.mark_for_owner(
        call, pair=("prepare_deposit", "take_cash"), object_type="core.user", object_uid=about.uid
    )


def test_alone_in_a_small_office_passes_with_a_mark_and_waits_for_the_owner(thing: User) -> None:
    small_office()
    User.objects.filter(grants__role="owner").update(is_active=False)
    office = Office()
    call = office.call("administrator")
    subject = services.subject(call, "journal", {"lines": []}, amount_cents=5)
    asked = services.request(call, about=thing, subject=subject, title="Journal 12")
    assert asked.approved
    [mark] = selectors.unreviewed(office.today)
    assert (mark.first_duty, mark.second_duty, mark.person.name, mark.title) == (
        "approver",
        "requester",
        "Administrator",
        "Journal 12",
    )
    assert not selectors.unreviewed(office.today - timedelta(days=1)).exists()
    User.objects.filter(grants__role="owner").update(is_active=True)
    RoleGrant.objects.create(user=office.user("administrator"), role="owner", starts_on="2020-01-01")
    with _Refused("own"):
        services.review(office.call("administrator"), reviews=[mark])
    assert services.review(office.call("owner"), reviews=[mark], comment="seen") == 1
    assert services.review(office.call("owner"), reviews=[mark]) == 0
    assert not selectors.unreviewed().exists()


def test_a_small_office_with_an_owner_waits_for_him(thing: User) -> None:
    small_office()
    office = Office()
    assert ask(office, thing, "administrator", kind="journal").waiting


def test_the_same_pair_is_marked_once(office: Office, thing: User) -> None:
    assert _alone(office.call("administrator"), about=thing) == OwnerReview.objects.get()
    with pytest.raises(RuntimeError, match="inside a service"):
        services.mark_for_owner(office.call("administrator"), pair=("a", "b"), object_type="x", object_uid=thing.uid)


# -- the database guards -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_approvaldecision SET approve = NOT approve",
        "DELETE FROM core_approvaldecision",
        "UPDATE core_approvalrequest SET amount_cents = 1",
        "UPDATE core_approvalrequest SET fingerprint = 'x'",
        "UPDATE core_approvalrequest SET outcome = '', closed_at = NULL",
        "DELETE FROM core_approvalrequest",
    ],
)
def test_raw_sql_changes_no_answer(office: Office, thing: User, sql: str) -> None:
    services.decide(office.call("owner"), request=ask(office, thing), approve=True)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert ApprovalRequest.objects.get().approved


def test_the_number_of_queries_does_not_grow(office: Office, thing: User, django_assert_num_queries) -> None:
    for n in range(3):
        ask(office, make_user(None, f"thing-{n}"))
    with django_assert_num_queries(5):
        assert len(selectors.waiting_for(office.user("owner").pk, office.now)) == 3
    for n in range(3, 12):
        ask(office, make_user(None, f"thing-{n}"))
    with django_assert_num_queries(5):
        assert len(selectors.waiting_for(office.user("owner").pk, office.now)) == 12


def test_the_practices_own_rules_replace_the_shipped_ones(office: Office, thing: User, settings, tmp_path) -> None:
    settings.DATA = tmp_path
    (tmp_path / "approvals.toml").write_text(
        '[[rule]]\nid="r"\nkind="refund"\nsteps=[]\n[separation]\nrefund=[["requester","approver"]]\n'
    )
    assert ask(office, thing, cents=10**9).approved
    with _Refused("no_rule"):
        ask(office, thing, kind="journal")
