"""Storing and linking files."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from steward.core.files import blobs
from steward.core.files.models import FileLink, StoredFile
from steward.core.files.sniff import mime_of
from steward.core.service import Call, note, refuse, service

CAP_BYTES = 64 * 1024 * 1024


def cap_bytes() -> int:
    """The largest file taken, in bytes (``STEWARD_FILE_CAP_BYTES``)."""
    return int(getattr(settings, "STEWARD_FILE_CAP_BYTES", CAP_BYTES))


@service("files.store", "file.write", says="stored a file")
def store(
    call: Call,
    *,
    data: bytes,
    name: str,
    capability: str = "file.read",
    link_to: models.Model | None = None,
    label: str = "",
) -> StoredFile:
    """Keep ``data``; the row that already holds it if the same content was stored before under the same capability.

    ``capability`` is what a reader must hold. ``name`` is shown to readers and sealed, never used on disk. With
    ``link_to`` the file is tied to that record as ``label``. Refuses ``file_too_large`` and ``file_empty``.
    """
    if not data:
        raise refuse(
            "file_empty", _("This file is empty."), _("Choose the file again; it may not have been saved yet.")
        )
    if len(data) > cap_bytes():
        raise refuse(
            "file_too_large",
            _("This file has %(size)s MB; at most %(cap)s MB are taken.")
            % {"size": len(data) // 1_000_000 + 1, "cap": cap_bytes() // 1_000_000},
            _("Split it, or ask the sender for smaller files."),
        )
    sha256 = hashlib.sha256(data).hexdigest()
    blobs.write(data, sha256)
    row = StoredFile(
        sha256=sha256,
        size_bytes=len(data),
        mime=mime_of(data),
        name=name[:200],
        capability=capability,
        stored_at=call.now,
        stored_by_id=call.user_id,
    )
    StoredFile.objects.bulk_create([row], ignore_conflicts=True)
    stored = StoredFile.objects.get(sha256=sha256, capability=capability)
    note(stored)
    if link_to is not None:
        link(call, file=stored, to=link_to, label=label)
    return stored


@service("files.link", "file.write", says="attached a file")
def link(call: Call, *, file: StoredFile, to: models.Model, label: str = "") -> FileLink:
    """Tie ``file`` to the record ``to`` (any model with a uid) as ``label``; once, however often it is asked."""
    kind, uid = to._meta.label_lower, to.uid  # type: ignore[attr-defined]
    row = FileLink(
        file=file, object_type=kind, object_uid=uid, label=label[:80], linked_at=call.now, linked_by_id=call.user_id
    )
    FileLink.objects.bulk_create([row], ignore_conflicts=True)
    linked = FileLink.objects.get(file=file, object_type=kind, object_uid=uid, label=label[:80])
    note(to, refs=[file.uid])
    return linked
