"""Which long work exists and what runs by the clock: one list for all rooms (read by ``core.jobs.kinds``)."""

from __future__ import annotations

import os
from datetime import time

from steward.banking import cards
from steward.banking import tasks as banking
from steward.billing import instalments
from steward.billing import tasks as billing
from steward.core.audit import tasks as audit
from steward.core.backup import tasks as backup
from steward.core.files import tasks as files
from steward.core.jobs import tasks as jobs
from steward.core.jobs.kinds import Kind, Scheduled
from steward.core.outbox.services import send_due
from steward.core.signin import tasks as signin
from steward.core.vault import tasks as vault
from steward.desk import collecting
from steward.findings import tasks as findings
from steward.insurance import tasks as insurance
from steward.ledger import tasks as ledger

KINDS: tuple[Kind, ...] = (
    Kind("outbox.send", send_due),
    Kind("vault.rotate", vault.rotate),
    Kind("files.prove", files.prove),
    Kind("jobs.tidy", jobs.tidy),
    Kind("backup.nightly", backup.nightly),
    Kind("audit.sign_day", audit.sign_day),
    Kind("signin.forget_sessions", signin.forget_sessions),
    Kind("billing.import_codes", billing.import_codes),
    Kind("billing.load_icd10", billing.load_icd10),
    Kind("insurance.ask_for_visits", insurance.ask_for_visits),
    Kind("billing.charge_instalments", instalments.charge_instalments),
    Kind("ledger.schedules", ledger.run_schedules),
    Kind("banking.forecast", banking.run_forecast),
    Kind("findings.run", findings.run_checks),
    Kind("doors.look", collecting.look),
    Kind(collecting.KIND, collecting.run),
    Kind("doors.put_files", collecting.put_files),
)

SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled("outbox.send", every_seconds=15),
    Scheduled("jobs.tidy", every_seconds=3600),
    Scheduled("audit.sign_day", every_seconds=1800),
    Scheduled("signin.forget_sessions", every_seconds=6 * 3600),
    *([Scheduled("backup.nightly", title="Nightly backup", at=time(2))] if os.environ.get("STEWARD_BACKUPS") else []),
    Scheduled("ledger.schedules", title="What posts itself", at=time(1)),  # before the backup and the checks
    Scheduled("findings.run", title="Checks of the books", at=time(3)),
    Scheduled("banking.forecast", title="Thirteen weeks of cash", at=time(5)),
    Scheduled("insurance.ask_for_visits", title="Eligibility of the coming visits", at=time(20, 30)),
    # while the desk is open, so that a drawer takes the receipts; without a processor there is nothing to do
    *([Scheduled("billing.charge_instalments", title="Cards of payment plans", at=time(11))] if os.environ.get(cards.SETTING) else []),
    Scheduled("doors.look", every_seconds=collecting.EVERY_SECONDS),
)
