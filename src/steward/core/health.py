"""What is set up, missing or at risk, each with the fix. Every check answers; none changes anything."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from steward.core import clock, guards, running
from steward.core.refusals import Refused

LEAST_FREE_BYTES = 1_000_000_000
BACKUP_HOURS = 26


@dataclass(frozen=True, slots=True)
class Check:
    """One answer. ``risk`` says what could happen while it is not ok; ``found`` what was seen."""

    check: str
    ok: bool
    found: str
    risk: str = ""
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> list[Check]:
    """Every check, in the order a person would mend them. A check that fails itself is an answer too."""
    found: list[Check] = []
    for look in CHECKS:
        try:
            found.extend(look())
        except Refused as refused:
            found.append(Check(look.__name__.strip("_"), False, str(refused), fix=refused.refusals[0].fix))
        except Exception as error:
            found.append(Check(look.__name__.strip("_"), False, _("could not look: %s") % type(error).__name__))
    return found


def _data_folder() -> Iterator[Check]:
    data = Path(settings.DATA)
    mode = stat.S_IMODE(data.stat().st_mode)
    yield Check(
        "data-folder-closed",
        mode & 0o077 == 0,
        f"{data} {mode:04o}",
        _("Other users of this machine can read the practice's data."),
        f"chmod 700 {data}",
    )
    free = shutil.disk_usage(data).free
    yield Check(
        "disk-space",
        free >= LEAST_FREE_BYTES,
        _("%s GB free") % (free // 10**9),
        _("A full disk stops all posting."),
        _("Make room on the disk of %s.") % data,
    )


def _keys() -> Iterator[Check]:
    from steward.core.vault.keyring import MASTER, keys_folder, ring

    folder = keys_folder()
    path = folder / MASTER
    ring().master()
    closed = stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 and stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    yield Check(
        "keys-closed",
        closed,
        str(folder),
        _("Whoever reads the keys reads what is sealed."),
        f"chmod 700 {folder} && chmod 600 {folder}/*",
    )
    apart = Path(settings.DATA).resolve() not in folder.resolve().parents
    yield Check(
        "keys-apart",
        apart or bool(settings.DEMO),
        str(folder),
        _("Keys and data lie together: one stolen disk or copied folder opens everything."),
        _("Move the keys folder to another disk and set STEWARD_KEYS to it; keep a copy of master.key in a safe."),
    )


def _schema() -> Iterator[Check]:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    behind = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    yield Check(
        "schema",
        behind == 0,
        _("%s migrations wait") % behind if behind else _("as this code wants it"),
        _("Screens fail on tables that are not there."),
        "./office up",
    )
    faults = guards.check(connection)
    yield Check(
        "guards",
        not faults,
        "; ".join(faults[:3]) or _("all in place"),
        _("Posted rows could be changed unnoticed."),
        _("Run ./office up, then: steward books verify, steward audit verify"),
    )


def _database() -> Iterator[Check]:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            answer = str(cursor.fetchone()[0])
            cursor.execute("SELECT sqlite_version()")
            version = str(cursor.fetchone()[0])
        yield Check(
            "database-whole",
            answer == "ok",
            answer,
            _("The file is damaged."),
            "steward backup restore FILE --data DIR",
        )
        number = tuple(int(n) for n in version.split("."))
        yield Check(
            "sqlite-version",
            number >= (3, 51, 3),
            version,
            _("SQLite before 3.51.3 can corrupt a database when its log is reset."),
            "./office up",
        )
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        row = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user"
        )
        owned = cursor.fetchone()[0]
    yield Check(
        "database-role",
        not (row and row[0]) and not owned,
        _("superuser") if row and row[0] else _("owns %s tables") % owned,
        _("The application could take its own guards away."),
        _("Migrate as the owner (DATABASE_OWNER_URL) and run as a role that owns nothing; see docs/operations.md."),
    )


def _practice() -> Iterator[Check]:
    from steward.core.access.models import Office

    office = Office.objects.select_related("administrator").first()
    yield Check(
        "practice", office is not None, office.name if office else _("none"), _("Nothing to work with."), "steward init"
    )
    if office is None:
        return
    set_up = office.demo or (office.administrator is not None and office.administrator.has_usable_password())
    yield Check(
        "administrator",
        set_up,
        office.administrator.username if office.administrator else _("nobody"),
        _("Nobody can sign in."),
        "steward links",
    )


def _audit() -> Iterator[Check]:
    from steward.core.audit.chain import verify

    verdict = verify()
    yield Check(
        "audit-chain",
        verdict.ok,
        _("%s rows") % verdict.rows if verdict.ok else f"row {verdict.first_bad}: {verdict.why}",
        _("Somebody changed the audit log."),
        _("Keep the machine as it is, call your security officer, compare with the last backup."),
    )


def _jobs() -> Iterator[Check]:
    from steward.core.jobs.models import Job
    from steward.core.jobs.states import JobState
    from steward.core.outbox.models import Message

    now = clock.system_clock().now()
    stuck = Job.objects.filter(state=JobState.QUEUED.value, asked_at__lt=now - timedelta(minutes=30)).count()
    yield Check(
        "jobs",
        not stuck,
        _("%s wait for more than half an hour") % stuck,
        _("Imports and reports stand still."),
        "./office up",
    )
    failed = Message.objects.filter(state="failed").count()
    yield Check(
        "outbox",
        not failed,
        _("%s did not leave") % failed,
        _("Somebody waits for mail that will not come."),
        "/outbox/",
    )
    yield Check(
        "mail-server",
        bool(settings.EMAIL_HOST) or bool(settings.DEMO),
        settings.EMAIL_HOST or _("none: mail is written into files"),
        _("Mail reaches nobody."),
        _("Set STEWARD_SMTP_HOST, STEWARD_SMTP_USER and STEWARD_SMTP_PASSWORD."),
    )


def _server() -> Iterator[Check]:
    server = running.running(Path(settings.DATA))
    yield Check(
        "server",
        server is not None,
        f"http://localhost:{server.port}" if server else _("does not run"),
        _("No screens, no scheduled work."),
        "./office up",
    )
    tls = settings.PRODUCTION or settings.DEMO or not os.environ.get("STEWARD_HOSTS")
    yield Check(
        "tls",
        bool(tls),
        "STEWARD_PRODUCTION=1" if settings.PRODUCTION else _("this machine only"),
        _("Sign-ins could be read on the network."),
        _("Put a TLS proxy in front and set STEWARD_PRODUCTION=1 and STEWARD_BEHIND_PROXY=1."),
    )


def _backups() -> Iterator[Check]:
    from steward.core.audit.models import AuditRow

    last = AuditRow.objects.filter(action="backup.made").order_by("-seq").values_list("at", flat=True).first()
    now = clock.system_clock().now()
    fresh = last is not None and now - last <= timedelta(hours=BACKUP_HOURS)
    yield Check(
        "backup",
        fresh or bool(settings.DEMO),
        last.isoformat(timespec="minutes") if last else _("never"),
        _("A broken disk takes everything since the last backup."),
        _("./office backup FILE every day, or set STEWARD_BACKUPS to a folder on another disk for one each night."),
    )


CHECKS: tuple[Callable[[], Iterator[Check]], ...] = (
    _data_folder,
    _keys,
    _database,
    _schema,
    _practice,
    _audit,
    _backups,
    _jobs,
    _server,
)
