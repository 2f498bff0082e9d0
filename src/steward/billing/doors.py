"""Clearinghouse doors: where claim files are put and answers are found. A folder is a door; so is anything that mounts as one.

The books know a batch first, the folder sees it after: a crash between the two leaves a batch that is not delivered, and the
next delivery puts exactly those bytes there. Putting the same file twice changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from steward.billing.models import Batch
from steward.billing.services.submissions import deliver
from steward.core.files.selectors import content
from steward.core.refusals import refuse
from steward.core.service import Call


@dataclass(frozen=True)
class Put:
    """A file that lies in the folder now."""

    path: Path
    batch: Batch


def put(call: Call, batches: Iterable[Batch], folder: Path) -> list[Put]:
    """Write each batch into ``folder`` (made if it is not there), whole or not at all, and note its delivery.

    Refuses ``folder`` (cannot be written) and ``other_file`` (another file of that name lies there).
    """
    placed = []
    for batch in batches:
        data = content(batch.file)
        path = folder / batch.name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _place(path, data)
        except FileExistsError:
            raise refuse(
                "other_file", _("%s is there already with other contents.") % path, _("Choose another folder.")
            ) from None
        except OSError as fault:
            raise refuse(
                "folder", _("%(path)s cannot be written: %(why)s.") % {"path": path, "why": fault.strerror or fault},
                _("Choose a folder you may write to, and make room in it."),
            ) from fault  # fmt: skip
        placed.append(Put(path, deliver(call.with_key(None), batch=batch, to=str(folder))))
    return placed


def _place(path: Path, data: bytes) -> None:
    """A reader of the folder sees the whole file or none: written beside, synced, renamed."""
    if path.exists():
        if path.read_bytes() != data:
            raise FileExistsError(path)
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
