"""Long work on stored files."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.core.files import blobs
from steward.core.files.models import StoredFile
from steward.core.jobs.work import Result, Work
from steward.core.vault.keyring import VaultError


def prove(work: Work) -> Result:
    """Read every stored content and compare it with its hash: bad sectors show before the file is needed."""
    hashes = sorted(set(StoredFile.objects.values_list("sha256", flat=True)))
    bad = []
    for n, sha256 in enumerate(hashes, 1):
        try:
            blobs.read(sha256)
        except (VaultError, OSError):
            bad.append(sha256)
        work.progress(n, len(hashes))
    if bad:
        return Result(
            message=_("%s stored files cannot be read; bring them back from a backup.") % len(bad), data={"bad": bad}
        )
    return Result(message=_("All %s stored files are as they were stored.") % len(hashes))
