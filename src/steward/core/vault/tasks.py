"""Long work of the vault."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from steward.core.jobs.work import Result, Work
from steward.core.vault.rotation import reseal


def rotate(work: Work, table: str) -> Result:
    """Seal every value of ``table`` under its current key; of stored files the contents too.
    May be begun again at any point.
    """
    changed = reseal(table, lambda done, total: work.progress(done, total))
    if table == "core_storedfile":
        changed += _reseal_contents(work)
    return Result(message=_("%s values are under the new key.") % changed, data={"changed": changed})


def _reseal_contents(work: Work) -> int:
    from steward.core.files import blobs
    from steward.core.files.models import StoredFile

    hashes = sorted(set(StoredFile.objects.values_list("sha256", flat=True)))
    changed = 0
    for n, sha256 in enumerate(hashes, 1):
        if Path(blobs.path_of(sha256)).exists():
            changed += blobs.reseal(sha256)
        work.progress(n, len(hashes))
    return changed
