"""What a content is, by looking at it. Pure. What a browser could run (HTML, SVG, XML,
scripts) is never shown inline.
"""

from __future__ import annotations

PDF, TEXT, UNKNOWN = "application/pdf", "text/plain", "application/octet-stream"
SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"%PDF-", 0, PDF),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)
INLINE = frozenset({PDF, TEXT, "image/png", "image/jpeg", "image/gif", "image/webp"})
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1c\x1d\x1e\x1f\x1a")  # X12 uses the separators as delimiters


def mime_of(data: bytes) -> str:
    """The media type found in ``data``: a picture, a PDF, plain text, or octets that are only ever downloaded."""
    for signature, at, mime in SIGNATURES:
        if data[at : at + len(signature)] == signature:
            return mime
    head = data[:65536]
    if data and not _CONTROLS.intersection(head):
        return TEXT
    return UNKNOWN


def safe_name(name: str, mime: str) -> str:
    """A name for a download: letters, digits, ``.-_`` and spaces of the given one, at most 80,
    with an ending that fits.
    """
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if c.isalnum() or c in "._- ").strip(" .")[:80]
    ending = {PDF: ".pdf", TEXT: ".txt", "image/png": ".png", "image/jpeg": ".jpg"}.get(mime, ".bin")
    if not kept:
        return "file" + ending
    return kept if "." in kept else kept + ending
