"""Files leave the house inert: no script of theirs can run, nothing is guessed from their name."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.files import selectors
from steward.core.files.models import StoredFile
from steward.core.files.sniff import INLINE, PDF, TEXT, safe_name

PREVIEW_CHARACTERS = 200_000
# A sandboxed document has no origin: no cookies, no scripts, no forms. Chromium shows no PDF in a sandbox; its viewer
# runs apart from the page anyway.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"
POLICY_PDF = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"


def _file(request: OfficeRequest, uid: UUID) -> StoredFile:
    file = selectors.readable(request.call.subject, uid)
    if file is None:
        raise Http404
    record_read(request.call, "opened a file", "core.storedfile", [file.uid])
    return file


# The screen is open to all staff; the file's own capability decides, and says 404 rather than 403.
@screen(GET="desk.read")
def show(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """A page with the file in it: picture, PDF, or its text."""
    file = _file(request, uid)
    text = ""
    if file.mime == TEXT:
        text = selectors.content(file)[: PREVIEW_CHARACTERS * 4].decode("utf-8", "replace")[:PREVIEW_CHARACTERS]
    context = {
        "file": file,
        "text": text,
        "is_picture": file.mime.startswith("image/"),
        "is_pdf": file.mime == PDF,
        "links": selectors.records_of(file),
    }
    return render(request, "core/files/show.html", context)


@screen(GET="desk.read")
def raw(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The bytes themselves; ``?download`` always saves, and so does everything that is no picture, PDF or text."""
    file = _file(request, uid)
    inline = file.mime in INLINE and "download" not in request.GET
    response = HttpResponse(selectors.content(file), content_type=_content_type(file))
    name = safe_name(file.name, file.mime)
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    # django-csp leaves a policy alone that a response brings itself
    response["Content-Security-Policy"] = POLICY_PDF if file.mime == PDF and inline else POLICY
    return response


def _content_type(file: StoredFile) -> str:
    return f"{TEXT}; charset=utf-8" if file.mime == TEXT else file.mime
