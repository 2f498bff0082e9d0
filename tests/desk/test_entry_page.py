"""The page of an entry names whom its lines are about as far as one may know, and leads from each item to its trace."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from steward.core.audit.models import AuditRow
from steward.ledger import services
from steward.ledger.models import Entry, Line
from steward.registry.services.parties import create_party
from steward.registry.types import OrganisationData
from tests.desk.world import World, build
from tests.ledger.support import entry, line
from tests.support import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return build()


def taken(world: World) -> Entry:
    return Entry.objects.get(number=world.receipts[0].entry)


def url(shown: Entry, page: str = "entry") -> str:
    return reverse(f"ledger:{page}", args=[shown.uid])


def seen(client: Client, path: str) -> tuple[str, set[str]]:
    """What the page says, and whom the audit names for it."""
    before = AuditRow.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    body = client.get(path).content.decode()
    return body, {ref for row in AuditRow.objects.filter(seq__gt=before) for ref in row.refs}


@pytest.mark.parametrize("page", ["entry", "reverse"])
def test_whoever_may_read_patients_reads_the_name_and_the_audit_says_so(world: World, page: str) -> None:
    patient = world.patients[0]
    body, told = seen(signed_in("administrator"), url(taken(world), page))
    assert "patient Zebediah Quackenbush" in re.sub(r"\s+", " ", body)
    assert str(patient.uid) in told


@pytest.mark.parametrize("role", ["bookkeeper", "owner", "auditor"])
def test_others_read_initials_and_nobody_reads_a_number(world: World, role: str) -> None:
    body, _told = seen(signed_in(role), url(taken(world)))
    assert "patient Z. Q." in re.sub(r"\s+", " ", body)
    assert not world.words(0) & set(re.findall(r"\w+", body))
    assert f"patient {world.patients[0].party_id}" not in body


def test_a_vendor_is_called_by_name(world: World) -> None:
    call = world.office.call("bookkeeper")
    vendor = create_party(world.office.system(), data=OrganisationData("Acme Supplies"))
    owed = line("ap", -500, party=vendor.pk, party_role="vendor")
    posted = services.post(call, draft=entry(line("6000", 500), owed))
    assert (
        "vendor Acme Supplies"
        in signed_in("bookkeeper").get(reverse("ledger:entry", args=[posted.key])).content.decode()
    )


def follow(client: Client, item: str) -> Any:
    return client.get(reverse("desk:trace_find") + "?" + urlencode({"q": item}), follow=True)


def test_an_item_leads_to_its_trace(world: World) -> None:
    client = signed_in("bookkeeper")
    item = Line.objects.filter(entry=taken(world), item__startswith="receipt:").values_list("item", flat=True)[0]
    assert f"{reverse('desk:trace_find')}?{urlencode({'q': item})}" in client.get(url(taken(world))).content.decode()
    assert follow(client, item).redirect_chain[-1][0] == reverse("desk:trace", args=["receipt", item[8:]])
    charge = Line.objects.filter(item__startswith="charge:").values_list("item", flat=True)[0]
    assert follow(client, charge).redirect_chain[-1][0].startswith("/trace/claim/")


def test_an_item_no_room_knows_leads_to_its_entries(world: World) -> None:
    call, client = world.office.call("bookkeeper"), signed_in("bookkeeper")
    for item in ("bill:88", "receipt:17", f"receipt:{UUID(int=1)}", "bank:x"):
        posted = services.post(call, draft=entry(line("6000", 500, item=item), line("ap", -500, item=item)))
        answer = follow(client, item)
        assert answer.status_code == 200
        assert answer.redirect_chain[-1][0] == reverse("desk:trace", args=["entry", posted.number])
    assert follow(client, "nothing:1").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_lines(world: World, django_assert_max_num_queries: Any) -> None:
    call = world.office.call("bookkeeper")
    lines = [line("ar_patient", 100, party=p.party_id, party_role="patient") for p in world.patients for _ in range(40)]
    posted = services.post(call, draft=entry(*lines, line("charges", -8_000)))
    client = signed_in("administrator")
    client.get(reverse("ledger:entry", args=[posted.key]))
    with django_assert_max_num_queries(25):
        client.get(reverse("ledger:entry", args=[posted.key]))
