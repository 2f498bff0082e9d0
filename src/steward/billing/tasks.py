"""Long work of billing: code sets, which have up to two million rows, come in beside the day's work."""

from __future__ import annotations

from datetime import date
from importlib import metadata
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from steward.billing.logic.scrub.code_files import CodeFile, of_package, read
from steward.billing.logic.scrub.codes import CodeFileFault
from steward.billing.models import CodeImport, HeldChange
from steward.billing.services import codes
from steward.core.files.models import StoredFile
from steward.core.files.selectors import content
from steward.core.jobs.work import Result, Work
from steward.core.refusals import refuse

PACKAGE = "simple-icd-10-cm"
PAGE = "/billing/codes/"


def import_codes(
    work: Work, *, kind: str, file: str, name: str, starts_on: str, ends_on: str | None, licence: str
) -> Result:
    """Read a stored file of codes and join it to the tables. Safe to repeat: an edition comes in whole or not at all."""
    work.progress(0, 0, _("Reading"))
    try:
        found = read(kind, content(StoredFile.objects.get(uid=UUID(file))), name, date.fromisoformat(starts_on))
    except CodeFileFault as fault:
        place = ", ".join(part for part in (name, _("row %s") % fault.row if fault.row else "", fault.column) if part)
        raise refuse("file", f"{place}: {fault.wrong}", fault.mend, "file") from fault
    args = {"kind": kind, "file": file, "name": name, "starts_on": starts_on, "ends_on": ends_on, "licence": licence}
    return _join(work, found, starts_on, ends_on, licence, ("billing.import_codes", args))


def load_icd10(work: Work, *, starts_on: str, ends_on: str | None) -> Result:
    """Load the edition of ICD-10-CM that the package brings: once, into the tables (the package itself takes 184 MB)."""
    import simple_icd_10_cm

    work.progress(0, 0, _("Reading"))
    version = f"{PACKAGE} {metadata.version(PACKAGE)}"
    found = of_package(simple_icd_10_cm, version, date.fromisoformat(starts_on))
    return _join(work, found, starts_on, ends_on, "", ("billing.load_icd10", {"starts_on": starts_on, "ends_on": ends_on}))


def _join(
    work: Work, file: CodeFile, starts_on: str, ends_on: str | None, licence: str, job: tuple[str, dict[str, Any]]
) -> Result:
    last = date.fromisoformat(ends_on) if ends_on else None
    row: CodeImport | HeldChange = codes.import_codes(
        work.call, file=file, starts_on=date.fromisoformat(starts_on), ends_on=last, licence=licence,
        told=lambda done, total: work.progress(done, total), job=job,
    )  # fmt: skip
    if isinstance(row, HeldChange):
        return Result(PAGE, _("%s: nothing is changed before a second person signs it.") % row.title)
    words = _("%(rows)s rows: %(new)s new, %(ended)s ended.")
    values = {"rows": row.row_count, "new": row.new_count, "ended": row.ended_count}
    return Result(PAGE, words % values, values | {"kind": row.kind})
