"""Finding and reading stored files."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from steward.core.access.decide import Subject
from steward.core.access.policy import in_full
from steward.core.files import blobs
from steward.core.files.models import FileLink, StoredFile


def readable(subject: Subject, uid: UUID) -> StoredFile | None:
    """The file, if this person holds the capability it asks for in full (a file cannot be masked, nor be in part
    somebody's); None otherwise, as if it did not exist.
    """
    file = StoredFile.objects.filter(uid=uid).first()
    return file if file is not None and in_full(subject, file.capability) else None


def content(file: StoredFile) -> bytes:
    """The bytes of a stored file, proved by their hash; VaultError if disk or key fail them."""
    return blobs.read(file.sha256)


def by_hash(sha256: str) -> list[StoredFile]:
    """Every stored file with this content (one for each capability)."""
    return list(StoredFile.objects.filter(sha256=sha256).order_by("id"))


def links_of(subject: Subject, record: models.Model) -> list[FileLink]:
    """The files of a record that this person may open, oldest first. One query."""
    rows = FileLink.objects.filter(object_uid=record.uid).select_related("file").order_by("id")  # type: ignore[attr-defined]
    return [row for row in rows if in_full(subject, row.file.capability)]


def records_of(file: StoredFile) -> list[tuple[str, UUID, str]]:
    """What a file belongs to: model label, uid, as what."""
    return list(file.links.order_by("id").values_list("object_type", "object_uid", "label"))
