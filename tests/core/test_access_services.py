"""Users, roles, ends and links through their services, and what the database refuses by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from steward.core.access import selectors, services
from steward.core.access.models import Office as OfficeRow
from steward.core.access.models import RoleGrant, RoleRequest, SignInLink, User
from steward.core.access.subjects import holders, subject_of
from steward.core.approvals import deciders
from steward.core.approvals.models import ApprovalRequest, OwnerReview
from steward.core.approvals.selectors import waiting_for
from steward.core.approvals.services import withdraw
from steward.core.audit.models import AuditRow
from steward.core.refusals import Denied, Refused
from steward.core.service import system_call
from tests.core.ground import bare_office
from tests.support import Office, make_user, signed_in


@pytest.fixture
def office(db: Any) -> Office:
    return bare_office()


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda r: r.code == code)


def given(office: Office, user: User, role: str, *, asks: str = "administrator", signs: str = "owner") -> RoleGrant:
    """A role that one asked for and another signed."""
    asked = services.grant_role(office.call(asks), user=user, role=role)
    grant = services.sign_role(office.call(signs), uid=asked.uid, approve=True).grant
    assert grant is not None
    return grant


def test_adding_a_person_gives_no_way_in_yet(office: Office) -> None:
    user = services.add_user(
        office.call("administrator"), username=" Kim.Lee ", name="Kim Lee", roles=["biller", "frontdesk"]
    )
    assert user.username == "kim.lee" and not user.has_usable_password()
    assert selectors.roles_of(user, office.today) == [], "no role holds before a second person signed it"
    for row in RoleRequest.objects.filter(user=user):
        services.sign_role(office.call("owner"), uid=row.uid, approve=True)
    assert selectors.roles_of(user, office.today) == ["biller", "frontdesk"]
    assert selectors.role_words(["biller", "frontdesk"]) == "Biller, Front desk"
    with refused("username"):
        services.add_user(office.call("administrator"), username="KIM.LEE", name="Other")
    for name in ("", "a b", "ä", "a/b"):
        with refused("username"):
            services.add_user(office.call("administrator"), username=name, name="Other")


@pytest.mark.parametrize(
    "role", ["frontdesk", "biller", "bookkeeper", "hr", "payroll", "clinician", "auditor", "assistant", "vendor"]
)
def test_only_owner_and_administrator_touch_users(office: Office, role: str) -> None:
    call = office.call(role)
    for act in (
        lambda: services.add_user(call, username="eve", name="Eve"),
        lambda: services.grant_role(call, user=office.user("hr"), role="biller"),
        lambda: services.end_user(call, user=office.user("hr")),
        lambda: services.renew_sign_in(call, user=office.user("hr")),
        lambda: services.make_link(call, user=office.user("hr")),
    ):
        with pytest.raises(Denied):
            act()


def test_nobody_grants_to_himself_and_the_database_says_so_too(office: Office) -> None:
    with refused("self"):
        services.grant_role(office.call("administrator"), user=office.user("administrator"), role="biller")
    user = office.user("administrator")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role="biller", starts_on=office.today, granted_by=user)


def test_an_administrator_makes_no_owner_while_there_is_one(office: Office) -> None:
    """Or a puppet login would be an owner's: create, grant, link, sign in."""
    puppet = services.add_user(office.call("administrator"), username="puppet", name="Puppet")
    for role in ("owner", "administrator"):
        with refused("chief"):
            services.grant_role(office.call("administrator"), user=puppet, role=role)
        with refused("chief"):
            services.add_user(office.call("administrator"), username=f"p-{role}", name="P", roles=[role])
    assert not User.objects.filter(username__startswith="p-").exists()
    owner_grant = RoleGrant.objects.get(user=office.user("owner"))
    for act in (
        lambda: services.end_role(office.call("administrator"), grant=owner_grant),
        lambda: services.end_user(office.call("administrator"), user=office.user("owner")),
        lambda: services.renew_sign_in(office.call("administrator"), user=office.user("owner")),
        lambda: services.make_link(office.call("administrator"), user=office.user("owner")),
    ):
        with refused("chief"):
            act()
    given(office, puppet, "administrator", asks="owner", signs="administrator")


def test_a_role_holds_from_the_second_signature_on(office: Office) -> None:
    hr, boss, owner = office.user("hr"), office.call("administrator"), office.call("owner")
    asked = services.grant_role(boss, user=hr, role="biller")
    assert asked.grant is None and selectors.roles_of(hr, office.today) == ["hr"]
    assert "biller" not in subject_of(hr, office.today, office.now).roles
    assert [one.request.object_uid for one in waiting_for(owner.user_id, office.now)] == [asked.uid]
    with refused("waits"):
        services.grant_role(boss, user=hr, role="biller")
    with refused("separation"):  # whoever asked
        services.sign_role(boss, uid=asked.uid, approve=True)
    with refused("not_asked"):  # whoever would hold it
        services.sign_role(office.call("hr"), uid=asked.uid, approve=True)
    with refused("not_asked"):
        services.sign_role(office.call("biller"), uid=asked.uid, approve=True)
    request = ApprovalRequest.objects.get(object_uid=asked.uid)
    deciders.decide(owner, request=request, approve=True)
    grant = RoleGrant.objects.get(user=hr, role="biller")
    assert grant.granted_by == office.user("administrator") and grant.request == asked
    assert "biller" in subject_of(hr, office.today, office.now).roles
    with refused("decided"):
        services.sign_role(owner, uid=asked.uid, approve=True)


def test_nobody_signs_the_role_he_would_hold(office: Office) -> None:
    office.users["deputy"] = make_user("administrator", "deputy")
    asked = services.grant_role(office.call("owner"), user=office.user("administrator"), role="bookkeeper")
    for role in ("administrator", "owner"):
        with pytest.raises(Refused):
            services.sign_role(office.call(role), uid=asked.uid, approve=True)
    assert services.sign_role(office.call("deputy"), uid=asked.uid, approve=True).grant is not None


def test_a_no_gives_nothing_and_may_be_asked_anew(office: Office) -> None:
    hr = office.user("hr")
    asked = services.grant_role(office.call("administrator"), user=hr, role="biller")
    with refused("comment"):
        services.sign_role(office.call("owner"), uid=asked.uid, approve=False)
    done = services.sign_role(office.call("owner"), uid=asked.uid, approve=False, comment="not trained yet")
    assert done.rejected_at and not RoleGrant.objects.filter(user=hr, role="biller").exists()
    again = services.grant_role(office.call("administrator"), user=hr, role="biller")
    withdraw(office.call("administrator"), request=ApprovalRequest.objects.get(object_uid=again.uid))
    assert given(office, hr, "biller").role == "biller"


def test_what_changed_since_it_was_asked_is_seen(office: Office) -> None:
    asked = services.grant_role(office.call("administrator"), user=office.user("hr"), role="biller")
    services.end_user(office.call("administrator"), user=office.user("hr"))
    with refused("ended"):
        services.sign_role(office.call("owner"), uid=asked.uid, approve=True)


def test_a_small_office_passes_with_a_mark(office: Office) -> None:
    OfficeRow.objects.update(small_office=True)
    RoleGrant.objects.filter(role="owner").delete()
    asked = services.grant_role(office.call("administrator"), user=office.user("hr"), role="biller")
    assert asked.grant is not None
    mark = OwnerReview.objects.get(object_uid=asked.uid)
    assert mark.person == office.user("administrator") and "Biller" in mark.title


def test_alone_outside_a_small_office_nothing_is_given(office: Office) -> None:
    RoleGrant.objects.filter(role="owner").delete()
    with refused("nobody"):
        services.grant_role(office.call("administrator"), user=office.user("hr"), role="biller")
    assert not RoleRequest.objects.exists()


def test_without_an_owner_the_administrator_names_the_first(office: Office) -> None:
    RoleGrant.objects.filter(role="owner").delete()
    doctor = services.add_user(office.call("administrator"), username="doc", name="Doc", roles=["owner"])
    with refused("chief"):
        services.grant_role(office.call("administrator"), user=office.user("hr"), role="owner")
    assert selectors.roles_of(doctor, office.today) == ["owner"]
    assert OwnerReview.objects.get().person == office.user("administrator"), "the owner reads who named him"


def test_unknown_held_and_ended(office: Office) -> None:
    call = office.call("administrator")
    with refused("role"):
        services.grant_role(call, user=office.user("hr"), role="king")
    with refused("held"):
        services.grant_role(call, user=office.user("hr"), role="hr")
    services.end_user(call, user=office.user("hr"))
    with refused("ended"):
        services.grant_role(call, user=User.objects.get(pk=office.user("hr").pk), role="payroll")
    with refused("ended"):
        services.end_user(call, user=office.user("hr"))


def test_an_ended_role_is_out_at_once_even_the_same_day(office: Office) -> None:
    call = office.call("administrator")
    grant = given(office, office.user("hr"), "biller")
    assert "biller" in subject_of(office.user("hr"), office.today, office.now).roles
    services.end_role(call, grant=grant)
    assert "biller" not in subject_of(office.user("hr"), office.today, office.now).roles
    with refused("ended"):
        services.end_role(call, grant=grant)
    later = given(office, office.user("hr"), "biller")
    services.end_role(call, grant=later, on=office.today + timedelta(days=3))
    assert "biller" in subject_of(office.user("hr"), office.today + timedelta(days=3), office.now).roles
    assert "biller" not in subject_of(office.user("hr"), office.today + timedelta(days=4), office.now).roles


def test_the_last_administrator_stays(office: Office) -> None:
    with refused("last_administrator"):
        services.end_user(office.call("owner"), user=office.user("administrator"))
    with refused("last_administrator"):
        services.end_role(office.call("owner"), grant=RoleGrant.objects.get(role="administrator"))
    with refused("self"):
        services.end_user(office.call("administrator"), user=office.user("administrator"))


def test_an_end_takes_sessions_links_and_passphrase(office: Office) -> None:
    user = office.user("biller")
    user.set_password("otter lamp quilt meadow")
    user.save()
    client, other = signed_in("biller"), signed_in("frontdesk")
    services.make_link(system_call(now=office.clock), user=user)
    services.end_user(office.call("administrator"), user=user, reason="left for school")
    keys = set(Session.objects.values_list("session_key", flat=True))
    assert client.cookies["steward"].value not in keys and other.cookies["steward"].value in keys
    user.refresh_from_db()
    assert not user.is_active and user.ended_at == office.now and not user.has_usable_password()
    assert SignInLink.objects.get().expires_at == office.now
    assert AuditRow.objects.get(action="access.end_user").reason == "left for school"


def test_an_end_for_later_leaves_today_alone(office: Office) -> None:
    user = office.user("biller")
    services.end_user(office.call("administrator"), user=user, at=office.now + timedelta(days=5))
    user.refresh_from_db()
    assert subject_of(user, office.today, office.now + timedelta(days=4)).active
    assert not subject_of(user, office.today, office.now + timedelta(days=5)).active
    assert user.is_active


def test_renewing_takes_back_all_of_the_old_sign_in(office: Office) -> None:
    user = office.user("biller")
    user.set_password("otter lamp quilt meadow")
    user.save()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    with refused("armed"):
        services.make_link(office.call("administrator"), user=user)
    services.renew_sign_in(office.call("administrator"), user=user)
    user.refresh_from_db()
    assert not user.has_usable_password() and not Authenticator.objects.exists()
    assert services.make_link(office.call("administrator"), user=user)


def test_links_of_people_are_one_time_and_never_full(office: Office) -> None:
    call = office.call("administrator")
    for wrong in ({"fully": True}, {"reusable": True}):
        with refused("demo"):
            services.make_link(call, user=office.user("hr"), **wrong)
    for hours in (0, 721):
        with refused("hours"):
            services.make_link(call, user=office.user("hr"), hours=hours)
    token = services.make_link(call, user=office.user("hr"))
    taken = services.take_link(system_call(now=office.clock), token=token, loopback=False)
    assert taken.user == office.user("hr")
    with refused("link_gone"):
        services.take_link(system_call(now=office.clock), token=token, loopback=False)
    with refused("link_gone"):
        services.take_link(system_call(now=office.clock), token="guess", loopback=False)


def test_a_link_of_an_ended_person_is_dead(office: Office) -> None:
    token = services.make_link(office.call("administrator"), user=office.user("hr"))
    User.objects.filter(pk=office.user("hr").pk).update(ended_at=office.now)
    with refused("link_gone"):
        selectors.open_link(token, now=office.now, loopback=True)


def test_users_as_lists_see_them(office: Office, django_assert_num_queries: Any) -> None:
    auditor = office.call("auditor").subject
    with django_assert_num_queries(2):
        rows = list(selectors.users(auditor, today=office.today))
        assert len(rows) == 12 and all(len(row.current_grants) == 1 for row in rows)
    assert not selectors.users(office.call("frontdesk").subject, today=office.today).exists()


def test_holders_are_who_hold_today_and_have_not_ended(office: Office) -> None:
    assert holders(["biller", "hr"], office.today) == sorted([office.user("biller").pk, office.user("hr").pk])
    services.end_user(office.call("administrator"), user=office.user("hr"))
    assert holders(["biller", "hr"], office.today) == [office.user("biller").pk]


def test_dates_of_a_grant_are_checked_by_the_database(office: Office) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_rolegrant SET ends_on = '2019-01-01' WHERE role = 'hr'")
