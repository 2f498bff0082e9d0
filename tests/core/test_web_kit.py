"""The kit: what each tag and filter says, forms that keep what was typed, errors in our words, navigation by capability."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import BadRequest
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.template import engines
from django.test import RequestFactory

from steward.core.access.decide import Context, Subject
from steward.core.access.models import Office
from steward.core.clock import FixedClock
from steward.core.refusals import Denied, Refusal, refuse
from steward.core.service import Call
from steward.core.web import charts, days
from steward.core.web.context import Shell
from steward.core.web.forms import DateField, Done, Form, MoneyField, go, handle, press
from steward.core.web.history import history_url, read_token
from steward.core.web.middleware import answer
from steward.core.web.navigation import NAVIGATION, ShownFold, groups_for
from steward.core.web.toasts import Toast, toast
from tests.support import NOON, ZONE

TODAY = date(2026, 11, 23)


class Basket(list):
    """Messages, kept in a list as django's storage would."""

    def add(self, level, message, extra_tags=""):
        self.append(SimpleNamespace(level=level, message=message, extra_tags=extra_tags))


def asked(method: str = "get", path: str = "/here", data: dict | None = None, *, roles=("administrator",), **headers):
    request = getattr(RequestFactory(), method)(path, data or {}, **headers)
    request.call = Call(
        Subject(7, "Dana Reyes", frozenset(roles)), FixedClock(NOON, ZONE), channel="web", context=Context(now=NOON)
    )
    request._messages = Basket()
    return request


def shown(text: str, **context) -> str:
    return engines["django"].from_string("{% load steward %}" + text).render(context)


# ---- words and figures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cents", "money", "summary", "dollars"),
    [
        (123_450, "1,234.50", "1,234.50", "$1,234.50"),
        (-395, "−3.95", "−3.95", "−$3.95"),
        (0, "0.00", "0.00", "$0.00"),
        (41_290_649, "412,906.49", "412,906", "$412,906"),
        (41_290_650, "412,906.50", "412,907", "$412,907"),
        (-1_000_000, "−10,000.00", "−10,000", "−$10,000"),
        (999_999, "9,999.99", "9,999.99", "$9,999.99"),
        (None, "", "", ""),
    ],
)
def test_money_in_lists_and_in_summaries(cents, money, summary, dollars):
    assert shown("{{ c|money }}|{{ c|money0 }}|{{ c|dollars }}", c=cents) == f"{money}|{summary}|{dollars}"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (TODAY, "Today"),
        (TODAY - timedelta(days=1), "Yesterday"),
        (TODAY + timedelta(days=1), "Tomorrow"),
        (TODAY - timedelta(days=3), "Friday"),
        (TODAY - timedelta(days=6), "Tuesday"),
        (TODAY - timedelta(days=7), "Nov 16"),
        (date(2025, 10, 5), "Oct 5, 2025"),
    ],
)
def test_days_as_people_say_them(day, said):
    assert days.say_day(day, TODAY) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (5, "just now"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (7_200, "2 h ago"),
        (86_399, "23 h ago"),
        (-600, "in 10 min"),
    ],
)
def test_moments_under_a_day_are_counted(seconds, said):
    now = NOON.astimezone(ZONE)
    assert days.say_ago(now - timedelta(seconds=seconds), now) == said


def test_moments_of_older_days_have_day_and_time():
    now = NOON.astimezone(ZONE)
    assert days.say_ago(now - timedelta(days=1), now) == "Yesterday, 12:00 pm"
    assert days.say_time(datetime(2026, 11, 23, 0, 5, tzinfo=UTC)) == "12:05 am"


def test_the_whole_date_is_on_hover():
    body = shown("{{ d|day }}", d=date(2026, 10, 5))
    assert 'datetime="2026-10-05"' in body
    assert 'title="Monday, October 5, 2026"' in body


def test_tags_escape_what_people_typed():
    evil = '<img src=x onerror="x">'
    texts = (
        "{% badge 'bad' e %}", "{% card e e %}{{ e }}{% endcard %}", "{% figure e 100 e url=e %}", "{% work 'bad' e e e 1 e e when=e %}",
        "{% steps s %}", "{% empty e e e e %}", "{% bars b e %}", "{{ c }}",
    )  # fmt: skip
    point = [charts.Point(evil, 1), charts.Point(evil, 2)]
    for text in texts:
        body = shown(text, e=evil, s=[{"label": evil, "value": evil, "note": evil, "url": evil}], b=[(evil, 1, evil)],
                     c=charts.line(point, evil, threshold=1, threshold_label=evil))  # fmt: skip
        assert "<img" not in body, text
        assert "&lt;img" in body, text


def test_a_line_of_work_says_all_five_things():
    body = shown(
        "{% work 'bad' 'Overdue' 'It does not balance' 'Blue Harbor' 395 '/x' 'Look' primary=True when='by Friday' %}"
    )
    for part in (
        "Overdue",
        "It does not balance",
        "Blue Harbor · by Friday",
        "3.95",
        'class="button primary" href="/x">Look',
    ):
        assert part in body


def test_a_tone_that_is_not_known_is_grey():
    assert 'class="badge quiet"' in shown("{% badge 'purple' 'x' %}")


# ---- charts ------------------------------------------------------------------------------------------------------------


def test_a_chart_draws_its_threshold_and_has_the_same_numbers_in_a_table():
    points = [charts.Point(f"week {n}", n * 10_000, n * 9_000, n * 11_000) for n in range(1, 6)]
    body = charts.line(points, "Cash", threshold=20_000, threshold_label="floor")
    for part in ('class="threshold"', 'class="band"', "floor", 'role="img"', 'aria-label="Cash"'):
        assert part in body
    assert body.count("<tr>") == 5
    assert "style=" not in body


def test_charts_of_nothing_and_of_equal_numbers_do_not_fall():
    assert charts.spark([]) == charts.spark([1]) == ""
    assert "curve" in charts.spark([5, 5, 5])
    assert "Not enough" in charts.line([charts.Point("a", 1)], "x")
    assert "curve" in charts.line([charts.Point("a", 0), charts.Point("b", 0)], "x")
    assert charts.bars([]) == ""
    assert "bar" in charts.bars([charts.Bar("a", 0)])


def test_a_day_strip_stays_within_the_opening_hours():
    strip = charts.Strip(
        "Dr. Okafor", "on time", (charts.Slot(time(7), time(9), "done"), charts.Slot(time(16), time(19), "free"))
    )
    body = charts.day_strip(strip, time(8), time(18), time(13))
    assert 'x="0" y="2"' in body
    assert 'class="now"' in body
    assert "Dr. Okafor: on time" in body


# ---- forms -------------------------------------------------------------------------------------------------------------


class Payment(Form):
    cents = MoneyField(label="Amount", least=1, most=10_000_000)
    day = DateField(label="Day", required=False)


@pytest.mark.parametrize(("typed", "cents"), [("12*3.5", 4200), ("1,234.50", 123_450), ("$5", 500)])
def test_a_money_field_reads_what_people_type(typed, cents):
    form = Payment({"cents": typed})
    assert form.is_valid()
    assert form.cleaned_data["cents"] == cents


@pytest.mark.parametrize(
    ("typed", "said"),
    [("x", "not an amount"), ("0", "At least 0.01"), ("(5.00)", "At least"), ("200000", "At most"), ("", "required")],
)
def test_a_money_field_says_what_is_wrong(typed, said):
    form = Payment({"cents": typed})
    assert not form.is_valid()
    assert said in str(form.errors["cents"])


def test_a_date_field_reads_and_refuses():
    assert Payment({"cents": "1", "day": "11/23/2026"}).fields["day"].clean("11/23/2026") == TODAY
    form = Payment({"cents": "1", "day": "soon"})
    assert not form.is_valid()
    assert "Type 11/23" in str(form.errors["day"])


def keep(store: list):
    def act(call, **data):
        store.append((call.key, data))
        return SimpleNamespace(number=12)

    return act


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(Shell, "practice", "Cedar Hill")


def taken(_result):
    return Done("/done", "Receipt taken.", undo_url="/undo")


def test_get_shows_the_form_with_a_fresh_key(shell):
    body = handle(asked(), Payment, keep([]), success=taken).content.decode()
    key = body.split('name="_key" value="')[1].split('"')[0]
    assert UUID(key).version == 4


def test_what_does_not_parse_comes_back_with_422_and_everything_typed(shell):
    store: list = []
    key = str(uuid4())
    answer_ = handle(
        asked("post", data={"cents": "12 apples", "day": "t", "_key": key}), Payment, keep(store), success=taken
    )
    body = answer_.content.decode()
    assert answer_.status_code == 422
    assert store == []
    assert 'value="12 apples"' in body
    assert 'value="t"' in body
    assert key in body
    assert 'aria-invalid="true"' in body
    assert 'aria-describedby="id_cents-error"' in body


def test_success_says_so_and_redirects_with_303_and_the_forms_key(shell):
    store: list = []
    key = uuid4()
    request = asked("post", data={"cents": "5", "_key": str(key)})
    answer_ = handle(request, Payment, keep(store), success=taken)
    assert (answer_.status_code, answer_["Location"]) == (303, "/done")
    assert store == [(key, {"cents": 500, "day": None})]
    message = request._messages[0]
    assert message.message == "Receipt taken."
    assert Toast.of(message).undo_url == "/undo"


def test_htmx_is_told_where_to_go(shell):
    answer_ = handle(
        asked("post", data={"cents": "5"}, HTTP_HX_REQUEST="true"), Payment, keep([]), success=lambda _r: "/done"
    )
    assert answer_["HX-Redirect"] == "/done"


def test_a_refusal_stands_beside_its_field_or_above_the_form_with_its_fix(shell):
    def refusing(call, **_data):
        from steward.core.refusals import Refused

        raise Refused(
            Refusal("a", "Too much.", "Type less.", "cents"), Refusal("b", "October is locked.", "Date it in November.")
        )

    answer_ = handle(asked("post", data={"cents": "5"}), Payment, refusing, success=taken)
    body = answer_.content.decode()
    assert answer_.status_code == 422
    assert "Too much. Type less." in body
    assert "October is locked." in body
    assert '<p class="fix">Date it in November.</p>' in body
    assert 'value="5"' in body


def test_a_denial_is_403_and_a_wish_for_proof_goes_on_to_the_middleware(shell):
    def denying(step_up):
        def act(call, **_data):
            raise Denied(Refusal("denied", "Not done.", "Ask."), step_up=step_up)

        return act

    assert handle(asked("post", data={"cents": "5"}), Payment, denying(False), success=taken).status_code == 403
    with pytest.raises(Denied):
        handle(asked("post", data={"cents": "5"}), Payment, denying(True), success=taken)


def test_a_button_that_is_refused_says_so_where_it_was_pressed():
    def refusing(call):
        raise refuse("gone", "It is gone.", "Open the list.")

    request = asked("post")
    answer_ = press(request, refusing, success=taken, back="/list")
    assert answer_["Location"] == "/list"
    assert request._messages[0].message == "It is gone. Open the list."


@pytest.mark.parametrize("url", ["https://evil.example/x", "//evil.example/x", "javascript:alert(1)"])
def test_an_undo_never_leads_elsewhere(url):
    request = asked()
    toast(request, "Done", undo_url=url)
    assert Toast.of(request._messages[0]).undo_url == ""


def test_a_message_may_lead_to_the_next_step():
    request = asked()
    go(request, Done("/list", "Posted", after=("/claim", "Mend it"), tone="warn"))
    shown = Toast.of(request._messages[0])
    assert (shown.tone, shown.next_url, shown.next_label, shown.undo_url) == ("warn", "/claim", "Mend it", "")


def test_done_may_be_a_plain_address():
    assert go(asked(), "/x")["Location"] == "/x"


# ---- history, navigation, errors ---------------------------------------------------------------------------------------


def test_the_history_tab_answers_only_to_the_page_that_showed_the_record(settings):
    thing = SimpleNamespace(uid=uuid4())
    url = history_url(asked(), thing)
    assert read_token(asked(path=url)) == thing.uid
    other = asked(path=url)
    other.call = Call(Subject(8, "Luis"), FixedClock(NOON, ZONE), channel="web")
    assert read_token(other) is None
    assert read_token(asked(path=url[:-2] + "xx")) is None
    assert read_token(asked(path="/history")) is None
    assert history_url(asked(), SimpleNamespace()) == ""


def test_letters_and_addresses_of_the_rail_are_unique_and_its_capabilities_exist():
    from steward.core.access.policy import matrix

    entries = [e for g in NAVIGATION for e in g.entries]
    keys = [e.key for e in entries if e.key]
    assert len(keys) == len(set(keys))
    assert len({e.url_name for e in entries}) == len(entries)
    assert {e.capability for e in entries} <= set(matrix())


def test_the_rail_shows_only_what_the_person_may_open():
    boss = {str(e.label) for g in groups_for(asked(roles=("administrator",))) for e in g.entries}
    assert "Search" in boss
    assert groups_for(asked(roles=("vendor",))) == []
    assert groups_for(RequestFactory().get("/")) == []


def test_a_long_group_is_folded_to_seven_and_only_the_fold_where_we_are_stands_open():
    money = next(g for g in groups_for(asked(path="/billing/denials/", roles=("administrator",))) if g.label == "Money")
    assert len(money.parts) <= 7 < len(money.entries)
    folds = [part for part in money.parts if isinstance(part, ShownFold)]
    assert [str(fold.label) for fold in folds if fold.here] == ["Payers' answers"]
    few = [g for g in groups_for(asked(roles=("frontdesk",))) if g.label == "Money"]
    assert not any(isinstance(part, ShownFold) for g in few for part in g.parts)
    assert all(len(fold.entries) > 1 for fold in folds)


def test_where_we_are_is_marked_once():
    groups = groups_for(asked(path="/search?q=x"))
    assert [str(e.label) for g in groups for e in g.entries if e.here] == ["Search"]


@pytest.mark.parametrize(
    ("exception", "status", "says"),
    [
        (refuse("locked", "October is locked.", "Date it in November."), 422, "Date it in November."),
        (Denied(Refusal("denied", "Not open to you.", "Ask.")), 403, "Not open to you"),
        (Http404(), 404, "Nothing is here"),
        (BadRequest("This list has no order “x”."), 400, "no order"),
        (OperationalError("database is locked"), 503, "Wait a minute"),
        (ZeroDivisionError("secret value 4711"), 500, "Reference"),
    ],
)
def test_every_trouble_has_a_page_in_our_words(shell, exception, status, says):
    request = asked()
    made = answer(request, exception)
    assert made.status_code == status
    body = made.content.decode()
    assert says in body
    assert "4711" not in body
    assert "Traceback" not in body


def test_a_break_is_logged_under_the_number_it_shows(shell, caplog):
    with caplog.at_level(logging.ERROR, logger="steward.web"):
        logging.getLogger("steward").propagate = True
        body = answer(asked(), ZeroDivisionError()).content.decode()
    number = body.split('class="code">')[1].split("<")[0]
    assert number in [getattr(r, "reference", "") for r in caplog.records]


def test_not_allowed_names_who_can(shell):
    request = asked()

    def view(_request):
        return HttpResponse()

    view.capabilities = {"GET": "audit.read"}
    request.resolver_match = SimpleNamespace(func=view)
    body = answer(request, Denied(Refusal("denied", "Not open to you.", "Ask."))).content.decode()
    assert "Owner, Administrator, Auditor" in body


def test_when_even_the_shell_is_broken_there_are_words(monkeypatch):
    def no_database(self):
        raise OperationalError("no such table")

    monkeypatch.setattr(Shell, "practice", property(no_database))
    made = answer(asked(), OperationalError("disk is full"))
    assert made.status_code == 503
    assert b"Nothing was half done" in made.content


# ---- through the whole stack -------------------------------------------------------------------------------------------


@pytest.fixture
def client(db):
    from tests.support import signed_in

    Office.objects.get_or_create(pk=1, defaults={"name": "Cedar Hill", "opened_on": TODAY})
    return signed_in("administrator")


def test_theme_and_density_are_kept_from_a_closed_set_and_lead_back(client):
    made = client.post("/look/theme", {"theme": "dark", "next": "/search"})
    assert (made.status_code, made["Location"], made.cookies["theme"].value) == (303, "/search", "dark")
    assert 'data-theme="dark"' in client.get("/search").content.decode()
    made = client.post("/look/theme", {"theme": '"><script>', "next": "https://evil.example/"})
    assert (made["Location"], made.cookies["theme"].value) == ("/", "")
    client.post("/look/density", {"density": "comfortable"})
    assert 'data-density="comfortable"' in client.get("/search").content.decode()


def test_the_look_goes_with_the_person_to_another_machine(client):
    from tests.support import signed_in

    client.post("/look/theme", {"theme": "dark"})
    client.post("/look/density", {"density": "comfortable"})
    other = signed_in("administrator")
    assert "theme" not in other.cookies
    page = other.get("/search").content.decode()
    assert 'data-theme="dark"' in page and 'data-density="comfortable"' in page
    other.post("/look/theme", {"theme": ""})
    assert "data-theme" not in client.get("/search").content.decode(), "what was chosen last holds on every machine"
    assert "data-theme" not in signed_in("biller").get("/search").content.decode()


def test_the_policy_is_strict_and_the_page_obeys_it(client):
    made = client.get("/search")
    policy = made["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    body = made.content.decode()
    assert 'hx-headers:inherited=\'{"X-CSRFToken"' in body
    assert body.index('class="skip"') < body.index('id="rail"')
    for landmark in ("<nav", "<main", "<header", 'role="search"'):
        assert landmark in body


def test_the_palette_finds_pages_for_this_person_only(client):
    groups = json.loads(client.get("/palette?q=sear").content)["groups"]
    pages = [hit["label"] for g in groups if g["label"] == "Pages" for hit in g["hits"]]
    assert pages[0] == "Search"


def test_an_address_that_is_nothing_has_our_page(client):
    made = client.get("/no/such/page")
    assert made.status_code == 404
    assert b"Nothing is here" in made.content


def test_the_kit_is_closed_outside_a_demo_folder(client, settings):
    settings.DEMO = False
    assert client.get("/kit").status_code == 404
    settings.DEMO = True
    assert client.get("/kit").status_code == 200
    assert client.post("/kit", {"cents": "apples"}).status_code == 422
    assert client.post("/kit", {"cents": "5"}).status_code == 303
