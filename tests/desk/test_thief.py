"""A thief with an ordinary sign-in: every id in every address, other people's drawers, exports, search, orders and cursors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.apps import apps
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import reverse

from steward.banking.models import CashMove, DrawerSession, Receipt
from steward.core.access.policy import in_full, role_names
from steward.core.base import Record
from steward.core.listing.models import SavedView
from steward.core.refusals import Refused
from steward.core.web import errors
from tests.core.test_access_matrix import Route, routes
from tests.desk.world import World, build
from tests.support import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: Any) -> World:
    return build()


@pytest.fixture
def bare_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that says 400 or 404 is drawn whole the first time at each address; for the next id there its number is enough."""
    whole, drawn = errors.page, set()

    def page(request: Any, trouble: errors.Trouble, **context: Any) -> HttpResponse:
        place = (trouble.status, request.resolver_match.route if request.resolver_match else "")
        if trouble.status in (400, 404) and place in drawn:
            return HttpResponse(status=trouble.status)
        drawn.add(place)
        return whole(request, trouble, **context)

    monkeypatch.setattr(errors, "page", page)


def ours() -> Iterator[Route]:
    """Pages of ours that answer a GET."""
    for route in routes():
        if "GET" in getattr(route.view, "capabilities", {}) and not route.name.startswith("signin:"):
            yield route


def one_uid(route: Route) -> bool:
    return len(re.findall(r"<uuid:\w+>", route.path)) == 1 and "<str:" not in route.path


def at(route: Route, uid: UUID) -> str:
    return "/" + re.sub(r"<uuid:\w+>", str(uid), route.path)


def all_uids() -> dict[UUID, str]:
    """Public ids with their models: the first two of each kind, and everything of the two patients."""
    found: dict[UUID, str] = {}
    for model in apps.get_models():
        if issubclass(model, Record):
            found |= dict.fromkeys(
                model.objects.order_by("id").values_list("uid", flat=True)[:2], model._meta.label_lower
            )
    return found


ROOM_OF = {"approvals": "core", "files": "core", "jobs": "core", "outbox": "core", "audit": "core"}
BESIDE = {"frontdesk": ("frontdesk", "insurance")}
FOREIGN = ("registry.party", "banking.receipt", "ledger.entry", "core.user")


def tried(route: Route, uids: dict[UUID, str]) -> dict[UUID, str]:
    """The ids worth trying at an address: all of its own room's kinds, and a few of other rooms."""
    space = route.name.partition(":")[0]
    rooms = BESIDE.get(space, (ROOM_OF.get(space, space),))
    return {uid: kind for uid, kind in uids.items() if kind.partition(".")[0] in rooms or kind in FOREIGN}


def client_for(world: World, role: str) -> Client:
    world.office.user(role)
    return signed_in(role, Client(raise_request_exception=False))


def body(answer: Any) -> str:
    parts = answer if answer.streaming else [answer.content]
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in parts).decode("utf-8", "replace")


# What a role may open though it may not open all of the kind: index 0 of the world is its own, index 1 is the other's.
def forbidden(world: World, role: str) -> set[UUID]:
    theirs: dict[str, list[Any]] = {
        "frontdesk": [world.receipts[1], world.job, world.file],
        "bookkeeper": [world.file, world.job],
        "auditor": [world.file],
        "clinician": [world.patients[1], world.appointments[1], world.claims[1], world.file, world.job],
    }
    return {row.uid for row in theirs.get(role, [])}


def test_the_world_is_reachable_for_whom_it_is(world: World) -> None:
    """The tests below would pass in an empty house: this one says it is not."""
    desk, doctor = client_for(world, "frontdesk"), client_for(world, "clinician")
    assert desk.get(reverse("banking:receipt", args=[world.receipts[0].uid])).status_code == 200
    assert desk.get(reverse("frontdesk:patient", args=[world.patients[1].uid])).status_code == 200
    assert doctor.get(reverse("frontdesk:patient", args=[world.patients[0].uid])).status_code == 200
    assert doctor.get(reverse("frontdesk:appointment", args=[world.appointments[0].uid])).status_code == 200


@pytest.mark.either
@pytest.mark.parametrize("role", ["frontdesk", "clinician", "biller", "auditor", "bookkeeper", "patient"])
def test_every_id_in_every_address(world: World, bare_repeats: None, role: str) -> None:
    """Nothing falls over; an address opens things of one kind; what is another's is not there (404, never 403 with a hint)."""
    client, theirs, uids = client_for(world, role), forbidden(world, role), all_uids()
    for route in ours():
        if not one_uid(route):
            continue
        opened = set()
        for uid, kind in tried(route, uids).items():
            answer = client.get(at(route, uid))
            assert answer.status_code < 500, (role, route.label, kind)
            if answer.status_code == 200:
                opened.add(kind)
                assert uid not in theirs, (role, route.label, kind)
            if answer.status_code == 403:
                break  # the page as such is closed to this role
        assert len(opened) <= 1, (role, route.label, opened)


BLIND = ("owner", "bookkeeper", "hr", "payroll", "assistant", "auditor", "vendor", "patient")


@pytest.mark.either
@pytest.mark.parametrize("role", BLIND)
def test_who_may_not_read_patients_meets_no_name_anywhere(world: World, bare_repeats: None, role: str) -> None:
    """Pages, lists, exports, search, palette, prints, PDFs as bytes: side doors included."""
    client = client_for(world, role)
    assert not in_full(world.office.call(role).subject, "patient.read")
    secrets, uids, today = world.words(0) | world.words(1), all_uids(), world.office.today.isoformat()
    for route in ours():
        if one_uid(route):
            addresses = [at(route, uid) for uid in tried(route, uids)]
        elif "<" not in route.path:
            addresses = [f"/{route.path}", *(f"/{route.path}?export={kind}" for kind in ("csv", "print"))]
        else:
            refs = {
                "claim": world.claims[1].ref,
                "receipt": world.receipts[1].uid,
                "visit": world.appointments[1].visit.uid,
            }
            plain = "/" + route.path.replace("<str:day>", today)
            addresses = [plain.replace("<str:kind>", kind).replace("<str:ref>", str(ref)) for kind, ref in refs.items()]
        if route.name in ("core:search", "core:palette", "desk:trace_find"):
            addresses += [f"/{route.path}?q={word}" for word in ("Quack", "Feather", "Zeb")]
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code < 500, (role, address)
            if answer.status_code == 403 and "?" not in address:
                break  # the page as such is closed to this role
            if answer.status_code == 200:
                told = {word for word in secrets if word in body(answer)}
                assert not told, (role, address, told)


def test_a_clinician_finds_only_her_own(world: World) -> None:
    client = client_for(world, "clinician")
    for address in (
        "/frontdesk/patients/",
        "/frontdesk/",
        "/frontdesk/schedule/",
        "/frontdesk/encounters/",
        "/search?q=Feather",
        "/palette?q=Feather",
    ):
        text = body(client.get(address)).replace("q=Feather", "")
        assert "Featherstonehaugh" not in text, address


def test_lists_exports_and_search_agree(world: World) -> None:
    """What an export or the search gives is in the list as well, for every role that has the list."""
    for role in role_names():
        client = client_for(world, role)
        for address in ("/banking/receipts/", "/frontdesk/patients/"):
            page = client.get(address)
            if page.status_code != 200:
                assert client.get(f"{address}?export=csv").status_code in (302, 403), (role, address)
                continue
            export = client.get(f"{address}?export=csv")
            if export.status_code == 200:
                shown, given = body(page), body(export)
                for n in (0, 1):
                    for word in (world.patients[n].party.last_name, str(world.receipts[n].number)):
                        assert word in shown or not re.search(rf"\b{word}\b", given), (role, address, word)


def refuses(act: Any) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def test_cash_of_a_colleagues_drawer_stays_there(world: World) -> None:
    """By form and by service alike."""
    from steward.banking.services import drawers, receipts

    client, other = client_for(world, "frontdesk"), world.sessions[1]
    before = CashMove.objects.count()
    for name, data in (
        ("drop", {"cents": "10.00"}),
        ("pay_out", {"cents": "10.00", "account": "6000", "memo": "stamps"}),
        ("hand_over", {"cents": "10.00", "to": world.sessions[0].pk}),
    ):
        answer = client.post(reverse(f"banking:{name}", args=[other.uid]), data)
        assert answer.status_code in (403, 404, 422), name
    void = client.post(reverse("banking:receipt_void", args=[world.receipts[1].uid]), {"reason": "mine now"})
    assert void.status_code in (403, 404)
    call = world.office.call("frontdesk")
    assert refuses(lambda: drawers.safe_drop(call, session=other, cents=100)) == "denied"
    assert refuses(lambda: drawers.pay_out(call, session=other, cents=100, account="6000", memo="x")) == "denied"
    assert refuses(lambda: drawers.hand_over(call, session=other, to=world.sessions[0], cents=100)) == "denied"
    assert refuses(lambda: receipts.void_receipt(call, receipt=world.receipts[1], reason="x")) == "denied"
    assert (
        refuses(
            lambda: receipts.take_receipt(call, tender="cash", cents=1, party=world.patients[0].party, session=other)
        )
        == "not_your_drawer"
    )
    assert CashMove.objects.count() == before
    assert not Receipt.objects.filter(voided_at__isnull=False).exists()
    assert DrawerSession.objects.filter(state="open").count() == 2


def test_work_views_and_files_of_others_stay_theirs(world: World) -> None:
    client = client_for(world, "bookkeeper")
    for name in ("cancel", "again"):
        assert client.post(reverse(f"jobs:{name}", args=[world.job.uid])).status_code in (403, 404)
    client.post(reverse("core:drop_view", args=[world.view.uid]))
    assert SavedView.objects.filter(pk=world.view.pk).exists()
    world.job.refresh_from_db()
    assert world.job.state == "queued"
    biller = client_for(world, "biller")
    assert biller.get(reverse("files:show", args=[world.file.uid])).status_code == 200
    assert client_for(world, "auditor").get(reverse("files:raw", args=[world.file.uid])).status_code == 404


def test_the_import_screen_gives_nobody_a_right(world: World) -> None:
    """Everybody who works here may open it; each kind of file asks for its own right."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from steward.banking.models import BankLine
    from steward.billing.models import Remittance

    ofx = b"OFXHEADER:100\nDATA:OFXSGML\n<OFX></OFX>"
    for role in ("clinician", "hr", "auditor", "frontdesk"):
        for content, name in ((ofx, "bank.ofx"), (b"ISA*00*x~", "x.835"), (b"claim_ref,patient_ref\n", "charges.csv")):
            client = client_for(world, role)
            answer = client.post(reverse("desk:import"), {"uploads": SimpleUploadedFile(name, content)})
            assert answer.status_code in (403, 422), (role, name)
    assert not BankLine.objects.exists() and not Remittance.objects.exists()


def test_a_clinician_moves_only_her_own_visits(world: World) -> None:
    from steward.frontdesk import services
    from steward.frontdesk.types import BookingData

    call, other = world.office.call("clinician"), world.appointments[1]
    for service in (services.check_out, services.undo_check_in, services.see):
        assert refuses(lambda service=service: service(call, appointment=other)) == "denied"
    assert refuses(lambda: services.no_charge(call, visit=other.visit, reason="x")) == "denied"
    starts = world.appointments[0].starts_at.replace(hour=20)
    data = BookingData(world.patients[1].pk, world.providers[1].pk, other.site_id, other.reason_id, starts_at=starts)
    assert refuses(lambda: services.book(call, data=data)) == "denied"


PAYLOADS = (
    "name;DROP TABLE core_user",
    "-1 OR 1=1",
    "party__user__password",
    "patient__party__tax_id",
    "id) UNION SELECT 1--",
    "../../etc/passwd",
    "\x00",
    "'",
    "%00",
    "{{7*7}}",
    "9" * 400,
)


PARAMETERS = ("sort", "after", "before", "export", "q", "day", "date", "password__startswith")


class Heard(QueryDict):
    """The parameters of a request, which note the names that somebody asked for, there or not."""

    asked: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, default: Any = None) -> list[Any]:
        self.asked.add(key)
        return super().getlist(key, default)


def read_by(client: Client, path: str) -> list[str]:
    """The parameters that a page reads, given none and given all: what it does not ask for reaches nothing."""
    Heard.asked.clear()
    for given in ({}, dict.fromkeys(PARAMETERS, PAYLOADS[0])):
        assert client.get(path, given).status_code < 500, path
    return [name for name in PARAMETERS if name in Heard.asked]


def test_no_parameter_of_any_list_reaches_the_database_raw(
    world: World, bare_repeats: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page takes every parameter it reads with a few of the payloads; which ones goes round, so that all meet all."""
    monkeypatch.setattr(WSGIRequest, "GET", property(lambda self: Heard(self.META.get("QUERY_STRING", ""))))
    client, turn, tries = client_for(world, "administrator"), 0, 0
    for route in ours():
        if "<" in route.path:
            continue
        for parameter in read_by(client, f"/{route.path}"):
            for step in (0, 4):
                payload = PAYLOADS[(turn + step) % len(PAYLOADS)]
                answer = client.get(f"/{route.path}", {parameter: payload})
                assert answer.status_code < 500, (route.label, parameter, payload)
                tries += 1
            turn += 1
    assert tries > 600, "pages that read nothing prove nothing"


def test_every_change_asks_for_the_forms_token(world: World) -> None:
    """A page of somebody else's cannot press our buttons: no token, no act, wherever the POST goes."""
    from steward.core.audit.models import AuditRow

    client = signed_in("administrator", Client(enforce_csrf_checks=True, raise_request_exception=False))
    before = AuditRow.objects.exclude(action__startswith="signin").count()
    for route in routes():
        if "POST" not in getattr(route.view, "capabilities", {}) or "<str:" in route.path:
            continue
        path = "/" + re.sub(r"<uuid:\w+>", str(world.patients[0].uid), re.sub(r"<slug:\w+>", "x", re.sub(r"<int:\w+>", "1", route.path)))
        answer = client.post(path, HTTP_ORIGIN="https://evil.test")
        assert answer.status_code == 403, route.label
    assert AuditRow.objects.exclude(action__startswith="signin").count() == before
