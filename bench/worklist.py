"""The work list and the claim list at 100,000 claims, 50 rows a page: p95 beside a bare Django page of the same rows, in one run.

    .venv/bin/python bench/worklist.py [--claims N] [--requests R]

Served and measured as ``bench/pages.py`` does: gunicorn, two workers, eight clients, the same SQLite file, the same signed-in biller. Every
fifth claim has open work. The rows are made in bulk, without entries: neither page asks the books.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from pages import BARE, BARE_SETTINGS, ROOT, measure, serve, wait

PORTS = {"office": 8795, "bare": 8796}
LISTS = {"work": "/billing/work/", "claims": "/billing/claims/"}
GOAL = 1.5
PAGE = """<!doctype html><html><head><title>List</title></head><body><h1>List</h1>
<table><thead><tr><th>1</th><th>2</th><th>3</th><th>4</th><th>5</th><th>6</th><th>7</th></tr></thead><tbody>{% for r in rows %}<tr>"""
WORK = PAGE + """<td>{{ r.due }}</td><td><a href="{% url 'one' r.uid %}">{{ r.get_kind_display }}</a></td><td>{{ r.reason }}</td>
<td>{{ r.claim.ref }}</td><td>{{ r.claim.patient.party.name }}</td><td>{{ r.group }}-{{ r.carc }}</td><td>{{ r.amount_cents }}</td></tr>
{% endfor %}</tbody></table></body></html>"""
CLAIMS = PAGE + """<td>{{ r.service_date }}</td><td><a href="{% url 'one' r.uid %}">{{ r.ref }}</a></td><td>{{ r.patient.party.name }}</td>
<td>{{ r.payer.name }}</td><td>{{ r.provider.party.name }}</td><td>{{ r.site.name }}</td><td>{{ r.charge_sum }}</td></tr>
{% endfor %}</tbody></table></body></html>"""
URLS = '''
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery, Sum
from django.shortcuts import render
from django.urls import path
from steward.billing.models import Charge, Claim, WorkItem
@login_required
def work(request):
    rows = WorkItem.objects.filter(closed_at=None).select_related("claim__patient__party").order_by("due", "id")[:50]
    return render(request, "work.html", {"rows": rows})
@login_required
def claims(request):
    total = Charge.objects.filter(claim=OuterRef("pk"), voided_on=None).values("claim").annotate(s=Sum("charge_cents")).values("s")
    related = Claim.objects.select_related("patient__party", "payer", "provider__party", "site")
    rows = related.annotate(charge_sum=Subquery(total)).order_by("-service_date", "-id")[:50]
    return render(request, "claims.html", {"rows": rows})
urlpatterns = [path("billing/work/", work), path("billing/claims/", claims), path("one/<uuid:uid>/", work, name="one")]
'''


def prepare(data: Path, claims: int) -> str:
    """A practice with its claims and open work; gives the session key of a signed-in biller."""
    os.environ |= {"STEWARD_DATA": str(data), "DJANGO_SETTINGS_MODULE": "steward.settings"}
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from steward.core import clock
    from tests.billing.conftest import practise
    from tests.support import open_office, signed_in

    practice = practise(open_office())
    _rows(practice, claims)
    session = signed_in("biller").session
    for name in ("started_at", "seen_at", "stepped_up_at"):
        session[name] = clock.system_clock().now().isoformat()
    session.save()
    return str(session.session_key)


def _rows(practice, claims: int) -> None:  # type: ignore[no-untyped-def]
    from steward.billing.models import Charge, Claim, WorkItem
    from steward.frontdesk.services import register_many
    from steward.frontdesk.types import RegistrationData
    from steward.registry.types import PersonData

    office = practice.office
    people = register_many(office.system(), data=[RegistrationData(PersonData(f"Last{n}", "Ann")) for n in range(2_000)])
    made = Claim.objects.bulk_create(
        [
            Claim(ref=f"W{n}", patient=people[n % 2_000], payer=(practice.blue, practice.medicaid)[n % 2], provider=practice.provider,
                  entity=office.entity, site=office.site, service_date=date(2025, 1, 1) + timedelta(days=n % 690), created_at=office.now)
            for n in range(claims)
        ],
        batch_size=2_000,
    )  # fmt: skip
    Charge.objects.bulk_create(
        [
            Charge(claim=claim, line_ref=f"{claim.ref}-1", service_date=claim.service_date, posted_on=claim.service_date, code="T1015",
                   charge_cents=15_000 + claim.pk % 999, entry=1)
            for claim in made
        ],
        batch_size=2_000,
    )  # fmt: skip
    WorkItem.objects.bulk_create(
        [
            WorkItem(kind="denial", reason="Denied with CO-16: information.", amount_cents=15_000, due=claim.service_date + timedelta(days=60),
                     claim=claim, group="CO", carc="16", category="information", opened_at=office.now)
            for claim in made[::5]
        ],
        batch_size=2_000,
    )  # fmt: skip


def compare(session: str, requests: int) -> dict[str, object]:
    """Five rounds in turn, so that a slow moment of the machine meets both; the ratio is the median of the rounds'."""
    found: dict[str, object] = {}
    for name, path in LISTS.items():
        p95: dict[str, list[float]] = {"bare": [], "office": []}
        for _round in range(5):
            for side, port in PORTS.items():
                times = measure(port, path, f"steward={session}", requests, b"Last")
                p95[side].append(times[int(len(times) * 0.95)])
        ratios = [office / bare for office, bare in zip(p95["office"], p95["bare"], strict=True)]
        found[name] = {
            "bare_p95_ms": round(statistics.median(p95["bare"]) * 1000, 1), "list_p95_ms": round(statistics.median(p95["office"]) * 1000, 1),
            "ratio_median": round(statistics.median(ratios), 2),
        }  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=40)
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="steward-bench-"))
    parts = {"bare_app.py": BARE, "bare_settings.py": BARE_SETTINGS, "bare_urls.py": URLS, "work.html": WORK, "claims.html": CLAIMS}
    for name, text in parts.items():
        (work / name).write_text(text.replace("FOLDER", repr(str(work))))
    session = prepare(work / "data", args.claims)
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{work}"}
    servers = [
        serve("steward.wsgi:application", PORTS["office"], work, env),
        serve("bare_app:application", PORTS["bare"], work, {**env, "DJANGO_SETTINGS_MODULE": "bare_settings"}),
    ]
    try:
        for port in PORTS.values():
            wait(port)
        print(json.dumps({"claims": args.claims, "goal": GOAL, **compare(session, args.requests)}, indent=1))
    finally:
        for server in servers:
            server.terminate()
            server.wait()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
