"""835 of 10,000 claims: parsed, matched and posted durably on SQLite, in a process of its own.

    .venv/bin/python bench/remittance_post.py [--claims N] [--seed S]

A fresh data folder gets the practice, the patients and the claims (not timed); a second process then imports the file
as the biller would. Prints one JSON document: seconds (goal: at most 15), of them of its own CPU, and the peak of memory it added (goal: 300 MB).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT), str(ROOT / "bench")]
NPI = "1234567893"


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")
    import django

    django.setup()


def make(claims: int, seed: int, file: Path, codes: tuple[str, ...] = ()) -> None:
    """The practice with its charges, and the payer's answer to all of them as a file. ``codes`` replace the answer's own."""
    start_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from remittance import file_of, remittance

    from steward.billing.services.charges import enter_charges_many
    from steward.billing.types import ChargeData, ClaimData
    from steward.core.access.models import RoleGrant, User
    from steward.core.service import system_call
    from steward.desk.opening import open_practice
    from steward.frontdesk.services.patients import register_many
    from steward.frontdesk.types import CoverageInput, RegistrationData
    from steward.insurance.selectors import standard_plan
    from steward.insurance.services import create_payer
    from steward.insurance.types import PayerData
    from steward.people.services import create_provider
    from steward.people.types import ProviderData
    from steward.registry.models import Entity
    from steward.registry.types import AddressData, PersonData

    call = system_call("bench")
    open_practice(call, opened_on=date(2025, 1, 1))
    Entity.objects.filter(is_practice=True).update(npi=NPI, tin="123456789")
    payer = create_payer(call, data=PayerData("BLUE", "Blue Harbor", ein="512345678"))
    entity = Entity.objects.get(is_practice=True)
    provider = create_provider(
        call, data=ProviderData(NPI, entity.pk, date(2020, 1, 1)), person=PersonData("Stone", "Ida")
    )
    plan = standard_plan(payer).pk
    home = (AddressData("1 Oak Street", "Springfield", "IL", "62701"),)
    patients = register_many(call, data=[
        RegistrationData(PersonData(f"Last{n}", "First", birth_date=date(1960, 1, 1), sex="F", addresses=home), chart=f"P{n}",
                         coverages=(CoverageInput(plan, f"M{n}", date(2026, 1, 1)),)) for n in range(2_000)])  # fmt: skip
    answer = remittance(claims, seed)
    data = [
        ClaimData(patients[n % 2_000].pk, provider.pk, one.lines[0].service_date or date(2026, 1, 2), tuple(
            ChargeData(codes[k % len(codes)] if codes else line.code, line.charge_cents, line_ref=line.control,
                       diagnoses=("Z00.00",)) for k, line in enumerate(one.lines)),
            ref=one.number, payer=payer.pk, member_id="M1")
        for n, one in enumerate(answer.claims)
    ]  # fmt: skip
    for start in range(0, len(data), 1_000):
        enter_charges_many(call, data=data[start : start + 1_000])
    user = User.objects.create(username="biller", name="Biller", created_at=call.now)
    RoleGrant.objects.create(user=user, role="biller", starts_on=date(2020, 1, 1))
    file.write_bytes(file_of(claims, seed))


def take(file: Path) -> None:
    """Import the file as the biller; measured here, where nothing else ran."""
    start_django()
    from django.db import connection

    from steward.billing import importers
    from steward.core.access.decide import Context
    from steward.core.access.models import User
    from steward.core.access.subjects import subject_of
    from steward.core.clock import system_clock
    from steward.core.imports import Options
    from steward.core.service import Call
    from steward.ledger.models import Line

    clock = system_clock()
    subject = subject_of(User.objects.get(username="biller"), clock.today(), clock.now())
    call = Call(subject, clock, channel="bench", context=Context(second_factor=True, now=clock.now()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, used = time.perf_counter(), time.process_time()
    found = importers.run(call, kind="835", content=file.read_bytes(), name=file.name, options=Options())
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert found.status == "posted", found.parts[0].problems
    print(json.dumps({
        "database": connection.vendor, "seconds": round(seconds, 2), "cpu_seconds": round(used, 2), "goal_seconds": 15, "peak_mb": peak // 1024,
        "added_mb": (peak - before) // 1024, "goal_mb": 300, "posted_cents": found.parts[0].posted_cents,
        "ledger_lines": Line.objects.filter(entry__journal="remittance").count(),
    }, indent=1))  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--claims", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--step", choices=("make", "take"))
    options.add_argument("--file", type=Path)
    chosen = options.parse_args()
    if chosen.step == "make":
        make(chosen.claims, chosen.seed, chosen.file)
    elif chosen.step == "take":
        take(chosen.file)
    else:
        with tempfile.TemporaryDirectory(prefix="steward-bench-") as folder:
            env = {**os.environ, "STEWARD_DATA": folder}
            args = [sys.executable, __file__, "--claims", str(chosen.claims), "--seed", str(chosen.seed),
                    "--file", str(Path(folder) / "answer.835")]  # fmt: skip
            for step in ("make", "take"):
                subprocess.run([*args, "--step", step], check=True, env=env)


if __name__ == "__main__":
    main()
