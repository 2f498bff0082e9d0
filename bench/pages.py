"""A list page of 50 rows out of 100,000, two workers, eight clients: p95 beside a bare Django page of the same rows, in one run.

    .venv/bin/python bench/pages.py [--entries N] [--requests R]

Both are served by gunicorn with the same workers from the same SQLite file to the same signed-in person. The bare page is what Django's own
``startproject`` gives: its seven middlewares, ``login_required``, a ListView-like query of the same rows and the same seven cells a row in a
template with a link on each number; no shell, no filters, no audit, no access decision. Also counts the queries of Today.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORTS = {"list": 8793, "bare": 8794}
BARE = '''
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bare_settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
'''
BARE_SETTINGS = '''
from steward.settings import *
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware", "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "bare_urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [FOLDER], "OPTIONS": {"context_processors": [
    "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages"]}}]
'''
BARE_PAGE = '''<!doctype html><html><head><title>Journal</title></head><body><h1>Journal</h1>
<table><thead><tr><th>Number</th><th>Date</th><th>Journal</th><th>Memo</th><th>Source</th><th>Amount</th><th>State</th></tr></thead>
<tbody>{% for e in rows %}<tr><td><a href="{% url 'entry' e.uid %}">{{ e.number }}</a></td><td>{{ e.date }}</td><td>{{ e.journal }}</td>
<td>{{ e.memo }}</td><td>{{ e.source_type }}</td><td>{{ e.total }}</td><td>{{ e.state }}</td></tr>{% endfor %}</tbody></table></body></html>'''
BARE_URLS = '''
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery, Sum
from django.shortcuts import render
from django.urls import path
from steward.ledger.models import Entry, Line
@login_required
def page(request):
    total = Line.objects.filter(entry=OuterRef("pk"), cents__gt=0).values("entry").annotate(s=Sum("cents")).values("s")
    rows = Entry.objects.filter(state="posted").annotate(total=Subquery(total)).order_by("-number")[:50]
    return render(request, "bare.html", {"rows": rows})
urlpatterns = [path("", page), path("entry/<uuid:uid>/", page, name="entry")]
'''


def prepare(data: Path, entries: int) -> str:
    """A practice with ``entries`` posted entries; gives the session key of a signed-in bookkeeper."""
    os.environ["STEWARD_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "steward.settings"
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    import django

    django.setup()
    from uuid import uuid4

    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from steward.ledger import services as ledger
    from steward.ledger.types import EntryDraft, LineDraft
    from tests.support import open_office, signed_in

    office = open_office()
    from steward.core import clock

    now = clock.system_clock()
    for start in range(0, entries, 5000):
        drafts = [
            EntryDraft(
                uuid4(), office.today, f"entry {n}", "general", "bench.page", str(n),
                (LineDraft(role="petty_cash", cents=100 + n % 900), LineDraft(role="suspense", cents=-100 - n % 900)),
            )
            for n in range(start, min(start + 5000, entries))
        ]  # fmt: skip
        ledger.post_many(office.system(), drafts=drafts)
    client = signed_in("bookkeeper")
    session = client.session
    for name in ("started_at", "seen_at", "stepped_up_at"):
        session[name] = now.now().isoformat()
    session.save()
    return str(session.session_key)


def today_queries() -> int:
    """How many queries Today makes for an administrator."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.support import signed_in

    client = signed_in("administrator")
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/").status_code == 200
    return len(queries)


def serve(module: str, port: int, cwd: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", module, "-b", f"127.0.0.1:{port}", "-w", "2", "-k", "gthread", "--threads", "4"]
    return subprocess.Popen([*command, "--log-level", "error"], cwd=cwd, env=env)


def fetch(port: int, path: str, cookie: str, times: int, into: list[float], sign: bytes = b"entry ") -> None:
    link = http.client.HTTPConnection("127.0.0.1", port)
    for _n in range(times):
        started = time.perf_counter()
        link.request("GET", path, headers={"Cookie": cookie, "Host": "localhost"})
        answer = link.getresponse()
        body = answer.read()
        into.append(time.perf_counter() - started)
        assert answer.status == 200 and sign in body, (answer.status, body[:200])  # a page of errors is fast too


def measure(port: int, path: str, cookie: str, requests: int, sign: bytes = b"entry ") -> list[float]:
    """Seconds of each request, sorted; ``sign`` stands on the right page and no other."""
    times: list[float] = []
    clients = [threading.Thread(target=fetch, args=(port, path, cookie, requests, times, sign)) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert len(times) == 8 * requests
    return sorted(times)


def wait(port: int) -> None:
    for _n in range(200):
        try:
            link = http.client.HTTPConnection("127.0.0.1", port)
            link.request("GET", "/")
            link.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on {port}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=40)
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="steward-bench-"))
    (work / "bare.html").write_text(BARE_PAGE)
    for name, text in (("bare_app", BARE), ("bare_settings", BARE_SETTINGS), ("bare_urls", BARE_URLS)):
        (work / f"{name}.py").write_text(text.replace("FOLDER", repr(str(work))))
    session = prepare(work / "data", args.entries)
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{work}"}
    servers = [
        serve("steward.wsgi:application", PORTS["list"], work, env),
        serve("bare_app:application", PORTS["bare"], work, {**env, "DJANGO_SETTINGS_MODULE": "bare_settings"}),
    ]
    try:
        for port in PORTS.values():
            wait(port)
        cookie = f"steward={session}"
        rounds: dict[str, list[list[float]]] = {"bare": [], "list": []}
        for _round in range(5):  # in turn, so that a slow moment of the machine meets both
            rounds["bare"].append(measure(PORTS["bare"], "/", cookie, args.requests))
            rounds["list"].append(measure(PORTS["list"], "/ledger/journal/", cookie, args.requests))
        p95 = {k: statistics.median(r[int(len(r) * 0.95)] for r in v) for k, v in rounds.items()}
        ratios = [b[int(len(b) * 0.95)] / a[int(len(a) * 0.95)] for a, b in zip(rounds["bare"], rounds["list"], strict=True)]
        print(json.dumps({
            "entries": args.entries, "bare_p95_ms": round(p95["bare"] * 1000, 1), "list_p95_ms": round(p95["list"] * 1000, 1),
            "ratio_median": round(statistics.median(ratios), 2), "today_queries": today_queries(),
        }, indent=2))  # fmt: skip
    finally:
        for server in servers:
            server.terminate()
            server.wait()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
