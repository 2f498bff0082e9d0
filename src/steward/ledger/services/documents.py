"""Source documents: what an entry is booked from, kept by content."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext as _

from steward.core.files.services import store
from steward.core.service import Call, note, refuse, service
from steward.ledger.models import Document

READ = "books.read"


@service("ledger.store_document", "journal.write", says="stored a source document")
def store_document(call: Call, *, content: bytes, name: str, media_type: str = "") -> Document:
    """The document with this content: stored now, or as it was stored first. Refuses an empty one.

    Bytes go to core's encrypted file store under ``books.read``; the ledger keeps digest, name and size.
    """
    if not content:
        raise refuse("empty_document", _("This document is empty."), _("Choose the file again."), field="document")
    digest = hashlib.sha256(content).hexdigest()
    found = Document.objects.filter(sha256=digest).first()
    if found is not None:
        note(found)
        return found
    file = store(call, data=content, name=name, capability=READ)
    document = Document.objects.create(
        sha256=digest, name=name[:200] or digest[:12], media_type=media_type or file.mime, size=len(content),
        added_by_id=call.user_id, added_at=call.now,
    )  # fmt: skip
    note(document)
    return document
