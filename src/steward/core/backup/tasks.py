"""A backup each night, into the folder ``STEWARD_BACKUPS`` names."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext as _

from steward.core.backup.services import create
from steward.core.jobs.work import Result, Work

KEEP = 30


def nightly(work: Work) -> Result:
    """Write one backup named by its moment, then let go of all but the newest thirty of ours."""
    folder = Path(os.environ["STEWARD_BACKUPS"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"steward-{work.call.now:%Y%m%d-%H%M%S}.backup"
    report = create(work.call, path, lambda done, total, what: work.progress(done, total, what))
    for old in sorted(folder.glob("steward-????????-??????.backup"))[:-KEEP]:
        old.unlink()
    return Result(message=_("Backed up %s rows.") % sum(report.tables.values()), data=report.as_json())
