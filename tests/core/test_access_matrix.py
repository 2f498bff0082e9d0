"""Every route x method x kind of person, against a checked-in file: whoever opens a door shows it in the diff.

``STEWARD_WRITE_MATRIX=1 pytest tests/core/test_access_matrix.py`` writes the file anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import ResolverMatch

from steward.core import clock
from steward.core.access.decide import Context, Subject
from steward.core.access.middleware import DefaultDeny, declared
from steward.core.access.policy import role_names
from steward.core.service import Call
from tests.core.ground import bare_office
from tests.support import make_user, signed_in

FILE = Path(__file__).parent / "matrix.txt"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
HEADER = """\
# Who reaches what. Made by tests/core/test_access_matrix.py from the routes and roles.toml; read it as a diff.
# One line a route and its methods: the capability asked, then one letter a person in the order of the next line.
#   + reaches the view   - refused   ^ after confirming who it is   > to the sign-in page   2 to setting up a second factor
"""


@dataclass(frozen=True)
class Route:
    """A reachable pattern: its name with namespaces, its path with placeholders, its view."""

    name: str
    path: str
    view: Any

    @property
    def label(self) -> str:
        return f"{self.name or '(unnamed)'} /{self.path}"


def routes(resolver: URLResolver | None = None, prefix: str = "", space: str = "") -> Iterator[Route]:
    """All of them, depth first."""
    for part in (resolver or get_resolver()).url_patterns:
        path = prefix + str(part.pattern)
        if isinstance(part, URLPattern):
            yield Route(space + (part.name or ""), path, part.callback)
        else:
            yield from routes(part, path, f"{space}{part.namespace}:" if part.namespace else space)


def people() -> dict[str, tuple[Subject, Context]]:
    """Everybody who may knock: one of each role freshly confirmed, and those whom nothing is open to."""
    fresh = Context(True, NOW, NOW)
    found = {role: (Subject(1, role, frozenset({role})), fresh) for role in role_names()}
    everything = frozenset({"administrator", "owner"})
    found["no role"] = (Subject(1, "none"), fresh)
    found["unconfirmed administrator"] = (
        Subject(1, "a", frozenset({"administrator"})),
        replace(fresh, stepped_up_at=None),
    )
    found["no second factor"] = (Subject(1, "n", everything), replace(fresh, second_factor=False))
    found["anonymous"] = (Subject(None), Context())
    return found


def outcome(route: Route, method: str, subject: Subject, context: Context) -> str:
    """One letter: what the default-deny middleware does."""
    request = RequestFactory().generic(method, "/knock")
    request.session = SessionStore()
    request.resolver_match = ResolverMatch(route.view, (), {}, url_name=route.name.rpartition(":")[2], route=route.path)
    request.call = Call(subject, clock.FixedClock(NOW, clock.system_clock().zone), context=context)
    answer = DefaultDeny(lambda _request: HttpResponse()).process_view(request, route.view, (), {})
    if answer is None:
        return "+"
    if answer.status_code == 405:
        return "."
    if answer.status_code == 403:
        return "-"
    place = answer["Location"]
    letters = {"/sign-in/login/": ">", "/welcome/second-factor/": "2", "/welcome/confirm/": "^"}
    return next(letter for start, letter in letters.items() if place.startswith(start))


def asked(route: Route, method: str) -> str:
    request = RequestFactory().generic(method, "/knock")
    request.resolver_match = ResolverMatch(route.view, (), {}, url_name=route.name.rpartition(":")[2], route=route.path)
    return declared(request, route.view) or "closed"


def table() -> str:
    """The file's whole text."""
    crowd = people()
    lines = [HEADER + "# " + ", ".join(crowd)]
    for route in sorted(routes(), key=lambda r: (r.name, r.path)):
        rows: dict[str, list[str]] = {}
        for method in METHODS:
            letters = "".join(outcome(route, method, *who) for who in crowd.values())
            if "." not in letters:  # else no such method for anybody who is in
                rows.setdefault(f"{asked(route, method)}  {letters}", []).append(method)
        lines += [f"{route.label}  {' '.join(methods)}  {row}" for row, methods in rows.items()]
    return "\n".join(lines) + "\n"


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision alone: no audit rows, no pages drawn."""
    monkeypatch.setattr("steward.core.audit.services.record_denial", lambda *_args: None)
    monkeypatch.setattr("steward.core.web.middleware.answer", lambda *_args: HttpResponse(status=403))


def test_the_matrix_is_the_one_checked_in() -> None:
    now = table()
    if os.environ.get("STEWARD_WRITE_MATRIX") == "1":
        FILE.write_text(now)
    kept = FILE.read_text().splitlines() if FILE.exists() else []
    new = [line for line in now.splitlines() if line not in kept]
    gone = [line for line in kept if line not in now.splitlines()]
    assert not new and not gone, "\n".join(
        [
            "routes or rights changed; look, then STEWARD_WRITE_MATRIX=1",
            *(f"+ {x}" for x in new),
            *(f"- {x}" for x in gone),
        ]
    )


def test_every_view_of_ours_declares_what_it_asks() -> None:
    closed = [r.label for r in routes() if asked(r, "GET") == "closed" and r.view.__module__.startswith("steward")]
    assert not closed


def test_what_is_open_without_a_sign_in_is_this_and_no_more() -> None:
    open_ = {r.name for r in routes() for m in METHODS if outcome(r, m, Subject(None), Context()) == "+"}
    assert open_ <= {
        "account_login",
        "account_logout",
        "account_inactive",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "signin:link",
        "signin:lock",
        "signin:language",
        "health",
    } | {n for n in open_ if re.fullmatch(r"(core|desk):(health|healthz|ready)", n)}


def test_without_a_second_factor_only_ones_own_sign_in_opens() -> None:
    who = people()["no second factor"]
    reached = {r.name for r in routes() for m in METHODS if outcome(r, m, *who) == "+"}
    assert all(
        n.startswith(("account_", "mfa_", "signin:", "usersessions")) or n.endswith("health") for n in reached
    ), reached


def test_what_writes_asks_for_more_than_reading() -> None:
    asking = {r.name for r in routes() for m in ("POST", "PUT", "PATCH", "DELETE") if asked(r, m).endswith(".read")}
    assert asking <= READ_BY_POST


READ_BY_POST = {"audit:chain", "ledger:proof", "core:kit", "desk:import", "api:import"}  # proofs, the kit; each kind of file asks its own right


@pytest.mark.django_db
def test_the_real_middleware_agrees_for_whoever_is_not_in() -> None:
    bare_office()
    anonymous, halfway = Client(), Client()
    halfway.force_login(make_user("administrator"))
    for route in routes():
        path = "/" + re.sub(r"<uuid:\w+>", "6f6b7c1e-0000-4000-8000-000000000000", route.path)
        path = re.sub(r"<int:\w+>", "1", re.sub(r"<(?:str|slug):\w+>|<\w+>", "x", path))
        if "<" in path or "^" in path or "\\" in path:
            continue
        for method in ("GET", "POST"):
            said = outcome(route, method, Subject(None), Context())
            answer = anonymous.generic(method, path)
            if said == ">" and path.startswith("/api/"):  # programs are told, not led
                assert answer.status_code == 401, path
            elif said == ">":
                assert answer.status_code in (302, 404) and (
                    answer.status_code == 404 or answer["Location"].startswith("/sign-in/")
                ), path
            if outcome(route, method, *people()["no second factor"]) == "2":
                answer = halfway.generic(method, path)
                if path.startswith("/api/"):
                    assert answer.status_code == 403, path
                    continue
                assert answer.status_code in (302, 404), path
                assert answer.status_code == 404 or answer["Location"] == "/welcome/second-factor/", path


@pytest.mark.django_db
def test_a_refusal_is_a_page_of_ours_and_is_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    from steward.core.audit.models import AuditRow
    from steward.core.audit.services import _alone

    monkeypatch.undo()
    assert _alone
    bare_office()
    answer = signed_in("frontdesk").get("/audit/log/")
    assert answer.status_code == 403 and b"Not open to you" in answer.content
    row = AuditRow.objects.get(decision="deny")
    assert row.action == "audit:log" and row.capability == "audit.read"
